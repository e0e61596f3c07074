"""The sweep as items of pytest: one, or one for each process that shares the work."""

from __future__ import annotations

import sqlite3
from collections.abc import Callable, Iterator
from contextlib import closing
from typing import TYPE_CHECKING, Any

import pytest

from conformance.config.settings import SettingError
from conformance.pytest_hooks import outcome
from conformance.pytest_hooks.items import run_of
from conformance.pytest_hooks.judging_item import GeneratingItem
from conformance.pytest_hooks.xdist import workers

if TYPE_CHECKING:
    from conformance.config.settings import Settings
    from conformance.sweep.session import Advance, Sweep
    from conformance.sweep.state import State

# The open state of the sweep of this process.
HELD: pytest.StashKey[State] = pytest.StashKey()


class SweepItem(GeneratingItem):
    """One part of a sweep."""

    def __init__(
        self, *, part: tuple[int, int], judge: Callable[[Sweep, Advance], dict[str, Any]], **named: Any
    ) -> None:
        """``part`` is the number of the part, from 1, and how many there are."""
        super().__init__(**named)
        self._part = part
        self._judge = judge
        self._summary: dict[str, Any] = {}

    def runtest(self) -> None:
        """Keep what was found; it is not a failure of the item. Nothing is sent when a record is judged."""
        from conformance.sweep.judgements import judgements, repeated

        run = run_of(self.config)
        if run.kept:
            return
        with closing(self._sweep()) as sweep:
            try:
                self._summary = self._judge(sweep, run.progress.advance)
            except KeyboardInterrupt:
                # No report is made of an item that is interrupted.
                summary = sweep.summary()
                run.judgements_before += judgements(summary, self.nodeid, repeated(run.settings))
                run.swept.append({**summary, "interrupted": True})
                raise

    def _sweep(self) -> Sweep:
        from conformance.sweep.session import Sweep

        run = run_of(self.config)
        state: State | str | None = self.config.stash.get(HELD, None)
        if state is None:
            state = dict(state_files(self.config, run.settings)).get(self._part)
        sample = sample_of(self.config, run.settings, self._part)
        return Sweep(run.target, sample, run.settings["fuzz-seed"], self._part, state)

    def report(self, report: pytest.TestReport) -> None:
        """Write into ``report`` what was found."""
        from conformance.sweep.judgements import judgements, repeated

        run = run_of(self.config)
        if run.kept:
            outcome.apply_recorded(run.recorded(self.name), report, run)
            return
        outcome.apply(list(judgements(self._summary, self.nodeid, repeated(run.settings))), report, run)
        shown = {name: value for name, value in self._summary.items() if name != "holding"}
        vars(report)["conformance"].update(sweep=shown)

    def repr_failure(self, excinfo: pytest.ExceptionInfo[BaseException], style: Any = None) -> Any:
        """Return one line for a state that cannot be used or written, the traceback for everything else."""
        if isinstance(excinfo.value, sqlite3.OperationalError):
            path = run_of(self.config).settings["sweep-state"] or "the temporary file"
            return f"--sweep-state: {path} cannot be written: {excinfo.value}"
        wrong = isinstance(excinfo.value, SettingError)
        return str(excinfo.value) if wrong else super().repr_failure(excinfo, style)


def _parts(config: pytest.Config, settings: Settings) -> Iterator[tuple[int, int]]:
    """Yield the parts of the collection that this run sweeps."""
    index, of = settings["sweep-shard"]
    own = workers(config)
    for number in range(1, own + 1):
        yield (index - 1) * own + number, of * own


def sample_of(config: pytest.Config, settings: Settings, part: tuple[int, int]) -> int | str:
    """Return how many invoices of ``part`` are fetched by themselves: those of all processes are the sample."""
    whole: int | str = settings["sweep"]
    if isinstance(whole, str):
        return whole
    own = workers(config)
    share, left = divmod(whole, own)
    return share + ((part[0] - 1) % own < left)


def state_files(config: pytest.Config, settings: Settings) -> Iterator[tuple[tuple[int, int], str]]:
    """Yield each part that this run sweeps, with the file of its state; nothing without such a file."""
    path = settings["sweep-state"]
    for part in _parts(config, settings) if path else ():
        yield part, f"{path}.{part[0]}of{part[1]}" if workers(config) > 1 else path


def items_of(collector: pytest.Collector, name: str, function: Any) -> Iterator[SweepItem]:
    """Yield an item for each part that this run sweeps; none when no sweep is wanted."""
    settings = run_of(collector.config).settings
    for part in _parts(collector.config, settings) if settings["sweep"] is not None else ():
        label = f"{part[0]}of{part[1]}"
        yield SweepItem.from_parent(collector, name=f"{name}[{label}]", part=part, judge=function)
