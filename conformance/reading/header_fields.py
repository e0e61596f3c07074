"""Header field grammars of RFC 9110 and RFC 9111 that checks judge by, and readers of single fields."""

from __future__ import annotations

import re
from collections.abc import Iterable
from datetime import MAXYEAR, UTC, datetime, timedelta

from conformance.model.exchange import Exchange, NotObserved

# RFC 9110, sections 5.6.2 and 5.6.4; obs-text as Latin-1 characters.
TOKEN = re.compile(r"[!#$%&'*+.^_`|~0-9A-Za-z-]+")
QUOTED_STRING = re.compile(r'"(?:[\t \x21\x23-\x5b\x5d-\x7e\x80-\xff]|\\[\t \x21-\x7e\x80-\xff])*"')

# A quoted string that is not closed runs to the end, so that no value takes long to read.
_ELEMENT = re.compile(r'(?:"(?:[^"\\]|\\.)*(?:"|\\?\Z)|[^",])+', re.DOTALL)
_DIRECTIVE = re.compile(rf"({TOKEN.pattern})(?:=({TOKEN.pattern}|{QUOTED_STRING.pattern}))?")
_DAYS = ("Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun")
_FIXDATE = re.compile(rf"({'|'.join(_DAYS)}), (\d\d) ([A-Z][a-z]{{2}}) (\d{{4}}) (\d\d):(\d\d):(\d\d) GMT", re.ASCII)
_MONTHS = ("", "Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec")
# No field needs larger numbers.
_MOST_DIGITS = 18


class MalformedError(ValueError):
    """A field value does not follow its grammar."""


class WrongDayError(MalformedError):
    """An HTTP date names another day of the week than that of its date (RFC 5322, section 3.3)."""


def elements(lines: Iterable[str]) -> list[str]:
    """Split the lines of a list-based field at the commas outside quoted strings (RFC 9110, section 5.6.1).

    Blanks around the elements and empty elements are dropped.
    """
    found = (match[0].strip(" \t") for line in lines for match in _ELEMENT.finditer(line))
    return [element for element in found if element]


def tokens(lines: Iterable[str]) -> list[str]:
    """Return the elements of a list of tokens. Raises MalformedError when one is not a token."""
    found = elements(lines)
    for element in found:
        if not TOKEN.fullmatch(element):
            raise MalformedError(f"{element!r} is not a token")
    return found


def directives(lines: Iterable[str]) -> list[tuple[str, str | None]]:
    """Return the directives of Cache-Control with lower-case names, in order, arguments as written.

    Raises MalformedError when one does not follow RFC 9111, section 5.2.
    """
    found = []
    for element in elements(lines):
        match = _DIRECTIVE.fullmatch(element)
        if not match:
            raise MalformedError(f"{element!r} is not a directive")
        found.append((match[1].lower(), match[2]))
    return found


def fixdate(value: str) -> datetime:
    """Return the time of an HTTP date in the preferred form, IMF-fixdate (RFC 9110, section 5.6.7).

    Raises MalformedError for anything else, the obsolete forms included: WrongDayError when only the day is wrong.
    """
    match = _FIXDATE.fullmatch(value)
    if not match or match[3] not in _MONTHS:
        raise MalformedError(f"{value!r} is not an IMF-fixdate")
    day, hour, minute, second = (int(match[group]) for group in (2, 5, 6, 7))
    # A second of 60 is a leap second.
    leap = second == 60
    try:
        time = datetime(int(match[4]), _MONTHS.index(match[3]), day, hour, minute, second - leap, tzinfo=UTC)
    except ValueError as error:
        raise MalformedError(f"{value!r} is not a time: {error}") from None
    if match[1] != _DAYS[time.weekday()]:
        raise WrongDayError(f"{value!r} is a {_DAYS[time.weekday()]}")
    # There is no year after 9999 here.
    return time + timedelta(seconds=leap) if time.year < MAXYEAR else time


def date_of(exchange: Exchange, name: str) -> datetime:
    """Return the time in the field ``name``. Raises NotObserved when it is absent, repeated or malformed."""
    lines = exchange.fields.lines(name)
    if len(lines) != 1:
        raise NotObserved(f"the answer to {exchange.described} has no single {name}")
    try:
        return fixdate(lines[0])
    except MalformedError as reason:
        raise NotObserved(f"{name} of the answer to {exchange.described}: {reason}") from None


def cache_directives(exchange: Exchange) -> dict[str, str | None]:
    """Return the directives of Cache-Control, the first where there are two (RFC 9111, section 4.2.1).

    Raises NotObserved when they are malformed (CACHE-002 owns that). Forbidden quotes around a number hide nothing.
    """
    try:
        found = directives(exchange.fields.lines("Cache-Control"))
    except MalformedError as reason:
        raise NotObserved(f"Cache-Control of the answer to {exchange.described}: {reason}") from None
    return {name: value.strip('"') if value else value for name, value in reversed(found)}


def varies_by(exchange: Exchange) -> set[str]:
    """Return the lower-case members of Vary, perhaps ``*``. Raises NotObserved when one is not a token (HTTP-023)."""
    try:
        return {name.lower() for name in tokens(exchange.fields.lines("Vary"))}
    except MalformedError as reason:
        raise NotObserved(f"Vary of the answer to {exchange.described}: {reason}") from None


def opaque(tag: str) -> str:
    """Return the opaque part of an entity tag, which weak comparison compares (RFC 9110, section 8.8.3.2)."""
    return tag.removeprefix("W/")


def other_weakness(tag: str) -> str:
    """Return the entity tag with the same opaque part that is weak if ``tag`` is strong, and strong if it is weak."""
    return opaque(tag) if tag.startswith("W/") else f"W/{tag}"


def declared_length(exchange: Exchange) -> int | None:
    """Return Content-Length, or None when absent. Raises NotObserved when it is not a single number (HTTP-003)."""
    lines = set(exchange.fields.lines("Content-Length"))
    if not lines:
        return None
    value = lines.pop()
    if lines or not re.fullmatch(f"[0-9]{{1,{_MOST_DIGITS}}}", value):
        raise NotObserved(f"the answer to {exchange.described} has no well-formed Content-Length")
    return int(value)


def number(digits: str) -> int:
    """Return the number that ASCII digits write, 10**18 for all larger ones.

    Python refuses to convert thousands of digits, and whoever reads a field has to expect them (RFC 9111, section
    1.2.2).
    """
    significant = digits.lstrip("0")
    return int(significant or "0") if len(significant) <= _MOST_DIGITS else 10**_MOST_DIGITS
