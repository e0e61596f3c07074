"""The bills that the independent servers answer with: two customers, three accounts, eight invoices."""

import dataclasses
from datetime import UTC, datetime
from decimal import Decimal

CUSTOMER = 25
OTHER_CUSTOMER = 26
ZERO = Decimal("0.0")


@dataclasses.dataclass(frozen=True)
class Account:
    """An account of a customer; amounts in its currency, capacities in parallel calls."""

    id: str
    customer_id: int
    name: str
    balance: Decimal = ZERO
    min_balance: Decimal = ZERO
    max_balance: Decimal = Decimal("1000.0")
    destination_rate_limit: Decimal | None = None
    origination_capacity: int | None = None
    termination_capacity: int | None = None
    total_capacity: int | None = None
    currency: str = "EUR"


@dataclasses.dataclass(frozen=True)
class Invoice:
    """An invoice with the documented attributes; an unapproved one is invisible to its customer."""

    id: str
    account_id: str
    reference: str | None
    approved: bool = True
    start_date: datetime = datetime(2024, 11, 7, 9, 56, 8, 253000, UTC)
    end_date: datetime = datetime(2024, 11, 13, 9, 56, 8, 253000, UTC)
    has_pdf: bool = False
    amount_spent: Decimal = ZERO
    originated_amount_spent: Decimal = ZERO
    originated_calls_count: int = 0
    originated_successful_calls_count: int = 0
    originated_calls_duration: int = 0
    originated_billing_duration: int = 0
    originated_first_call_at: datetime | None = None
    originated_last_call_at: datetime | None = None
    terminated_amount_spent: Decimal = ZERO
    terminated_calls_count: int = 0
    terminated_successful_calls_count: int = 0
    terminated_calls_duration: int = 0
    terminated_billing_duration: int = 0
    terminated_first_call_at: datetime | None = None
    terminated_last_call_at: datetime | None = None
    services_amount_spent: Decimal = ZERO
    service_transactions_count: int = 0


MAIN = Account(
    "5f0c8a3e-9d1b-4c52-8f6e-2b7a90c4d101", CUSTOMER, "Main", balance=Decimal("12.5"), origination_capacity=30
)
BRANCH = Account("5f0c8a3e-9d1b-4c52-8f6e-2b7a90c4d102", CUSTOMER, "Zweigstelle Köln", total_capacity=5)
FOREIGN = Account("5f0c8a3e-9d1b-4c52-8f6e-2b7a90c4d201", OTHER_CUSTOMER, "Elsewhere", currency="USD")
ACCOUNTS = (MAIN, BRANCH, FOREIGN)

INVOICES = (
    Invoice("abb41d30-a26e-11ef-be6d-0242ac120003", MAIN.id, "23"),
    Invoice(
        "0e6d4c1a-53b8-4f0e-9c2d-7a1b3c5d7e01",
        MAIN.id,
        "2024/10-B",
        start_date=datetime(2024, 10, 1, tzinfo=UTC),
        end_date=datetime(2024, 11, 1, tzinfo=UTC),
        has_pdf=True,
        amount_spent=Decimal("1234585.3943"),
        originated_amount_spent=Decimal("1234567.8901"),
        originated_calls_count=48213,
        originated_successful_calls_count=31877,
        originated_calls_duration=9412765,
        originated_billing_duration=9450000,
        originated_first_call_at=datetime(2024, 10, 1, 0, 0, 3, 17000, UTC),
        originated_last_call_at=datetime(2024, 10, 31, 23, 59, 59, 999000, UTC),
        terminated_amount_spent=Decimal("0.0042"),
        terminated_calls_count=1,
        terminated_successful_calls_count=1,
        terminated_calls_duration=1,
        terminated_billing_duration=60,
        terminated_first_call_at=datetime(2024, 10, 12, 12, 0, 0, 500000, UTC),
        terminated_last_call_at=datetime(2024, 10, 12, 12, 0, 0, 500000, UTC),
        services_amount_spent=Decimal("17.5"),
        service_transactions_count=3,
    ),
    Invoice("0e6d4c1a-53b8-4f0e-9c2d-7a1b3c5d7e02", BRANCH.id, None),
    Invoice("0e6d4c1a-53b8-4f0e-9c2d-7a1b3c5d7e03", BRANCH.id, ""),
    Invoice("0e6d4c1a-53b8-4f0e-9c2d-7a1b3c5d7e04", MAIN.id, "Rechnung № 7, Größe 日本", has_pdf=True),
    Invoice("0e6d4c1a-53b8-4f0e-9c2d-7a1b3c5d7e05", MAIN.id, "draft", approved=False),
    Invoice("0e6d4c1a-53b8-4f0e-9c2d-7a1b3c5d7e06", BRANCH.id, "pending", approved=False),
    Invoice("0e6d4c1a-53b8-4f0e-9c2d-7a1b3c5d7e07", FOREIGN.id, "9"),
)
