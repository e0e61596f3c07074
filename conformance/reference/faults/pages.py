"""Faults of pagination."""

from __future__ import annotations

import dataclasses
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Any

from conformance.reference.data import DOCUMENTED
from conformance.reference.faults import fault
from conformance.reference.faults.tools import alter_collection
from conformance.reference.message import Problem
from conformance.reference.selection import Record

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from conformance.reference.app import Api
    from conformance.reference.message import Document, Request
    from conformance.reference.query import Endpoint, Query

JSON_API = "JSON:API 1.1"
COLLECTION = {"collection"}
PAGING = f"{JSON_API}, fetching-pagination"


def _alter_page_links(api: Api, change: Callable[[Document, Query], None]) -> None:
    def links(original: Callable[..., Document], request: Request, total: int, query: Query) -> Document:
        shown = original(request, total, query)
        change(shown, query)
        return shown

    api.replace("page_links", links)


@fault(
    "page-link-renamed",
    caught_by={"PAGE-001"},
    clause=PAGING,
    needs=COLLECTION,
)
def link_renamed(api: Api) -> None:
    """The link to the page before is called previous."""

    def change(links: Document, _: Query) -> None:
        if "prev" in links:
            links["previous"] = links.pop("prev")

    _alter_page_links(api, change)


@fault("page-prev-on-first", caught_by={"PAGE-001"}, clause=PAGING, needs=COLLECTION)
def prev_on_first(api: Api) -> None:
    """The first page has a link to the page before."""
    _alter_page_links(api, lambda links, _: links.setdefault("prev", links["first"]))


@fault(
    "page-next-on-last",
    caught_by={"PAGE-001"},
    clause=PAGING,
    needs=COLLECTION,
)
def next_on_last(api: Api) -> None:
    """The last page has a link to a next one, which is itself."""
    _alter_page_links(api, lambda links, _: links.setdefault("next", links["last"]))


@fault(
    "page-links-in-meta",
    caught_by={"PAGE-001"},
    clause=PAGING,
    needs=COLLECTION,
)
def links_in_meta(api: Api) -> None:
    """The pagination links stand in meta."""

    def change(document: Document) -> None:
        document["meta"].update(document.pop("links"))

    alter_collection(api, change)


@fault(
    "page-size-ignored",
    caught_by={"PAGE-002"},
    clause=PAGING,
    needs=COLLECTION,
)
def size_ignored(api: Api) -> None:
    """Every page has the default size."""

    def parse(original: Callable[..., None], query: Query, name: str, key: str, value: str) -> None:
        original(query, name, key, value)
        query.page_size = api.default_page_size

    api.replace("parse_page", parse)


@fault("page-unstable-ties", caught_by={"PAGE-003"}, clause=PAGING, needs=COLLECTION)
def unstable_ties(api: Api) -> None:
    """Elements that the sort leaves tied come in another order on every second page."""

    state = {"page": 1}

    def collection(original: Callable[..., Document], request: Request, name: str, query: Query) -> Document:
        state["page"] = query.page_number
        return original(request, name, query)

    def arrange(original: Callable[..., list[Record]], records: list[Record], order: Sequence[Any]) -> list[Record]:
        arranged = original(records, order)
        if state["page"] % 2 == 0:
            keys = [[api.sort_key(record, attribute) for attribute, _ in order] for record in arranged]
            groups: list[list[Record]] = []
            for index, record in enumerate(arranged):
                if index and keys[index] == keys[index - 1]:
                    groups[-1].insert(0, record)
                else:
                    groups.append([record])
            arranged = [record for group in groups for record in group]
        return arranged

    api.replace("collection", collection)
    api.replace("arrange", arrange)


@fault(
    "page-gap",
    caught_by={"PAGE-003"},
    clause=PAGING,
    needs=COLLECTION,
)
def gap(api: Api) -> None:
    """The second page begins one element too late."""
    state = {"size": api.default_page_size}

    def arrange(original: Callable[..., list[Record]], records: list[Record], order: Sequence[Any]) -> list[Record]:
        arranged = original(records, order)
        size = state["size"]
        return arranged[:size] + arranged[size + 1 :]

    def collection(original: Callable[..., Document], request: Request, name: str, query: Query) -> Document:
        state["size"] = query.page_size
        return original(request, name, query)

    api.replace("collection", collection)
    api.replace("arrange", arrange)


def _forgetful(api: Api, forgotten: str) -> None:
    def link(original: Callable[..., str], request: Request, number: int, query: Query) -> str:
        kept = [pair for pair in query.parameters if not pair[0].startswith(forgotten)]
        return original(request, number, dataclasses.replace(query, parameters=kept))

    api.replace("page_link", link)


@fault("page-links-lose-filter", caught_by={"PAGE-004"}, clause=PAGING, needs=COLLECTION)
def lose_filter(api: Api) -> None:
    """Pagination links leave out the filter."""
    _forgetful(api, "filter")


@fault(
    "page-links-lose-sort",
    caught_by={"PAGE-004"},
    clause=PAGING,
    needs=COLLECTION,
)
def lose_sort(api: Api) -> None:
    """Pagination links leave out the sort."""
    _forgetful(api, "sort")


@fault("page-links-lose-include", caught_by={"PAGE-004"}, clause=PAGING, needs=COLLECTION)
def lose_include(api: Api) -> None:
    """Pagination links leave out include."""
    _forgetful(api, "include")


@fault("page-bad-values-ignored", caught_by={"PAGE-005"}, clause="Documented API, collection", needs=COLLECTION)
def bad_values_ignored(api: Api) -> None:
    """Page values that are no number are taken for the default."""

    def parse(original: Callable[..., None], query: Query, name: str, key: str, value: str) -> None:
        if value.isdecimal() and int(value) > 0:
            original(query, name, key, value)

    api.replace("parse_page", parse)


@fault("page-zero-accepted", caught_by={"PAGE-005"}, clause="Documented API, collection", needs=COLLECTION)
def zero_accepted(api: Api) -> None:
    """The page number 0 is the first page."""

    def parse(original: Callable[..., None], query: Query, name: str, key: str, value: str) -> None:
        original(query, name, key, "1" if (key, value) == ("number", "0") else value)

    api.replace("parse_page", parse)


@fault("page-negative-crash", caught_by={"PAGE-005", "ERR-011"}, clause="Documented API, collection", needs=COLLECTION)
def negative_crash(api: Api) -> None:
    """A negative page value is answered with 500."""

    def parse(original: Callable[..., None], query: Query, name: str, key: str, value: str) -> None:
        if value.startswith("-"):
            raise Problem(500, "Internal server error", "Something went wrong.")
        original(query, name, key, value)

    api.replace("parse_page", parse)


@fault("page-size-unbounded", caught_by={"PAGE-006"}, clause="OWASP API4:2023", needs=COLLECTION)
def unbounded(api: Api) -> None:
    """A page may have any size, and there are more than a thousand invoices."""
    api.max_page_size = 10**18
    begin = datetime(2020, 1, 1, tzinfo=UTC)
    more = [
        dataclasses.replace(
            DOCUMENTED,
            id=f"{number:08x}-0000-4000-8000-000000000000",
            start=begin + timedelta(minutes=number),
            end=begin + timedelta(minutes=number + 1),
        )
        for number in range(1000)
    ]

    def records(original: Callable[..., Sequence[Record]], request: Request, name: str) -> Sequence[Record]:
        own = name == "invoices" and request.customer == DOCUMENTED.account.customer
        return [*original(request, name), *(more if own else ())]

    api.replace("records", records)


@fault("page-list-crash", caught_by={"ROB-004", "ERR-011"}, clause="Documented API, collection", needs=COLLECTION)
def list_crash(api: Api) -> None:
    """The parameter page[] is answered with 500."""

    def parse(original: Callable[..., None], query: Query, name: str, value: str, endpoint: Endpoint) -> None:
        if name == "page[]":
            raise Problem(500, "Internal server error", "Something went wrong.")
        original(query, name, value, endpoint)

    api.replace("parse_parameter", parse)


@fault("page-number-overflow", caught_by={"PAGE-007", "ERR-011"}, clause="Documented API, collection", needs=COLLECTION)
def overflow(api: Api) -> None:
    """A page number beyond 64 bits is answered with 500."""

    def parse(original: Callable[..., None], query: Query, name: str, key: str, value: str) -> None:
        if value.isdecimal() and int(value) >= 2**63:
            raise Problem(500, "Internal server error", "Something went wrong.")
        original(query, name, key, value)

    api.replace("parse_page", parse)


@fault("page-past-the-end-is-last", caught_by={"PAGE-007"}, clause="Documented API, collection", needs=COLLECTION)
def past_the_end(api: Api) -> None:
    """A page past the end repeats the last one."""

    def collection(original: Callable[..., Document], request: Request, name: str, query: Query) -> Document:
        total = len(api.select(api.records(request, name), query.conditions))
        query.page_number = min(query.page_number, max(1, -(-total // query.page_size)))
        return original(request, name, query)

    api.replace("collection", collection)


@fault(
    "page-order-turns-on-the-second",
    caught_by={"PAGE-003"},
    clause=f"{JSON_API}, fetching-pagination",
    needs=COLLECTION,
)
def order_turns(api: Api) -> None:
    """From the second page on each page is in the opposite order."""

    def document(original: Callable[..., Document], request: Request, records: Any, *rest: Any) -> Document:
        first = rest[1].page_number == 1
        return original(request, records if first else [*records][::-1], *rest)

    api.replace("collection_document", document)


@fault(
    "page-self-link-leads-to-the-last",
    caught_by={"ITEM-019"},
    clause=f"{JSON_API}, document-top-level",
    needs=COLLECTION,
)
def self_is_last(api: Api) -> None:
    """The self link of a page leads to the last page."""

    def change(document: Document) -> None:
        document["links"]["self"] = document["links"]["last"]

    alter_collection(api, change)


@fault(
    "include-missing-on-empty-collection",
    caught_by={"INCL-001"},
    clause=f"{JSON_API}, fetching-includes",
    needs=COLLECTION,
)
def include_missing_on_empty(api: Api) -> None:
    """An empty collection has no member included."""

    def change(document: Document) -> None:
        if not document["data"]:
            document.pop("included", None)

    alter_collection(api, change)
