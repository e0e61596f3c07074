"""Faults of sorting."""

from __future__ import annotations

from decimal import Decimal
from typing import TYPE_CHECKING, Any

from conformance.reference.faults import fault
from conformance.reference.message import Problem
from conformance.reference.selection import Record, value_of
from conformance.reference.serialise import plain

if TYPE_CHECKING:
    from collections.abc import Callable

    from conformance.reference.app import Api
    from conformance.reference.query import Endpoint, Query

JSON_API = "JSON:API 1.1"
COLLECTION = {"collection"}
PAGING = f"{JSON_API}, fetching-pagination"
SORTING = f"{JSON_API}, fetching-sorting"
FILTERING = f"{JSON_API}, fetching-filtering"


@fault("sort-decimals-as-text", caught_by={"SORT-001"}, clause=SORTING, needs=COLLECTION)
def decimals_as_text(api: Api) -> None:
    """Amounts are sorted as text."""

    def key(original: Callable[..., Any], record: Record, attribute: str) -> Any:
        value = value_of(record, attribute)
        return (False, str(plain(value))) if isinstance(value, Decimal) else original(record, attribute)

    api.replace("sort_key", key)


@fault(
    "sort-minus-ignored",
    caught_by={"SORT-001"},
    clause=SORTING,
    also={"SORT-002": "so it is for a second field"},
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
    also={"SORT-002": "so are they as a first key"},
    needs=COLLECTION,
)
def counts_as_text(api: Api) -> None:
    """Counts are sorted as text."""

    def key(original: Callable[..., Any], record: Record, attribute: str) -> Any:
        return (
            (False, str(value_of(record, attribute))) if attribute.endswith("-count") else original(record, attribute)
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
