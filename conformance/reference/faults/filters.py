"""Faults of filters."""

from __future__ import annotations

import dataclasses
from datetime import datetime, timedelta
from typing import TYPE_CHECKING

from conformance.reference.data import INVOICES
from conformance.reference.faults import fault
from conformance.reference.message import Problem
from conformance.reference.selection import Condition, Record

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from conformance.reference.app import Api

JSON_API = "JSON:API 1.1"
COLLECTION = {"collection"}
PAGING = f"{JSON_API}, fetching-pagination"
SORTING = f"{JSON_API}, fetching-sorting"
FILTERING = f"{JSON_API}, fetching-filtering"


def _alter_filter(api: Api, change: Callable[[Callable[[], None], str, str], None]) -> None:
    def parse(original: Callable[..., None], *arguments: object) -> None:
        change(lambda: original(*arguments), str(arguments[2]), str(arguments[3]))

    api.replace("parse_filter", parse)


@fault("filter-unknown-ignored", caught_by={"FILT-001"}, clause=FILTERING, needs=COLLECTION)
def unknown_filter_ignored(api: Api) -> None:
    """Unknown filters are ignored."""

    def change(original: Callable[[], None], _key: str, _value: str) -> None:
        try:
            original()
        except Problem as problem:
            if problem.title != "Unsupported filter":
                raise

    _alter_filter(api, change)


@fault("filter-not-eq-is-eq", caught_by={"FILT-002"}, clause="Documented API, filters", needs=COLLECTION)
def not_eq_is_eq(api: Api) -> None:
    """The filter account_id_not_eq selects like account_id_eq."""

    def matches(original: Callable[..., bool], record: Record, wanted: Condition) -> bool:
        same = (wanted.attribute, wanted.operator) == ("account-id", "not_eq")
        return original(record, dataclasses.replace(wanted, operator="eq") if same else wanted)

    api.replace("matches", matches)


@fault("filter-in-takes-first", caught_by={"FILT-002"}, clause="Documented API, filters", needs=COLLECTION)
def in_takes_first(api: Api) -> None:
    """Of the accounts in account_id_in only the first counts."""

    def matches(original: Callable[..., bool], record: Record, wanted: Condition) -> bool:
        first = dataclasses.replace(wanted, operand=wanted.operand[:1]) if wanted.operator == "in" else wanted
        return original(record, first)

    api.replace("matches", matches)


@fault("filter-unknown-account-dropped", caught_by={"FILT-003"}, clause=FILTERING, needs=COLLECTION)
def unknown_account_dropped(api: Api) -> None:
    """A filter for an account that does not exist is dropped, and everything comes back."""

    def select(
        original: Callable[..., list[Record]], records: Sequence[Record], conditions: Sequence[Condition]
    ) -> list[Record]:
        known = {record.account.id for record in INVOICES}
        kept = [wanted for wanted in conditions if wanted.attribute != "account-id" or wanted.operand in known]
        return original(records, kept)

    api.replace("select", select)


@fault("filter-wrong-type-dropped", caught_by={"FILT-004"}, clause="OWASP API8:2023", needs=COLLECTION)
def wrong_type_dropped(api: Api) -> None:
    """A filter with a value of the wrong type is dropped."""

    def change(original: Callable[[], None], _key: str, _value: str) -> None:
        try:
            original()
        except Problem as problem:
            if problem.title != "Invalid filter value":
                raise

    _alter_filter(api, change)


@fault("filter-wrong-type-crash", caught_by={"FILT-004", "ERR-011"}, clause="OWASP API8:2023", needs=COLLECTION)
def wrong_type_crash(api: Api) -> None:
    """A filter with a value of the wrong type is answered with 500."""

    def change(original: Callable[[], None], _key: str, _value: str) -> None:
        try:
            original()
        except Problem as problem:
            if problem.title == "Invalid filter value":
                raise Problem(500, "Internal server error", "Something went wrong.") from None
            raise

    _alter_filter(api, change)


@fault("filter-range-by-month", caught_by={"FILT-005"}, clause="Documented API, filters", needs=COLLECTION)
def range_by_month(api: Api) -> None:
    """Ranges of dates compare the month only."""

    def matches(original: Callable[..., bool], record: Record, wanted: Condition) -> bool:
        if wanted.operator in ("gteq", "lteq") and isinstance(wanted.operand, datetime):
            first = wanted.operand.replace(day=1, hour=0, minute=0, second=0, microsecond=0)
            last = first + timedelta(days=32)
            wanted = dataclasses.replace(wanted, operand=first if wanted.operator == "gteq" else last)
        return original(record, wanted)

    api.replace("matches", matches)


@fault("filter-range-ignored", caught_by={"FILT-005"}, clause="Documented API, filters", needs=COLLECTION)
def range_ignored(api: Api) -> None:
    """The filters gteq and lteq select everything."""

    def matches(original: Callable[..., bool], record: Record, wanted: Condition) -> bool:
        return wanted.operator in ("gteq", "lteq") or original(record, wanted)

    api.replace("matches", matches)
