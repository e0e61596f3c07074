"""The account of an invoice, reached through the related link."""

from __future__ import annotations

from collections.abc import Callable, Iterator

from conformance.checks.support import documents, invoices, resources
from conformance.judge.api import expect, expect_status, observe_each, require, requirement
from conformance.judge.preconditions import require_status
from conformance.model import contract
from conformance.model.exchange import Exchange, NotObserved, link_of
from conformance.reading.attribute_names import shown_name
from conformance.syntax.json_text import IntegerLexeme, RealLexeme
from conformance.syntax.scalars import is_uuid, plain_decimal, shown
from conformance.syntax.urls import is_uri_reference

# What the contract says of their form; none is there always, and the currency may be anything.
_AMOUNTS = ("balance", "min-balance", "max-balance", "destination-rate-limit")
_CAPACITIES = ("origination-capacity", "termination-capacity", "total-capacity")


def _account(related: Exchange) -> resources.Object:
    """Return the account. Raises NotObserved when the answer shows none, or only what identifies it."""
    if documents.is_relationship_url(related):
        raise NotObserved("the related link leads to the relationship")
    return related.resource


@requirement("RELD-001")
def test_the_related_account_can_be_fetched(item: Exchange, related: Exchange) -> None:
    invoices.expect_usable_link(item, "related")
    expect_status(related, 200, why="it is the related link of the account")
    data = documents.primary_data(related)
    expect(data is None or isinstance(data, dict), "one resource object or null", shown(data), related, part="/data")


@requirement("RELD-002")
def test_the_related_resource_is_an_account(related: Exchange) -> None:
    _expect_account(related)


@requirement("RELD-002")
def test_the_resource_behind_the_self_link_is_an_account(
    related: Exchange | None, account_from_self_link: Exchange
) -> None:
    require(related is None or related.status != 200, "the related account is there, and another check judges it")
    _expect_account(account_from_self_link)


def _expect_account(exchange: Exchange) -> None:
    account = exchange.resource
    if not resources.is_identifier(account):
        raise NotObserved("the resource has no type or no id")
    expect(account["type"] == "accounts", 'the type "accounts"', shown(account["type"]), exchange, part="/data/type")
    expect(is_uuid(account["id"]), "a UUID", shown(account["id"]), exchange, part="/data/id")


@requirement("RELD-003")
def test_the_self_link_of_the_account_leads_to_it(
    item: Exchange, related: Exchange, account_from_self_link: Exchange
) -> None:
    account = _account(related)
    link = invoices.well_formed(related.self_link)
    # The token goes to no other host, and the path that leads to the account there may lead to nothing here.
    if account_from_self_link.status != 200 and invoices.is_elsewhere(item, link):
        raise NotObserved("the account is on another host than the invoices")
    expect_status(account_from_self_link, 200, why="it is the self link of the account")
    resources.expect_same_resource(account_from_self_link, account)


@requirement("RELD-003")
def test_the_self_link_of_the_included_account_leads_to_it(
    item: Exchange, item_with_account: Exchange, related: Exchange | None, account_from_self_link: Exchange
) -> None:
    require(related is None or related.status != 200, "the related account is there, and another check judges it")
    (included,) = item_with_account.ok_document["included"]
    link = invoices.well_formed(link_of(included, "self", item_with_account))
    require(account_from_self_link.status == 200 or not invoices.is_elsewhere(item, link), "it is on another host")
    expect_status(account_from_self_link, 200, why="it is the self link of the account")
    resources.expect_same_resource(account_from_self_link, included)
    resources.expect_same_values(account_from_self_link, "/data", account_from_self_link.resource, included)


@requirement("RELD-003")
def test_the_account_is_the_same_by_itself(related: Exchange, account_from_self_link: Exchange) -> None:
    account = _account(related)
    resources.expect_same_values(account_from_self_link, "/data", account_from_self_link.resource, account)


@requirement("RELD-004")
def test_the_related_link_does_not_depend_on_the_account(item: Exchange, related: Exchange) -> None:
    link = item.account_link("related")
    if not is_uri_reference(link):
        raise NotObserved("the link is not a URI reference")
    part = "/data/relationships/account/links/related"
    dependent = invoices.names_the_account(link, item, invoices.id_of(related))
    expect(not dependent, "a link that stays when the account changes", shown(link), item, part=part)


@requirement("RELD-005")
def test_the_account_of_an_unknown_invoice_is_not_found(related: Exchange | None, unknown_related: Exchange) -> None:
    # Where no account is served, nothing says how such a path is refused.
    served = related is not None and related.status == 200
    require(served or unknown_related.succeeded, "no account is served", owner="RELD-001")
    expect_status(unknown_related, 404, why="no invoice has that id")


@requirement("RELD-005")
def test_what_an_invoice_does_not_have_is_not_found(item: Exchange, unknown_below_item: Exchange) -> None:
    require_status(item, 200)
    expect_status(unknown_below_item, 404, why="invoices have nothing of this name")


@requirement("ITEM-032")
def test_accounts_show_no_internal_attributes(related: Exchange | None, item_with_account: Exchange | None) -> None:
    def judge(exchange: Exchange) -> None:
        for pointer, account in documents.of_type(exchange, "accounts"):
            resources.expect_nothing_internal(exchange, pointer, account)

    observe_each(documents.answered(related, item_with_account), judge)


@requirement("RELD-006")
def test_the_account_shows_no_further_attributes(related: Exchange | None, item_with_account: Exchange | None) -> None:
    observe_each(documents.answered(related, item_with_account), _expect_no_further_attributes)


@requirement("RELD-006")
def test_accounts_of_the_collection_show_no_further_attributes(listing_with_account: Exchange) -> None:
    _expect_no_further_attributes(listing_with_account)


def _expect_no_further_attributes(exchange: Exchange) -> None:
    for pointer, account in documents.of_type(exchange, "accounts"):
        resources.expect_no_further_attributes(exchange, pointer, account, contract.account_attribute_names())


@requirement("RELD-007")
def test_fields_of_the_account_are_honoured_or_refused(related: Exchange, related_sparse: Exchange) -> None:
    _account(related)
    expect_status(related_sparse, 200, 400, why="fields is honoured or refused")
    if related_sparse.status == 200:
        attributes, relationships = resources.fields_of(related_sparse.resource)
        further = sorted((attributes | relationships) - {"name"})
        expect(
            not further,
            "400, or name alone",
            f"other fields: {', '.join(map(shown, further))}",
            related_sparse,
            part="/data",
        )


@requirement("RELD-007")
def test_an_unknown_include_on_the_account_is_refused(related: Exchange, related_unknown_include: Exchange) -> None:
    invoices.expect_served(related)
    expect_status(related_unknown_include, 400, why="there is no such path")


@requirement("RELD-008")
def test_the_account_has_an_entity_tag(item: Exchange, related: Exchange) -> None:
    if "ETag" not in item.fields:
        raise NotObserved("the invoice has no ETag either", owner="ETAG-001")
    invoices.expect_served(related)
    expect("ETag" in related.fields, "an ETag", "none", related, part="ETag")


@requirement("COND-001")
def test_the_current_tag_of_the_account_is_not_modified(
    item: Exchange, item_not_modified: Exchange, related: Exchange, related_not_modified: Exchange
) -> None:
    if (item.status, item_not_modified.status) != (200, 304):
        raise NotObserved("the invoice itself does not give 304")
    invoices.expect_served(related)
    tag = related.etag
    if related_not_modified.status == 200 and related_not_modified.etag != tag:
        raise NotObserved("the account changed between the requests")
    expect_status(related_not_modified, 304, why=f"{tag} is current")


@requirement("RELD-009")
def test_the_account_has_the_known_attributes(related: Exchange) -> None:
    _expect_known_attributes(related, _account(related), "/data")


@requirement("RELD-009")
def test_the_included_account_has_the_known_attributes(related: Exchange | None, item_with_account: Exchange) -> None:
    require(related is None or related.status != 200, "the related account is there, and another check judges it")
    require(item_with_account.status == 200, "inclusion is not supported")
    for pointer, account in documents.of_type(item_with_account, "accounts"):
        _expect_known_attributes(item_with_account, account, pointer)


def _expect_known_attributes(exchange: Exchange, account: resources.Object, pointer: str) -> None:
    attributes = account.get("attributes", {})
    if not isinstance(attributes, dict):
        raise NotObserved("the attributes are not an object")
    missing = [name for name in contract.account_attribute_names() if name not in attributes]
    part = f"{pointer}/attributes"
    expect(not missing, "the nine known attributes", f"without {', '.join(missing)}", exchange, part=part)


@requirement("RELD-010")
def test_the_attributes_of_an_account_have_their_form(every_success: tuple[Exchange, ...]) -> None:
    def judge(exchange: Exchange) -> None:
        for pointer, attributes in _attributes_of_accounts(exchange):
            for name, form, fits in _forms():
                known = shown_name(attributes, name)
                if known in attributes:
                    value = attributes[known]
                    part = f"{pointer}/{known}"
                    expect(fits(value), f"{name} as {form}", shown(value), exchange, part=part)

    observe_each(every_success, judge)


@requirement("RELD-011")
def test_the_limits_of_an_account_fit_together(every_success: tuple[Exchange, ...]) -> None:
    def judge(exchange: Exchange) -> None:
        for pointer, attributes in _attributes_of_accounts(exchange):
            names = [shown_name(attributes, name) for name in ("min-balance", "max-balance", "destination-rate-limit")]
            least, most, limit = (plain_decimal(attributes.get(name)) for name in names)
            if least is not None and most is not None:
                expected, part = f"a min-balance up to the max-balance of {most}", f"{pointer}/{names[0]}"
                expect(least <= most, expected, str(least), exchange, part=part)
            if limit is not None:
                part = f"{pointer}/{names[2]}"
                expect(limit >= 0, "a destination-rate-limit from zero up", str(limit), exchange, part=part)

    observe_each(every_success, judge)


def _attributes_of_accounts(exchange: Exchange) -> Iterator[tuple[str, documents.Object]]:
    """Yield JSON Pointer and attributes of every account shown. Raises NotObserved when there are none."""
    for pointer, account in documents.of_type(exchange, "accounts"):
        yield f"{pointer}/attributes", documents.member_object(account, "attributes")


def _forms() -> Iterator[tuple[str, str, Callable[[object], bool]]]:
    yield "name", "a string", lambda value: isinstance(value, str)
    for name in _AMOUNTS:
        yield name, "a string with a decimal number, or null", lambda value: value is None or _is_amount(value)
    for name in _CAPACITIES:
        yield name, "a whole number from zero up, or null", lambda value: value is None or _is_capacity(value)


def _is_amount(value: object) -> bool:
    return plain_decimal(value) is not None


def _is_capacity(value: object) -> bool:
    # JSON Schema takes 5.0 for an integer, too.
    whole = isinstance(value, IntegerLexeme) or (isinstance(value, RealLexeme) and value.is_integer())
    return whole and isinstance(value, int | float) and value >= 0
