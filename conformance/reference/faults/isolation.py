"""Faults by which one customer is shown another's invoices, or hidden ones."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from conformance.reference.data import ACCOUNTS, CUSTOMER, FOREIGN, INVOICES
from conformance.reference.faults import fault
from conformance.reference.faults.tools import (
    HIDDEN,
    OBJECTS,
    SECOND,
    AlteredStore,
    asked_invoice,
    is_foreign,
    is_hidden,
    is_item,
    is_related,
    is_relationship,
)

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from conformance.reference.app import Api
    from conformance.reference.message import Document, Request
    from conformance.reference.model import Account, Customer, Invoice
    from conformance.reference.query import Query
    from conformance.reference.selection import Condition, Record

LISTED = {"second-customer", "collection"}


def _widened(api: Api, when: Callable[[Sequence[Condition]], bool]) -> None:
    """Let conditions select among the invoices of all customers."""

    def select(
        original: Callable[..., list[Record]], records: Sequence[Record], conditions: Sequence[Condition]
    ) -> list[Record]:
        everything = [invoice for invoice in INVOICES if invoice.visible]
        return original(everything if when(conditions) else records, conditions)

    api.replace("select", select)


@fault("isolation-filter-by-id-unscoped", caught_by={"SEC-004"}, clause=OBJECTS, needs=LISTED)
def filter_by_id(api: Api) -> None:
    """A filter on the id finds invoices of all customers."""
    _widened(api, lambda conditions: any(wanted.attribute == "id" for wanted in conditions))


@fault("isolation-filter-in-unscoped", caught_by={"SEC-004"}, clause=OBJECTS, needs=LISTED)
def filter_in(api: Api) -> None:
    """A filter on a list of accounts finds those of all customers."""
    _widened(api, lambda conditions: any(wanted.operator == "in" for wanted in conditions))


@fault(
    "isolation-negation-unscoped",
    caught_by={"SEC-004"},
    clause=OBJECTS,
    also={"FILT-002": "it selects more than the other accounts"},
    needs=LISTED,
)
def negation(api: Api) -> None:
    """What is not of the named account may be of anybody."""
    _widened(api, lambda conditions: any(wanted.operator == "not_eq" for wanted in conditions))


@fault(
    "isolation-sort-unscoped",
    caught_by={"SEC-004"},
    clause=OBJECTS,
    also={
        "COLL-003": "an element cannot be fetched",
        "COLL-004": "the counts differ",
        "PAGE-003": "there are more than the known ones",
        "SORT-001": "the sorted invoices are others",
    },
    needs=LISTED,
)
def sort_unscoped(api: Api) -> None:
    """A sorted listing is made from the invoices of all customers."""

    def collection(original: Callable[..., Document], request: Request, name: str, query: Query) -> Document:
        if name == "invoices" and query.sort[:1] in ((("has-pdf", True),), (("has-pdf", False),)):
            rows = api.arrange([invoice for invoice in INVOICES if invoice.visible], query.sort)
            return api.collection_document(request, rows, len(rows), query)
        return original(request, name, query)

    api.replace("collection", collection)


@fault(
    "isolation-count-unscoped",
    caught_by={"SEC-004"},
    clause=OBJECTS,
    needs=LISTED,
    also={"COLL-004": "it is not their number", "FILT-003": "an empty answer counts some"},
)
def count_unscoped(api: Api) -> None:
    """The total count of a filtered listing counts what the filter finds with all customers."""

    def document(original: Callable[..., Document], request: Request, rows: Any, total: int, query: Query) -> Document:
        if query.conditions and "/invoices" in request.path:
            total = sum(1 for row in INVOICES if all(api.matches(row, wanted) for wanted in query.conditions))
        return original(request, rows, total, query)

    api.replace("collection_document", document)


@fault("isolation-hidden-account", caught_by={"SEC-005"}, clause="Documented API, visibility", needs=HIDDEN)
def hidden_account(api: Api) -> None:
    """The account of an invoice that must stay invisible is served."""

    def find(original: Callable[..., Invoice], request: Request, number: str) -> Invoice:
        asked = asked_invoice(request)
        return asked if asked and is_hidden(request) and is_related(request) else original(request, number)

    api.replace("find_invoice", find)


@fault("isolation-hidden-relationship", caught_by={"SEC-005"}, clause="Documented API, visibility", needs=HIDDEN)
def hidden_relationship(api: Api) -> None:
    """The relationship of an invoice that must stay invisible is served."""

    def find(original: Callable[..., Invoice], request: Request, number: str) -> Invoice:
        asked = asked_invoice(request)
        return asked if asked and is_hidden(request) and is_relationship(request) else original(request, number)

    api.replace("find_invoice", find)


@fault(
    "isolation-hidden-found-by-filter",
    caught_by={"SEC-005"},
    clause="Documented API, visibility",
    needs={"hidden-invoice", "collection"},
)
def hidden_found(api: Api) -> None:
    """A filter on the id finds an invoice that must stay invisible."""

    def select(
        original: Callable[..., list[Record]], records: Sequence[Record], conditions: Sequence[Condition]
    ) -> list[Record]:
        hidden = [row for row in INVOICES if not row.visible]
        by_id = any(wanted.attribute == "id" for wanted in conditions)
        return original([*records, *hidden] if by_id else records, conditions)

    api.replace("select", select)


@fault(
    "isolation-identity-of-connection",
    stateful=True,
    caught_by={"ROB-008"},
    clause=OBJECTS,
    also={"CACHE-009": "the other customer is served the first one's invoice", "SEC-004": "it lists the first one's"},
    needs=SECOND,
)
def identity_of_connection(api: Api) -> None:
    """Who has once sent the first customer's token over a connection stays the first customer there."""
    first: set[int] = set()

    def authenticate(original: Callable[[Request], Customer], request: Request) -> Customer:
        found = original(request)
        if found == CUSTOMER:
            first.add(request.connection.number)
        return CUSTOMER if request.connection.number in first else found

    api.replace("authenticate", authenticate)


@fault("isolation-account-filter-of-others", caught_by={"SEC-004"}, clause=OBJECTS, needs=LISTED)
def account_filter(api: Api) -> None:
    """A filter on the account of another customer finds its invoices."""
    _widened(
        api,
        lambda conditions: any(
            wanted.attribute == "account-id" and wanted.operator == "eq" and wanted.operand == FOREIGN.id
            for wanted in conditions
        ),
    )


@fault("account-of-other-customer-by-itself", caught_by={"SEC-002"}, clause=OBJECTS, needs=SECOND)
def other_account_by_itself(api: Api) -> None:
    """Accounts by themselves are looked up without regard to the customer."""

    def find(original: Callable[[Request, str], Account], request: Request, number: str) -> Account:
        found = next((account for account in ACCOUNTS if account.id == number and account.visible), None)
        return found or original(request, number)

    api.replace("find_account", find)


@fault("accounts-listed-unscoped", caught_by={"SEC-024"}, clause=OBJECTS, needs=LISTED)
def accounts_listed(api: Api) -> None:
    """The list of accounts holds those of all customers."""

    class Unscoped(AlteredStore):
        def accounts(self, customer: Customer) -> Sequence[Account]:
            del customer
            return [account for account in ACCOUNTS if account.visible]

    api.store = Unscoped(api.store, lambda invoice: invoice)


def _shown_when(api: Api, when: Callable[[Request], bool]) -> None:
    """Let invoices be found, whoever may see them, by the requests of a kind."""

    def find(original: Callable[..., Invoice], request: Request, number: str) -> Invoice:
        asked = asked_invoice(request)
        return asked if asked and when(request) else original(request, number)

    api.replace("find_invoice", find)


@fault("isolation-sparse-unscoped", caught_by={"SEC-001"}, clause=OBJECTS, needs=SECOND)
def sparse_unscoped(api: Api) -> None:
    """With sparse fieldsets, an invoice is found by its id, whoever owns it."""
    _shown_when(api, lambda request: is_foreign(request) and request.query.startswith("fields") and is_item(request))


@fault("isolation-sparse-include-unscoped", caught_by={"SEC-002"}, clause=OBJECTS, needs=SECOND)
def sparse_include_unscoped(api: Api) -> None:
    """With inclusion and sparse fieldsets together, an invoice is found by its id, whoever owns it."""
    _shown_when(api, lambda request: is_foreign(request) and "include=" in request.query and "fields" in request.query)


@fault("isolation-related-sparse-unscoped", caught_by={"SEC-002"}, clause=OBJECTS, needs=SECOND)
def related_sparse_unscoped(api: Api) -> None:
    """With sparse fieldsets, the account of an invoice is found whoever owns it."""
    _shown_when(api, lambda request: is_foreign(request) and is_related(request) and "fields" in request.query)


@fault("isolation-related-head-unscoped", caught_by={"SEC-002"}, clause=OBJECTS, needs=SECOND)
def related_head_unscoped(api: Api) -> None:
    """HEAD finds the account of an invoice, whoever owns it."""
    _shown_when(api, lambda request: is_foreign(request) and is_related(request) and request.method == "HEAD")


@fault("isolation-relationship-head-unscoped", caught_by={"SEC-002"}, clause=OBJECTS, needs=SECOND)
def relationship_head_unscoped(api: Api) -> None:
    """HEAD finds the relationship of an invoice, whoever owns it."""
    _shown_when(api, lambda request: is_foreign(request) and is_relationship(request) and request.method == "HEAD")


@fault("isolation-hidden-sparse", caught_by={"SEC-005"}, clause="Documented API, visibility", needs=HIDDEN)
def hidden_sparse(api: Api) -> None:
    """With sparse fieldsets, an invoice that must stay invisible is served."""
    _shown_when(api, lambda request: is_hidden(request) and "fields" in request.query)


@fault("isolation-hidden-include", caught_by={"SEC-005"}, clause="Documented API, visibility", needs=HIDDEN)
def hidden_include(api: Api) -> None:
    """With its account, an invoice that must stay invisible is served."""
    _shown_when(api, lambda request: is_hidden(request) and request.query == "include=account" and is_item(request))


@fault("isolation-hidden-related-head", caught_by={"SEC-005"}, clause="Documented API, visibility", needs=HIDDEN)
def hidden_related_head(api: Api) -> None:
    """HEAD of the account of an invoice that must stay invisible is served."""
    _shown_when(api, lambda request: is_hidden(request) and is_related(request) and request.method == "HEAD")
