"""Values of which a reader may go over parts again and again."""

from __future__ import annotations

from collections.abc import Mapping

from conformance.model.exchange import JSON_API

# What a reader may go over again and again when there is much of it, and around what it stands in which field.
SLOW_UNITS: Mapping[str, str] = {
    "blanks": " ",
    "tabs": "\t",
    "commas": ", ",
    "semicolons": "; ",
    "quotes": '"',
    "backslashes": "\\",
    "letters": "a",
    "digits": "1",
    "equals": "=",
    "hyphens": "-a",
    "slashes": "/",
    "pairs": "a=b;",
}
# As many in a request as the section of fields holds.
SLOW_FIELDS: tuple[tuple[tuple[str, str, str], ...], ...] = (
    (
        ("If-None-Match", '"a', 'b"x'),
        ("If-Modified-Since", "Thu, ", "x"),
        ("If-Unmodified-Since", "Fri, 01 Jan 2100 ", "x"),
        ("If-Range", "a", "b"),
        ("Range", "bytes=x", "y"),
        ("Accept", f"{JSON_API}, a/b;c=d", "x"),
        ("Accept-Language", "en", "x"),
        ("Accept-Encoding", "gzip;q=0, x", "y"),
    ),
    (
        ("Accept-Charset", "utf-8", "x"),
        ("Cookie", "a=b", "c"),
        ("User-Agent", "Mozilla/5.0 (", "x"),
        ("Referer", "https://example.com/", "x"),
        ("Origin", "https://example.com", "x"),
        ("Forwarded", "for=x", "y"),
        ("X-Forwarded-Host", "a", "b"),
        ("X-Forwarded-Proto", "http", "x"),
    ),
    (
        ("Cache-Control", "no-cache", "x"),
        ("Prefer", "a", "b"),
        ("traceparent", "00-", "x"),
        ("tracestate", "a=b", "x"),
        ("baggage", "a=b", "x"),
        ("X-Request-Id", "a", "b"),
        ("From", "a@b", "x"),
        ("Content-Type", "text/plain; a=b", "x"),
    ),
    (
        ("X-Forwarded-For", "192.0.2.1", "x"),
        ("X-Real-IP", "192.0.2.1", "x"),
        ("Via", "1.1 a", "x"),
        ("Pragma", "no-cache", "x"),
        ("Authorization", "Bearer", "x"),
    ),
)
