"""Servers that serve one connection at a time get one request at a time; a real silence stays one."""

from __future__ import annotations

import itertools
import socket
import threading
from collections.abc import Callable

import pytest

from conformance.observe.sender import MANY_REFUSED
from conformance.observe.serial_access import SerialAccess
from conformance.plan.steps import Step
from tests.servers.raw import OK, Script, Talk, raw_server
from tests.servers.serial import serial_server
from tests.support.targets import observer_of

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


def test_whether_serial_access_is_needed_is_found_out_once() -> None:
    access = SerialAccess()
    asked: list[bool] = []

    def test() -> bool:
        asked.append(access.needed)
        return False

    assert not access.find_out("it", test)
    assert not access.find_out("it", test)
    assert asked == [True]
    assert access.unlikely("it")
    assert not access.needed


# Servers that close connections when there are many.


def limited(
    most: int, refused: Callable[[], None], decided: Callable[[], None], answering: Callable[[], None]
) -> Script:
    """Return a script that answers on ``most`` connections at once, and closes the others, once that is ``decided``."""
    lock, talks = threading.Lock(), set[int]()

    def script(talk: Talk) -> None:
        with lock:
            admitted = len(talks) < most
            if admitted:
                talks.add(talk.number)
        decided()
        if not admitted:
            refused()
            return
        try:
            while talk.request():
                answering()
                talk.send(OK)
        finally:
            with lock:
                talks.discard(talk.number)

    return script


@pytest.mark.parametrize("most", [2, 4])
def test_a_server_that_limits_connections_gets_one_request_at_a_time(most: int) -> None:
    steps = [*STEPS, *[Step("item_again", each) for each in IDS]]
    held = list[socket.socket]()
    crowded, refusing = threading.Event(), threading.Event()

    def refused() -> None:
        refusing.set()
        # Others leave the server only once it gets one request at a time.
        if observer.serial_reason:
            for connection in held:
                connection.close()

    def answering() -> None:
        # The only connection that is left is in use, so that others are opened.
        if crowded.is_set():
            assert refusing.wait(timeout=30)

    decisions = threading.Semaphore(0)
    with raw_server(limited(most, refused, decisions.release, answering)) as server:
        observer = observer_of(server.base_url, invoice_id=IDS, concurrency="8")
        observer.observe(STEPS[:1])
        port = int(server.base_url.rpartition(":")[2])
        held += [socket.create_connection(("127.0.0.1", port)) for _ in range(most)]
        # The server has to know of them before others come.
        assert all(decisions.acquire(timeout=30) for _ in range(1 + most))
        crowded.set()
        observer.observe(steps)
        observer.close()
    assert all(observer.record[step].answer is not None for step in steps)
    assert observer.serial_reason == MANY_REFUSED
    assert all(each.lost and not each.retries for each in observer.superseded)


def test_a_server_that_drops_a_request_is_not_excused() -> None:
    def script(talk: Talk) -> None:
        while head := talk.request():
            if b"invoice-3" in head:
                return
            talk.send(OK)

    with raw_server(script) as server:
        observer = observer_of(server.base_url, invoice_id=IDS, concurrency="3")
        observer.observe(STEPS)
        observer.close()
    assert [step.invoice_id for step in STEPS if observer.record[step].answer is None] == ["invoice-3"]
    assert observer.serial_reason is None


def test_a_server_that_drops_every_third_request_is_not_excused() -> None:
    count, lock = itertools.count(1), threading.Lock()

    def script(talk: Talk) -> None:
        while talk.request():
            with lock:
                if next(count) % 3 == 0:
                    return
            talk.send(OK)

    with raw_server(script) as server:
        observer = observer_of(server.base_url, invoice_id=IDS, concurrency="3")
        observer.observe([*STEPS, *[Step("item_again", each) for each in IDS]])
        observer.close()
    assert observer.serial_reason is None
