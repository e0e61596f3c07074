"""A running reference server and a client that changes nothing of what it has to send."""

from __future__ import annotations

import socket
from collections.abc import Callable, Iterator

import pytest
import requests

from conformance.reference.serialise import PREFIX
from conformance.reference.server import ReferenceServer

Get = Callable[..., requests.Response]
Raw = Callable[[str], bytes]


@pytest.fixture(scope="session")
def server() -> Iterator[ReferenceServer]:
    """A correct server."""
    with ReferenceServer() as running:
        yield running


def client(server: ReferenceServer) -> Get:
    """Return a function that sends a request to ``server``; a header that is ``None`` is not sent."""
    session = requests.Session()
    session.trust_env = False
    session.headers.clear()

    def send(path: str, method: str = "GET", **headers: str | None) -> requests.Response:
        fields = {"Authorization": server.token, "Accept": "application/vnd.api+json"}
        fields.update({name.replace("_", "-"): value for name, value in headers.items()})  # type: ignore[misc]
        sent = {name: value for name, value in fields.items() if value is not None}
        request = requests.Request(method, server.base_url + PREFIX + path, headers=sent).prepare()
        # As they were given: the library normalises both.
        request.method, request.url = method, server.base_url + PREFIX + path
        return session.send(request, allow_redirects=False, timeout=10)

    return send


@pytest.fixture(scope="session")
def get(server: ReferenceServer) -> Get:
    """Send a request to the correct server."""
    return client(server)


@pytest.fixture(scope="session")
def raw(server: ReferenceServer) -> Raw:
    """Send bytes to the correct server and return everything that it sends until it closes the connection."""

    def exchange(text: str) -> bytes:
        address = server.base_url.removeprefix("http://")
        host, _, port = address.partition(":")
        data = text.replace("{host}", address).replace("{token}", server.token).replace("\n", "\r\n")
        with socket.create_connection((host, int(port)), timeout=10) as connection:
            connection.sendall(data.encode("latin-1"))
            connection.shutdown(socket.SHUT_WR)
            return b"".join(iter(lambda: connection.recv(65536), b""))

    return exchange
