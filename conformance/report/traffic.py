"""Exchanges in the report for programs: what a server sent, bounded, since it may send any amount of everything."""

from __future__ import annotations

import base64
from collections.abc import Iterable
from typing import Any

from conformance.config.way import Way
from conformance.judge.evidence import cut
from conformance.model.exchange import Answer, Exchange, Fields
from conformance.plan.shell import curl
from conformance.syntax import redaction
from conformance.syntax.wording import printable

# Bytes of a body, characters of a line, and lines of a header section that are shown.
_LONGEST_BODY, _LONGEST_LINE, _MOST_LINES = 16_384, 1_000, 100


def to_dict(exchange: Exchange, way: Way, *, superseded: bool, with_body: bool) -> dict[str, Any]:
    """Return an exchange as plain data; ``with_body`` shows the content of its answers."""
    request = exchange.request
    raw = {"raw": [_line(redaction.display(each)) for each in request.raw]} if request.raw else {}
    later = {"later": [_answer(each, with_body=with_body) for each in exchange.later]} if exchange.later else {}
    repeated = {"turn": exchange.round} if exchange.round else {}
    return {
        "id": exchange.key,
        "probe": exchange.probe,
        "invoice_id": exchange.invoice_id,
        "superseded": superseded,
        "started": exchange.started.isoformat() if exchange.started else None,
        "seconds": round(exchange.elapsed, 6),
        "connection": exchange.connection,
        "retries": exchange.retries,
        "request": {
            "method": request.method,
            "url": _line(redaction.display(request.url)),
            "headers": _lines((name, redaction.display(value)) for name, value in request.headers),
            "curl": cut(printable(curl(request, way)), _LONGEST_BODY),
            **raw,
        },
        "answer": _answer(exchange.answer, with_body=with_body) if exchange.answer else None,
        "failure": None if exchange.failure is None else _line(exchange.failure),
        **later,
        **repeated,
    }


def _answer(answer: Answer, *, with_body: bool) -> dict[str, Any]:
    return {
        "status": answer.status,
        "reason": _line(answer.reason),
        "version": answer.version,
        "headers": _lines(answer.fields),
        "body": _body(answer.body) if with_body else None,
        "content_length": answer.wire_length,
        "truncated": answer.truncated,
        "excess": len(answer.unsolicited),
        "incomplete": answer.incomplete,
        "coding_problem": answer.coding_problem,
        "secrets_found": [_line(each) for each in answer.secrets_found],
    }


def _line(value: str) -> str:
    return cut(value, _LONGEST_LINE)


def _lines(pairs: Fields | Iterable[tuple[str, str]]) -> list[list[str]]:
    found = [[_line(name), _line(value)] for name, value in pairs]
    rest = len(found) - _MOST_LINES
    return found if rest <= 0 else [*found[:_MOST_LINES], ["…", f"{rest} more header lines"]]


def _body(body: bytes) -> dict[str, Any]:
    part = body[:_LONGEST_BODY]
    shown: dict[str, Any] = {"size": len(body), "cut": len(body) > len(part)}
    try:
        content = _decoded(part, whole=part == body)
    except UnicodeDecodeError:
        return {**shown, "base64": base64.b64encode(part).decode()}
    return {**shown, "text": content}


def _decoded(part: bytes, *, whole: bool) -> str:
    if not whole:
        part = part[: len(part) - _begun(part)]
    return part.decode()


def _begun(part: bytes) -> int:
    """Return how many bytes at the end may begin a UTF-8 character that the cut splits."""
    for count in range(1, 4):
        if part[-count] >= 0xC0:
            return count
        if part[-count] < 0x80:
            break
    return 0
