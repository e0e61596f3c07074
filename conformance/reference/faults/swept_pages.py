"""Faults of the collection that show only on its way, far from the beginning."""

from __future__ import annotations

import dataclasses
import hashlib
from typing import TYPE_CHECKING, Any

from conformance.reference.app import Api
from conformance.reference.faults import Area
from conformance.reference.faults.clauses import API_COLLECTION, FOUND, PAGINATION, json_api
from conformance.reference.faults.effects import crashes_in
from conformance.reference.faults.needs import COLLECTION
from conformance.reference.faults.seams import after, effect, instead_of
from conformance.reference.faults.where import is_collection

if TYPE_CHECKING:
    from collections.abc import Callable

    from conformance.reference.message import Document, Request
    from conformance.reference.query import Query

fault = Area(__name__, needs=COLLECTION)
FAR = 3
"""The number of the page on which what is wrong shows."""


@effect
def _on_far_page(api: Api, change: Callable[[Document], object]) -> None:
    """Alter the document of the third page of invoices."""

    def alter(document: Document, request: Request, _name: str, query: Query) -> None:
        if is_collection(request) and query.page_number == FAR:
            change(document)

    after(Api.collection)(alter)(api)


@fault(
    "swept-duplicate-far-in",
    {"PAGE-003"},
    PAGINATION,
    also={"COLL-004": "another invoice is missing, so that there are fewer than it says"},
    stateful=True,
)
def duplicate(api: Api) -> None:
    """The third page begins with the last invoice of the second."""
    kept: dict[int, Any] = {}

    def change(document: Document, request: Request, _name: str, query: Query) -> None:
        if not is_collection(request):
            return
        if query.page_number == FAR - 1:
            kept[query.page_size] = document["data"][-1]
        if query.page_number == FAR and query.page_size in kept:
            document["data"][0] = kept[query.page_size]

    after(Api.collection)(change)(api)


fault("swept-gap-far-in", {"COLL-004"}, API_COLLECTION)(
    "The third page leaves out an invoice.", _on_far_page(lambda document: document["data"].pop())
)
fault("swept-count-capped", {"COLL-004"}, API_COLLECTION)(
    "The total count ends at 50, as that of a search engine does.",
    instead_of(Api.collection_meta)(lambda original, total: original(min(total, 50))),
)


@fault("swept-count-differs-far-in", {"COLL-004"}, API_COLLECTION)
@_on_far_page
def count_differs(document: Document) -> None:
    """The total count of the third page is an older one."""
    document["meta"]["total-count"] -= 1


fault("swept-order-far-in", {"COLL-005"}, API_COLLECTION)(
    "The invoices of the third page are in the opposite order.",
    _on_far_page(lambda document: document["data"].reverse()),
)


@fault("swept-order-of-pages", {"COLL-005"}, API_COLLECTION)
def order_of_pages(api: Api) -> None:
    """The second page and the third are exchanged, each in order by itself."""

    def collection(original: Callable[..., Document], request: Request, name: str, query: Query) -> Document:
        asked = dataclasses.replace(query, page_number={2: 3, 3: 2}.get(query.page_number, query.page_number))
        document = original(request, name, asked)
        document["links"] = api.page_links(request, document["meta"]["total-count"], query)
        return document

    api.replace(Api.collection, collection)


@fault(
    "swept-ties-at-random",
    {"PAGE-003"},
    PAGINATION,
    also={
        "COLL-004": "others are missing, so that there are fewer than it says",
        "COLL-005": "the order goes back at the border of two pages",
    },
)
def ties(api: Api) -> None:
    """Each page sorts the invoices without a tie-break: those that start together come in any order."""

    def collection(original: Callable[..., Document], request: Request, name: str, query: Query) -> Document:
        start, size = (query.page_number - 1) * query.page_size, query.page_size
        records: list[Any] = list(api.select(api.records(request, name), query.conditions))

        def anyhow(record: Any) -> bytes:
            return hashlib.sha256(f"{query.page_number} {record.id}".encode()).digest()

        # By the day only, so that there are enough ties among few invoices.
        arranged = sorted(sorted(records, key=anyhow), key=lambda record: record.start.strftime("%Y"), reverse=True)
        page = arranged[start : start + size]
        page.sort(key=lambda record: record.start, reverse=True)
        del original
        return api.collection_document(request, page, len(records), query)

    api.replace(Api.collection, collection)


fault("swept-last-page-again", {"PAGE-001"}, PAGINATION)(
    "The last page has a link next that leads to it again.",
    after(Api.page_links)(lambda links, *_: links.setdefault("next", links["last"])),
)
fault("swept-page-crashes", {"COLL-001"}, FOUND)(
    "The third page is answered with 500.",
    crashes_in(Api.collection, lambda _request, _name, query: query.page_number == FAR),
)


@fault("swept-null-among-elements", {"COLL-001"}, FOUND)
@_on_far_page
def null_element(document: Document) -> None:
    """The third page has null in the place of an invoice that was removed."""
    document["data"].append(None)


@fault(
    "swept-page-without-meta-object",
    {"ITEM-011"},
    json_api("document-meta"),
    also={"COLL-004": "the page has no total count"},
)
@_on_far_page
def meta_array(document: Document) -> None:
    """The meta of the third page is an array."""
    document["meta"] = []
