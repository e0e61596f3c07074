"""JSON:API documents, with the members in the documented order, and their one compact spelling."""

from __future__ import annotations

import functools
import json
from datetime import UTC, datetime
from decimal import Decimal
from typing import TYPE_CHECKING, Any
from urllib.parse import urlencode

from conformance.reference.model import Account, Invoice, Value
from conformance.reference.selection import Selection

if TYPE_CHECKING:
    from collections.abc import Sequence

    from conformance.reference.message import Document, Problem, Request
    from conformance.reference.query import Query
    from conformance.reference.selection import Record

_COMPACT = json.JSONEncoder(ensure_ascii=False, separators=(",", ":"))

PREFIX = "/api/rest/customer/v1"


def plain(value: Value) -> Any:
    """Return the JSON value of an attribute: decimals and instants (in UTC) are strings, without loss."""
    if isinstance(value, Decimal):
        whole, _, fraction = format(value, "f").partition(".")
        return f"{whole}.{fraction.rstrip('0') or '0'}"
    if isinstance(value, datetime):
        return _written(value)
    return value


@functools.lru_cache(maxsize=1024)
def _written(instant: datetime) -> str:
    return instant.astimezone(UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")


class Documents(Selection):
    """The part of the server that makes documents. Every method returns fresh objects, free to be altered."""

    # Resource objects and their parts.

    def attributes(self, record: Record) -> Document:
        """Return all attributes of an invoice or an account."""
        return {name: plain(value) for name, value in self.values(record).items()}

    def resource_links(self, request: Request, record: Record) -> Document:
        """Return the links of a resource object."""
        kind = "invoices" if isinstance(record, Invoice) else "accounts"
        return {"self": f"{request.base}{PREFIX}/{kind}/{record.id}"}

    def relationship_links(self, request: Request, invoice: Invoice) -> Document:
        """Return the links of the relationship ``account``."""
        base = f"{request.base}{PREFIX}/invoices/{invoice.id}"
        return {"self": f"{base}/relationships/account", "related": f"{base}/account"}

    def linkage(self, invoice: Invoice) -> Document:
        """Return the resource identifier object of the invoice's account."""
        return {"type": "accounts", "id": invoice.account.id}

    def relationship(self, request: Request, invoice: Invoice, query: Query) -> Document:
        """Return the relationship object ``account``, with linkage when the account is included."""
        relationship: Document = {"links": self.relationship_links(request, invoice)}
        if query.include:
            relationship["data"] = self.linkage(invoice)
        return relationship

    def invoice_resource(self, request: Request, invoice: Invoice, query: Query) -> Document:
        """Return the resource object of an invoice, with the fields that were asked for."""
        resource: Document = {
            "id": invoice.id,
            "type": "invoices",
            "links": self.resource_links(request, invoice),
            "attributes": self.attributes(invoice),
            "relationships": {"account": self.relationship(request, invoice, query)},
        }
        return self.sparse(resource, query)

    def account_resource(self, request: Request, account: Account, query: Query) -> Document:
        """Return the resource object of an account, with the fields that were asked for."""
        resource: Document = {
            "id": account.id,
            "type": "accounts",
            "links": self.resource_links(request, account),
            "attributes": self.attributes(account),
        }
        return self.sparse(resource, query)

    def sparse(self, resource: Document, query: Query) -> Document:
        """Apply sparse fieldsets: members that become empty are left out."""
        wanted = query.fields.get(resource["type"])
        if wanted is None:
            return resource
        for part in ("attributes", "relationships"):
            if part in resource:
                resource[part] = {name: value for name, value in resource[part].items() if name in wanted}
                if not resource[part]:
                    del resource[part]
        return resource

    # Documents.

    def item_document(self, request: Request, invoice: Invoice, query: Query) -> Document:
        """Return one invoice."""
        document: Document = {"data": self.invoice_resource(request, invoice, query)}
        return self.compound(document, request, [invoice], query)

    def relationship_document(self, request: Request, invoice: Invoice, query: Query) -> Document:
        """Return the linkage of the relationship ``account``."""
        links = self.relationship_links(request, invoice)
        if query.parameters:
            links["self"] += f"?{urlencode(query.parameters)}"
        document: Document = {"data": self.linkage(invoice), "links": links}
        return self.compound(document, request, [invoice], query)

    def account_document(self, request: Request, account: Account, query: Query) -> Document:
        """Return one account."""
        return {"data": self.account_resource(request, account, query)}

    def collection_document(self, request: Request, records: Sequence[Record], total: int, query: Query) -> Document:
        """Return one page of a collection of ``total`` records."""
        document: Document = {
            "data": [
                self.invoice_resource(request, record, query)
                if isinstance(record, Invoice)
                else self.account_resource(request, record, query)
                for record in records
            ]
        }
        self.compound(document, request, [record for record in records if isinstance(record, Invoice)], query)
        document["meta"] = self.collection_meta(total)
        document["links"] = self.page_links(request, total, query)
        return document

    def compound(self, document: Document, request: Request, invoices: Sequence[Invoice], query: Query) -> Document:
        """Add ``included`` when ``include`` was sent: each account once."""
        if query.include is not None:
            accounts = {invoice.account.id: invoice.account for invoice in invoices} if query.include else {}
            document["included"] = [self.account_resource(request, account, query) for account in accounts.values()]
        return document

    def collection_meta(self, total: int) -> Document:
        """Return the ``meta`` of a collection document."""
        return {"total-count": total}

    def page_links(self, request: Request, total: int, query: Query) -> Document:
        """Return the pagination links that exist; they keep every other parameter."""
        last = max(1, -(-total // query.page_size))
        pages = {"first": 1}
        if query.page_number > 1:
            pages["prev"] = min(query.page_number - 1, last)
        if query.page_number < last:
            pages["next"] = query.page_number + 1
        pages["last"] = last
        return {name: self.page_link(request, number, query) for name, number in pages.items()}

    def page_link(self, request: Request, number: int, query: Query) -> str:
        """Return the link to one page."""
        kept = [(name, value) for name, value in query.parameters if not name.startswith("page[")]
        paging = [("page[number]", str(number)), ("page[size]", str(query.page_size))]
        return f"{request.base}{request.path}?{urlencode([*kept, *paging])}"

    def error_document(self, problem: Problem) -> Document:
        """Return the error document of a problem, in the documented form."""
        error: Document = {
            "title": problem.title,
            "detail": problem.detail,
            "code": str(problem.status),
            "status": str(problem.status),
        }
        if problem.parameter is not None:
            error["source"] = {"parameter": problem.parameter}
        return {"errors": [error]}

    def encode(self, document: Document) -> bytes:
        """Return compact JSON in UTF-8."""
        return _COMPACT.encode(document).encode()
