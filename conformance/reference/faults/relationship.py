"""Faults of the relationship to the account, and of the account itself."""

from __future__ import annotations

from typing import TYPE_CHECKING

from conformance.reference.data import BRANCH, MAIN
from conformance.reference.faults import fault
from conformance.reference.faults.tools import (
    alter_relationship_document,
    is_relationship,
)
from conformance.reference.message import Answer

if TYPE_CHECKING:
    from collections.abc import Callable

    from conformance.reference.app import Api
    from conformance.reference.message import Document, Request
    from conformance.reference.model import Invoice
    from conformance.reference.query import Query

JSON_API = "JSON:API 1.1"


@fault(
    "relationship-not-found",
    caught_by={"REL-001"},
    clause=f"{JSON_API}, fetching-relationships",
    also={"REL-007": "include is answered with 404, too", "HDR-011": "there is no successful answer to look at"},
)
def relationship_not_found(api: Api) -> None:
    """The self link of the relationship is answered with 404."""

    def document(_original: Callable[..., Document], *_arguments: object) -> Document:
        raise api.not_found()

    api.replace("relationship_document", document)


@fault(
    "relationship-linkage-array",
    caught_by={"REL-002"},
    clause=f"{JSON_API}, fetching-relationships-responses-200",
    also={"REL-008": "no single linkage can be compared", "REL-004": "an array has neither type nor id"},
)
def linkage_array(api: Api) -> None:
    """The linkage is an array with one identifier."""
    alter_relationship_document(api, lambda document: document.update(data=[document["data"]]))


@fault(
    "relationship-linkage-with-attributes",
    caught_by={"REL-003"},
    clause=f"{JSON_API}, document-resource-identifier-objects",
)
def linkage_with_attributes(api: Api) -> None:
    """The identifier of the account carries its name."""
    alter_relationship_document(api, lambda document: document["data"].update(attributes={"name": "Main account"}))


@fault(
    "relationship-linkage-number",
    caught_by={"REL-002"},
    clause=f"{JSON_API}, document-resource-identifier-objects",
    also={"REL-008": "the id differs from that of the account"},
)
def linkage_number(api: Api) -> None:
    """The id in the linkage is the internal number."""
    alter_relationship_document(api, lambda document: document["data"].update(id=42))


@fault(
    "relationship-linkage-internal-id",
    caught_by={"REL-004"},
    clause="Documented API, accounts",
    also={"REL-008": "the id differs from that of the account"},
)
def linkage_internal_id(api: Api) -> None:
    """The id in the linkage is the internal number as a string."""
    alter_relationship_document(api, lambda document: document["data"].update(id="42"))


@fault("relationship-links-swapped", caught_by={"REL-005"}, clause=f"{JSON_API}, fetching-relationships")
def links_swapped(api: Api) -> None:
    """The top-level links of the relationship document are swapped."""

    def change(document: Document) -> None:
        links = document["links"]
        links["self"], links["related"] = links["related"], links["self"]

    alter_relationship_document(api, change)


@fault("relationship-links-invented", caught_by={"REL-005"}, clause=f"{JSON_API}, fetching-relationships")
def links_invented(api: Api) -> None:
    """The related link of the relationship document leads to another path than that of the invoice."""
    alter_relationship_document(api, lambda document: document["links"].update(related="http://127.0.0.1/account"))


@fault(
    "relationship-unknown-invoice-null",
    caught_by={"REL-006"},
    clause=f"{JSON_API}, fetching-relationships-responses-404",
    also={"SEC-002": "the other customer's invoices are answered so, too"},
)
def unknown_invoice_null(api: Api) -> None:
    """The relationship of an unknown invoice is empty instead of 404."""

    def change(request: Request, answer: Answer) -> None:
        if is_relationship(request) and answer.status == 404:
            answer.status = 200
            answer.body = b'{"data":null}'

    api.on_answer(change)


@fault(
    "relationship-unknown-name-null", caught_by={"REL-006"}, clause=f"{JSON_API}, fetching-relationships-responses-404"
)
def unknown_name_null(api: Api) -> None:
    """A relationship that does not exist is empty instead of 404."""

    def change(request: Request, answer: Answer) -> None:
        if "/relationships/" in request.path and not is_relationship(request) and answer.status == 404:
            answer.status = 200
            answer.body = b'{"data":null}'

    api.on_answer(change)


@fault("relationship-include-ignored", caught_by={"REL-007"}, clause=f"{JSON_API}, fetching-includes")
def include_ignored(api: Api) -> None:
    """The relationship ignores include."""

    def answer(original: Callable[..., Answer], request: Request) -> Answer:
        if is_relationship(request) and request.query.startswith("include="):
            request.query = ""
        return original(request)

    api.replace("answer", answer)


@fault(
    "relationship-other-account",
    caught_by={"REL-008"},
    clause=f"{JSON_API}, document-resource-object-linkage",
    also={"INCL-001": "the linked account is not included", "INCL-002": "the included account is not linked"},
)
def other_account(api: Api) -> None:
    """The linkage names another account of the customer than the related link gives."""

    def linkage(original: Callable[..., Document], invoice: Invoice) -> Document:
        return {**original(invoice), "id": (BRANCH if invoice.account == MAIN else MAIN).id}

    api.replace("linkage", linkage)


@fault(
    "relationship-writable",
    caught_by={"REL-009"},
    clause=f"{JSON_API}, crud-updating-relationship-responses-403",
    also={"HTTP-022": "a write method succeeds", "HTTP-007": "a write method is not refused"},
    needs={"contested"},
)
def writable(api: Api) -> None:
    """PATCH on the relationship is answered with 204."""

    def hook(request: Request) -> Answer | None:
        return Answer(204) if request.method == "PATCH" and is_relationship(request) else None

    api.on_request(hook)


@fault(
    "invoice-shows-linkage-of-another-account",
    caught_by={"REL-008"},
    clause=f"{JSON_API}, document-resource-object-linkage",
)
def linkage_of_another_account(api: Api) -> None:
    """An invoice without include shows linkage, to another account."""

    def relationship(original: Callable[..., Document], request: Request, invoice: Invoice, query: Query) -> Document:
        shown = original(request, invoice, query)
        other = MAIN if invoice.account is BRANCH else BRANCH
        return {"data": {"type": "accounts", "id": other.id}, **shown}

    api.replace("relationship", relationship)
