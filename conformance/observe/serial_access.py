"""Targets that need serial access: one request at a time, on a connection that is closed after it.

Some serve one connection until it closes, and only then the next: an idle connection stops all others. Some, or a
gateway before them, close connections at once when more than a few are open (RFC 9112, section 9.4).
"""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager


class SerialAccess:
    """Sends one request at a time where the target needs that; shared by the threads of an observer."""

    def __init__(self) -> None:
        """Start with nothing known."""
        self._lock = threading.RLock()
        self._found: dict[str, bool] = {}
        self._testing = False

    @property
    def needed(self) -> bool:
        """Whether connections are to be closed after use: the target serves one at a time, or that is being tested."""
        return self._testing or any(self._found.values())

    @property
    def reason(self) -> str | None:
        """What the target does that makes serial access necessary, None when it is not."""
        return next((reason for reason, found in self._found.items() if found), None)

    def unlikely(self, reason: str) -> bool:
        """Return whether the target was tested for ``reason``, and does not do that."""
        return self._found.get(reason) is False

    @contextmanager
    def taken(self) -> Iterator[None]:
        """Wait until no other request is under way, where access is serial."""
        if not self.needed:
            yield
            return
        with self._lock:
            yield

    def find_out(self, reason: str, test: Callable[[], bool]) -> bool:
        """Return whether serial access is needed for ``reason``, which ``test`` finds out the first time.

        Nothing else is sent during the test.
        """
        with self._lock:
            if reason not in self._found:
                self._testing = True
                try:
                    self._found[reason] = test()
                finally:
                    self._testing = False
            return self._found[reason]
