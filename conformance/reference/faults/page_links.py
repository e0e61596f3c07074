"""Faults of the links between pages, and of what they lead to."""

from __future__ import annotations

import dataclasses
from typing import TYPE_CHECKING

from conformance.reference.app import Api
from conformance.reference.faults import Area
from conformance.reference.faults.clauses import PAGINATION
from conformance.reference.faults.effects import forgetful
from conformance.reference.faults.needs import COLLECTION
from conformance.reference.faults.seams import effect, instead_of

if TYPE_CHECKING:
    from collections.abc import Callable

    from conformance.reference.message import Document, Request
    from conformance.reference.query import Endpoint, Query

    Link = Callable[[int], str]

fault = Area(__name__, PAGINATION, needs=COLLECTION)


@effect
def _alter(api: Api, change: Callable[[Document, Link, int, Query], object]) -> None:
    """Let ``change`` alter the links; it also gets what makes the link to a page, the number of pages, the query."""

    def links(original: Callable[..., Document], request: Request, total: int, query: Query) -> Document:
        shown = original(request, total, query)
        change(shown, lambda number: api.page_link(request, number, query), max(1, -(-total // query.page_size)), query)
        return shown

    api.replace(Api.page_links, links)


fault("page-last-off-by-one", {"PAGE-001", "PAGE-011"})(
    "The link last leads past the last page.", _alter(lambda links, link, pages, _: links.update(last=link(pages + 1)))
)


@fault("page-last-is-second-last", {"PAGE-001", "PAGE-011"})
@_alter
def last_is_second_last(links: Document, link: Link, pages: int, query: Query) -> None:
    """The number of pages is rounded down, so that the link last misses a page that is not full."""
    if query.page_number != pages:
        links["last"] = link(max(1, pages - 1))


@fault("page-prev-skips-one", {"PAGE-001"})
@_alter
def prev_skips_one(links: Document, link: Link, _pages: int, query: Query) -> None:
    """The link prev leads two pages back."""
    if "prev" in links:
        links["prev"] = link(max(1, query.page_number - 2))


fault("page-next-without-end", {"PAGE-001", "PAGE-011"})(
    "Every page has a link to a next one, however far past the end.",
    _alter(lambda links, link, _, query: links.update(next=link(query.page_number + 1))),
)


@fault("page-next-past-the-count", {"PAGE-001", "PAGE-011", "PAGE-012"})
@_alter
def next_past_the_count(links: Document, link: Link, pages: int, query: Query) -> None:
    """The page with the last elements has a link next, and no page has a link last that shows it to be wrong."""
    links.pop("last")
    if query.page_number == pages:
        links["next"] = link(pages + 1)


fault("page-next-missing", {"PAGE-003"})(
    "The second page has no link to the next one.",
    _alter(lambda links, _, __, query: links.pop("next", None) if query.page_number == 2 else None),
)


@fault("page-links-not-of-the-page-family", {"PAGE-002"})
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

    api.replace(Api.page_link, link)
    api.replace(Api.parse_parameter, parse)


fault("page-links-lose-fields", {"PAGE-009"})("Pagination links leave out the sparse fieldsets.", forgetful("fields"))


@fault("page-links-lose-all-on-the-last-page", {"PAGE-004"})
@_alter
def lose_all_at_the_end(links: Document, _link: Link, pages: int, query: Query) -> None:
    """The links of the last page have no parameters but those of the page."""
    if query.page_number == pages > 1:
        for name, link in links.items():
            address, _, parameters = link.partition("?")
            kept = [pair for pair in parameters.split("&") if pair.startswith("page")]
            links[name] = f"{address}?{'&'.join(kept)}"


@fault("page-last-twice", {"PAGE-003"}, also={"PAGE-011": "the link last leads to the page too many"})
def last_twice(api: Api) -> None:
    """After the last page comes one more, with the same elements."""

    def change(links: Document, link: Link, pages: int, query: Query) -> None:
        links["last"] = link(pages + 1)
        if query.page_number == pages:
            links["next"] = link(pages + 1)

    def collection(original: Callable[..., Document], request: Request, name: str, query: Query) -> Document:
        document = original(request, name, query)
        pages = max(1, -(-document["meta"]["total-count"] // query.page_size))
        if query.page_number == pages + 1:
            document["data"] = original(request, name, dataclasses.replace(query, page_number=pages))["data"]
        return document

    _alter(change)(api)
    api.replace(Api.collection, collection)


@fault("page-gap-without-size", {"PAGE-003"})
@instead_of(Api.collection)
def gap_without_size(original: Callable[..., Document], request: Request, name: str, query: Query) -> Document:
    """Without parameters a page has four elements, and the next page begins after the fifth."""
    if request.query or name != "invoices":
        return original(request, name, query)
    document = original(request, name, dataclasses.replace(query, page_size=5))
    del document["data"][4:]
    return document


fault("page-links-of-internal-host", {"ITEM-029"}, "Documented API, links")(
    "Pagination links carry the name of a host behind the proxy.",
    instead_of(Api.page_link)(
        lambda original, request, *rest: original(request, *rest).replace(request.host, "billing-backend:8080")
    ),
)
