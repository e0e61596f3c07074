"""Faults of the invoice: its document, its resource object, its identity."""

from __future__ import annotations

from typing import TYPE_CHECKING

from conformance.reference.data import BUSY, DOCUMENTED, INVOICE_IDS
from conformance.reference.faults import fault
from conformance.reference.faults.tools import (
    alter_attributes,
    alter_item,
    alter_resource,
    is_busy,
    is_item,
)
from conformance.reference.message import Answer

if TYPE_CHECKING:
    from collections.abc import Callable

    from conformance.reference.app import Api
    from conformance.reference.message import Request
    from conformance.reference.model import Invoice
    from conformance.reference.query import Query

JSON_API = "JSON:API 1.1"
_SHOWN_ALWAYS = {"FLDS-001": "it is shown whatever fields are asked for"}


@fault("item-created", caught_by={"ITEM-001"}, clause=f"{JSON_API}, fetching-resources-responses-200")
def created(api: Api) -> None:
    """The busiest invoice is answered with 201."""

    def change(request: Request, answer: Answer) -> None:
        if is_busy(request) and answer.status == 200:
            answer.status = 201

    api.on_answer(change)


@fault(
    "item-data-and-errors",
    caught_by={"ITEM-002"},
    clause=f"{JSON_API}, document-top-level",
    also={"ERR-009": "it is a 2xx answer with errors, too"},
)
def data_and_errors(api: Api) -> None:
    """A successful document also has an empty errors array."""
    alter_item(api, lambda document, _: document.update(errors=[]))


@fault("item-extra-top-level-member", caught_by={"ITEM-003"}, clause=f"{JSON_API}, document-structure")
def extra_top_level(api: Api) -> None:
    """The document has a member success beside data."""
    alter_item(api, lambda document, _: document.update(success=True))


@fault("item-as-array", caught_by={"ITEM-004"}, clause=f"{JSON_API}, fetching-resources-responses-200")
def as_array(api: Api) -> None:
    """The busiest invoice is an array with one element."""

    def change(document: dict[str, object], invoice: Invoice) -> None:
        if invoice.id == BUSY.id:
            document["data"] = [document["data"]]

    alter_item(api, change)


@fault("item-null", caught_by={"ITEM-004"}, clause=f"{JSON_API}, fetching-resources-responses-200")
def null(api: Api) -> None:
    """The busiest invoice is null."""

    def change(document: dict[str, object], invoice: Invoice) -> None:
        if invoice.id == BUSY.id:
            document["data"] = None

    alter_item(api, change)


@fault(
    "item-without-type",
    caught_by={"ITEM-005"},
    clause=f"{JSON_API}, document-resource-object-identification",
    also={"ITEM-007": "no type is not the documented type"},
)
def without_type(api: Api) -> None:
    """Invoices have no type."""
    alter_resource(api, lambda resource, _: resource.pop("type"))


@fault("item-lid-number", caught_by={"ITEM-005"}, clause=f"{JSON_API}, document-resource-object-identification")
def lid_number(api: Api) -> None:
    """Invoices have a lid, which is the number of their row."""
    alter_resource(api, lambda resource, _: resource.update(lid=7))


@fault("item-extra-resource-member", caught_by={"ITEM-006"}, clause=f"{JSON_API}, document-resource-objects")
def extra_resource_member(api: Api) -> None:
    """Invoices have a member url beside their attributes."""
    alter_resource(api, lambda resource, invoice: resource.update(url=f"/invoices/{invoice.id}"))


@fault("item-singular-type", caught_by={"ITEM-007"}, clause="Documented example, response body")
def singular_type(api: Api) -> None:
    """The type of an invoice is invoice."""
    alter_resource(api, lambda resource, _: resource.update(type="invoice"))


@fault(
    "item-id-of-another",
    caught_by={"ITEM-008"},
    also={
        "ITEM-017": "the self link leads to an answer with yet another id",
        "COLL-003": "the collection shows the right id",
        "ROB-008": "nobody gets the invoice that was asked for",
    },
    clause=f"{JSON_API}, document-resource-object-identification",
)
def id_of_another(api: Api) -> None:
    """An invoice by itself carries the id of another one."""

    def change(document: dict[str, dict[str, str]], invoice: Invoice) -> None:
        document["data"]["id"] = INVOICE_IDS[INVOICE_IDS.index(invoice.id) - 1] if invoice.id in INVOICE_IDS else ""

    alter_item(api, change)


@fault(
    "item-another-invoice",
    caught_by={"ITEM-008"},
    clause=f"{JSON_API}, document-resource-object-identification",
    also={
        "ETAG-008": "two URLs give one body",
        "ETAG-006": "two known invoices may be all that is known",
        "RELD-004": "the related link is that of the other invoice",
        "ITEM-018": "so are the paths of its links",
    },
)
def another_invoice(api: Api) -> None:
    """The URL of the busiest invoice gives the documented one, complete and consistent in itself."""

    def find(original: Callable[..., Invoice], request: Request, number: str) -> Invoice:
        return original(request, DOCUMENTED.id if number == BUSY.id and is_item(request) else number)

    api.replace("find_invoice", find)


@fault(
    "item-member-name-underscore",
    caught_by={"ITEM-009"},
    clause=f"{JSON_API}, document-member-names",
    also=_SHOWN_ALWAYS,
)
def member_name_underscore(api: Api) -> None:
    """A relationship is called _internal, but a name cannot begin with an underscore."""
    alter_resource(api, lambda resource, _: resource.get("relationships", {}).update(_internal={"meta": {}}))


@fault(
    "item-member-name-dot",
    caught_by={"ITEM-009"},
    clause=f"{JSON_API}, document-member-names",
    also={"ITEM-010": "a dot is not safe in a URL either", **_SHOWN_ALWAYS},
)
def member_name_dot(api: Api) -> None:
    """A relationship is called payment.method."""
    alter_resource(api, lambda resource, _: resource.get("relationships", {}).update({"payment.method": {"meta": {}}}))


@fault(
    "item-member-name-local",
    caught_by={"ITEM-010"},
    clause=f"{JSON_API}, document-member-names",
    also=_SHOWN_ALWAYS,
)
def member_name_local(api: Api) -> None:
    """A relationship is called büro."""
    alter_resource(api, lambda resource, _: resource.get("relationships", {}).update(büro={"meta": {}}))


@fault("item-meta-array", caught_by={"ITEM-011"}, clause=f"{JSON_API}, document-meta")
def meta_array(api: Api) -> None:
    """The empty meta of an invoice is an array."""
    alter_resource(api, lambda resource, _: resource.update(meta=[]))


@fault(
    "item-attribute-named-like-relationship",
    caught_by={"ITEM-012"},
    clause=f"{JSON_API}, document-resource-object-fields",
    also={"ITEM-023": "it is an undocumented attribute"},
)
def shared_name(api: Api) -> None:
    """There is an attribute account beside the relationship account."""
    alter_attributes(api, lambda attributes, invoice: attributes.update(account=invoice.account.name))


@fault(
    "item-foreign-key",
    caught_by={"ITEM-013"},
    clause=f"{JSON_API}, document-resource-object-attributes",
    also={"ITEM-023": "it is an undocumented attribute"},
)
def foreign_key(api: Api) -> None:
    """The internal number of the account is an attribute."""
    alter_attributes(api, lambda attributes, _: attributes.update({"account-id": 42}))


@fault(
    "item-empty-relationship",
    caught_by={"ITEM-014"},
    clause=f"{JSON_API}, document-resource-object-relationships",
    also=_SHOWN_ALWAYS,
)
def empty_relationship(api: Api) -> None:
    """A relationship is an empty object."""
    alter_resource(api, lambda resource, _: resource.get("relationships", {}).update(payments={}))


@fault("item-jsonapi-string", caught_by={"ITEM-020"}, clause=f"{JSON_API}, document-jsonapi-object")
def jsonapi_string(api: Api) -> None:
    """The member jsonapi is the version itself."""
    alter_item(api, lambda document, _: document.update(jsonapi="1.1"))


@fault("item-jsonapi-extra-member", caught_by={"ITEM-020"}, clause=f"{JSON_API}, document-jsonapi-object")
def jsonapi_extra(api: Api) -> None:
    """The member jsonapi names the server's software."""
    alter_item(api, lambda document, _: document.update(jsonapi={"version": "1.1", "server": "x"}))


@fault("item-linkage-array", caught_by={"ITEM-021"}, clause=f"{JSON_API}, document-resource-object-linkage")
def linkage_array(api: Api) -> None:
    """Without include, the linkage of the account is an array with one identifier."""

    def relationship(
        original: Callable[..., dict[str, object]], request: Request, invoice: Invoice, query: Query
    ) -> dict[str, object]:
        shown = original(request, invoice, query)
        shown.setdefault("data", [api.linkage(invoice)])
        return shown

    api.replace("relationship", relationship)


@fault("item-attribute-missing", caught_by={"ITEM-022"}, clause="Documented example, response body")
def attribute_missing(api: Api) -> None:
    """The attribute reference is missing."""
    alter_attributes(api, lambda attributes, _: attributes.pop("reference"))


@fault("item-nulls-omitted", caught_by={"ITEM-022"}, clause="Documented example, response body")
def nulls_omitted(api: Api) -> None:
    """Attributes that are null are left out."""

    def change(attributes: dict[str, object], _: Invoice) -> None:
        for name in [name for name, value in attributes.items() if value is None]:
            del attributes[name]

    alter_attributes(api, change)


@fault(
    "item-attribute-renamed",
    caught_by={"ITEM-022"},
    clause="Documented example, response body",
    also={"ITEM-023": "the new name is not documented"},
)
def attribute_renamed(api: Api) -> None:
    """The attribute has-pdf is called has_pdf."""
    alter_attributes(api, lambda attributes, _: attributes.update(has_pdf=attributes.pop("has-pdf")))


@fault("item-undocumented-attribute", caught_by={"ITEM-023"}, clause="OWASP API3:2023")
def undocumented_attribute(api: Api) -> None:
    """The profit is shown to the customer."""
    alter_attributes(api, lambda attributes, _: attributes.update({"amount-earned": "0.0"}))
