"""How fast requests may follow each other, and how long a target that says "later" is waited for."""

from __future__ import annotations

import contextlib
import email.utils
import threading
import time
from datetime import datetime

from conformance.model.exchange import Fields

# Seconds that a target which says "later" is waited for at most: a minute is the usual window of a rate limit
# (RFC 9110, section 10.2.3).
LONGEST_WAIT = 60.0


class RateLimit:
    """Spaces requests so that at most ``per_second`` are sent; None does not limit.

    ``held`` is the number of seconds for which nobody was allowed to send.
    """

    def __init__(self, per_second: float | None) -> None:
        """Start with nothing sent."""
        self._interval = 1 / per_second if per_second else 0.0
        self._next = 0.0
        self._lock = threading.Lock()
        self._ended = threading.Event()
        self.held = 0.0

    def acquire(self) -> bool:
        """Wait until a request may be sent; return False when none may be sent any more."""
        with self._lock:
            now = time.monotonic()
            start = max(now, self._next)
            self._next = start + self._interval
        return not self._ended.wait(start - now)

    def hold(self, seconds: float) -> None:
        """Let nobody send for ``seconds``."""
        with self._lock:
            now = time.monotonic()
            free = max(now, self._next)
            self._next = max(free, now + seconds)
            self.held += self._next - free

    def end(self) -> None:
        """Let nobody send any more; who waits ends at once."""
        self._ended.set()


def retry_after(fields: Fields, now: datetime) -> float | None:
    """Return the seconds that Retry-After asks for, or None (RFC 9110, section 10.2.3)."""
    value = fields.get("Retry-After")
    if value is None:
        return None
    if value.isascii() and value.isdigit() and len(value) < 9:
        return float(value)
    with contextlib.suppress(ValueError, TypeError, OverflowError):
        return max(0.0, (email.utils.parsedate_to_datetime(value) - now).total_seconds())
    return None
