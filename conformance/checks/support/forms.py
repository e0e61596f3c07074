"""The forms of the attributes of an invoice, wherever it is shown. Each judges one attribute of a reading."""

from __future__ import annotations

import re

from conformance.checks.support.readings import Reading
from conformance.judge.api import Violation
from conformance.model.exchange import NotObserved
from conformance.syntax.json_text import IntegerLexeme, RealLexeme
from conformance.syntax.scalars import instant, is_date_time, plain_decimal, shown

# One decimal number with a point, and nothing else; an exponent is judged apart.
_NUMBER = re.compile(r"-?[0-9]+(?:\.[0-9]+)?(?:[eE][+-]?[0-9]+)?")


def text_or_null(reading: Reading, name: str) -> None:
    """Raise Violation unless the attribute is a text or null."""
    value = reading.value(name)
    reading.expect(value is None or isinstance(value, str), "a string or null", name)


def date_time(reading: Reading, name: str) -> None:
    """Raise Violation unless the attribute has the form of a date-time."""
    reading.expect(is_date_time(reading.value(name)), "an RFC 3339 date-time", name)


def date_time_or_null(reading: Reading, name: str) -> None:
    """Raise Violation unless the attribute has the form of a date-time or is null."""
    value = reading.value(name)
    reading.expect(value is None or is_date_time(value), "null or an RFC 3339 date-time", name)


def real_time(reading: Reading, name: str) -> None:
    """Raise Violation when a date-time does not exist. Raises NotObserved for null and other forms."""
    value = reading.value(name)
    if not is_date_time(value):
        raise NotObserved(f"{name} is not a date-time")
    try:
        instant(str(value))
    except ValueError as error:
        observed = f"{shown(value)}: {error}"
        raise Violation("a time that exists", observed, reading.exchange, part=reading.pointer(name)) from error


def flag(reading: Reading, name: str) -> None:
    """Raise Violation unless the attribute is true or false."""
    reading.expect(isinstance(reading.value(name), bool), "true or false", name)


def decimal_text(reading: Reading, name: str) -> None:
    """Raise Violation unless the attribute is a text that holds one decimal number."""
    value = reading.value(name)
    legal = isinstance(value, str) and _NUMBER.fullmatch(value)
    reading.expect(legal, "a string with one decimal number", name)


def without_exponent(reading: Reading, name: str) -> None:
    """Raise Violation when a decimal number has an exponent. Raises NotObserved when it is not such a number."""
    value = reading.value(name)
    if not isinstance(value, str) or not _NUMBER.fullmatch(value):
        raise NotObserved(f"{name} is not a decimal number")
    reading.expect(plain_decimal(value) is not None, "a number without exponent", name)


def not_negative(reading: Reading, name: str) -> None:
    """Raise Violation when a number is below zero. Raises NotObserved when it is not a number."""
    value = reading.value(name)
    if not isinstance(value, IntegerLexeme | RealLexeme):
        raise NotObserved(f"{name} is not a number")
    reading.expect(value >= 0, "zero or more", name)
