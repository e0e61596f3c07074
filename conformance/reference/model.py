"""The records that the reference server serves: customers, accounts, invoices.

Standard library only and cheap to import.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime
from decimal import Context, Decimal

Value = str | int | bool | Decimal | datetime | None
# The default context rounds to 28 digits; amounts are exact.
_EXACT = Context(prec=200)
ZERO = Decimal(0)


@dataclass(frozen=True, slots=True)
class Customer:
    """One customer of the service; ``subject`` is the ``sub`` claim of its tokens."""

    subject: int


@dataclass(frozen=True, slots=True)
class Account:
    """A billing account. A closed one is invisible, and so are its invoices."""

    id: str
    customer: Customer
    name: str
    balance: Decimal
    min_balance: Decimal
    max_balance: Decimal
    destination_rate_limit: Decimal | None
    origination_capacity: int | None
    termination_capacity: int | None
    total_capacity: int | None
    currency: str
    visible: bool = True

    def attributes(self) -> dict[str, Value]:
        """Return the attributes by their names on the wire, as Python values."""
        return {
            "name": self.name,
            "balance": self.balance,
            "min-balance": self.min_balance,
            "max-balance": self.max_balance,
            "destination-rate-limit": self.destination_rate_limit,
            "origination-capacity": self.origination_capacity,
            "termination-capacity": self.termination_capacity,
            "total-capacity": self.total_capacity,
            "currency": self.currency,
        }


@dataclass(frozen=True, slots=True)
class Traffic:
    """What the calls of one direction cost and counted; durations in seconds."""

    amount: Decimal = ZERO
    calls: int = 0
    successful: int = 0
    calls_duration: int = 0
    billing_duration: int = 0
    first: datetime | None = None
    last: datetime | None = None

    def attributes(self, direction: str) -> dict[str, Value]:
        """Return the seven attributes of ``direction``, by their names on the wire."""
        return {
            f"{direction}-amount-spent": self.amount,
            f"{direction}-calls-count": self.calls,
            f"{direction}-successful-calls-count": self.successful,
            f"{direction}-calls-duration": self.calls_duration,
            f"{direction}-billing-duration": self.billing_duration,
            f"{direction}-first-call-at": self.first,
            f"{direction}-last-call-at": self.last,
        }


@dataclass(frozen=True, slots=True)
class Invoice:
    """An invoice over the period from ``start`` (inclusive) to ``end`` (exclusive)."""

    id: str
    account: Account
    reference: str | None
    start: datetime
    end: datetime
    has_pdf: bool = False
    originated: Traffic = field(default_factory=Traffic)
    terminated: Traffic = field(default_factory=Traffic)
    services_amount: Decimal = ZERO
    services_count: int = 0
    approved: bool = True

    @property
    def visible(self) -> bool:
        """True when the customer who owns the invoice may see it."""
        return self.approved and self.account.visible

    @property
    def amount(self) -> Decimal:
        """The exact sum of the three parts."""
        calls = _EXACT.add(self.originated.amount, self.terminated.amount)
        return _EXACT.add(calls, self.services_amount)

    def attributes(self) -> dict[str, Value]:
        """Return the 21 documented attributes in the documented order, as Python values."""
        return {
            "reference": self.reference,
            "start-date": self.start,
            "end-date": self.end,
            "has-pdf": self.has_pdf,
            "amount-spent": self.amount,
            **self.originated.attributes("originated"),
            **self.terminated.attributes("terminated"),
            "services-amount-spent": self.services_amount,
            "service-transactions-count": self.services_count,
        }
