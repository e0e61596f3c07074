"""How tokens are refused: with a client error that shows nothing."""

from __future__ import annotations

from typing import Any

from conformance.judge.api import NotObserved, Violation, expect, expect_status, status_line
from conformance.model.exchange import Exchange
from conformance.syntax.scalars import shown

CLIENT_ERRORS = range(400, 500)
# What is refused for its length is not refused as a token.
TOO_LONG = frozenset({413, 431})


def is_refused(exchange: Exchange) -> bool:
    """Return whether the answer refuses the request: with a client error, whichever it is."""
    return 400 <= exchange.status < 500


def holds_resource(value: Any) -> bool:
    """Return whether a resource object with attributes stands anywhere in a JSON value."""
    if isinstance(value, dict):
        resource = isinstance(value.get("attributes"), dict) and "type" in value
        return resource or any(map(holds_resource, value.values()))
    return isinstance(value, list) and any(map(holds_resource, value))


def expect_refused(exchange: Exchange, why: str) -> None:
    """Expect a client error without data of a resource (RFC 8725, section 3.3); the data of a 401 are for AUTH-013.

    Raises NotObserved for 429.
    """
    if exchange.status == 429:
        raise NotObserved(f"{exchange.described} was answered 429: the target limits requests")
    if not is_refused(exchange):
        expected = f"a client error ({why})"
        raise Violation(expected, status_line(exchange), exchange, wanted=CLIENT_ERRORS, why=why)
    if exchange.status != 401:
        content = exchange.json.value
        expect(not holds_resource(content), "no data of any resource", shown(content), exchange, part="/data")


def expect_documented_refusal(exchange: Exchange, *, syntax: bool) -> None:
    """Expect 401 of what is refused, or also 400 for what does not have the form of a token.

    Raises NotObserved for what is not refused, which is the finding of another requirement, and for what is refused
    for its length.
    """
    if not is_refused(exchange) or exchange.status in TOO_LONG:
        raise NotObserved("not refused as a token")
    expect_status(exchange, 401, *((400,) if syntax else ()), why="the token is not valid")


def shows_data(exchange: Exchange) -> bool:
    """Return whether a successful answer has the data of a resource or of a collection, or a linkage.

    Raises NotObserved without an answer and for a server error, which is left to ERR-011; 501 refuses a method.
    """
    if exchange.status >= 500 and exchange.status != 501:
        raise NotObserved("a server error: ERR-011")
    if not 200 <= exchange.status < 300:
        return False
    value = exchange.json.value
    return isinstance(value, dict) and (bool(value.get("data")) or holds_resource(value))
