"""The observer: connections, interruption, redaction, and where the token goes."""

from __future__ import annotations

import json
import threading
import time

import pytest

from conformance.config.target import UNKNOWN_ID
from conformance.model.exchange import NotObserved
from conformance.observe import sender
from conformance.observe.progress import Silent
from conformance.plan.steps import Step
from tests.servers.raw import OK, Talk, always, answer, hang_up, once, raw_server
from tests.support.observing import observed
from tests.support.targets import INVOICE_ID, ITEM, TOKEN, observer_of

OTHER = Step("unknown_item", INVOICE_ID)


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


def test_bytes_that_come_late_belong_to_the_answer_before_them() -> None:
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
    assert (first.status, first.unsolicited) == (304, b'{"data": null}')


def test_a_malformed_answer_does_not_belong_to_the_answer_before_it() -> None:
    def script(talk: Talk) -> None:
        while request := talk.request():
            known = request.startswith(f"GET /api/rest/customer/v1/invoices/{INVOICE_ID} ".encode())
            talk.send(OK if known else OK.replace(b"\r\n\r\n", b"\r\nLink: <\0>\r\n\r\n"))

    with raw_server(script) as server:
        observer = observer_of(server.base_url, concurrency="1")
        observer.observe([ITEM, OTHER])
        observer.close()
    first = observer.record[ITEM].answer
    assert first is not None
    assert (first.status, first.unsolicited) == (200, b"")
    assert "illegal header line" in (observer.record[OTHER].failure or "")


def test_what_came_is_looked_at_while_the_rest_is_waited_for() -> None:
    looked = threading.Event()

    def script(talk: Talk) -> None:
        for number in range(2):
            talk.request()
            # The second answer comes when somebody has looked at the first one.
            talk.send(OK if number == 0 or looked.wait(10) else answer("500 Internal Server Error"))

    with raw_server(script) as server:
        observer = observer_of(server.base_url, concurrency="1")
        observer.meanwhile = lambda _: looked.set()
        observer.observe([ITEM, OTHER])
        observer.close()
    assert [observer.record[step].status for step in (ITEM, OTHER)] == [200, 200]


def test_a_lost_connection_is_tried_once_more() -> None:
    def script(talk: Talk) -> None:
        talk.request()
        if talk.number > 1:
            talk.send(OK)

    exchange = observed(script)
    assert (exchange.status, exchange.retries) == (200, 1)


def test_a_connection_that_is_lost_twice_is_not_an_answer() -> None:
    with raw_server(hang_up) as server:
        observer = observer_of(server.base_url)
        observer.observe([ITEM])
        observer.close()
    exchange = observer.record[ITEM]
    assert exchange.answer is None
    assert exchange.lost
    assert exchange.retries == 1
    assert [each.lost for each in observer.superseded] == [True]


BAD_GATEWAY = b"HTTP/1.1 502 Bad Gateway\r\nContent-Length: 0\r\n\r\n"


def test_a_gateway_without_an_answer_is_asked_once_more() -> None:
    with raw_server(always(BAD_GATEWAY, OK, BAD_GATEWAY)) as server:
        observer = observer_of(server.base_url, concurrency="1")
        observer.observe([ITEM])
        observer.observe([OTHER])
        observer.close()
    assert [(each.status, each.retries) for each in observer.record.values()] == [(200, 1), (502, 1)]
    assert [(each.status, each.retries) for each in observer.superseded] == [(502, 0), (502, 0)]


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


def test_a_name_that_a_server_says_is_not_revealed() -> None:
    """A token that comes back is redacted wherever it stands, also in what is not HTTP."""
    lines = [f"X-Echo: {TOKEN}", f"X-Loud: {TOKEN.upper()}", f"Set-Cookie: a={TOKEN}", f"{TOKEN}: a"]
    echoed = observed(always(answer(f"200 {TOKEN}", f'{{"token": "{TOKEN}"}}'.encode(), *lines)))
    assert echoed.answer is not None
    assert TOKEN.lower() not in repr(echoed).lower()
    assert echoed.answer.secrets_found == ("reason", "header X-Echo", "header X-Loud", "header [redacted]", "body")
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
    assert "is not a URL" in str(observer.unbuilt[step])


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


def test_an_unreachable_port_is_reported() -> None:
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

    class Interrupting(Silent):
        def advance(self, done: int, total: int | None = None) -> None:  # noqa: ARG002
            if done:
                raise KeyboardInterrupt

    with raw_server(script) as server:
        observer = observer_of(server.base_url, request_timeout="30")
        started = time.monotonic()
        with pytest.raises(KeyboardInterrupt):
            observer.observe([ITEM, OTHER], Interrupting())
        for thread in threading.enumerate():
            if thread.name.startswith("observer"):
                thread.join(10)
        assert time.monotonic() - started < 5
        observer.close()
    assert list(observer.record) == [ITEM]
    with pytest.raises(NotObserved, match="interrupted"):
        observer.obtain(OTHER)


def test_no_answer_but_later_is_not_observed() -> None:
    late = answer("429 Too Many Requests", b"", "Retry-After: 9999999")
    with raw_server(always(late)) as server:
        observer = observer_of(server.base_url)
        with pytest.raises(NotObserved, match="429"):
            observer.obtain(ITEM)
        observer.close()
        assert len(server.requests) == 1


def test_less_is_kept_of_an_answer_when_much_is_kept_already(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sender, "_MOST_KEPT", 200_000)
    monkeypatch.setattr(sender, "_FEW", 0)
    steps = [ITEM, OTHER, *(Step(name, INVOICE_ID) for name in ("item_again", "item_without_token"))]
    with raw_server(always(answer(body=b"a" * 150_000))) as server:
        observer = observer_of(server.base_url)
        for step in steps:
            observer.observe([step])
        kept = [len(observer.record[step].body) for step in steps]
        observer.close()
    assert kept[0] == 150_000
    assert max(kept[2:]) <= 65_536


def test_a_run_that_reads_more_keeps_more(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sender, "_MOST_KEPT", 200_000)
    steps = [ITEM, OTHER, *(Step(name, INVOICE_ID) for name in ("item_again", "item_without_token"))]
    with raw_server(always(answer(body=b"a" * 150_000))) as server:
        observer = observer_of(server.base_url, max_body="160000")
        observer.observe(steps)
        kept = {len(observer.record[step].body) for step in steps}
        observer.close()
    assert kept == {150_000}


def test_what_is_outside_of_the_plan_is_not_kept(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sender, "_MOST_KEPT", 400_000)
    with raw_server(always(answer(body=b"a" * 150_000))) as server:
        observer = observer_of(server.base_url)
        observer.observe([OTHER])
        request = observer.record[OTHER].request
        pages = [observer.fetch(request) for _ in range(3)]
        observer.close()
    assert {len(page.body) for page in pages} == {150_000}
