"""Certificates and handshakes."""

from __future__ import annotations

import ssl

import pytest
import trustme

from conformance.observe.pool import Pool
from tests.servers.raw import OK, Talk, always, answer, raw_server
from tests.support.observing import SHORT
from tests.support.targets import ITEM, observer_of, target_of


class Authority:
    """A certificate authority that no machine trusts, and a server certificate of it."""

    def __init__(self, folder: str) -> None:
        """Write its certificates into ``folder``."""
        authority = trustme.CA()
        self.bundle = f"{folder}/ca.pem"
        authority.cert_pem.write_to_path(self.bundle)
        self.contexts = {}
        for name in ("127.0.0.1", "other.example"):
            self.contexts[name] = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
            certificate = authority.issue_cert(name)
            certificate.configure_cert(self.contexts[name])
            certificate.cert_chain_pems[0].write_to_path(f"{folder}/{name}.pem")
        self.own = f"{folder}/127.0.0.1.pem"


@pytest.fixture(scope="module")
def authority(tmp_path_factory: pytest.TempPathFactory) -> Authority:
    return Authority(str(tmp_path_factory.mktemp("tls")))


@pytest.mark.parametrize(
    ("certificate", "given", "expected"),
    [
        ("127.0.0.1", {}, "certificate"),
        ("127.0.0.1", {"ca_bundle": "bundle"}, None),
        ("127.0.0.1", {"ca_bundle": "own"}, None),
        ("127.0.0.1", {"insecure": "true"}, None),
        ("other.example", {"ca_bundle": "bundle"}, "IP address mismatch"),
        ("other.example", {"insecure": "true"}, None),
    ],
)
def test_certificates_are_verified(
    authority: Authority, certificate: str, given: dict[str, str], expected: str | None
) -> None:
    files = {"bundle": authority.bundle, "own": authority.own}
    given = {name: files.get(value, value) for name, value in given.items()}
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


def test_every_python_trusts_the_same_certificates(authority: Authority) -> None:
    pool = Pool(target_of("https://127.0.0.1", ca_bundle=authority.bundle))
    assert pool.tls is not None
    assert not pool.tls.verify_flags & ssl.VERIFY_X509_STRICT  # set by create_default_context from Python 3.13 on
    assert pool.tls.verify_mode is ssl.CERT_REQUIRED
    assert pool.tls.check_hostname


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
