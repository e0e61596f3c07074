"""The checks of https: each fault is found by the requirement that owns it, and by no other."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

from conformance.model.exchange import Exchange, Fields
from tests.support.customer_answers import answers, over_https, violated
from tests.support.exchanges import exchange, refusal

FIELD = "Strict-Transport-Security"


def with_field(*lines: str, name: str = "item") -> dict[str, Exchange]:
    """Return the answer over https with these lines of the field."""
    given = over_https(answers()[name])
    assert given.answer is not None
    kept = [line for line in given.answer.fields if line[0] != FIELD]
    fields = Fields((*kept, *((FIELD, line) for line in lines)))
    return {name: replace(given, answer=replace(given.answer, fields=fields))}


def in_clear(status: int, **headers: str) -> dict[str, Exchange]:
    lines = {name.replace("_", "-"): value for name, value in headers.items()}
    name = "item_over_plain_http"
    return {name: exchange(name, status, lines) if status < 400 else refusal(status, name, headers=lines)}


def links_in_clear() -> dict[str, Exchange]:
    given = over_https(answers()["item"])
    assert given.answer is not None
    body = given.body.replace(b"https:", b"http:")
    return {"item": replace(given, answer=replace(given.answer, body=body))}


def cookie_in_clear() -> dict[str, Exchange]:
    given = over_https(answers()["item_by_cookie"])
    assert given.answer is not None
    lines = tuple((name, value.replace("; Secure", "")) for name, value in given.answer.fields)
    return {"item_by_cookie": replace(given, answer=replace(given.answer, fields=Fields(lines)))}


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
    expected, changed = FAULTS[fault]
    assert violated(changed, https=True) == expected


@pytest.mark.parametrize(
    "changed",
    [
        {},
        with_field('max-age="31536000" ; includeSubDomains;; preload'),
        with_field("MAX-AGE=1; unknown=a"),
        in_clear(403),
        in_clear(426),
        {"item_over_plain_http": exchange("item_over_plain_http", None)},
    ],
)
def test_a_correct_server_is_correct(changed: dict[str, Exchange]) -> None:
    assert violated(changed, https=True) == set()


@pytest.mark.parametrize("name", ["self", "related", "first", "last", "prev", "next"])
@pytest.mark.parametrize("inside", ["document", "element"])
def test_each_link_in_clear_is_found(name: str, inside: str) -> None:
    links = {"links": {name: "http://example.org/x"}}
    body: dict[str, Any] = (
        {"data": [], **links} if inside == "document" else {"data": [{"type": "invoices", "id": "1", **links}]}
    )
    given = over_https(exchange("listing"))
    assert given.answer is not None
    listing = replace(given, answer=replace(given.answer, body=exchange(body=body).body))
    assert violated({"listing": listing}, https=True) == {"SEC-013"}


@pytest.mark.parametrize("link", [None, 7, {"href": None}, {"title": "x"}, ["http://example.org/"]])
def test_a_link_that_is_no_text_leads_nowhere(link: Any) -> None:
    given = over_https(exchange("listing"))
    assert given.answer is not None
    body = exchange(body={"data": [], "links": {"self": link, "first": "https://example.org/x"}}).body
    listing = replace(given, answer=replace(given.answer, body=body))
    assert violated({"listing": listing}, https=True) == set()


def test_the_field_over_plain_http_is_found() -> None:
    item = exchange(headers={FIELD: "max-age=31536000"})
    assert violated({"item": item}) == {"SEC-015"}


def test_an_address_needs_no_field() -> None:
    changed = {}
    for name, given in answers().items():
        secure = over_https(given)
        if name != "item_over_plain_http" and secure.answer:
            lines = tuple(line for line in secure.answer.fields if line[0] != FIELD)
            address = replace(secure.request, url=secure.request.url.replace("example.org", "192.0.2.1"))
            changed[name] = replace(secure, request=address, answer=replace(secure.answer, fields=Fields(lines)))
    assert violated(changed) == set()
