"""Access to the records behind a small interface; the constant data set is one implementation."""

from __future__ import annotations

import sqlite3
from functools import cache, cached_property
from typing import TYPE_CHECKING, Protocol

from conformance.reference import generated
from conformance.reference.data import ACCOUNTS, CUSTOMER, INVOICE_IDS, INVOICES
from conformance.reference.rows import Rows, restored, stored

if TYPE_CHECKING:
    from collections.abc import Sequence

    from conformance.reference.model import Account, Customer, Invoice


class Store(Protocol):
    """Where the records come from. A customer sees only what is its own and visible."""

    def customer(self, subject: int) -> Customer | None:
        """Return the customer whose tokens carry this ``sub``."""

    def invoice(self, customer: Customer, number: str) -> Invoice | None:
        """Return the visible invoice with the id ``number`` (lower case)."""

    def invoices(self, customer: Customer) -> Sequence[Invoice]:
        """Return all visible invoices, in no particular order."""

    def account(self, customer: Customer, number: str) -> Account | None:
        """Return the visible account with the id ``number`` (lower case)."""

    def accounts(self, customer: Customer) -> Sequence[Account]:
        """Return all visible accounts, in no particular order."""


@cache
def _invoices_of(customer: Customer) -> tuple[Invoice, ...]:
    return tuple(invoice for invoice in INVOICES if invoice.visible and invoice.account.customer == customer)


class MemoryStore:
    """The constant data set."""

    def customer(self, subject: int) -> Customer | None:
        """See ``Store``."""
        return next((account.customer for account in ACCOUNTS if account.customer.subject == subject), None)

    def invoice(self, customer: Customer, number: str) -> Invoice | None:
        """See ``Store``."""
        return next((invoice for invoice in self.invoices(customer) if invoice.id == number), None)

    def invoices(self, customer: Customer) -> Sequence[Invoice]:
        """See ``Store``."""
        return list(_invoices_of(customer))

    def account(self, customer: Customer, number: str) -> Account | None:
        """See ``Store``."""
        return next((account for account in self.accounts(customer) if account.id == number), None)

    def accounts(self, customer: Customer) -> Sequence[Account]:
        """See ``Store``."""
        return [account for account in ACCOUNTS if account.visible and account.customer == customer]


class SqliteStore(MemoryStore):
    """The constant data set, and generated invoices that fill the collection of the documented customer up to a number.

    They are made when the first one is asked for, and lie in a temporary file that SQLite removes, so that memory does
    not grow with them.
    """

    def __init__(self, invoices: int) -> None:
        """``invoices`` is what the collection of the documented customer holds.

        Raises:
            ValueError: When that is less than the constant data set has.
        """
        if invoices < len(INVOICE_IDS):
            raise ValueError(f"must be at least {len(INVOICE_IDS)}")
        self._count = invoices - len(INVOICE_IDS)
        self._database: sqlite3.Connection | None = None

    @cached_property
    def _generated(self) -> tuple[Account, ...]:
        return generated.accounts(self._count)

    @cached_property
    def _accounts(self) -> dict[str, Account]:
        return {account.id: account for account in (*ACCOUNTS, *self._generated)}

    def _opened(self) -> sqlite3.Connection:
        if self._database is None:
            self._database = self._filled()
        return self._database

    def _filled(self) -> sqlite3.Connection:
        # Made in one thread and used in another, never in two at once.
        database = sqlite3.connect("", check_same_thread=False, isolation_level=None)
        for pragma in ("journal_mode = OFF", "synchronous = OFF", "temp_store = FILE"):
            database.execute(f"PRAGMA {pragma}")
        database.execute("BEGIN")
        database.execute(f"CREATE TABLE invoices ({generated.COLUMNS})")
        database.execute("CREATE TEMP TABLE accounts (number INTEGER PRIMARY KEY, id TEXT)")
        rows = [(number, account.id) for number, account in enumerate(self._generated)]
        database.executemany("INSERT INTO accounts VALUES (?, ?)", rows)
        if self._count:
            parameters = {"count": self._count, "accounts": len(self._generated), "customer": CUSTOMER.subject}
            database.execute(generated.statement(), parameters)
        own = [stored(invoice) for invoice in super().invoices(CUSTOMER)]
        database.executemany(f"INSERT INTO invoices VALUES ({','.join('?' * len(own[0]))})", own)  # noqa: S608
        # The usual order of the collection.
        database.execute("CREATE INDEX newest ON invoices (customer, start_date DESC, id)")
        database.execute("COMMIT")
        return database

    def invoice(self, customer: Customer, number: str) -> Invoice | None:
        """See ``Store``."""
        for invoice in INVOICES:
            if invoice.id == number:
                return invoice if invoice.visible and invoice.account.customer == customer else None
        query = "SELECT * FROM invoices WHERE id = ? AND customer = ?"
        row = self._opened().execute(query, (number, customer.subject)).fetchone()
        return restored(row, self._accounts) if row else None

    def invoices(self, customer: Customer) -> Sequence[Invoice]:
        """See ``Store``."""
        if customer != CUSTOMER:
            return super().invoices(customer)
        return Rows(self._opened(), self._accounts, "customer = ?", (customer.subject,))

    def account(self, customer: Customer, number: str) -> Account | None:
        """See ``Store``."""
        found = self._accounts.get(number)
        return found if found and found.visible and found.customer == customer else None

    def accounts(self, customer: Customer) -> Sequence[Account]:
        """See ``Store``."""
        return [account for account in self._accounts.values() if account.visible and account.customer == customer]

    def close(self) -> None:
        """Remove the generated invoices."""
        if self._database is not None:
            self._database.close()
            self._database = None
