"""Faults of sorting."""

from __future__ import annotations

from decimal import Decimal
from typing import TYPE_CHECKING, Any

from conformance.reference.app import Api
from conformance.reference.faults import Area
from conformance.reference.faults.clauses import SORTING
from conformance.reference.faults.effects import crashes_in, not_found, skips
from conformance.reference.faults.needs import COLLECTION
from conformance.reference.faults.seams import instead_of
from conformance.reference.message import Problem
from conformance.reference.selection import KINDS, Record
from conformance.reference.serialise import plain

if TYPE_CHECKING:
    from collections.abc import Callable

    from conformance.reference.faults.seams import Install
    from conformance.reference.query import Endpoint, Query

fault = Area(__name__, SORTING, needs=COLLECTION)
_PAGES = {"PAGE-003": "the pages of a sorted view are sorted in the same way"}


def _by(name: str, change: Callable[[Any], Any]) -> Install:
    """Sort by attributes whose name ends so as ``change`` makes their values."""
    return instead_of(Api.sort_key)(
        lambda original, record, attribute: (
            change(record.attributes()[attribute]) if attribute.endswith(name) else original(record, attribute)
        )
    )


def _read_as(change: Callable[[str, Endpoint], str]) -> Install:
    """Read another value of sort than the one that was sent."""
    return instead_of(Api.parse_sort)(
        lambda original, query, name, value, endpoint: original(query, name, change(value, endpoint), endpoint)
    )


def _known(value: str, endpoint: Endpoint) -> str:
    return ",".join(each for each in value.split(",") if each.removeprefix("-") in KINDS[endpoint.type])


@fault("sort-decimals-as-text", {"SORT-005"}, also=_PAGES)
@instead_of(Api.sort_key)
def decimals_as_text(original: Callable[..., Any], record: Record, attribute: str) -> Any:
    """Amounts are sorted as text."""
    value = record.attributes().get(attribute)
    return (False, str(plain(value))) if isinstance(value, Decimal) else original(record, attribute)


fault("sort-minus-ignored", {"SORT-001"})(
    "A minus sign before a sort field is ignored.", _read_as(lambda value, _: value.removeprefix("-"))
)
fault("sort-counts-as-text", {"SORT-001"})(
    "Counts are sorted as text.", _by("-count", lambda value: (False, str(value)))
)
fault("sort-second-field-ignored", {"SORT-002"})(
    "Only the first sort field counts.",
    instead_of(Api.arrange)(lambda original, records, order: original(records, order[:1])),
)


@fault("sort-unknown-ignored", {"SORT-003"})
@instead_of(Api.parse_sort)
def unknown_sort_ignored(
    original: Callable[..., None], query: Query, name: str, value: str, endpoint: Endpoint
) -> None:
    """A sort that is not possible is ignored."""
    try:
        original(query, name, value, endpoint)
    except Problem:
        return


fault("sort-capitals-as-default", {"SORT-003"})(
    "A sort field in capitals is ignored.",
    skips(Api.parse_sort, lambda _query, _name, value, _endpoint: value.isupper()),
)
fault("sort-flag-crash", {"SORT-004", "ERR-011"})(
    "Sorting by has-pdf is answered with 500.",
    crashes_in(Api.parse_sort, lambda _query, _name, value, _endpoint: "has-pdf" in value),
)
fault("sort-of-nothing-crash", {"ROB-004", "ERR-011"})(
    "A list of empty sort fields is answered with 500.",
    crashes_in(Api.parse_sort, lambda _query, _name, value, _endpoint: value and not value.strip(",")),
)


@fault("sort-ignored", {"SORT-001"}, also=_PAGES)
@instead_of(Api.parse_sort)
def ignored(original: Callable[..., None], query: Query, name: str, value: str, endpoint: Endpoint) -> None:
    """Whatever sort is asked for, the order is the usual one."""
    original(query, name, value, endpoint)
    query.sort = endpoint.default_sort


fault("sort-flags-as-they-come", {"SORT-001"})(
    "The sort field has-pdf is accepted and ignored.", _by("has-pdf", lambda _: 0)
)
fault("sort-texts-by-length", {"SORT-001"})(
    "References are sorted by their length.", _by("reference", lambda value: (value is None, len(value or "")))
)
fault("sort-times-by-day-of-month", {"SORT-001"})(
    "End dates are sorted by the day of the month.", _by("end-date", lambda value: value.day)
)
fault("sort-decimals-as-whole-numbers", {"SORT-001"})(
    "Amounts are sorted by what stands before the decimal point.", _by("originated-amount-spent", int)
)
fault("sort-ties-newest-first", {"SORT-002"})(
    "What the first sort field leaves tied is in the default order, whatever the second one is.",
    instead_of(Api.arrange)(
        lambda original, records, order: original(
            records, order if len(order) < 2 else (*order[:1], ("start-date", True))
        )
    ),
)
fault("sort-fields-in-reverse", {"SORT-002"})(
    "Of several sort fields the last one counts first.",
    instead_of(Api.arrange)(lambda original, records, order: original(records, tuple(reversed(order)))),
)
fault("sort-second-minus-ignored", {"SORT-002"})(
    "The minus sign counts for the first sort field only.",
    instead_of(Api.arrange)(
        lambda original, records, order: original(records, (*order[:1], *((name, False) for name, _ in order[1:])))
    ),
)
fault("sort-path-ignored", {"SORT-003"})(
    "A sort field with a path is ignored.", skips(Api.parse_sort, lambda _query, _name, value, _endpoint: "." in value)
)


@fault("sort-amount-not-found", {"SORT-004"})
@instead_of(Api.parse_sort)
def amount_not_found(original: Callable[..., None], query: Query, name: str, value: str, endpoint: Endpoint) -> None:
    """Sorting by an amount is answered with 404."""
    if "amount" in value:
        raise not_found()
    original(query, name, value, endpoint)


fault("sort-unknown-second-field", {"SORT-003"})(
    "Of several sort fields those that do not exist are left out.",
    _read_as(lambda value, endpoint: _known(value, endpoint) or value),
)
