"""Faults that one representation shows and the invoice by itself does not: lists, inclusion, fields, HEAD, 304."""

from __future__ import annotations

import functools
import re
from typing import TYPE_CHECKING

from conformance.reference.faults import Area
from conformance.reference.faults.clauses import (
    API_COLLECTION,
    COMPOUND,
    EXAMPLE_BODY,
    EXAMPLE_FIELDS,
    FIELDSETS,
    HEAD,
    LENGTH,
    NOT_MODIFIED,
    OWASP_PROPERTIES,
    RESOURCE_LINKS,
    TOP_LEVEL,
    VARY,
)
from conformance.reference.faults.effects import ERRORS, field
from conformance.reference.faults.needs import COLLECTION
from conformance.reference.faults.seams import effect, on_answer, on_document
from conformance.reference.faults.tools import in_links
from conformance.reference.faults.where import (
    Where,
    everywhere,
    has,
    has_fields,
    includes_account,
    is_account,
    is_collection,
    is_head,
    is_item,
    is_related,
    is_relationship,
)

if TYPE_CHECKING:
    from collections.abc import Callable

    from conformance.reference.app import Api
    from conformance.reference.faults.seams import Install
    from conformance.reference.message import Answer, Document, Request

    Change = Callable[[Document], object]

fault = Area(__name__)
_ANOTHER = 'W/"d41d8cd98f00b204e9800998ecf8427e"'
_has_fields, _with_account = is_item & has_fields, is_item & includes_account
_later_page = re.compile(r"page(?:\[|%5B)number(?:\]|%5D)=[2-9]")


def _in(where: Where) -> Callable[[Change], Install]:
    """Alter the documents with data that some requests get."""

    def put(change: Change) -> Install:
        def alter(request: Request, document: Document) -> None:
            if "data" in document and where(request):
                change(document)

        return functools.update_wrapper(on_document(alter), change)

    return put


def _in_elements(where: Where, change: Change) -> Install:
    """Alter the elements of collections."""
    return _in(is_collection & where)(lambda document: [change(element) for element in document["data"]])


def _given(values: Document) -> Change:
    """Give an element other values of attributes that it has."""

    def change(element: Document) -> None:
        attributes = element.get("attributes", {})
        attributes.update({name: value for name, value in values.items() if name in attributes})

    return change


def _balance(document: Document) -> None:
    for account in document.get("included", [document["data"]]):
        _given({"balance": "0.0"})(account)


@effect
def _no_length(api: Api, where: Where) -> None:
    """Announce with HEAD that there is no content, by a server that counts what it sends."""

    def count(request: Request, answer: Answer) -> None:
        if is_head(request) and answer.status == 200 and where(request):
            answer.body = b""

    api.on_answer(count)


fault("view-304-of-relationship-uncached", {"COND-007"}, NOT_MODIFIED)(
    "The 304 of the relationship has no Cache-Control.", field("Cache-Control", None, is_relationship, 304)
)
fault("view-304-of-collection-without-vary", {"COND-007"}, NOT_MODIFIED, needs=COLLECTION)(
    "The 304 of the collection has no Vary.", field("Vary", None, is_collection, 304)
)
fault("view-304-of-fields-without-tag", {"COND-007"}, NOT_MODIFIED)(
    "The 304 of an invoice with sparse fieldsets has no ETag.", field("ETag", None, _has_fields, 304)
)
fault("view-304-of-inclusion-long-lived", {"COND-007"}, NOT_MODIFIED)(
    "The 304 of an invoice with its account lets it be used for a minute.",
    field("Cache-Control", "private, max-age=60", _with_account, 304),
)
fault("view-304-of-head-empty-length", {"COND-017"}, LENGTH)(
    "A 304 to HEAD has Content-Length: 0.", field("Content-Length", "0", is_head & is_item, 304)
)
fault("view-304-of-account-empty-length", {"COND-017"}, LENGTH)(
    "The 304 of the related account has Content-Length: 0.", field("Content-Length", "0", is_related, 304)
)
fault("view-304-of-relationship-empty-length", {"COND-017"}, LENGTH)(
    "The 304 of the relationship has Content-Length: 0.", field("Content-Length", "0", is_relationship, 304)
)
fault("view-304-of-inclusion-empty-length", {"COND-017"}, LENGTH)(
    "The 304 of an invoice with its account has Content-Length: 0.", field("Content-Length", "0", _with_account, 304)
)
fault("view-304-of-collection-empty-length", {"COND-017"}, LENGTH, needs=COLLECTION)(
    "The 304 of the collection has Content-Length: 0.", field("Content-Length", "0", is_collection, 304)
)
fault("view-head-of-account-without-type", {"HTTP-006"}, HEAD)(
    "HEAD of the related account has no Content-Type.", field("Content-Type", None, is_head & is_related, 200)
)
fault("view-head-of-relationship-public", {"HTTP-006"}, HEAD)(
    "HEAD of the relationship has another Cache-Control than GET.",
    field("Cache-Control", "public", is_head & is_relationship, 200),
)
fault("view-head-of-collection-without-vary", {"HTTP-006"}, HEAD, needs=COLLECTION)(
    "HEAD of the collection has no Vary.", field("Vary", None, is_head & is_collection, 200)
)
fault("view-head-of-account-other-tag", {"ETAG-007"}, HEAD)(
    "HEAD of the related account has the entity tag of empty content.",
    field("ETag", _ANOTHER, is_head & is_related, 200),
)
fault("view-head-of-relationship-without-tag", {"ETAG-007"}, HEAD)(
    "HEAD of the relationship has no entity tag.", field("ETag", None, is_head & is_relationship, 200)
)
fault("view-head-of-collection-other-tag", {"ETAG-007"}, HEAD, needs=COLLECTION)(
    "HEAD of the collection has the entity tag of empty content.", field("ETag", _ANOTHER, is_head & is_collection, 200)
)
fault("view-head-of-account-empty-length", {"HTTP-018"}, LENGTH)(
    "HEAD of the related account has Content-Length: 0.", _no_length(is_related)
)
fault("view-head-of-relationship-empty-length", {"HTTP-018"}, LENGTH)(
    "HEAD of the relationship has Content-Length: 0.", _no_length(is_relationship)
)
fault("view-head-of-collection-empty-length", {"HTTP-018"}, LENGTH, needs=COLLECTION)(
    "HEAD of the collection has Content-Length: 0.", _no_length(is_collection)
)


@fault("view-with-account-strong-tag", {"ETAG-003"}, EXAMPLE_FIELDS)
@on_answer
def strong_tag_with_account(request: Request, answer: Answer) -> None:
    """The entity tag of an invoice with its account is strong."""
    if _with_account(request) and (tag := answer.get("ETag")):
        answer.set("ETag", tag.removeprefix("W/"))


fault("view-account-by-itself-without-vary", {"CACHE-006"}, VARY)(
    "The account by itself has no Vary.", field("Vary", None, is_account, 200)
)
fault("view-origin-replaces-accept-in-vary", {"CACHE-005"}, VARY)(
    "What looks at Origin sets Vary instead of adding to it.", field("Vary", "Origin", has("origin"))
)
fault("view-runtime-with-comma-on-errors", {"HDR-009"}, EXAMPLE_FIELDS)(
    "X-Runtime of errors has the decimal separator of another language.", field("X-Runtime", "0,009005", status=ERRORS)
)


@fault("view-fields-leave-null-out", {"FLDS-001"}, FIELDSETS)
@_in(_has_fields)
def fields_leave_null_out(document: Document) -> None:
    """With sparse fieldsets what is null is left out, though it was asked for."""
    attributes = document["data"].get("attributes", {})
    for name in [name for name, value in attributes.items() if value is None]:
        del attributes[name]


fault("view-fields-lose-dates", {"ITEM-030"}, "Documented API, sparse fieldsets")(
    "With sparse fieldsets the end of the period is its start.",
    _in(_has_fields)(lambda document: _given({"end-date": "2024-11-07T09:56:08.253Z"})(document["data"])),
)


@fault("view-fields-change-self-link", {"ITEM-018"}, EXAMPLE_BODY)
@_in(_has_fields)
def fields_change_self_link(document: Document) -> None:
    """With sparse fieldsets the self link of an invoice is that of the collection."""
    in_links(lambda links: links.update(self=links["self"].rpartition("/")[0]))(document["data"])


fault("view-elements-of-singular-type", {"ITEM-007"}, EXAMPLE_BODY, needs=COLLECTION)(
    "The type of the invoices of the collection is invoice.",
    _in_elements(everywhere, lambda element: element.update(type="invoice")),
)
fault("view-elements-with-internal-attribute", {"ITEM-023"}, OWASP_PROPERTIES, needs=COLLECTION)(
    "The invoices of the collection show the profit.",
    _in_elements(~has_fields, lambda element: element["attributes"].update(profit="1.0")),
)


@fault("view-accounts-of-collection-with-internal-attribute", {"RELD-006"}, OWASP_PROPERTIES, needs=COLLECTION)
@_in(is_collection & ~has_fields)
def accounts_with_internal_attribute(document: Document) -> None:
    """The accounts that are included with the collection show the number of their contractor."""
    for account in document.get("included", []):
        account["attributes"]["contractor"] = 7


fault("view-elements-with-account-differ", {"COLL-003"}, API_COLLECTION, needs=COLLECTION)(
    "With accounts included, the invoices of the collection have no PDF.",
    _in_elements(includes_account, _given({"has-pdf": False})),
)
fault("view-elements-of-later-pages-differ", {"COLL-003"}, API_COLLECTION, needs=COLLECTION)(
    "From the second page on, invoices have no PDF.",
    _in_elements(Where(lambda request: _later_page.search(request.query)), _given({"has-pdf": False})),
)
fault(
    "view-filtered-elements-differ",
    {"COLL-003"},
    API_COLLECTION,
    also={"FILT-006": "what is filtered by it shows another value"},
    needs=COLLECTION,
)(
    "Filtered invoices have no duration of terminated calls.",
    _in_elements(Where(lambda request: "filter" in request.query), _given({"terminated-calls-duration": 0})),
)
fault("view-account-of-collection-differs", {"INCL-005"}, COMPOUND, needs=COLLECTION)(
    "An account that is included with the collection has no balance.", _in(is_collection & includes_account)(_balance)
)
fault("view-account-of-relationship-differs", {"INCL-005"}, COMPOUND)(
    "The account that is included with the relationship has no balance.", _in(is_relationship)(_balance)
)


@fault("view-document-link-of-account-loses-fields", {"ITEM-019"}, TOP_LEVEL)
@on_document
def document_link_loses_fields(request: Request, document: Document) -> None:
    """The top-level self link of the related account leaves out the sparse fieldsets of the request."""
    if "data" in document and is_related(request):
        document["links"] = {"self": f"{request.base}{request.path}"}


fault("view-account-by-itself-differs", {"RELD-003"}, RESOURCE_LINKS)(
    "The account by itself has another balance than as the account of the invoice.", _in(is_account)(_balance)
)
