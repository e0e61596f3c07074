"""Faults of the links between pages, and of what they lead to."""

from __future__ import annotations

import dataclasses
from typing import TYPE_CHECKING

from conformance.reference.faults import fault

if TYPE_CHECKING:
    from collections.abc import Callable

    from conformance.reference.app import Api
    from conformance.reference.message import Document, Request
    from conformance.reference.query import Endpoint, Query

COLLECTION = {"collection"}
PAGING = "JSON:API 1.1, fetching-pagination"


def _alter(api: Api, change: Callable[[Document, Callable[[int], str], int, Query], None]) -> None:
    """Let ``change`` alter the links; it also gets what makes the link to a page, the number of pages, the query."""

    def links(original: Callable[..., Document], request: Request, total: int, query: Query) -> Document:
        shown = original(request, total, query)
        change(shown, lambda number: api.page_link(request, number, query), max(1, -(-total // query.page_size)), query)
        return shown

    api.replace("page_links", links)


@fault("page-last-off-by-one", caught_by={"PAGE-001"}, clause=PAGING, needs=COLLECTION)
def last_off_by_one(api: Api) -> None:
    """The link last leads past the last page."""

    def change(links: Document, link: Callable[[int], str], pages: int, _query: Query) -> None:
        links["last"] = link(pages + 1)

    _alter(api, change)


@fault("page-last-is-second-last", caught_by={"PAGE-001"}, clause=PAGING, needs=COLLECTION)
def last_is_second_last(api: Api) -> None:
    """The number of pages is rounded down, so that the link last misses a page that is not full."""

    def change(links: Document, link: Callable[[int], str], pages: int, query: Query) -> None:
        if query.page_number != pages:
            links["last"] = link(max(1, pages - 1))

    _alter(api, change)


@fault("page-prev-skips-one", caught_by={"PAGE-001"}, clause=PAGING, needs=COLLECTION)
def prev_skips_one(api: Api) -> None:
    """The link prev leads two pages back."""

    def change(links: Document, link: Callable[[int], str], _pages: int, query: Query) -> None:
        if "prev" in links:
            links["prev"] = link(max(1, query.page_number - 2))

    _alter(api, change)


@fault("page-next-without-end", caught_by={"PAGE-001"}, clause=PAGING, needs=COLLECTION)
def next_without_end(api: Api) -> None:
    """Every page has a link to a next one, however far past the end."""

    def change(links: Document, link: Callable[[int], str], _pages: int, query: Query) -> None:
        links["next"] = link(query.page_number + 1)

    _alter(api, change)


@fault("page-next-missing", caught_by={"PAGE-003"}, clause=PAGING, needs=COLLECTION)
def next_missing(api: Api) -> None:
    """The second page has no link to the next one."""

    def change(links: Document, _link: Callable[[int], str], _pages: int, query: Query) -> None:
        if query.page_number == 2:
            links.pop("next", None)

    _alter(api, change)


@fault("page-links-not-of-the-page-family", caught_by={"PAGE-002"}, clause=PAGING, needs=COLLECTION)
def other_parameters(api: Api) -> None:
    """Links page by the parameters number and size; page[number] and page[size] work as well."""

    def link(original: Callable[..., str], request: Request, number: int, query: Query) -> str:
        kept = [pair for pair in query.parameters if pair[0] not in ("number", "size")]
        made = original(request, number, dataclasses.replace(query, parameters=kept))
        return made.replace("page%5Bnumber%5D=", "number=").replace("page%5Bsize%5D=", "size=")

    def parse(original: Callable[..., None], query: Query, name: str, value: str, endpoint: Endpoint) -> None:
        if name in ("number", "size") and endpoint.collection:
            api.parse_page(query, name, name, value)
        else:
            original(query, name, value, endpoint)

    api.replace("page_link", link)
    api.replace("parse_parameter", parse)


@fault("page-links-lose-fields", caught_by={"PAGE-004"}, clause=PAGING, needs=COLLECTION)
def lose_fields(api: Api) -> None:
    """Pagination links leave out the sparse fieldsets."""

    def link(original: Callable[..., str], request: Request, number: int, query: Query) -> str:
        kept = [pair for pair in query.parameters if not pair[0].startswith("fields")]
        return original(request, number, dataclasses.replace(query, parameters=kept))

    api.replace("page_link", link)


@fault("page-links-lose-all-on-the-last-page", caught_by={"PAGE-004"}, clause=PAGING, needs=COLLECTION)
def lose_all_at_the_end(api: Api) -> None:
    """The links of the last page have no parameters but those of the page."""

    def change(links: Document, _link: Callable[[int], str], pages: int, query: Query) -> None:
        if query.page_number == pages > 1:
            for name, link in links.items():
                address, _, parameters = link.partition("?")
                kept = [pair for pair in parameters.split("&") if pair.startswith("page")]
                links[name] = f"{address}?{'&'.join(kept)}"

    _alter(api, change)


@fault("page-last-twice", caught_by={"PAGE-003"}, clause=PAGING, needs=COLLECTION)
def last_twice(api: Api) -> None:
    """After the last page comes one more, with the same elements."""

    def change(links: Document, link: Callable[[int], str], pages: int, query: Query) -> None:
        links["last"] = link(pages + 1)
        if query.page_number == pages:
            links["next"] = link(pages + 1)

    def collection(original: Callable[..., Document], request: Request, name: str, query: Query) -> Document:
        document = original(request, name, query)
        pages = max(1, -(-document["meta"]["total-count"] // query.page_size))
        if query.page_number == pages + 1:
            document["data"] = original(request, name, dataclasses.replace(query, page_number=pages))["data"]
        return document

    _alter(api, change)
    api.replace("collection", collection)


@fault("page-gap-without-size", caught_by={"PAGE-003"}, clause=PAGING, needs=COLLECTION)
def gap_without_size(api: Api) -> None:
    """Without parameters a page has four elements, and the next one is that after five."""

    def collection(original: Callable[..., Document], request: Request, name: str, query: Query) -> Document:
        if request.query or name != "invoices":
            return original(request, name, query)
        document = original(request, name, dataclasses.replace(query, page_size=5))
        del document["data"][4:]
        return document

    api.replace("collection", collection)


@fault("page-links-of-internal-host", caught_by={"ITEM-029"}, clause="Documented API, links", needs={"collection"})
def of_internal_host(api: Api) -> None:
    """Pagination links carry the name of a host behind the proxy."""

    def page_link(original: Callable[..., str], request: Request, number: int, query: Query) -> str:
        return original(request, number, query).replace(request.host, "billing-backend:8080")

    api.replace("page_link", page_link)
