"""How many requests are under way at once: fewer, once a target refuses some of many with 429 or 503."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from contextlib import contextmanager


class UnderWay:
    """Counts the requests under way; shared by the threads of an observer.

    ``most`` is how many may be at once, None while nothing limits that.
    """

    def __init__(self) -> None:
        """Start without a limit."""
        self._changed = threading.Condition()
        self._count = 0
        self.most: int | None = None

    @contextmanager
    def one(self) -> Iterator[int]:
        """Wait until one more may be under way, and return how many are then, this one included."""
        with self._changed:
            self._changed.wait_for(lambda: self.most is None or self._count < self.most)
            self._count += 1
            number = self._count
        try:
            yield number
        finally:
            with self._changed:
                self._count -= 1
                self._changed.notify_all()

    def refused(self, number: int) -> None:
        """Let half of ``number`` be under way, as that many were when one of them was refused for a limit."""
        with self._changed:
            if number > 1:
                self.most = min(self.most or number, max(1, number // 2))
