"""What differs from answer to answer though nothing else does: the time, and the identity of a request."""

from __future__ import annotations

import functools
import hashlib
import time
import uuid
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from conformance.reference.message import Request

# What differs between servers and between runs, whatever is asked for.
_SECRET = frozenset({"authorization", "cookie", "host"})


class Clock:
    """The time as it passes, and identities that nobody else has."""

    def now(self) -> float:
        """Return the seconds since 1970."""
        return time.time()

    def elapsed(self, started: float) -> float:
        """Return the seconds since ``started``, a value of ``time.perf_counter``."""
        return time.perf_counter() - started

    def identity(self, request: Request) -> str:  # noqa: ARG002 - for the clock that stands still
        """Return a UUID of version 4 for a request, a fresh one at each call."""
        return str(uuid.uuid4())


class FrozenClock(Clock):
    """A clock that stands still: equal requests are answered with equal bytes, in whatever order they come.

    The identity of a request follows from its method, its target, its content and its fields, credentials and ``Host``
    excepted. Whether a token has expired is judged by the real time all the same.
    """

    def __init__(self, moment: float) -> None:
        """Stop at ``moment``, in seconds since 1970."""
        self._moment = moment

    def now(self) -> float:
        """Return the moment."""
        return self._moment

    def elapsed(self, started: float) -> float:  # noqa: ARG002 - no time passes
        """Return the same few milliseconds whenever a request began."""
        return 0.012345

    def identity(self, request: Request) -> str:
        """Return the UUID of version 4 that belongs to a request."""
        fields = [(name, value) for name, value in request.fields if name not in _SECRET]
        known = repr((request.method, request.path, request.query, fields, request.content))
        return str(uuid.UUID(bytes=hashlib.sha256(known.encode()).digest()[:16], version=4))


@functools.cache
def frozen_clock() -> FrozenClock:
    """Return the clock of this process that stands still; it stopped when it was first asked for."""
    return FrozenClock(time.time())
