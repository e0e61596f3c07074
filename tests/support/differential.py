"""Judges a fault by what it changes: only requests that are answered differently are sent and judged.

Every planned request is answered without sockets by the correct application, and by the faulty one where the fault took
hold of something that is looked up for it. Where the answers are equal, the exchange of a run against the correct
server stands for both: it is the same to a client. What is not equal is sent, though over no network, and only the
cases that read a part of an exchange that differs can find something.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator, Sequence
from contextlib import contextmanager

from conformance.judge import suite
from conformance.judge.evaluate import judge_all
from conformance.model.outcome import Judgement
from conformance.plan.steps import Step, closure
from conformance.reference import tokens
from conformance.reference.faults import Fault
from conformance.reference.server import ReferenceServer
from conformance.run import Run
from tests.support import detection, instant, sameness
from tests.support.claims import verifying_once
from tests.support.clean import Clean, clean, live
from tests.support.seen import Changes

# What has to be seen on real connections, or again and again.
_ON_CONNECTIONS = frozenset({"https", "load", detection.REPEAT})


def takes_the_full_way(fault: Fault) -> bool:
    """Return whether a fault keeps state, or lies in what only real connections show."""
    return fault.stateful or bool(fault.needs & _ON_CONNECTIONS)


def judge(fault: Fault) -> list[Judgement] | None:
    """Return the judgements of the cases that see something of ``fault``; None when it has to take the full way."""
    if fault.needs & _ON_CONNECTIONS:
        return None
    if fault.stateful:
        return _judge_everything(fault)
    known = clean(detection.capabilities_for([fault]))
    changed = known.changed_by(fault.apply)
    return judge_changed(fault, known, changed) if changed else None


def judge_changed(
    fault: Fault, known: Clean, changed: set[Step], requirements: Collection[str] | None = None
) -> list[Judgement]:
    """Return the judgements of the cases that see one of the ``changed`` answers of a server with ``fault``.

    They are those of all ``requirements``, or of some, for which no more is sent than they need.
    """
    affected = known.affected_by(changed)
    needed = affected if requirements is None else _needed(requirements, known, affected)
    api = verifying_once(live([fault], known.base).api)
    with instant.answering(api), _started(known, set(affected)) as run:
        same = {step: exchange for step, exchange in known.record.items() if step not in changed}
        sameness.observe(run, needed, same)
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
        sameness.observe(run, closure(suite.needed(run.target, cases)), known.record)
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
