"""Evidence of a finding as plain, redacted, printable text."""

from __future__ import annotations

from typing import Any

from conformance.model.exchange import Exchange
from conformance.plan.shell import curl
from conformance.syntax import redaction
from conformance.syntax.redaction import Redactor

_LONGEST_BODY = 700
_LONGEST_LINE = 300


def printable(text: str) -> str:
    """Return ``text`` with control characters escaped: nothing that a server sends may drive the terminal."""
    return "".join(
        character if character.isprintable() else character.encode("unicode_escape").decode() for character in text
    )


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
    if answer.excess:
        lines.append(f"{len(answer.excess)} bytes followed the message: {answer.excess[:60]!r}")
    if answer.incomplete:
        lines.append(answer.incomplete)
    return [printable(cut(line, _LONGEST_BODY + 40)) for line in lines]


def render(exchange: Exchange | None, others: tuple[Exchange, ...], redactor: Redactor) -> dict[str, Any]:
    """Return what is kept of the exchanges behind a finding."""
    if exchange is None:
        return {}
    named = [f"{other.probe} {other.request.method} {redaction.display(other.request.target)}" for other in others]
    return {
        "probe": exchange.probe,
        "request": redactor.text(printable(curl(exchange.request))),
        "answer": [redactor.text(line) for line in answer_lines(exchange)],
        "others": [redactor.text(printable(cut(name, 120))) for name in named],
    }
