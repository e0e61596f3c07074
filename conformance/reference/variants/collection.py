"""Collections in other orders and in other pages."""

from __future__ import annotations

import re
from decimal import Decimal
from typing import TYPE_CHECKING, Any
from urllib.parse import urlencode

from conformance.reference.faults.tools import alter_collection
from conformance.reference.message import Problem
from conformance.reference.serialise import plain
from conformance.reference.variants import variant

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from conformance.reference.app import Api
    from conformance.reference.message import Document, Request
    from conformance.reference.query import Endpoint, Query
    from conformance.reference.selection import Record

SORTING = "JSON:API 1.1, fetching-sorting"
PAGES = "JSON:API 1.1, fetching-pagination"
_TIMES = frozenset({"start-date", "end-date"})


@variant("no-sorting", clause=SORTING, touches={"sort"})
def no_sorting(api: Api) -> None:
    """Every sort is refused with 400, as JSON:API demands of a server without it."""

    def refuse(_original: object, _query: Query, name: str, *_rest: object) -> None:
        api.refuse("Unsupported sort field", "The collection cannot be sorted.", name)

    api.replace("parse_sort", refuse)


@variant("sorting-by-times-only", clause=SORTING, touches={"sort"})
def by_times_only(api: Api) -> None:
    """The collection can be sorted by one of two attributes, and by no two together."""

    def sort(original: Callable[..., None], query: Query, name: str, value: str, endpoint: Endpoint) -> None:
        if value.removeprefix("-") not in _TIMES:
            api.refuse("Unsupported sort field", "The collection cannot be sorted by this.", name)
        original(query, name, value, endpoint)

    api.replace("parse_sort", sort)


@variant("sorting-decimals-as-texts", clause=SORTING, touches={"sort"}, departs={"SORT-005": "SHOULD"})
def decimals_as_texts(api: Api) -> None:
    """Amounts, which are texts in JSON, are sorted as texts; JSON:API defines no order of values."""

    def key(original: Callable[..., Any], record: Record, attribute: str) -> Any:
        value = api.value_of(record, attribute)
        return (False, plain(value)) if isinstance(value, Decimal) else original(record, attribute)

    api.replace("sort_key", key)


@variant("sorting-null-first", clause=SORTING, touches={"sort"})
def null_first(api: Api) -> None:
    """What is null comes first, ascending."""

    def key(_original: object, record: Record, attribute: str) -> Any:
        value = api.value_of(record, attribute)
        return (value is not None, value)

    api.replace("sort_key", key)


@variant("sorting-texts-without-case", clause=SORTING, touches={"sort"})
def texts_without_case(api: Api) -> None:
    """Texts are sorted without regard to case and punctuation."""

    def key(original: Callable[..., Any], record: Record, attribute: str) -> Any:
        value = api.value_of(record, attribute)
        if not isinstance(value, str):
            return original(record, attribute)
        return (False, re.sub(r"\W", "", value).casefold())

    api.replace("sort_key", key)


@variant("sorting-by-other-names", clause=SORTING, touches={"sort"})
def by_other_names(api: Api) -> None:
    """A sort field may be written with underscores and in capitals, and is really sorted by."""

    def sort(original: Callable[..., None], query: Query, name: str, value: str, endpoint: Endpoint) -> None:
        original(query, name, value.replace("_", "-").lower(), endpoint)

    api.replace("parse_sort", sort)


@variant("sorting-without-tie-break", clause=SORTING, touches={"sort", "pages"}, departs={"PAGE-003": "SHOULD"})
def without_tie_break(api: Api) -> None:
    """What the sort leaves tied has another order on every other page, so that elements repeat and get lost."""

    def collection(original: Callable[..., Document], request: Request, name: str, query: Query) -> Document:
        query.sort = (*query.sort, ("id", query.page_number % 2 == 0))
        return original(request, name, query)

    api.replace("collection", collection)


@variant("pages-by-offset", clause=PAGES, touches={"pages"})
def by_offset(api: Api) -> None:
    """Pages are asked for by page[offset] and page[limit]; page[number] and page[size] are refused."""

    def parse(_original: object, query: Query, name: str, key: str, value: str) -> None:
        if key not in {"offset", "limit"} or not re.fullmatch("[0-9]{1,9}", value) or (key, value) == ("limit", "0"):
            api.refuse("Invalid page value", "Only offset and limit.", name)
        setattr(query, {"offset": "page_number", "limit": "page_size"}[key], int(value))

    def collection(original: Callable[..., Document], request: Request, name: str, query: Query) -> Document:
        given = dict(query.parameters)
        query.page_size = int(given.get("page[limit]", "14"))
        query.page_number = int(given.get("page[offset]", "0")) // query.page_size + 1
        return original(request, name, query)

    def link(_original: object, request: Request, number: int, query: Query) -> str:
        paging = [("page[offset]", str((number - 1) * query.page_size)), ("page[limit]", str(query.page_size))]
        return f"{request.base}{request.path}?{urlencode([*_kept(query), *paging])}"

    api.replace("parse_page", parse)
    api.replace("collection", collection)
    api.replace("page_link", link)


def _kept(query: Query) -> list[tuple[str, str]]:
    return [(name, value) for name, value in query.parameters if not name.startswith("page[")]


@variant("pages-by-cursor", clause=PAGES, touches={"pages", "total"})
def by_cursor(api: Api) -> None:
    """Pages are asked for by an opaque position, with the links first and next only, and without a total."""

    def parse(_original: object, query: Query, name: str, key: str, value: str) -> None:
        if key != "after" or not re.fullmatch("c[0-9a-f]{1,8}", value):
            api.refuse("Invalid page value", "Only after.", name)
        query.page_number = int(value.removeprefix("c"), 16) // 7

    def collection(original: Callable[..., Document], request: Request, name: str, query: Query) -> Document:
        query.page_size = 14
        document = original(request, name, query)
        document["links"] = {key: each for key, each in document["links"].items() if key in {"first", "next"}}
        del document["meta"]
        return document

    def link(_original: object, request: Request, number: int, query: Query) -> str:
        return f"{request.base}{request.path}?{urlencode([*_kept(query), ('page[after]', f'c{number * 7:x}')])}"

    api.replace("parse_page", parse)
    api.replace("collection", collection)
    api.replace("page_link", link)


@variant("pages-none", clause=PAGES, touches={"pages", "total"})
def no_pages(api: Api) -> None:
    """The collection is one document without links and total; page parameters are refused with 400."""

    def refuse(_original: object, _query: Query, name: str, *_rest: object) -> None:
        api.refuse("Unsupported query parameter", "There are no pages.", name)

    def change(document: Document) -> None:
        del document["links"], document["meta"]

    api.default_page_size = 10**6
    api.replace("parse_page", refuse)
    alter_collection(api, change)


@variant("total-absent", clause="JSON:API 1.1, document-meta", touches={"total"})
def total_absent(api: Api) -> None:
    """Collections have no total count."""
    alter_collection(api, lambda document: document.pop("meta", None))


@variant("page-links-null", clause=PAGES, touches={"page-links"})
def links_null(api: Api) -> None:
    """Links to pages that do not exist are null and not absent."""
    absent = dict.fromkeys(("first", "prev", "next", "last"))
    alter_collection(api, lambda document: document.update(links={**absent, **document["links"]}))


@variant("page-links-relative", clause="JSON:API 1.1, document-links-link", touches={"page-links"})
def links_relative(api: Api) -> None:
    """Links between pages are relative references."""

    def link(original: Callable[..., str], request: Request, *rest: Any) -> str:
        return original(request, *rest).removeprefix(request.base)

    api.replace("page_link", link)


@variant("page-links-with-self", clause="JSON:API 1.1, document-top-level", touches={"page-links"})
def links_with_self(api: Api) -> None:
    """A page has a link to itself, which names number and size, and one to what describes it."""

    def links(original: Callable[..., Document], request: Request, total: int, query: Query) -> Document:
        own = api.page_link(request, query.page_number, query)
        return {"self": own, **original(request, total, query), "describedby": f"{request.base}/openapi.json"}

    api.replace("page_links", links)


@variant(
    "page-values-read-leniently",
    clause="Documented behaviour, collection",
    touches={"pages"},
    departs={"PAGE-010": "SHOULD"},
)
def read_leniently(api: Api) -> None:
    """Of a page number or size the digits at the beginning are read; zero, negative numbers and words are refused."""

    def parse(original: Callable[..., None], query: Query, name: str, key: str, value: str) -> None:
        number = re.match("[0-9]{1,18}", value)
        original(query, name, key, number[0] if number else value)

    api.replace("parse_page", parse)


@variant("page-size-reduced", clause="Documented behaviour, collection", touches={"page-size"})
def size_reduced(api: Api) -> None:
    """A page size beyond the maximum is reduced to it."""

    def parse(original: Callable[..., None], query: Query, name: str, key: str, value: str) -> None:
        large = key == "size" and re.fullmatch("[0-9]{1,30}", value) and int(value) > api.max_page_size
        original(query, name, key, str(api.max_page_size) if large else value)

    api.replace("parse_page", parse)


@variant("page-past-the-end-not-found", clause="Documented behaviour, collection", touches={"page-end"})
def past_the_end(api: Api) -> None:
    """A page past the end is answered with 404."""

    def document(original: Callable[..., Document], request: Request, page: Sequence[Record], *rest: Any) -> Document:
        query: Query = rest[1]
        if not page and query.page_number > 1:
            raise Problem(404, "Record not found", "There is no such page.")
        return original(request, page, *rest)

    api.replace("collection_document", document)


@variant("accounts-not-listed", clause="Documented behaviour, isolation", touches={"accounts"})
def accounts_not_listed(api: Api) -> None:
    """There is no list of accounts."""

    def route(original: Callable[[str], Any], path: str) -> Any:
        found = original(path)
        return None if found == ("accounts", "") else found

    api.replace("route", route)
