"""Evidence of a finding as plain, redacted, printable text."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from conformance.model.described import asks
from conformance.model.exchange import Exchange
from conformance.plan.shell import curl
from conformance.reading import json_places
from conformance.syntax.wording import printable

if TYPE_CHECKING:
    from conformance.config.target import Target

_LONGEST_BODY = 700
_LONGEST_LINE = 300
# Characters of a part that are shown, and of what stands before it.
_LONGEST_PART, _BEFORE = 120, 30


def cut(text: str, limit: int = _LONGEST_LINE) -> str:
    """Return ``text``, cut to ``limit`` characters with a mark."""
    return text if len(text) <= limit else f"{text[: limit - 1]}…"


def answer_lines(exchange: Exchange) -> list[str]:
    """Return the answer as received, one line per header field, the body cut with its size given."""
    answer = exchange.answer
    if answer is None:
        return [printable(f"no answer: {exchange.failure}")]
    lines = [f"HTTP/{answer.version} {answer.status} {answer.reason}".rstrip()]
    lines += [f"{name}: {value}" for name, value in answer.fields]
    if answer.body:
        body = answer.body[: _LONGEST_BODY * 4].decode("utf-8", errors="backslashreplace")
        shown = cut(body, _LONGEST_BODY)
        whole = f"  ({len(answer.body)} bytes)" if len(shown) < len(body) or len(body) < len(answer.body) else ""
        lines += ["", shown + whole]
    if answer.unsolicited:
        lines.append(f"{len(answer.unsolicited)} bytes followed the message: {answer.unsolicited[:60]!r}")
    if answer.incomplete:
        lines.append(answer.incomplete)
    return [printable(cut(line, _LONGEST_BODY + 40)) for line in lines]


def around(exchange: Exchange, part: str) -> str:
    """Return the offending part of an answer with what stands around it; nothing where it cannot be found."""
    if exchange.answer is None:
        return ""
    if not part.startswith("/"):
        return cut("; ".join(f"{part}: {line}" for line in exchange.fields.lines(part)), _LONGEST_PART)
    body = exchange.body.decode("utf-8", errors="backslashreplace")
    found = json_places.span(body, part)
    if found is None:
        return ""
    start, end = max(0, found[0] - _BEFORE), min(len(body), found[1], found[0] + _LONGEST_PART)
    return f"{'…' if start else ''}{body[start:end]}{'…' if end < len(body) else ''}"


def render(
    exchange: Exchange | None, others: tuple[Exchange, ...], target: Target, part: str | None = None
) -> dict[str, Any]:
    """Return what is kept of the exchanges with ``target`` behind a finding in ``part`` of the first."""
    if exchange is None:
        return {}
    redactor = target.redactor
    return {
        "probe": exchange.probe,
        "request": redactor.text(printable(curl(exchange.request, target.way))),
        "answer": [redactor.text(line) for line in answer_lines(exchange)],
        "around": redactor.text(printable(around(exchange, part))) if part else "",
        "others": [redactor.text(printable(asks(other.request))) for other in others],
    }
