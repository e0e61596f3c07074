"""Faults of the collection that show only on its way, far from the beginning."""

from __future__ import annotations

import dataclasses
import hashlib
from typing import TYPE_CHECKING, Any

from conformance.reference.faults import fault
from conformance.reference.faults.tools import is_collection
from conformance.reference.message import Problem

if TYPE_CHECKING:
    from collections.abc import Callable

    from conformance.reference.app import Api
    from conformance.reference.message import Document, Request
    from conformance.reference.query import Query

COLLECTION = {"collection"}
PAGING = "JSON:API 1.1, fetching-pagination"
DOCUMENTED = "Documented API, collection"
FAR = 3
"""The number of the page on which what is wrong shows."""


def _alter_pages(api: Api, change: Callable[[Document, Query, Request], None]) -> None:
    """Alter the document of each page of invoices."""

    def collection(original: Callable[..., Document], request: Request, name: str, query: Query) -> Document:
        document = original(request, name, query)
        if is_collection(request):
            change(document, query, request)
        return document

    api.replace("collection", collection)


@fault(
    "swept-duplicate-far-in",
    stateful=True,
    caught_by={"PAGE-003"},
    clause=PAGING,
    also={"COLL-004": "another invoice is missing, so that there are fewer than it says"},
    needs=COLLECTION,
)
def duplicate(api: Api) -> None:
    """The third page begins with the last invoice of the second."""
    kept: dict[int, Any] = {}

    def change(document: Document, query: Query, _: Request) -> None:
        if query.page_number == FAR - 1:
            kept[query.page_size] = document["data"][-1]
        if query.page_number == FAR and query.page_size in kept:
            document["data"][0] = kept[query.page_size]

    _alter_pages(api, change)


@fault("swept-gap-far-in", caught_by={"COLL-004"}, clause=DOCUMENTED, needs=COLLECTION)
def gap(api: Api) -> None:
    """The third page leaves out an invoice."""
    _alter_pages(api, lambda document, query, _: document["data"].pop() if query.page_number == FAR else None)


@fault("swept-count-capped", caught_by={"COLL-004"}, clause=DOCUMENTED, needs=COLLECTION)
def count_capped(api: Api) -> None:
    """The total count ends at 50, as that of a search engine does."""
    api.replace("collection_meta", lambda original, total: original(min(total, 50)))


@fault("swept-count-differs-far-in", caught_by={"COLL-004"}, clause=DOCUMENTED, needs=COLLECTION)
def count_differs(api: Api) -> None:
    """The total count of the third page is an older one."""

    def change(document: Document, query: Query, _: Request) -> None:
        if query.page_number == FAR:
            document["meta"]["total-count"] -= 1

    _alter_pages(api, change)


@fault("swept-order-far-in", caught_by={"COLL-005"}, clause=DOCUMENTED, needs=COLLECTION)
def order(api: Api) -> None:
    """The invoices of the third page are in the opposite order."""
    _alter_pages(api, lambda document, query, _: document["data"].reverse() if query.page_number == FAR else None)


@fault("swept-order-of-pages", caught_by={"COLL-005"}, clause=DOCUMENTED, needs=COLLECTION)
def order_of_pages(api: Api) -> None:
    """The second page and the third are exchanged, each in order by itself."""

    def collection(original: Callable[..., Document], request: Request, name: str, query: Query) -> Document:
        asked = dataclasses.replace(query, page_number={2: 3, 3: 2}.get(query.page_number, query.page_number))
        document = original(request, name, asked)
        document["links"] = api.page_links(request, document["meta"]["total-count"], query)
        return document

    api.replace("collection", collection)


@fault(
    "swept-ties-at-random",
    caught_by={"PAGE-003"},
    clause=PAGING,
    also={
        "COLL-004": "others are missing, so that there are fewer than it says",
        "COLL-005": "the order goes back at the border of two pages",
    },
    needs=COLLECTION,
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

    api.replace("collection", collection)


@fault(
    "swept-last-page-again",
    caught_by={"PAGE-001"},
    clause=PAGING,
    needs=COLLECTION,
)
def last_page_again(api: Api) -> None:
    """The last page has a link next that leads to it again."""

    def links(original: Callable[..., Document], request: Request, total: int, query: Query) -> Document:
        shown = original(request, total, query)
        if "next" not in shown:
            shown["next"] = shown["last"]
        return shown

    api.replace("page_links", links)


@fault(
    "swept-page-crashes",
    caught_by={"COLL-001"},
    clause="JSON:API 1.1, fetching-resources-responses-200",
    needs=COLLECTION,
)
def crash(api: Api) -> None:
    """The third page is answered with 500."""

    def collection(original: Callable[..., Document], request: Request, name: str, query: Query) -> Document:
        if query.page_number == FAR:
            raise Problem(500, "Internal server error", "Something went wrong.")
        return original(request, name, query)

    api.replace("collection", collection)


@fault(
    "swept-null-among-elements",
    caught_by={"COLL-001"},
    clause="JSON:API 1.1, fetching-resources-responses-200",
    needs=COLLECTION,
)
def null_element(api: Api) -> None:
    """The third page has null in the place of an invoice that was removed."""

    def change(document: Document, query: Query, _: Request) -> None:
        if query.page_number == FAR:
            document["data"].append(None)

    _alter_pages(api, change)


@fault(
    "swept-page-without-meta-object",
    caught_by={"ITEM-011"},
    clause="JSON:API 1.1, document-meta",
    also={"COLL-004": "the page has no total count"},
    needs=COLLECTION,
)
def meta_array(api: Api) -> None:
    """The meta of the third page is an array."""

    def change(document: Document, query: Query, _: Request) -> None:
        if query.page_number == FAR:
            document["meta"] = []

    _alter_pages(api, change)
