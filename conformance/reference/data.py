"""The constant data set of the reference server.

Every value is fixed, so that ids are known without starting a server. Standard library only and cheap to import.
"""

from __future__ import annotations

from datetime import datetime
from decimal import Decimal

from conformance.reference.model import Account, Customer, Invoice, Traffic

CUSTOMER = Customer(subject=25)
OTHER_CUSTOMER = Customer(subject=26)

MAIN = Account(
    id="6513270e-269e-4d37-b2a7-4de452e6b438",
    customer=CUSTOMER,
    name="Main account",
    balance=Decimal("1523.75"),
    min_balance=Decimal("0.0"),
    max_balance=Decimal("100000.0"),
    destination_rate_limit=Decimal("0.35"),
    origination_capacity=120,
    termination_capacity=60,
    total_capacity=150,
    currency="EUR",
)
BRANCH = Account(
    id="d23f0824-128b-4f33-8c5c-7fd0a6a3a450",
    customer=CUSTOMER,
    name="Zweigstelle Zürich",
    balance=Decimal("9.000000000000000001"),
    min_balance=Decimal("0.0"),
    max_balance=Decimal("250.5"),
    destination_rate_limit=None,
    origination_capacity=None,
    termination_capacity=None,
    total_capacity=None,
    currency="CHF",
)
CLOSED = Account(
    id="9531985d-5d9d-49f8-9818-e811892f902b",
    customer=CUSTOMER,
    name="Closed account",
    balance=Decimal("12.0"),
    min_balance=Decimal("0.0"),
    max_balance=Decimal("10.0"),
    destination_rate_limit=None,
    origination_capacity=1,
    termination_capacity=1,
    total_capacity=1,
    currency="EUR",
    visible=False,
)
FOREIGN = Account(
    id="36f675cc-81e7-4ef5-a8e2-5d940ed90475",
    customer=OTHER_CUSTOMER,
    name="Another customer",
    balance=Decimal("77.7"),
    min_balance=Decimal("0.0"),
    max_balance=Decimal("1000.0"),
    destination_rate_limit=Decimal("1.25"),
    origination_capacity=5,
    termination_capacity=5,
    total_capacity=10,
    currency="USD",
)
ACCOUNTS = (MAIN, BRANCH, CLOSED, FOREIGN)


def _at(text: str) -> datetime:
    return datetime.fromisoformat(text)


def _traffic(amount: str, counts: tuple[int, int, int, int], first: str, last: str) -> Traffic:
    calls, successful, calls_duration, billing_duration = counts
    return Traffic(Decimal(amount), calls, successful, calls_duration, billing_duration, _at(first), _at(last))


def _invoice(number: str, account: Account, reference: str | None, period: tuple[str, str], **more: object) -> Invoice:
    return Invoice(number, account, reference, _at(period[0]), _at(period[1]), **more)  # type: ignore[arg-type]


DOCUMENTED = _invoice(
    "abb41d30-a26e-11ef-be6d-0242ac120003",
    MAIN,
    "23",
    ("2024-11-07T09:56:08.253+00:00", "2024-11-13T09:56:08.253+00:00"),
)
BUSY = _invoice(
    "6b0d549b-6f03-475a-9600-a35a099950d8",
    MAIN,
    "2024/11-B",
    # Starts at the very instant at which the documented one ends.
    ("2024-11-13T09:56:08.253+00:00", "2024-11-20T09:56:08.253+00:00"),
    has_pdf=True,
    originated=_traffic(
        "1234567.890123456789012345",
        (1024, 987, 65536, 65880),
        "2024-11-13T09:56:08.253+00:00",
        "2024-11-20T09:56:08.252+00:00",
    ),
    terminated=_traffic("0.1", (77, 3, 41, 60), "2024-11-14T00:00:00.001+00:00", "2024-11-14T23:59:59.999+00:00"),
    services_amount=Decimal("0.2"),
    services_count=12,
)
# Two invoices of different accounts that start together: an order by date alone leaves them tied.
TIED = (
    _invoice(
        "8d116ece-1738-47d9-bd9c-172411e20b8f",
        MAIN,
        None,
        ("2024-10-01T00:00:00.000+00:00", "2024-11-01T00:00:00.000+00:00"),
        originated=_traffic(
            "9.5", (12, 11, 700, 720), "2024-10-02T10:00:00.120+00:00", "2024-10-30T18:30:00.500+00:00"
        ),
    ),
    _invoice(
        "90c192cf-d3ac-44af-8f21-ddb66cad4a26",
        BRANCH,
        "",
        ("2024-10-01T00:00:00.000+00:00", "2024-11-01T00:00:00.000+00:00"),
        terminated=_traffic("10.25", (2, 2, 31, 60), "2024-10-05T08:00:00.000+00:00", "2024-10-05T08:01:00.000+00:00"),
    ),
)
FEBRUARY_29 = "2024-02-29T12:00:00.000+00:00"
INVOICES = (
    DOCUMENTED,
    BUSY,
    *TIED,
    _invoice(
        "a170b338-3926-4059-b28c-105d1fb17c23",
        BRANCH,
        'Rechnung № 7 aus Zürich, 東京 📞 "quoted" \\ </script>',
        ("2024-09-01T00:00:00.000+02:00", "2024-10-01T00:00:00.000+02:00"),
        has_pdf=True,
        originated=_traffic(
            "0.30000000000000004", (5, 4, 100, 120), "2024-09-01T00:00:00.000+02:00", "2024-09-30T23:59:59.999+02:00"
        ),
    ),
    _invoice(
        "0fd630f1-f29d-4da9-953f-48f1a09f76b5",
        MAIN,
        "tiny",
        ("2024-08-01T00:00:00.000+00:00", "2024-09-01T00:00:00.000+00:00"),
        originated=_traffic(
            "0.00000000001", (1, 1, 1, 1), "2024-08-15T12:00:00.000+00:00", "2024-08-15T12:00:00.000+00:00"
        ),
        terminated=_traffic(
            "0.000000000000000002", (1, 1, 1, 1), "2024-08-16T12:00:00.000+00:00", "2024-08-16T12:00:00.000+00:00"
        ),
    ),
    _invoice(
        "0cb1e29c-658c-4a14-95e6-0af593bd04cf",
        MAIN,
        "huge",
        ("2024-07-01T00:00:00.000+00:00", "2024-08-01T00:00:00.000+00:00"),
        has_pdf=True,
        originated=_traffic(
            "12345678901234567890.123456789012345678",
            (9007199254740991, 9007199254740990, 9007199254740989, 9007199254740991),
            "2024-07-01T00:00:00.000+00:00",
            "2024-07-31T23:59:59.999+00:00",
        ),
        terminated=_traffic(
            "0.876543210987654322", (10, 9, 8, 60), "2024-07-03T01:02:03.004+00:00", "2024-07-03T01:02:03.004+00:00"
        ),
    ),
    _invoice(
        "8e81973e-0bec-47b0-b898-d190f9ebdacc",
        MAIN,
        "services only",
        ("2024-06-01T00:00:00.000+00:00", "2024-07-01T00:00:00.000+00:00"),
        services_amount=Decimal("99.99"),
        services_count=3,
    ),
    _invoice(
        "6b4cb242-4a23-4596-a217-beaddbc496cb",
        BRANCH,
        "service credits only",
        ("2024-06-01T00:00:00.000-05:00", "2024-07-01T00:00:00.000-05:00"),
        services_count=2,
    ),
    _invoice(
        "92276658-1e27-41c0-8a6a-63ec24ede6a4",
        MAIN,
        "no call succeeded",
        ("2024-05-01T00:00:00.000+00:00", "2024-06-01T00:00:00.000+00:00"),
        originated=_traffic("0.0", (40, 0, 0, 0), "2024-05-01T00:00:00.000+00:00", "2024-05-31T23:59:59.999+00:00"),
    ),
    _invoice(
        "ae97ba94-d0ed-482f-8f6d-05584ef8aa38",
        BRANCH,
        "leap day",
        (FEBRUARY_29, "2024-03-29T12:00:00.000+00:00"),
        has_pdf=True,
        terminated=_traffic("2.0", (3, 2, 59, 120), FEBRUARY_29, "2024-03-28T12:00:00.000+00:00"),
    ),
    _invoice(
        "923a7369-94e3-4f91-9a61-dbe22e44158b",
        BRANCH,
        "23",
        ("2023-12-31T23:59:59.999+00:00", "2024-02-29T12:00:00.000+00:00"),
    ),
    # Invisible to their owner: not approved, or of an account that is closed.
    _invoice(
        "18f135d2-5f55-4203-b018-50c5a38fd547",
        MAIN,
        "pending",
        ("2024-12-01T00:00:00.000+00:00", "2025-01-01T00:00:00.000+00:00"),
        services_amount=Decimal("500.0"),
        services_count=1,
        approved=False,
    ),
    _invoice(
        "907a70c3-1012-4037-b64c-e4228c38fb29",
        CLOSED,
        "closed",
        ("2024-01-01T00:00:00.000+00:00", "2024-02-01T00:00:00.000+00:00"),
    ),
    # The other customer's.
    _invoice(
        "7f150524-34b9-45df-9e77-69b10f4205b4",
        FOREIGN,
        "foreign",
        ("2024-11-07T09:56:08.253+00:00", "2024-11-13T09:56:08.253+00:00"),
        originated=_traffic("55.5", (7, 7, 420, 420), "2024-11-08T00:00:00.000+00:00", "2024-11-09T00:00:00.000+00:00"),
    ),
    _invoice(
        "c6f87718-6d76-407e-881e-d162ae2eb154",
        FOREIGN,
        None,
        ("2024-10-07T09:56:08.253+00:00", "2024-10-13T09:56:08.253+00:00"),
    ),
)

_OWN = [invoice for invoice in INVOICES if invoice.account.customer == CUSTOMER]
INVOICE_IDS = tuple(invoice.id for invoice in _OWN if invoice.visible)
_DISTINCT_REFERENCES = {"23", "2024/11-B", None, "tiny", "huge", "no call succeeded"}
KNOWN_INVOICE_IDS = tuple(
    invoice.id
    for invoice in _OWN
    if invoice.visible and (invoice.reference in _DISTINCT_REFERENCES or not str(invoice.reference).isascii())
)[:7]
"""Those that a run knows of: few, and different in all that matters to the checks."""
HIDDEN_INVOICE_IDS = tuple(invoice.id for invoice in _OWN if not invoice.visible)
EXPENDABLE_INVOICE_ID = next(each for each in reversed(INVOICE_IDS) if each not in KNOWN_INVOICE_IDS)
OTHER_INVOICE_ID = next(invoice.id for invoice in INVOICES if invoice.account.customer == OTHER_CUSTOMER)
