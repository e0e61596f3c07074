"""Faults of the relations between attributes."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from decimal import Decimal
from typing import TYPE_CHECKING, Any

from conformance.reference.data import BUSY
from conformance.reference.faults import fault
from conformance.reference.faults.tools import alter_values

if TYPE_CHECKING:
    from collections.abc import Callable

    from conformance.reference.app import Api
    from conformance.reference.message import Document
    from conformance.reference.model import Invoice

NAMES = "Names of the attributes"


def _busy(api: Api, change: Callable[[Document], None]) -> None:
    """Alter the attributes of the busiest invoice, wherever it is shown."""

    def alter(attributes: Document, invoice: Invoice) -> None:
        if invoice.id == BUSY.id:
            change(attributes)

    alter_values(api, alter)


def _set(api: Api, values: dict[str, Any]) -> None:
    _busy(api, lambda attributes: attributes.update(values))


@fault("sum-off-by-a-cent", caught_by={"INV-001"}, clause=NAMES)
def off_by_a_cent(api: Api) -> None:
    """The amount-spent of the busiest invoice is a cent too much."""
    _set(api, {"amount-spent": BUSY.amount + Decimal("0.01")})


@fault("sum-by-floats", caught_by={"INV-001"}, clause=NAMES)
def by_floats(api: Api) -> None:
    """The amount-spent is added up in binary floating point."""

    def alter(attributes: Document, invoice: Invoice) -> None:
        parts = (invoice.originated.amount, invoice.terminated.amount, invoice.services_amount)
        attributes["amount-spent"] = Decimal(repr(sum(float(part) for part in parts)))

    alter_values(api, alter)


@fault("sum-without-services", caught_by={"INV-001"}, clause=NAMES)
def without_services(api: Api) -> None:
    """The amount-spent leaves out the services."""

    def alter(attributes: Document, invoice: Invoice) -> None:
        attributes["amount-spent"] = invoice.originated.amount + invoice.terminated.amount

    alter_values(api, alter)


@fault("sum-rounded", caught_by={"INV-001"}, clause=NAMES)
def rounded(api: Api) -> None:
    """The amount-spent is rounded to four decimals, its parts are not."""

    def alter(attributes: Document, invoice: Invoice) -> None:
        attributes["amount-spent"] = Decimal(f"{invoice.amount:.4f}")

    alter_values(api, alter)


@fault("counts-swapped", caught_by={"INV-002"}, clause=NAMES)
def counts_swapped(api: Api) -> None:
    """In the direction originated, the calls and the successful calls are swapped."""

    def alter(attributes: Document, invoice: Invoice) -> None:
        if invoice.id == BUSY.id:
            calls, successful = "originated-calls-count", "originated-successful-calls-count"
            attributes[calls], attributes[successful] = attributes[successful], attributes[calls]

    alter_values(api, alter)


@fault("counts-off-by-one", caught_by={"INV-002"}, clause=NAMES)
def counts_off_by_one(api: Api) -> None:
    """The busiest invoice has one more successful terminated call than calls."""
    _set(api, {"terminated-successful-calls-count": BUSY.terminated.calls + 1})


@fault(
    "period-reversed",
    caught_by={"INV-003"},
    clause=NAMES,
    also={"INV-009": "no call lies within", "INV-013": "the start is not before the end", "COLL-006": "it may overlap"},
)
def period_reversed(api: Api) -> None:
    """The dates of the busiest invoice are swapped."""
    _set(api, {"start-date": BUSY.end, "end-date": BUSY.start})


@fault("period-empty", caught_by={"INV-013"}, clause=NAMES, also={"INV-009": "no call lies within"})
def period_empty(api: Api) -> None:
    """The busiest invoice ends when it starts."""
    _set(api, {"end-date": BUSY.start})


@fault("calls-reversed", caught_by={"INV-004"}, clause=NAMES)
def calls_reversed(api: Api) -> None:
    """The first and the last call of the busiest invoice are swapped."""
    _set(
        api,
        {
            "originated-first-call-at": BUSY.originated.last,
            "originated-last-call-at": BUSY.originated.first,
        },
    )


@fault("last-call-null", caught_by={"INV-005"}, clause=NAMES)
def last_call_null(api: Api) -> None:
    """The busiest invoice has a first call and no last one."""
    _set(api, {"originated-last-call-at": None})


@fault("calls-null", caught_by={"INV-006"}, clause=NAMES)
def calls_null(api: Api) -> None:
    """The busiest invoice has calls and neither a first nor a last one."""
    _set(api, {"terminated-first-call-at": None, "terminated-last-call-at": None})


@fault("amount-without-calls", caught_by={"INV-007"}, clause=NAMES)
def amount_without_calls(api: Api) -> None:
    """A minimum fee is billed for terminated calls where there are none."""

    def alter(attributes: Document, _: Invoice) -> None:
        if attributes["terminated-calls-count"] == 0 and not attributes["terminated-amount-spent"]:
            attributes["terminated-amount-spent"] = Decimal(1)
            attributes["amount-spent"] = attributes["amount-spent"] + 1

    alter_values(api, alter)


@fault("duration-without-calls", caught_by={"INV-007"}, clause=NAMES)
def duration_without_calls(api: Api) -> None:
    """There is a billing duration where there are no calls."""

    def alter(attributes: Document, _: Invoice) -> None:
        if attributes["originated-calls-count"] == 0:
            attributes["originated-billing-duration"] = 60

    alter_values(api, alter)


@fault("services-without-transactions", caught_by={"INV-008"}, clause=NAMES)
def services_without_transactions(api: Api) -> None:
    """The transactions of services are not counted."""

    def alter(attributes: Document, _: Invoice) -> None:
        attributes["service-transactions-count"] = 0

    alter_values(api, alter)


@fault("call-before-period", caught_by={"INV-009"}, clause=NAMES)
def call_before_period(api: Api) -> None:
    """The first call of the busiest invoice lies before its period."""
    _set(api, {"originated-first-call-at": BUSY.start - timedelta(milliseconds=1)})


@fault("call-after-period", caught_by={"INV-009"}, clause=NAMES)
def call_after_period(api: Api) -> None:
    """The last call of the busiest invoice lies a day after its period."""
    _set(api, {"terminated-last-call-at": BUSY.end + timedelta(days=1)})


@fault("end-in-the-future", stateful=True, caught_by={"INV-010"}, clause=NAMES, also={"COLL-006": "it may overlap"})
def end_in_the_future(api: Api) -> None:
    """The busiest invoice ends tomorrow."""
    _busy(api, lambda attributes: attributes.update({"end-date": datetime.now(UTC) + timedelta(days=1)}))


@fault("duration-without-success", caught_by={"INV-011"}, clause=NAMES, needs={"contested"})
def duration_without_success(api: Api) -> None:
    """Calls of which none succeeded last some seconds."""

    def alter(attributes: Document, _: Invoice) -> None:
        if attributes["originated-calls-count"] and not attributes["originated-successful-calls-count"]:
            attributes["originated-calls-duration"] = 5

    alter_values(api, alter)
