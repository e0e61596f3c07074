"""Servers that serve one connection until it closes, and only then the next: an idle connection stops all others."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager


class Turns:
    """Lets one speak at a time where the target needs that; shared by the threads of an observer."""

    def __init__(self) -> None:
        """Start with nothing known."""
        self._lock = threading.RLock()
        self._needed: bool | None = None
        self._testing = False

    @property
    def needed(self) -> bool:
        """Whether connections are to be closed after use: the target serves one at a time, or that is being tested."""
        return self._testing or bool(self._needed)

    @property
    def unlikely(self) -> bool:
        """Whether the target was seen to serve two connections at once."""
        return self._needed is False

    @contextmanager
    def taken(self) -> Iterator[None]:
        """Wait for one's turn, where turns are needed."""
        if not self.needed:
            yield
            return
        with self._lock:
            yield

    def find_out(self, test: Callable[[], bool]) -> bool:
        """Return whether turns are needed, which ``test`` tells the first time; nobody else begins to speak then."""
        with self._lock:
            if self._needed is None:
                self._testing = True
                try:
                    self._needed = test()
                finally:
                    self._testing = False
            return self._needed
