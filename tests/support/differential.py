"""Judges a fault by what it changes: only requests that are answered differently are sent and judged.

Every planned request is answered twice without sockets, by the correct application and by the faulty one. Where the
bytes are equal, the exchange of a run against the correct server stands for both: it is the same to a client. What is
not equal is sent over the wire, and only the cases that judge one of those exchanges can find something.
"""

from __future__ import annotations

import ast
import copy
import inspect
import textwrap
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from functools import cache, cached_property
from typing import Any

from conformance.config.target import Target
from conformance.judge import suite
from conformance.judge.endings import SuiteError, Violation
from conformance.judge.evaluate import evaluate
from conformance.judge.evaluate import judge as judge_case
from conformance.judge.values import values_of
from conformance.model.exchange import Exchange, NotObserved
from conformance.model.outcome import Judgement
from conformance.observe.message_bytes import head_of, revealed
from conformance.plan.parameters import RECORD_WIDE
from conformance.plan.steps import Step, closure
from conformance.reference.app import Api
from conformance.reference.bare import BareAnswer, BareServer, Parsed, parsed, shows_in_answers
from conformance.reference.clock import Clock
from conformance.reference.faults import Fault
from conformance.reference.message import Answer
from conformance.reference.reduced import Reduced
from conformance.reference.server import ReferenceServer
from conformance.run import Run
from tests.support import detection

# How a check ends that judges each exchange by itself.
_EACH = tuple(f"observe_each({start}every_" for start in ("", "documents.distinct("))
# What has to be seen on real connections, or again and again.
_ON_CONNECTIONS = frozenset({"https", "load", detection.REPEAT})


_CLAIMS: dict[str, dict[str, Any] | None] = {}
# What an application answers to a step, before it is written or as bytes.
Answered = Answer | str | list[BareAnswer]


@dataclass
class Clean:
    """A run against the correct server: its record, and what its application answers without sockets."""

    server: ReferenceServer
    capabilities: frozenset[str]
    target: Target
    steps: tuple[Step, ...]
    record: Mapping[Step, Exchange]
    unbuilt: Mapping[Step, NotObserved]
    requests: Mapping[Step, tuple[bytes, ...]]
    parsed: Mapping[Step, Parsed]
    answers: Mapping[Step, Answered]
    bare_answers: Mapping[Step, Answered]
    cases: tuple[suite.Case, ...]
    base: Reduced | None = None

    @cached_property
    def steps_of(self) -> Mapping[suite.Case, frozenset[Step]]:
        """The steps whose exchanges each case judges, without those of the whole record."""
        return {case: _named_steps(case, self.target) for case in self.cases}

    @cached_property
    def same(self) -> frozenset[int]:
        """The identities of the exchanges in the record."""
        return frozenset(map(id, self.record.values()))


def _named_steps(case: suite.Case, target: Target) -> frozenset[Step]:
    named = (each for name, each in case.arguments.items() if name not in RECORD_WIDE)
    return frozenset(step for each in named for step in each.steps(target, case.invoice_id))


def takes_the_full_way(fault: Fault) -> bool:
    """Return whether a fault keeps state, or lies in what only real connections show."""
    return fault.stateful or bool(fault.needs & _ON_CONNECTIONS)


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
    server.serve(live(base=base).api)
    run = detection.run_against(server, capabilities)
    try:
        run.start()
        cases = suite.cases(run.target)
        needed = closure(suite.needed(run.target, cases))
        run.observe(needed)
        record, target = dict(run.observer.record), run.target
        requests = {step: _messages(each, target) for step, each in record.items()}
        correct = ReferenceServer(frozen=True, variants=_of(base)).api
        read = {step: found for step, each in requests.items() if (found := _parsed(each, correct)) is not None}
        return Clean(
            server=server,
            capabilities=capabilities,
            target=target,
            steps=tuple(needed),
            record=record,
            unbuilt=dict(run.observer.unbuilt),
            requests=requests,
            parsed=read,
            answers=_answers(correct, requests, read),
            bare_answers=_answers(correct, requests, {}),
            cases=tuple(cases),
            base=base,
        )
    finally:
        run.stop()


def _of(base: Reduced | None) -> list[Reduced]:
    return [base] if base else []


def live(faults: Iterable[Fault] = (), base: Reduced | None = None) -> ReferenceServer:
    """Return a server, not started, with the key of the frozen ones and a clock that goes."""
    server = ReferenceServer(faults=faults, frozen=True, variants=_of(base))
    server.api.clock = Clock()
    return server


def _messages(exchange: Exchange, target: Target) -> tuple[bytes, ...]:
    """Return what is written on the connection, secrets revealed."""
    request = exchange.request
    if request.raw:
        return tuple(revealed(text, target) for text in request.raw)
    return (head_of(request, target) + request.body,)


def _parsed(messages: tuple[bytes, ...], api: Api) -> Parsed | None:
    """Return the only request of a connection, read; None where there is more to it."""
    return parsed(messages[0], api) if len(messages) == 1 else None


def _answers(api: Api, requests: Mapping[Step, tuple[bytes, ...]], read: Mapping[Step, Parsed]) -> dict[Step, Answered]:
    """Return what ``api`` answers: to what was ``read`` the answer before it is written, else the bytes."""
    bare = BareServer(api)
    return {
        step: read[step].answer(api) if step in read else bare.converse(messages) for step, messages in requests.items()
    }


def _remembered(original: Callable[[str], dict[str, Any] | None], token: str) -> dict[str, Any] | None:
    """Return the claims of ``token``, verified once: all frozen servers have one key."""
    if token not in _CLAIMS:
        _CLAIMS[token] = original(token)
    return copy.deepcopy(_CLAIMS[token])


def changed_by(fault: Fault, known: Clean) -> set[Step] | None:
    """Return the steps whose answers ``fault`` changes, or whose requests follow from such; None where that varies."""
    server = ReferenceServer(faults=[fault], frozen=True, variants=_of(known.base))
    if (server.token, server.signing_key) != (known.server.token, known.server.signing_key):
        return None
    if vars(server.api).keys().isdisjoint({"claims", "leeway"}):
        server.api.replace(Api.claims, _remembered)
    above = shows_in_answers(server.api)
    read, expected = (known.parsed, known.answers) if above else ({}, known.bare_answers)
    answers = _answers(server.api, known.requests, read)
    changed = {step for step, answer in answers.items() if answer != expected[step]}
    again = _answers(server.api, {step: known.requests[step] for step in changed}, read)
    if any(again[step] != answers[step] for step in changed):
        return None
    for step in known.steps:
        if changed.intersection(step.dependencies()):
            changed.add(step)
    return changed


def judge(fault: Fault) -> list[Judgement] | None:
    """Return the judgements of the cases that see something of ``fault``; None when it has to take the full way."""
    if takes_the_full_way(fault):
        return None
    known = clean(detection.capabilities_for([fault]))
    changed = changed_by(fault, known)
    return judge_changed(fault, known, changed) if changed else None


def judge_changed(fault: Fault, known: Clean, changed: set[Step]) -> list[Judgement]:
    """Return the judgements of the cases that see one of the ``changed`` answers of a server with ``fault``."""
    known.server.serve(live([fault], known.base).api)
    run = detection.run_against(known.server, known.capabilities)
    try:
        same = {step: exchange for step, exchange in known.record.items() if step not in changed}
        lost = {step: reason for step, reason in known.unbuilt.items() if step not in changed}
        run.start(same, lost)
        if run.abort:
            raise detection.Aborted(run.abort.code, run.abort.message)
        run.observe(known.steps)
        cases = [case for case in known.cases if not case.missing(run.target)]
        return [judgement for case in cases if (judgement := _judged(run, case, changed, known)) is not None]
    finally:
        run.stop()


def _judged(run: Run, case: suite.Case, changed: set[Step], known: Clean) -> Judgement | None:
    """Return the judgement of ``case``; None when it sees nothing that the correct server does not show as well."""
    is_concerned = not changed.isdisjoint(known.steps_of[case])
    if not case.check.is_record_wide:
        return judge_case(run, case) if is_concerned else None
    if not is_concerned and _judges_each_apart(case.check.function):
        try:
            values = values_of(run, case)
        except NotObserved:
            return judge_case(run, case)
        new = {name: tuple(each for each in values[name] if id(each) not in known.same) for name in _wide(case)}
        if not isinstance(evaluate(case.check, {**values, **new}), Violation | SuiteError):
            return None
    return judge_case(run, case)


def _wide(case: suite.Case) -> list[str]:
    return [name for name in case.check.parameters if name in RECORD_WIDE]


def _may_grow(value: ast.expr | None) -> bool:
    """Return whether something begins empty, as what is kept from one exchange to the next does."""
    return not isinstance(value, ast.Call | ast.Subscript | ast.Tuple | ast.ListComp | ast.SetComp)


@cache
def _judges_each_apart(check: Callable[..., None]) -> bool:
    """Return whether a check of the record judges each exchange by itself, and keeps nothing from one to the next."""
    (function,) = ast.parse(textwrap.dedent(inspect.getsource(check))).body
    assert isinstance(function, ast.FunctionDef)
    wide = [node for node in ast.walk(function) if isinstance(node, ast.Name) and node.id in RECORD_WIDE]
    kept = [node for node in function.body if isinstance(node, ast.Assign | ast.AnnAssign) and _may_grow(node.value)]
    return len(wide) == 1 and not kept and ast.unparse(function.body[-1]).startswith(_EACH)
