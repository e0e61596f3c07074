"""A run against the correct server: its record, what the checks read of it, and what its application answers."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from contextlib import nullcontext
from dataclasses import dataclass, field
from functools import cache, cached_property, partial

from conformance.config.target import Target
from conformance.judge import suite
from conformance.judge.endings import SuiteError
from conformance.judge.evaluate import evaluate
from conformance.judge.values import values_of
from conformance.model.exchange import Exchange, NotObserved
from conformance.observe.message_bytes import head_of, revealed
from conformance.plan.parameters import RECORD_WIDE
from conformance.plan.steps import Step, closure
from conformance.reference.app import Api
from conformance.reference.bare import BareAnswer, BareServer, Parsed, parsed
from conformance.reference.clock import Clock
from conformance.reference.faults import Fault
from conformance.reference.message import Answer, Connection
from conformance.reference.reduced import Reduced
from conformance.reference.server import ReferenceServer
from conformance.run import Run
from tests.support import detection, instant
from tests.support.lookups import answers_and_lookups
from tests.support.reads import Reader

# What has to be seen on connections.
ON_CONNECTIONS = frozenset({"wire", "load"})
# What an application answers to a step, before it is written or as bytes.
Answered = list[Answer | str] | list[BareAnswer]


@dataclass(frozen=True)
class Asked:
    """How an application is asked for each step, what the correct one answers, and what is looked up in it for that."""

    asking: Mapping[Step, Callable[[Api], Answered]]
    answers: Mapping[Step, Answered]
    lookups: Mapping[Step, frozenset[str]]


@dataclass
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
        api = self._correct()
        messages = {step: _messages(exchange, self.target) for step, exchange in self.record.items()}
        return _asked({step: _asking(each, api) for step, each in messages.items()}, api)

    @cached_property
    def written(self) -> Asked:
        """What the application writes."""
        messages = {step: _messages(exchange, self.target) for step, exchange in self.record.items()}
        return _asked({step: partial(_written, each) for step, each in messages.items()}, self._correct())

    def _correct(self) -> Api:
        return ReferenceServer(frozen=True, variants=of_base(self.base)).api

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
        run, reader = self.reader
        try:
            values = values_of(run, case)
        except NotObserved:
            return None
        steps = self.steps if case.check.is_record_wide else self.steps_of[case]
        reader.parts(steps)
        ending = evaluate(case.check, values)
        if isinstance(ending, SuiteError):
            raise ending.error
        return reader.parts(steps)


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
    server, api = _server(), live(base=base).api
    server.serve(api)
    with nullcontext() if capabilities & ON_CONNECTIONS else instant.answering(api):
        return _observed(detection.run_against(server, capabilities), server, capabilities, base)


def _observed(run: Run, server: ReferenceServer, capabilities: frozenset[str], base: Reduced | None) -> Clean:
    try:
        run.start()
        cases = [case for case in suite.cases(run.target) if not case.missing(run.target)]
        needed = closure(suite.needed(run.target, cases))
        run.observe(needed)
        return Clean(
            server=server,
            capabilities=capabilities,
            target=run.target,
            steps=tuple(needed),
            record=dict(run.observer.record),
            unbuilt=dict(run.observer.unbuilt),
            cases=tuple(cases),
            base=base,
        )
    finally:
        run.stop()


def _asked(asking: Mapping[Step, Callable[[Api], Answered]], api: Api) -> Asked:
    return Asked(asking, *answers_and_lookups(api, asking))


def of_base(base: Reduced | None) -> list[Reduced]:
    """Return how a server with this base varies."""
    return [base] if base else []


def live(faults: Iterable[Fault] = (), base: Reduced | None = None) -> ReferenceServer:
    """Return a server, not started, with the key of the frozen ones and a clock that goes."""
    server = ReferenceServer(faults=faults, frozen=True, variants=of_base(base))
    server.api.clock = Clock()
    return server


def _messages(exchange: Exchange, target: Target) -> tuple[bytes, ...]:
    """Return what is written on the connection, secrets revealed."""
    request = exchange.request
    if request.raw:
        return tuple(revealed(text, target) for text in request.raw)
    return (head_of(request, target) + request.body,)


def _asking(messages: tuple[bytes, ...], api: Api) -> Callable[[Api], Answered]:
    """Return what asks an application: for its answers before they are written, where each message is one request."""
    requests = [parsed(message, api) for message in messages]
    return partial(_written, messages) if None in requests else partial(_answers, [each for each in requests if each])


def _answers(requests: Sequence[Parsed], api: Api) -> list[Answer | str]:
    connection = Connection(number=0)
    return [request.answer(api, connection) for request in requests]


def _written(messages: tuple[bytes, ...], api: Api) -> list[BareAnswer]:
    return BareServer(api).answers_on_one_connection(messages)
