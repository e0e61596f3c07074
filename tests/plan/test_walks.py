"""A walk follows the link next from page to page, on the origin of the target, and ends where that does."""

from __future__ import annotations

import json
from collections.abc import Callable
from types import MappingProxyType

import pytest

from conformance.model.exchange import NotObserved
from conformance.plan import probes
from conformance.plan.parameters import Argument
from conformance.plan.probe import get, walk
from conformance.plan.requests import next_page
from conformance.plan.steps import closure, steps_for
from conformance.report import plan as shown_plan
from tests.servers.raw import Talk, raw_server
from tests.support.exchanges import ORIGIN
from tests.support.pages import COLLECTION, at, page
from tests.support.targets import observer_of, target_of

PAGES = 4


@pytest.fixture(autouse=True)
def _declared(monkeypatch: pytest.MonkeyPatch) -> None:
    """Let a walk from a first page be all that is declared."""
    first = get("/invoices").but(query="page%5Bsize%5D=1")
    pages = walk(first, max_pages=PAGES)
    first.rename("first")
    pages.rename("pages")
    monkeypatch.setattr(probes, "declared", lambda: MappingProxyType({"first": first, "pages": pages}))
    monkeypatch.setattr(probes, "by_key", lambda: MappingProxyType({each.name: each for each in pages}))


def followed(link: Callable[[int], object]) -> list[str]:
    """Return the request targets of a walk over a server whose page n has the link next that ``link`` gives."""

    def script(talk: Talk) -> None:
        while talk.request():
            body = json.dumps({"data": [], "links": {"next": link(len(server.requests))}}).encode()
            head = f"HTTP/1.1 200 OK\r\nContent-Type: application/vnd.api+json\r\nContent-Length: {len(body)}\r\n\r\n"
            talk.send(head.encode() + body)

    with raw_server(script) as server:
        observer = observer_of(server.base_url)
        steps = Argument("every_pages").steps(observer.target, None)
        observer.observe(steps)
        observer.close()
    assert [step.probe for step in steps] == ["first", "pages[2]", "pages[3]", "pages[4]"]
    assert len(observer.record) + len(observer.unbuilt) == PAGES
    return [request.decode().split(" ")[1] for request in server.requests]


def test_pages_are_followed_to_the_end() -> None:
    targets = followed(lambda number: f"{COLLECTION}?page={number + 1}" if number < 3 else None)
    assert targets == [f"{COLLECTION}?page%5Bsize%5D=1", f"{COLLECTION}?page=2", f"{COLLECTION}?page=3"]


def test_a_walk_has_a_most_number_of_pages() -> None:
    assert len(followed(lambda number: f"?page={number + 1}")) == PAGES


def test_nothing_is_sent_to_another_origin() -> None:
    targets = followed(lambda number: f"https://elsewhere.example{COLLECTION}?page={number + 1}" if number < 2 else {})
    assert targets[1:] == [f"{COLLECTION}?page=2"]


@pytest.mark.parametrize(
    ("link", "leads_to"),
    [
        ("?page[number]=2", f"{ORIGIN}{COLLECTION}?page[number]=2"),
        ({"href": at("page[number]=2")}, at("page[number]=2")),
        ("//elsewhere.example/x", "http://elsewhere.example/x"),
    ],
)
def test_relative_links_and_link_objects(link: object, leads_to: str) -> None:
    assert next_page(page([], "page[number]=1", {"next": link})) == leads_to


@pytest.mark.parametrize("link", [None, 7, {}, "http://[", at("b=2&page[number]=1"), "?page%5Bnumber%5D=1&b=2"])
def test_a_walk_ends_without_a_usable_link(link: object) -> None:
    with pytest.raises(NotObserved):
        next_page(page([], "page[number]=1&b=2", {"next": link}))


def test_the_plan_shows_what_will_be_followed() -> None:
    target = target_of()
    lines = list(shown_plan.lines(target, closure(steps_for("pages", target)), None))
    assert lines[0] == "# first"
    assert lines[2:] == [
        "# pages: from first on the links next are followed, to 4 pages at most",
        "1 request; nothing was sent",
    ]
