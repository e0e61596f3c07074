"""Where in a JSON text the value is that a pointer names: reports mark it."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator

_SPACE = re.compile(r"[ \t\n\r]*")


def span(text: str, pointer: str) -> tuple[int, int] | None:
    """Return start and end of the value in ``text`` that ``pointer`` (RFC 6901) names.

    When only a beginning of the way exists, it is the innermost value on it: something is missing there. None when
    the text cannot be read so far or nothing of the way exists.
    """
    if not pointer.startswith("/"):
        return None
    found: tuple[int, int] | None = None
    at = _skip(text, 0)
    try:
        for part in pointer[1:].split("/"):
            name = part.replace("~1", "/").replace("~0", "~")
            inner = next((span for key, *span in _members(text, at) if key == name), None)
            if inner is None:
                break
            at, end = inner
            found = (at, end)
    except (ValueError, IndexError, RecursionError):
        return found
    return found


def _skip(text: str, at: int) -> int:
    match = _SPACE.match(text, at)
    return match.end() if match else at


def _members(text: str, at: int) -> Iterator[tuple[str, int, int]]:
    """Yield name or number, start and end of each member of the object or array at ``at``."""
    decoder = json.JSONDecoder()
    opening = text[at]
    if opening not in "[{":
        return
    at, number = _skip(text, at + 1), 0
    while text[at] not in "]}":
        name = str(number)
        if opening == "{":
            name, at = decoder.raw_decode(text, at)
            at = _skip(text, _skip(text, at) + 1)
        _, end = decoder.raw_decode(text, at)
        yield str(name), at, end
        at, number = _skip(text, end), number + 1
        if text[at] == ",":
            at = _skip(text, at + 1)
