"""Faults of what a collection selects, of odd queries for it, and of where it ends."""

from __future__ import annotations

import dataclasses
import re
from typing import TYPE_CHECKING, Any
from urllib.parse import quote, unquote

from conformance.reference.app import Api
from conformance.reference.data import ACCOUNTS, DOCUMENTED, KNOWN_INVOICE_IDS
from conformance.reference.faults import Area
from conformance.reference.faults.clauses import (
    API_ACCOUNTS,
    API_COLLECTION,
    API_FILTERS,
    FILTERING,
    INCLUDES,
    OWASP_EXISTENCE,
    PAGINATION,
    PARAMETER_FAMILIES,
    SORTING,
)
from conformance.reference.faults.effects import crashes, forbidden, not_found, without_query
from conformance.reference.faults.needs import COLLECTION, LISTED
from conformance.reference.faults.seams import effect, instead_of
from conformance.reference.faults.where import is_collection
from conformance.reference.message import Problem
from conformance.reference.selection import Condition, Record

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Sequence

    from conformance.reference.faults.seams import Install
    from conformance.reference.message import Document, Request
    from conformance.reference.model import Invoice
    from conformance.reference.query import Query

fault = Area(__name__, API_COLLECTION, needs=COLLECTION)
_CRASH = {"QRY-009", "ERR-011"}
_FOREIGN = ACCOUNTS[-1].id


# What is listed.


def _lists(wanted: Callable[[Any], object]) -> Install:
    """List nothing but what is ``wanted``."""
    return instead_of(Api.records)(
        lambda original, request, name: [record for record in original(request, name) if wanted(record)]
    )


def _is_invoice(record: Any) -> bool:
    return hasattr(record, "account")


fault("listing-without-references", {"COLL-009"})(
    "Invoices without a reference are not in the collection.",
    _lists(lambda record: not _is_invoice(record) or record.reference is not None),
)
fault("listing-without-one", {"COLL-009"})(
    "The oldest invoices are archived, and the collection forgets them.",
    _lists(lambda record: record.id != DOCUMENTED.id),
)
fault("listing-without-credits", {"COLL-009"})(
    "Invoices on which no call succeeded are not in the collection.",
    _lists(lambda record: not _is_invoice(record) or record.originated.successful > 0),
)


@effect
def _not_found(api: Api, gone: Callable[[Invoice], object]) -> None:
    def find(original: Callable[..., Invoice], request: Request, number: str) -> Invoice:
        found = original(request, number)
        if gone(found) and found.id not in KNOWN_INVOICE_IDS:
            raise not_found()
        return found

    api.replace(Api.find_invoice, find)


fault("listed-but-not-found", {"COLL-009"})(
    "The collection shows invoices that are not found by themselves.", _not_found(lambda _: True)
)
fault("listed-accounts-incomplete", {"COLL-011"}, API_ACCOUNTS)(
    "The list of accounts has the first account alone.",
    _lists(lambda record: _is_invoice(record) or record.id not in {each.id for each in ACCOUNTS[1:]}),
)
fault("listed-accounts-empty", {"COLL-011"}, API_ACCOUNTS)("The list of accounts is empty.", _lists(_is_invoice))


# Inclusion and sorting that select.


@effect
def _narrows(api: Api, when: Callable[[Query], object], wanted: Callable[[Any], object]) -> None:
    """Let some queries select nothing but what is ``wanted``."""

    def collection(original: Callable[..., Document], request: Request, name: str, query: Query) -> Document:
        if name != "invoices" or not when(query):
            return original(request, name, query)
        records = api.records
        vars(api)["records"] = lambda *asked: [record for record in records(*asked) if wanted(record)]
        try:
            return original(request, name, query)
        finally:
            vars(api)["records"] = records

    api.replace(Api.collection, collection)


def _sorts_by(attribute: str) -> Callable[[Query], bool]:
    return lambda query: any(name == attribute for name, _ in query.sort)


fault("include-selects", {"COLL-010"}, INCLUDES)(
    "With include=account only invoices of the first account are joined.",
    _narrows(lambda query: query.include, lambda record: record.account.id == ACCOUNTS[0].id),
)
fault("sort-drops-null-times", {"COLL-010"}, SORTING)(
    "A sort by the first call leaves out invoices without calls.",
    _narrows(
        _sorts_by("originated-first-call-at"),
        lambda record: record.attributes()["originated-first-call-at"] is not None,
    ),
)
fault("sort-drops-null-references", {"COLL-010"}, SORTING)(
    "A sort by reference leaves out invoices without one.",
    _narrows(_sorts_by("reference"), lambda record: record.reference is not None),
)
fault("sort-drops-zero-counts", {"COLL-010"}, SORTING, also={"PAGE-003": "it is so page by page"})(
    "A sort by the number of transactions leaves out invoices without any.",
    _narrows(_sorts_by("service-transactions-count"), lambda record: record.services_count),
)


@fault("include-doubles-the-count", {"COLL-004", "COLL-010"}, INCLUDES)
@instead_of(Api.collection_document)
def doubles_the_count(
    original: Callable[..., Document], request: Request, records: Sequence[Record], total: int, query: Query
) -> Document:
    """The total count is the number of rows of a join, which has one more for the account of each invoice."""
    document = original(request, records, total, query)
    if query.include:
        document["meta"] = {"total-count": 2 * total}
    return document


# Filters by account that reveal what exists.


@effect
def _filters(api: Api, change: Callable[[Condition], None]) -> None:
    """Let ``change`` see each condition, and refuse it."""

    def select(original: Callable[..., Any], records: Iterable[Record], conditions: Sequence[Condition]) -> Any:
        for condition in conditions:
            change(condition)
        return original(records, conditions)

    api.replace(Api.select, select)


def _refuses(holds: Callable[[str], bool], problem: Callable[[], Problem]) -> Install:
    def refuse(condition: Condition) -> None:
        if condition.attribute == "account-id" and condition.operator == "eq" and holds(condition.operand):
            raise problem()

    return _filters(refuse)


def _unknown(number: str) -> bool:
    return number not in {account.id for account in ACCOUNTS}


for _name, _what, _holds, _problem in (
    ("foreign-forbidden", "another customer's account is answered 403", lambda number: number == _FOREIGN, forbidden),
    ("foreign-not-found", "another customer's account is answered 404", lambda number: number == _FOREIGN, not_found),
    (
        "unknown-refused",
        "an account that does not exist is answered 400",
        _unknown,
        lambda: Problem(400, "Invalid filter value", "There is no such account."),
    ),
    ("unknown-not-found", "an account that does not exist is answered 404", _unknown, not_found),
):
    fault(f"filter-account-{_name}", {"SEC-031"}, OWASP_EXISTENCE, needs=LISTED)(
        f"A filter by {_what}; other ones select nothing.", _refuses(_holds, _problem)
    )


@fault("filter-account-unknown-selects-all", {"SEC-031", "FILT-003"}, OWASP_EXISTENCE, needs=LISTED)
@instead_of(Api.select)
def unknown_selects_all(
    original: Callable[..., Any], records: Iterable[Record], conditions: Sequence[Condition]
) -> Any:
    """A filter by an account that nobody has is dropped; one by another customer's selects nothing."""
    kept = [
        each for each in conditions if each.attribute != "account-id" or each.operand == _FOREIGN or _is_known(each)
    ]
    return original(records, kept)


def _is_known(condition: Condition) -> bool:
    wanted = condition.operand if isinstance(condition.operand, tuple) else (condition.operand,)
    return not all(map(_unknown, wanted))


# Texts in filters.


@effect
def _reads_text(api: Api, matches: Callable[[str, str], bool]) -> None:
    """Compare a reference with the operand of eq by ``matches`` as well."""

    def match(original: Callable[..., bool], record: Record, wanted: Condition) -> bool:
        if wanted.attribute != "reference" or wanted.operator != "eq" or original(record, wanted):
            return original(record, wanted)
        value = api.value_of(record, "reference")
        return isinstance(value, str) and matches(value, str(wanted.operand))

    api.replace(Api.matches, match)


def _like(value: str, pattern: str, wildcards: dict[str, str]) -> bool:
    return re.fullmatch("".join(wildcards.get(each, re.escape(each)) for each in pattern), value) is not None


fault("filter-text-is-a-list", {"FILT-006"}, API_FILTERS)(
    "A comma in the text of an eq filter separates texts.", _reads_text(lambda value, text: value in text.split(","))
)
fault("filter-percent-is-a-wildcard", {"FILT-006"}, API_FILTERS)(
    "A percent sign in the text of an eq filter stands for any characters.",
    _reads_text(lambda value, text: _like(value, text, {"%": ".*"})),
)
fault("filter-underscore-is-a-wildcard", {"FILT-006"}, API_FILTERS)(
    "An underscore in the text of an eq filter stands for any character.",
    _reads_text(lambda value, text: _like(value, text, {"_": "."})),
)


@effect
def _drops_conditions(api: Api, dropped: Callable[[Condition], object]) -> None:
    def select(original: Callable[..., Any], records: Iterable[Record], conditions: Sequence[Condition]) -> Any:
        return original(records, [condition for condition in conditions if not dropped(condition)])

    api.replace(Api.select, select)


fault("filter-blank-dropped", {"FILT-006"}, API_FILTERS)(
    "A filter by a blank text is dropped.",
    _drops_conditions(lambda condition: isinstance(condition.operand, str) and not condition.operand.strip()),
)
fault("filter-nul-dropped", {"FILT-006"}, API_FILTERS)(
    "A filter by a text that a database cannot hold is dropped.",
    without_query(lambda request: request.query.endswith("_eq%5D=%00")),
)
fault("filter-list-of-nothing-dropped", {"FILT-006"}, API_FILTERS)(
    "A filter by a list of empty texts is dropped.",
    _drops_conditions(lambda condition: isinstance(condition.operand, tuple) and not any(condition.operand)),
)


@fault("filter-malformed-account-dropped", {"FILT-004"}, FILTERING)
@instead_of(Api.parse_filter)
def malformed_account_dropped(original: Callable[..., None], query: Query, name: str, key: str, *rest: Any) -> None:
    """A filter by an account whose id is malformed is dropped."""
    if not key.startswith("account_id") or "-" in rest[0]:
        original(query, name, key, *rest)


fault("filter-far-date-crash", {"FILT-004", "ERR-011"}, FILTERING)(
    "A date beyond the last one of the database is answered with 500.",
    crashes(lambda request: "_date_gteq%5D=300000" in request.query),
)


# Odd queries.

for _name, _what, _holds_query in (
    ("semicolon", "A semicolon in the query", lambda query: ";" in query),
    ("sort-twice", "A field that is named twice in sort", lambda query: "start-date,start-date" in query),
    ("comma-behind", "A comma at the end of sort", lambda query: query.endswith("start-date,")),
    ("filter-without-name", "A filter without a name", lambda query: query.startswith("filter=")),
    ("include-behind-comma", "An empty path in include", lambda query: "include=," in query),
):
    fault(f"listing-{_name}-crash", _CRASH, PARAMETER_FAMILIES)(
        f"{_what} is answered with 500 by the collection.",
        crashes(lambda request, holds=_holds_query: is_collection(request) and holds(request.query)),  # type: ignore[misc]
    )


@fault("listing-sort-twice-multiplies", {"QRY-009"}, SORTING)
@instead_of(Api.collection_document)
def multiplies(
    original: Callable[..., Document], request: Request, records: Sequence[Record], total: int, query: Query
) -> Document:
    """A field that is named twice in sort joins the table twice, and the total count is the number of rows."""
    document = original(request, records, total, query)
    if len(query.sort) > len(dict(query.sort)):
        document["meta"] = {"total-count": total * total}
    return document


@fault("page-unknown-key-ignored", {"QRY-010"}, PARAMETER_FAMILIES)
@instead_of(Api.parse_page)
def unknown_key_ignored(original: Callable[..., None], query: Query, name: str, key: str, value: str) -> None:
    """A key of page that nobody knows is ignored."""
    if key in {"number", "size"}:
        original(query, name, key, value)


# Ends.


@effect
def _in_links(api: Api, change: Callable[[Document, Callable[[int], str], int, Query], object]) -> None:
    """Let ``change`` alter the links between pages, given what makes one, the total, and the query."""

    def links(original: Callable[..., Document], request: Request, total: int, query: Query) -> Document:
        shown = original(request, total, query)
        change(shown, lambda number: api.page_link(request, number, query), total, query)
        return shown

    api.replace(Api.page_links, links)


fault("page-last-of-full-pages-is-empty", {"PAGE-011"}, PAGINATION, also={"PAGE-001": "three may divide it, too"})(
    "Where the size divides the total the link last leads to an empty page.",
    _in_links(
        lambda links, link, total, query: (
            links.update(last=link(max(1, total // query.page_size + 1 if query.page_size < total else 1)))
            if total % query.page_size == 0
            else None
        )
    ),
)
fault("page-full-has-next", {"PAGE-011"}, PAGINATION, also={"PAGE-001": "three may divide it, too"})(
    "A page that is full has a link next, even the last one.",
    _in_links(
        lambda links, link, total, query: (
            links.update(next=link(query.page_number + 1))
            if query.page_size < total and query.page_number * query.page_size == total
            else None
        )
    ),
)
fault("page-last-of-nothing-is-zero", {"PAGE-011"}, PAGINATION)(
    "The last page of an empty collection is page 0, which is refused.",
    _in_links(lambda links, link, total, _: None if total else links.update(last=link(0))),
)
fault("page-last-of-nothing-not-found", {"PAGE-011"}, PAGINATION)(
    "A page of an empty collection that is asked for by its number is answered 404.",
    instead_of(Api.collection_document)(
        lambda original, request, records, total, query: (
            original(request, records, total, query)
            if total or "page%5Bnumber%5D" not in request.query or not query.conditions
            else _gone()
        )
    ),
)


def _gone() -> Document:
    raise not_found()


def _respells(respell: Callable[[str], str]) -> Install:
    """Write the values of parameters in the links between pages in another way."""

    def link(original: Callable[..., str], request: Request, number: int, query: Query) -> str:
        made = original(request, number, dataclasses.replace(query, parameters=[]))
        kept = [(name, value) for name, value in query.parameters if not name.startswith("page[")]
        return made.replace("?", "?" + "".join(f"{name}={respell(value)}&" for name, value in kept), 1)

    return instead_of(Api.page_link)(link)


def _encoded(text: str, safe: str = "") -> str:
    return quote(text, safe=safe)


for _name, _what, _respell in (
    ("raw-ampersands", "Ampersands are not encoded", lambda text: _encoded(text, "&")),
    ("raw-plus-signs", "Plus signs are not encoded", lambda text: _encoded(text, "+")),
    ("raw-number-signs", "Number signs are not encoded", lambda text: _encoded(text, "#")),
    ("encoded-twice", "Values are encoded twice", lambda text: _encoded(_encoded(text))),
    ("decoded-twice", "Values are decoded once too often", lambda text: _encoded(unquote(text.replace("+", " ")))),
):
    fault(
        f"page-links-{_name}",
        {"PAGE-004"},
        PAGINATION,
        also={"PAGE-009": "the list of fields is changed, too", "PAGE-011": "the link last is refused"},
    )(f"{_what} in the links between pages.", _respells(_respell))
for _name in ("first", "last", "prev"):
    fault(f"page-link-{_name}-missing", {"PAGE-012"}, PAGINATION)(
        f"Pages have no link {_name}.",
        _in_links(lambda links, *_, name=_name: links.pop(name, None)),
    )
fault("page-links-null", {"PAGE-012"}, PAGINATION)(
    "The links first and last are null.", _in_links(lambda links, *_: links.update(first=None, last=None))
)
