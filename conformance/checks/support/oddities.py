"""Odd values in a request that may have no effect: which of them had one, and how that is reported."""

from __future__ import annotations

from conformance.judge.api import Violation, status_line
from conformance.judge.preconditions import require_status
from conformance.model.exchange import Exchange
from conformance.reading.effects import Effect, added, on_refusal, on_shown_data
from conformance.syntax.scalars import shown

_MOST_NAMED = 3


def odd_lines(plain: Exchange, odd: Exchange) -> str:
    """Return the field lines that ``odd`` has, or has not, other than ``plain``, for a finding."""
    lines = added(plain.request, odd.request)
    named = [f"{name}: {shown(value)[1:-1]}" if value else f"an empty {name}" for name, value in lines]
    sent = {name.lower() for name, _ in odd.request.headers}
    named += [f"no {name}" for name, _ in plain.request.headers if name.lower() not in sent]
    more = len(named) - _MOST_NAMED
    return " with ".join(named[:_MOST_NAMED]) + (f" and {more} more" if more > 0 else "")


def expect_same_data(plain: Exchange, odd: Exchange) -> None:
    """Raise Violation unless the odd values of a request are refused, or do not matter.

    Raises NotObserved when the same request without them is not served.
    """
    require_status(plain, 200)
    if on_shown_data(plain, odd) is Effect.SHOWN:
        served = odd.answer is not None and odd.status == 200
        observed = f"other data, {status_line(odd)}" if served else status_line(odd)
        raise Violation(f"200 and the same data with {odd_lines(plain, odd)}", observed, odd, others=(plain,))


def expect_still_refused(plain: Exchange, odd: Exchange, *statuses: int) -> None:
    """Raise Violation unless a request that is refused stays refused with odd values in it.

    Raises NotObserved when the same request without them is not refused with one of ``statuses``.
    """
    require_status(plain, *statuses)
    if on_refusal(plain, odd) is Effect.SHOWN:
        raise Violation(f"a refusal with {odd_lines(plain, odd)}", status_line(odd), odd, others=(plain,))
