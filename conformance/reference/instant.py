"""An event loop that takes no time: a wait is over at once, and counted."""

from __future__ import annotations

import asyncio
import contextvars
import heapq
from asyncio.events import _get_running_loop, _set_running_loop
from collections import deque
from collections.abc import Callable, Coroutine
from dataclasses import dataclass, field
from typing import Any, cast

Callback = Callable[..., object]


@dataclass(order=True)
class _Call:
    """A call that is due at a time; of those due at the same time the earlier made comes first."""

    when: float
    number: int
    run: Callable[[], object] = field(compare=False)
    cancelled: bool = field(default=False, compare=False)

    def cancel(self) -> None:
        """Never call it."""
        self.cancelled = True


class InstantLoop:
    """Calls what is ready; where everything waits for a point in time, that point has come.

    It has what asyncio and the protocol ask of a loop, and nothing of files, sockets, signals and processes.
    """

    def __init__(self) -> None:
        """Begin at time 0."""
        self._ready: deque[_Call] = deque()
        self._timers: list[_Call] = []
        self._now = 0.0
        self._count = 0

    @property
    def loop(self) -> asyncio.AbstractEventLoop:
        """This loop, as asyncio takes it."""
        return cast("asyncio.AbstractEventLoop", self)

    def time(self) -> float:
        """Return for how many seconds was waited."""
        return self._now

    def get_debug(self) -> bool:
        """Return False."""
        return False

    def _call(
        self, when: float, callback: Callback, args: tuple[Any, ...], context: contextvars.Context | None
    ) -> _Call:
        self._count += 1
        within = context or contextvars.copy_context()
        return _Call(when, self._count, lambda: within.run(callback, *args))

    def call_soon(self, callback: Callback, *args: Any, context: contextvars.Context | None = None) -> _Call:
        """Call ``callback`` after all that is ready already."""
        call = self._call(self._now, callback, args, context)
        self._ready.append(call)
        return call

    def call_later(
        self, delay: float, callback: Callback, *args: Any, context: contextvars.Context | None = None
    ) -> _Call:
        """Call ``callback`` in ``delay`` seconds."""
        call = self._call(self._now + delay, callback, args, context)
        heapq.heappush(self._timers, call)
        return call

    def create_future(self) -> asyncio.Future[Any]:
        """Return a future of this loop."""
        return asyncio.Future(loop=self.loop)

    def create_task(self, coroutine: Coroutine[Any, Any, Any]) -> asyncio.Task[Any]:
        """Return a task of this loop."""
        return asyncio.Task(coroutine, loop=self.loop)

    def call_exception_handler(self, context: dict[str, Any]) -> None:
        """Raise what nobody handled."""
        raise context.get("exception") or RuntimeError(context["message"])

    def run(self, done: Callable[[], bool]) -> None:
        """Call until nothing is ready; time passes as long as it is not ``done``."""
        before = _get_running_loop()
        _set_running_loop(self.loop)
        try:
            while self._ready or (self._timers and not done()):
                call = self._ready.popleft() if self._ready else heapq.heappop(self._timers)
                if not call.cancelled:
                    self._now = max(self._now, call.when)
                    call.run()
        finally:
            _set_running_loop(before)
