"""Judges a fault by what it changes: only requests that are answered differently are sent and judged.

Every planned request is answered without sockets by the correct application, and by the faulty one where the fault took
hold of something that is looked up for it. Where the answers are equal, the exchange of a run against the correct
server stands for both: it is the same to a client. What is not equal is sent, though over no network, and only the
cases that read a part of an exchange that differs can find something.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator
from contextlib import AbstractContextManager, contextmanager

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
    if not changed:
        return None
    affected = known.affected_by(changed)
    with serving(fault, known), started(known, set(affected)) as run:
        same = {step: exchange for step, exchange in known.record.items() if step not in changed}
        sameness.observe(run, affected, same)
        return Changes(run, known).judgements()


def serving(fault: Fault, known: Clean) -> AbstractContextManager[None]:
    """Let the server of ``known``, with ``fault``, answer meanwhile."""
    return instant.answering(verifying_once(live([fault], known.base).api))


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
    with instant.answering(api), started(known, set(known.steps)) as run:
        run.observe(known.steps)
        found = Changes(run, known).judgements()
    return found if fault.caught_by <= detection.caught(found).keys() else None


@contextmanager
def started(known: Clean, unknown: set[Step]) -> Iterator[Run]:
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
