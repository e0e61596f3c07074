"""The judging functions of the checks for pages, and for an invoice beside the page that shows it."""

from __future__ import annotations

import re
from collections.abc import Iterable
from typing import Any

from conformance.judge.endings import end_of
from conformance.judge.suite import check_named
from conformance.model.exchange import Exchange, Request
from conformance.reading import collection_pages
from conformance.sweep.authority import Hit, hit_of
from conformance.sweep.subjects import Page, ReadExchange, with_content
from conformance.syntax.json_text import JsonText

_ABSENT = Exchange("a page of the checks", Request("GET", "http://absent.invalid/", ()), None, failure="not sent")
# In the documented form the order of the texts is that of the times.
_TIME = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}T[0-9]{2}:[0-9]{2}:[0-9]{2}\.[0-9]{3}Z")


def hits(name: str, holding: set[str] | None = None, **arguments: Any) -> list[Hit]:
    """Call the check ``name``; return what it found. What holds is added to ``holding``."""
    check = check_named(name)
    return hit_of(check.requirement, check.name, end_of(check.function, **arguments), holding)


def of_page(page: Page, holding: set[str]) -> list[Hit]:
    """Judge a page as a whole: an array, each resource once, its count, its order, its links."""
    exchange = page.exchange
    found: list[Hit] = []
    if page.usable and all(isinstance(element, dict) for element in page.elements):
        holding.add("COLL-001")
    else:
        found = hits("test_the_collection_is_an_array_of_resources", listing=exchange)
        if not page.usable:
            return found
    found += hits(
        "test_no_resource_occurs_twice",
        holding,
        listing=exchange,
        listing_with_account=_ABSENT,
        every_page_of_three=(),
    )
    if collection_pages.total_count(exchange) is not None:
        found += hits("test_the_total_count_is_an_integer", listing=exchange)
    if not _is_newest_first(page.elements):
        found += hits("test_the_newest_comes_first", holding, listing=exchange)
    else:
        holding.add("COLL-005")
    pages = (exchange,)
    named: dict[str, Any] = {"listing": exchange, "every_page_of_three": ()}
    found += hits("test_pagination_links_have_their_names", holding, **named)
    found += hits("test_pagination_links_stand_in_links", **named)
    if page.number == 0:
        found += hits("test_the_first_page_has_no_page_before", listing=exchange, first_of_three=_ABSENT)
    return found + hits("test_the_last_page_has_no_next_one", every_page_of_three=pages, every_page_of_listing=())


def starts(elements: Iterable[Any]) -> list[str]:
    """Return the start dates of elements as they are written; an empty text where there is none."""
    found = []
    for element in elements:
        try:
            found.append(element["attributes"]["start-date"])
        except (KeyError, TypeError):
            found.append("")
    return [each if isinstance(each, str) else "" for each in found]


def _is_newest_first(elements: list[Any]) -> bool:
    texts = starts(elements)
    if len(set(texts)) < 2 or not all(map(_TIME.fullmatch, texts)):
        return False
    return texts == sorted(texts, reverse=True)


def beside(page: ReadExchange, element: Any, item: ReadExchange, holding: set[str]) -> list[Hit]:
    """Judge whether an element of a page is the invoice ``item``."""
    listing = with_content(page, JsonText({"data": [element]}, readable=True))
    return hits("test_elements_equal_the_invoices", holding, listing=listing, every_item=(item,))
