"""Invoices by themselves: the same as on the page, with an entity tag of their own that revalidates."""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

from conformance.config.converters import fits_into_a_path
from conformance.judge.endings import Violation
from conformance.model.exchange import Exchange, NotObserved, Request
from conformance.sweep import authority, collection
from conformance.sweep.authority import Hit
from conformance.sweep.ledger import Ledger
from conformance.sweep.pages import Shapes, require_answer
from conformance.sweep.state import State
from conformance.sweep.subjects import Page, ReadExchange, parsed, with_content
from conformance.sweep.walk import with_url
from conformance.syntax import json_text
from conformance.syntax.json_text import JsonText

if TYPE_CHECKING:
    from conformance.config.target import Target

_GONE = (404, 410)


@dataclass(frozen=True)
class Chosen:
    """An invoice that is fetched by itself: its id, what a page shows of it, and the URL and number of that page."""

    id: str
    element: Any
    url: str
    page: int

    @classmethod
    def read(cls, page: int, element: str, url: str) -> Chosen:
        """Return what the state kept."""
        content = json.loads(element)
        return cls(content["id"], content, url, page)


class Items:
    """Fetches and judges invoices by themselves."""

    def __init__(
        self, target: Target, fetch: Callable[..., Exchange], base: Request, ledger: Ledger, state: State
    ) -> None:
        """``fetch`` sends a request for a URL, with further header fields, and waits for the answer."""
        self._target = target
        self._fetch = fetch
        self._base = base
        self._ledger = ledger
        self._state = state
        self._shapes = Shapes(target, ledger)
        self._rules = authority.element_rules(target.capabilities)
        self._revalidation = authority.revalidation_rules(target.capabilities)

    def fetch(self, chosen: Chosen) -> tuple[Exchange, ...]:
        """Return the answer to GET and, where it has an entity tag, to the same with If-None-Match."""
        if not fits_into_a_path(chosen.id) or "/" in chosen.id or "%" in chosen.id:
            return ()
        url = self._target.url(f"/invoices/{chosen.id}")
        exchange = self._fetch(url)
        try:
            tag = exchange.etag if exchange.status == 200 else None
        except NotObserved:
            tag = None
        return (exchange,) if tag is None else (exchange, self._fetch(url, **{"If-None-Match": tag}))

    def judge(self, chosen: Chosen, found: tuple[Exchange, ...]) -> None:
        """Judge what ``fetch`` returned."""
        if not found:
            return
        item = with_content(found[0], parsed(found[0].body if found[0].answer else b""), probe="item")
        require_answer(item, f"invoice {chosen.id}")
        if item.status in _GONE and not self._is_listed(chosen):
            return
        self._shapes.judge(item, chosen.id, own=True)
        for name in ("test_an_existing_invoice_is_answered_with_200", "test_the_requested_invoice_is_returned"):
            self._add(collection.hits(name, self._ledger.holding, item=item), item, chosen)
        value = item.content.value
        resource = value.get("data") if isinstance(value, dict) else None
        if resource == chosen.element:
            # All that was judged on the page holds here, too.
            self._ledger.holding.add("COLL-003")
        elif item.status == 200:
            exact = with_content(item, json_text.read(item.body))
            self._add(authority.judged(exact, self._rules), item, chosen, resource)
            self._compare(chosen, item)
        self._judge_tag(chosen, item)
        if len(found) > 1:
            self._judge_revalidation(chosen, item, found[1])

    def _add(self, hits: list[Hit], exchange: Exchange, chosen: Chosen, shown: Any = None) -> None:
        for hit in hits:
            self._ledger.add(hit, exchange, chosen.id, hit.violation.part, shown)

    def _is_listed(self, chosen: Chosen) -> bool:
        """Return whether the page still shows an invoice."""
        return self._on_page(chosen) is not None

    def _on_page(self, chosen: Chosen) -> tuple[ReadExchange, Any] | None:
        page = Page(self._fetch(chosen.url), chosen.page)
        for element in page.elements:
            if isinstance(element, dict) and element.get("id") == chosen.id:
                return page.exchange, element
        return None

    def _compare(self, chosen: Chosen, item: ReadExchange) -> None:
        """Report an element that is not the invoice, unless the invoice changed meanwhile: both are fetched again."""
        listing = with_content(item, JsonText(), request=with_url(self._base, chosen.url), probe="listing")
        if not collection.beside(listing, chosen.element, item, self._ledger.holding):
            return
        shown = self._on_page(chosen)
        fresh = self._fetch(item.request.url)
        if shown is None or fresh.answer is None:
            return
        page, element = shown
        again = with_content(fresh, parsed(fresh.body), probe="item")
        hits = collection.beside(page, element, again, self._ledger.holding)
        self._add(hits, page, chosen, element)

    def _judge_tag(self, chosen: Chosen, item: ReadExchange) -> None:
        try:
            tag = item.etag if item.status == 200 else None
        except NotObserved:
            return  # ETAG-001 and ETAG-002
        if tag is None:
            return
        other = self._state.add_tag(tag, item.body, chosen.id)
        if other is None:
            self._ledger.holding.add("ETAG-008")
            return
        violation = Violation(f"another ETag than that of invoice {other}, whose body differs", tag, part="ETag")
        self._add([Hit("ETAG-008", "a tag for each body", violation)], item, chosen)

    def _judge_revalidation(self, chosen: Chosen, item: ReadExchange, later: Exchange) -> None:
        hits = self._revalidated(item, later, self._ledger.holding)
        if not hits:
            return
        # The invoice may have changed between the two requests.
        again = self.fetch(chosen)
        if len(again) < 2 or again[0].answer is None:
            return
        item = with_content(again[0], parsed(again[0].body), probe="item")
        self._add(self._revalidated(item, again[1], None), again[1], chosen)

    def _revalidated(self, item: ReadExchange, later: Exchange, holding: set[str] | None) -> list[Hit]:
        later = replace(later, probe="item_not_modified")
        found: list[Hit] = []
        for check in self._revalidation:
            found += collection.hits(check.name, holding, item=item, item_not_modified=later)
        if later.answer is not None:
            self._shapes.judge(with_content(later, parsed(later.body) if later.body else JsonText()), chosen_id(item))
        return found


def chosen_id(item: Exchange) -> str:
    """Return the id in the path of a request for an invoice."""
    return item.request.target.rpartition("/")[2]
