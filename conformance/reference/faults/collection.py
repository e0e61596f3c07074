"""Faults of collections: their documents, counts and default order."""

from __future__ import annotations

import dataclasses
from datetime import timedelta
from decimal import Decimal
from typing import TYPE_CHECKING, Any

from conformance.reference.data import INVOICES
from conformance.reference.faults import fault
from conformance.reference.faults.tools import alter_collection, alter_invoices, is_collection

if TYPE_CHECKING:
    from collections.abc import Callable

    from conformance.reference.app import Api
    from conformance.reference.message import Document, Request
    from conformance.reference.query import Endpoint, Query

JSON_API = "JSON:API 1.1"
COLLECTION = {"collection"}


@fault(
    "collection-null-when-empty",
    caught_by={"COLL-001"},
    clause=f"{JSON_API}, fetching-resources-responses-200",
    needs=COLLECTION,
)
def null_when_empty(api: Api) -> None:
    """A collection without elements is null."""
    alter_collection(api, lambda document: document.update(data=document["data"] or None))


@fault(
    "collection-object-when-single",
    caught_by={"COLL-001"},
    clause=f"{JSON_API}, fetching-resources-responses-200",
    needs=COLLECTION,
)
def object_when_single(api: Api) -> None:
    """A page with one element is that element."""

    def change(document: Document) -> None:
        if len(document["data"]) == 1:
            document["data"] = document["data"][0]

    alter_collection(api, change)


@fault(
    "collection-element-twice",
    caught_by={"COLL-002"},
    clause=f"{JSON_API}, document-compound-documents",
    needs=COLLECTION,
)
def element_twice(api: Api) -> None:
    """A page with several elements repeats its first at the end."""

    def change(document: Document) -> None:
        if len(document["data"]) > 2:
            document["data"].append(document["data"][0])

    alter_collection(api, change)


@fault(
    "collection-included-twice",
    caught_by={"COLL-002"},
    clause=f"{JSON_API}, document-compound-documents",
    needs=COLLECTION,
)
def included_twice(api: Api) -> None:
    """Each invoice of a collection brings its account, whether it is included already or not."""

    def change(document: Document) -> None:
        if "included" in document:
            document["included"] *= 2

    alter_collection(api, change)


@fault(
    "collection-rounded-amounts",
    caught_by={"COLL-003", "SEM-012"},
    clause="RFC 9110, section 9.3.1",
    also={"FILT-005": "a range has its borders at the exact amounts"},
    needs=COLLECTION,
)
def rounded_amounts(api: Api) -> None:
    """The collection shows amounts with two decimals."""

    def change(document: Document) -> None:
        for resource in document["data"]:
            for name, value in resource.get("attributes", {}).items():
                if name.endswith("amount-spent"):
                    resource["attributes"][name] = f"{Decimal(value):.2f}"

    alter_collection(api, change)


@fault(
    "collection-without-relationship-links",
    caught_by={"COLL-003"},
    clause="RFC 9110, section 9.3.1",
    needs=COLLECTION,
)
def other_links(api: Api) -> None:
    """The self links of the elements differ from those of the invoices by themselves."""

    def change(document: Document) -> None:
        for resource in document["data"]:
            resource["links"]["self"] += "?"

    alter_collection(api, change)


@fault(
    "collection-count-of-all-customers",
    caught_by={"COLL-004"},
    clause="Documented API, collection",
    needs=COLLECTION,
)
def count_of_all(api: Api) -> None:
    """The total count includes the invoices of other customers."""
    api.replace("collection_meta", lambda _original, _total: {"total-count": len(INVOICES)})


@fault("collection-count-of-page", caught_by={"COLL-004"}, clause="Documented API, collection", needs=COLLECTION)
def count_of_page(api: Api) -> None:
    """The total count is that of the page."""
    alter_collection(api, lambda document: document["meta"].update({"total-count": len(document["data"])}))


@fault("collection-count-as-string", caught_by={"COLL-004"}, clause="Documented API, collection", needs=COLLECTION)
def count_as_string(api: Api) -> None:
    """The total count is a string."""
    api.replace("collection_meta", lambda _original, total: {"total-count": str(total)})


@fault("collection-oldest-first", caught_by={"COLL-005"}, clause="Documented API, collection", needs=COLLECTION)
def oldest_first(api: Api) -> None:
    """Without sort the oldest invoice comes first."""

    def parse(original: Callable[..., Query], text: str, endpoint: Endpoint) -> Query:
        if endpoint.default_sort:
            endpoint = dataclasses.replace(endpoint, default_sort=(("start-date", False),))
        return original(text, endpoint)

    api.replace("parse_query", parse)


@fault("collection-overlapping-periods", caught_by={"COLL-006"}, clause="Names of the attributes", needs=COLLECTION)
def overlapping(api: Api) -> None:
    """Every period ends forty days later, so that it runs into the next one."""
    alter_invoices(api, lambda invoice: dataclasses.replace(invoice, end=invoice.end + timedelta(days=40)))


@fault(
    "collection-of-ids",
    caught_by={"COLL-001"},
    clause=f"{JSON_API}, fetching-resources-responses-200",
    needs=COLLECTION,
)
def of_ids(api: Api) -> None:
    """The elements of a collection are the ids of the invoices."""
    alter_collection(api, lambda document: document.update(data=[each["id"] for each in document["data"]]))


@fault(
    "collection-refused",
    caught_by={"COLL-001"},
    clause=f"{JSON_API}, fetching-resources-responses-200",
    needs=COLLECTION,
)
def refused(api: Api) -> None:
    """The collection is answered with 404."""

    def collection(original: Callable[..., Document], request: Request, *rest: Any) -> Document:
        if is_collection(request):
            raise api.not_found()
        return original(request, *rest)

    api.replace("collection", collection)


@fault(
    "collection-other-relationship-links", caught_by={"COLL-003"}, clause="RFC 9110, section 9.3.1", needs=COLLECTION
)
def relationship_links(api: Api) -> None:
    """The links of the accounts differ from those that the invoices have by themselves."""

    def change(document: Document) -> None:
        for resource in document["data"]:
            for links in (each["links"] for each in resource.get("relationships", {}).values()):
                links["self"] += "?"

    alter_collection(api, change)


@fault("collection-times-spelled-otherwise", caught_by={"COLL-003"}, clause="RFC 9110, section 9.3.1", needs=COLLECTION)
def times_spelled_otherwise(api: Api) -> None:
    """The collection shows end dates with another offset, and so another text, than an invoice by itself."""

    def change(document: Document) -> None:
        for resource in document["data"]:
            shown = resource.get("attributes", {})
            if "end-date" in shown:
                shown["end-date"] = shown["end-date"].replace("Z", "+00:00")

    alter_collection(api, change)


@fault(
    "collection-count-before-filters",
    caught_by={"COLL-004"},
    clause="Documented API, collection",
    needs=COLLECTION,
)
def count_before_filters(api: Api) -> None:
    """The total count does not regard filters."""

    def collection(original: Callable[..., Document], request: Request, name: str, query: Query) -> Document:
        document = original(request, name, query)
        document["meta"]["total-count"] = len(api.records(request, name))
        return document

    api.replace("collection", collection)


@fault("collection-count-missing", caught_by={"COLL-007"}, clause="Documented API, collection", needs=COLLECTION)
def count_missing(api: Api) -> None:
    """There is no total count."""
    api.replace("collection_meta", lambda _original, _total: {})


@fault("collection-by-reference", caught_by={"COLL-005"}, clause="Documented API, collection", needs=COLLECTION)
def by_reference(api: Api) -> None:
    """Without sort the order is that of the references."""

    def parse(original: Callable[..., Query], text: str, endpoint: Endpoint) -> Query:
        if endpoint.default_sort:
            endpoint = dataclasses.replace(endpoint, default_sort=(("reference", False),))
        return original(text, endpoint)

    api.replace("parse_query", parse)
