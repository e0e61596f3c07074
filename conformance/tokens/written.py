"""Other ways to write the JSON of a token and its segments."""

from __future__ import annotations

import json
import re
from collections.abc import Callable

from conformance.tokens import altered


def padded(segment: str) -> str:
    """Write a segment with padding, which tokens do not have (RFC 7515, section 2)."""
    return f"{segment}{'=' * (-len(segment) % 4) or '='}"


def in_other_alphabet(segment: str) -> str:
    """Write a segment in the alphabet of base64 that is not made for URLs."""
    return segment.replace("-", "+").replace("_", "/")


def spaced(text: str) -> str:
    """Write JSON otherwise: with white space and line ends, and with an escape for a letter of every name."""
    return re.sub(r'"(aud|exp|sub)":', lambda name: f'\r\n "\\u{ord(name[1][0]):04x}{name[1][1:]}" : ', text)


def in_json(change: Callable[[str], str]) -> Callable[[str], str]:
    """Return what changes the JSON text that a segment of the header stands for."""

    def rewrite(segment: str) -> str:
        text = json.dumps(altered.decode_segment(segment), separators=(",", ":"))
        return altered.base64url(change(text).encode())

    return rewrite


def not_utf8(segment: str) -> str:
    """Write a letter of the claims as one byte, which is not UTF-8."""
    return altered.base64url(altered.bytes_of(segment).replace(b"\\u00e9", b"\xe9"))


def as_utf8(segment: str) -> str:
    """Write the claims without escapes."""
    text = json.dumps(altered.decode_segment(segment), ensure_ascii=False, separators=(",", ":"))
    return altered.base64url(text.encode())
