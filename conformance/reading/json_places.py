"""Where in a JSON document and its text the value is that a pointer names (RFC 6901)."""

from __future__ import annotations

import json
import re
from typing import Any

# Control characters in a text are another finding.
_DECODER = json.JSONDecoder(strict=False)
_SPACE = re.compile(r"[ \t\n\r]*")


def span(text: str, pointer: str) -> tuple[int, int] | None:
    """Return start and end of the value in ``text`` that ``pointer`` (RFC 6901) names.

    When only a beginning of the way exists, it is the innermost value on it: something is missing there. None when
    the text, which may be cut, ends before that is known.
    """
    if not pointer.startswith("/"):
        return None
    found: int | None = None
    at = _skip(text, 0)
    try:
        for part in pointer[1:].split("/"):
            inner = _member(text, at, part.replace("~1", "/").replace("~0", "~"))
            if inner is None:
                break
            at = found = inner
        return None if found is None else (found, _DECODER.raw_decode(text, found)[1])
    except (ValueError, IndexError, RecursionError):
        return None


def _skip(text: str, at: int) -> int:
    match = _SPACE.match(text, at)
    return match.end() if match else at


def _member(text: str, at: int, wanted: str) -> int | None:
    """Return where the value of the member ``wanted`` of the object or array at ``at`` starts, None without one."""
    opening = text[at]
    if opening not in "[{":
        return None
    at, number = _skip(text, at + 1), 0
    while text[at] not in "]}":
        name = str(number)
        if opening == "{":
            name, at = _DECODER.raw_decode(text, at)
            at = _skip(text, _skip(text, at) + 1)
        if name == wanted:
            return at
        at, number = _skip(text, _DECODER.raw_decode(text, at)[1]), number + 1
        if text[at] == ",":
            at = _skip(text, at + 1)
    return None


def resolves(value: Any, pointer: str) -> bool:
    """Return whether ``pointer`` names a value in the document ``value``."""
    for part in pointer.split("/")[1:]:
        name = part.replace("~1", "/").replace("~0", "~")
        if isinstance(value, dict) and name in value:
            value = value[name]
        elif isinstance(value, list) and name.isdecimal() and int(name) < len(value):
            value = value[int(name)]
        else:
            return False
    return True
