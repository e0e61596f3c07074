"""Where pages announce the end of the collection, and whether their links end there."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import TYPE_CHECKING, Any

from conformance.judge.api import Violation
from conformance.reading import collection_pages
from conformance.sweep.authority import Hit
from conformance.sweep.state import digest
from conformance.sweep.subjects import Page
from conformance.sweep.walk import next_url

if TYPE_CHECKING:
    from conformance.config.target import Target


class Announced:
    """The pages of a way, and what they announced of its end."""

    def __init__(self, target: Target, before: Iterable[Mapping[str, Any]]) -> None:
        """Begin after the pages ``before``, as the state has them."""
        self._target = target
        self._elements = 0
        self._totals: set[object] = set()
        self._numbers: dict[bytes, int] = {}
        for page in before:
            self._elements += page["elements"]
            self._totals.add(page["total"])
            self._numbers[digest(page["url"].encode())] = page["number"]

    def contradicted(self, page: Page) -> Hit | None:
        """Return what shows that ``page``, which has a link next, is more than a page beyond the end that it announces.

        Totals that differ come from a collection that changes, and show nothing.
        """
        self._elements += len(page.elements)
        total = collection_pages.total_count(page.exchange)
        self._totals.add(int(total) if isinstance(total, int) else None)
        self._numbers.setdefault(digest(page.exchange.request.url.encode()), page.number)
        return self._of_total(page) or self._of_last(page)

    def _of_total(self, page: Page) -> Hit | None:
        total = next(iter(self._totals))
        if len(self._totals) > 1 or not isinstance(total, int) or self._elements <= total + len(page.elements):
            return None
        observed = f"{self._elements} on {page.number + 1} pages, and next leads on"
        return Hit("COLL-004", "an end as announced", Violation(str(total), observed, part="/meta/total-count"))

    def _of_last(self, page: Page) -> Hit | None:
        last = next_url(page, self._target, "last")
        number = self._numbers.get(digest(last.encode())) if last else None
        if len(self._totals) > 1 or number is None or number + 1 >= page.number:
            return None
        observed = f"last leads to page {number + 1}, and next leads on from page {page.number + 1}"
        violation = Violation("next absent or null on the page of last", observed, part="/links/next")
        return Hit("PAGE-001", "an end as announced", violation)
