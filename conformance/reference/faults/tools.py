"""What several faults need: which request it is, and how to alter one part of a document or an answer."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any

from conformance.reference.data import BUSY, INVOICES
from conformance.reference.model import Invoice
from conformance.reference.negotiation import MEDIA_TYPE
from conformance.reference.serialise import PREFIX

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from conformance.reference.app import Api
    from conformance.reference.message import Answer, Document, Request
    from conformance.reference.model import Account, Customer
    from conformance.reference.query import Query
    from conformance.reference.store import Store

# What faults of the isolation of customers have in common: the clause, and what they need to be seen.
OBJECTS = "OWASP API1:2023"
SECOND, HIDDEN = {"second-customer"}, {"hidden-invoice"}
UUID = "[0-9A-Fa-f]{8}(?:-[0-9A-Fa-f]{4}){3}-[0-9A-Fa-f]{12}"
_ITEM = re.compile(f"{PREFIX}/invoices/{UUID}")
_USUAL_FIELDS = {"host", "user-agent", "accept", "authorization"}


def is_item(request: Request) -> bool:
    """True for a request to an invoice by itself."""
    return bool(_ITEM.fullmatch(request.path))


def is_busy(request: Request) -> bool:
    """True for a request to the busiest invoice by itself."""
    return request.path == f"{PREFIX}/invoices/{BUSY.id}"


def is_relationship(request: Request) -> bool:
    """True for a request to a relationship."""
    return request.path.endswith("/relationships/account")


def is_related(request: Request) -> bool:
    """True for a request to the account of an invoice."""
    return request.path.endswith("/account") and not is_relationship(request)


def is_collection(request: Request) -> bool:
    """True for a request to the collection of invoices."""
    return request.path == f"{PREFIX}/invoices"


def asked_invoice(request: Request) -> Invoice | None:
    """Return the invoice of anybody that a path names."""
    return next((invoice for invoice in INVOICES if f"/invoices/{invoice.id}" in request.path), None)


def is_foreign(request: Request) -> bool:
    """True for a request of a customer about an invoice of another one."""
    asked = asked_invoice(request)
    return bool(asked and asked.visible and request.customer and asked.account.customer != request.customer)


def is_hidden(request: Request) -> bool:
    """True for a request of a customer about an invoice of its own that it must not see."""
    asked = asked_invoice(request)
    return bool(asked and not asked.visible and request.customer == asked.account.customer)


def alter_attributes(api: Api, change: Callable[[Document, Invoice], None]) -> None:
    """Alter the attributes of invoices wherever they are shown."""

    def attributes(original: Callable[..., Document], record: Invoice | Account) -> Document:
        shown = original(record)
        if isinstance(record, Invoice):
            change(shown, record)
        return shown

    api.replace("attributes", attributes)


def alter_values(api: Api, change: Callable[[Document, Invoice], None]) -> None:
    """Alter the values of invoices, so that documents, filters and sorts agree."""

    def values(original: Callable[..., Document], record: Invoice | Account) -> Document:
        known = original(record)
        if isinstance(record, Invoice):
            change(known, record)
        return known

    api.replace("values", values)


def alter_account_attributes(api: Api, change: Callable[[Document], None]) -> None:
    """Alter the attributes of accounts wherever they are shown."""

    def attributes(original: Callable[..., Document], record: Invoice | Account) -> Document:
        shown = original(record)
        if not isinstance(record, Invoice):
            change(shown)
        return shown

    api.replace("attributes", attributes)


def alter_resource(api: Api, change: Callable[[Document, Invoice], None]) -> None:
    """Alter the resource object of invoices wherever it is shown, after sparse fieldsets."""

    def resource(original: Callable[..., Document], request: Request, invoice: Invoice, query: Query) -> Document:
        shown = original(request, invoice, query)
        change(shown, invoice)
        return shown

    api.replace("invoice_resource", resource)


def alter_item(api: Api, change: Callable[[Document, Invoice], None]) -> None:
    """Alter the document of an invoice by itself."""

    def document(original: Callable[..., Document], request: Request, invoice: Invoice, query: Query) -> Document:
        shown = original(request, invoice, query)
        change(shown, invoice)
        return shown

    api.replace("item_document", document)


def alter_relationship_document(api: Api, change: Callable[[Document], None]) -> None:
    """Alter the document of the relationship."""

    def document(original: Callable[..., Document], *arguments: Any) -> Document:
        shown = original(*arguments)
        change(shown)
        return shown

    api.replace("relationship_document", document)


def alter_account_document(api: Api, change: Callable[[Document], None]) -> None:
    """Alter the document of an account by itself."""

    def document(original: Callable[..., Document], *arguments: Any) -> Document:
        shown = original(*arguments)
        change(shown)
        return shown

    api.replace("account_document", document)


def alter_collection(api: Api, change: Callable[[Document], None]) -> None:
    """Alter the document of a collection."""

    def document(original: Callable[..., Document], *arguments: Any) -> Document:
        shown = original(*arguments)
        change(shown)
        return shown

    api.replace("collection_document", document)


def alter_errors(api: Api, change: Callable[[Document], None]) -> None:
    """Alter the only error object of every error document."""

    def document(original: Callable[..., Document], *arguments: Any) -> Document:
        shown = original(*arguments)
        change(shown["errors"][0])
        return shown

    api.replace("error_document", document)


def alter_text(api: Api, change: Callable[[bytes], bytes]) -> None:
    """Alter the JSON text of documents with data."""

    def encode(original: Callable[..., bytes], document: Document) -> bytes:
        text = original(document)
        return change(text) if "data" in document else text

    api.replace("encode", encode)


def set_field(api: Api, name: str, value: str | None, when: Callable[[Request, Answer], bool]) -> None:
    """Give a field another value, or remove it, in the answers for which ``when`` is true."""

    def change(request: Request, answer: Answer) -> None:
        if when(request, answer):
            if value is None:
                answer.remove(name)
            else:
                answer.set(name, value)

    api.on_answer(change)


def always(_request: Request, _answer: Answer) -> bool:
    """Every answer."""
    return True


def status_is(*statuses: int) -> Callable[[Request, Answer], bool]:
    """The answers with one of the statuses."""
    return lambda _request, answer: answer.status in statuses


def constant(api: Api, name: str, value: object) -> None:
    """Make a method return the same value whatever it is asked."""
    api.replace(name, lambda _original, *_arguments: value)


class AlteredStore:
    """A store whose invoices are altered."""

    def __init__(self, store: Store, change: Callable[[Invoice], Invoice]) -> None:
        self._store = store
        self._change = change

    def customer(self, subject: int) -> Customer | None:
        """See Store."""
        return self._store.customer(subject)

    def invoice(self, customer: Customer, number: str) -> Invoice | None:
        """See Store."""
        found = self._store.invoice(customer, number)
        return self._change(found) if found else None

    def invoices(self, customer: Customer) -> Sequence[Invoice]:
        """See Store."""
        return [self._change(invoice) for invoice in self._store.invoices(customer)]

    def account(self, customer: Customer, number: str) -> Account | None:
        """See Store."""
        return self._store.account(customer, number)

    def accounts(self, customer: Customer) -> Sequence[Account]:
        """See Store."""
        return self._store.accounts(customer)


def alter_invoices(api: Api, change: Callable[[Invoice], Invoice]) -> None:
    """Alter the invoices themselves, so that every representation, filter and sort agrees."""
    api.store = AlteredStore(api.store, change)


def is_plain(request: Request) -> bool:
    """True for the documented request: nothing but the usual fields, and no query."""
    usual = {name for name, _ in request.fields} == _USUAL_FIELDS and request.lines("accept") == [MEDIA_TYPE]
    return usual and request.method == "GET" and not request.query
