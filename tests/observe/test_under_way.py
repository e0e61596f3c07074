"""How many requests are under way at once, and that fewer are once a target refuses some."""

from __future__ import annotations

import threading
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack

import pytest

from conformance.observe.under_way import UnderWay
from conformance.plan.steps import Step
from tests.servers.raw import OK, PATIENCE, Talk, answer, raw_server
from tests.support.targets import observer_of


def test_without_a_limit_all_are_under_way_at_once() -> None:
    under_way = UnderWay()
    with ExitStack() as stack:
        assert [stack.enter_context(under_way.one()) for _ in range(20)] == list(range(1, 21))
    assert under_way.most is None


@pytest.mark.parametrize(
    ("refused", "most"), [([8], 4), ([8, 7, 6], 3), ([8, 2, 8], 1), ([5], 2), ([2], 1), ([1], None), ([8, 1], 4)]
)
def test_half_of_those_of_which_one_was_refused_are_under_way(refused: list[int], most: int | None) -> None:
    under_way = UnderWay()
    for number in refused:
        under_way.refused(number)
    assert under_way.most == most


def test_whoever_comes_when_there_are_enough_waits() -> None:
    under_way = UnderWay()
    under_way.refused(4)
    numbers: list[int] = []

    def speak(_: int) -> None:
        with under_way.one() as number:
            numbers.append(number)

    with ThreadPoolExecutor(8) as executor:
        list(executor.map(speak, range(100)))
    assert len(numbers) == 100
    assert max(numbers) <= 2


def test_a_gateway_that_lets_few_through_is_asked_by_few_and_answers_everything() -> None:
    steps = [Step("item", f"invoice-{number}") for number in range(12)]
    inside, refused = threading.Semaphore(2), threading.Event()

    def script(talk: Talk) -> None:
        while talk.request():
            if not inside.acquire(blocking=False):
                refused.set()
                talk.send(answer("503 Service Unavailable", b"{}", "Retry-After: 0"))
                continue
            refused.wait(PATIENCE)
            inside.release()
            talk.send(OK)

    with raw_server(script) as server:
        observer = observer_of(server.base_url, invoice_id=[each.invoice_id for each in steps], concurrency="8")
        observer.observe(steps)
        observer.close()
    assert [observer.record[step].status for step in steps] == [200] * len(steps)
