"""Data may change between two requests: that is not a finding, and hides none."""

from __future__ import annotations

import itertools
from collections.abc import Callable, Collection
from contextlib import nullcontext
from functools import partial

import pytest

from conformance.judge import stability
from conformance.judge.api import Violation, observe_each, status_line
from conformance.judge.endings import NotJudged
from conformance.judge.evaluate import evaluate, judge_all
from conformance.judge.suite import Check, cases, checks, needed
from conformance.model.exchange import Exchange
from conformance.model.outcome import Judgement, Outcome
from conformance.reading.classification import depends_on_state
from conformance.reference.app import Api
from conformance.reference.faults import Fault, all_faults
from conformance.reference.faults.tools import alter_item
from conformance.reference.server import ReferenceServer
from conformance.run import Run
from tests.support import detection
from tests.support.changing import Clock, every, growing, once, to_and_fro
from tests.support.exchanges import exchange, refusal
from tests.support.instant import quickly
from tests.support.targets import settings_of

FEW = frozenset({"collection", "second-customer"})


def judged(faults: Collection[Fault], capabilities: Collection[str]) -> list[Judgement]:
    """Judge everything of two invoices; on connections where more than FEW is judged."""
    with ReferenceServer(faults=faults) as server, quickly(server.api) if capabilities is FEW else nullcontext():
        given = detection.settings_for(server, capabilities)
        return detection.judge_target(server.base_url, {**given, "invoice_id": given["invoice_id"][:2]})


def judged_by(names: Collection[str], faults: Collection[Fault], least: int = 0) -> list[Judgement]:
    """Judge the requirements of these ``names``; more than ``least`` requests are needed for that."""
    with ReferenceServer(faults=faults) as server, quickly(server.api):
        run = detection.run_against(server, FEW)
        try:
            run.start()
            todo = cases(run.target, [check for check in checks() if check.requirement in names])
            run.observe(needed(run.target, todo))
            assert run.observer.sent > least
            return judge_all(run, todo)
        finally:
            run.stop()


def found(judgements: list[Judgement]) -> dict[str, str]:
    bad = detection.CAUGHT | {Outcome.ERROR}
    return {each.requirement: each.observed or each.reason for each in judgements if each.outcome in bad}


# Everything is asked for once; what differs from clock to clock is in the invoices and their collection.
@pytest.mark.parametrize(
    ("clock", "capabilities"),
    [
        (every(1), detection.EVERYTHING),
        *((clock, FEW) for clock in (every(7), once(100), once(250), to_and_fro(1))),
    ],
    ids=["each", "each-7", "once-100", "once-250", "to-and-fro"],
)
def test_data_that_change_are_not_a_finding(clock: Clock, capabilities: Collection[str]) -> None:
    assert found(judged([growing(clock)], capabilities)) == {}


@pytest.mark.parametrize(
    "name",
    ["include-unknown-beside-known", "value-amount-exponent", "cors-origin-reflected"],
)
def test_a_fault_that_is_in_one_answer_is_found_while_the_data_change(name: str) -> None:
    fault = all_faults()[name]
    assert set(fault.caught_by) <= set(found(judged_by(fault.caught_by, [fault, growing(every(1))])))


@pytest.mark.parametrize("name", ["etag-time-in-body", "json-order-by-chance", "collection-rounded-amounts"])
def test_a_contradiction_is_found_while_the_data_change_at_times(name: str) -> None:
    fault = all_faults()[name]
    assert set(fault.caught_by) <= set(found(judged_by(fault.caught_by, [fault, growing(once(2))], least=2)))


# What a finding depends on.


@pytest.mark.parametrize(
    ("finding", "alone"),
    [
        (Violation("404", status_line(refusal(404)), refusal(404)), True),
        (Violation("the same invoice", "other contents", exchange()), False),
        (Violation("a field", "none", exchange(), part="Vary"), True),
        (Violation("that of GET", "12", exchange(), part="Content-Length"), False),
        (Violation("that of GET", '"x"', exchange(), part="ETag"), False),
        (Violation("1", "2", exchange(), part="/data/attributes/reference"), False),
        (Violation("1", "2", exchange(), part="/data/attributes/reference", alone=True), True),
    ],
)
def test_a_finding_shows_whether_it_is_in_one_answer(finding: Violation, alone: bool) -> None:
    assert finding.alone is alone

    def judge(_exchange: object) -> None:
        raise finding

    with pytest.raises(Violation) as raised:
        observe_each([exchange(), exchange()], judge)
    assert raised.value.alone is alone


@pytest.mark.parametrize(
    ("headers", "depends"),
    [({}, False), ({"If-None-Match": "*"}, False), ({"If-None-Match": 'W/"0"'}, True), ({"if-match": '"0"'}, True)],
)
def test_a_condition_depends_on_the_state(headers: dict[str, str], depends: bool) -> None:
    assert depends_on_state(exchange(request_headers=headers)) is depends


# When a comparison counts.

NAMES = ("item", "item_again")


def reconsidered(change: Callable[[Api], None]) -> tuple[object, int]:
    """Return what becomes of a finding that always shows again, and how often it was judged."""
    fault, times = Fault("made-here", "", frozenset(), "", "", change), itertools.count()

    def differs(item: Exchange, item_again: Exchange) -> None:  # noqa: ARG001 - what is compared
        next(times)
        raise Violation("the same", "another", item_again)

    with ReferenceServer(faults=[fault]) as server, quickly(server.api):
        run = Run(server.base_url, settings_of(**detection.settings_for(server)), dry=False)
        run.start()
        try:
            (case,) = cases(run.target.with_invoices(run.target.invoice_ids[:1]), [Check("SEM-012", differs, NAMES)])
            run.observe(case.steps(run.target))
            found = Violation("the same", "another")
            ending, _ = stability.settle(run, case, {}, found, partial(evaluate, case.check))
        finally:
            run.stop()
    return ending, next(times)


def test_a_comparison_counts_when_the_data_stay_the_same() -> None:
    ending, times = reconsidered(lambda _: None)
    assert isinstance(ending, Violation)
    assert times == 1


def test_a_comparison_does_not_count_while_the_data_change() -> None:
    ending, times = reconsidered(growing(every(1)).install)
    assert isinstance(ending, NotJudged)
    assert times == 3


def test_a_server_that_contradicts_its_entity_tags_is_not_a_server_whose_data_change() -> None:
    numbers = itertools.count()

    def change(api: Api) -> None:
        api.replace("entity_tag", lambda *_: 'W/"0"')
        alter_item(api, lambda document, _: document["data"]["attributes"].update(reference=str(next(numbers))))

    ending, times = reconsidered(change)
    assert isinstance(ending, Violation)
    assert times == 1
