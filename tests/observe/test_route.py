"""The way to a server: to another address, with a certificate, and through proxies that learn nothing secret."""

from __future__ import annotations

import contextlib
import socket
import subprocess
import threading
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import trustme
from cryptography.hazmat.primitives.serialization import (
    BestAvailableEncryption,
    Encoding,
    PrivateFormat,
    load_pem_private_key,
)

from conformance.config.settings import SettingError
from conformance.model.exchange import Exchange
from conformance.observe.preflight import Unusable, check
from conformance.reference import data
from conformance.reference.server import ReferenceServer
from tests.proxies import haproxy
from tests.proxies.running import HAPROXY, Program, free_ports, listens, stop
from tests.servers.raw import Script, Talk, answer, hang_up, once, raw_server
from tests.support.programs import needed
from tests.support.targets import ITEM, TOKEN, observer_of

KEY = "X-Gateway-Key: 0123456789abcdef"


@pytest.fixture(scope="module")
def server() -> Iterator[ReferenceServer]:
    with ReferenceServer(tls=True) as running:
        yield running


@pytest.fixture
def known(server: ReferenceServer, tmp_path: Path) -> dict[str, Any]:
    """Return what has to be known of the server."""
    (tmp_path / "ca.pem").write_bytes(server.ca_pem)
    return {
        "auth_token": server.token,
        "invoice_id": [data.INVOICE_IDS[0]],
        "ca_bundle": str(tmp_path / "ca.pem"),
        "request_header": [KEY],
    }


def obtained(base_url: str, **given: Any) -> Exchange:
    observer = observer_of(base_url, **given)
    try:
        observer.observe([ITEM])
        return observer.record[ITEM]
    finally:
        observer.close()


def place_of(server: ReferenceServer) -> str:
    return server.base_url.removeprefix("https://").replace("localhost", "127.0.0.1")


def test_another_address_serves_the_name_of_the_base_url(server: ReferenceServer, known: dict[str, Any]) -> None:
    found = obtained("https://localhost:1", **known, connect_to=place_of(server))
    assert found.status == 200
    assert found.request.header("Host") == "localhost:1"
    assert found.request.url.startswith("https://localhost:1/")


def relaying(received: list[bytes]) -> Script:
    """Serve CONNECT, and keep what comes from the client."""

    def script(talk: Talk) -> None:
        head = talk.request()
        received.append(head)
        host, _, port = head.split()[1].decode().rpartition(":")
        with socket.create_connection((host, int(port)), timeout=10) as beyond:
            talk.send(b"HTTP/1.1 200 Connection established\r\n\r\n")
            back = threading.Thread(target=copy, args=(beyond, talk.connection, []), daemon=True)
            back.start()
            copy(talk.connection, beyond, received)
            back.join()

    return script


def copy(source: socket.socket, sink: socket.socket, kept: list[bytes]) -> None:
    with contextlib.suppress(OSError):
        while chunk := source.recv(65536):
            kept.append(chunk)
            sink.sendall(chunk)
    with contextlib.suppress(OSError):
        sink.shutdown(socket.SHUT_WR)


def test_a_proxy_learns_the_place_and_nothing_secret(server: ReferenceServer, known: dict[str, Any]) -> None:
    received: list[bytes] = []
    with raw_server(relaying(received)) as proxy:
        assert obtained(server.base_url, **known, proxy=proxy.base_url).status == 200
    authority = server.base_url.removeprefix("https://")
    assert received[0] == f"CONNECT {authority} HTTP/1.1\r\nHost: {authority}".encode()
    sent = b"".join(received)
    assert len(sent) > 500
    for secret in (server.token, server.token.rpartition(".")[2], KEY.partition(": ")[2]):
        assert secret.encode() not in sent


def test_a_proxy_is_asked_for_the_other_address(server: ReferenceServer, known: dict[str, Any]) -> None:
    received: list[bytes] = []
    with raw_server(relaying(received)) as proxy:
        way = {"proxy": proxy.base_url, "connect_to": place_of(server)}
        assert obtained("https://localhost:1", **known, **way).status == 200
    assert received[0].startswith(f"CONNECT {place_of(server)} HTTP/1.1".encode())


@pytest.mark.parametrize(
    ("script", "expected"),
    [
        (once(answer("407 Proxy Authentication Required")), "the proxy answers 407 to CONNECT api.example.org:443"),
        (once(b"SSH-2.0-x\r\n\r\n"), "the proxy does not answer in HTTP"),
        (hang_up, "the proxy does not answer in HTTP"),
    ],
)
def test_a_proxy_that_does_not_connect_is_described(script: Script, expected: str) -> None:
    with raw_server(script) as proxy:
        observer = observer_of("https://api.example.org", proxy=proxy.base_url)
        with pytest.raises(Unusable, match=f"^https://api.example.org cannot be used: cannot connect: {expected}"):
            check(observer)
        assert TOKEN not in repr(proxy.requests)


def test_a_proxy_that_is_not_there_is_described() -> None:
    (port,) = free_ports(1)
    found = obtained("https://api.example.org", proxy=f"http://127.0.0.1:{port}")
    assert found.failure == "cannot connect to the proxy: Connection refused"


def test_a_proxy_of_debian_is_understood(server: ReferenceServer, known: dict[str, Any], tmp_path: Path) -> None:
    program = needed(["tinyproxy"], install="tinyproxy")
    (port,) = free_ports(1)
    (tmp_path / "proxy.conf").write_text(f"Port {port}\nListen 127.0.0.1\nTimeout 10\nMaxClients 20\n")
    process = subprocess.Popen([program, "-d", "-c", "proxy.conf"], cwd=tmp_path, stdout=subprocess.DEVNULL)
    try:
        assert listens(process, port)
        assert obtained(server.base_url, **known, proxy=f"http://127.0.0.1:{port}").status == 200
    finally:
        stop(process)


def demanding(clients: Path) -> Program:
    """Return HAProxy that lets nobody in without a certificate."""
    demand = f" ca-file {clients} verify required alpn"
    return Program("haproxy", lambda places: haproxy.configuration(places).replace(" alpn", demand), haproxy.command)


@pytest.fixture
def client(tmp_path: Path) -> Path:
    """Return the folder with the certificate of a client, its key, both, an encrypted key and their authority."""
    authority = trustme.CA()
    made = authority.issue_cert("client@example.org")
    authority.cert_pem.write_to_path(tmp_path / "clients.pem")
    made.private_key_and_cert_chain_pem.write_to_path(tmp_path / "both.pem")
    made.cert_chain_pems[0].write_to_path(tmp_path / "cert.pem")
    made.private_key_pem.write_to_path(tmp_path / "key.pem")
    key = load_pem_private_key(made.private_key_pem.bytes(), None)
    encrypted = key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, BestAvailableEncryption(b"x"))
    (tmp_path / "encrypted.pem").write_bytes(encrypted)
    return tmp_path


@pytest.mark.skipif(not HAPROXY.is_there, reason="haproxy is not there")
def test_a_certificate_is_shown_to_a_server_that_wants_one(client: Path) -> None:
    with ReferenceServer() as server, demanding(client / "clients.pem").before(server.base_url[7:], client) as proxy:
        given = {
            "auth_token": server.token,
            "invoice_id": [data.INVOICE_IDS[0]],
            "ca_bundle": str(proxy.ca_bundle),
        }
        apart = {"client_cert": str(client / "cert.pem"), "client_key": str(client / "key.pem")}
        assert obtained(proxy.base_url, **given, **apart).status == 200
        assert obtained(proxy.base_url, **given, client_cert=str(client / "both.pem")).status == 200
        with pytest.raises(Unusable, match=r"wants to see a certificate .*: give --client-cert\."):
            check(observer_of(proxy.base_url, **given))


@pytest.mark.parametrize(
    ("names", "expected"),
    [
        ({"client_cert": "cert.pem"}, "^--client-cert: no certificate "),
        ({"client_cert": "cert.pem", "client_key": "encrypted.pem"}, "^--client-cert, --client-key: no certificate "),
        ({"client_cert": "cert.pem", "client_key": "clients.pem"}, "with its unencrypted key can be read: "),
    ],
)
def test_a_certificate_that_cannot_be_used_is_a_wrong_setting(
    client: Path, names: dict[str, str], expected: str
) -> None:
    with pytest.raises(SettingError, match=expected):
        observer_of("https://api.example.org", **{name: str(client / file) for name, file in names.items()})
