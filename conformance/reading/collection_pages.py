"""Collections read by their meaning: the invoices of a page, their values and accounts, and the links between pages."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from decimal import Decimal
from typing import Any
from urllib.parse import parse_qsl, urljoin, urlsplit

from conformance.model import contract
from conformance.model.exchange import Exchange, NotObserved, link_of
from conformance.reading.attribute_names import shown_name
from conformance.syntax.json_text import IntegerLexeme, RealLexeme
from conformance.syntax.scalars import Instant, instant, is_date_time, plain_decimal

Object = dict[str, Any]
Value = Decimal | int | Instant | bool | str | None
PAGE_LINKS = ("first", "last", "prev", "next")
_SHORT_OFFSET = re.compile(r"[+-][0-9]{4}\Z")


def data_of(page: Exchange) -> list[Any]:
    """Return the primary data of a 200 answer. Raises NotObserved when it is not an array (COLL-001)."""
    data = page.ok_document.get("data")
    if not isinstance(data, list):
        raise NotObserved(f"the primary data of the answer to {page.described} is not an array", owner="COLL-001")
    return data


def elements(page: Exchange) -> dict[str, Object]:
    """Return the invoices of a page by lower-case id, in order; one that occurs twice (COLL-002) is there once.

    Raises NotObserved when the answer is not such a page, or an element has no usable id (ITEM-005).
    """
    found: dict[str, Object] = {}
    for element in data_of(page):
        identifier = element.get("id") if isinstance(element, dict) else None
        if not isinstance(identifier, str):
            raise NotObserved(f"an element of the answer to {page.described} has no id", owner="ITEM-005")
        found.setdefault(identifier.lower(), element)
    return found


def written(element: Object, name: str) -> Any:
    """Return the attribute ``name`` as it is. Raises NotObserved when it is absent: ITEM-022 owns that.

    An element may show fewer attributes than the invoice by itself.
    """
    attributes = element.get("attributes")
    if isinstance(attributes, dict) and (shown := shown_name(attributes, name)) in attributes:
        return attributes[shown]
    raise NotObserved(f"an element has no attribute {name}", owner="ITEM-022", lawful=True)


def value(element: Object, name: str) -> Value:
    """Return what the attribute ``name`` means: a decimal, a number, a point in time, a flag, text, or None for null.

    Raises NotObserved when it is absent or not in its form: the requirements on attributes own that.
    """
    found = written(element, name)
    if found is None:
        return None
    meaning: Value = None
    if name in contract.amounts():
        # A number without quotes means the same: that it is one, SEM-009 says.
        meaning = plain_decimal(found.lexeme if isinstance(found, IntegerLexeme | RealLexeme) else found)
    elif name in {*contract.counts(), *contract.durations()}:
        meaning = int(found) if isinstance(found, IntegerLexeme) else None
    elif name in {*contract.dates(), *contract.call_times()}:
        meaning = _time(found)
    elif isinstance(found, bool if name in contract.flags() else str):
        meaning = found
    if meaning is None:
        raise NotObserved(f"{name} of an element is not in its form", owner=_owner(name), lawful=True)
    return meaning


def values(elements: Sequence[Object], name: str) -> list[Value]:
    """Return what the attribute ``name`` of each element means, to put them in order.

    Times without a zone, or with an offset without a colon, which SEM-005 and SEM-007 report, have an order where all
    of them are written so. Raises NotObserved as ``value`` does.
    """
    if name in {*contract.dates(), *contract.call_times()}:
        for read in (_time_without_zone, _time_with_short_offset):
            times = [read(written(element, name)) for element in elements]
            if times and None not in times:
                return [*times]
    return [value(element, name) for element in elements]


def _time_without_zone(found: object) -> Instant | None:
    return _time(f"{found}Z") if isinstance(found, str) and not is_date_time(found) else None


def _time_with_short_offset(found: object) -> Instant | None:
    offset = _SHORT_OFFSET.search(found) if isinstance(found, str) else None
    return _time(f"{str(found)[:-2]}:{str(found)[-2:]}") if offset else None


def _owner(name: str) -> str | None:
    """Return the requirement on the form of an attribute."""
    if name in contract.amounts():
        return "SEM-009"
    if name in contract.dates():
        return "SEM-005"
    if name in contract.call_times():
        return "SEM-007"
    return "JSON-006" if name in {*contract.counts(), *contract.durations()} else None


def _time(text: object) -> Instant | None:
    try:
        return instant(text) if isinstance(text, str) and is_date_time(text) else None
    except ValueError:
        return None


def account_id(element: Object) -> str:
    """Return the id of the linked account. Raises NotObserved without linkage."""
    linkage: Any = element
    for name in ("relationships", "account", "data"):
        linkage = linkage.get(name) if isinstance(linkage, dict) else None
    if linkage is None:
        raise NotObserved("an element shows no linkage of its account", owner="INCL-007")
    identifier = linkage.get("id") if isinstance(linkage, dict) else None
    if not isinstance(identifier, str):
        raise NotObserved("the linkage of an element is not a resource identifier", owner="ITEM-021")
    return identifier.lower()


def account_ids(page: Exchange) -> list[str]:
    """Return the ids of the accounts of a page, each once, in order. Raises NotObserved when there is none."""
    found = list(dict.fromkeys(map(account_id, elements(page).values())))
    if not found:
        raise NotObserved(f"the answer to {page.described} shows no account")
    return found


def page_link(page: Exchange, name: str) -> str | None:
    """Return the URL to which a pagination link leads; None when it is not available.

    Raises NotObserved when the link is malformed (ITEM-016).
    """
    links = page.ok_document.get("links")
    if not isinstance(links, dict) or links.get(name) is None:
        return None
    try:
        return urljoin(page.request.url, link_of(page.ok_document, name, page))
    except ValueError:
        raise NotObserved(f"the link {name} of the answer to {page.described} is not a URI reference") from None


def has_page_links(page: Exchange) -> bool:
    """Return whether a page has pagination links at all, so that a missing one means something."""
    links = page.ok_document.get("links")
    return isinstance(links, dict) and not links.keys().isdisjoint(PAGE_LINKS)


def is_last(page: Exchange) -> bool:
    """Return whether a page says that none follows."""
    return has_page_links(page) and page_link(page, "next") is None


def is_whole(page: Exchange) -> bool:
    """Return whether a page says that it holds all that was asked for: by its links, or without any by its count."""
    if not has_page_links(page):
        return total_count(page) == len(data_of(page))
    return is_last(page) and page_link(page, "prev") is None


def has_total_count(page: Exchange) -> bool:
    """Return whether meta has the member ``total-count``, whatever it is."""
    meta = page.ok_document.get("meta")
    return isinstance(meta, dict) and "total-count" in meta


def total_count(page: Exchange) -> object:
    """Return the member ``total-count`` of meta, whatever it is; None when there is none."""
    meta = page.ok_document.get("meta")
    return meta.get("total-count") if isinstance(meta, dict) else None


def counted(page: Exchange) -> int:
    """Return the member ``total-count`` of meta. Raises NotObserved when there is none, or it is not an integer."""
    if not has_total_count(page):
        raise NotObserved("there is no total count", owner="COLL-007")
    count = total_count(page)
    if not isinstance(count, IntegerLexeme):
        raise NotObserved("the total count is not an integer", owner="COLL-004")
    return int(count)


def parameters(url: str) -> list[tuple[str, str]]:
    """Return the decoded query parameters of a URL."""
    return parse_qsl(urlsplit(url).query, keep_blank_values=True)


def is_page_parameter(name: str) -> bool:
    """Return whether a query parameter belongs to the family ``page`` (JSON:API 1.1, fetching-pagination)."""
    return name == "page" or name.startswith("page[")


def walked(pages: Iterable[Exchange]) -> list[Exchange]:
    """Return the pages of a walk that came to its end. Raises NotObserved otherwise, and when a page was refused."""
    whole = list(pages)
    if not whole:
        raise NotObserved("no page was received")
    for page in whole:
        data_of(page)
    if not is_last(whole[-1]):
        raise NotObserved(f"the answer to {whole[-1].described} does not say that it is the last page")
    return whole
