"""Faults of the collection that show on some pages alone, or beside some parameters."""

from __future__ import annotations

import dataclasses
import re
from decimal import Decimal
from typing import TYPE_CHECKING, Any
from urllib.parse import unquote

from conformance.reference.app import Api
from conformance.reference.data import ACCOUNTS, CUSTOMER, INVOICES, MAIN, OTHER_CUSTOMER
from conformance.reference.faults import Area
from conformance.reference.faults.clauses import (
    API_COLLECTION,
    API_FILTERS,
    COMPOUND,
    CREDENTIALS,
    FILTERING,
    GET,
    INCLUDES,
    OWASP_CONFIGURATION,
    OWASP_OBJECTS,
    PAGINATION,
    json_api,
)
from conformance.reference.faults.effects import crash, open_to_all
from conformance.reference.faults.needs import COLLECTION, LISTED
from conformance.reference.faults.seams import effect, instead_of, on_document
from conformance.reference.faults.where import Where, has_include, is_collection
from conformance.reference.selection import KINDS

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from conformance.reference.faults.seams import Install
    from conformance.reference.message import Document, Request
    from conformance.reference.query import Endpoint, Query
    from conformance.reference.selection import Condition, Record

fault = Area(__name__, API_COLLECTION, needs=COLLECTION)
_LINKAGE = json_api("document-resource-object-linkage")


def _asks(part: str) -> Where:
    return Where(lambda request: part in unquote(request.query))


@effect
def _in_pages(api: Api, change: Callable[[Document], object], where: Callable[[Request], object]) -> None:
    """Alter some pages of the collection."""

    def hook(request: Request, document: Document) -> None:
        if is_collection(request) and isinstance(document.get("data"), list) and where(request):
            change(document)

    api.on_document(hook)


def _in_linkage(change: Callable[[Document], object], where: Callable[[Request], object]) -> Install:
    """Alter the relationship of each element."""
    return _in_pages(
        lambda document: [
            change(each["relationships"]["account"]) for each in document["data"] if "relationships" in each
        ],
        where,
    )


# Counts.
fault("collection-count-as-string-when-sorted", {"COLL-004"}, also={"COLL-010": "it is another than without"})(
    "The total count of what is sorted is a string.",
    _in_pages(
        lambda document: document["meta"].update({"total-count": str(document["meta"]["total-count"])}), _asks("sort=")
    ),
)
fault("collection-count-lacks-one-when-filtered", {"COLL-004"})(
    "The total count of pages of what is filtered lacks one.",
    _in_pages(
        lambda document: document["meta"].update({"total-count": document["meta"]["total-count"] - 1}),
        _asks("filter[") & _asks("page[size]"),
    ),
)

# Inclusion and linkage.
fault("include-lost-when-sorted", {"INCL-001"}, INCLUDES)(
    "With a sort nothing is included.", _in_pages(lambda document: document.pop("included", None), _asks("sort="))
)
fault("include-lost-on-pages", {"INCL-001"}, INCLUDES)(
    "With a page size nothing is included.",
    _in_pages(lambda document: document.pop("included", None), _asks("page[size]")),
)
fault("linkage-missing-in-the-collection", {"INCL-002"}, COMPOUND)(
    "The elements of the collection do not name the accounts that are included.",
    _in_linkage(lambda account: account.pop("data", None), has_include),
)
fault("linkage-id-number-in-the-collection", {"ITEM-021"}, _LINKAGE, also={"INCL-002": "it names no included account"})(
    "In the collection the id of a linkage is a number.",
    _in_linkage(lambda account: account["data"].update(id=17) if account.get("data") else None, has_include),
)
fault("linkage-null-in-the-collection", {"REL-008"}, _LINKAGE)(
    "Without include the elements of the collection say that there is no account.",
    _in_linkage(lambda account: account.update(data=None), ~has_include),
)
fault("linkage-of-the-first-account", {"REL-008"}, _LINKAGE)(
    "Without include the elements of the collection name one account for all.",
    _in_linkage(lambda account: account.update(data={"type": "accounts", "id": MAIN.id}), ~has_include),
)

# Values.
fault("collection-flag-as-number", {"COLL-003", "SEM-008"}, GET)(
    "In the collection flags are 0 and 1.",
    _in_pages(
        lambda document: [
            each["attributes"].update({"has-pdf": int(each["attributes"]["has-pdf"])})
            for each in document["data"]
            if "has-pdf" in each.get("attributes", {})
        ],
        lambda _: True,
    ),
)
fault("collection-flag-missing-on-the-second-page", {"COLL-008"})(
    "The second page of the collection has no has-pdf.",
    _in_pages(
        lambda document: [each.get("attributes", {}).pop("has-pdf", None) for each in document["data"]],
        _asks("page[number]=2"),
    ),
)
fault(
    "collection-amounts-in-german",
    {"NEGO-017"},
    also=dict.fromkeys(("COLL-003", "SEM-012"), "the elements differ from the invoices"),
)(
    "Where German is preferred, amounts in the collection have no decimals.",
    _in_pages(
        lambda document: [
            each["attributes"].update({"amount-spent": each["attributes"]["amount-spent"].partition(".")[0] + ".0"})
            for each in document["data"]
            if "amount-spent" in each.get("attributes", {})
        ],
        lambda request: any(line.startswith("de") for line in request.lines("accept-language")),
    ),
)


@fault("accounts-list-rounds-balances", {"INCL-005"}, GET)
@on_document
def list_rounds(request: Request, document: Document) -> None:
    """In the list of accounts balances have four decimals."""
    if request.path.endswith("/accounts") and isinstance(document.get("data"), list):
        for each in document["data"]:
            whole, _, decimals = each["attributes"]["balance"].partition(".")
            each["attributes"]["balance"] = f"{whole}.{decimals[:4]}"


# Pages.
@effect
def _in_page_links(api: Api, change: Callable[[Document, Callable[..., str], int, Query], object]) -> None:
    def page_links(original: Callable[..., Document], request: Request, total: int, query: Query) -> Document:
        shown = original(request, total, query)

        def link(number: int, size: int) -> str:
            return api.page_link(request, number, dataclasses.replace(query, page_size=size))

        change(shown, link, total, query)
        return shown

    api.replace(Api.page_links, page_links)


fault("page-first-without-size", {"PAGE-009"}, PAGINATION)(
    "The link first has no page size.",
    _in_page_links(lambda links, *_: links.update(first=re.sub(r"&page%5Bsize%5D=\d+", "", links["first"]))),
)


@fault("page-prev-of-the-size-of-the-page", {"PAGE-009"}, PAGINATION, also={"PAGE-001": "it leads to another page"})
@_in_page_links
def prev_of_the_size_of_the_page(links: Document, link: Callable[..., str], total: int, query: Query) -> None:
    """The link prev has the number of elements of the page for its size."""
    shown = min(query.page_size, total - (query.page_number - 1) * query.page_size)
    if "prev" in links and shown > 0:
        links["prev"] = link(query.page_number - 1, max(1, shown - 1))


@fault("page-size-one-is-the-default", {"PAGE-008"}, PAGINATION)
@instead_of(Api.parse_page)
def size_one(original: Callable[..., None], query: Query, name: str, key: str, value: str) -> None:
    """A page size of one is taken for none."""
    original(query, name, key, value)
    if query.page_size == 1:
        query.page_size = Api.default_page_size


@fault("page-of-a-word-is-the-first", {"PAGE-005"}, PAGINATION)
@instead_of(Api.parse_page)
def word_is_the_first(original: Callable[..., None], query: Query, name: str, key: str, value: str) -> None:
    """A page number that is a word is the first page."""
    original(query, name, key, "1" if key == "number" and value.isalpha() else value)


@fault("fields-unknown-ignored-by-the-collection", {"FLDS-004"}, "Documented API, fields")
@instead_of(Api.parse_parameter)
def ignored_by_the_collection(
    original: Callable[..., None], query: Query, name: str, value: str, endpoint: Endpoint
) -> None:
    """The collection ignores unknown fields."""
    if endpoint.collection and name == "fields[invoices]":
        value = ",".join(each for each in value.split(",") if each in KINDS["invoices"] or each == "account")
    original(query, name, value, endpoint)


@fault("page-number-twice-in-links", {"PAGE-001"}, PAGINATION)
@instead_of(Api.page_link)
def number_twice(original: Callable[..., str], request: Request, number: int, query: Query) -> str:
    """The links of a page have its own number, too, and the server refuses that."""
    own = f"&page%5Bnumber%5D={query.page_number}" if "number" in request.query else ""
    return original(request, number, query) + own


# Filters.
@effect
def _reads(api: Api, attributes: dict[str, str], operators: dict[str, str]) -> None:
    """Let filters read other attributes, and apply other operators."""

    def matches(original: Callable[..., bool], record: Record, wanted: Condition) -> bool:
        attribute = attributes.get(wanted.attribute, wanted.attribute)
        action = operators.get(wanted.operator, wanted.operator)
        return original(record, dataclasses.replace(wanted, attribute=attribute, operator=action))

    api.replace(Api.matches, matches)


fault("filter-start-is-part", {"FILT-006"}, API_FILTERS)(
    "A filter by the beginning of a text looks at all of it.", _reads({}, {"start": "cont"})
)
fault("filter-end-is-part", {"FILT-006"}, API_FILTERS)(
    "A filter by the end of a text looks at all of it.", _reads({}, {"end": "cont"})
)
fault("filter-part-is-start", {"FILT-006"}, API_FILTERS)(
    "A filter by a part of a text looks at its beginning.", _reads({}, {"cont": "start"})
)
fault("filter-terminated-reads-originated", {"FILT-006"}, API_FILTERS)(
    "Filters by terminated calls read those of originated ones.",
    _reads(
        {
            name: name.replace("terminated", "originated")
            for name in KINDS["invoices"]
            if name.startswith("terminated") and not name.endswith("-at")
        },
        {},
    ),
)
fault("filter-billing-reads-calls-duration", {"FILT-006"}, API_FILTERS)(
    "A filter by the billed duration reads that of the calls.",
    _reads({"originated-billing-duration": "originated-calls-duration"}, {}),
)
fault("filter-last-call-reads-first", {"FILT-005"}, API_FILTERS)(
    "A filter by the last call reads the first one.",
    _reads({"originated-last-call-at": "originated-first-call-at"}, {}),
)


@fault("filter-other-than-is-equal-for-numbers", {"FILT-006"}, API_FILTERS)
@instead_of(Api.matches)
def other_than_is_equal(original: Callable[..., bool], record: Record, wanted: Condition) -> bool:
    """A filter by another amount or count than one selects those that have it."""
    if wanted.operator == "not_eq" and isinstance(wanted.operand, Decimal | int):
        wanted = dataclasses.replace(wanted, operator="eq")
    return original(record, wanted)


@fault("filter-zero-is-none", {"FILT-006"}, API_FILTERS)
@instead_of(Api.matches)
def zero_is_none(original: Callable[..., bool], record: Record, wanted: Condition) -> bool:
    """A filter by a count of zero is taken for one without a value."""
    return (wanted.operand == 0 and wanted.attribute.endswith("-count")) or original(record, wanted)


@fault("filter-amounts-as-doubles", {"FILT-003"}, API_FILTERS)
@instead_of(Api.matches)
def amounts_as_doubles(original: Callable[..., bool], record: Record, wanted: Condition) -> bool:
    """Amounts are compared with the precision of a double."""
    if wanted.operator == "eq" and isinstance(wanted.operand, Decimal):
        return bool(float(record.attributes()[wanted.attribute]) == float(wanted.operand))  # type: ignore[arg-type]
    return original(record, wanted)


@fault("filter-list-with-unknown-is-empty", {"FILT-002"}, API_FILTERS)
@instead_of(Api.matches)
def list_with_unknown(original: Callable[..., bool], record: Record, wanted: Condition) -> bool:
    """A list of accounts of which one does not exist selects nothing."""
    known = {each.id for each in ACCOUNTS}
    unknown = wanted.attribute == "account-id" and wanted.operator == "in" and not known.issuperset(wanted.operand)
    return not unknown and original(record, wanted)


@fault("filter-counts-include-the-border", {"FILT-005"}, API_FILTERS)
@instead_of(Api.matches)
def counts_include_the_border(original: Callable[..., bool], record: Record, wanted: Condition) -> bool:
    """A filter by a count above a border selects the border, too."""
    if wanted.operator == "gt" and wanted.attribute.endswith("-count"):
        wanted = dataclasses.replace(wanted, operator="gteq")
    return original(record, wanted)


@fault("filter-without-operator-ignored", {"FILT-001"}, FILTERING)
@instead_of(Api.parse_filter)
def without_operator_ignored(original: Callable[..., None], query: Query, name: str, key: str, *rest: Any) -> None:
    """A filter with the name of an attribute and no operator is ignored."""
    if key not in KINDS["invoices"]:
        original(query, name, key, *rest)


def _crashes(names: str, values: str) -> Install:
    def parse(original: Callable[..., None], query: Query, name: str, key: str, *rest: Any) -> None:
        if re.fullmatch(names, key) and re.fullmatch(values, rest[0]):
            raise crash()
        original(query, name, key, *rest)

    return instead_of(Api.parse_filter)(parse)


fault("filter-not-a-number-crash", {"FILT-004", "ERR-011"}, OWASP_CONFIGURATION)(
    "An amount that is not a number is answered with 500.", _crashes(".*_spent_.*", "NaN")
)
fault("filter-exponent-crash", {"FILT-004", "ERR-011"}, OWASP_CONFIGURATION)(
    "An amount with a large exponent is answered with 500.", _crashes(".*_spent_.*", ".*e400")
)
fault("filter-amount-of-letters-crash", {"FILT-004", "ERR-011"}, OWASP_CONFIGURATION)(
    "An amount of letters is answered with 500.", _crashes(".*_spent_.*", "[a-z]+")
)

# Who sees it.
fault("auth-anonymous-pages", {"AUTH-001"}, CREDENTIALS)(
    "The pages behind the first need no credentials.", open_to_all(is_collection & _asks("page[number]=2"))
)
fault("auth-anonymous-filters", {"AUTH-001"}, CREDENTIALS)(
    "What is filtered needs no credentials.", open_to_all(is_collection & _asks("filter["))
)
fault("auth-anonymous-accounts", {"AUTH-001"}, CREDENTIALS)(
    "The list of accounts needs no credentials.", open_to_all(lambda request: request.path.endswith("/accounts"))
)


@effect
def _also_lists(api: Api, kind: str, more: Sequence[Record]) -> None:
    """List for the second customer what the first one owns, too."""

    def records(original: Callable[..., Sequence[Record]], request: Request, name: str) -> Sequence[Record]:
        found = original(request, name)
        return [*found, *more] if request.customer == OTHER_CUSTOMER and name == kind else found

    api.replace(Api.records, records)


fault("tenant-second-sees-the-first", {"SEC-004"}, OWASP_OBJECTS, needs=LISTED)(
    "The second customer's collection has the first one's invoices, too.",
    _also_lists("invoices", [each for each in INVOICES if each.visible and each.account.customer == CUSTOMER]),
)
fault("tenant-second-sees-accounts-of-the-first", {"SEC-024"}, OWASP_OBJECTS, needs=LISTED)(
    "The second customer's list of accounts has the first one's, too.", _also_lists("accounts", [MAIN])
)
