"""How the attributes of one invoice fit together, wherever it is shown. Each judges one reading."""

from __future__ import annotations

from conformance.checks.support.readings import Reading
from conformance.syntax.scalars import exact_sum, shown

TOTAL = "amount-spent"
_PARTS = ("originated-amount-spent", "terminated-amount-spent", "services-amount-spent")


def sum_of_parts(reading: Reading, total: str) -> None:
    """Raise Violation unless the amount ``total`` is the sum of its parts."""
    expected = exact_sum(*(reading.amount(name) for name in _PARTS))
    sentence = f"the sum of the three parts, {shown(format(expected, 'f'))}"
    reading.expect(reading.amount(total) == expected, sentence, total)


def successful_calls(reading: Reading, direction: str) -> None:
    """Raise Violation when there are more successful calls than calls."""
    successful = f"{direction}-successful-calls-count"
    calls = reading.counter(f"{direction}-calls-count")
    reading.expect(reading.counter(successful) <= calls, f"at most the {calls} calls", successful)


def order_of_period(reading: Reading, end: str) -> None:
    """Raise Violation when the period ends before it starts."""
    start = shown(reading.value("start-date"))
    reading.expect(reading.time("start-date") <= reading.time(end), f"no time before start-date {start}", end)


def order_of_calls(reading: Reading, direction: str) -> None:
    """Raise Violation when the first call is after the last."""
    first, last = f"{direction}-first-call-at", f"{direction}-last-call-at"
    in_order = reading.time(first) <= reading.time(last)
    reading.expect(in_order, f"no time before {first} {shown(reading.value(first))}", last)
