"""Judges a fault by what it changes: only requests that are answered differently are sent and judged.

Every planned request is answered without sockets by the correct application, and by the faulty one where the fault took
hold of something that is looked up for it. Where the answers are equal, the exchange of a run against the correct
server stands for both: it is the same to a client. What is not equal is sent, though over no network, and only the
cases that read a part of an exchange that differs can find something.
"""

from __future__ import annotations

import copy
from collections.abc import Callable, Collection, Iterator, Sequence
from contextlib import contextmanager
from typing import Any

from conformance.judge import suite
from conformance.judge.evaluate import judge_all
from conformance.model.exchange import NotObserved
from conformance.model.outcome import Judgement
from conformance.plan.requests import build_request
from conformance.plan.steps import Step, closure, probe_of
from conformance.reference import tokens
from conformance.reference.app import Api
from conformance.reference.bare import shows_in_answers
from conformance.reference.faults import Fault
from conformance.reference.server import ReferenceServer
from conformance.run import Run
from tests.support import detection, instant
from tests.support.clean import Clean, clean, live, of_base
from tests.support.lookups import Before
from tests.support.seen import Changes

# What has to be seen on real connections, or again and again.
_ON_CONNECTIONS = frozenset({"https", "load", detection.REPEAT})


_CLAIMS: dict[str, dict[str, Any] | None] = {}


def takes_the_full_way(fault: Fault) -> bool:
    """Return whether a fault keeps state, or lies in what only real connections show."""
    return fault.stateful or bool(fault.needs & _ON_CONNECTIONS)


def _verifying_once(api: Api) -> Api:
    """Return ``api``, which verifies each token once in this process, unless a fault has a hand in that."""
    if api.signing_key == tokens.frozen_key() and vars(api).keys().isdisjoint({"claims", "leeway"}):
        api.replace(Api.claims, _remembered)
    return api


def _remembered(original: Callable[[str], dict[str, Any] | None], token: str) -> dict[str, Any] | None:
    """Return the claims of ``token``: all frozen servers have one key."""
    if token not in _CLAIMS:
        _CLAIMS[token] = original(token)
    return copy.copy(_CLAIMS[token])


def changed_by(fault: Fault, known: Clean) -> set[Step] | None:
    """Return the steps whose answers ``fault`` changes; None where that varies."""
    api = ReferenceServer(frozen=True, variants=of_base(known.base)).api
    before = Before(api)
    fault.apply(api)
    replaced = before.replaced()
    if "signing_key" in replaced:
        return None
    _verifying_once(api)
    asked = known.answered if shows_in_answers(api) else known.written
    answers = {step: asked.asking[step](api) for step, names in asked.lookups.items() if replaced & names}
    changed = {step for step, answer in answers.items() if answer != asked.answers[step]}
    return changed if all(asked.asking[step](api) == answers[step] for step in changed) else None


def judge(fault: Fault) -> list[Judgement] | None:
    """Return the judgements of the cases that see something of ``fault``; None when it has to take the full way."""
    if fault.needs & _ON_CONNECTIONS:
        return None
    if fault.stateful:
        return _judge_everything(fault)
    known = clean(detection.capabilities_for([fault]))
    changed = changed_by(fault, known)
    return judge_changed(fault, known, changed) if changed else None


def judge_changed(
    fault: Fault, known: Clean, changed: set[Step], requirements: Collection[str] | None = None
) -> list[Judgement]:
    """Return the judgements of the cases that see one of the ``changed`` answers of a server with ``fault``.

    They are those of all ``requirements``, or of some, for which no more is sent than they need.
    """
    affected = known.affected_by(changed)
    needed = affected if requirements is None else _needed(requirements, known, affected)
    api = _verifying_once(live([fault], known.base).api)
    with instant.answering(api), _started(known, set(affected)) as run:
        _observe(run, known, changed, needed)
        return Changes(run, known).judgements(requirements)


def _needed(requirements: Collection[str], known: Clean, affected: Sequence[Step]) -> Sequence[Step]:
    """Return the ``affected`` steps that the cases of these requirements judge, and what those depend on."""
    cases = [case for case in known.cases if case.check.requirement in requirements]
    if any(case.check.is_record_wide for case in cases):
        return affected
    needed = set(closure(step for case in cases for step in known.steps_of[case]))
    return [step for step in affected if step in needed]


def judge_repeatedly(faults: Collection[Fault]) -> list[Judgement]:
    """Judge a server with ``faults``, which are seen when requests are repeated, by everything."""
    with ReferenceServer(faults=faults) as server, instant.answering(server.api):
        given = detection.settings_for(server, detection.capabilities_for(faults))
        return detection.judge_target(server.base_url, given)


def judge_correct(capabilities: Collection[str]) -> list[Judgement]:
    """Judge the correct server by all cases. What is asked as with all capabilities is not sent again."""
    known = clean(detection.EVERYTHING)
    known.server.serve(live().api)
    run = detection.run_against(known.server, capabilities)
    try:
        run.start()
        if run.abort:
            raise detection.Aborted(run.abort.code, run.abort.message)
        cases = suite.cases(run.target)
        _observe(run, known, set(), closure(suite.needed(run.target, cases)))
        return judge_all(run, cases)
    finally:
        run.stop()


def _judge_everything(fault: Fault) -> list[Judgement] | None:
    """Ask a server with ``fault`` for everything, and return the judgements of the cases that see something of it.

    None where it shows only on connections, or while several requests are under way.
    """
    api = live([fault]).api
    if api.signing_key != tokens.frozen_key() or "arrive" in vars(api):
        return None
    known = clean(detection.capabilities_for([fault]))
    with instant.answering(api), _started(known, set(known.steps)) as run:
        run.observe(known.steps)
        found = Changes(run, known).judgements()
    return found if fault.caught_by <= detection.caught(found).keys() else None


@contextmanager
def _started(known: Clean, unknown: set[Step]) -> Iterator[Run]:
    """Start a run that has the exchanges of all steps but the ``unknown`` ones. Raises Aborted."""
    run = detection.run_against(known.server, known.capabilities)
    try:
        same = {step: exchange for step, exchange in known.record.items() if step not in unknown}
        run.start(same, {step: reason for step, reason in known.unbuilt.items() if step not in unknown})
        if run.abort:
            raise detection.Aborted(run.abort.code, run.abort.message)
        yield run
    finally:
        run.stop()


def _observe(run: Run, known: Clean, changed: set[Step], affected: Sequence[Step]) -> None:
    """Send what is ``affected``, but for requests that stay the same and whose answers have not ``changed``."""
    record, waiting = run.observer.record, {step: step.dependencies() for step in affected}
    while waiting:
        ready = [step for step, before in waiting.items() if waiting.keys().isdisjoint(before)]
        for step in ready:
            if step not in changed and _is_same(run, step, known):
                record[step] = known.record[step]
        run.observe(ready)
        for step in ready:
            del waiting[step]


def _is_same(run: Run, step: Step, known: Clean) -> bool:
    """Return whether the request of ``step`` is the same as to the correct server, its answer being the same then."""
    if step not in known.record or probe_of(step).packed is not None:
        return False
    try:
        before = {each.probe: run.observer.record[each] for each in step.dependencies()}
        return build_request(step, run.target, before) == known.record[step].request
    except (KeyError, NotObserved):
        return False
