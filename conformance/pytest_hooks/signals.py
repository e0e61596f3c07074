"""Requests from outside to end, as CI systems make them with a job that is cancelled or takes too long."""

from __future__ import annotations

import contextlib
import signal
import threading
from collections.abc import Iterator
from types import FrameType


@contextlib.contextmanager
def taken_for_an_interrupt() -> Iterator[None]:
    """Let SIGTERM interrupt a run as Ctrl-C does, so that it ends with what it has; a second one changes nothing."""
    in_main_thread = threading.current_thread() is threading.main_thread()
    if not in_main_thread or signal.getsignal(signal.SIGTERM) is not signal.SIG_DFL:
        yield
        return

    def interrupt(number: int, _frame: FrameType | None) -> None:
        # What was kept is being written from now on.
        signal.signal(number, signal.SIG_IGN)
        raise KeyboardInterrupt

    signal.signal(signal.SIGTERM, interrupt)
    try:
        yield
    finally:
        signal.signal(signal.SIGTERM, signal.SIG_DFL)


@contextlib.contextmanager
def first_one_left_alone() -> Iterator[None]:
    """Let the first request to end change nothing: what is done here is the end. A second one ends the process."""
    if threading.current_thread() is not threading.main_thread():
        yield
        return
    before = {number: signal.getsignal(number) for number in (signal.SIGINT, signal.SIGTERM)}

    def leave_alone(number: int, _frame: FrameType | None) -> None:
        signal.signal(number, before[signal.Signals(number)])

    for number in before:
        signal.signal(number, leave_alone)
    try:
        yield
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)
