"""Faults of the relationship to the account, and of the account itself."""

from __future__ import annotations

from typing import TYPE_CHECKING, NoReturn

from conformance.reference.app import Api
from conformance.reference.data import BRANCH, MAIN
from conformance.reference.faults import Area
from conformance.reference.faults.clauses import API_ACCOUNTS, INCLUDES, LINKAGE, RELATIONSHIPS, json_api
from conformance.reference.faults.effects import in_relationship, not_found, null_instead_of_404, without_query
from conformance.reference.faults.needs import CONTESTED
from conformance.reference.faults.seams import instead_of, on_request
from conformance.reference.faults.tools import in_links
from conformance.reference.faults.where import is_relationship, starts_with_include
from conformance.reference.message import Answer

if TYPE_CHECKING:
    from collections.abc import Callable

    from conformance.reference.message import Document, Request
    from conformance.reference.model import Invoice
    from conformance.reference.query import Query

fault = Area(__name__)
IDENTIFIERS = json_api("document-resource-identifier-objects")
UNKNOWN_RELATIONSHIP = json_api("fetching-relationships-responses-404")


def _unknown(*_: object) -> NoReturn:
    raise not_found()


fault(
    "relationship-not-found",
    {"REL-001"},
    RELATIONSHIPS,
    also={"REL-007": "include is answered with 404, too", "HDR-011": "there is no successful answer to look at"},
)("The self link of the relationship is answered with 404.", instead_of(Api.relationship_document)(_unknown))
fault(
    "relationship-linkage-array",
    {"REL-002"},
    json_api("fetching-relationships-responses-200"),
    also={"REL-008": "no single linkage can be compared", "REL-004": "an array has neither type nor id"},
)(
    "The linkage is an array with one identifier.",
    in_relationship(lambda document: document.update(data=[document["data"]])),
)
fault("relationship-linkage-with-attributes", {"REL-003"}, IDENTIFIERS)(
    "The identifier of the account carries its name.",
    in_relationship(lambda document: document["data"].update(attributes={"name": "Main account"})),
)
fault(
    "relationship-linkage-number", {"REL-002"}, IDENTIFIERS, also={"REL-008": "the id differs from that of the account"}
)("The id in the linkage is the internal number.", in_relationship(lambda document: document["data"].update(id=42)))
fault(
    "relationship-linkage-internal-id",
    {"REL-004"},
    API_ACCOUNTS,
    also={"REL-008": "the id differs from that of the account"},
)(
    "The id in the linkage is the internal number as a string.",
    in_relationship(lambda document: document["data"].update(id="42")),
)
fault("relationship-links-swapped", {"REL-005"}, RELATIONSHIPS)(
    "The top-level links of the relationship document are swapped.",
    in_relationship(in_links(lambda links: links.update(self=links["related"], related=links["self"]))),
)
fault("relationship-links-invented", {"REL-005"}, RELATIONSHIPS)(
    "The related link of the relationship document leads to another path than that of the invoice.",
    in_relationship(in_links(lambda links: links.update(related="http://127.0.0.1/account"))),
)
fault(
    "relationship-unknown-invoice-null",
    {"REL-006"},
    UNKNOWN_RELATIONSHIP,
    also={"SEC-002": "the other customer's invoices are answered so, too"},
)("The relationship of an unknown invoice is empty instead of 404.", null_instead_of_404(is_relationship))
fault("relationship-unknown-name-null", {"REL-006"}, UNKNOWN_RELATIONSHIP)(
    "A relationship that does not exist is empty instead of 404.",
    null_instead_of_404(~is_relationship & (lambda request: "/relationships/" in request.path)),
)


@fault("path-below-invoice-ignored", {"RELD-005"}, json_api("fetching-resources-responses-404"))
@instead_of(Api.route)
def path_below_ignored(original: Callable[[str], tuple[str, str] | None], path: str) -> tuple[str, str] | None:
    """One more segment in the path of an invoice is not looked at."""
    above = original(path.rpartition("/")[0])
    return original(path) or (above if above and above[0] == "item" else None)


fault("relationship-include-ignored", {"REL-007"}, INCLUDES)(
    "The relationship ignores include.", without_query(is_relationship & starts_with_include)
)
fault(
    "relationship-other-account",
    {"REL-008"},
    LINKAGE,
    also={"INCL-001": "the linked account is not included", "INCL-002": "the included account is not linked"},
)(
    "The linkage names another account of the customer than the related link gives.",
    instead_of(Api.linkage)(
        lambda original, invoice: {**original(invoice), "id": (BRANCH if invoice.account == MAIN else MAIN).id}
    ),
)
fault(
    "relationship-writable",
    {"REL-009"},
    json_api("crud-updating-relationship-responses-403"),
    also={"HTTP-022": "a write method succeeds", "HTTP-007": "a write method is not refused"},
    needs=CONTESTED,
)(
    "PATCH on the relationship is answered with 204.",
    on_request(lambda request: Answer(204) if request.method == "PATCH" and is_relationship(request) else None),
)


@fault("invoice-shows-linkage-of-another-account", {"REL-008"}, LINKAGE)
@instead_of(Api.relationship)
def linkage_of_another_account(
    original: Callable[..., Document], request: Request, invoice: Invoice, query: Query
) -> Document:
    """An invoice without include shows linkage, to another account."""
    shown = original(request, invoice, query)
    other = MAIN if invoice.account is BRANCH else BRANCH
    return {"data": {"type": "accounts", "id": other.id}, **shown}
