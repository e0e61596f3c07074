"""Hand-made pages of a collection, and what a check says of them."""

from __future__ import annotations

import copy
from collections.abc import Mapping, Sequence
from typing import Any, Final
from urllib.parse import quote

from conformance.model.exchange import Exchange
from tests.support.exchanges import ORIGIN, PREFIX, document, exchange, refusal

COLLECTION: Final = f"{PREFIX}/invoices"
ACCOUNTS: Final = ("5f2a6c1e-0b7d-4c7e-9a55-3d1f0c8e2b41", "6b0d549b-6f03-475a-9600-a35a099950d8")

Element = dict[str, Any]


def identifier(number: int) -> str:
    """Return the id of the invoice ``number``."""
    return f"{number:08d}-0000-4000-8000-000000000000"


def element(number: int, attributes: Mapping[str, Any] | None = None, account: int | None = None) -> Element:
    """Return an invoice as an element; ``account`` adds the linkage of one of ACCOUNTS."""
    resource: Element = copy.deepcopy(document()["data"])
    resource["id"] = identifier(number)
    resource["links"]["self"] = f"{ORIGIN}{COLLECTION}/{resource['id']}"
    resource["attributes"].update(attributes or {})
    if account is not None:
        resource["relationships"]["account"]["data"] = {"type": "accounts", "id": ACCOUNTS[account]}
    return resource


def elements(name: str, values: Sequence[Any]) -> list[Element]:
    """Return invoices, numbered from 1, with these values of one attribute."""
    return [element(number, {name: value}) for number, value in enumerate(values, 1)]


def at(parameters: str) -> str:
    """Return a link to the collection with raw ``parameters``."""
    return f"{ORIGIN}{COLLECTION}?{quote(parameters, safe='=&,-')}"


def page(
    data: Any,
    query: str | None = None,
    links: Mapping[str, Any] | None = None,
    total: Any = None,
    **more: Any,
) -> Exchange:
    """Return an answer with ``data``; ``query`` is encoded here, ``more`` are further members and ``probe``."""
    probe = more.pop("probe", "listing")
    body: dict[str, Any] = {"data": data, "links": dict(links or {}), "meta": {"total-count": total}, **more}
    encoded = None if query is None else quote(query, safe="=&,-")
    return exchange(probe, body=body, path=COLLECTION, query=encoded)


def whole(data: Sequence[Element], query: str | None = None, **more: Any) -> Exchange:
    """Return a page with all that there is."""
    link = at(f"{query}&page[number]=1" if query else "page[number]=1")
    return page(list(data), query, {"first": link, "last": link}, **{"total": len(data), **more})


def walk(data: Sequence[Element], size: int, query: str = "") -> list[Exchange]:
    """Return the pages of ``data`` by number and size, with all their links; the first is asked for without number."""
    last = -(-len(data) // size)
    kept = f"{query}&" if query else ""
    pages = []
    for number in range(1, last + 1):
        others = {"first": 1, "prev": number - 1, "next": number + 1, "last": last}
        links = {
            name: at(f"{kept}page[number]={each}&page[size]={size}")
            for name, each in others.items()
            if 1 <= each <= last
        }
        asked = f"{kept}page[size]={size}" if number == 1 else f"{kept}page[number]={number}&page[size]={size}"
        rows = list(data[(number - 1) * size : number * size])
        pages.append(page(rows, asked, links, len(data), probe=f"page[{number}]"))
    return pages


def refused(status: int = 400, query: str | None = None) -> Exchange:
    """Return a refusal by the collection."""
    return refusal(status, "listing", path=COLLECTION, query=None if query is None else quote(query, safe="=&,-"))
