"""Hostile ends of TLS: a run ends with exit code 6 and a message that says what is wrong."""

from __future__ import annotations

import datetime
import ssl
from collections.abc import Callable
from pathlib import Path

import pytest
import trustme

from conformance.run import Run
from tests.servers.raw import Talk, hang_up, raw_server
from tests.support.targets import INVOICE_ID, TOKEN, settings_of

AUTHORITY = trustme.CA()
LONG_AGO = datetime.datetime(2001, 1, 1, tzinfo=datetime.UTC)


def _context(issued: trustme.LeafCert) -> ssl.SSLContext:
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    issued.configure_cert(context)
    return context


def abort(context: ssl.SSLContext | None, bundle: Path, script: Callable[[Talk], None] = hang_up) -> tuple[int, str]:
    """Return how a run of an https target ends."""
    with raw_server(script, context) as server:
        url = server.base_url.replace("http://", "https://")
        given = {"auth_token": TOKEN, "invoice_id": [INVOICE_ID], "request_timeout": "0.5"}
        run = Run(url, settings_of(**given, ca_bundle=str(bundle)), dry=False)
        run.start()
        run.stop()
    assert run.abort is not None
    return int(run.abort.code), run.abort.message


@pytest.fixture
def bundle(tmp_path: Path) -> Path:
    AUTHORITY.cert_pem.write_to_path(str(tmp_path / "ca.pem"))
    return tmp_path / "ca.pem"


CERTIFICATES: dict[str, tuple[Callable[[], trustme.LeafCert], str]] = {
    "of another authority": (lambda: trustme.CA().issue_cert("127.0.0.1"), "certificate"),
    "of another host": (lambda: AUTHORITY.issue_cert("elsewhere.invalid"), "127.0.0.1"),
    "expired": (lambda: AUTHORITY.issue_cert("127.0.0.1", not_before=LONG_AGO, not_after=LONG_AGO), "expired"),
    "for a thousand names": (
        lambda: AUTHORITY.issue_cert(*(f"host-{number}.invalid" for number in range(1000))),
        "127.0.0.1",
    ),
}


@pytest.mark.parametrize(("issued", "shown"), CERTIFICATES.values(), ids=CERTIFICATES)
def test_a_certificate_that_cannot_be_trusted(issued: Callable[[], trustme.LeafCert], shown: str, bundle: Path) -> None:
    code, message = abort(_context(issued()), bundle)
    assert code == 6
    assert shown in message


def _silent(talk: Talk) -> None:
    talk.until_gone()


def _garbage(talk: Talk) -> None:
    talk.send(b"\x16\x03\x01\xff\xff" + b"\0" * 70_000)


def _plain(talk: Talk) -> None:
    talk.send(b"HTTP/1.1 400 Bad Request\r\nContent-Length: 0\r\n\r\n")


@pytest.mark.parametrize("script", [_silent, _garbage, _plain, hang_up], ids=["silent", "garbage", "plain", "hangs up"])
def test_no_handshake(script: Callable[[Talk], None], bundle: Path) -> None:
    code, message = abort(None, bundle, script)
    assert code == 6
    assert "cannot be used" in message
