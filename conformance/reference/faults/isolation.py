"""Faults by which one customer is shown another's invoices, or hidden ones."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from conformance.reference.app import Api
from conformance.reference.data import ACCOUNTS, CUSTOMER, FOREIGN, INVOICES
from conformance.reference.faults import Area
from conformance.reference.faults.clauses import API_VISIBILITY, OWASP_OBJECTS
from conformance.reference.faults.needs import COLLECTION, HIDDEN, LISTED, SECOND
from conformance.reference.faults.seams import effect, instead_of
from conformance.reference.faults.tools import AlteredStore
from conformance.reference.faults.where import (
    asked_invoice,
    has_fields,
    has_include,
    is_foreign,
    is_head,
    is_hidden,
    is_inclusion,
    is_item,
    is_related,
    is_relationship,
    starts_with_fields,
)
from conformance.reference.selection import Condition

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from conformance.reference.faults.seams import Install
    from conformance.reference.message import Document, Request
    from conformance.reference.model import Account, Customer, Invoice
    from conformance.reference.query import Query

fault = Area(__name__)


def _widened(when: Callable[[Condition], bool], *, hidden: bool = False) -> Install:
    """Let such conditions select among the invoices of all customers, or also among those that are hidden."""
    others = [invoice for invoice in INVOICES if invoice.visible != hidden]
    return instead_of(Api.select)(
        lambda original, records, conditions: original(
            ([*records, *others] if hidden else others) if any(map(when, conditions)) else records, conditions
        )
    )


@effect
def _shown_when(api: Api, when: Callable[[Request], bool]) -> None:
    """Let invoices be found, whoever may see them, by the requests of a kind."""

    def find(original: Callable[..., Invoice], request: Request, number: str) -> Invoice:
        asked = asked_invoice(request)
        return asked if asked and when(request) else original(request, number)

    api.replace(Api.find_invoice, find)


fault("isolation-filter-by-id-unscoped", {"SEC-004"}, OWASP_OBJECTS, needs=LISTED)(
    "A filter on the id finds invoices of all customers.", _widened(lambda wanted: wanted.attribute == "id")
)
fault("isolation-filter-in-unscoped", {"SEC-004"}, OWASP_OBJECTS, needs=LISTED)(
    "A filter on a list of accounts finds those of all customers.", _widened(lambda wanted: wanted.operator == "in")
)
fault(
    "isolation-negation-unscoped",
    {"SEC-004"},
    OWASP_OBJECTS,
    also={"FILT-002": "it selects more than the other accounts"},
    needs=LISTED,
)("What is not of the named account may be of anybody.", _widened(lambda wanted: wanted.operator == "not_eq"))


@fault(
    "isolation-sort-unscoped",
    {"SEC-004"},
    OWASP_OBJECTS,
    also={
        "COLL-003": "an element cannot be fetched",
        **dict.fromkeys(("COLL-004", "COLL-010"), "the counts differ"),
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

    api.replace(Api.collection, collection)


@fault(
    "isolation-count-unscoped",
    {"SEC-004"},
    OWASP_OBJECTS,
    also={"COLL-004": "it is not their number", "FILT-003": "an empty answer counts some"},
    needs=LISTED,
)
def count_unscoped(api: Api) -> None:
    """The total count of a filtered listing counts what the filter finds with all customers."""

    def document(original: Callable[..., Document], request: Request, rows: Any, total: int, query: Query) -> Document:
        if query.conditions and "/invoices" in request.path:
            total = sum(1 for row in INVOICES if all(api.matches(row, wanted) for wanted in query.conditions))
        return original(request, rows, total, query)

    api.replace(Api.collection_document, document)


fault("isolation-hidden-account", {"SEC-005"}, API_VISIBILITY, needs=HIDDEN)(
    "The account of an invoice that must stay invisible is served.", _shown_when(is_hidden & is_related)
)
fault("isolation-hidden-relationship", {"SEC-005"}, API_VISIBILITY, needs=HIDDEN)(
    "The relationship of an invoice that must stay invisible is served.", _shown_when(is_hidden & is_relationship)
)
fault("isolation-hidden-found-by-filter", {"SEC-005"}, API_VISIBILITY, needs=HIDDEN | COLLECTION)(
    "A filter on the id finds an invoice that must stay invisible.",
    _widened(lambda wanted: wanted.attribute == "id", hidden=True),
)


@fault(
    "isolation-identity-of-connection",
    {"ROB-008"},
    OWASP_OBJECTS,
    also={
        **dict.fromkeys(("CACHE-009", "ROB-016"), "the other customer is served the first one's invoice"),
        "SEC-004": "it lists the first one's",
    },
    needs=SECOND,
    stateful=True,
)
def identity_of_connection(api: Api) -> None:
    """Who has once sent the first customer's token over a connection stays the first customer there."""
    first: set[int] = set()

    def authenticate(original: Callable[[Request], Customer], request: Request) -> Customer:
        found = original(request)
        if found == CUSTOMER:
            first.add(request.connection.number)
        return CUSTOMER if request.connection.number in first else found

    api.replace(Api.authenticate, authenticate)


fault("isolation-account-filter-of-others", {"SEC-004"}, OWASP_OBJECTS, needs=LISTED)(
    "A filter on the account of another customer finds its invoices.",
    _widened(lambda wanted: wanted == Condition("account-id", "eq", FOREIGN.id)),
)


@fault("account-of-other-customer-by-itself", {"SEC-002"}, OWASP_OBJECTS, needs=SECOND)
@instead_of(Api.find_account)
def other_account_by_itself(original: Callable[[Request, str], Account], request: Request, number: str) -> Account:
    """Accounts by themselves are looked up without regard to the customer."""
    found = next((account for account in ACCOUNTS if account.id == number and account.visible), None)
    return found or original(request, number)


@fault("accounts-listed-unscoped", {"SEC-024"}, OWASP_OBJECTS, needs=LISTED)
def accounts_listed(api: Api) -> None:
    """The list of accounts holds those of all customers."""

    class Unscoped(AlteredStore):
        def accounts(self, customer: Customer) -> Sequence[Account]:
            del customer
            return [account for account in ACCOUNTS if account.visible]

    api.store = Unscoped(api.store, lambda invoice: invoice)


fault("isolation-sparse-unscoped", {"SEC-001"}, OWASP_OBJECTS, needs=SECOND)(
    "With sparse fieldsets, an invoice is found by its id, whoever owns it.",
    _shown_when(is_foreign & is_item & starts_with_fields),
)
fault("isolation-sparse-include-unscoped", {"SEC-002"}, OWASP_OBJECTS, needs=SECOND)(
    "With inclusion and sparse fieldsets together, an invoice is found by its id, whoever owns it.",
    _shown_when(is_foreign & has_include & has_fields),
)
fault("isolation-related-sparse-unscoped", {"SEC-002"}, OWASP_OBJECTS, needs=SECOND)(
    "With sparse fieldsets, the account of an invoice is found whoever owns it.",
    _shown_when(is_foreign & is_related & has_fields),
)
fault("isolation-related-head-unscoped", {"SEC-002"}, OWASP_OBJECTS, needs=SECOND)(
    "HEAD finds the account of an invoice, whoever owns it.", _shown_when(is_foreign & is_related & is_head)
)
fault("isolation-relationship-head-unscoped", {"SEC-002"}, OWASP_OBJECTS, needs=SECOND)(
    "HEAD finds the relationship of an invoice, whoever owns it.", _shown_when(is_foreign & is_relationship & is_head)
)
fault("isolation-hidden-sparse", {"SEC-005"}, API_VISIBILITY, needs=HIDDEN)(
    "With sparse fieldsets, an invoice that must stay invisible is served.", _shown_when(is_hidden & has_fields)
)
fault("isolation-hidden-include", {"SEC-005"}, API_VISIBILITY, needs=HIDDEN)(
    "With its account, an invoice that must stay invisible is served.", _shown_when(is_hidden & is_item & is_inclusion)
)
fault("isolation-hidden-related-head", {"SEC-005"}, API_VISIBILITY, needs=HIDDEN)(
    "HEAD of the account of an invoice that must stay invisible is served.",
    _shown_when(is_hidden & is_related & is_head),
)
