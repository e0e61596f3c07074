"""Faults of filters."""

from __future__ import annotations

import dataclasses
from datetime import datetime, timedelta
from decimal import Decimal
from typing import TYPE_CHECKING, Any

from conformance.reference.data import INVOICES
from conformance.reference.faults import fault
from conformance.reference.message import Problem
from conformance.reference.selection import Condition, Record

if TYPE_CHECKING:
    from collections.abc import Callable, Collection, Sequence

    from conformance.reference.app import Api
    from conformance.reference.query import Query

JSON_API = "JSON:API 1.1"
COLLECTION = {"collection"}
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
        if (wanted.attribute, wanted.operator) == ("account-id", "in"):
            wanted = dataclasses.replace(wanted, operand=wanted.operand[:1])
        return original(record, wanted)

    api.replace("matches", matches)


@fault("filter-unknown-account-dropped", caught_by={"FILT-003"}, clause=FILTERING, needs=COLLECTION)
def unknown_account_dropped(api: Api) -> None:
    """A filter for an account that does not exist is dropped, and everything comes back."""

    def select(
        original: Callable[..., list[Record]], records: Sequence[Record], conditions: Sequence[Condition]
    ) -> list[Record]:
        known = {record.account.id for record in INVOICES}
        one = ("account-id", "eq")
        kept = [
            wanted for wanted in conditions if (wanted.attribute, wanted.operator) != one or wanted.operand in known
        ]
        return original(records, kept)

    api.replace("select", select)


@fault("filter-wrong-type-dropped", caught_by={"FILT-004"}, clause="OWASP API8:2023", needs=COLLECTION)
def wrong_type_dropped(api: Api) -> None:
    """A filter with a number or a time of the wrong form is dropped."""

    def change(original: Callable[[], None], key: str, _value: str) -> None:
        try:
            original()
        except Problem as problem:
            if problem.title != "Invalid filter value" or "id_" in key:
                raise

    _alter_filter(api, change)


@fault("filter-wrong-type-crash", caught_by={"FILT-004", "ERR-011"}, clause="OWASP API8:2023", needs=COLLECTION)
def wrong_type_crash(api: Api) -> None:
    """A filter with a number or a time of the wrong form is answered with 500."""

    def change(original: Callable[[], None], key: str, _value: str) -> None:
        try:
            original()
        except Problem as problem:
            if problem.title == "Invalid filter value" and "id_" not in key:
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


def _alter_match(api: Api, name: str, operators: Collection[str], change: Callable[[Any, Any], bool]) -> None:
    """Let ``change`` say which values of the attribute ``name`` fulfil these operators, given value and operand."""

    def matches(original: Callable[..., bool], record: Record, wanted: Condition) -> bool:
        if wanted.attribute != name or wanted.operator not in operators:
            return original(record, wanted)
        value = api.value_of(record, name)
        return value is not None and change(value, wanted.operand)

    api.replace("matches", matches)


@fault(
    "filter-nothing-is-everything",
    caught_by={"FILT-003"},
    clause=FILTERING,
    also={"FILT-006": "a part of a reference matches nothing, either"},
    needs=COLLECTION,
)
def nothing_is_everything(api: Api) -> None:
    """When no reference matches, everything comes back."""

    def select(
        original: Callable[..., list[Record]], records: Sequence[Record], conditions: Sequence[Condition]
    ) -> list[Record]:
        found = original(records, conditions)
        by_reference = any(wanted.attribute == "reference" for wanted in conditions)
        return found or (list(records) if by_reference else found)

    api.replace("select", select)


@fault("filter-account-not-in-ignored", caught_by={"FILT-002"}, clause="Documented API, filters", needs=COLLECTION)
def not_in_ignored(api: Api) -> None:
    """The filter account_id_not_in is accepted and selects everything."""
    _alter_match(api, "account-id", ["not_in"], lambda _value, _operand: True)


@fault("filter-account-misses-some", caught_by={"FILT-002"}, clause="Documented API, filters", needs=COLLECTION)
def misses_some(api: Api) -> None:
    """The filter account_id_eq misses what has no calls."""

    def matches(original: Callable[..., bool], record: Record, wanted: Condition) -> bool:
        found = original(record, wanted)
        if (wanted.attribute, wanted.operator) != ("account-id", "eq"):
            return found
        return found and bool(api.value_of(record, "originated-calls-count"))

    api.replace("matches", matches)


@fault("filter-wrong-type-is-zero", caught_by={"FILT-004"}, clause="OWASP API8:2023", needs=COLLECTION)
def wrong_type_is_zero(api: Api) -> None:
    """A filter value that is no number is taken for zero."""

    def parse(original: Callable[..., None], query: Query, name: str, key: str, *rest: Any) -> None:
        number = key.rpartition("_")[0].endswith(("spent", "count", "duration"))
        value = "0" if number and not rest[0].replace(".", "").replace(",", "").isdigit() else rest[0]
        original(query, name, key, value, *rest[1:])

    api.replace("parse_filter", parse)


@fault("filter-border-included", caught_by={"FILT-005"}, clause="Documented API, filters", needs=COLLECTION)
def border_included(api: Api) -> None:
    """The filter gt selects the border as well."""
    _alter_match(api, "amount-spent", ["gt"], lambda value, border: bool(value >= border))


@fault("filter-misses-near-the-border", caught_by={"FILT-005"}, clause="Documented API, filters", needs=COLLECTION)
def misses_near_the_border(api: Api) -> None:
    """The filter lteq misses what lies just below the border."""
    _alter_match(api, "originated-calls-count", ["lteq"], lambda value, border: bool(value < border - 1000))


@fault("filter-in-local-time", caught_by={"FILT-005"}, clause="Documented API, filters", needs=COLLECTION)
def in_local_time(api: Api) -> None:
    """A filter takes times for those of a zone two hours ahead of UTC."""
    ahead = timedelta(hours=2)
    _alter_match(api, "start-date", ["gteq"], lambda value, border: bool(value >= border - ahead))


@fault("filter-amounts-as-text", caught_by={"FILT-005"}, clause="Documented API, filters", needs=COLLECTION)
def amounts_as_text(api: Api) -> None:
    """Amounts are compared as text."""
    _alter_match(api, "amount-spent", ["gt"], lambda value, border: str(value) > str(border))


@fault("filter-eq-by-float", caught_by={"FILT-006"}, clause="Documented API, filters", needs=COLLECTION)
def eq_by_float(api: Api) -> None:
    """The filter amount_spent_eq finds nothing where the amount has more digits than binary floating point."""
    _alter_match(
        api, "amount-spent", ["eq"], lambda value, operand: value == operand and Decimal(float(value)) == value
    )


@fault("filter-flag-ignored", caught_by={"FILT-006"}, clause="Documented API, filters", needs=COLLECTION)
def flag_ignored(api: Api) -> None:
    """The filter has_pdf_eq is accepted and selects everything."""
    _alter_match(api, "has-pdf", ["eq"], lambda _value, _operand: True)


@fault("filter-count-not-in-is-in", caught_by={"FILT-006"}, clause="Documented API, filters", needs=COLLECTION)
def count_not_in_is_in(api: Api) -> None:
    """The filter not_in selects like in."""
    _alter_match(api, "originated-calls-count", ["not_in"], lambda value, operand: value in operand)


@fault("filter-end-is-start", caught_by={"FILT-006"}, clause="Documented API, filters", needs=COLLECTION)
def end_is_start(api: Api) -> None:
    """The filter reference_end selects like reference_start."""
    _alter_match(api, "reference", ["end"], lambda value, operand: bool(value.startswith(operand)))


def _decide(api: Api, change: Callable[[Condition, Record], bool | None]) -> None:
    """Let ``change`` decide on a condition, where it does."""

    def matches(original: Callable[..., bool], record: Record, wanted: Condition) -> bool:
        decided = change(wanted, record)
        return original(record, wanted) if decided is None else decided

    api.replace("matches", matches)


@fault("filter-false-dropped", caught_by={"FILT-006"}, clause="Documented API, filters", needs=COLLECTION)
def false_dropped(api: Api) -> None:
    """A filter by false is taken for none."""
    _decide(api, lambda wanted, _: True if wanted.operand is False else None)


@fault("filter-text-by-beginning", caught_by={"FILT-006"}, clause="Documented API, filters", needs=COLLECTION)
def text_by_beginning(api: Api) -> None:
    """The filter reference_eq selects what begins with the text."""

    def change(wanted: Condition, record: Record) -> bool | None:
        text = api.value_of(record, wanted.attribute)
        same = (wanted.attribute, wanted.operator) == ("reference", "eq")
        return isinstance(text, str) and text.startswith(str(wanted.operand)) if same else None

    _decide(api, change)


@fault("filter-border-left-out", caught_by={"FILT-005"}, clause="Documented API, filters", needs=COLLECTION)
def border_left_out(api: Api) -> None:
    """A filter with lteq leaves the border out."""

    def matches(original: Callable[..., bool], record: Record, wanted: Condition) -> bool:
        operator = "lt" if wanted.operator == "lteq" else wanted.operator
        return original(record, dataclasses.replace(wanted, operator=operator))

    api.replace("matches", matches)


@fault("filter-end-date-by-start", caught_by={"FILT-005"}, clause="Documented API, filters", needs=COLLECTION)
def end_date_by_start(api: Api) -> None:
    """Filters on the end-date compare the start-date."""

    def matches(original: Callable[..., bool], record: Record, wanted: Condition) -> bool:
        attribute = "start-date" if wanted.attribute == "end-date" else wanted.attribute
        return original(record, dataclasses.replace(wanted, attribute=attribute))

    api.replace("matches", matches)
