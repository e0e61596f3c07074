"""The first look at a target: what makes judging impossible ends the run with one message, anything else does not."""

from __future__ import annotations

import json
import ssl
from collections.abc import Iterator

import pytest
import trustme

from conformance.model.outcome import ExitCode
from conformance.reference.server import ReferenceServer
from conformance.run import Abort, Run
from conformance.tokens.altered import encode_segment
from tests.servers.raw import OK, RawServer, Script, Talk, always, answer, hang_up, once, raw_server
from tests.support.targets import INVOICE_ID, TOKEN, settings_of

ITEM_BODY = b'{"data": {"type": "invoices", "id": "1"}}'
PAGE = b"<!doctype html><title>Sign in</title>"
HTML = "Content-Type: text/html"


def started(base_url: str, **given: object) -> Run:
    """Return a run after its smoke request."""
    values = {"auth_token": TOKEN, "invoice_id": [INVOICE_ID], "request_timeout": "0.5", **given}
    run = Run(base_url, settings_of(**values), dry=False)
    run.start()
    run.stop()
    return run


def abort_of(script: Script, **given: object) -> tuple[Abort | None, RawServer]:
    with raw_server(script) as server:
        return started(server.base_url, **given).abort, server


def ended(abort: Abort | None, code: ExitCode, *texts: str) -> None:
    """Assert that the run ended with ``code`` and one line that has all of ``texts`` and no secret."""
    assert abort is not None
    assert abort.code is code
    assert "\n" not in abort.message
    assert abort.message.isprintable()
    assert len(abort.message) < 500
    for text in texts:
        assert text in abort.message
    assert TOKEN.rsplit(".", 1)[1] not in abort.message


@pytest.fixture(scope="module")
def reference() -> Iterator[ReferenceServer]:
    with ReferenceServer() as server:
        yield server


def test_an_unreachable_host() -> None:
    with raw_server(always(OK)) as server:
        pass
    ended(started(server.base_url).abort, ExitCode.UNREACHABLE, server.base_url, "Connection refused", "--base-url")


def test_a_host_that_does_not_exist() -> None:
    ended(started("http://nowhere.invalid").abort, ExitCode.UNREACHABLE, "nowhere.invalid", "cannot connect")


def test_a_server_that_says_nothing() -> None:
    abort, _ = abort_of(lambda talk: talk.until_gone())
    ended(abort, ExitCode.UNREACHABLE, "within the time limit", "--request-timeout")


def test_a_server_that_hangs_up() -> None:
    abort, server = abort_of(hang_up)
    ended(abort, ExitCode.UNREACHABLE, "connection closed without an answer")
    assert len(server.requests) == 2


def test_a_server_that_is_not_http() -> None:
    abort, _ = abort_of(once(b"220 mail.example ESMTP \x1b[31m" + TOKEN.encode() + b"\r\n"))
    ended(abort, ExitCode.UNREACHABLE, "not a well-formed HTTP response")


@pytest.mark.parametrize("status", ["401 Unauthorized", "403 Forbidden", "407 Proxy Authentication Required"])
def test_a_refused_token_ends_the_run_at_once(status: str) -> None:
    abort, server = abort_of(always(answer(status)), invoice_id=["a", "b", "c"])
    ended(abort, ExitCode.UNREACHABLE, status[:3], "--auth-token")
    assert len(server.requests) == 1


@pytest.mark.parametrize(
    ("expiry", "expected"),
    [
        (1764374400, "--auth-token expired on 2025-11-29 at 00:00:00 UTC. Set a new one."),
        (1e10, "it refuses the token. Is it"),
        (1e99, "it refuses the token. Is it"),
        (True, "it refuses the token. Is it"),
    ],
)
def test_an_expired_token_is_described(expiry: object, expected: str) -> None:
    header, claims = (encode_segment(each) for each in ({"alg": "HS256"}, {"exp": expiry}))
    abort, _ = abort_of(always(answer("401 Unauthorized")), auth_token=f"{header}.{claims}.c2VjcmV0")
    ended(abort, ExitCode.UNREACHABLE, expected)


def test_no_token() -> None:
    abort, _ = abort_of(always(answer("401 Unauthorized")), auth_token=None)
    ended(abort, ExitCode.UNREACHABLE, "no token was given", "--auth-token")


def test_unknown_invoices() -> None:
    abort, server = abort_of(always(answer("404 Not Found")), invoice_id=["a", "b", "c", "d"])
    ended(abort, ExitCode.UNREACHABLE, "none of the given invoices (a, b, c, …: 404)", "--invoice-id")
    assert len(server.requests) == 4


def knowing(*ids: str) -> Script:
    """Serve the invoice that is known, and a collection of ``ids``."""
    page = json.dumps({"data": [{"type": "invoices", "id": each} for each in ids]}).encode()

    def script(talk: Talk) -> None:
        while head := talk.request():
            known = ITEM_BODY if b"/known " in head else page if b"/invoices " in head else None
            talk.send(answer("200 OK", known) if known else answer("404 Not Found"))

    return script


def test_an_invoice_that_is_listed_and_not_served_is_judged_after_a_known_one() -> None:
    with raw_server(knowing("known", "lost")) as server:
        run = started(server.base_url, invoice_id=["lost", "known"])
    assert run.abort is None
    assert run.target.invoice_ids == ("known", "lost")


def test_one_stale_invoice_among_several_is_a_wrong_setting() -> None:
    abort, _ = abort_of(knowing("known", "lost"), invoice_id=["known", "lost", "stale"])
    ended(abort, ExitCode.USAGE, "--invoice-id: ", "does not know stale (404)", "Leave out")


def test_another_service() -> None:
    abort, _ = abort_of(always(answer("200 OK", PAGE, HTML)))
    ended(abort, ExitCode.UNREACHABLE, "text/html, not JSON", "--base-url", "--api-prefix")


@pytest.mark.parametrize("status", ["301 Moved Permanently", "302 Found", "303 See Other", "307 x", "308 x"])
def test_a_redirect_elsewhere(status: str) -> None:
    location = f"https://login.example/\x1b[0m{'x' * 900}?t={TOKEN}"
    abort, server = abort_of(always(answer(status, b"", f"Location: {location}").replace(b"\x1b", b"\xe9")))
    ended(abort, ExitCode.UNREACHABLE, status[:3], "https://login.example/", "--base-url")
    assert len(server.requests) == 1


def test_a_server_that_keeps_saying_later() -> None:
    abort, _ = abort_of(always(answer("429 Too Many Requests", b"", "Retry-After: 9999")))
    ended(abort, ExitCode.UNREACHABLE, "429", "--rate-limit")


def test_an_untrusted_certificate() -> None:
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    trustme.CA().issue_cert("127.0.0.1").configure_cert(context)
    with raw_server(always(OK), context) as server:
        ended(started(server.base_url).abort, ExitCode.UNREACHABLE, "TLS", "--ca-bundle", "--insecure")


def test_a_ca_bundle_without_certificates(tmp_path_factory: pytest.TempPathFactory) -> None:
    bundle = tmp_path_factory.mktemp("tls") / "ca.pem"
    bundle.write_text("nothing")
    abort = started("https://127.0.0.1:9", ca_bundle=str(bundle)).abort
    ended(abort, ExitCode.USAGE, "--ca-bundle")


@pytest.mark.parametrize(
    "message",
    [
        answer("500 Internal Server Error", PAGE, HTML),
        answer("503 Service Unavailable"),
        answer("400 Bad Request"),
        answer("406 Not Acceptable"),
        answer("200 OK", ITEM_BODY, "Content-Type: application/json"),
        answer("200 OK", ITEM_BODY, "Content-Type: application/vnd.api+json; charset=utf-8"),
        answer("200 OK", ITEM_BODY, HTML),
        answer("200 OK", ITEM_BODY, "Content-Type: text/plain"),
        answer("200 OK", b"{}"),
        answer("200 OK", b"[]"),
        answer("200 OK", b"null"),
        answer("200 OK", b""),
        answer("204 No Content", b""),
        answer("200 OK", b"{broken"),
        answer("200 OK", b"\xef\xbb\xbf" + ITEM_BODY, HTML),
        answer("200 OK", ITEM_BODY.decode().encode("utf-16"), HTML),
        answer("200 OK", b"\x1f\x8bbroken", "Content-Encoding: gzip"),
        b"HTTP/1.1 200 OK\r\n\r\n" + ITEM_BODY,
        b"HTTP/1.0 200 OK\r\nContent-Type: application/json\r\nContent-Length: 99\r\n\r\n{}",
        b"HTTP/1.1 304 Not Modified\r\n\r\n",
    ],
)
def test_a_merely_wrong_answer_is_judged(message: bytes) -> None:
    abort, _ = abort_of(once(message))
    assert abort is None


def listing(status: str, body: bytes, *lines: str) -> Script:
    """Answer the collection with the given answer and everything else correctly."""

    def script(talk: Talk) -> None:
        while head := talk.request():
            collection = b"/invoices HTTP" in head
            talk.send(answer(status, body, *lines) if collection else answer("200 OK", ITEM_BODY))

    return script


def test_invoices_are_found_through_the_collection() -> None:
    data = [{"type": "invoices", "id": f"id-{number}"} for number in (1, 2, 2, 3, 4, 5, 6, 7)]
    data[1:1] = [{"id": "a/b"}, {"id": 5}, {"type": "invoices"}]  # type: ignore[dict-item]
    with raw_server(listing("200 OK", json.dumps({"data": data}).encode())) as server:
        run = started(server.base_url, invoice_id=None, expendable_invoice_id="ID-3")
    assert run.abort is None
    # All but the one that may be lost.
    assert run.target.invoice_ids == ("id-1", "id-2", "id-4", "id-5", "id-6")


@pytest.mark.parametrize(
    ("script", "code", "expected"),
    [
        (listing("200 OK", b'{"data": []}'), ExitCode.USAGE, "the collection shows none: give --invoice-id"),
        (listing("200 OK", b'{"data": {}}'), ExitCode.USAGE, "give --invoice-id"),
        (listing("200 OK", b'{"data": [null, 1, {"id": "\\ud800"}]}'), ExitCode.USAGE, "give --invoice-id"),
        (listing("200 OK", b"[]"), ExitCode.USAGE, "give --invoice-id"),
        (listing("200 OK", b""), ExitCode.USAGE, "give --invoice-id"),
        (listing("200 OK", PAGE, HTML), ExitCode.USAGE, "give --invoice-id"),
        (listing("404 Not Found", b"{}"), ExitCode.USAGE, "answers 404: give --invoice-id"),
        (listing("500 Internal Server Error", b""), ExitCode.USAGE, "answers 500: give --invoice-id"),
        (listing("401 Unauthorized", b""), ExitCode.UNREACHABLE, "refuses the token"),
        (listing("302 Found", b"", "Location: /login"), ExitCode.UNREACHABLE, "redirects"),
        (once(b"garbage"), ExitCode.UNREACHABLE, "not a well-formed HTTP response"),
    ],
)
def test_a_collection_that_is_of_no_use(script: Script, code: ExitCode, expected: str) -> None:
    abort, server = abort_of(script, invoice_id=None)
    ended(abort, code, expected)
    assert len(server.requests) == 1


def test_the_reference_server_can_be_judged(reference: ReferenceServer) -> None:
    run = started(reference.base_url, auth_token=reference.token, invoice_id=None)
    assert run.abort is None
    assert run.target.invoice_ids


def test_the_embedded_server_needs_no_settings() -> None:
    values = settings_of(auth_token="meant-for-another", api_prefix="/other", invoice_id=["meant-for-another"])
    run = Run(None, values, dry=False)
    run.start()
    run.stop()
    assert run.abort is None
    assert "meant-for-another" not in run.target.invoice_ids


def unfinished(talk: Talk) -> None:
    """Begin an answer and never end it."""
    talk.request()
    talk.send(b"HTTP/1.1 200 OK\r\nContent-Type: application/vnd.api+json\r\n\r\n{")
    talk.until_gone()


def test_an_answer_that_does_not_end() -> None:
    abort, server = abort_of(unfinished, invoice_id=[INVOICE_ID, "another"])
    ended(abort, ExitCode.UNREACHABLE, "no complete answer", "--request-timeout")
    assert len(server.requests) == 1


def test_an_answer_that_is_too_long() -> None:
    abort, _ = abort_of(always(answer("200 OK", b"[" + b" " * 5000 + b"]")), max_body="4096")
    ended(abort, ExitCode.UNREACHABLE, "more than --max-body=4096 lets be read", "give a larger --max-body")


def test_a_collection_that_is_too_long() -> None:
    long = answer("200 OK", b'{"data": [' + b" " * 5000 + b"]}")
    abort, _ = abort_of(always(long), max_body="4096", invoice_id=None)
    ended(abort, ExitCode.USAGE, "the collection is larger than --max-body=4096", "or a larger --max-body")
