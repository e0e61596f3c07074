"""What is made of bytes that are not the answer they should be: it is always in time, and reported."""

from __future__ import annotations

import time

import pytest

from conformance.observe import connection as wire
from conformance.observe.route import Route
from conformance.syntax.urls import Origin
from tests.servers.raw import Script, always, answer, once, raw_server
from tests.support.observing import HEAD, SHORT, answered, dripping, observed, sending

LAST = HEAD + b"Connection: close\r\nContent-Length: 2\r\n\r\n{}"


def test_an_answer_is_kept_as_it_came() -> None:
    lines = b"HTTP/1.1 200 Fine\r\nx-b: 1\r\nX-A: 2\r\nx-b:3\r\nContent-Length: 2\r\n\r\n{}"
    exchange = observed(always(lines))
    assert exchange.answer is not None
    assert (exchange.status, exchange.answer.reason, exchange.body) == (200, "Fine", b"{}")
    assert list(exchange.fields) == [("x-b", "1"), ("X-A", "2"), ("x-b", "3"), ("Content-Length", "2")]
    assert exchange.answer.incomplete is None
    assert exchange.answer.unsolicited == b""


@pytest.mark.parametrize(
    ("message", "flaws"),
    [
        (b"HTTP/1.1 200 OK\r\nX-A: 1\r\nContent-Length: 2\r\n\r\n\n ", ()),
        (b"HTTP/1.1 200 OK\r\nX-A: 1,\r\n\t2\r\n 3\r\nContent-Length: 2\r\n\r\n{}", ("X-A is folded",)),
        (b"HTTP/1.1 200 OK\nX-A: 1\nContent-Length: 2\n\n{}", ("a line ends with LF alone",)),
        (
            b"HTTP/1.1 103 Early Hints\r\nX-A: 1\n\r\n" + HEAD + b"Content-Length: 0\r\n\r\n",
            ("a line ends with LF alone",),
        ),
    ],
)
def test_flaws_of_lines_that_can_be_read_are_noted(message: bytes, flaws: tuple[str, ...]) -> None:
    assert answered(always(message)).line_flaws == flaws


def test_what_a_server_takes_to_close_the_connection_is_not_its_time_to_answer() -> None:
    exchange = observed(always(LAST))
    assert exchange.body == b"{}"
    assert 0 < exchange.elapsed < wire._LINGER


@pytest.mark.parametrize(("script", "seconds"), [(always(LAST), wire._SHORT_LINGER), (once(LAST), wire._LINGER)])
def test_a_server_that_leaves_connections_open_is_not_always_waited_for(
    script: Script, seconds: float, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(wire, "_OFTEN", 1)
    ends = wire.Ends()
    assert ends.seconds == wire._LINGER
    with raw_server(script) as server:
        host, port = server.base_url.removeprefix("http://").split(":")
        connection = wire.Connection(Origin("http", host, int(port)), None, 1, ends, Route())
        response = connection.exchange("GET", b"GET / HTTP/1.1\r\nHost: x\r\n\r\n", b"", time.monotonic() + 5, 1000)
    assert (bytes(response.content), connection.reusable, ends.seconds) == (b"{}", False, seconds)


def test_long_lines_are_looked_through_in_little_time() -> None:
    section = b"HTTP/1.1 200 OK\r\n" + b"X-Long: " + b"word " * 44_000 + b"\r\n"
    started = time.process_time()
    assert {wire.line_flaws(section) for _ in range(100)} == {()}
    # Ten times as much when each character is looked at.
    assert time.process_time() - started < 0.3


def test_an_endless_body_is_cut() -> None:
    whole = answered(sending(HEAD + b"\r\n", forever=b"x" * 65536), max_body="100000")
    # How much was sent is counted; how it begins is enough to show.
    assert (len(whole.body), whole.wire_length, whole.truncated) == (65_536, 100_000, True)


def test_an_endless_chunked_body_is_cut() -> None:
    chunk = b"2710\r\n" + b"x" * 10000 + b"\r\n"
    whole = answered(sending(HEAD + b"Transfer-Encoding: chunked\r\n\r\n", forever=chunk), max_body="25000")
    assert (len(whole.body), whole.truncated) == (25000, True)


def test_interim_responses_that_do_not_end_are_given_up() -> None:
    exchange = observed(sending(forever=b"HTTP/1.1 103 Early Hints\r\n\r\n" * 100), request_timeout="30")
    assert exchange.failure == "the interim responses have more than 262144 bytes"


def test_chunks_of_a_byte_that_do_not_end_are_cut() -> None:
    chunked = HEAD + b"Transfer-Encoding: chunked\r\n\r\n"
    whole = answered(sending(chunked, forever=b"1\r\nx\r\n" * 1000), request_timeout="30")
    assert (whole.wire_length, whole.truncated) == (100_001, True)


@pytest.mark.parametrize(("most", "cut"), [("8388608", True), ("33554432", False)])
def test_more_values_are_read_where_more_bytes_are(*, most: str, cut: bool) -> None:
    many = answer("200 OK", b"[0" + b",0" * 150_000 + b"]")
    assert answered(always(many), max_body=most).truncated is cut


@pytest.mark.parametrize(
    ("start", "drop"),
    [
        (b"", b"H"),
        (b"HTTP/1.1 200 OK\r\n", b"a: b\r\n"),
        (b"", b"HTTP/1.1 100 Continue\r\n\r\n"),
    ],
    ids=["status line", "header section", "interim answers"],
)
def test_an_answer_that_drips_ends_with_the_time_limit(start: bytes, drop: bytes) -> None:
    exchange = observed(dripping(start, drop), **SHORT)
    assert exchange.answer is None
    assert exchange.failure
    assert 0.2 < exchange.elapsed < 2 or "not a well-formed" in exchange.failure


def test_a_body_that_drips_is_incomplete() -> None:
    whole = answered(dripping(HEAD + b"Content-Length: 100000\r\n\r\n", b"x"), **SHORT)
    assert whole.incomplete == "no complete answer within the time limit"
    assert set(whole.body) == {ord("x")}


def test_silence_ends_with_the_time_limit() -> None:
    exchange = observed(sending(), **SHORT)
    assert (exchange.answer, exchange.failure) == (None, "no complete answer within the time limit")
    assert not exchange.lost


def test_a_content_length_that_is_too_large_is_incomplete() -> None:
    whole = answered(once(HEAD + b"Content-Length: 10\r\n\r\n{}"))
    assert whole.body == b"{}"
    assert whole.incomplete
    assert "received 2 bytes, expected 10" in whole.incomplete


@pytest.mark.parametrize("connection", [b"", b"Connection: close\r\n"], ids=["kept alive", "closed"])
def test_a_content_length_that_is_too_small_leaves_unsolicited_bytes(connection: bytes) -> None:
    whole = answered(sending(HEAD + connection + b'Content-Length: 2\r\n\r\n{}{"more": 1}'))
    assert (whole.body, whole.unsolicited) == (b"{}", b'{"more": 1}')


@pytest.mark.parametrize("status", [b"304 Not Modified", b"204 No Content"])
def test_content_after_an_answer_that_has_none_is_unsolicited(status: bytes) -> None:
    whole = answered(sending(b"HTTP/1.1 " + status + b"\r\nConnection: close\r\n\r\n", b'{"data": null}'))
    assert (whole.body, whole.unsolicited) == (b"", b'{"data": null}')


@pytest.mark.parametrize(
    "message",
    [
        bytes(range(256)) * 8,
        b"\x16\x03\x03\x00\x7a" + b"\0" * 100,
        b"SSH-2.0-OpenSSH_9.9\r\n",
        b"HTTP/1.1 OK\r\n\r\n",
        b"HTTP/1.1 99999 x\r\n\r\n",
        b"HTTP/1.1 200 OK\r\nno colon\r\n\r\n",
        b"HTTP/1.1 200 OK\r\na b: c\r\n\r\n",
        b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\nContent-Length: 3\r\n\r\n{}",
        b"HTTP/1.1 200 OK\r\nContent-Length: -1\r\n\r\n{}",
        b"HTTP/1.1 200 OK\r\nTransfer-Encoding: gzip\r\n\r\n{}",
        b"HTTP/1.1 101 Switching Protocols\r\n\r\n",
        b"HTTP/1.1 200 OK\r\nX: y",
    ],
)
def test_what_is_not_http_is_not_an_answer(message: bytes) -> None:
    exchange = observed(once(message))
    assert exchange.answer is None
    assert exchange.failure
    assert len(exchange.failure) <= 300


def test_a_flood_of_header_fields_is_not_an_answer() -> None:
    flood = b"".join(b"x-%d: %s\r\n" % (number, b"y" * 90) for number in range(6000))
    assert len(flood) > wire.MAX_HEADER_SECTION
    exchange = observed(once(b"HTTP/1.1 200 OK\r\n" + flood + b"\r\n"))
    assert exchange.answer is None


def test_a_large_header_section_is_read() -> None:
    flood = b"".join(b"x-%d: %s\r\n" % (number, b"y" * 90) for number in range(900))
    whole = answered(once(HEAD + flood + b"Content-Length: 2\r\n\r\n{}"))
    assert len(whole.fields.pairs) == 902


@pytest.mark.parametrize("end", [b"", b"5\r\n{", b"zz\r\n"], ids=["between chunks", "in a chunk", "no size"])
def test_a_chunked_body_that_breaks_off_is_incomplete(end: bytes) -> None:
    whole = answered(once(HEAD + b"Transfer-Encoding: chunked\r\n\r\n2\r\n{}\r\n" + end))
    assert whole.body.startswith(b"{}")
    assert whole.incomplete
