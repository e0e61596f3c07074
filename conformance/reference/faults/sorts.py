"""Faults of sorting."""

from __future__ import annotations

from decimal import Decimal
from typing import TYPE_CHECKING, Any

from conformance.reference.faults import fault
from conformance.reference.message import Problem
from conformance.reference.selection import KINDS, Record
from conformance.reference.serialise import plain

if TYPE_CHECKING:
    from collections.abc import Callable

    from conformance.reference.app import Api
    from conformance.reference.query import Endpoint, Query

JSON_API = "JSON:API 1.1"
COLLECTION = {"collection"}
SORTING = f"{JSON_API}, fetching-sorting"
_PAGES = {"PAGE-003": "the pages of a sorted view are sorted in the same way"}


@fault("sort-decimals-as-text", caught_by={"SORT-001"}, clause=SORTING, needs=COLLECTION, also=_PAGES)
def decimals_as_text(api: Api) -> None:
    """Amounts are sorted as text."""

    def key(original: Callable[..., Any], record: Record, attribute: str) -> Any:
        value = api.value_of(record, attribute)
        return (False, str(plain(value))) if isinstance(value, Decimal) else original(record, attribute)

    api.replace("sort_key", key)


@fault(
    "sort-minus-ignored",
    caught_by={"SORT-001"},
    clause=SORTING,
    needs=COLLECTION,
)
def minus_ignored(api: Api) -> None:
    """A minus sign before a sort field is ignored."""

    def parse(original: Callable[..., None], query: Query, name: str, value: str, endpoint: Endpoint) -> None:
        original(query, name, value.replace("-", "", 1) if value.startswith("-") else value, endpoint)

    api.replace("parse_sort", parse)


@fault(
    "sort-counts-as-text",
    caught_by={"SORT-001"},
    clause=SORTING,
    needs=COLLECTION,
)
def counts_as_text(api: Api) -> None:
    """Counts are sorted as text."""

    def key(original: Callable[..., Any], record: Record, attribute: str) -> Any:
        return (
            (False, str(api.value_of(record, attribute)))
            if attribute.endswith("-count")
            else original(record, attribute)
        )

    api.replace("sort_key", key)


@fault("sort-second-field-ignored", caught_by={"SORT-002"}, clause=SORTING, needs=COLLECTION)
def second_field_ignored(api: Api) -> None:
    """Only the first sort field counts."""
    api.replace("arrange", lambda original, records, order: original(records, order[:1]))


@fault("sort-unknown-ignored", caught_by={"SORT-003"}, clause=SORTING, needs=COLLECTION)
def unknown_sort_ignored(api: Api) -> None:
    """A sort that is not possible is ignored."""

    def parse(original: Callable[..., None], query: Query, name: str, value: str, endpoint: Endpoint) -> None:
        try:
            original(query, name, value, endpoint)
        except Problem:
            return

    api.replace("parse_sort", parse)


@fault("sort-any-case", caught_by={"SORT-003"}, clause=SORTING, needs=COLLECTION)
def any_case_sort(api: Api) -> None:
    """Sort fields are compared without regard to case."""

    def parse(original: Callable[..., None], query: Query, name: str, value: str, endpoint: Endpoint) -> None:
        original(query, name, value.lower(), endpoint)

    api.replace("parse_sort", parse)


@fault("sort-flag-crash", caught_by={"SORT-004", "ERR-011"}, clause=SORTING, needs=COLLECTION)
def flag_crash(api: Api) -> None:
    """Sorting by has-pdf is answered with 500."""

    def parse(original: Callable[..., None], query: Query, name: str, value: str, endpoint: Endpoint) -> None:
        if "has-pdf" in value:
            raise Problem(500, "Internal server error", "Something went wrong.")
        original(query, name, value, endpoint)

    api.replace("parse_sort", parse)


@fault("sort-of-nothing-crash", caught_by={"ROB-004", "ERR-011"}, clause=SORTING, needs=COLLECTION)
def of_nothing_crash(api: Api) -> None:
    """A list of empty sort fields is answered with 500."""

    def parse(original: Callable[..., None], query: Query, name: str, value: str, endpoint: Endpoint) -> None:
        if value and not value.strip(","):
            raise Problem(500, "Internal server error", "Something went wrong.")
        original(query, name, value, endpoint)

    api.replace("parse_sort", parse)


@fault("sort-ignored", caught_by={"SORT-001"}, clause=SORTING, needs=COLLECTION, also=_PAGES)
def ignored(api: Api) -> None:
    """Whatever sort is asked for, the order is the usual one."""

    def parse(original: Callable[..., None], query: Query, name: str, value: str, endpoint: Endpoint) -> None:
        original(query, name, value, endpoint)
        query.sort = endpoint.default_sort

    api.replace("parse_sort", parse)


@fault("sort-flags-as-they-come", caught_by={"SORT-001"}, clause=SORTING, needs=COLLECTION)
def flags_as_they_come(api: Api) -> None:
    """The sort field has-pdf is accepted and ignored."""
    _alter_key(api, "has-pdf", lambda _: 0)


@fault("sort-texts-by-length", caught_by={"SORT-001"}, clause=SORTING, needs=COLLECTION)
def texts_by_length(api: Api) -> None:
    """References are sorted by their length."""
    _alter_key(api, "reference", lambda value: (value is None, len(value or "")))


@fault("sort-times-by-day-of-month", caught_by={"SORT-001"}, clause=SORTING, needs=COLLECTION)
def times_by_day(api: Api) -> None:
    """End dates are sorted by the day of the month."""
    _alter_key(api, "end-date", lambda value: value.day)


@fault("sort-decimals-as-whole-numbers", caught_by={"SORT-001"}, clause=SORTING, needs=COLLECTION)
def decimals_as_whole_numbers(api: Api) -> None:
    """Amounts are sorted by what stands before the decimal point."""
    _alter_key(api, "originated-amount-spent", int)


def _alter_key(api: Api, name: str, change: Callable[[Any], Any]) -> None:
    """Sort the attribute ``name`` by what ``change`` makes of its value."""

    def key(original: Callable[..., Any], record: Record, attribute: str) -> Any:
        return change(api.value_of(record, name)) if attribute == name else original(record, attribute)

    api.replace("sort_key", key)


@fault("sort-fields-in-reverse", caught_by={"SORT-002"}, clause=SORTING, needs=COLLECTION)
def fields_in_reverse(api: Api) -> None:
    """Of several sort fields the last one counts first."""
    api.replace("arrange", lambda original, records, order: original(records, tuple(reversed(order))))


@fault("sort-second-minus-ignored", caught_by={"SORT-002"}, clause=SORTING, needs=COLLECTION)
def second_minus_ignored(api: Api) -> None:
    """The minus sign counts for the first sort field only."""

    def arrange(original: Callable[..., list[Record]], records: list[Record], order: Any) -> list[Record]:
        return original(records, (*order[:1], *((name, False) for name, _ in order[1:])))

    api.replace("arrange", arrange)


@fault("sort-path-ignored", caught_by={"SORT-003"}, clause=SORTING, needs=COLLECTION)
def path_ignored(api: Api) -> None:
    """A sort field with a path is ignored."""

    def parse(original: Callable[..., None], query: Query, name: str, value: str, endpoint: Endpoint) -> None:
        if "." not in value:
            original(query, name, value, endpoint)

    api.replace("parse_sort", parse)


@fault("sort-amount-not-found", caught_by={"SORT-004"}, clause=SORTING, needs=COLLECTION)
def amount_not_found(api: Api) -> None:
    """Sorting by an amount is answered with 404."""

    def parse(original: Callable[..., None], query: Query, name: str, value: str, endpoint: Endpoint) -> None:
        if "amount" in value:
            raise Problem(404, "Record not found", "There is no such record.")
        original(query, name, value, endpoint)

    api.replace("parse_sort", parse)


@fault("sort-unknown-second-field", caught_by={"SORT-003"}, clause=SORTING, needs=COLLECTION)
def unknown_second_field(api: Api) -> None:
    """Of several sort fields those that do not exist are left out."""

    def parse(original: Callable[..., None], query: Query, name: str, value: str, endpoint: Endpoint) -> None:
        fields = value.split(",")
        known = [field for field in fields if field.removeprefix("-") in KINDS[endpoint.type]]
        original(query, name, ",".join(known) if known else value, endpoint)

    api.replace("parse_sort", parse)
