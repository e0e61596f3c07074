"""Access to the records behind a small interface; the constant data set is one implementation."""

from __future__ import annotations

from typing import TYPE_CHECKING, Protocol

from conformance.reference.data import ACCOUNTS, INVOICES

if TYPE_CHECKING:
    from collections.abc import Sequence

    from conformance.reference.model import Account, Customer, Invoice


class Store(Protocol):
    """Where the records come from. A customer sees only what is its own and visible."""

    def customer(self, subject: int) -> Customer | None:
        """The customer whose tokens carry this ``sub``."""

    def invoice(self, customer: Customer, number: str) -> Invoice | None:
        """The visible invoice with the id ``number`` (lower case)."""

    def invoices(self, customer: Customer) -> Sequence[Invoice]:
        """All visible invoices, in no particular order."""

    def account(self, customer: Customer, number: str) -> Account | None:
        """The visible account with the id ``number`` (lower case)."""

    def accounts(self, customer: Customer) -> Sequence[Account]:
        """All visible accounts, in no particular order."""


class MemoryStore:
    """The constant data set."""

    def customer(self, subject: int) -> Customer | None:
        """See :class:`Store`."""
        return next((account.customer for account in ACCOUNTS if account.customer.subject == subject), None)

    def invoice(self, customer: Customer, number: str) -> Invoice | None:
        """See :class:`Store`."""
        return next((invoice for invoice in self.invoices(customer) if invoice.id == number), None)

    def invoices(self, customer: Customer) -> Sequence[Invoice]:
        """See :class:`Store`."""
        return [invoice for invoice in INVOICES if invoice.visible and invoice.account.customer == customer]

    def account(self, customer: Customer, number: str) -> Account | None:
        """See :class:`Store`."""
        return next((account for account in self.accounts(customer) if account.id == number), None)

    def accounts(self, customer: Customer) -> Sequence[Account]:
        """See :class:`Store`."""
        return [account for account in ACCOUNTS if account.visible and account.customer == customer]
