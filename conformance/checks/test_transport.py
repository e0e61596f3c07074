"""https: what its answers promise, and what is left of plain http (RFC 6797)."""

from __future__ import annotations

import ipaddress
import re
from collections.abc import Iterator
from typing import Any
from urllib.parse import urlsplit

from conformance.judge.api import Violation, expect, observe_each, require, requirement, status_line
from conformance.judge.preconditions import require_status
from conformance.model.exchange import Exchange
from conformance.reading.classification import made_by_application
from conformance.syntax.scalars import shown

Exchanges = tuple[Exchange, ...]
_STS = "Strict-Transport-Security"
_OWN_LINKS = frozenset({"self", "related", "first", "last", "prev", "next"})
_DIRECTIVE = re.compile(
    r"(?P<name>[!#$%&'*+.^_`|~0-9A-Za-z-]+)(?:[ \t]*=[ \t]*(?P<value>[!#$%&'*+.^_`|~0-9A-Za-z-]+|\"[^\"]*\"))?"
)


def _is_secure(exchange: Exchange) -> bool:
    return exchange.request.url.startswith("https:")


def _is_address(exchange: Exchange) -> bool:
    """Return whether the host is an address: for these the field means nothing (RFC 6797, section 8.1.1)."""
    try:
        ipaddress.ip_address(urlsplit(exchange.request.url).hostname or "")
    except ValueError:
        return False
    return True


def _links(value: Any) -> Iterator[str]:
    if isinstance(value, dict):
        links = value.get("links")
        for name, link in links.items() if isinstance(links, dict) else ():
            target = link.get("href") if isinstance(link, dict) else link
            if name in _OWN_LINKS and isinstance(target, str):
                yield target
        for name, member in value.items():
            if name not in {"links", "attributes", "meta"}:
                yield from _links(member)
    elif isinstance(value, list):
        for member in value:
            yield from _links(member)


@requirement("SEC-013")
def test_links_use_https(every_success: Exchanges) -> None:
    def judge(exchange: Exchange) -> None:
        require(_is_secure(exchange), "not received over https")
        links = [link for link in _links(exchange.document) if re.match("https?:", link, re.IGNORECASE)]
        require(links, "there are no absolute links")
        clear = [link for link in links if not link.lower().startswith("https:")]
        expect(not clear, "links with https", shown(clear[0]) if clear else "", exchange, part="links")

    observe_each(every_success, judge)


def _directives(line: str) -> dict[str, str | None]:
    """Read a field value (RFC 6797, section 6.1). Raises ValueError when it is malformed or names one twice."""
    found: dict[str, str | None] = {}
    for part in line.split(";"):
        if not part.strip():
            continue
        match = _DIRECTIVE.fullmatch(part.strip())
        if match is None:
            raise ValueError(f"{part.strip()} is not a directive")
        name = match["name"].lower()
        if name in found:
            raise ValueError(f"{name} is there twice")
        value = match["value"]
        found[name] = value.strip('"') if value else None
    return found


def _expect_transport_security(exchange: Exchange) -> None:
    lines = exchange.fields.lines(_STS)
    expect(len(lines) == 1, f"one {_STS} field", f"{len(lines)} of them", exchange, part=_STS)
    try:
        age = _directives(lines[0]).get("max-age") or ""
    except ValueError as error:
        raise Violation("well-formed directives", f"{lines[0]}: {error}", exchange, part=_STS) from None
    valid = re.fullmatch("[0-9]+", age) and int(age[:20]) > 0
    expect(valid, "max-age above zero", shown(lines[0]), exchange, part=_STS)


@requirement("SEC-014")
def test_answers_over_https_ask_for_https(item: Exchange, every_answer: Exchanges) -> None:
    require_status(item, 200)
    require(not _is_address(item), "the host is an IP address")

    def judge(exchange: Exchange) -> None:
        require(_is_secure(exchange) and made_by_application(exchange, item), "not made by the application")
        _expect_transport_security(exchange)

    observe_each(every_answer, judge)


def _expect_no_transport_security(exchange: Exchange) -> None:
    require(not _is_secure(exchange), "received over https")
    value = exchange.fields.get(_STS)
    expect(value is None, f"no {_STS}", shown(value), exchange, part=_STS)


@requirement("SEC-015")
def test_answers_over_plain_http_promise_nothing(every_answer: Exchanges) -> None:
    observe_each(every_answer, _expect_no_transport_security)


@requirement("SEC-015")
def test_the_plain_http_address_promises_nothing(item_over_plain_http: Exchange) -> None:
    _expect_no_transport_security(item_over_plain_http)


@requirement("SEC-022")
def test_plain_http_leads_to_https_or_nowhere(item: Exchange, item_over_plain_http: Exchange) -> None:
    require_status(item, 200)
    answer = item_over_plain_http.answer
    if answer is None:
        return  # nothing is served there
    if 300 <= answer.status < 400:
        location = item_over_plain_http.fields.get("Location") or ""
        secure = location.lower().startswith("https:")
        expect(secure, "a redirect to https", shown(location), item_over_plain_http, part="Location")
        return
    # A 401 asks for the token to be sent in clear.
    offered = answer.status < 300 or answer.status == 401
    expect(not offered, "a redirect to https, or a refusal", status_line(item_over_plain_http), item_over_plain_http)
