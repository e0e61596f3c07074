"""The server without sockets answers as on the wire; frozen, it answers equal requests with equal bytes."""

from __future__ import annotations

import socket
from collections.abc import Iterable
from functools import cache

import pytest

from conformance.reference import data
from conformance.reference.bare import BareAnswer, BareServer, Parsed, parsed, shows_in_answers
from conformance.reference.faults import all_faults
from conformance.reference.message import Connection, Request
from conformance.reference.serialise import PREFIX
from conformance.reference.server import ReferenceServer

FAULTS = all_faults()
INVOICE = f"{PREFIX}/invoices/{data.DOCUMENTED.id}"
RELATED = f"{INVOICE}/account"
JSON_API = "application/vnd.api+json"


def server_with(*names: str) -> ReferenceServer:
    """Return a frozen server with the faults of these names, not started."""
    return ReferenceServer(faults=[FAULTS[name] for name in names], frozen=True)


def asked(server: ReferenceServer, target: str = INVOICE, method: str = "GET", **fields: str) -> BareAnswer:
    """Return what ``server`` answers to one request with the token of the customer."""
    lines = {"Host": "localhost", "Accept": JSON_API, "Authorization": server.token, **fields}
    return BareServer(server.api).answer(method, target, lines.items())


def test_the_parts_of_an_answer() -> None:
    answer = asked(server_with(), f"{INVOICE}?include=account")
    assert (answer.status, answer.reason, answer.end, answer.waited) == (200, "OK", "open", 0.0)
    assert ("Content-Type", JSON_API) in answer.headers
    assert ("Content-Length", str(len(answer.body))) in answer.headers
    assert answer.body.startswith(b'{"data":{"id":')
    assert f"http://localhost{INVOICE}".encode() in answer.body


def test_a_secure_scheme_shows() -> None:
    server = server_with()
    fields = {"Host": "localhost", "Cookie": f"_yeti_customer_v1_session={server.token}"}
    answer = BareServer(server.api, scheme="https").answer("GET", INVOICE, fields.items())
    assert "Strict-Transport-Security" in dict(answer.headers)
    assert "; Secure" in dict(answer.headers)["Set-Cookie"]
    assert f'"https://localhost{INVOICE}"'.encode() in answer.body


def test_content_is_read() -> None:
    received: list[Request] = []
    server = server_with()
    server.api.on_request(received.append)
    lines = [("Host", "localhost"), ("Content-Length", "3"), ("Expect", "100-continue")]
    answer = BareServer(server.api).answer("POST", INVOICE, lines, b"abc")
    assert received[0].content == b"abc"
    assert answer.written.startswith(b"HTTP/1.1 100 Continue\r\n\r\nHTTP/1.1 401 ")
    assert answer.status == 401


REQUESTS = [
    ("GET", INVOICE, {}),
    ("GET", INVOICE, {"Accept": "text/html"}),
    ("GET", f"{INVOICE}?include=account", {}),
    ("GET", f"{INVOICE}?include=nothing", {}),
    ("HEAD", INVOICE, {}),
    ("GET", INVOICE, {"If-None-Match": "*"}),
    ("GET", RELATED, {"Authorization": ""}),
    ("OPTIONS", "*", {}),
    ("DELETE", INVOICE, {}),
    ("GET", f"{PREFIX}/invoices?page[size]=2", {}),
    ("GET", "no target", {}),
    ("GET", INVOICE, {"Host": "a b"}),
    ("GET", INVOICE, {"Connection": "close"}),
]


@pytest.mark.parametrize(("method", "target", "fields"), REQUESTS)
def test_the_same_bytes_as_on_the_wire(method: str, target: str, fields: dict[str, str]) -> None:
    with server_with() as server:
        bare = asked(server, target, method, **fields)
        host, _, port = server.base_url.removeprefix("http://").partition(":")
        lines = {"Host": "localhost", "Accept": JSON_API, "Authorization": server.token, **fields}
        head = "".join(f"{name}: {value}\r\n" for name, value in lines.items())
        with socket.create_connection((host, int(port)), timeout=10) as connection:
            connection.sendall(f"{method} {target} HTTP/1.1\r\n{head}\r\n".encode())
            if bare.end == "open":
                connection.shutdown(socket.SHUT_WR)
            written = b"".join(iter(lambda: connection.recv(65536), b""))
    assert written == bare.written
    assert bare.status is not None


def test_equal_requests_are_answered_with_equal_bytes_by_every_server_in_any_order() -> None:
    one, other = server_with(), server_with()
    assert one.token == other.token
    first = [asked(one, target, method, **fields) for method, target, fields in REQUESTS]
    backwards = [asked(other, target, method, **fields) for method, target, fields in reversed(REQUESTS)]
    assert first == backwards[::-1]
    assert first == [asked(one, target, method, **fields) for method, target, fields in REQUESTS]
    assert len({answer.written for answer in first}) == len(first)


def test_a_session_is_renewed_with_the_same_cookie() -> None:
    server, other = server_with(), server_with()
    cookie = f"_yeti_customer_v1_session={server.token}"
    lines = [("Host", "localhost"), ("Cookie", cookie)]
    answers = [BareServer(each.api).answer("GET", INVOICE, lines) for each in (server, other)]
    assert answers[0] == answers[1]
    assert "Set-Cookie" in dict(answers[0].headers)


def test_neither_credentials_nor_the_host_make_the_identity_of_a_request() -> None:
    server = server_with()
    plain, other = asked(server), asked(server, Host="127.0.0.1:1", Authorization=f"Bearer {server.token}")
    accepting = asked(server, Accept="*/*")
    identities = [dict(answer.headers)["X-Request-Id"] for answer in (plain, other, accepting)]
    assert identities[0] == identities[1] != identities[2]


def test_a_server_is_not_frozen_by_default() -> None:
    server, other = ReferenceServer(), ReferenceServer()
    assert server.token != other.token
    assert asked(server) != asked(server)


@pytest.mark.parametrize(
    ("name", "target", "end", "waited"),
    [
        ("length-too-large", RELATED, "closed", 0),
        ("answer-chunks-cut", RELATED, "closed", 0),
        ("id-emoji-drops-connection", f"{PREFIX}/invoices/%F0%9F%98%80", "closed", 0),
        ("generated-id-encoded-slash-hangs", f"{PREFIX}/invoices/a%2fb", "open", 3600),
    ],
)
def test_what_becomes_of_the_connection_is_part_of_the_answer(name: str, target: str, end: str, waited: float) -> None:
    clean, faulty = asked(server_with(), target), asked(server_with(name), target)
    assert (clean.end, clean.waited) == ("open", 0)
    assert (faulty.end, faulty.waited) == (end, waited)
    assert faulty != clean


def test_without_an_answer_there_is_no_status() -> None:
    answer = asked(server_with("id-emoji-drops-connection"), f"{PREFIX}/invoices/%F0%9F%98%80")
    assert (answer.written, answer.status, answer.reason, answer.headers, answer.body) == (b"", None, "", (), b"")


def message(server: ReferenceServer, *lines: str) -> bytes:
    """Return a request for an invoice with the token of the customer, as it is written."""
    return "\r\n".join([f"GET {INVOICE} HTTP/1.1", f"Authorization: {server.token}", *lines, "", ""]).encode()


def test_messages_on_one_connection() -> None:
    server = server_with("wire-connection-lost-after-304")
    usual = message(server, "Host: localhost")
    answers = BareServer(server.api).answers_on_one_connection(
        [usual, message(server, "Host: localhost", "If-None-Match: *"), usual, usual]
    )
    assert [answer.status for answer in answers] == [200, 304, None, None]
    assert [answer.end for answer in answers] == ["open", "open", "closed", "closed"]


def test_a_refusal_ends_the_connection() -> None:
    server = server_with()
    refused, unanswered = BareServer(server.api).answers_on_one_connection(
        [b"garbage\r\n\r\n", message(server, "Host: localhost")]
    )
    assert (refused.status, refused.end) == (400, "ended")
    assert (unanswered.written, unanswered.end) == (b"", "ended")


def test_what_is_incomplete_is_not_answered() -> None:
    server = server_with()
    lines = ("Host: localhost", "Content-Length: 5")
    head, rest = BareServer(server.api).answers_on_one_connection([message(server, *lines) + b"abc", b"de"])
    assert (head.written, head.end) == (b"", "open")
    assert (rest.status, rest.end) == (200, "open")
    assert BareServer(server.api).answers_on_one_connection([message(server, *lines)])[0] == head


def test_input_can_be_altered() -> None:
    faulty, clean = server_with("wire-host-missing-accepted"), server_with()
    assert BareServer(clean.api).answers_on_one_connection([message(clean)])[0].status == 400
    assert BareServer(faulty.api).answers_on_one_connection([message(faulty)])[0].status == 200


AREAS: dict[str, list[str]] = {}
for each in FAULTS.values():
    AREAS.setdefault(each.area, []).append(each.name)
UNKNOWN = f"{PREFIX}/invoices/6f2c1d0e-93b4-4c57-8a1d-0e5b7f3a9c42"
USUAL = [
    ("GET", INVOICE, {}),
    ("HEAD", INVOICE, {}),
    ("GET", f"{INVOICE}?include=account", {}),
    ("GET", f"{INVOICE}?fields[invoices]=reference", {}),
    ("GET", f"{INVOICE}/relationships/account", {}),
    ("GET", f"{INVOICE}/account", {}),
    ("GET", UNKNOWN, {}),
    ("GET", f"{PREFIX}/invoices/%C3%A9", {}),
    ("GET", f"{PREFIX}/invoices?page[size]=3", {}),
    ("GET", f"{PREFIX}/invoices?page[size]=3&page[number]=2", {}),
    ("GET", INVOICE, {"Authorization": ""}),
    ("GET", INVOICE, {"Accept": "*/*"}),
    ("GET", INVOICE, {"If-None-Match": "*"}),
]


@pytest.mark.filterwarnings("ignore::jwt.warnings.InsecureKeyLengthWarning")
@pytest.mark.parametrize("area", AREAS)
def test_what_is_not_marked_as_stateful_answers_equal_requests_alike(area: str) -> None:
    for name in AREAS[area]:
        if FAULTS[name].bare:
            assert answers(name, range(len(USUAL))) == answers(name, reversed(range(len(USUAL)))), name


def answers(name: str, order: Iterable[int]) -> dict[int, object]:
    """Return what a server with the fault ``name`` answers to the usual requests, asked in this order."""
    server = server_with(name)
    if shows_in_answers(server.api):
        return {number: usual(number, server.token).answer(server.api, Connection(number=0)) for number in order}
    found: dict[int, object] = {}
    for number in order:
        method, target, fields = USUAL[number]
        found[number] = asked(server, target, method, **fields)
    return found


@cache
def usual(number: int, token: str) -> Parsed:
    """Return one of the usual requests, read."""
    method, target, fields = USUAL[number]
    lines = {"Host": "localhost", "Accept": JSON_API, "Authorization": token, **fields}
    head = [f"{method} {target} HTTP/1.1", *(f"{name}: {value}" for name, value in lines.items()), "", ""]
    read = parsed("\r\n".join(head).encode("latin-1"), server_with().api)
    assert read
    return read


def test_what_needs_connections_time_or_more_than_one_request_is_marked() -> None:
    marked = {name for name, fault in FAULTS.items() if not fault.bare}
    assert marked >= {
        "wire-host-missing-accepted",
        "https-not-strict",
        "burst-exhausts-pool",
        "second-request-without-vary",
        "one-in-five-crash",
        "recurring-token-refused",
        "etag-of-the-moment",
        "request-id-of-connection",
        "concurrent-customer-leaks",
        "cache-serves-nobody",
        "isolation-tag-oracle",
        "auth-weak-key",
    }
    assert "etag-unquoted" not in marked
