"""The way over the pages: always by the links of the server, ahead of them where they show how they go on."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import Executor, Future
from dataclasses import dataclass
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

from conformance.model.exchange import Exchange, NotObserved, Request
from conformance.plan.requests import sendable
from conformance.reading import collection_pages
from conformance.sweep.subjects import Page
from conformance.syntax.urls import target_of

if TYPE_CHECKING:
    from conformance.config.target import Target

Fetch = Callable[[str], Exchange]


def next_url(page: Page, target: Target, name: str = "next") -> str | None:
    """Return where a pagination link leads, on the origin of the target; None when there is no usable one."""
    try:
        link = collection_pages.page_link(page.exchange, name)
        return None if link is None else target.url(sendable(link))
    except (NotObserved, ValueError):
        return None


@dataclass(frozen=True)
class Series:
    """URLs of pages that differ in one number: that of the page with ``number`` is ``value + step * number``."""

    before: str
    after: str
    value: int
    step: int
    last: int | None

    def url(self, number: int) -> str:
        """Return the URL of a page; pages count from zero."""
        return f"{self.before}{self.value + self.step * number}{self.after}"

    def covers(self, number: int) -> bool:
        """Return whether there is such a page, by what the first one announced."""
        return self.last is None or number <= self.last


def _pairs(url: str) -> list[str]:
    return urlsplit(url).query.split("&")


def _differing(one: str, other: str) -> tuple[int, int, int] | None:
    """Return the place of the only parameter that differs, and its two numbers."""
    if one.partition("?")[0] != other.partition("?")[0]:
        return None
    pairs = list(zip(_pairs(one), _pairs(other), strict=False))
    places = [place for place, (left, right) in enumerate(pairs) if left != right]
    if len(_pairs(one)) != len(_pairs(other)) or len(places) != 1:
        return None
    (left_name, _, left), (right_name, _, right) = (pair.partition("=") for pair in pairs[places[0]])
    if left_name != right_name or not (left.isdecimal() and right.isdecimal() and max(len(left), len(right)) < 16):
        return None
    return places[0], int(left), int(right)


def series_of(page: Page, target: Target) -> Series | None:
    """Return how the pages after the first one are numbered, by its links first, next and last; None when unknown."""
    first, following, last = (next_url(page, target, name) for name in ("first", "next", "last"))
    if first is None or following is None:
        return None
    found = _differing(first, following)
    if found is None or found[2] <= found[1]:
        return None
    place, start, second = found
    step = second - start
    end = _differing(first, last) if last is not None else None
    # The link last of a page that is the only one beside it has no other number than next.
    number = (end[2] - start) // step if end is not None and end[0] == place else None
    path, _, query = following.partition("?")
    pairs = query.split("&")
    before = f"{path}?{'&'.join([*pairs[:place], pairs[place].partition('=')[0]])}="
    rest = pairs[place + 1 :]
    return Series(before, "".join(f"&{pair}" for pair in rest), start, step, number)


def same(one: str, other: str) -> bool:
    """Return whether two URLs ask for the same page."""
    try:
        return one == other or target_of(one, one) == target_of(other, other)
    except ValueError:
        return False


class Walk:
    """Pages in their order. Those whose URLs are foreseeable are asked for ahead, as many as may be under way."""

    def __init__(self, target: Target, fetch: Fetch, executor: Executor, width: int) -> None:
        """``fetch`` sends a request for a URL and waits for the answer."""
        self._target = target
        self._fetch = fetch
        self._executor = executor
        self._width = width
        # How the pages are numbered, as far as that is known.
        self.series: Series | None = None
        self._ahead: dict[str, Future[Exchange]] = {}

    def _get(self, url: str) -> Exchange:
        future = self._ahead.pop(url, None)
        return self._fetch(url) if future is None else future.result()

    def _expect(self, urls: list[str]) -> None:
        for url in urls:
            if url not in self._ahead and len(self._ahead) < self._width:
                self._ahead[url] = self._executor.submit(self._fetch, url)

    def have(self, url: str, exchange: Exchange) -> None:
        """Use an answer that is there already."""
        self._ahead[url] = Future()
        self._ahead[url].set_result(exchange)

    def end(self) -> None:
        """Forget what was asked for ahead."""
        for future in self._ahead.values():
            future.cancel()
        self._ahead.clear()

    def along(self, url: str, number: int = 0, series: Series | None = None) -> Iterator[tuple[Page, str | None]]:
        """Yield every page from ``url``, the one with ``number``, on, each with the URL of the next one.

        Ends where a page has no usable link next, or is not a page.
        """
        here: str | None = url
        while here is not None:
            page = Page(self._get(here), number)
            following = next_url(page, self._target) if page.usable else None
            if number == 0 and series is None:
                series = series_of(page, self._target)
            self.series = series
            if series and following and not same(series.url(number + 1), following):
                self.series = series = None
                self.end()
            elif series and following:
                following = series.url(number + 1)
                ahead = range(number + 1, number + 1 + self._width)
                self._expect([series.url(each) for each in ahead if series.covers(each)])
            yield page, following
            here, number = following, number + 1

    def every(self, series: Series, numbers: Sequence[int]) -> Iterator[tuple[Page, str | None]]:
        """Yield the pages with ``numbers``; None instead of the next URL when a page says otherwise than the series."""
        for place, number in enumerate(numbers):
            self._expect([series.url(each) for each in numbers[place : place + self._width]])
            page = Page(self._get(series.url(number)), number)
            following = next_url(page, self._target) if page.usable else None
            expected = series.url(number + 1)
            last = number == series.last
            fits = following is None if last else following is not None and same(expected, following)
            yield page, expected if fits else None


def with_url(base: Request, url: str, *further: tuple[str, str]) -> Request:
    """Return a request like ``base`` for another URL, with ``further`` header fields."""
    return Request(base.method, url, (*base.headers, *further))
