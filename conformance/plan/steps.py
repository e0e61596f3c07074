"""The plan: the graph of requests that a selection of checks needs, before anything is sent."""

from __future__ import annotations

from collections.abc import Iterable
from functools import lru_cache
from typing import TYPE_CHECKING, NamedTuple

from conformance.plan import probes
from conformance.plan.probe import Family, Probe

if TYPE_CHECKING:
    from conformance.config.target import Target


class Step(NamedTuple):
    """One request of the plan: a probe, for one invoice. From ``round`` 1 on, the request of round 0 once more."""

    # A tuple, for steps are looked up some hundred thousand times in a run.

    probe: str
    invoice_id: str
    round: int = 0

    def dependencies(self) -> tuple[Step, ...]:
        """Return the steps that have to be answered first."""
        return _dependencies(self)

    def again(self, number: int) -> Step:
        """Return the same request in the round ``number``."""
        return self._replace(round=number)


@lru_cache(maxsize=16_384)
def _dependencies(step: Step) -> tuple[Step, ...]:
    if step.round:
        return (Step(step.probe, step.invoice_id),)
    return tuple(Step(name, step.invoice_id) for name in probe_of(step).dependencies)


def probe_of(step: Step) -> Probe:
    """Return the probe of ``step``. Raises LookupError when none has its name."""
    try:
        return probes.by_key()[step.probe]
    except KeyError:
        raise LookupError(f"no probe is named {step.probe}") from None


def in_words(step: Step) -> str:
    """Return the request of ``step`` as a part of a sentence, as far as it is known before it is built."""
    probe = probe_of(step)
    if probe.raw or probe.previous is not None or callable(probe.path):
        return f"a {probe.method} request that follows from earlier answers"
    query = "" if probe.query is None else f"?{probe.query}"
    return f"{probe.method} {probe.path.replace('{invoice_id}', step.invoice_id)}{query}"


def applicable(probe: Probe, target: Target) -> bool:
    """Return whether the target has what the probe needs."""
    return target.capabilities.issuperset(probe.needs)


def is_burst(step: Step) -> bool:
    """Return whether the request of ``step`` belongs to a load."""
    probe = probes.by_key().get(step.probe)
    return probe is not None and probe.burst


def until_closed(step: Step) -> bool:
    """Return whether more is waited for after the answer to the request of ``step``."""
    return probe_of(step).until_closed


def is_alone(step: Step) -> bool:
    """Return whether nothing else may be under way with the request of ``step``."""
    probe = probes.by_key().get(step.probe)
    return probe is not None and probe.alone


def steps_for(name: str, target: Target, invoice_id: str | None = None) -> list[Step]:
    """Return the steps of the probe or family ``name``; of all known invoices where it is sent for each of them.

    ``invoice_id`` restricts it to one invoice.
    """
    known = target.invoice_ids if invoice_id is None else (invoice_id,)
    return list(_steps_for(name, known, target.capabilities))


@lru_cache(maxsize=4096)
def _steps_for(name: str, known: tuple[str, ...], capabilities: frozenset[str]) -> tuple[Step, ...]:
    entry = probes.declared()[name]
    steps: list[Step] = []
    for probe in entry if isinstance(entry, Family) else (entry,):
        if known and capabilities.issuperset(probe.needs):
            ids = known if probe.each_invoice else (known[probe.place % len(known)],)
            steps += [Step(probe.name, each) for each in ids]
    return tuple(steps)


def everything(target: Target) -> list[Step]:
    """Return every step that applies to the target."""
    return list(_everything(target.invoice_ids, target.capabilities))


@lru_cache(maxsize=64)
def _everything(known: tuple[str, ...], capabilities: frozenset[str]) -> tuple[Step, ...]:
    return tuple(step for name in probes.declared() for step in _steps_for(name, known, capabilities))


def closure(steps: Iterable[Step]) -> list[Step]:
    """Return the steps with all that they depend on, each once, dependencies first."""
    ordered: dict[Step, None] = {}

    def visit(step: Step, trail: tuple[Step, ...]) -> None:
        if step in trail:
            raise ValueError(f"probe {step.probe} depends on itself")
        for earlier in step.dependencies():
            if earlier not in ordered:
                visit(earlier, (*trail, step))
        ordered[step] = None

    for step in steps:
        if step not in ordered:
            visit(step, ())
    return list(ordered)
