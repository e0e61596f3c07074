"""Values as the contract writes them: UUIDs, decimal numbers, date-times and URI references, read exactly."""

from __future__ import annotations

import json
import re
from calendar import monthrange
from dataclasses import dataclass
from datetime import date
from decimal import Context, Decimal
from json.encoder import encode_basestring_ascii
from typing import Any

from conformance.syntax.json_text import IntegerLexeme, RealLexeme

# RFC 9562, section 4: the hexadecimal digits are read in any case.
UUID = re.compile(r"[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}", re.IGNORECASE | re.ASCII)
_PLAIN_DECIMAL = re.compile(r"-?[0-9]+(?:\.[0-9]+)?")
# RFC 3339, section 5.6; T and Z may be written in lower case.
_DATE_TIME = re.compile(
    r"(?P<year>[0-9]{4})-(?P<month>[0-9]{2})-(?P<day>[0-9]{2})[Tt]"
    r"(?P<hour>[0-9]{2}):(?P<minute>[0-9]{2}):(?P<second>[0-9]{2})(?:\.(?P<fraction>[0-9]+))?"
    r"(?:[Zz]|(?P<sign>[+-])(?P<offset_hour>[0-9]{2}):(?P<offset_minute>[0-9]{2}))"
)
_DAY = 86400
# The proleptic Gregorian calendar repeats after 400 years; datetime has no year 0.
_CYCLE_YEARS, _CYCLE_DAYS = 400, 146097
_EPOCH = date(1970, 1, 1).toordinal()

_LONGEST_SHOWN = 60


@dataclass(frozen=True, slots=True, order=True)
class Instant:
    """A point in time: whole seconds since 1970-01-01T00:00:00Z without leap seconds, and the part of a second."""

    seconds: int
    fraction: Decimal


def is_uuid(value: object) -> bool:
    """Return whether ``value`` is a string in the text form of a UUID (RFC 9562, section 4)."""
    return isinstance(value, str) and UUID.fullmatch(value) is not None


def is_date_time(value: object) -> bool:
    """Return whether ``value`` is a string in the form of an RFC 3339 date-time, even of a time that does not exist."""
    return isinstance(value, str) and _DATE_TIME.fullmatch(value) is not None


def instant(text: str) -> Instant:
    """Return the point in time that an RFC 3339 date-time means.

    Raises ValueError, saying why, when the text has another form or there is no such time (RFC 3339, section 5.7).
    """
    parts = _DATE_TIME.fullmatch(text)
    if parts is None:
        raise ValueError("not in the form of RFC 3339")
    year, month, day = int(parts["year"]), int(parts["month"]), int(parts["day"])
    hour, minute, second = int(parts["hour"]), int(parts["minute"]), int(parts["second"])
    if not 1 <= month <= 12:
        raise ValueError(f"there is no month {month}")
    cycle_year = year % _CYCLE_YEARS + _CYCLE_YEARS
    if not 1 <= day <= monthrange(cycle_year, month)[1]:
        raise ValueError(f"month {month} of {year} has no day {day}")
    if hour > 23 or minute > 59 or second > 60:
        raise ValueError(f"there is no time {hour:02}:{minute:02}:{second:02}")
    offset = 0
    if parts["sign"]:
        offset_hour, offset_minute = int(parts["offset_hour"]), int(parts["offset_minute"])
        if offset_hour > 23 or offset_minute > 59:
            raise ValueError(f"there is no offset {offset_hour:02}:{offset_minute:02}")
        offset = (offset_hour * 60 + offset_minute) * (-60 if parts["sign"] == "-" else 60)
    cycles = (year - cycle_year) // _CYCLE_YEARS
    days = date(cycle_year, month, day).toordinal() - _EPOCH + cycles * _CYCLE_DAYS
    seconds = days * _DAY + hour * 3600 + minute * 60 + second - offset
    if second == 60 and not _can_end_with_a_leap_second(seconds):
        raise ValueError("second 60 exists only at the end of a month in UTC")
    return Instant(seconds, Decimal(f"0.{parts['fraction'] or '0'}"))


def _can_end_with_a_leap_second(seconds: int) -> bool:
    """Return whether ``seconds``, to which second 60 adds up, is the first instant of a month in UTC."""
    days, rest = divmod(seconds, _DAY)
    return rest == 0 and date.fromordinal((days + _EPOCH - 1) % _CYCLE_DAYS + 1).day == 1


def plain_decimal(value: object) -> Decimal | None:
    """Return the number that a string of digits, with a point or without, holds exactly; None for anything else."""
    return Decimal(value) if isinstance(value, str) and _PLAIN_DECIMAL.fullmatch(value) else None


def is_same_value(one: object, other: object) -> bool:
    """Return whether two JSON values mean the same: decimals in texts do that whatever zeros they end with."""
    # To Python, true equals 1.
    if isinstance(one, bool) is not isinstance(other, bool):
        return False
    number = plain_decimal(one)
    return one == other or (number is not None and number == plain_decimal(other))


def exact_sum(*numbers: Decimal) -> Decimal:
    """Return the sum without any rounding; meant for numbers written without an exponent."""
    tuples = [number.as_tuple() for number in numbers]
    digits = sum(len(each.digits) + abs(int(each.exponent)) for each in tuples)
    context = Context(prec=digits + len(numbers) + 1)
    total = Decimal(0)
    for number in numbers:
        total = context.add(total, number)
    return total


def shown(value: Any) -> str:
    """Return a JSON value for one line of a finding: escaped to ASCII, numbers as they were written, cut when long."""
    if isinstance(value, dict):
        return (
            f"an object with {', '.join(map(shown, list(value)[:4]))}{', ...' if len(value) > 4 else ''}"
            if value
            else "{}"
        )
    if isinstance(value, list):
        return f"an array of {len(value)}" if value else "[]"
    if isinstance(value, IntegerLexeme | RealLexeme):
        text = f"the number {value.lexeme[: _LONGEST_SHOWN + 1]}"
    else:
        text = encode_basestring_ascii(value[: _LONGEST_SHOWN + 1]) if isinstance(value, str) else json.dumps(value)
    return text if len(text) <= _LONGEST_SHOWN else f"{text[: _LONGEST_SHOWN - 3]}..."
