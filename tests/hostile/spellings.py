"""The ways in which a secret is spelled without intent: what servers, gateways and programs make of a text."""

from __future__ import annotations

import base64
import gzip
import html
import json
import quopri
import textwrap
import zlib
from collections.abc import Callable
from urllib.parse import quote, quote_plus

Spelling = Callable[[str], bytes]


def _each(form: Callable[[int], str], every: int = 1, separator: str = "") -> Spelling:
    """Spell every n-th character in a form of its number, and leave the others."""

    def spell(secret: str) -> bytes:
        parts = (form(ord(each)) if place % every == 0 else each for place, each in enumerate(secret))
        return separator.join(parts).encode()

    return spell


def _joined(separator: str, size: int) -> Spelling:
    """Put a separator after every few characters."""
    return lambda secret: separator.join(secret[at : at + size] for at in range(0, len(secret), size)).encode()


def _base64(secret: str, lead: bytes = b"") -> bytes:
    return base64.b64encode(lead + secret.encode() + b"\n")


def _wrapped(width: int, line_end: str = "\r\n") -> Spelling:
    return lambda secret: line_end.join(textwrap.wrap(_base64(secret, b"user:").decode(), width)).encode()


def _deflated(data: bytes) -> bytes:
    raw = zlib.compressobj(wbits=-15)
    return raw.compress(data) + raw.flush()


def _twice(one: Spelling, other: Callable[[str], str]) -> Spelling:
    return lambda secret: other(one(secret).decode()).encode()


def _quoted(secret: str) -> str:
    return quote(secret, safe="")


SPELLINGS: dict[str, Spelling] = {
    "itself": str.encode,
    "upper case": lambda secret: secret.upper().encode(),
    "lower case": lambda secret: secret.lower().encode(),
    "in a header field": lambda secret: f"Authorization: Bearer {secret}".encode(),
    "percent": lambda secret: _quoted(secret).encode(),
    "percent, plus": lambda secret: quote_plus(secret).encode(),
    "percent throughout": _each("%{:02X}".format),
    "percent in lower case": _each("%{:02x}".format),
    "percent, every fifth": _each("%{:02X}".format, 5),
    "percent twice": _each("%25{:02X}".format, 3),
    "percent three times": _each("%2525{:02X}".format, 3),
    "percent as browsers had it": _each("%u{:04x}".format),
    "JSON": lambda secret: json.dumps(secret).encode(),
    "JSON twice": lambda secret: json.dumps(json.dumps(secret)).encode(),
    "JSON throughout": _each("\\u{:04x}".format),
    "JSON, every fifth": _each("\\u{:04X}".format, 5),
    "JSON with doubled backslashes": _each("\\\\u{:04x}".format),
    "JSON with slashes escaped": lambda secret: json.dumps(secret).replace("/", "\\/").encode(),
    "JavaScript": _each("\\x{:02x}".format, 2),
    "JavaScript with braces": _each("\\u{{{:x}}}".format, 2),
    "octal": _each("\\{:03o}".format, 2),
    "long numbers of C": _each("\\U{:08x}".format, 2),
    "a shell": lambda secret: secret.replace("-", "\\-").replace(".", "\\.").encode(),
    "Python": lambda secret: repr(secret.encode()).encode(),
    "HTML": lambda secret: html.escape(secret).encode(),
    "HTML twice": lambda secret: html.escape(html.escape(secret)).encode(),
    "HTML throughout": _each("&#{};".format),
    "HTML in hexadecimal": _each("&#x{:X};".format),
    "HTML, every third": _each("&#{};".format, 3),
    "HTML with zeros": _each("&#{:012};".format, 2),
    "HTML in percent": _twice(_each("&#{};".format, 3), _quoted),
    "JSON in HTML": _twice(_each("\\u{:04x}".format, 4), html.escape),
    "percent in JSON": _twice(_each("%{:02X}".format, 2), json.dumps),
    "quoted-printable": lambda secret: quopri.encodestring(f"Authorization: {secret} {secret}".encode()),
    "quoted-printable throughout": _each("={:02X}".format),
    "marked within": _joined("</em><em>", 6),
    "spans within": _joined('<span class="token">', 6),
    "comments within": _joined("<!-- -->", 7),
    "hidden hyphens within": _joined("&shy;", 5),
    "coloured": _joined("\x1b[1;31m", 4),
    "coloured, in JSON": lambda secret: json.dumps(_joined("\x1b[0m", 5)(secret).decode()).encode(),
    "quoted in a mail": _joined("\n> ", 7),
    "continued lines": _joined("\\\n  ", 7),
    "joined in SQL": _joined("' || '", 7),
    "a list of characters": lambda secret: json.dumps(list(secret)).encode(),
    "a list of parts": lambda secret: json.dumps(textwrap.wrap(secret, 6), indent=2).encode(),
    "blanks within": _joined(" ", 6),
    "line ends within": _joined("\r\n", 5),
    "hyphens within": _joined("-", 4),
    "commas within": _joined(", ", 7),
    "quotes within": _joined('" + "', 6),
    "zero width within": _joined("\u200b", 3),
    "soft hyphens within": _joined("\u00ad", 6),
    "NUL within": _joined("\0", 1),
    "base64": _base64,
    "base64 after a name": lambda secret: _base64(secret, b"user:"),
    "base64 for URLs": lambda secret: base64.urlsafe_b64encode(b"a" + secret.encode()).rstrip(b"="),
    "base64 in percent": lambda secret: _quoted(_base64(secret).decode()).encode(),
    "base64 in JSON": lambda secret: json.dumps(_base64(secret, b"ab").decode()).replace("/", "\\/").encode(),
    "base64 of 76": _wrapped(76),
    "base64 of 60": _wrapped(60, "\n"),
    "base64 of 64 in JSON": lambda secret: json.dumps(_wrapped(64)(secret).decode()).encode(),
    "base64 of UTF-16": lambda secret: base64.b64encode(secret.encode("utf-16-le")),
    "base64 of hexadecimal": lambda secret: base64.b64encode(secret.encode().hex().encode()),
    "a word of a mail": lambda secret: b"=?utf-8?B?" + _base64(secret, b"x") + b"?=",
    "a quoted word of a mail": lambda secret: b"=?utf-8?Q?" + _each("={:02X}".format, 3)(secret) + b"?=",
    "base64 twice": lambda secret: base64.b64encode(_base64(secret)),
    "hexadecimal": lambda secret: secret.encode().hex().encode(),
    "hexadecimal in upper case": lambda secret: secret.encode().hex().upper().encode(),
    "hexadecimal with colons": lambda secret: secret.encode().hex(":").encode(),
    "hexadecimal with blanks": lambda secret: secret.encode().hex(" ", 2).encode(),
    "hexadecimal of UTF-16": lambda secret: secret.encode("utf-16-le").hex().encode(),
    "a dump": lambda secret: "\n".join(
        f"{at:08x}: {secret[at : at + 16].encode().hex(' ', 2)}" for at in range(0, len(secret), 16)
    ).encode(),
    "numbers of C": _each("0x{:02x}".format, separator=", "),
    "numbers": _each("{}".format, separator=", "),
    "numbers, a line each": lambda secret: json.dumps({"data": [*secret.encode()]}, indent=8).encode(),
    "numbers with points": _each("{}".format, separator="."),
    "UTF-7": lambda secret: secret.encode("utf-7"),
    "UTF-16": lambda secret: secret.encode("utf-16"),
    "UTF-16, big end first": lambda secret: secret.encode("utf-16-be"),
    "UTF-32": lambda secret: secret.encode("utf-32"),
    "gzip": lambda secret: gzip.compress(f'{{"token": "{secret}"}}'.encode(), mtime=0),
    "zlib": lambda secret: zlib.compress(f'{{"token": "{secret}"}}'.encode()),
    "deflate": lambda secret: _deflated(f'{{"token": "{secret}", "again": "{secret}"}}'.encode()),
    "gzip in base64": lambda secret: base64.b64encode(gzip.compress(f'{{"token": "{secret}"}}'.encode(), mtime=0)),
}
