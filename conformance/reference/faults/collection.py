"""Faults of collections: their documents, counts and default order."""

from __future__ import annotations

import dataclasses
from datetime import timedelta
from decimal import Decimal
from typing import TYPE_CHECKING

from conformance.reference.app import Api
from conformance.reference.data import INVOICES
from conformance.reference.faults import Area
from conformance.reference.faults.clauses import API_COLLECTION, ATTRIBUTE_NAMES, COMPOUND, FOUND, GET
from conformance.reference.faults.effects import in_collection, not_found, of_invoices
from conformance.reference.faults.needs import COLLECTION
from conformance.reference.faults.seams import effect, instead_of
from conformance.reference.faults.tools import alter_collection, in_links
from conformance.reference.faults.where import is_collection

if TYPE_CHECKING:
    from collections.abc import Callable

    from conformance.reference.faults.seams import Install
    from conformance.reference.message import Document, Request
    from conformance.reference.query import Query

fault = Area(__name__, needs=COLLECTION)


@effect
def _in_each(api: Api, change: Callable[[Document], object]) -> None:
    """Alter every resource object of a collection."""
    alter_collection(api, lambda document: [change(resource) for resource in document["data"]])


def _first_by(attribute: str) -> Install:
    """Sort a collection by an attribute when no sort is asked for."""
    return instead_of(Api.parse_query)(
        lambda original, text, endpoint: original(
            text,
            dataclasses.replace(endpoint, default_sort=((attribute, False),)) if endpoint.default_sort else endpoint,
        )
    )


fault("collection-null-when-empty", {"COLL-001"}, FOUND)(
    "A collection without elements is null.",
    in_collection(lambda document: document.update(data=document["data"] or None)),
)


@fault("collection-object-when-single", {"COLL-001"}, FOUND)
@in_collection
def object_when_single(document: Document) -> None:
    """A page with one element is that element."""
    if len(document["data"]) == 1:
        document["data"] = document["data"][0]


@fault("collection-element-twice", {"COLL-002"}, COMPOUND)
@in_collection
def element_twice(document: Document) -> None:
    """A page with several elements repeats its first at the end."""
    if len(document["data"]) > 2:
        document["data"].append(document["data"][0])


@fault("collection-included-twice", {"COLL-002"}, COMPOUND)
@in_collection
def included_twice(document: Document) -> None:
    """Each invoice of a collection brings its account, whether it is included already or not."""
    if "included" in document:
        document["included"] *= 2


@fault(
    "collection-rounded-amounts",
    {"COLL-003", "SEM-012"},
    GET,
    also={
        "FILT-005": "a range has its borders at the exact amounts",
        "FILT-006": "an invoice is asked for by its exact amounts, too",
        "SEM-017": "where nothing is lost, zeros are added",
    },
)
@_in_each
def rounded_amounts(resource: Document) -> None:
    """The collection shows amounts with two decimals."""
    for name, value in resource.get("attributes", {}).items():
        if name.endswith("amount-spent"):
            resource["attributes"][name] = f"{Decimal(value):.2f}"


fault("collection-without-relationship-links", {"COLL-003"}, GET)(
    "The self links of the elements differ from those of the invoices by themselves.",
    _in_each(in_links(lambda links: links.update(self=f"{links['self']}?"))),
)
fault("collection-count-of-all-customers", {"COLL-004"}, API_COLLECTION)(
    "The total count includes the invoices of other customers.",
    instead_of(Api.collection_meta)(lambda _original, _total: {"total-count": len(INVOICES)}),
)
fault("collection-count-of-page", {"COLL-004"}, API_COLLECTION)(
    "The total count is the number of elements of the page.",
    in_collection(lambda document: document["meta"].update({"total-count": len(document["data"])})),
)
fault("collection-count-as-string", {"COLL-004"}, API_COLLECTION)(
    "The total count is a string.",
    instead_of(Api.collection_meta)(lambda _original, total: {"total-count": str(total)}),
)
fault("collection-oldest-first", {"COLL-005"}, API_COLLECTION)(
    "Without sort the oldest invoice comes first.", _first_by("start-date")
)
fault("collection-overlapping-periods", {"COLL-006"}, ATTRIBUTE_NAMES)(
    "Every period ends forty days later, so that it runs into the next one.",
    of_invoices(lambda invoice: dataclasses.replace(invoice, end=invoice.end + timedelta(days=40))),
)
fault("collection-of-ids", {"COLL-001"}, FOUND)(
    "The elements of a collection are the ids of the invoices.",
    in_collection(lambda document: document.update(data=[each["id"] for each in document["data"]])),
)


@fault("collection-refused", {"COLL-001"}, FOUND)
@instead_of(Api.collection)
def refused(original: Callable[..., Document], request: Request, name: str, query: Query) -> Document:
    """The collection is answered with 404."""
    if is_collection(request):
        raise not_found()
    return original(request, name, query)


@fault("collection-other-relationship-links", {"COLL-003"}, GET)
@_in_each
def relationship_links(resource: Document) -> None:
    """The links of the accounts differ from those that the invoices have by themselves."""
    for links in (each["links"] for each in resource.get("relationships", {}).values() if "links" in each):
        links["self"] += "?"


@fault("collection-times-spelled-otherwise", {"COLL-003"}, GET)
@_in_each
def times_spelled_otherwise(resource: Document) -> None:
    """The collection shows end dates with another offset, and so another text, than an invoice by itself."""
    shown = resource.get("attributes", {})
    if "end-date" in shown:
        shown["end-date"] = shown["end-date"].replace("Z", "+00:00")


@fault("collection-count-before-filters", {"COLL-004"}, API_COLLECTION)
def count_before_filters(api: Api) -> None:
    """The total count does not regard filters."""

    def collection(original: Callable[..., Document], request: Request, name: str, query: Query) -> Document:
        document = original(request, name, query)
        document["meta"]["total-count"] = len(api.records(request, name))
        return document

    api.replace(Api.collection, collection)


fault("collection-count-missing", {"COLL-007"}, API_COLLECTION)(
    "There is no total count.", instead_of(Api.collection_meta)(lambda _original, _total: {})
)
fault("collection-by-reference", {"COLL-005"}, API_COLLECTION)(
    "Without sort the order is that of the references.", _first_by("reference")
)
