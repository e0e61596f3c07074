"""Faults of filters."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime, timedelta
from decimal import Decimal
from typing import TYPE_CHECKING, Any

from conformance.reference.app import Api
from conformance.reference.data import INVOICES
from conformance.reference.faults import Area
from conformance.reference.faults.clauses import API_FILTERS, FILTERING, OWASP_CONFIGURATION
from conformance.reference.faults.effects import crash
from conformance.reference.faults.needs import COLLECTION
from conformance.reference.faults.seams import effect, instead_of
from conformance.reference.message import Problem
from conformance.reference.selection import Condition, Record

if TYPE_CHECKING:
    from collections.abc import Callable, Collection, Iterable, Sequence

    from conformance.reference.query import Query

fault = Area(__name__, needs=COLLECTION)


def _is(wanted: Condition, attribute: str, operator: str) -> bool:
    return (wanted.attribute, wanted.operator) == (attribute, operator)


@effect
def _alter_match(api: Api, name: str, operators: Collection[str], change: Callable[[Any, Any], bool]) -> None:
    """Let ``change`` say which values of the attribute ``name`` fulfil these operators, given value and operand."""

    def matches(original: Callable[..., bool], record: Record, wanted: Condition) -> bool:
        if wanted.attribute != name or wanted.operator not in operators:
            return original(record, wanted)
        value = api.value_of(record, name)
        return value is not None and change(value, wanted.operand)

    api.replace(Api.matches, matches)


@effect
def _otherwise(api: Api, change: Callable[[Condition], Condition]) -> None:
    """Take a condition for another one."""
    api.replace(Api.matches, lambda original, record, wanted: original(record, change(wanted)))


@effect
def _tolerate(api: Api, tolerated: Callable[[Problem, str], bool]) -> None:
    """Drop a filter instead of refusing it; ``tolerated`` gets the refusal and the name of the filter."""

    def parse(original: Callable[..., None], query: Query, name: str, key: str, *rest: object) -> None:
        try:
            original(query, name, key, *rest)
        except Problem as problem:
            if not tolerated(problem, key):
                raise

    api.replace(Api.parse_filter, parse)


def _is_wrong_type(problem: Problem, key: str) -> bool:
    return problem.title == "Invalid filter value" and "id_" not in key


fault("filter-unknown-ignored", {"FILT-001"}, FILTERING)(
    "Unknown filters are ignored.", _tolerate(lambda problem, _: problem.title == "Unsupported filter")
)
fault("filter-not-eq-is-eq", {"FILT-002"}, API_FILTERS)(
    "The filter account_id_not_eq selects like account_id_eq.",
    _otherwise(lambda wanted: replace(wanted, operator="eq") if _is(wanted, "account-id", "not_eq") else wanted),
)
fault("filter-in-takes-first", {"FILT-002"}, API_FILTERS)(
    "Of the accounts in account_id_in only the first counts.",
    _otherwise(
        lambda wanted: replace(wanted, operand=wanted.operand[:1]) if _is(wanted, "account-id", "in") else wanted
    ),
)


@fault("filter-unknown-account-dropped", {"FILT-003"}, FILTERING)
@instead_of(Api.select)
def unknown_account_dropped(
    original: Callable[..., Sequence[Record]], records: Iterable[Record], conditions: Sequence[Condition]
) -> Sequence[Record]:
    """A filter for an account that does not exist is dropped, and everything comes back."""
    known = {record.account.id for record in INVOICES}
    return original(
        records, [each for each in conditions if not _is(each, "account-id", "eq") or each.operand in known]
    )


fault("filter-wrong-type-dropped", {"FILT-004"}, OWASP_CONFIGURATION)(
    "A filter with a number or a time of the wrong form is dropped.", _tolerate(_is_wrong_type)
)


@fault(
    "filter-wrong-type-crash",
    {"FILT-004", "ERR-011"},
    OWASP_CONFIGURATION,
    also={"QRY-009": "an empty value has the wrong form, too", "FILT-003": "the year 0 is of the wrong form"},
)
@_tolerate
def wrong_type_crash(problem: Problem, key: str) -> bool:
    """A filter with a number or a time of the wrong form is answered with 500."""
    if _is_wrong_type(problem, key):
        raise crash() from None
    return False


@fault("filter-range-by-month", {"FILT-005"}, API_FILTERS)
@_otherwise
def range_by_month(wanted: Condition) -> Condition:
    """Ranges of dates compare the month only."""
    if wanted.operator not in ("gteq", "lteq") or not isinstance(wanted.operand, datetime):
        return wanted
    first = wanted.operand.replace(day=1, hour=0, minute=0, second=0, microsecond=0)
    return replace(wanted, operand=first if wanted.operator == "gteq" else first + timedelta(days=32))


fault("filter-range-ignored", {"FILT-005"}, API_FILTERS, also={"FILT-004": "a huge number selects everything"})(
    "The filters gteq and lteq select everything.",
    instead_of(Api.matches)(
        lambda original, record, wanted: wanted.operator in ("gteq", "lteq") or original(record, wanted)
    ),
)


@fault(
    "filter-nothing-is-everything",
    {"FILT-003"},
    FILTERING,
    also={"FILT-006": "a part of a reference matches nothing, either"},
)
@instead_of(Api.select)
def nothing_is_everything(
    original: Callable[..., Sequence[Record]], records: Iterable[Record], conditions: Sequence[Condition]
) -> Sequence[Record]:
    """When no reference matches, everything comes back."""
    found = original(records, conditions)
    by_reference = any(wanted.attribute == "reference" for wanted in conditions)
    return found or (list(records) if by_reference else found)


fault("filter-account-not-in-ignored", {"FILT-002"}, API_FILTERS)(
    "The filter account_id_not_in is accepted and selects everything.",
    _alter_match("account-id", ["not_in"], lambda _value, _operand: True),
)


@fault("filter-account-misses-some", {"FILT-002"}, API_FILTERS)
@instead_of(Api.matches)
def misses_some(original: Callable[..., bool], record: Record, wanted: Condition) -> bool:
    """The filter account_id_eq misses what has no calls."""
    found = original(record, wanted)
    return found and bool(record.attributes()["originated-calls-count"]) if _is(wanted, "account-id", "eq") else found


@fault("filter-wrong-type-is-zero", {"FILT-004"}, OWASP_CONFIGURATION)
@instead_of(Api.parse_filter)
def wrong_type_is_zero(original: Callable[..., None], query: Query, name: str, key: str, *rest: Any) -> None:
    """A filter value that is not a number is taken for zero."""
    number = key.rpartition("_")[0].endswith(("spent", "count", "duration"))
    value = "0" if number and not rest[0].replace(".", "").replace(",", "").isdigit() else rest[0]
    original(query, name, key, value, *rest[1:])


fault("filter-border-included", {"FILT-005"}, API_FILTERS)(
    "The filter gt selects the border as well.",
    _alter_match("amount-spent", ["gt"], lambda value, border: bool(value >= border)),
)
fault("filter-misses-near-the-border", {"FILT-005"}, API_FILTERS)(
    "The filter lteq misses what lies just below the border.",
    _alter_match("originated-calls-count", ["lteq"], lambda value, border: bool(value < border - 1000)),
)
fault("filter-in-local-time", {"FILT-005"}, API_FILTERS)(
    "A filter takes times for those of a zone two hours ahead of UTC.",
    _alter_match("start-date", ["gteq"], lambda value, border: bool(value >= border - timedelta(hours=2))),
)
fault("filter-amounts-as-text", {"FILT-005"}, API_FILTERS)(
    "Amounts are compared as text.",
    _alter_match("amount-spent", ["gt"], lambda value, border: str(value) > str(border)),
)
fault("filter-eq-by-float", {"FILT-006"}, API_FILTERS)(
    "The filter amount_spent_eq finds nothing where the amount has more digits than binary floating point.",
    _alter_match("amount-spent", ["eq"], lambda value, operand: value == operand and Decimal(float(value)) == value),
)
fault("filter-flag-ignored", {"FILT-006"}, API_FILTERS)(
    "The filter has_pdf_eq is accepted and selects everything.",
    _alter_match("has-pdf", ["eq"], lambda _value, _operand: True),
)
fault("filter-count-not-in-is-in", {"FILT-006"}, API_FILTERS)(
    "The filter not_in selects like in.",
    _alter_match("originated-calls-count", ["not_in"], lambda value, operand: value in operand),
)
fault("filter-end-is-start", {"FILT-006"}, API_FILTERS)(
    "The filter reference_end selects like reference_start.",
    _alter_match("reference", ["end"], lambda value, operand: bool(value.startswith(operand))),
)
fault("filter-false-dropped", {"FILT-006"}, API_FILTERS)(
    "A filter by false is taken for none.",
    instead_of(Api.matches)(lambda original, record, wanted: wanted.operand is False or original(record, wanted)),
)
fault("filter-text-by-beginning", {"FILT-006"}, API_FILTERS)(
    "The filter reference_eq selects what begins with the text.",
    _alter_match("reference", ["eq"], lambda value, operand: bool(value.startswith(operand))),
)
fault("filter-border-left-out", {"FILT-005"}, API_FILTERS)(
    "A filter with lteq leaves the border out.",
    _otherwise(lambda wanted: replace(wanted, operator="lt") if wanted.operator == "lteq" else wanted),
)
fault("filter-end-date-by-start", {"FILT-005"}, API_FILTERS)(
    "Filters on the end-date compare the start-date.",
    _otherwise(lambda wanted: replace(wanted, attribute="start-date") if wanted.attribute == "end-date" else wanted),
)
