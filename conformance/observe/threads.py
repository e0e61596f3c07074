"""Threads that requests are handed to, in a way that an interrupt does not disturb."""

from __future__ import annotations

import signal
from collections.abc import Callable, Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import contextmanager
from typing import ParamSpec, TypeVar

Arguments = ParamSpec("Arguments")
Result = TypeVar("Result")

# What ends a run early.
_ENDING = frozenset({signal.SIGINT, signal.SIGTERM})


@contextmanager
def undisturbed() -> Iterator[None]:
    """Hold an interrupt back: one that comes within an executor would leave a lock of it taken for ever."""
    if not hasattr(signal, "pthread_sigmask"):
        yield
        return
    before = signal.pthread_sigmask(signal.SIG_BLOCK, _ENDING)
    try:
        yield
    finally:
        signal.pthread_sigmask(signal.SIG_SETMASK, before)


class Threads(ThreadPoolExecutor):
    """A pool of threads that takes calls undisturbed."""

    def submit(
        self, fn: Callable[Arguments, Result], /, *args: Arguments.args, **kwargs: Arguments.kwargs
    ) -> Future[Result]:
        """Let a thread call ``fn``; see concurrent.futures."""
        with undisturbed():
            return super().submit(fn, *args, **kwargs)
