"""Faults in what a filter makes of odd values, and in the links of what it selects."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any

from conformance.reference.app import Api
from conformance.reference.data import FOREIGN, INVOICES
from conformance.reference.faults import Area
from conformance.reference.faults.clauses import (
    API_COLLECTION,
    API_FILTERS,
    FILTERING,
    OWASP_CONFIGURATION,
    OWASP_EXISTENCE,
    OWASP_OBJECTS,
    PAGINATION,
)
from conformance.reference.faults.effects import crash, not_found
from conformance.reference.faults.needs import COLLECTION, LISTED
from conformance.reference.faults.seams import effect, instead_of
from conformance.reference.selection import Condition, Record, filter_names

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Sequence

    from conformance.reference.faults.seams import Install
    from conformance.reference.message import Document, Request
    from conformance.reference.query import Query

fault = Area(__name__, API_FILTERS, needs=COLLECTION)


@effect
def _reads(api: Api, names: str, read: Callable[[str], str | None]) -> None:
    """Read the values of filters whose names match otherwise: as other ones; not at all for None."""

    def parse(original: Callable[..., None], query: Query, name: str, key: str, *rest: Any) -> None:
        other = read(rest[0]) if re.fullmatch(names, key) else rest[0]
        if other is not None:
            original(query, name, key, other, *rest[1:])

    api.replace(Api.parse_filter, parse)


def _drops(names: str, when: Callable[[str], object]) -> Install:
    return _reads(names, lambda value: None if when(value) else value)


def _crashes(names: str, when: Callable[[str], object]) -> Install:
    def read(value: str) -> str:
        if when(value):
            raise crash()
        return value

    return _reads(names, read)


@effect
def _matches(api: Api, action: str, matches: Callable[[str | None, str], bool]) -> None:
    """Let a filter on the reference select what ``matches`` is true of, too."""

    def match(original: Callable[..., bool], record: Record, wanted: Condition) -> bool:
        if (wanted.attribute, wanted.operator) != ("reference", action) or original(record, wanted):
            return original(record, wanted)
        value: Any = api.value_of(record, "reference")
        return matches(value, str(wanted.operand))

    api.replace(Api.matches, match)


def _contains(wildcard: str, pattern: str) -> Callable[[str | None, str], bool]:
    return lambda value, text: text == wildcard and value is not None and bool(re.search(pattern, value))


def _are_one_number(value: str | None, text: str) -> bool:
    return bool(value and value.isdecimal() and re.fullmatch(r"[0-9.]+", text) and float(text) == int(value))


def _has(part: str) -> Callable[[str], bool]:
    return lambda value: part in value


# Texts.
fault("filter-asterisk-is-a-wildcard", {"FILT-006"})(
    "An asterisk in the text of an eq filter stands for any characters.",
    _matches(
        "eq", lambda value, text: value is not None and bool(re.fullmatch(re.escape(text).replace(r"\*", ".*"), value))
    ),
)
fault("filter-part-with-percent-is-a-pattern", {"FILT-006"})(
    "A percent sign in a part of a text stands for any characters.", _matches("cont", _contains("%", ".*"))
)
fault("filter-part-with-underscore-is-a-pattern", {"FILT-006"})(
    "An underscore in a part of a text stands for any character.", _matches("cont", _contains("_", "."))
)
fault("filter-part-with-dot-is-a-pattern", {"FILT-006"})(
    "A part of a text is a regular expression where it has a dot.", _matches("cont", _contains(".", "."))
)
fault("filter-text-as-number", {"FILT-006"})(
    "Texts that are numbers are compared as such.", _matches("eq", _are_one_number)
)
fault("filter-null-is-a-word", {"FILT-006"})(
    "The word null in a filter stands for null.", _matches("eq", lambda value, text: value is None and text == "null")
)


for _name, _what, _part in (
    ("quote", "A quote", "'"),
    ("backslash", "A backslash", "\\"),
    ("bracket", "A bracket", "("),
    ("four-bytes", "A character of four bytes", "\U0001f4de"),
    ("invisible", "A mark that nobody sees", "\u200b"),
):
    fault(f"filter-text-{_name}-crash", {"ERR-011"})(
        f"{_what} in the text of an eq filter is answered with 500.",
        _crashes("reference_eq", _has(_part)),
    )
fault("filter-long-text-dropped", {"FILT-006"})(
    "A text of more than 255 characters is dropped.", _drops("reference_eq", lambda value: len(value) > 255)
)
fault("filter-angle-brackets-dropped", {"FILT-006"})(
    "A filter by what looks like markup is dropped.", _drops("reference_eq", lambda value: "<" in value)
)

# Values of the wrong type.
fault("filter-impossible-date-crash", {"FILT-004", "ERR-011"}, OWASP_CONFIGURATION)(
    "A day that no month has is answered with 500.", _crashes("start_date_gteq", lambda value: "-02-30T" in value)
)
fault("filter-number-with-letters-cut", {"FILT-004"}, OWASP_CONFIGURATION)(
    "Of a number with letters behind it the digits count.",
    _reads(".*_count_.*", lambda value: re.sub("^([0-9]+)[a-z]+$", r"\1", value)),
)
fault("filter-flag-of-a-word-dropped", {"FILT-004"}, OWASP_CONFIGURATION)(
    "A flag that is neither true nor false is dropped.", _drops("has_pdf_eq", lambda value: value == "maybe")
)
fault("filter-last-date-crash", {"ERR-011", "FILT-003"})(
    "The last date of the calendar is answered with 500.", _crashes("start_date_.*", lambda value: "9999-" in value)
)
fault("filter-none-of-several-ignored", {"FILT-006"})(
    "A filter for all but some numbers of calls that came in is ignored.",
    _drops("terminated_calls_count_not_in", bool),
)
fault("filter-offset-ignored", {"FILT-005"})(
    "The offset of a time is not looked at.",
    _reads(".*_date_.*", lambda value: re.sub(r"[+-]\d\d:\d\d$", "Z", value)),
)


# What does not exist.
def _is_known(condition: Condition) -> bool:
    wanted = condition.operand if isinstance(condition.operand, tuple) else (condition.operand,)
    known = {each for invoice in INVOICES for each in (invoice.id, invoice.account.id)}
    return not known.isdisjoint(wanted)


def _drops_unknown(attribute: str, action: str) -> Install:
    """Drop a condition on an id that nobody has."""

    def select(original: Callable[..., Any], records: Iterable[Record], conditions: Sequence[Condition]) -> Any:
        wanted = (attribute, action)
        return original(
            records, [each for each in conditions if (each.attribute, each.operator) != wanted or _is_known(each)]
        )

    return instead_of(Api.select)(select)


fault(
    "filter-unknown-id-dropped",
    {"FILT-003"},
    FILTERING,
    also={"SEC-031": "an invoice of another customer selects nothing"},
)("A filter by an invoice that nobody has is dropped.", _drops_unknown("id", "eq"))
fault(
    "filter-unknown-accounts-dropped",
    {"FILT-003"},
    FILTERING,
    also={"SEC-031": "an account of another customer selects nothing"},
)("A filter by a list of accounts that nobody has is dropped.", _drops_unknown("account-id", "in"))


@effect
def _reveals(api: Api, names: str, known: Callable[[str], bool]) -> None:
    """Answer with 404 a filter by what another customer has."""

    def read(value: str) -> str:
        if known(value.lower()):
            raise not_found()
        return value

    _reads(names, read)(api)


_FOREIGN = {invoice.id for invoice in INVOICES if invoice.account is FOREIGN}
fault("filter-foreign-id-not-found", {"SEC-031"}, OWASP_EXISTENCE, needs=LISTED)(
    "A filter by another customer's invoice is answered with 404.", _reveals("id_eq", lambda value: value in _FOREIGN)
)
fault("filter-foreign-accounts-not-found", {"SEC-031"}, OWASP_EXISTENCE, needs=LISTED)(
    "A filter by a list with another customer's account is answered with 404.",
    _reveals("account_id_in", lambda value: FOREIGN.id in value),
)


@effect
def _shows_foreign(api: Api, attribute: str, action: str) -> None:
    """Select among everybody's invoices by one filter."""

    def select(original: Callable[..., Any], records: Iterable[Record], conditions: Sequence[Condition]) -> Any:
        found = list(original(records, conditions))
        if any((each.attribute, each.operator) == (attribute, action) for each in conditions):
            others = [invoice for invoice in INVOICES if invoice.account is FOREIGN and invoice not in found]
            found += [each for each in others if all(api.matches(each, wanted) for wanted in conditions)]
        return found

    api.replace(Api.select, select)


fault("filter-ids-of-everybody", {"SEC-004"}, OWASP_OBJECTS, needs=LISTED)(
    "A filter by a list of ids selects among the invoices of all customers.", _shows_foreign("id", "in")
)
fault("filter-reference-of-everybody", {"SEC-004"}, OWASP_OBJECTS, needs=LISTED)(
    "A filter by the reference selects among the invoices of all customers.", _shows_foreign("reference", "eq")
)


@fault("filter-unknown-operator-ignored", {"FILT-001"}, FILTERING)
@instead_of(Api.parse_filter)
def unknown_operator_ignored(original: Callable[..., None], query: Query, name: str, key: str, *rest: Any) -> None:
    """A filter on an attribute whose operator nobody knows is ignored."""
    if key in filter_names("invoices") or not key.startswith("reference_"):
        original(query, name, key, *rest)


@fault("listing-arranged-loses", {"COLL-010"}, API_COLLECTION)
@instead_of(Api.collection)
def arranged_loses(original: Callable[..., Document], request: Request, name: str, query: Query) -> Document:
    """A sort beside an inclusion and no filter leaves out what has no calls."""
    if query.include and "sort=" in request.query and not query.conditions:
        query.conditions.append(Condition("originated-calls-count", "gt", 0))
    return original(request, name, query)


# Links.
@effect
def _in_links(api: Api, change: Callable[[Document, Callable[[int], str], int, Query], object]) -> None:
    def links(original: Callable[..., Document], request: Request, total: int, query: Query) -> Document:
        shown = original(request, total, query)
        change(shown, lambda number: api.page_link(request, number, query), max(1, -(-total // query.page_size)), query)
        return shown

    api.replace(Api.page_links, links)


@fault("page-last-rounded-down", {"PAGE-011"}, PAGINATION)
@_in_links
def last_rounded_down(links: Document, link: Callable[[int], str], pages: int, query: Query) -> None:
    """Of pages of seven one that is not full does not count for the link last."""
    if query.page_size == 7:
        links["last"] = link(max(1, pages - 1))


@fault("page-last-beyond-the-only-one", {"PAGE-011"}, PAGINATION)
@_in_links
def last_beyond_the_only_one(links: Document, link: Callable[[int], str], pages: int, query: Query) -> None:
    """A page that is the only one leads to another as the last."""
    if pages == 1 and query.page_size > 5:
        links["last"] = link(2)


fault("page-next-of-nothing", {"PAGE-011"}, PAGINATION)(
    "A page of nothing has a link next.",
    _in_links(lambda links, link, _pages, query: links.update(next=link(2)) if query.page_size == 5 else None),
)
fault("page-next-past-the-end", {"PAGE-001"}, PAGINATION)(
    "What lies past the end has a link next.",
    _in_links(
        lambda links, link, pages, query: (
            links.update(next=link(query.page_number + 1)) if query.page_number > pages else None
        )
    ),
)
fault("page-first-is-not-the-first", {"PAGE-001"}, PAGINATION)(
    "From the third page on the link first leads to the second.",
    _in_links(lambda links, link, _pages, query: links.update(first=link(2)) if query.page_number > 2 else None),
)
fault("page-next-of-a-filter-missing", {"PAGE-012"}, PAGINATION)(
    "What is filtered has no link next.",
    _in_links(lambda links, _link, _pages, query: links.pop("next", None) if query.conditions else None),
)


@fault("page-links-lose-quotes", {"PAGE-004"}, PAGINATION)
@instead_of(Api.page_link)
def links_lose_quotes(original: Callable[..., str], request: Request, number: int, query: Query) -> str:
    """The links between pages lose quotes and angle brackets."""
    return re.sub("%2[27]|%3[CE]", "", original(request, number, query))


@fault("page-links-lose-second-filter", {"PAGE-004"}, PAGINATION)
@instead_of(Api.page_link)
def links_lose_second_filter(original: Callable[..., str], request: Request, number: int, query: Query) -> str:
    """The links between pages have one filter."""
    return re.sub("(filter[^&]*&)filter[^&]*&", r"\1", original(request, number, query))
