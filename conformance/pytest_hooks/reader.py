"""Whether somebody still reads the report: a run that is of use to nobody any more ends at once.

Who reads the standard output, such as head, may leave while the run still waits for the target.
"""

from __future__ import annotations

import io
import os
import select
import signal
import threading
from collections.abc import Callable
from types import FrameType
from typing import TextIO

# As the shell shows it of a program that ends because nobody reads what it writes.
EXIT_CODE = 128 + 13
# The signal has no other use here, and nothing happens where it comes too late. Windows has none.
_SIGNAL: int | None = getattr(signal, "SIGURG", None)
# Milliseconds between two looks at whether the run is over.
_PAUSE = 250


class Watch:
    """Interrupts the main thread, in which it begins, when nobody reads a stream any more; ``noticed`` says so."""

    def __init__(self, then: Callable[[], None]) -> None:
        """Do ``then`` before the interrupt."""
        self.noticed = False
        self._then = then
        self._over = threading.Event()

    def begin(self, stream: TextIO) -> None:
        """Watch from now on, where ``stream`` is a pipe or a connection. The interrupt may come at once."""
        if _SIGNAL is None:
            return
        try:
            # pytest lets others have the number of the stream meanwhile.
            descriptor = os.dup(stream.fileno())
        except (io.UnsupportedOperation, OSError, AttributeError):
            return
        if threading.current_thread() is not threading.main_thread():
            os.close(descriptor)
            return
        signal.signal(_SIGNAL, self._interrupt)
        threading.Thread(target=self._look, args=(descriptor, _SIGNAL), name="reader", daemon=True).start()

    def _look(self, descriptor: int, number: int) -> None:
        # What is registered for nothing is reported only when its other end is closed.
        poll = select.poll()
        poll.register(descriptor, 0)
        try:
            while not self._over.is_set():
                if poll.poll(_PAUSE):
                    # It wakes the thread up, whatever it waits for.
                    signal.pthread_kill(threading.main_thread().ident or 0, number)
                    return
        finally:
            os.close(descriptor)

    def _interrupt(self, _number: int, _frame: FrameType | None) -> None:
        if not self._over.is_set():
            self.noticed = True
            self._over.set()
            self._then()
            raise KeyboardInterrupt

    def end(self) -> None:
        """Leave the run alone from now on: it writes what it has."""
        self._over.set()
