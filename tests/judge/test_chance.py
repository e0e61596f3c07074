"""A difference that comes by chance on one of two answers is not a finding; one that is always there is."""

from __future__ import annotations

import itertools
from collections.abc import Callable
from functools import partial

import pytest

from conformance.judge.api import Violation, observe_each
from conformance.judge.endings import Ending, Passed
from conformance.judge.evaluate import evaluate
from conformance.judge.stability import settle
from conformance.judge.suite import Check, cases
from conformance.judge.values import values_of
from conformance.model.exchange import Exchange
from conformance.reference.app import Api
from conformance.reference.faults import Fault
from conformance.reference.message import Answer, Request
from conformance.reference.server import ReferenceServer
from conformance.run import Run
from tests.support import detection
from tests.support.exchanges import exchange
from tests.support.targets import settings_of

Chance = Callable[[Request, int], bool]


def _has_it(each: Exchange) -> bool:
    return "X-Trace" in each.fields


def lacks_field(item: Exchange, item_head: Exchange) -> None:
    if _has_it(item) and not _has_it(item_head):
        raise Violation("X-Trace", "none", item_head, part="x-trace", others=(item,), always=True)
    if _has_it(item_head) and not _has_it(item):
        raise Violation("no X-Trace", "X-Trace", item_head, part="x-trace", others=(item,), always=True)


def settled(has_field: Chance, repeat: str = "1") -> Ending:
    """Return how the comparison ends on a server of whose answers some have a field."""

    def install(api: Api) -> None:
        numbers: dict[str, itertools.count[int]] = {}

        def change(request: Request, answer: Answer) -> None:
            number = next(numbers.setdefault(request.method, itertools.count()))
            if has_field(request, number):
                answer.headers.append(("X-Trace", "1"))

        api.on_answer(change)

    check = Check("HTTP-006", lacks_field, ("item", "item_head"))
    with ReferenceServer(faults=[Fault("made-here", "", frozenset(), "", "", install)]) as server:
        given = {**detection.settings_for(server), "repeat": repeat}
        run = Run(server.base_url, settings_of(**given), dry=False)
        try:
            run.start()
            (case,) = cases(run.target.with_invoices(run.target.invoice_ids[:1]), [check])
            run.observe(case.steps(run.target))
            values = values_of(run, case)
            return settle(run, case, values, evaluate(check, values), partial(evaluate, check))[0]
        finally:
            run.stop()


def test_what_is_always_on_one_side_is_a_finding() -> None:
    assert isinstance(settled(lambda request, _: request.method == "GET"), Violation)


@pytest.mark.parametrize("repeat", ["1", "4"])
@pytest.mark.parametrize("phase", [0, 1])
def test_what_alternates_is_not_a_finding(phase: int, repeat: str) -> None:
    def alternating(request: Request, number: int) -> bool:
        return (number + (phase if request.method == "HEAD" else 0)) % 2 == 0

    assert isinstance(settled(alternating, repeat), Passed)


@pytest.mark.parametrize("flags", [(True, True), (True, False)])
def test_findings_together_may_come_by_chance_when_each_may(flags: tuple[bool, ...]) -> None:
    remaining = iter(flags)

    def judge(_exchange: Exchange) -> None:
        raise Violation("a", "b", exchange(), always=next(remaining))

    with pytest.raises(Violation) as joined:
        observe_each([exchange(), exchange()], judge)
    assert joined.value.always is all(flags)
