"""How long a target that says "later" is waited for: in one request, and in the whole run."""

from __future__ import annotations

from typing import TYPE_CHECKING

from conformance.observe.rate_limit import LONGEST_WAIT, RateLimit, retry_after

if TYPE_CHECKING:
    from conformance.model.exchange import Exchange

LATER = (429, 503)
# How often a request is sent at most. The pauses of a 429 that names no time are doubled until a window of a minute
# has passed.
_TIMES, _TIMES_IN_A_WINDOW = 3, 7
# Seconds in the whole run. A 503 without a time may be a limit (nginx has it so) or there to stay.
_PATIENCE, _DOUBT = 300.0, 15.0
# So many requests that get 503 however long one waits, while others are answered, are such as are never served:
# Varnish, for one, answers so to a malformed Range, and names a time.
_NEVER_SERVED = 3


class Patience:
    """The patience of one run, whose requests ``rate`` spaces."""

    def __init__(self, rate: RateLimit) -> None:
        """Start with the whole patience."""
        self._rate = rate
        self._held_before = 0.0
        self._over = False
        # Requests that got 503 in spite of all waiting, and whether others were answered after one of them.
        self._in_vain, self._others_served = 0, False

    def answered(self, exchange: Exchange, times: int) -> None:
        """Note the last answer to a request that was sent ``times`` times, and whether waiting helped."""
        if exchange.answer is None:
            return
        if exchange.status not in LATER:
            self._held_before = self._rate.held
            self._in_vain = 0 if times > 1 else self._in_vain
            self._others_served = self._in_vain > 0
        elif exchange.status == 503 and times >= _TIMES:
            self._in_vain += 1

    def pause(self, exchange: Exchange, times: int) -> float | None:
        """Return the seconds to wait before the request of ``exchange`` is sent again, which was ``times``.

        None when it is not sent again: it was answered, or waiting is in vain. It is in vain for the rest of the run
        once nothing but "later" was answered for a minute, the usual window of a rate limit; after a 503 it is once
        several requests got that in spite of all waiting, and others were answered.
        """
        if exchange.answer is None or exchange.status not in LATER or exchange.started is None:
            return None
        if exchange.status == 503 and self._in_vain >= _NEVER_SERVED and self._others_served:
            return None
        self._over = self._over or self._rate.held - self._held_before >= LONGEST_WAIT
        asked = retry_after(exchange.fields, exchange.started)
        in_a_window = asked is None and exchange.status == 429
        if self._over or times >= (_TIMES_IN_A_WINDOW if in_a_window else _TIMES):
            return None
        pause = asked if asked is not None else 2.0 ** (times - 1) if in_a_window else float(times)
        patience = _DOUBT if asked is None and not in_a_window else _PATIENCE
        return None if pause > LONGEST_WAIT or self._rate.held + pause > patience else pause
