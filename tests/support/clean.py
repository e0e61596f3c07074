"""A run against the correct server: its record, what the checks read of it, and what its application answers."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Mapping
from contextlib import nullcontext
from dataclasses import dataclass, field
from functools import cache, cached_property

from conformance.config.target import Target
from conformance.judge import suite
from conformance.judge.endings import Ending, SuiteError
from conformance.judge.evaluate import evaluate
from conformance.judge.values import Values, values_of
from conformance.model.exchange import Exchange, NotObserved
from conformance.plan.parameters import RECORD_WIDE
from conformance.plan.steps import Step, closure
from conformance.reference.app import Api
from conformance.reference.bare import shows_in_answers
from conformance.reference.clock import Clock
from conformance.reference.faults import Fault
from conformance.reference.reduced import Reduced
from conformance.reference.server import ReferenceServer
from conformance.run import Run
from tests.support import asked, detection, instant, sameness
from tests.support.apart import judges_each_apart, wide_parameters
from tests.support.asked import Altered, Asked
from tests.support.claims import verifying_once
from tests.support.lookups import replaced_by
from tests.support.reads import ALWAYS, Reader

# What servers have answered, by what they lack: the correct one, and reduced ones.
_ANSWERS: dict[Reduced | None, dict[Step, Exchange]] = {}
# A case and the exchanges that it judges, by their identity: none of a clean run is ever given up.
_Judged = tuple[suite.Case, frozenset[tuple[Step, int]]]
# What cases read of their exchanges, and those that judge each exchange of the record apart for each of these.
_READS: dict[_Judged, Mapping[Step, int] | None] = {}
_READS_APART: dict[_Judged, dict[int, Mapping[Step, int]]] = {}
# What has to be seen on connections.
ON_CONNECTIONS = frozenset({"wire", "load"})


@dataclass(eq=False)
class Clean:
    """A run against the correct server: its record, and what its application answers without sockets."""

    server: ReferenceServer
    capabilities: frozenset[str]
    target: Target
    steps: tuple[Step, ...]
    record: Mapping[Step, Exchange]
    unbuilt: Mapping[Step, NotObserved]
    cases: tuple[suite.Case, ...]
    base: Reduced | None = None
    _reads: dict[suite.Case, Mapping[Step, int] | None] = field(default_factory=dict)

    @cached_property
    def answered(self) -> Asked:
        """What the application answers, before it is written where all that a connection has is whole requests."""
        return asked.answered(self.record, self.target, self.base)

    @cached_property
    def written(self) -> Asked:
        """What the application writes."""
        return asked.written(self.record, self.target, self.base)

    def changed_by(self, change: Callable[[Api], object]) -> set[Step] | None:
        """Return the steps whose answers are others once the application is changed; None where all of them are."""
        altered = self.altered(change)
        return None if altered is None else altered.changed(self.steps)

    def altered(self, change: Callable[[Api], object]) -> Altered | None:
        """Return the application with a ``change``, to be asked; None where all answers would be others."""
        api = ReferenceServer(frozen=True, variants=of_base(self.base)).api
        replaced = replaced_by(change, api)
        if "signing_key" in replaced:
            return None
        verifying_once(api)
        return Altered(api, replaced, self.answered if shows_in_answers(api) else self.written)

    @cached_property
    def steps_of(self) -> Mapping[suite.Case, frozenset[Step]]:
        """The steps whose exchanges each case judges, without those of the whole record."""
        return {case: _named_steps(case, self.target) for case in self.cases}

    @cached_property
    def _seeing(self) -> Mapping[Step, frozenset[int]]:
        """The places among the cases of those that judge the exchange of each step."""
        found: dict[Step, set[int]] = {}
        for place, case in enumerate(self.cases):
            for step in self.steps_of[case]:
                found.setdefault(step, set()).add(place)
        return {step: frozenset(places) for step, places in found.items()}

    def seeing(self, steps: Iterable[Step]) -> list[suite.Case]:
        """Return the cases that judge the exchange of one of ``steps``, and those that judge the whole record."""
        named = frozenset().union(*(self._seeing.get(step, ()) for step in steps))
        return [case for place, case in enumerate(self.cases) if place in named or case.check.is_record_wide]

    def affected_by(self, changed: Collection[Step]) -> list[Step]:
        """Return the ``changed`` steps and those whose requests may follow from them, in order."""
        affected = set(changed)
        for step, before in self.dependencies.items():
            if not affected.isdisjoint(before):
                affected.add(step)
        return [step for step in self.steps if step in affected]

    @cached_property
    def dependencies(self) -> Mapping[Step, tuple[Step, ...]]:
        """What has to be answered before each step, in the order of the plan."""
        return {step: step.dependencies() for step in self.steps}

    @cached_property
    def reader(self) -> tuple[Run, Reader]:
        """A run, ended, whose record notes what is read of it."""
        reader = Reader(self.record)
        run = detection.run_against(self.server, self.capabilities)
        run.start(reader.record, self.unbuilt)
        run.stop()
        return run, reader

    def reads(self, case: suite.Case) -> Mapping[Step, int] | None:
        """Return what ``case`` reads of the exchanges; None where it is not judged."""
        if case not in self._reads:
            self._reads[case] = self._read_by(case)
        return self._reads[case]

    def _read_by(self, case: suite.Case) -> Mapping[Step, int] | None:
        steps = self.steps if case.check.is_record_wide else self.steps_of[case]
        judged = self._judged(case, steps)
        if judged not in _READS:
            _READS[judged] = self._noted(case, steps)
        return _READS[judged]

    def _noted(self, case: suite.Case, steps: Collection[Step]) -> Mapping[Step, int] | None:
        run, reader = self.reader
        try:
            values = values_of(run, case)
        except NotObserved:
            return None
        if judges_each_apart(case.check.function):
            return self._noted_apart(case, values)
        reader.parts(steps)
        _without_error(evaluate(case.check, values))
        return reader.parts(steps)

    def _noted_apart(self, case: suite.Case, values: Values) -> Mapping[Step, int]:
        """Return what a check reads that judges each exchange of the record apart, from one that is known no more."""
        _, reader = self.reader
        known = _READS_APART.setdefault(self._judged(case, self.steps_of[case]), {})
        (name,) = wide_parameters(case.check)
        for exchange in values[name]:
            step = reader.step_of(exchange)
            if id(self.record[step]) not in known:
                steps = {step, *self.steps_of[case]}
                reader.parts(steps)
                _without_error(evaluate(case.check, {**values, name: (exchange,)}))
                known[id(self.record[step])] = reader.parts(steps)
        found = dict.fromkeys(self.record, ALWAYS)
        for exchange in self.record.values():
            for step, parts in known.get(id(exchange), {}).items():
                found[step] |= parts
        return found

    def _judged(self, case: suite.Case, steps: Collection[Step]) -> _Judged:
        return case, self._everything if steps is self.steps else self._exchanges(steps)

    @cached_property
    def _everything(self) -> frozenset[tuple[Step, int]]:
        return self._exchanges(self.steps)

    def _exchanges(self, steps: Iterable[Step]) -> frozenset[tuple[Step, int]]:
        return frozenset((step, id(self.record.get(step))) for step in steps)


def _without_error(ending: Ending) -> None:
    if isinstance(ending, SuiteError):
        raise ending.error


def _named_steps(case: suite.Case, target: Target) -> frozenset[Step]:
    named = (each for name, each in case.arguments.items() if name not in RECORD_WIDE)
    return frozenset(step for each in named for step in each.steps(target, case.invoice_id))


@cache
def _server() -> ReferenceServer:
    """Return a server of this process whose application is exchanged from fault to fault; it ends with the process."""
    server = ReferenceServer(frozen=True)
    server.start()
    return server


@cache
def clean(capabilities: frozenset[str], base: Reduced | None = None) -> Clean:
    """Return the run against the correct server with ``capabilities``, or against the reduced one ``base``."""
    server = _server()
    on_connections = bool(capabilities & ON_CONNECTIONS)
    known = {} if on_connections else _known_answers(capabilities, base)
    api = live(base=base).api
    server.serve(api)
    with nullcontext() if on_connections else instant.answering(api):
        found = _observed(detection.run_against(server, capabilities), server, capabilities, base, known)
    if not on_connections:
        _ANSWERS.setdefault(base, {}).update(found.record)
    return found


def _known_answers(capabilities: frozenset[str], base: Reduced | None) -> Mapping[Step, Exchange]:
    """Return the exchanges with a server that earlier runs had, and those of the correct server that are the same."""
    own = _ANSWERS.get(base, {})
    if base is None:
        return own
    correct = clean(capabilities)
    other = correct.changed_by(base.apply)
    return own if other is None else {step: each for step, each in correct.record.items() if step not in other} | own


def _observed(
    run: Run,
    server: ReferenceServer,
    capabilities: frozenset[str],
    base: Reduced | None,
    known: Mapping[Step, Exchange],
) -> Clean:
    try:
        run.start()
        cases = [case for case in suite.cases(run.target) if not case.missing(run.target)]
        needed = closure(suite.needed(run.target, cases))
        sameness.observe(run, needed, known)
        record = run.observer.record
        return Clean(
            server=server,
            capabilities=capabilities,
            target=run.target,
            steps=tuple(needed),
            record={step: record[step] for step in needed if step in record},
            unbuilt=dict(run.observer.unbuilt),
            cases=tuple(cases),
            base=base,
        )
    finally:
        run.stop()


def of_base(base: Reduced | None) -> list[Reduced]:
    """Return how a server with this base varies."""
    return [base] if base else []


def live(faults: Iterable[Fault] = (), base: Reduced | None = None) -> ReferenceServer:
    """Return a server, not started, with the key of the frozen ones and a clock that goes."""
    server = ReferenceServer(faults=faults, frozen=True, variants=of_base(base))
    server.api.clock = Clock()
    return server
