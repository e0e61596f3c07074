"""Faults of the relations between attributes."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from decimal import Decimal
from typing import TYPE_CHECKING

from conformance.reference.data import BUSY
from conformance.reference.faults import Area
from conformance.reference.faults.clauses import ATTRIBUTE_NAMES
from conformance.reference.faults.effects import in_values
from conformance.reference.faults.needs import CONTESTED
from conformance.reference.faults.seams import effect
from conformance.reference.faults.tools import alter_values

if TYPE_CHECKING:
    from conformance.reference.app import Api
    from conformance.reference.message import Document
    from conformance.reference.model import Invoice

fault = Area(__name__)


@effect
def _busy(api: Api, values: Document) -> None:
    """Give the busiest invoice other values, wherever it is shown."""
    alter_values(api, lambda known, invoice: known.update(values) if invoice.id == BUSY.id else None)


fault("sum-off-by-a-cent", {"INV-001"}, ATTRIBUTE_NAMES)(
    "The amount-spent of the busiest invoice is a cent too much.",
    _busy({"amount-spent": BUSY.amount + Decimal("0.01")}),
)


@fault("sum-by-floats", {"INV-001"}, ATTRIBUTE_NAMES)
@in_values
def by_floats(attributes: Document, invoice: Invoice) -> None:
    """The amount-spent is added up in binary floating point."""
    parts = (invoice.originated.amount, invoice.terminated.amount, invoice.services_amount)
    attributes["amount-spent"] = Decimal(repr(sum(float(part) for part in parts)))


fault("sum-without-services", {"INV-001"}, ATTRIBUTE_NAMES)(
    "The amount-spent leaves out the services.",
    in_values(lambda values, of: values.update({"amount-spent": of.originated.amount + of.terminated.amount})),
)
fault("sum-rounded", {"INV-001"}, ATTRIBUTE_NAMES)(
    "The amount-spent is rounded to four decimals, its parts are not.",
    in_values(lambda values, of: values.update({"amount-spent": Decimal(f"{of.amount:.4f}")})),
)
fault("counts-swapped", {"INV-002"}, ATTRIBUTE_NAMES)(
    "In the direction originated, the calls and the successful calls are swapped.",
    _busy(
        {
            "originated-calls-count": BUSY.originated.successful,
            "originated-successful-calls-count": BUSY.originated.calls,
        }
    ),
)
fault("counts-off-by-one", {"INV-002"}, ATTRIBUTE_NAMES)(
    "The busiest invoice has one more successful terminated call than calls.",
    _busy({"terminated-successful-calls-count": BUSY.terminated.calls + 1}),
)
fault(
    "period-reversed",
    {"INV-003"},
    ATTRIBUTE_NAMES,
    also={"INV-009": "no call lies within", "INV-013": "the start is not before the end", "COLL-006": "it may overlap"},
)("The dates of the busiest invoice are swapped.", _busy({"start-date": BUSY.end, "end-date": BUSY.start}))
fault("period-empty", {"INV-013"}, ATTRIBUTE_NAMES, also={"INV-009": "no call lies within"})(
    "The busiest invoice ends when it starts.", _busy({"end-date": BUSY.start})
)
fault("calls-reversed", {"INV-004"}, ATTRIBUTE_NAMES)(
    "The first and the last call of the busiest invoice are swapped.",
    _busy({"originated-first-call-at": BUSY.originated.last, "originated-last-call-at": BUSY.originated.first}),
)
fault("last-call-null", {"INV-005"}, ATTRIBUTE_NAMES)(
    "The busiest invoice has a first call and no last one.", _busy({"originated-last-call-at": None})
)
fault("calls-null", {"INV-006"}, ATTRIBUTE_NAMES)(
    "The busiest invoice has calls and neither a first nor a last one.",
    _busy({"terminated-first-call-at": None, "terminated-last-call-at": None}),
)


@fault("amount-without-calls", {"INV-007"}, ATTRIBUTE_NAMES)
@in_values
def amount_without_calls(attributes: Document, _: Invoice) -> None:
    """A minimum fee is billed for terminated calls where there are none."""
    if attributes["terminated-calls-count"] == 0 and not attributes["terminated-amount-spent"]:
        attributes["terminated-amount-spent"] = Decimal(1)
        attributes["amount-spent"] = attributes["amount-spent"] + 1


@fault("duration-without-calls", {"INV-007"}, ATTRIBUTE_NAMES)
@in_values
def duration_without_calls(attributes: Document, _: Invoice) -> None:
    """There is a billing duration where there are no calls."""
    if attributes["originated-calls-count"] == 0:
        attributes["originated-billing-duration"] = 60


fault("services-without-transactions", {"INV-008"}, ATTRIBUTE_NAMES)(
    "The transactions of services are not counted.",
    in_values(lambda values, _: values.update({"service-transactions-count": 0})),
)
fault("call-before-period", {"INV-009"}, ATTRIBUTE_NAMES)(
    "The first call of the busiest invoice lies before its period.",
    _busy({"originated-first-call-at": BUSY.start - timedelta(milliseconds=1)}),
)
fault("call-after-period", {"INV-009"}, ATTRIBUTE_NAMES)(
    "The last call of the busiest invoice lies a day after its period.",
    _busy({"terminated-last-call-at": BUSY.end + timedelta(days=1)}),
)


@fault("end-in-the-future", {"INV-010"}, ATTRIBUTE_NAMES, also={"COLL-006": "it may overlap"}, stateful=True)
@in_values
def end_in_the_future(values: Document, invoice: Invoice) -> None:
    """The busiest invoice ends tomorrow."""
    if invoice.id == BUSY.id:
        values["end-date"] = datetime.now(UTC) + timedelta(days=1)


@fault("duration-without-success", {"INV-011"}, ATTRIBUTE_NAMES, needs=CONTESTED)
@in_values
def duration_without_success(attributes: Document, _: Invoice) -> None:
    """Calls of which none succeeded last some seconds."""
    if attributes["originated-calls-count"] and not attributes["originated-successful-calls-count"]:
        attributes["originated-calls-duration"] = 5
