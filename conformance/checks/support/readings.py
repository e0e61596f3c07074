"""The attributes of an invoice read by their meaning: amounts as decimals, counters as integers, times as instants."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from decimal import Decimal
from typing import Any, TypeVar

from conformance.judge.api import Violation, observe_each
from conformance.model.exchange import Exchange, NotObserved
from conformance.reading.attribute_names import shown_name
from conformance.syntax.json_text import IntegerLexeme
from conformance.syntax.scalars import Instant, instant, is_date_time, plain_decimal, shown

DIRECTIONS = ("originated", "terminated")
_Subject = TypeVar("_Subject")


@dataclass(frozen=True, slots=True)
class Reading:
    """The attributes that one answer shows.

    Every method raises NotObserved when the attribute is absent or not in its form: the requirements on presence and
    form own that, and the requirements on meaning are about readable values only.
    """

    exchange: Exchange
    attributes: dict[str, Any]
    # The JSON Pointer of the resource.
    place: str = "/data"

    def value(self, name: str) -> Any:
        """Return the attribute as it is."""
        found = shown_name(self.attributes, name)
        if found not in self.attributes:
            raise NotObserved(f"there is no attribute {name}")
        return self.attributes[found]

    def pointer(self, name: str) -> str:
        """Return the JSON Pointer of an attribute, by the name under which it is shown."""
        return f"{self.place}/attributes/{shown_name(self.attributes, name)}"

    def amount(self, name: str) -> Decimal:
        """Return an amount exactly."""
        number = plain_decimal(self.value(name))
        if number is None:
            raise NotObserved(f"{name} is not a plain decimal number")
        return number

    def counter(self, name: str) -> int:
        """Return a count or a duration in seconds, not negative."""
        number = self.value(name)
        if not isinstance(number, IntegerLexeme) or number < 0:
            raise NotObserved(f"{name} is not a whole number from zero up")
        return number

    def time(self, name: str) -> Instant:
        """Return the point in time of a date-time."""
        found = self.time_or_null(name)
        if found is None:
            raise NotObserved(f"{name} is null")
        return found

    def time_or_null(self, name: str) -> Instant | None:
        """Return the point in time of a date-time, None for null."""
        value = self.value(name)
        if value is None:
            return None
        try:
            return instant(value if is_date_time(value) else "")
        except ValueError as error:
            raise NotObserved(f"{name} is not a date-time: {error}") from error

    def expect(self, condition: object, expected: str, name: str) -> None:
        """Raise Violation with the attribute as it was observed unless ``condition`` on this answer alone holds."""
        if not condition:
            observed = shown(self.value(name))
            raise Violation(expected, observed, self.exchange, part=self.pointer(name), alone=True)


def judge_each(
    exchanges: Iterable[Exchange], subjects: Iterable[_Subject], judge: Callable[[Reading, _Subject], None]
) -> None:
    """Judge each of ``subjects``, such as names of attributes, in every answer that shows an invoice.

    Passes over what cannot be judged. Raises NotObserved when nothing can be judged.
    """
    subjects = tuple(subjects)
    observe_each(exchanges, lambda each: judge_readings([Reading(each, each.attributes)], subjects, judge))


def judge_readings(
    readings: Iterable[Reading], subjects: Iterable[_Subject], judge: Callable[[Reading, _Subject], None]
) -> None:
    """Judge each of ``subjects`` in every one of ``readings``.

    Passes over what cannot be judged. Raises NotObserved when nothing can be judged.
    """
    subjects = tuple(subjects)
    judged = 0
    for reading in readings:
        for subject in subjects:
            try:
                judge(reading, subject)
            except NotObserved:
                continue
            judged += 1
    if not judged:
        raise NotObserved("no attribute can be judged by this")
