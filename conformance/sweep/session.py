"""One sweep, or one part of it: the pages one after the other, each invoice on them, and some by themselves."""

from __future__ import annotations

import re
import time
from collections.abc import Callable, Iterator
from dataclasses import astuple
from typing import TYPE_CHECKING, Any

from conformance.judge.api import Violation
from conformance.observe.observer import Observer
from conformance.observe.threads import Threads
from conformance.plan.requests import build_request
from conformance.plan.steps import Step
from conformance.reading import collection_pages
from conformance.sweep import conclusion
from conformance.sweep.announced import Announced
from conformance.sweep.authority import Hit
from conformance.sweep.items import Chosen, Items
from conformance.sweep.ledger import Ledger
from conformance.sweep.pages import Broken, Pages
from conformance.sweep.state import State, digest, key_of
from conformance.sweep.subjects import Page
from conformance.sweep.walk import Series, Walk, series_of, with_url

if TYPE_CHECKING:
    from conformance.config.target import Target
    from conformance.model.exchange import Exchange, Request

# Gets the number of invoices that are known, and the number of all invoices, or None.
Advance = Callable[[int, int | None], None]
# Elements of a page that are asked for: few requests, and answers that come within the usual time limits.
PAGE_SIZE = 100
# Pages in a row that bring no new invoice: the links lead in a circle.
_FRUITLESS = 3
_AT_ONCE = 64
_ON_A_PAGE = re.compile("/data/[0-9]+(?:/|$)")
# What a finding of these shows is absent; one of the schema says so.
_ABSENT = frozenset({"ITEM-015", "ITEM-022"})
_LACKS = re.compile(r'[^;]* lacks "[^"]*"(?:; [^;]* lacks "[^"]*")*')


def base_request(target: Target) -> Request:
    """Return a request with the header fields that all requests of a sweep have."""
    return build_request(Step("item", "-"), target.with_invoices(("-",)), {})


def first_request(target: Target) -> Request:
    """Return the request for the first page."""
    return with_url(base_request(target), target.url(f"/invoices?page%5Bsize%5D={PAGE_SIZE}"))


def identity(target: Target, sample: int | str, seed: int, part: tuple[int, int]) -> dict[str, Any]:
    """Return what distinguishes one sweep from another."""
    # The embedded server takes another port each time.
    where = f"embedded {target.settings['embedded-invoices']}" if target.embedded else target.base_url
    return {"target": where, "sample": sample, "seed": seed, "part": list(part)}


class Sweep:
    """A sweep against one target."""

    def __init__(
        self,
        target: Target,
        sample: int | str,
        seed: int,
        part: tuple[int, int] = (1, 1),
        state: State | str | None = None,
    ) -> None:
        """``sample`` is how many invoices are fetched by themselves; ``state`` is open, or names its file.

        Raises SettingError when that file cannot be used.
        """
        self.target = target
        self.observer = Observer(target)
        self._sample, self._seed, self._part = sample, seed, part
        self.state = state if isinstance(state, State) else State(state, identity(target, sample, seed, part))
        self.state.clean = target.redactor.plain
        self.ledger = Ledger(self.state, target)
        self._base = base_request(target)
        self._pages = Pages(target, self._base, self.ledger)
        self._items = Items(target, self.fetch, self._base, self.ledger, self.state)
        self._width = int(target.settings["concurrency"])
        self._retries = int(self.state.fact("retries") or 0)
        self._requests = int(self.state.fact("requests") or 0)
        self._seconds = float(self.state.fact("seconds") or 0.0)
        self._started = time.monotonic()
        self._threshold = 2**63
        self._reason = ""
        self._walked: set[bytes] = set()
        self._limit = int(target.settings["sweep-limit"])

    # Requests.

    def fetch(self, url: str, **headers: str) -> Exchange:
        """Ask for a URL until there is an answer; the exchange counts the retries."""
        request = with_url(self._base, url, *headers.items())
        exchange = self.observer.fetch_persistently(request)
        self.observer.superseded.clear()
        return exchange

    def _count(self, exchange: Exchange) -> None:
        self._retries += exchange.retries

    # The way.

    def run(self, advance: Advance) -> dict[str, Any]:
        """Sweep, reporting to ``advance`` how far it is. Raises whatever interrupts it; the state is kept."""
        executor = Threads(self._width, thread_name_prefix="sweep")
        self._started = time.monotonic()
        try:
            self._go(executor, advance)
        except Broken as error:
            self._reason = str(error)
            self._commit()
            return self.summary(broken=True)
        except BaseException:
            self.target.redactor.abandon()
            self.observer.close()
            raise
        finally:
            executor.shutdown(wait=False, cancel_futures=True)
        if not self._reason:
            self.state.keep("complete", value=True)
        self._commit()
        return self.summary()

    def _go(self, executor: Threads, advance: Advance) -> None:
        if not self.state.fact("walked"):
            for page, own in self._way(Walk(self.target, self.fetch, executor, self._width)):
                self._count(page.exchange)
                if own:
                    self._take(page, executor)
                advance(self.state.id_count(), self._expected(page))
                if self._reason:
                    return
            self._compare_counts()
            self.state.keep("walked", value=True)
            self._commit()
        self._go_through_sample(executor, advance)

    def _expected(self, page: Page) -> int | None:
        total = collection_pages.total_count(page.exchange) if page.usable else None
        return -(-int(total) // self._part[1]) if isinstance(total, int) else None

    def _way(self, walk: Walk) -> Iterator[tuple[Page, bool]]:
        """Yield the pages with whether they belong to this part: every n-th."""
        part, parts = self._part
        kept = self.state.fact("next")
        if kept:
            number, url, series = kept
            yield from self._along(walk, url, number, Series(*series) if series else None)
            return
        start = first_request(self.target).url
        exchange = self.fetch(start)
        if exchange.answer is not None and exchange.status == 400:
            # A server need not know this size; its own will do.
            start = self.target.url("/invoices")
            exchange = self.fetch(start)
        first = Page(exchange, 0)
        walk.have(start, exchange)
        series = series_of(first, self.target) if first.usable else None
        if parts > 1 and series and series.last is not None:
            numbers = range(part - 1, min(series.last + 1, self._limit), parts)
            walk.end()
            if part == 1:
                walk.have(series.url(0), exchange)
            todo = [number for number in numbers if not self.state.has_page(number)]
            for page, following in walk.every(series, todo):
                yield page, True
                if following is None:
                    break
            else:
                self._reason = self._reason or self._beyond_limit(series.last + 1)
                return
            walk.end()
            walk.have(start, exchange)
        yield from self._along(walk, start, 0, None)

    def _along(self, walk: Walk, url: str, number: int, series: Series | None) -> Iterator[tuple[Page, bool]]:
        part, parts = self._part
        fruitless = 0
        announced = Announced(self.target, self.state.pages() if parts == 1 else ())
        for page, following in walk.along(url, number, series):
            before = self.state.id_count()
            own = page.number % parts == part - 1 and not self.state.has_page(page.number)
            yield page, own
            if own and parts == 1 and following:
                known = walk.series
                self.state.keep("next", [page.number + 1, following, list(astuple(known)) if known else None])
                self._commit()
            fruitless = fruitless + 1 if own and self.state.id_count() == before else 0
            if following and (digest(following.encode()) in self._walked or fruitless >= _FRUITLESS):
                self._reason = f"the link next of page {page.number + 1} leads in a circle"
                return
            self._walked.add(digest((following or "").encode()))
            if following and not self._reason:
                self._reason = self._contradicted(announced, page) or self._beyond_limit(page.number + 2)
            if self._reason:
                return

    def _contradicted(self, announced: Announced, page: Page) -> str:
        """Return why the way goes on though a page announced its end, or an empty text; it is a finding then."""
        if (hit := announced.contradicted(page)) is None:
            return ""
        self.ledger.add(hit, page.exchange, None, hit.violation.part)
        return f"page {page.number + 1} leads on beyond the end that it announces"

    def _beyond_limit(self, pages: int) -> str:
        """Return why a sweep of so many pages comes to no end, or an empty text."""
        return f"there are more pages than --sweep-limit={self._limit}" if pages > self._limit else ""

    def judge_page(self, page: Page) -> str:
        """Judge a page by itself; return why the sweep cannot go beyond it, or an empty text."""
        return self._pages.judge(page, self._seed)

    def _take(self, page: Page, executor: Threads) -> None:
        """Judge a page that belongs to this part."""
        self._reason = self.judge_page(page)
        if self._reason:
            return
        identifiers = [
            each["id"] for each in page.elements if isinstance(each, dict) and isinstance(each.get("id"), str)
        ]
        for identifier, other in self.state.add_ids(identifiers, page.number):
            self._met_twice(page, identifier, other)
        starts = self._pages.starts
        self.state.add_page(
            page.number,
            {
                "url": page.exchange.request.url,
                "elements": len(page.elements),
                "first": starts[0] if starts else "",
                "final": starts[-1] if starts else "",
                "total": self._total(page),
                "last": collection_pages.is_last(page.exchange),
            },
        )
        chosen = list(self._choose(page))
        if self._sample == "all":
            self._look_at(chosen, executor)
        if self._part[1] > 1 or self._sample == "all":
            self._commit()

    @staticmethod
    def _total(page: Page) -> int | None:
        total = collection_pages.total_count(page.exchange)
        return int(total) if isinstance(total, int) else None

    def _met_twice(self, page: Page, identifier: str, other: int) -> None:
        """Report an invoice of two pages, unless that is because the collection changed meanwhile."""
        if self.state.fact("changed"):
            return
        if not self.ledger.of("PAGE-003"):
            url = next((each["url"] for each in self.state.pages() if each["number"] == other), "")
            both = [Page(self.fetch(each), 0) for each in (url, page.exchange.request.url)]
            if not all(_shows(each, identifier) for each in both):
                self.state.keep("changed", value=True)
                return
        violation = Violation("every invoice on one page", f"{identifier} also on page {other + 1}")
        self.ledger.add(Hit("PAGE-003", "every invoice once", violation), page.exchange, identifier, "/data")

    def _compare_counts(self) -> None:
        """Report total counts that differ from page to page, unless the collection changed meanwhile."""
        pages = self.state.pages()
        totals = {each["total"]: each["url"] for each in pages}
        if not totals:
            return
        if len(totals) == 1:
            # Whether the count is right is to be seen from all parts; here only that it is still the same.
            page = Page(self.fetch(pages[0]["url"]), 0)
            if page.usable and self._total(page) not in totals:
                self.state.keep("changed", value=True)
            return
        fresh = [Page(self.fetch(url), 0) for url in list(totals.values())[:2]]
        first, second = map(self._total, fresh)
        if not all(each.usable for each in fresh) or first == second:
            self.state.keep("changed", value=True)
            return
        violation = Violation(f"{first} as on another page", str(second), part="/meta/total-count")
        self.ledger.add(
            Hit("COLL-004", "the count everywhere", violation), fresh[1].exchange, None, "/meta/total-count"
        )

    # The sample.

    def _choose(self, page: Page) -> Iterator[Chosen]:
        """Yield the invoices of a page that are fetched by themselves at once; keep those that may be later."""
        if self._sample == 0:
            return
        for element in page.elements:
            identifier = element.get("id") if isinstance(element, dict) else None
            if not isinstance(identifier, str):
                continue
            if self._sample == "all":
                yield Chosen(identifier, element, page.exchange.request.url, page.number)
                continue
            rank = int.from_bytes(digest(f"{self._seed} ".encode() + key_of(identifier))[:8], "big") >> 1
            if rank < self._threshold:
                clean = self.target.redactor.plain(element, names=True)
                url = page.exchange.request.url
                self._threshold = self.state.choose(rank, page.number, clean, url, int(self._sample))

    def _go_through_sample(self, executor: Threads, advance: Advance) -> None:
        if self._sample == "all":
            return
        done = int(self.state.fact("done") or -1)
        while rows := self.state.chosen(done, _AT_ONCE):
            self._look_at([Chosen.read(*row[1:]) for row in rows], executor)
            done = rows[-1][0]
            self.state.keep("done", done)
            self._commit()
            advance(self.state.id_count(), self.state.id_count())

    def _look_at(self, chosen: list[Chosen], executor: Threads) -> None:
        """Fetch invoices by themselves, several at once, and judge them in their order."""
        for each, found in zip(chosen, executor.map(self._items.fetch, chosen), strict=True):
            for exchange in found:
                self._count(exchange)
            self._items.judge(each, found)
        self.state.keep("by_themselves", int(self.state.fact("by_themselves") or 0) + len(chosen))

    # The end.

    def _commit(self) -> None:
        self.ledger.save()
        self.state.keep("retries", self._retries)
        self.state.keep("requests", self._requests + self.observer.sent)
        self.state.keep("seconds", self._seconds + time.monotonic() - self._started)
        self.state.keep("disagreements", self._pages.disagreements(self.state.fact("disagreements")))
        self.state.commit()

    def summary(self, *, broken: bool = False) -> dict[str, Any]:
        """Return what the sweep found, as plain data."""
        part, parts = self._part
        summary = {
            "shard": part,
            "shards": parts,
            "complete": bool(self.state.fact("complete")),
            "broken": broken,
            "reason": self._reason,
            "resumed": self.state.resumed,
            "changed": bool(self.state.fact("changed")),
            "invoices": self.state.id_count(),
            "by_themselves": int(self.state.fact("by_themselves") or 0),
            "requests": self._requests + self.observer.sent,
            "retries": self._retries,
            "seconds": round(self._seconds + time.monotonic() - self._started, 3),
            "disagreements": self.state.fact("disagreements") or {"count": 0, "invoices": []},
            "pages": [{name: value for name, value in page.items() if name != "url"} for page in self.state.pages()],
            "ids": self.state.ids() if parts > 1 else "",
        }
        findings = [dict(each) for each in self.ledger if not self._shows_a_part(each)]
        return {**summary, "findings": findings, "holding": sorted(self.ledger.holding - set(conclusion.OF_THE_WHOLE))}

    def _shows_a_part(self, found: dict[str, Any]) -> bool:
        """Return whether all pages lack the same members: a list may show a part of each invoice (see COLL-003)."""
        on_pages = _ON_A_PAGE.match(found["part"] or "") is not None
        absent = found["requirement"] in _ABSENT or _LACKS.fullmatch(found["observed"]) is not None
        return absent and on_pages and found["count"] == self.state.id_count()

    def close(self) -> None:
        """Close connections and state."""
        self.observer.close()
        self.state.close()


def _shows(page: Page, identifier: str) -> bool:
    wanted = key_of(identifier)
    return any(
        isinstance(each, dict) and isinstance(each.get("id"), str) and key_of(each["id"]) == wanted
        for each in page.elements
    )
