"""Spares requests: equal requests to the same server have the same answer."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from conformance.model.exchange import Exchange, NotObserved
from conformance.plan.requests import build_request
from conformance.plan.steps import Step, probe_of
from conformance.run import Run


def observe(run: Run, steps: Sequence[Step], known: Mapping[Step, Exchange]) -> None:
    """Send ``steps``, but for those whose exchange is ``known`` and whose request is the same in this run."""
    record, waiting = run.observer.record, {step: step.dependencies() for step in steps}
    while waiting:
        ready = [step for step, before in waiting.items() if waiting.keys().isdisjoint(before)]
        for step in ready:
            if step in known and step not in record and _is_same(run, step, known[step]):
                record[step] = known[step]
        run.observe(ready)
        for step in ready:
            del waiting[step]


def _is_same(run: Run, step: Step, known: Exchange) -> bool:
    """Return whether ``step`` asks for the same as in the ``known`` exchange."""
    if probe_of(step).packed is not None:
        return False
    try:
        before = {each.probe: run.observer.record[each] for each in step.dependencies()}
        return build_request(step, run.target, before) == known.request
    except (KeyError, NotObserved):
        return False
