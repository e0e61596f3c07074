"""Raw messages: written as they stand, answered in order, followed until the server closes the connection."""

from __future__ import annotations

import time

import pytest

from conformance.model.exchange import Exchange
from conformance.observe.connection import Ends
from conformance.observe.raw_connection import RawConnection, Received
from conformance.observe.route import Route
from conformance.plan import probes
from conformance.plan.requests import build_request
from conformance.plan.shell import curl
from conformance.plan.steps import Step, everything
from conformance.syntax.urls import Origin
from tests.servers.raw import Script, Talk, answer, raw_server
from tests.support.targets import INVOICE_ID, TOKEN, observer_of, target_of

FIRST, SECOND = answer(body=b"[1]"), answer("404 Not Found", b"[22]")


def received(script: Script, *messages: bytes, until_closed: bool = False, limit: float = 5.0) -> Received:
    with raw_server(script) as server:
        host, port = server.base_url.removeprefix("http://").split(":")
        connection = RawConnection(Origin("http", host, int(port)), None, 1, Ends(), Route())
        try:
            return connection.send_each(messages, time.monotonic() + limit, 1000, until_closed=until_closed)
        finally:
            connection.close()


def message(method: str = "GET") -> bytes:
    return f"{method} / HTTP/1.1\r\nHost: x\r\n\r\n".encode()


def one_by_one(*answers: bytes, then: bytes = b"") -> Script:
    def script(talk: Talk) -> None:
        for each in answers:
            if talk.request():
                talk.send(each)
        talk.send(then)

    return script


def statuses(found: Received) -> list[int]:
    return [response.status for response in found.responses]


def test_each_message_is_sent_when_the_one_before_is_answered() -> None:
    head = b"HTTP/1.1 200 OK\r\nContent-Length: 9\r\n\r\n"
    found = received(one_by_one(head, SECOND, FIRST), message("HEAD"), message(), message())
    assert statuses(found) == [200, 404, 200]
    assert [bytes(response.content) for response in found.responses] == [b"", b"[22]", b"[1]"]
    assert found.failure is None


def test_a_second_request_in_the_same_write_is_answered() -> None:
    found = received(one_by_one(FIRST, SECOND), message() + message(), until_closed=True)
    assert statuses(found) == [200, 404]
    assert found.closed


def test_an_answer_that_ends_the_connection_ends_the_exchange() -> None:
    last = answer("401 Unauthorized", b"{}", "Connection: close")
    found = received(one_by_one(last, SECOND), message(), message(), until_closed=True)
    assert statuses(found) == [401]
    assert found.failure is None


def test_an_answer_that_is_cut_ends_the_exchange() -> None:
    found = received(one_by_one(answer(body=b"x" * 2000), SECOND), message(), message())
    assert statuses(found) == [200]
    assert found.responses[0].truncated
    assert found.failure is None


def test_a_connection_that_closes_without_an_answer_is_reported() -> None:
    found = received(one_by_one(FIRST), message(), message())
    assert statuses(found) == [200]
    assert found.closed
    assert found.failure


def test_silence_is_reported() -> None:
    found = received(lambda talk: talk.until_gone(), message(), limit=0.3)
    assert (found.responses, found.closed) == ([], False)
    assert found.failure == "no complete answer within the time limit"


def test_bytes_that_are_not_an_answer_are_reported() -> None:
    found = received(one_by_one(FIRST, then=b"oops"), message(), until_closed=True)
    assert statuses(found) == [200]
    assert found.responses[0].unsolicited == b"oops"
    found = received(one_by_one(FIRST + b"oops", SECOND), message(), message())
    assert "does not begin with a status line" in (found.failure or "")


def observed(name: str, script: Script) -> tuple[Exchange, list[bytes]]:
    with raw_server(script) as server:
        observer = observer_of(server.base_url, enable="wire")
        try:
            observer.observe([Step(name, INVOICE_ID)])
            return observer.record[Step(name, INVOICE_ID)], server.requests
        finally:
            observer.close()


def test_raw_messages_are_written_as_declared() -> None:
    exchange, sent = observed("space_before_colon", one_by_one(answer("400 Bad Request")))
    assert exchange.status == 400
    head = sent[0].decode()
    assert head.startswith(f"GET /api/rest/customer/v1/invoices/{INVOICE_ID} HTTP/1.1\r\nHost: 127.0.0.1:")
    assert head.endswith("\r\nX-Conformance : 1")
    assert f"Authorization: {TOKEN}\r\n" in head


def test_all_answers_are_kept() -> None:
    exchange, _ = observed("announced_close", one_by_one(FIRST, SECOND))
    assert exchange.status == 200
    assert [each.status for each in exchange.later] == [404]
    assert exchange.closed


def test_a_lost_connection_is_not_tried_again() -> None:
    exchange, sent = observed("garbage", lambda talk: (talk.request(), None)[1])
    assert exchange.lost
    assert exchange.closed
    assert len(sent) == 1


@pytest.mark.parametrize("name", ["space_before_colon", "wrong_length[list]"])
def test_the_plan_shows_raw_messages_as_they_are(name: str) -> None:
    target = target_of(enable="wire")
    command = curl(build_request(Step(name, INVOICE_ID), target, {}))
    assert command.startswith('{ printf "GET /api/rest/customer/v1/invoices/')
    assert command.endswith('\\r\\n"; sleep 1; } | nc api.example.org 80') or "hello!" in command
    assert "Authorization: $INVOICES_AUTH_TOKEN\\r\\n" in command
    assert TOKEN not in command


def test_raw_messages_are_sent_to_https_by_a_tool_for_that() -> None:
    target = target_of("https://api.example.org", enable="wire")
    command = curl(build_request(Step("garbage", INVOICE_ID), target, {}))
    assert command == (
        '{ printf "conformance of what is no request\\r\\n\\r\\n"; sleep 1; }'
        " | openssl s_client -quiet -connect api.example.org:443"
    )


def test_malformed_messages_are_opt_in() -> None:
    steps = {step.probe for step in everything(target_of())}
    assert not [name for name, probe in probes.by_key().items() if probe.raw and name in steps]
