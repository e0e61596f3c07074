"""Servers that serve one connection at a time are spoken to in turn; a real silence stays one."""

from __future__ import annotations

import threading

import pytest

from conformance.plan import Step
from conformance.turns import Turns
from tests.servers.raw import OK, Talk, raw_server
from tests.servers.serial import serial_server
from tests.targets import observer_of

IDS = [f"invoice-{number}" for number in range(6)]
STEPS = [Step("item", each) for each in IDS]


def test_a_server_without_concurrency_answers_everything() -> None:
    steps = [*STEPS, Step("turns", IDS[0])]
    with serial_server() as base_url:
        observer = observer_of(base_url, invoice_id=IDS, concurrency="3", request_timeout="1")
        observer.observe(STEPS[:1])
        observer.observe(steps)
        observer.close()
    assert all(observer.record[step].answer is not None for step in steps)


@pytest.mark.parametrize("silent", [1, 2, 3])
def test_a_silence_now_and_then_is_not_excused(silent: int) -> None:
    count = iter(range(1, 100))
    lock = threading.Lock()

    def script(talk: Talk) -> None:
        while talk.request():
            with lock:
                number = next(count)
            if number == silent + 1:
                talk.until_gone()
                return
            talk.send(OK)

    with raw_server(script) as server:
        observer = observer_of(server.base_url, invoice_id=IDS, concurrency="2", request_timeout="0.5")
        observer.observe(STEPS[:1])
        observer.observe(STEPS)
        observer.close()
    assert sum(observer.record[step].answer is None for step in STEPS) == 1


def test_whether_turns_are_needed_is_found_out_once() -> None:
    turns = Turns()
    asked: list[bool] = []

    def test() -> bool:
        asked.append(turns.needed)
        return False

    assert not turns.find_out(test)
    assert not turns.find_out(test)
    assert asked == [True]
    assert turns.unlikely
    assert not turns.needed
