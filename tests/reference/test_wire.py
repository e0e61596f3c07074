"""The reference server on the wire."""

from __future__ import annotations

import re
import socket
from collections.abc import Callable

import pytest

from conformance.reference import data
from conformance.reference.message import Answer, Request
from conformance.reference.serialise import PREFIX
from conformance.reference.server import ReferenceServer

Raw = Callable[[str], bytes]
TARGET = f"{PREFIX}/invoices/{data.DOCUMENTED.id}"
HOST = "Host: {host}\n"
TOKEN = "Authorization: {token}\n"
CLOSE = "Connection: close\n"


def statuses(data: bytes) -> list[int]:
    """Return the status codes of all answers in ``data``."""
    return [int(code) for code in re.findall(rb"HTTP/1\.1 (\d{3}) ", data)]


@pytest.mark.parametrize(
    ("request_text", "expected"),
    [
        (f"GET {TARGET} HTTP/1.1\n{HOST}{TOKEN}{CLOSE}\n", [200]),
        (f"GET {TARGET} HTTP/1.1\n{TOKEN}\n", [400]),
        (f"GET {TARGET} HTTP/1.1\n{HOST}{HOST}{TOKEN}\n", [400]),
        (f"GET {TARGET} HTTP/1.1\nHost: a b\n{TOKEN}\n", [400]),
        (f"GET {TARGET} HTTP/1.1\nHost: a/b@c\n{TOKEN}\n", [400]),
        (f"GET {TARGET} HTTP/1.1\n{HOST}{TOKEN}Accept : x\n\n", [400]),
        (f"GET {TARGET} HTTP/1.1\n{HOST}{TOKEN}Accept: text/html,\n  */*\n{CLOSE}\n", [200]),
        *(
            (f"GET {TARGET} HTTP/1.1\n{HOST}{TOKEN}{length}\n{CLOSE}\n", [400])
            for length in (
                "Content-Length: abc\n",
                "Content-Length: -1\n",
                "Content-Length: +1\n",
                "Content-Length: 5, 6\n",
                "Content-Length: 5\nContent-Length: 6\n",
            )
        ),
        (
            (
                f"GET {TARGET} HTTP/1.1\n{HOST}{TOKEN}Content-Length: 5\nTransfer-Encoding: chunked\n\n0\n\n"
                f"GET {TARGET} HTTP/1.1\n{HOST}{TOKEN}\n"
            ),
            [400],
        ),
        (f"GET {TARGET} HTTP/1.1\n{HOST}{TOKEN}Transfer-Encoding: gzip\n\n", [501]),
        (f"GET http://{{host}}{TARGET} HTTP/1.1\nHost: other.example\n{TOKEN}{CLOSE}\n", [200]),
        (f"GET http://other.example{TARGET} HTTP/1.1\n{HOST}{TOKEN}{CLOSE}\n", [421]),
        (f"GET {TARGET} HTTP/1.0\n{TOKEN}\n", [200]),
        ("garbage\n\n", [400]),
        (f"\nGET {TARGET} HTTP/1.1\n{HOST}{TOKEN}{CLOSE}\n", [200]),
        (f"get {TARGET} HTTP/1.1\n{HOST}{TOKEN}{CLOSE}\n", [501]),
        (
            f"GET {TARGET} HTTP/1.1\n{HOST}{TOKEN}{CLOSE}\nGET {TARGET} HTTP/1.1\n{HOST}{TOKEN}\n",
            [200],
        ),
        (f"OPTIONS * HTTP/1.1\n{HOST}{CLOSE}\n", [204]),
        (f"GET {TARGET} HTTP/1.1\n{HOST}{TOKEN}Expect: 100-continue\n{CLOSE}\n", [200]),
        (f"GET {TARGET} HTTP/1.1\n{HOST}{TOKEN}Authorization: x\n{CLOSE}\n", [401]),
        (f"GET {TARGET} HTTP/1.1\n{HOST}Authorization: x\n{TOKEN}{CLOSE}\n", [401]),
        (f'GET {TARGET} HTTP/1.1\n{HOST}{TOKEN}If-None-Match: "a"\nIf-None-Match: *\n{CLOSE}\n', [200]),
        (f"GET {TARGET} HTTP/1.1\n{HOST}{TOKEN}Accept: text/html\nAccept: */*\n{CLOSE}\n", [200]),
        *(
            (f"GET {TARGET}?include={text} HTTP/1.1\n{HOST}{TOKEN}{CLOSE}\n", [400])
            for text in ("%zz", "%", "%u0041", "%c0%af")
        ),
        *(
            (f"GET {TARGET}{text} HTTP/1.1\n{HOST}{TOKEN}{CLOSE}\n", [404])
            for text in ("%zz", "%", "%u0041", "%c0%af", "/../x", "/%2e%2e/accounts")
        ),
        (f"GET {TARGET}?{'a' * 7900} HTTP/1.1\n{HOST}{TOKEN}{CLOSE}\n", [400]),
        (f"GET {TARGET}?{'a' * 17000} HTTP/1.1\n{HOST}{TOKEN}{CLOSE}\n", [414]),
        (f"GET {TARGET}?{'a' * 1000000} HTTP/1.1\n{HOST}{TOKEN}{CLOSE}\n", [414]),
        (f"GET {TARGET} HTTP/1.1\n{HOST}{TOKEN}X: {'a' * 8000}\n{CLOSE}\n", [200]),
        (f"GET {TARGET} HTTP/1.1\n{HOST}{TOKEN}X: {'a' * 60000}\n{CLOSE}\n", [431]),
        (f"GET {TARGET} HTTP/1.1\n{HOST}{TOKEN}X: {'a' * 2000000}\n{CLOSE}\n", [431]),
        (f"GET {TARGET} HTTP/1.1\n{HOST}X: \x00\n{TOKEN}{CLOSE}\n", [400]),
    ],
)
def test_framing(raw: Raw, request_text: str, expected: list[int]) -> None:
    answer = raw(request_text)
    assert statuses(answer) == expected
    head, _, body = answer.partition(b"\r\n\r\n")
    assert b"\r\nDate: " in head
    assert b"\r\nX-Content-Type-Options: nosniff" in head
    assert (b"application/vnd.api+json" in head) == bool(body)
    assert b"Transfer-Encoding" not in head
    if expected[0] >= 400:
        assert body.startswith(b'{"errors":')


def test_one_connection_stays_in_step(raw: Raw) -> None:
    requests = [
        ("GET", TOKEN, 200),
        ("GET", TOKEN + "If-None-Match: *\n", 304),
        ("HEAD", TOKEN, 200),
        ("GET", "", 401),
        ("HEAD", "", 401),
        ("GET", TOKEN + "Content-Length: 3\n", 200),
        ("POST", TOKEN + "Transfer-Encoding: chunked\n", 405),
        ("OPTIONS", "", 204),
        ("GET", TOKEN + CLOSE, 200),
    ]
    content = {"Content-Length: 3\n": "abc", "Transfer-Encoding: chunked\n": "2\nab\n0\n\n"}
    text = "".join(
        f"{method} {TARGET} HTTP/1.1\n{HOST}{fields}\n"
        + next((body for field, body in content.items() if field in fields), "")
        for method, fields, _ in requests
    )
    assert statuses(raw(text)) == [status for _, _, status in requests]


def test_content_on_get_has_no_meaning(raw: Raw) -> None:
    body = '{"include":"account"}'
    answer = raw(f"GET {TARGET} HTTP/1.1\n{HOST}{TOKEN}{CLOSE}Content-Length: {len(body)}\n\n{body}")
    assert statuses(answer) == [200]
    assert b"included" not in answer


def test_bytes_can_be_altered_and_the_connection_cut() -> None:
    seen: list[tuple[int, str]] = []

    def shorten(request: Request, answer: Answer, data: bytes) -> bytes:
        seen.append((request.connection_request_number, request.method))
        answer.cut = request.connection_request_number == 2
        return data[:-10] if answer.cut else data

    server = ReferenceServer()
    server.api.on_bytes(shorten)
    with server:
        host, _, port = server.base_url.removeprefix("http://").partition(":")
        text = f"GET {TARGET} HTTP/1.1\r\nHost: {host}\r\nAuthorization: {server.token}\r\n\r\n" * 2
        with socket.create_connection((host, int(port)), timeout=10) as connection:
            connection.sendall(text.encode())
            received = b"".join(iter(lambda: connection.recv(65536), b""))
    assert seen == [(1, "GET"), (2, "GET")]
    first, _, second = received[20:].partition(b"HTTP/1.1 200 OK")
    assert len(second) + 15 == len(first) + 20 - 10 or abs(len(first) - len(second)) < 20


def test_many_servers_one_after_another() -> None:
    ports = set()
    for _ in range(30):
        with ReferenceServer() as server:
            ports.add(server.base_url)
            host, _, port = server.base_url.removeprefix("http://").partition(":")
            with socket.create_connection((host, int(port)), timeout=5) as connection:
                connection.sendall(b"OPTIONS * HTTP/1.1\r\nHost: localhost\r\n\r\n")
                assert connection.recv(100).startswith(b"HTTP/1.1 204")
        server.stop()
