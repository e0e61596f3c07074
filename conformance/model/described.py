"""A request in one line, as messages and findings name it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from conformance.model.exchange import JSON_API
from conformance.syntax import redaction

if TYPE_CHECKING:
    from conformance.model.exchange import Request

# Fields of a request that may decide its answer, and the value with which they ask for nothing special.
_ASKING: Final = {"accept": JSON_API, "authorization": redaction.AUTH_TOKEN}
_DECIDING = frozenset(
    {"accept", "accept-encoding", "authorization", "content-type", "cookie", "expect", "origin", "range"}
)
_PRECONDITION = "if-"
_LONGEST = 160


def asks(request: Request) -> str:
    """Return method, target, and the fields that set ``request`` apart."""
    if request.raw:
        return _cut(redaction.display(request.raw[0].replace("\r\n", " | ")))
    fields = "".join(f"  {name}: {redaction.display(value)}" for name, value in deciding(request).items())
    return _cut(f"{request.method} {redaction.display(request.target)}{fields}")


def described(request: Request) -> str:
    """Return ``request`` as a part of a sentence."""
    if request.raw:
        return f"the message {asks(request)!r}"
    present = {name.lower() for name, _ in request.headers}
    parts = [f"{name}: {redaction.display(value)}" for name, value in deciding(request).items()]
    parts += [f"no {name.title()}" for name in _ASKING if name not in present]
    fields = f" with {' and '.join(parts)}" if parts else ""
    return _cut(f"{request.method} {redaction.display(request.target)}{fields}")


def deciding(request: Request) -> dict[str, str]:
    """Return the fields of ``request`` that ask for something special, by the names as written."""
    return {
        name: value
        for name, value in request.headers
        if (name.lower() in _DECIDING or name.lower().startswith(_PRECONDITION)) and value != _ASKING.get(name.lower())
    }


def _cut(text: str) -> str:
    return text if len(text) <= _LONGEST else f"{text[: _LONGEST - 1]}…"
