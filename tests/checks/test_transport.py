"""The checks of https: each fault is found by the requirement that owns it, and by no other."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

from conformance.model.exchange import Exchange
from tests.support.changes import altered
from tests.support.correct import answers, secure_answers
from tests.support.judged import CUSTOMERS, Group

SECURE = Group(CUSTOMERS.areas, secure_answers)
FIELD = "Strict-Transport-Security"


def secure(name: str, **parts: Any) -> dict[str, Exchange]:
    """Return the answer over https with ``parts`` changed as by ``altered``."""
    return {name: altered(secure_answers()[name], **parts)}


def with_field(*lines: str, name: str = "item") -> dict[str, Exchange]:
    """Return the answer over https with these lines of the field."""
    return secure(name, headers={FIELD: lines})


def in_clear(status: int, **headers: str | None) -> dict[str, Exchange]:
    lines = {name.replace("_", "-"): value for name, value in headers.items()}
    return secure("item_over_plain_http", status=status, headers={"Location": None, **lines})


def links_in_clear() -> dict[str, Exchange]:
    return secure("item", body=secure_answers()["item"].body.replace(b"https:", b"http:"))


def cookie_in_clear() -> dict[str, Exchange]:
    lines = secure_answers()["item_by_cookie"].fields.lines("Set-Cookie")
    return secure("item_by_cookie", headers={"Set-Cookie": [line.replace("; Secure", "") for line in lines]})


FAULTS: dict[str, tuple[set[str], dict[str, Exchange]]] = {
    "links": ({"SEC-013"}, links_in_clear()),
    "no field": ({"SEC-014"}, with_field()),
    "no field on errors": ({"SEC-014"}, with_field(name="item_without_token")),
    "two fields": ({"SEC-014"}, with_field("max-age=1", "max-age=2")),
    "no age": ({"SEC-014"}, with_field("includeSubDomains")),
    "zero": ({"SEC-014"}, with_field("max-age=0")),
    "empty age": ({"SEC-014"}, with_field("max-age=")),
    "age twice": ({"SEC-014"}, with_field("max-age=1; Max-Age=2")),
    "commas": ({"SEC-014"}, with_field("max-age=1, includeSubDomains")),
    "not a number": ({"SEC-014"}, with_field("max-age=-1")),
    "field over plain http": ({"SEC-015"}, in_clear(308, Location="https://x/", Strict_Transport_Security="max-age=1")),
    "served over plain http": ({"SEC-022"}, in_clear(200)),
    "token asked for in clear": ({"SEC-022"}, in_clear(401)),
    "redirect in clear": ({"SEC-022"}, in_clear(301, Location="http://example.org/")),
    "redirect to nowhere": ({"SEC-022"}, in_clear(301)),
    "cookie": ({"SEC-016"}, cookie_in_clear()),
}


@pytest.mark.parametrize("fault", FAULTS)
def test_a_fault_is_found_by_exactly_one_requirement(fault: str) -> None:
    expected, changes = FAULTS[fault]
    assert SECURE.violated(changes) == expected


@pytest.mark.parametrize(
    "changes",
    [
        {},
        with_field('max-age="31536000" ; includeSubDomains;; preload'),
        with_field("MAX-AGE=1; unknown=a"),
        in_clear(403),
        in_clear(426),
        {"item_over_plain_http": replace(secure_answers()["item_over_plain_http"], answer=None)},
    ],
)
def test_a_correct_server_is_correct(changes: dict[str, Exchange]) -> None:
    assert SECURE.violated(changes) == set()


@pytest.mark.parametrize("name", ["self", "related", "first", "last", "prev", "next"])
@pytest.mark.parametrize("inside", ["document", "element"])
def test_each_link_in_clear_is_found(name: str, inside: str) -> None:
    links = {"links": {name: "http://example.org/x"}}
    body: dict[str, Any] = (
        {"data": [], **links} if inside == "document" else {"data": [{"type": "invoices", "id": "1", **links}]}
    )
    assert SECURE.violated(secure("listing", body=body)) == {"SEC-013"}


@pytest.mark.parametrize("link", [None, 7, {"href": None}, {"title": "x"}, ["http://example.org/"]])
def test_a_link_that_is_not_text_leads_nowhere(link: Any) -> None:
    body = {"data": [], "links": {"self": link, "first": "https://example.org/x"}}
    assert SECURE.violated(secure("listing", body=body)) == set()


def test_the_field_over_plain_http_is_found() -> None:
    item = altered(answers()["item"], headers={FIELD: "max-age=31536000"})
    assert CUSTOMERS.violated({"item": item}) == {"SEC-015"}


def test_an_address_needs_no_field() -> None:
    changes = {}
    for name, given in SECURE.answers.items():
        if name != "item_over_plain_http":
            url = given.request.url.replace("example.org", "192.0.2.1")
            changes[name] = altered(replace(given, request=replace(given.request, url=url)), headers={FIELD: None})
    assert CUSTOMERS.violated(changes) == set()
