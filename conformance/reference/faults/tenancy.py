"""Faults of isolation between customers, and of invoices that must stay invisible."""

from __future__ import annotations

from typing import TYPE_CHECKING

from conformance.reference.app import Api
from conformance.reference.data import FOREIGN, HIDDEN_INVOICE_IDS, INVOICES, OTHER_CUSTOMER
from conformance.reference.faults import Area
from conformance.reference.faults.clauses import API_VISIBILITY, OWASP_EXISTENCE, OWASP_OBJECTS, PRECEDENCE
from conformance.reference.faults.effects import forbidden
from conformance.reference.faults.needs import HIDDEN, LISTED, SECOND
from conformance.reference.faults.seams import instead_of, on_answer
from conformance.reference.faults.where import has_include, is_head, is_item
from conformance.reference.message import Problem

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Sequence

    from conformance.reference.faults.seams import Install
    from conformance.reference.message import Answer, Request
    from conformance.reference.model import Invoice
    from conformance.reference.selection import Condition, Record

fault = Area(__name__, needs=SECOND)


def _any_invoice(number: str) -> Invoice | None:
    return next((invoice for invoice in INVOICES if invoice.id == number), None)


def _find(shown: Callable[[Request, Invoice], object]) -> Install:
    """Let invoices be found that the customer must not see."""

    def find(original: Callable[..., Invoice], request: Request, number: str) -> Invoice:
        found = _any_invoice(number)
        return found if found and shown(request, found) else original(request, number)

    return instead_of(Api.find_invoice)(find)


def _refused(problem: Callable[[], Problem]) -> Install:
    """Refuse invoices of another customer with another problem than unknown ones."""

    def find(original: Callable[..., Invoice], request: Request, number: str) -> Invoice:
        found = _any_invoice(number)
        if found and _foreign(request, found):
            raise problem()
        return original(request, number)

    return instead_of(Api.find_invoice)(find)


def _foreign(request: Request, invoice: Invoice) -> bool:
    return invoice.visible and invoice.account.customer != request.customer


fault(
    "tenant-scope-missing",
    {"SEC-001", "SEC-002"},
    OWASP_OBJECTS,
    also={"SEC-003": "a foreign invoice is not like an unknown one"},
)("An invoice is found by its id, whoever owns it.", _find(_foreign))
fault(
    "tenant-scope-missing-on-head",
    {"SEC-001", "SEC-002"},
    OWASP_OBJECTS,
    also={"SEC-003": "a foreign invoice is not like an unknown one"},
)(
    "HEAD finds an invoice by its id, whoever owns it.",
    _find(lambda request, invoice: is_head(request) and _foreign(request, invoice)),
)
fault(
    "tenant-scope-missing-on-account",
    {"SEC-002"},
    OWASP_OBJECTS,
    also={"SEC-026": "in any spelling", "SEC-003": "a precondition is evaluated for it"},
)(
    "The account of an invoice is found by the id of the invoice, whoever owns it.",
    _find(lambda request, invoice: request.path.endswith("/account") and _foreign(request, invoice)),
)
fault("tenant-scope-missing-on-include", {"SEC-002"}, OWASP_OBJECTS)(
    "With an include parameter, an invoice is found by its id, whoever owns it.",
    _find(lambda request, invoice: has_include(request) and _foreign(request, invoice)),
)
fault("tenant-scope-missing-for-any-type", {"SEC-001"}, OWASP_OBJECTS)(
    "Whoever accepts anything finds an invoice by its id, whoever owns it.",
    _find(lambda request, invoice: request.lines("accept") == ["*/*"] and _foreign(request, invoice)),
)
fault("tenant-disclosed-forbidden", {"SEC-003"}, OWASP_EXISTENCE)(
    "An invoice of another customer is answered with 403, an unknown one with 404.", _refused(forbidden)
)
fault("tenant-disclosed-in-detail", {"SEC-003"}, OWASP_EXISTENCE)(
    "The detail of the 404 says that the invoice belongs to another customer.",
    _refused(lambda: Problem(404, "Record not found", "The record belongs to another customer.")),
)


@fault("tenant-disclosed-by-field", {"SEC-003"}, OWASP_EXISTENCE)
def disclosed_by_field(api: Api) -> None:
    """The 404 for an invoice of another customer still carries its ETag."""

    def change(request: Request, answer: Answer) -> None:
        found = _any_invoice(request.path.rstrip("/").rpartition("/")[2])
        if answer.status == 404 and found and request.customer and _foreign(request, found):
            answer.headers.append(("ETag", api.entity_tag(found.id.encode())))

    api.on_answer(change)


@fault("tenant-disclosed-by-304", {"SEC-003"}, PRECEDENCE)
@on_answer
def disclosed_by_304(request: Request, answer: Answer) -> None:
    """If-None-Match: * on an invoice of another customer gives 304."""
    found = _any_invoice(request.path.rpartition("/")[2])
    if answer.status == 404 and found and request.lines("if-none-match") == ["*"] and _foreign(request, found):
        answer.status, answer.body = 304, b""


@fault(
    "tenant-listing-unscoped",
    {"SEC-004"},
    OWASP_OBJECTS,
    also={"COLL-003": "the elements cannot be fetched", "PAGE-003": "there are more than the known ones"},
    needs=LISTED,
)
@instead_of(Api.records)
def listing_unscoped(original: Callable[..., Sequence[Record]], request: Request, name: str) -> Sequence[Record]:
    """The collection lists the invoices of all customers."""
    return [invoice for invoice in INVOICES if invoice.visible] if name == "invoices" else original(request, name)


@fault(
    "tenant-filter-replaces-scope",
    {"SEC-004"},
    OWASP_OBJECTS,
    also={"FILT-002": "not_eq gives more than the others"},
    needs=LISTED,
)
@instead_of(Api.select)
def filter_replaces_scope(
    original: Callable[..., Sequence[Record]], records: Iterable[Record], conditions: Sequence[Condition]
) -> Sequence[Record]:
    """A filter on the account replaces the scope of the customer."""
    named = any(wanted.attribute == "account-id" for wanted in conditions)
    everything = [invoice for invoice in INVOICES if invoice.visible]
    return original(everything if named else records, conditions)


@fault("tenant-account-unscoped", {"SEC-004"}, OWASP_OBJECTS, needs=LISTED)
@instead_of(Api.select)
def account_unscoped(
    original: Callable[..., Sequence[Record]], records: Iterable[Record], conditions: Sequence[Condition]
) -> Sequence[Record]:
    """With an empty filter on the account, the invoices of the other customer come back."""
    if any(wanted.attribute == "account-id" and wanted.operand == FOREIGN.id for wanted in conditions):
        return [invoice for invoice in INVOICES if invoice.account.customer == OTHER_CUSTOMER]
    return original(records, conditions)


fault("hidden-unapproved-shown", {"SEC-005"}, API_VISIBILITY, needs=HIDDEN)(
    "An invoice that is not approved is shown to its owner.",
    _find(lambda request, invoice: not invoice.approved and invoice.account.customer == request.customer),
)
fault("hidden-account-shown", {"SEC-005"}, API_VISIBILITY, needs=HIDDEN)(
    "An invoice of an account outside the token's reach is shown.",
    _find(lambda request, invoice: not invoice.account.visible and invoice.account.customer == request.customer),
)


@fault("hidden-disclosed-forbidden", {"SEC-005"}, OWASP_EXISTENCE, needs=HIDDEN)
@instead_of(Api.find_invoice)
def hidden_forbidden(original: Callable[..., Invoice], request: Request, number: str) -> Invoice:
    """An invoice that is not approved is answered with 403."""
    if number in HIDDEN_INVOICE_IDS and is_item(request):
        raise Problem(403, "Forbidden", "The invoice is not approved yet.")
    return original(request, number)
