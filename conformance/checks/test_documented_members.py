"""Members that the documentation shows on every resource, and values that stand for none."""

from __future__ import annotations

import re

from conformance.checks.support import documents
from conformance.judge.api import expect, observe_each, require, requirement
from conformance.judge.preconditions import require_status
from conformance.model import contract
from conformance.model.exchange import Exchange
from conformance.reading import collection_pages
from conformance.reading.classification import error_objects
from conformance.syntax.scalars import shown

# What languages and frameworks write where there is no value, and for what was never meant to be written.
_NO_VALUE = re.compile(
    r"null|NULL|nil|None|undefined|NaN|-?Infinity|\(null\)|<(?:nil|null|undefined)>|Invalid Date|NaN-NaN-NaN.*"
    # Objects as programmers are shown them.
    r"|\[object \w+\]|#<.*>?|<[\w.]+ object at 0x[0-9a-f]+>|%!\w\(.*\)|(?:\w+\.)+\w+@[0-9a-f]{6,8}|System\.\w+(?:\[\])?"
    r"|(?:Some|Just|Optional|Decimal|BigDecimal|datetime\.\w+)\(.*\)|b'.*'|0xc[0-9a-f]{9}"
    r"|\w+ object \(\w+\)|<[A-Z]\w* [\w-]+>"
    # What was to be replaced.
    r"|translation missing: .*|\{\{.*\}\}|\$\{.*\}|<%=.*%>|\ufffd+"
)


def _expect_links(exchange: Exchange, pointer: str, owner: documents.Object, *names: str) -> None:
    """Raise Violation unless ``owner`` has links of these names and none of them is null."""
    require("links" not in owner or isinstance(owner["links"], dict), "the links are not an object", owner="ITEM-011")
    links = documents.member_object(owner, "links")
    for name in names:
        observed = "no links" if "links" not in owner else "null" if name in links else f"no link {name}"
        expect(links.get(name) is not None, f"the link {name}", observed, exchange, part=f"{pointer}/links/{name}")


@requirement("ITEM-033")
def test_an_invoice_links_to_itself(item: Exchange, item_with_account: Exchange) -> None:
    observe_each((item, item_with_account), lambda each: _expect_links(each, "/data", each.resource, "self"))


@requirement("COLL-008")
def test_an_element_links_to_its_invoice(item: Exchange, listing: Exchange) -> None:
    require(
        documents.member_object(item.resource, "links").get("self"),
        "the invoice by itself has no self link either",
        owner="ITEM-033",
    )
    for place, element in enumerate(collection_pages.elements(listing).values()):
        _expect_links(listing, f"/data/{place}", element, "self")


@requirement("REL-010")
def test_the_relationship_document_has_its_links(relationship: Exchange) -> None:
    require(relationship.status == 200, "the relationship is not shown", owner="REL-001")
    require(documents.is_relationship_url(relationship), "the link leads to no relationship", owner="ITEM-018")
    _expect_links(relationship, "", relationship.document, "self", "related")


@requirement("RELD-012")
def test_an_account_links_to_itself(related: Exchange | None, item_with_account: Exchange | None) -> None:
    observe_each(documents.answered(related, item_with_account), _expect_accounts_that_link_to_themselves)


@requirement("RELD-012")
def test_an_account_links_to_itself_where_its_link_leads(
    related: Exchange | None, account_from_self_link: Exchange
) -> None:
    require(related is None or related.status != 200, "the related account is there, and another check judges it")
    _expect_accounts_that_link_to_themselves(account_from_self_link)


def _expect_accounts_that_link_to_themselves(exchange: Exchange) -> None:
    for pointer, account in documents.of_type(exchange, "accounts"):
        _expect_links(exchange, pointer, account, "self")


@requirement("RELD-012")
def test_an_account_of_the_list_links_to_itself(related: Exchange, accounts_listing: Exchange) -> None:
    require_status(accounts_listing, 200)
    # That it has none by itself is the finding of the other check.
    require(
        documents.member_object(related.resource, "links").get("self"), "the account by itself has no self link either"
    )
    for place, account in enumerate(collection_pages.data_of(accounts_listing)):
        if isinstance(account, dict):
            _expect_links(accounts_listing, f"/data/{place}", account, "self")


@requirement("COLL-008")
def test_elements_have_all_documented_attributes(item: Exchange, listing: Exchange) -> None:
    wanted = [name for name in contract.attribute_names() if name in item.attributes]
    for place, element in enumerate(collection_pages.elements(listing).values()):
        missing = [name for name in wanted if name not in documents.member_object(element, "attributes")]
        observed = f"without {', '.join(missing[:4])}" + (f" and {len(missing) - 4} more" if len(missing) > 4 else "")
        expect(not missing, "all documented attributes", observed, listing, part=f"/data/{place}/attributes")


@requirement("COLL-008")
def test_elements_of_every_page_have_all_documented_attributes(
    listing: Exchange, listing_with_account: Exchange, every_page_of_three: tuple[Exchange, ...]
) -> None:
    known = collection_pages.elements(listing)

    def judge(page: Exchange) -> None:
        for place, (identifier, element) in enumerate(collection_pages.elements(page).items()):
            names, has = (documents.member_object(each, "attributes") for each in (known.get(identifier, {}), element))
            missing = [name for name in contract.attribute_names() if name in names and name not in has]
            observed = f"without {', '.join(missing[:4])}"
            expect(not missing, "the attributes as elsewhere", observed, page, part=f"/data/{place}/attributes")

    observe_each((listing_with_account, *every_page_of_three), judge)


@requirement("SEM-018")
def test_no_text_stands_for_a_missing_value(
    item: Exchange, item_with_account: Exchange | None, related: Exchange | None
) -> None:
    observe_each(documents.answered(item, item_with_account, related), _expect_values)


@requirement("SEM-018")
def test_no_text_in_an_element_stands_for_a_missing_value(listing: Exchange) -> None:
    _expect_values(listing)


def _expect_values(exchange: Exchange) -> None:
    for pointer, resource in documents.some(documents.resources(exchange)):
        for name, value in documents.member_object(resource, "attributes").items():
            _expect_value(exchange, f"{pointer}/attributes/{name}", value)


def _expect_value(exchange: Exchange, pointer: str, value: object) -> None:
    wrong = isinstance(value, str) and _NO_VALUE.fullmatch(value)
    expect(not wrong, "a value, or null", shown(value) if wrong else "", exchange, part=pointer)


@requirement("SEM-018")
def test_no_text_of_an_error_stands_for_a_missing_value(every_error: tuple[Exchange, ...]) -> None:
    def judge(exchange: Exchange) -> None:
        for place, error in enumerate(error_objects(exchange)):
            for name in ("title", "detail", "code"):
                _expect_value(exchange, f"/errors/{place}/{name}", error.get(name))

    observe_each(documents.distinct(every_error), judge)
