"""The observer against servers that behave badly: it always comes back, in time, with what there was to see."""

from __future__ import annotations

import gzip
import json
import ssl
import threading
import time
import zlib
from collections.abc import Callable

import pytest
import trustme

from conformance import wire
from conformance.exchange import Answer, Exchange, NotObserved
from conformance.plan import Step
from conformance.target import UNKNOWN_ID
from tests.servers.raw import OK, Script, Talk, always, answer, hang_up, once, raw_server
from tests.targets import INVOICE_ID, ITEM, TOKEN, observer_of

SHORT = {"request_timeout": "0.3"}
OTHER = Step("unknown_item", INVOICE_ID)


def observed(script: Script, **given: str) -> Exchange:
    """Return the exchange of the documented request with a server that runs ``script``."""
    with raw_server(script) as server:
        observer = observer_of(server.base_url, **given)
        try:
            observer.observe([ITEM])
            return observer.record[ITEM]
        finally:
            observer.close()


def answered(script: Script, **given: str) -> Answer:
    exchange = observed(script, **given)
    assert exchange.answer is not None, exchange.failure
    return exchange.answer


def sending(*parts: bytes, forever: bytes = b"") -> Script:
    """Send ``parts``, then ``forever`` again and again, then wait for the client to go."""

    def script(talk: Talk) -> None:
        talk.request()
        for part in parts:
            talk.send(part)
        while forever:
            talk.send(forever)
        talk.until_gone()

    return script


def dripping(start: bytes, drop: bytes) -> Script:
    """Send ``drop`` every few milliseconds: always something, never the end."""

    def script(talk: Talk) -> None:
        talk.request()
        talk.send(start)
        pause = threading.Event()
        while True:
            talk.send(drop)
            pause.wait(0.02)

    return script


HEAD = b"HTTP/1.1 200 OK\r\nContent-Type: application/vnd.api+json\r\n"


def test_an_answer_is_kept_as_it_came() -> None:
    lines = b"HTTP/1.1 200 Fine\r\nx-b: 1\r\nX-A: 2\r\nx-b:3\r\nContent-Length: 2\r\n\r\n{}"
    exchange = observed(always(lines))
    assert exchange.answer is not None
    assert (exchange.status, exchange.answer.reason, exchange.body) == (200, "Fine", b"{}")
    assert list(exchange.fields) == [("x-b", "1"), ("X-A", "2"), ("x-b", "3"), ("Content-Length", "2")]
    assert exchange.answer.incomplete is None
    assert exchange.answer.excess == b""


def test_the_request_is_sent_as_declared() -> None:
    with raw_server(always(OK)) as server:
        observer = observer_of(server.base_url)
        observer.observe([ITEM])
        observer.close()
        authority = server.base_url.removeprefix("http://")
        line, *fields = server.requests[0].decode().split("\r\n")
    assert line == f"GET /api/rest/customer/v1/invoices/{INVOICE_ID} HTTP/1.1"
    assert fields[0] == f"Host: {authority}"
    assert f"Authorization: {TOKEN}" in fields
    assert "Accept: application/vnd.api+json" in fields
    assert not any(field.lower().startswith(("accept-encoding", "connection")) for field in fields)


def test_an_endless_body_is_cut() -> None:
    whole = answered(sending(HEAD + b"\r\n", forever=b"x" * 65536), max_body="100000")
    assert (len(whole.body), whole.truncated) == (100000, True)


def test_an_endless_chunked_body_is_cut() -> None:
    chunk = b"2710\r\n" + b"x" * 10000 + b"\r\n"
    whole = answered(sending(HEAD + b"Transfer-Encoding: chunked\r\n\r\n", forever=chunk), max_body="25000")
    assert (len(whole.body), whole.truncated) == (25000, True)


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
def test_a_content_length_that_is_too_small_leaves_excess(connection: bytes) -> None:
    whole = answered(sending(HEAD + connection + b'Content-Length: 2\r\n\r\n{}{"more": 1}'))
    assert (whole.body, whole.excess) == (b"{}", b'{"more": 1}')


@pytest.mark.parametrize("status", [b"304 Not Modified", b"204 No Content"])
def test_content_after_an_answer_that_has_none_is_excess(status: bytes) -> None:
    whole = answered(sending(b"HTTP/1.1 " + status + b"\r\nConnection: close\r\n\r\n", b'{"data": null}'))
    assert (whole.body, whole.excess) == (b"", b'{"data": null}')


def test_octets_that_come_late_belong_to_the_answer_before_them() -> None:
    arrived = threading.Event()

    def script(talk: Talk) -> None:
        while talk.request():
            if talk.number == 1:
                talk.send(b"HTTP/1.1 304 Not Modified\r\n\r\n")
                # The next request is under way before this is sent: it is not the answer to that.
                talk.request()
                talk.send(b'{"data": null}')
                arrived.set()
            else:
                talk.send(OK)

    with raw_server(script) as server:
        observer = observer_of(server.base_url, concurrency="1")
        observer.observe([ITEM, OTHER])
        observer.close()
    assert arrived.is_set()
    assert observer.record[OTHER].status == 200
    first = observer.record[ITEM].answer
    assert first is not None
    assert (first.status, first.excess) == (304, b'{"data": null}')


@pytest.mark.parametrize(
    "octets",
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
def test_what_is_not_http_is_no_answer(octets: bytes) -> None:
    exchange = observed(once(octets))
    assert exchange.answer is None
    assert exchange.failure
    assert len(exchange.failure) <= 300


def test_a_flood_of_header_fields_is_no_answer() -> None:
    flood = b"".join(b"x-%d: %s\r\n" % (number, b"y" * 90) for number in range(6000))
    assert len(flood) > wire.MAX_HEADER_SECTION
    exchange = observed(once(b"HTTP/1.1 200 OK\r\n" + flood + b"\r\n"))
    assert exchange.answer is None


def test_a_large_header_section_is_read() -> None:
    flood = b"".join(b"x-%d: %s\r\n" % (number, b"y" * 90) for number in range(1000))
    whole = answered(once(HEAD + flood + b"Content-Length: 2\r\n\r\n{}"))
    assert len(whole.fields.pairs) == 1002


def test_a_lost_connection_is_tried_once_more() -> None:
    def script(talk: Talk) -> None:
        talk.request()
        if talk.number > 1:
            talk.send(OK)

    exchange = observed(script)
    assert (exchange.status, exchange.retries) == (200, 1)


def test_a_connection_that_is_lost_twice_is_no_answer() -> None:
    with raw_server(hang_up) as server:
        observer = observer_of(server.base_url)
        observer.observe([ITEM])
        observer.close()
    exchange = observer.record[ITEM]
    assert exchange.answer is None
    assert exchange.lost
    assert exchange.retries == 1
    assert [each.lost for each in observer.superseded] == [True]


def test_a_kept_alive_connection_that_was_closed_is_replaced() -> None:
    with raw_server(once(OK)) as server:
        observer = observer_of(server.base_url, concurrency="1")
        observer.observe([ITEM, OTHER, Step("item_head", INVOICE_ID)])
        observer.close()
        assert server.connections == 3
    assert [exchange.status for exchange in observer.record.values()] == [200, 200, 200]
    assert [exchange.retries for exchange in observer.record.values()] == [0, 0, 0]
    assert not observer.superseded


def test_a_connection_is_kept_alive_and_requests_share_it() -> None:
    with raw_server(always(OK)) as server:
        observer = observer_of(server.base_url, concurrency="1")
        observer.observe([ITEM, OTHER])
        observer.close()
        assert server.connections == 1
    assert [exchange.ordinal for exchange in observer.record.values()] == [1, 2]


def test_a_timeout_of_an_idle_connection_is_not_an_answer() -> None:
    late = b"HTTP/1.1 408 Request Timeout\r\nConnection: close\r\nContent-Length: 0\r\n\r\n"

    def script(talk: Talk) -> None:
        talk.request()
        talk.send(OK)
        talk.request()
        talk.send(late)

    with raw_server(script) as server:
        observer = observer_of(server.base_url, concurrency="1")
        observer.observe([ITEM, OTHER])
        observer.close()
    assert [exchange.status for exchange in observer.record.values()] == [200, 200]


@pytest.mark.parametrize("where", ["/elsewhere", "{base}/api/rest/customer/v1/invoices/x", "http://example.invalid/"])
def test_a_redirect_is_not_followed(where: str) -> None:
    def script(talk: Talk) -> None:
        while talk.request():
            host = talk.connection.getsockname()
            location = where.replace("{base}", f"http://{host[0]}:{host[1]}")
            talk.send(answer("302 Found", b"", f"Location: {location}"))

    with raw_server(script) as server:
        observer = observer_of(server.base_url)
        observer.observe([ITEM])
        observer.close()
        assert len(server.requests) == 1
    assert observer.record[ITEM].status == 302


@pytest.mark.parametrize(
    ("coding", "encode"),
    [
        ("gzip", gzip.compress),
        ("x-gzip", gzip.compress),
        ("deflate", zlib.compress),
        ("gzip, gzip", lambda body: gzip.compress(gzip.compress(body))),
        ("deflate, GZIP", lambda body: gzip.compress(zlib.compress(body))),
        ("gzip", lambda body: gzip.compress(body[:3]) + gzip.compress(body[3:])),
        ("identity", bytes),
    ],
)
def test_content_codings_are_undone(coding: str, encode: Callable[[bytes], bytes]) -> None:
    body = b'{"data": []}'
    whole = answered(always(answer("200 OK", encode(body), f"Content-Encoding: {coding}")))
    assert (whole.body, whole.coding_problem) == (body, None)
    assert whole.wire_length == len(encode(body))


@pytest.mark.parametrize(
    ("coding", "body", "problem"),
    [
        ("gzip", b'{"data": []}', "the content is not gzip"),
        ("deflate", gzip.compress(b"{}"), "the content is not deflate"),
        ("gzip", zlib.compress(b"{}"), "the content is not gzip"),
        ("gzip", gzip.compress(b"{}" * 1000)[:-8], "the gzip stream is not complete"),
        ("deflate", zlib.compress(b"{}" * 1000)[:-3], "the deflate stream is not complete"),
        ("gzip", gzip.compress(b"{}") + b"more", "the content is not gzip"),
        ("br", b"\x0b\x02\x80{}\x03", "content coding br is not known here"),
    ],
)
def test_a_broken_content_coding_is_told(coding: str, body: bytes, problem: str) -> None:
    whole = answered(always(answer("200 OK", body, f"Content-Encoding: {coding}")))
    assert whole.body == body
    assert (whole.coding_problem or "").startswith(problem)


@pytest.mark.parametrize("compress", [gzip.compress, zlib.compress])
def test_a_decompression_bomb_is_cut(compress: Callable[[bytes], bytes]) -> None:
    bomb = compress(b"0" * 5_000_000)
    coding = "gzip" if compress is gzip.compress else "deflate"
    whole = answered(always(answer("200 OK", bomb, f"Content-Encoding: {coding}")), max_body="20000")
    assert (len(whole.body), whole.truncated, whole.coding_problem) == (20000, True, None)


def test_coded_content_that_was_cut_is_not_broken() -> None:
    noise = gzip.compress(bytes(number * number % 251 for number in range(100_000)), compresslevel=0)
    whole = answered(always(answer("200 OK", noise, "Content-Encoding: gzip")), max_body="20000")
    assert (whole.truncated, whole.coding_problem) == (True, None)
    short = HEAD + b"Content-Encoding: gzip\r\nContent-Length: 9999\r\n\r\n" + gzip.compress(b"{}" * 500)[:-4]
    part = answered(once(short))
    assert part.incomplete
    assert part.coding_problem is None


@pytest.mark.parametrize("end", [b"", b"5\r\n{", b"zz\r\n"], ids=["between chunks", "in a chunk", "no size"])
def test_a_chunked_body_that_breaks_off_is_incomplete(end: bytes) -> None:
    whole = answered(once(HEAD + b"Transfer-Encoding: chunked\r\n\r\n2\r\n{}\r\n" + end))
    assert whole.body.startswith(b"{}")
    assert whole.incomplete


def test_a_name_that_a_server_says_is_not_revealed() -> None:
    """A token that comes back is redacted wherever it stands, also in what is no HTTP."""
    lines = [f"X-Echo: {TOKEN}", f"X-Loud: {TOKEN.upper()}", f"Set-Cookie: a={TOKEN}"]
    echoed = observed(always(answer(f"200 {TOKEN}", f'{{"token": "{TOKEN}"}}'.encode(), *lines)))
    assert echoed.answer is not None
    assert TOKEN.lower() not in repr(echoed).lower()
    assert echoed.answer.secrets_found == ("header X-Echo", "header X-Loud", "body")
    broken = observed(once(f"HTTP/1.1 200 OK\r\n{TOKEN}\r\n\r\n".encode()))
    assert broken.failure
    assert TOKEN not in broken.failure


@pytest.mark.parametrize(
    "link",
    [
        "http://[::1/x",
        "ftp://example.org/x",
        "mailto:x@example.org",
        "x y",
        "/a\r\nX-Injected: 1",
        "/\u2028",
        "",
        "/\ue000INVOICES_AUTH_TOKEN\ue001",
    ],
)
def test_a_link_that_cannot_be_sent_is_not_observed(link: str) -> None:
    relationships = {"account": {"links": {"self": link, "related": link}}}
    body = json.dumps({"data": {"type": "invoices", "id": "1", "relationships": relationships}}).encode()
    step = Step("relationship", INVOICE_ID)
    with raw_server(always(answer("200 OK", body))) as server:
        observer = observer_of(server.base_url)
        observer.observe([step])
        observer.close()
        assert len(server.requests) == 1
    assert "is not a URL" in observer.unbuilt[step]


@pytest.mark.parametrize(
    "link",
    [
        "https://evil.example/api/rest/customer/v1/accounts/1?a=b",
        "//evil.example/api/rest/customer/v1/accounts/1?a=b",
        "/api/rest/customer/v1/accounts/1?a=b",
        "HTTP://EVIL.EXAMPLE/api/rest/customer/v1/accounts/1?a=b",
    ],
)
def test_a_link_never_takes_the_token_to_another_origin(link: str) -> None:
    body = f'{{"data": {{"relationships": {{"account": {{"links": {{"self": "{link}"}}}}}}}}}}'.encode()
    step = Step("relationship", INVOICE_ID)
    with raw_server(always(answer("200 OK", body))) as server:
        observer = observer_of(server.base_url)
        observer.observe([step])
        observer.close()
        assert server.requests[1].startswith(b"GET /api/rest/customer/v1/accounts/1?a=b HTTP/1.1\r\n")
        assert observer.record[step].request.url.startswith(server.base_url)


def test_an_unreachable_port_is_told() -> None:
    with raw_server(always(OK)) as server:
        pass
    observer = observer_of(server.base_url)
    observer.observe([ITEM])
    observer.close()
    assert observer.record[ITEM].failure == "cannot connect: Connection refused"


def test_several_requests_are_under_way_at_once() -> None:
    steps = [Step(name, INVOICE_ID) for name in ("item", "item_head", "unknown_item", "unacceptable_item")]
    barrier = threading.Barrier(len(steps), timeout=5)

    def script(talk: Talk) -> None:
        while talk.request():
            barrier.wait()
            talk.send(OK)

    with raw_server(script) as server:
        observer = observer_of(server.base_url, concurrency="4")
        observer.observe(steps)
        observer.close()
    # Each was answered only when all had been asked; the record keeps the order of the plan.
    assert list(observer.record) == steps
    assert all(exchange.status == 200 for exchange in observer.record.values())


def test_a_step_is_sent_once() -> None:
    with raw_server(always(OK)) as server:
        observer = observer_of(server.base_url)
        observer.observe([ITEM, OTHER])
        observer.observe([OTHER, ITEM])
        observer.close()
        assert len(server.requests) == 2


def test_what_is_observed_again_keeps_what_was_seen_before() -> None:
    with raw_server(always(answer("500 Internal Server Error"), OK)) as server:
        observer = observer_of(server.base_url)
        observer.observe([ITEM])
        observer.forget([ITEM])
        observer.observe([ITEM])
        observer.close()
    assert observer.record[ITEM].status == 200
    assert sorted(exchange.status for exchange in observer.exchanges()) == [200, 500]


def test_an_interruption_ends_what_is_under_way_and_keeps_what_came() -> None:
    asked = threading.Event()

    def script(talk: Talk) -> None:
        if UNKNOWN_ID.encode() in talk.request():
            asked.set()
            talk.until_gone()
        else:
            asked.wait(5)
            talk.send(OK)

    def interrupt(_done: int, _all: int) -> None:
        raise KeyboardInterrupt

    with raw_server(script) as server:
        observer = observer_of(server.base_url, request_timeout="30")
        started = time.monotonic()
        with pytest.raises(KeyboardInterrupt):
            observer.observe([ITEM, OTHER], interrupt)
        for thread in threading.enumerate():
            if thread.name.startswith("observer"):
                thread.join(10)
        assert time.monotonic() - started < 5
        observer.close()
    assert list(observer.record) == [ITEM]
    with pytest.raises(NotObserved, match="interrupted"):
        observer.obtain(OTHER)


class Authority:
    """A certificate authority that no machine trusts, and a server certificate of it."""

    def __init__(self, folder: str) -> None:
        authority = trustme.CA()
        self.bundle = f"{folder}/ca.pem"
        authority.cert_pem.write_to_path(self.bundle)
        self.contexts = {}
        for name in ("127.0.0.1", "other.example"):
            self.contexts[name] = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
            authority.issue_cert(name).configure_cert(self.contexts[name])


@pytest.fixture(scope="module")
def authority(tmp_path_factory: pytest.TempPathFactory) -> Authority:
    return Authority(str(tmp_path_factory.mktemp("tls")))


@pytest.mark.parametrize(
    ("certificate", "given", "expected"),
    [
        ("127.0.0.1", {}, "certificate"),
        ("127.0.0.1", {"ca_bundle": "bundle"}, None),
        ("127.0.0.1", {"insecure": "true"}, None),
        ("other.example", {"ca_bundle": "bundle"}, "IP address mismatch"),
        ("other.example", {"insecure": "true"}, None),
    ],
)
def test_certificates_are_verified(
    authority: Authority, certificate: str, given: dict[str, str], expected: str | None
) -> None:
    given = {name: authority.bundle if value == "bundle" else value for name, value in given.items()}
    with raw_server(always(OK), authority.contexts[certificate]) as server:
        observer = observer_of(server.base_url, **given)
        observer.observe([ITEM])
        observer.close()
        sent = len(server.requests)
    exchange = observer.record[ITEM]
    if expected is None:
        assert (exchange.status, sent) == (200, 1)
    else:
        assert exchange.answer is None
        assert sent == 0
        assert (exchange.failure or "").startswith("TLS: ")
        assert expected in (exchange.failure or "")


def test_https_to_a_port_that_speaks_http_is_a_tls_failure() -> None:
    def script(talk: Talk) -> None:
        talk.connection.recv(65536)
        talk.send(answer("400 Bad Request"))

    with raw_server(script) as server:
        observer = observer_of(server.base_url.replace("http:", "https:"))
        observer.observe([ITEM])
        observer.close()
    assert (observer.record[ITEM].failure or "").startswith("TLS: ")


def test_silence_in_the_handshake_ends_with_the_time_limit() -> None:
    with raw_server(lambda talk: talk.until_gone()) as server:
        observer = observer_of(server.base_url.replace("http:", "https:"), **SHORT)
        observer.observe([ITEM])
        observer.close()
    assert (observer.record[ITEM].failure or "").startswith("no TLS handshake")


def test_no_answer_but_later_is_not_observed() -> None:
    late = answer("429 Too Many Requests", b"", "Retry-After: 9999999")
    with raw_server(always(late)) as server:
        observer = observer_of(server.base_url)
        with pytest.raises(NotObserved, match="429"):
            observer.obtain(ITEM)
        observer.close()
        assert len(server.requests) == 1
