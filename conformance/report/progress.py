"""How far a run is: one line that moves on a terminal, elsewhere a line from time to time."""

from __future__ import annotations

import os
import threading
import time
from collections.abc import Callable
from typing import TextIO

from rich.console import Console
from rich.progress import (
    BarColumn,
    MofNCompleteColumn,
    Progress,
    SpinnerColumn,
    TextColumn,
    TimeElapsedColumn,
    TimeRemainingColumn,
)

# Seconds between two lines where there is no terminal.
EVERY = 10.0
_WIDEST = 20


class Bar:
    """Progress on a terminal: one line, which is gone when it is closed."""

    def __init__(self, console: Console) -> None:
        """Draw on ``console`` from the first phase on."""
        columns = (
            SpinnerColumn("line"),
            TextColumn(f"{{task.description:<{_WIDEST}}}", markup=False),
            BarColumn(_WIDEST),
            MofNCompleteColumn(),
            TextColumn("{task.fields[rate]}", markup=False),
            TimeElapsedColumn(),
            TimeRemainingColumn(),
        )
        # The output of pytest goes its own way.
        self._progress = Progress(
            *columns, console=console, transient=True, redirect_stdout=False, redirect_stderr=False
        )
        self._task = self._progress.add_task("", total=None, rate="")
        self._name, self._speed = "", _Speed()

    def phase(self, name: str) -> None:
        """Begin the next part of the run."""
        if name == self._name:
            return
        self._progress.start()
        self._name, self._speed = name, _Speed()
        self._progress.reset(self._task, total=None, description=name, rate="")

    def advance(self, done: int, total: int | None = None) -> None:
        """Take over how much of the phase is done."""
        self._progress.update(self._task, completed=done, total=total, rate=self._speed.described(done))

    def close(self) -> None:
        """Take the line away."""
        self._progress.stop()


class Lines:
    """Progress as lines of a log."""

    def __init__(self, write: Callable[[str], object], every: float) -> None:
        """Give ``write`` a line whenever ``every`` seconds are over, from the first phase on."""
        self._write = write
        self._every = every
        self._name, self._done, self._total = "", 0, 0
        self._speed = _Speed()
        self._ended = threading.Event()
        self._thread = threading.Thread(target=self._tick, name="progress", daemon=True)

    def phase(self, name: str) -> None:
        """Begin the next part of the run."""
        if name == self._name:
            return
        self._name, self._done, self._total, self._speed = name, 0, 0, _Speed()
        if not self._thread.is_alive() and not self._ended.is_set():
            self._thread.start()

    def advance(self, done: int, total: int | None = None) -> None:
        """Take over how much of the phase is done."""
        self._done, self._total = done, total or 0
        self._speed.begin(done)

    def line(self) -> str:
        """Describe how far the phase is."""
        if not self._done and not self._total:
            return f"{self._name}: {self._speed.seconds:.0f} s"
        of = f" of {self._total}" if self._total else ""
        left = self._speed.left(self._done, self._total)
        return f"{self._name}: {self._done}{of}, {self._speed.described(self._done)}{left}"

    def close(self) -> None:
        """Write nothing more."""
        self._ended.set()
        if self._thread.is_alive():
            self._thread.join()

    def _tick(self) -> None:
        while not self._ended.wait(self._every):
            self._write(f"{self.line()}\n")


class _Speed:
    """How fast something goes on; what was done already when it began does not count."""

    def __init__(self) -> None:
        self._started = time.monotonic()
        self._already: int | None = None

    @property
    def seconds(self) -> float:
        return time.monotonic() - self._started

    def begin(self, done: int) -> None:
        if self._already is None:
            self._already = done if done > 1 else 0

    def rate(self, done: int) -> float:
        self.begin(done)
        return (done - (self._already or 0)) / max(0.001, self.seconds)

    def described(self, done: int) -> str:
        return f"{self.rate(done):.0f}/s"

    def left(self, done: int, total: int) -> str:
        rate = self.rate(done)
        return f", {(total - done) / rate:.0f} s left" if total and rate else ""


def shown(stream: TextIO, *, colour: bool, drawn: bool = True) -> Bar | Lines:
    """Return what shows progress on ``stream``: a line that moves if that is a terminal and one is wanted."""
    console = Console(file=stream, no_color=True if not colour or os.environ.get("NO_COLOR") else None)
    if drawn and console.is_terminal and not console.is_dumb_terminal and stream.isatty():
        return Bar(console)

    def write(line: str) -> None:
        stream.write(line)
        stream.flush()

    return Lines(write, EVERY)
