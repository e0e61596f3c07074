"""Faults of isolation between customers, and of invoices that must stay invisible."""

from __future__ import annotations

from typing import TYPE_CHECKING

from conformance.reference.data import FOREIGN, HIDDEN_INVOICE_IDS, INVOICES, OTHER_CUSTOMER
from conformance.reference.faults import fault
from conformance.reference.faults.tools import HIDDEN, OBJECTS, SECOND, is_item
from conformance.reference.message import Problem

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from conformance.reference.app import Api
    from conformance.reference.message import Answer, Request
    from conformance.reference.model import Invoice
    from conformance.reference.selection import Condition, Record


def _any_invoice(number: str) -> Invoice | None:
    return next((invoice for invoice in INVOICES if invoice.id == number), None)


def _find(api: Api, shown: Callable[[Request, Invoice], bool]) -> None:
    """Let invoices be found that the customer must not see."""

    def find(original: Callable[..., Invoice], request: Request, number: str) -> Invoice:
        found = _any_invoice(number)
        return found if found and shown(request, found) else original(request, number)

    api.replace("find_invoice", find)


def _foreign(request: Request, invoice: Invoice) -> bool:
    return invoice.visible and invoice.account.customer != request.customer


@fault(
    "tenant-scope-missing",
    caught_by={"SEC-001", "SEC-002"},
    clause=OBJECTS,
    also={"SEC-003": "a foreign invoice is not like an unknown one"},
    needs=SECOND,
)
def scope_missing(api: Api) -> None:
    """An invoice is found by its id, whoever owns it."""
    _find(api, _foreign)


@fault(
    "tenant-scope-missing-on-head",
    caught_by={"SEC-001", "SEC-002"},
    clause=OBJECTS,
    also={"SEC-003": "a foreign invoice is not like an unknown one"},
    needs=SECOND,
)
def scope_missing_on_head(api: Api) -> None:
    """HEAD finds an invoice by its id, whoever owns it."""
    _find(api, lambda request, invoice: request.method == "HEAD" and _foreign(request, invoice))


@fault(
    "tenant-scope-missing-on-account",
    caught_by={"SEC-002"},
    clause=OBJECTS,
    also={"SEC-003": "a precondition is evaluated for it"},
    needs=SECOND,
)
def scope_missing_on_account(api: Api) -> None:
    """The account of an invoice is found by the id of the invoice, whoever owns it."""
    _find(api, lambda request, invoice: request.path.endswith("/account") and _foreign(request, invoice))


@fault("tenant-scope-missing-on-include", caught_by={"SEC-002"}, clause=OBJECTS, needs=SECOND)
def scope_missing_on_include(api: Api) -> None:
    """With an include parameter, an invoice is found by its id, whoever owns it."""
    _find(api, lambda request, invoice: "include=" in request.query and _foreign(request, invoice))


@fault("tenant-told-forbidden", caught_by={"SEC-003"}, clause="OWASP API1:2023, CWE-204", needs=SECOND)
def told_forbidden(api: Api) -> None:
    """An invoice of another customer is answered with 403, an unknown one with 404."""

    def find(original: Callable[..., Invoice], request: Request, number: str) -> Invoice:
        found = _any_invoice(number)
        if found and _foreign(request, found):
            raise Problem(403, "Forbidden", "Access is forbidden.")
        return original(request, number)

    api.replace("find_invoice", find)


@fault("tenant-told-in-detail", caught_by={"SEC-003"}, clause="OWASP API1:2023, CWE-204", needs=SECOND)
def told_in_detail(api: Api) -> None:
    """The detail of the 404 says that the invoice belongs to another customer."""

    def find(original: Callable[..., Invoice], request: Request, number: str) -> Invoice:
        found = _any_invoice(number)
        if found and _foreign(request, found):
            raise Problem(404, "Record not found", "The record belongs to another customer.")
        return original(request, number)

    api.replace("find_invoice", find)


@fault("tenant-told-by-field", caught_by={"SEC-003"}, clause="OWASP API1:2023, CWE-204", needs=SECOND)
def told_by_field(api: Api) -> None:
    """The 404 for an invoice of another customer still carries its ETag."""

    def change(request: Request, answer: Answer) -> None:
        found = _any_invoice(request.path.rpartition("/")[2])
        if answer.status == 404 and found and request.customer and _foreign(request, found):
            answer.headers.append(("ETag", api.entity_tag(found.id.encode())))

    api.on_answer(change)


@fault("tenant-told-by-304", caught_by={"SEC-003"}, clause="RFC 9110, section 13.2.1", needs=SECOND)
def told_by_304(api: Api) -> None:
    """If-None-Match: * on an invoice of another customer gives 304."""

    def change(request: Request, answer: Answer) -> None:
        found = _any_invoice(request.path.rpartition("/")[2])
        if answer.status == 404 and found and request.lines("if-none-match") == ["*"] and _foreign(request, found):
            answer.status = 304
            answer.body = b""

    api.on_answer(change)


@fault(
    "tenant-listing-unscoped",
    caught_by={"SEC-004"},
    clause=OBJECTS,
    also={"COLL-003": "the elements cannot be fetched", "PAGE-003": "there are more than the known ones"},
    needs={"second-customer", "collection"},
)
def listing_unscoped(api: Api) -> None:
    """The collection lists the invoices of all customers."""

    def records(original: Callable[..., Sequence[Record]], request: Request, name: str) -> Sequence[Record]:
        if name != "invoices":
            return original(request, name)
        return [invoice for invoice in INVOICES if invoice.visible]

    api.replace("records", records)


@fault(
    "tenant-filter-replaces-scope",
    caught_by={"SEC-004"},
    clause=OBJECTS,
    also={"FILT-002": "not_eq gives more than the others"},
    needs={"second-customer", "collection"},
)
def filter_replaces_scope(api: Api) -> None:
    """A filter on the account replaces the scope of the customer."""

    def select(
        original: Callable[..., list[Record]], records: Sequence[Record], conditions: Sequence[Condition]
    ) -> list[Record]:
        named = any(wanted.attribute == "account-id" for wanted in conditions)
        everything = [invoice for invoice in INVOICES if invoice.visible]
        return original(everything if named else records, conditions)

    api.replace("select", select)


@fault("tenant-account-unscoped", caught_by={"SEC-004"}, clause=OBJECTS, needs={"second-customer", "collection"})
def account_unscoped(api: Api) -> None:
    """With an empty filter on the account, the invoices of the other customer come back."""

    def select(
        original: Callable[..., list[Record]], records: Sequence[Record], conditions: Sequence[Condition]
    ) -> list[Record]:
        if any(wanted.attribute == "account-id" and wanted.operand == FOREIGN.id for wanted in conditions):
            return [invoice for invoice in INVOICES if invoice.account.customer == OTHER_CUSTOMER]
        return original(records, conditions)

    api.replace("select", select)


@fault("hidden-unapproved-shown", caught_by={"SEC-005"}, clause="Documented API, visibility", needs=HIDDEN)
def unapproved_shown(api: Api) -> None:
    """An invoice that is not approved is shown to its owner."""
    _find(api, lambda request, invoice: not invoice.approved and invoice.account.customer == request.customer)


@fault("hidden-account-shown", caught_by={"SEC-005"}, clause="Documented API, visibility", needs=HIDDEN)
def account_shown(api: Api) -> None:
    """An invoice of an account outside the token's reach is shown."""
    _find(api, lambda request, invoice: not invoice.account.visible and invoice.account.customer == request.customer)


@fault("hidden-told-forbidden", caught_by={"SEC-005"}, clause="OWASP API1:2023, CWE-204", needs=HIDDEN)
def hidden_forbidden(api: Api) -> None:
    """An invoice that is not approved is answered with 403."""

    def find(original: Callable[..., Invoice], request: Request, number: str) -> Invoice:
        if number in HIDDEN_INVOICE_IDS and is_item(request):
            raise Problem(403, "Forbidden", "The invoice is not approved yet.")
        return original(request, number)

    api.replace("find_invoice", find)
