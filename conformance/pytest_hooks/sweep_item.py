"""The sweep as items of pytest: one, or one for each process that shares the work."""

from __future__ import annotations

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
    from conformance.sweep.session import Advance, Sweep


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
        path = run.settings["sweep-state"]
        if path and workers(self.config) > 1:
            path = f"{path}.{self._part[0]}of{self._part[1]}"
        return Sweep(run.target, run.settings["sweep"], run.settings["fuzz-seed"], self._part, path)

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
        """Return one line for a wrong setting, the traceback for everything else."""
        wrong = isinstance(excinfo.value, SettingError)
        return str(excinfo.value) if wrong else super().repr_failure(excinfo, style)


def items_of(collector: pytest.Collector, name: str, function: Any) -> Iterator[SweepItem]:
    """Yield an item for each part that this run sweeps; none when no sweep is wanted."""
    run = run_of(collector.config)
    if run.settings["sweep"] is None:
        return
    index, of = run.settings["sweep-shard"]
    own = workers(collector.config)
    for number in range(1, own + 1):
        part = (index - 1) * own + number, of * own
        label = f"{part[0]}of{part[1]}"
        yield SweepItem.from_parent(collector, name=f"{name}[{label}]", part=part, judge=function)
