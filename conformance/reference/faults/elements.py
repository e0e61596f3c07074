"""Faults of the one invoice that a run sees in the collection alone, since nobody gave its id."""

from __future__ import annotations

from datetime import UTC, datetime
from decimal import Decimal
from typing import TYPE_CHECKING

from conformance.reference.data import EXPENDABLE_INVOICE_ID
from conformance.reference.faults import Area
from conformance.reference.faults.clauses import ATTRIBUTE_NAMES, EXAMPLE_BODY
from conformance.reference.faults.needs import COLLECTION
from conformance.reference.faults.seams import effect
from conformance.reference.faults.tools import alter_attributes, alter_values

if TYPE_CHECKING:
    from conformance.reference.app import Api

fault = Area(__name__, needs=COLLECTION)


@effect
def _shows(api: Api, /, **values: object) -> None:
    """Give the invoice other values, named with underscores, wherever it is shown."""
    alter_attributes(api, lambda shown, of: shown.update(_named(values)) if of.id == EXPENDABLE_INVOICE_ID else None)


@effect
def _has(api: Api, /, **values: object) -> None:
    """Give the invoice other values, named with underscores, by which it is selected and sorted, too."""
    alter_values(api, lambda known, of: known.update(_named(values)) if of.id == EXPENDABLE_INVOICE_ID else None)


def _named(values: dict[str, object]) -> dict[str, object]:
    return {name.replace("_", "-"): value for name, value in values.items()}


fault("element-reference-number", {"SEM-004"}, EXAMPLE_BODY)(
    "The reference of an invoice that is only listed is a number.", _shows(reference=23)
)
fault("element-start-without-zone", {"SEM-005"}, EXAMPLE_BODY)(
    "The start-date of an invoice that is only listed has no zone.", _shows(start_date="2023-12-31T23:59:59.999")
)
fault("element-end-impossible", {"SEM-006"}, EXAMPLE_BODY)(
    "The end-date of an invoice that is only listed is on a day that does not exist.",
    _shows(end_date="2024-02-30T12:00:00.000Z"),
)
fault("element-call-time-word", {"SEM-007"}, EXAMPLE_BODY)(
    "The first call of an invoice that is only listed is a word.", _shows(originated_first_call_at="never")
)
fault("element-flag-word", {"SEM-008"}, EXAMPLE_BODY)(
    "The flag of an invoice that is only listed is a word.", _shows(has_pdf="no")
)
fault("element-amount-number", {"SEM-009"}, EXAMPLE_BODY)(
    "An amount of an invoice that is only listed is a number.", _shows(services_amount_spent=0)
)
fault("element-amount-exponent", {"SEM-010"}, EXAMPLE_BODY)(
    "An amount of an invoice that is only listed has an exponent.", _shows(services_amount_spent="0E+1")
)
fault("element-duration-negative", {"SEM-013"}, EXAMPLE_BODY)(
    "A duration of an invoice that is only listed is negative.", _has(terminated_billing_duration=-1)
)
fault("element-sum-wrong", {"INV-001"}, ATTRIBUTE_NAMES)(
    "The total of an invoice that is only listed is too much.", _has(amount_spent=Decimal("0.1"))
)
fault("element-successful-calls-exceed-calls", {"INV-002"}, ATTRIBUTE_NAMES)(
    "An invoice that is only listed has a successful call and no call.", _has(originated_successful_calls_count=1)
)
fault("element-ends-before-start", {"INV-003"}, ATTRIBUTE_NAMES)(
    "An invoice that is only listed ends before it starts.", _shows(end_date="2023-02-28T12:00:00.000Z")
)
fault("element-last-call-before-first", {"INV-004"}, ATTRIBUTE_NAMES)(
    "The last call of an invoice that is only listed is before the first.",
    _has(
        originated_first_call_at=datetime(2024, 1, 2, tzinfo=UTC),
        originated_last_call_at=datetime(2024, 1, 1, tzinfo=UTC),
    ),
)
