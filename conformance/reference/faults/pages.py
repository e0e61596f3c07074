"""Faults of pagination."""

from __future__ import annotations

import dataclasses
import re
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Any

from conformance.reference.app import Api
from conformance.reference.data import DOCUMENTED
from conformance.reference.faults import Area
from conformance.reference.faults.clauses import API_COLLECTION, INCLUDES, OWASP_RESOURCES, PAGINATION, TOP_LEVEL
from conformance.reference.faults.effects import crashes_in, forgetful, in_collection, skips
from conformance.reference.faults.needs import COLLECTION
from conformance.reference.faults.seams import after, effect, instead_of
from conformance.reference.faults.tools import in_links
from conformance.reference.selection import Record

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Sequence

    from conformance.reference.message import Document, Request
    from conformance.reference.query import Query

fault = Area(__name__, needs=COLLECTION)


@effect
def _alter_page_links(api: Api, change: Callable[[Document], object]) -> None:
    after(Api.page_links)(lambda links, *_: change(links))(api)


@fault("page-link-renamed", {"PAGE-001", "PAGE-012"}, PAGINATION)
@_alter_page_links
def link_renamed(links: Document) -> None:
    """The link to the page before is called previous."""
    if "prev" in links:
        links["previous"] = links.pop("prev")


fault("page-prev-on-first", {"PAGE-001"}, PAGINATION)(
    "The first page has a link to the page before.",
    _alter_page_links(lambda links: links.setdefault("prev", links["first"])),
)
fault("page-next-on-last", {"PAGE-001", "PAGE-011"}, PAGINATION)(
    "The last page has a link to a next one, which is itself.",
    _alter_page_links(lambda links: links.setdefault("next", links["last"])),
)
fault("page-links-in-meta", {"PAGE-001", "PAGE-012"}, PAGINATION)(
    "The pagination links stand in meta.",
    in_collection(lambda document: document["meta"].update(document.pop("links", {}))),
)


@fault("page-size-ignored", {"PAGE-008"}, PAGINATION)
@instead_of(Api.parse_page)
def size_ignored(original: Callable[..., None], query: Query, name: str, key: str, value: str) -> None:
    """Every page has the default size."""
    original(query, name, key, value)
    query.page_size = Api.default_page_size


@fault("page-unstable-ties", {"PAGE-003"}, PAGINATION)
def unstable_ties(api: Api) -> None:
    """Elements that the sort leaves tied come in another order on every second page."""
    state = {"page": 1}

    def collection(original: Callable[..., Document], request: Request, name: str, query: Query) -> Document:
        state["page"] = query.page_number
        return original(request, name, query)

    def arrange(
        original: Callable[..., Sequence[Record]], records: Iterable[Record], order: Sequence[Any]
    ) -> Sequence[Record]:
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

    api.replace(Api.collection, collection)
    api.replace(Api.arrange, arrange)


@fault("page-gap", {"PAGE-003"}, PAGINATION, also={"PAGE-011": "the last element is on no page"})
def gap(api: Api) -> None:
    """The second page begins one element too late."""
    state = {"size": api.default_page_size}

    def arrange(
        original: Callable[..., Sequence[Record]], records: Iterable[Record], order: Sequence[Any]
    ) -> Sequence[Record]:
        arranged = original(records, order)
        size = state["size"]
        return [*arranged[:size], *arranged[size + 1 :]]

    def collection(original: Callable[..., Document], request: Request, name: str, query: Query) -> Document:
        state["size"] = query.page_size
        return original(request, name, query)

    api.replace(Api.collection, collection)
    api.replace(Api.arrange, arrange)


fault("page-links-lose-filter", {"PAGE-004"}, PAGINATION)("Pagination links leave out the filter.", forgetful("filter"))
fault("page-links-lose-sort", {"PAGE-004"}, PAGINATION)("Pagination links leave out the sort.", forgetful("sort"))
fault("page-links-lose-include", {"PAGE-009"}, TOP_LEVEL)("Pagination links leave out include.", forgetful("include"))
fault("page-bad-values-ignored", {"PAGE-005", "PAGE-010"}, API_COLLECTION)(
    "Page values that are not a number are taken for the default.",
    skips(Api.parse_page, lambda _query, _name, _key, value: not value.isdecimal() or int(value) == 0),
)


fault("page-number-read-from-its-beginning", {"PAGE-010"}, API_COLLECTION)(
    "Of a page value the digits at its beginning count, whatever follows them.",
    instead_of(Api.parse_page)(
        lambda original, query, name, key, value: original(
            query, name, key, digits[0] if (digits := re.match("[0-9]+", value)) else value
        )
    ),
)
fault("page-number-with-underscores", {"PAGE-010"}, API_COLLECTION)(
    "Underscores between the digits of a page value are dropped, as in a program.",
    instead_of(Api.parse_page)(
        lambda original, query, name, key, value: original(query, name, key, value.replace("_", ""))
    ),
)


@fault("page-zero-accepted", {"PAGE-005"}, API_COLLECTION)
@instead_of(Api.parse_page)
def zero_accepted(original: Callable[..., None], query: Query, name: str, key: str, value: str) -> None:
    """The page number 0 is the first page."""
    original(query, name, key, "1" if (key, value) == ("number", "0") else value)


fault("page-negative-crash", {"PAGE-005", "ERR-011"}, API_COLLECTION)(
    "A negative page value is answered with 500.",
    crashes_in(Api.parse_page, lambda _query, _name, _key, value: value.startswith("-")),
)


@fault("page-size-unbounded", {"PAGE-006"}, OWASP_RESOURCES, also={"COLL-009": "they are not found by themselves"})
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

    api.replace(Api.records, records)


fault("page-list-crash", {"ROB-004", "ERR-011"}, API_COLLECTION)(
    "The parameter page[] is answered with 500.",
    crashes_in(Api.parse_parameter, lambda _query, name, *_: name == "page[]"),
)
fault("page-number-overflow", {"PAGE-007", "ERR-011"}, API_COLLECTION, also={"ROB-004": "of a size as well"})(
    "A page number beyond 64 bits is answered with 500.",
    crashes_in(Api.parse_page, lambda _query, _name, _key, value: value.isdecimal() and int(value) >= 2**63),
)


@fault("page-past-the-end-is-last", {"PAGE-007"}, API_COLLECTION)
def past_the_end(api: Api) -> None:
    """A page past the end repeats the last one."""

    def collection(original: Callable[..., Document], request: Request, name: str, query: Query) -> Document:
        total = len(api.select(api.records(request, name), query.conditions))
        query.page_number = min(query.page_number, max(1, -(-total // query.page_size)))
        return original(request, name, query)

    api.replace(Api.collection, collection)


@fault("page-order-reversed-on-the-second", {"PAGE-003"}, PAGINATION)
@instead_of(Api.collection_document)
def order_reversed(original: Callable[..., Document], request: Request, records: Any, *rest: Any) -> Document:
    """From the second page on each page is in the opposite order."""
    first = rest[1].page_number == 1
    return original(request, records if first else [*records][::-1], *rest)


fault("page-self-link-leads-to-the-last", {"ITEM-019"}, TOP_LEVEL)(
    "The self link of a page leads to the last page.",
    in_collection(in_links(lambda links: links.update(self=links["last"]))),
)
fault("include-missing-on-empty-collection", {"INCL-001"}, INCLUDES)(
    "An empty collection has no member included.",
    in_collection(lambda document: None if document["data"] else document.pop("included", None)),
)
