"""Faults of the invoice: its document, its resource object, its identity."""

from __future__ import annotations

from typing import TYPE_CHECKING

from conformance.reference.app import Api
from conformance.reference.data import BUSY, DOCUMENTED, INVOICE_IDS
from conformance.reference.faults import Area
from conformance.reference.faults.clauses import (
    EXAMPLE_BODY,
    FOUND,
    IDENTIFICATION,
    LINKAGE,
    OWASP_PROPERTIES,
    TOP_LEVEL,
    json_api,
)
from conformance.reference.faults.effects import becomes, in_attributes, in_item, in_resource
from conformance.reference.faults.seams import after, effect, instead_of
from conformance.reference.faults.tools import alter_item, alter_resource
from conformance.reference.faults.where import is_busy, is_item

if TYPE_CHECKING:
    from collections.abc import Callable

    from conformance.reference.message import Document, Request
    from conformance.reference.model import Invoice
    from conformance.reference.query import Query

fault = Area(__name__)
MEMBER_NAMES, JSON_API_OBJECT = json_api("document-member-names"), json_api("document-jsonapi-object")
_SHOWN_ALWAYS = {"FLDS-001": "it is shown whatever fields are asked for"}


@effect
def _busy(api: Api, change: Callable[[Document], object]) -> None:
    """Alter the document of the busiest invoice by itself."""
    alter_item(api, lambda document, invoice: change(document) if invoice.id == BUSY.id else None)


@effect
def _beside_account(api: Api, name: str, relationship: Document) -> None:
    """Show one more relationship."""
    alter_resource(api, lambda resource, _: resource.get("relationships", {}).update({name: relationship}))


fault("item-created", {"ITEM-001"}, FOUND)("The busiest invoice is answered with 201.", becomes(201, is_busy, 200))
fault("item-data-and-errors", {"ITEM-002"}, TOP_LEVEL, also={"ERR-009": "it is a 2xx answer with errors, too"})(
    "A successful document also has an empty errors array.", in_item(lambda document, _: document.update(errors=[]))
)
fault("item-extra-top-level-member", {"ITEM-003"}, json_api("document-structure"))(
    "The document has a member success beside data.", in_item(lambda document, _: document.update(success=True))
)
fault("item-as-array", {"ITEM-004"}, FOUND)(
    "The busiest invoice is an array with one element.",
    _busy(lambda document: document.update(data=[document["data"]])),
)
fault("item-null", {"ITEM-004"}, FOUND)(
    "The busiest invoice is null.", _busy(lambda document: document.update(data=None))
)
fault("item-without-type", {"ITEM-005"}, IDENTIFICATION, also={"ITEM-007": "no type is not the documented type"})(
    "Invoices have no type.", in_resource(lambda resource, _: resource.pop("type"))
)
fault("item-lid-number", {"ITEM-005"}, IDENTIFICATION)(
    "Invoices have a lid, which is the number of their row.", in_resource(lambda resource, _: resource.update(lid=7))
)
fault("item-extra-resource-member", {"ITEM-006"}, json_api("document-resource-objects"))(
    "Invoices have a member url beside their attributes.",
    in_resource(lambda resource, invoice: resource.update(url=f"/invoices/{invoice.id}")),
)
fault("item-singular-type", {"ITEM-007"}, EXAMPLE_BODY)(
    "The type of an invoice is invoice.", in_resource(lambda resource, _: resource.update(type="invoice"))
)


@fault(
    "item-id-of-another",
    {"ITEM-008"},
    IDENTIFICATION,
    also={
        "ITEM-017": "the self link leads to an answer with yet another id",
        "COLL-003": "the collection shows the right id",
        "ROB-008": "nobody gets the invoice that was asked for",
    },
)
@in_item
def id_of_another(document: Document, invoice: Invoice) -> None:
    """An invoice by itself carries the id of another one."""
    document["data"]["id"] = INVOICE_IDS[INVOICE_IDS.index(invoice.id) - 1] if invoice.id in INVOICE_IDS else ""


@fault(
    "item-another-invoice",
    {"ITEM-008"},
    IDENTIFICATION,
    also={
        "ETAG-008": "two URLs give one body",
        "ETAG-006": "two known invoices may be all that is known",
        "RELD-004": "the related link is that of the other invoice",
        "ITEM-018": "so are the paths of its links",
    },
)
@instead_of(Api.find_invoice)
def another_invoice(original: Callable[..., Invoice], request: Request, number: str) -> Invoice:
    """The URL of the busiest invoice gives the documented one, complete and consistent in itself."""
    return original(request, DOCUMENTED.id if number == BUSY.id and is_item(request) else number)


fault("item-member-name-underscore", {"ITEM-009"}, MEMBER_NAMES, also=_SHOWN_ALWAYS)(
    "A relationship is called _internal, but a name cannot begin with an underscore.",
    _beside_account("_internal", {"meta": {}}),
)
fault(
    "item-member-name-dot",
    {"ITEM-009"},
    MEMBER_NAMES,
    also={"ITEM-010": "a dot is not safe in a URL either", **_SHOWN_ALWAYS},
)("A relationship is called payment.method.", _beside_account("payment.method", {"meta": {}}))
fault("item-member-name-local", {"ITEM-010"}, MEMBER_NAMES, also=_SHOWN_ALWAYS)(
    "A relationship is called büro.", _beside_account("büro", {"meta": {}})
)
fault("item-meta-array", {"ITEM-011"}, json_api("document-meta"))(
    "The empty meta of an invoice is an array.", in_resource(lambda resource, _: resource.update(meta=[]))
)
fault(
    "item-attribute-named-like-relationship",
    {"ITEM-012"},
    json_api("document-resource-object-fields"),
    also={"ITEM-023": "it is an undocumented attribute"},
)(
    "There is an attribute account beside the relationship account.",
    in_attributes(lambda attributes, invoice: attributes.update(account=invoice.account.name)),
)
fault(
    "item-foreign-key",
    {"ITEM-013"},
    json_api("document-resource-object-attributes"),
    also={"ITEM-023": "it is an undocumented attribute"},
)(
    "The internal number of the account is an attribute.",
    in_attributes(lambda attributes, _: attributes.update({"account-id": 42})),
)
fault("item-empty-relationship", {"ITEM-014"}, json_api("document-resource-object-relationships"), also=_SHOWN_ALWAYS)(
    "A relationship is an empty object.", _beside_account("payments", {})
)
fault("item-jsonapi-string", {"ITEM-020"}, JSON_API_OBJECT)(
    "The member jsonapi is the version itself.", in_item(lambda document, _: document.update(jsonapi="1.1"))
)
fault("item-jsonapi-extra-member", {"ITEM-020"}, JSON_API_OBJECT)(
    "The member jsonapi names the server's software.",
    in_item(lambda document, _: document.update(jsonapi={"version": "1.1", "server": "x"})),
)


@fault("item-linkage-array", {"ITEM-021"}, LINKAGE)
@after(Api.relationship)
def linkage_array(shown: Document, _request: Request, invoice: Invoice, _query: Query) -> None:
    """Without include, the linkage of the account is an array with one identifier."""
    shown.setdefault("data", [{"type": "accounts", "id": invoice.account.id}])


fault("item-attribute-missing", {"ITEM-022"}, EXAMPLE_BODY)(
    "The attribute reference is missing.", in_attributes(lambda attributes, _: attributes.pop("reference"))
)


@fault("item-nulls-omitted", {"ITEM-022"}, EXAMPLE_BODY)
@in_attributes
def nulls_omitted(attributes: Document, _: Invoice) -> None:
    """Attributes that are null are left out."""
    for name in [name for name, value in attributes.items() if value is None]:
        del attributes[name]


fault("item-attribute-renamed", {"ITEM-022"}, EXAMPLE_BODY, also={"ITEM-023": "the new name is not documented"})(
    "The attribute has-pdf is called has_pdf.",
    in_attributes(lambda attributes, _: attributes.update(has_pdf=attributes.pop("has-pdf"))),
)
fault("item-internal-attribute", {"ITEM-032"}, OWASP_PROPERTIES)(
    "The mark of deletion is shown to the customer.",
    in_attributes(lambda attributes, _: attributes.update({"deleted-at": None})),
)
fault("item-undocumented-attribute", {"ITEM-023"}, OWASP_PROPERTIES)(
    "The profit is shown to the customer.",
    in_attributes(lambda attributes, _: attributes.update({"amount-earned": "0.0"})),
)
