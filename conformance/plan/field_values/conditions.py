"""Fields of conditions, ranges and caches."""

from __future__ import annotations

from collections.abc import Mapping

from conformance.plan.field_values.value import Value

# Dates that no calendar has, that no clock of 32 bits reaches, and in the forms that RFC 9110 calls obsolete.
_DATES: tuple[Value, ...] = (
    "",
    "Wed, 31 Dec 1969 23:59:59 GMT",
    "Mon, 01 Jan 0001 00:00:00 GMT",
    "Thu, 99 Foo 2024 99:99:99 GMT",
    "-1",
    "Sun Nov  6 08:49:37 1994",
    "Thu, 01 Jan 1970 00:00:00",
    "Fri, 30 Feb 2024 00:00:00 GMT",
    "Fri, 31 Dec 9999 23:59:59 GMT",
    "Sat, 01 Jan 1600 00:00:00 GMT",
    "Mon, 00 Jan 2024 00:00:00 GMT",
    "Sat, 31 Dec 2016 23:59:60 GMT",
    "Mon, 01 Jan 2024 24:00:00 GMT",
    "Mon, 01 Jan 100000 00:00:00 GMT",
    "Sat, 01 Jan 0000 00:00:00 GMT",
    "Thu, 01 Jan 1970 00:00:00 +0100",
    "2024-01-01T00:00:00Z",
    "Sunday, 06-Nov-94 08:49:37 GMT",
    "Sun, 06 Nov 94 08:49:37 GMT",
    "Sun, 06 Nov 1994 08:49:37 GMT; length=1",
    "\xff",
    ("Sun, 06 Nov 1994 08:49:37 GMT", "tomorrow"),
)
_UNTIL: tuple[Value, ...] = (
    "Thu, 31 Dec 99999 23:59:59 GMT",
    "99999999999999999999",
    "tomorrow",
    "Fri, 31 Dec 9999 23:59:59 GMT",
    "",
    "Friday, 31-Dec-99 23:59:59 GMT",
    "Tue, 30 Feb 2038 03:14:08 GMT",
    "Wed, 31 Dec 2098 23:59:60 GMT",
    "Mon, 00 Foo 2099 24:00:00 GMT",
    "9999-12-31T23:59:59Z",
    "Fri Dec 31 23:59:59 9999",
    "Fri, 31 Dec 9999 23:59:59 +0100",
    "\xff",
    ("Fri, 31 Dec 9999 23:59:59 GMT", ""),
)

FIELDS: Mapping[str, tuple[Value, ...]] = {
    "If-Modified-Since": _DATES,
    "If-Unmodified-Since": _UNTIL,
    "Range": (
        "bytes=-",
        "bytes",
        "bytes=a-b",
        "",
        "bytes=5-2",
        "bytes=--1",
        "bytes=0-,,99999999999999999999-",
        "bytes=-999999",
        "lines=0-1",
        "bytes=0-0,",
        "bytes=,",
        "bytes=*",
        "bytes=0x0-0x1",
        "bytes=0-0,0-1",
        "bytes = 0-1",
        "bytes=+0-1",
        "bytes=-0",
        "bytes=0-1; x",
        ("bytes=0-1", "bytes="),
        "bytes=1.5-2",
        "BYTES=0-1",
    ),
    "Cache-Control": (
        "max-age=abc",
        "max-age=-1",
        "max-stale=",
        ",,=",
        'no-cache="',
        "max-age=" + "9" * 30,
        "=;",
        ", ,",
        "max-stale=abc, min-fresh=",
        "no-cache=,",
        "max-age=1.5",
        '"',
        "stale-if-error=x",
    ),
    "Pragma": ("=", ""),
}
