"""Ways to alter one part of the documents, answers or data of a server."""

from __future__ import annotations

from typing import TYPE_CHECKING

from conformance.reference.app import Api
from conformance.reference.faults.seams import after, instead_of
from conformance.reference.model import Invoice

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from conformance.reference.message import Answer, Document, Request
    from conformance.reference.model import Account, Customer
    from conformance.reference.store import Store


def alter_attributes(api: Api, change: Callable[[Document, Invoice], object]) -> None:
    """Alter the attributes of invoices wherever they are shown."""
    after(Api.attributes)(lambda shown, of: change(shown, of) if isinstance(of, Invoice) else None)(api)


def alter_values(api: Api, change: Callable[[Document, Invoice], object]) -> None:
    """Alter the values of invoices, so that documents, filters and sorts agree."""
    after(Api.values)(lambda known, of: change(known, of) if isinstance(of, Invoice) else None)(api)


def alter_account_attributes(api: Api, change: Callable[[Document], object]) -> None:
    """Alter the attributes of accounts wherever they are shown."""
    after(Api.attributes)(lambda shown, of: None if isinstance(of, Invoice) else change(shown))(api)


def alter_resource(api: Api, change: Callable[[Document, Invoice], object]) -> None:
    """Alter the resource object of invoices wherever it is shown, after sparse fieldsets."""
    after(Api.invoice_resource)(lambda shown, _request, invoice, _query: change(shown, invoice))(api)


def alter_item(api: Api, change: Callable[[Document, Invoice], object]) -> None:
    """Alter the document of an invoice by itself."""
    after(Api.item_document)(lambda shown, _request, invoice, _query: change(shown, invoice))(api)


def alter_relationship_document(api: Api, change: Callable[[Document], object]) -> None:
    """Alter the document of the relationship."""
    after(Api.relationship_document)(lambda shown, *_: change(shown))(api)


def in_links(change: Callable[[Document], object]) -> Callable[[Document], object]:
    """Return what alters the links of a document or a resource, where it has some."""
    return lambda owner: change(owner["links"]) if "links" in owner else None


def alter_account_document(api: Api, change: Callable[[Document], object]) -> None:
    """Alter the document of an account by itself."""
    after(Api.account_document)(lambda shown, *_: change(shown))(api)


def alter_collection(api: Api, change: Callable[[Document], object]) -> None:
    """Alter the document of a collection."""
    after(Api.collection_document)(lambda shown, *_: change(shown))(api)


def alter_errors(api: Api, change: Callable[[Document], object]) -> None:
    """Alter the only error object of every error document."""
    after(Api.error_document)(lambda shown, _: change(shown["errors"][0]))(api)


def alter_text(api: Api, change: Callable[[bytes], bytes]) -> None:
    """Alter the JSON text of documents with data."""

    def encode(original: Callable[[Document], bytes], document: Document) -> bytes:
        text = original(document)
        return change(text) if "data" in document else text

    instead_of(Api.encode)(encode)(api)


def set_field(api: Api, name: str, value: str | None, when: Callable[[Request, Answer], bool]) -> None:
    """Give a field another value, or remove it, in the answers for which ``when`` is true."""

    def change(request: Request, answer: Answer) -> None:
        if when(request, answer):
            if value is None:
                answer.remove(name)
            else:
                answer.set(name, value)

    api.on_answer(change)


class AlteredStore:
    """A store whose invoices are altered."""

    def __init__(self, store: Store, change: Callable[[Invoice], Invoice]) -> None:
        """Give out each invoice of ``store`` after ``change``."""
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
