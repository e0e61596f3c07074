"""How far a sweep is: a bar on a terminal, else a line from time to time."""

from __future__ import annotations

import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager

from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeRemainingColumn

# Seconds between two lines where there is no terminal.
_QUIET = 30.0
Advance = Callable[[int, int | None], None]


@contextmanager
def shown(described: str) -> Iterator[Advance]:
    """Show progress on stderr; what is yielded is told how many are done, and how many there are as far as known."""
    stream = sys.stderr
    if not stream.isatty():
        yield _Lines(described).advance
        return
    columns = (
        TextColumn(described),
        BarColumn(),
        MofNCompleteColumn(),
        TextColumn("{task.fields[rate]}"),
        TimeRemainingColumn(),
    )
    started, already = time.monotonic(), -1
    with Progress(*columns, console=Console(file=stream), transient=True) as progress:
        task = progress.add_task(described, total=None, rate="")

        def advance(done: int, total: int | None) -> None:
            nonlocal already
            already = done if already < 0 else already
            rate = (done - already) / max(0.001, time.monotonic() - started)
            progress.update(task, completed=done, total=total, rate=f"{rate:.0f}/s")

        yield advance


class _Lines:
    """Progress as lines of a log."""

    def __init__(self, described: str) -> None:
        self._described = described
        self._started = self._told = time.monotonic()
        self._already = -1

    def advance(self, done: int, total: int | None) -> None:
        """Write a line when the last one is old."""
        now = time.monotonic()
        self._already = done if self._already < 0 else self._already
        if now - self._told < _QUIET:
            return
        self._told = now
        rate = (done - self._already) / (now - self._started)
        left = f", {(total - done) / rate:.0f} s left" if total is not None and rate else ""
        of = f" of {total}" if total is not None else ""
        sys.stderr.write(f"{self._described}: {done}{of}, {rate:.0f}/s{left}\n")
