"""A run over https: the certificate is checked, plain http gets nothing secret, and cookies stay secret."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from conformance.config.settings import SettingError
from conformance.model.outcome import Outcome
from conformance.observe.observer import Observer
from conformance.plan.steps import Step, steps_for
from conformance.reference import data, protocol
from conformance.reference.message import Answer, Request
from conformance.reference.server import ReferenceServer
from conformance.syntax import redaction
from tests.support import detection
from tests.support.targets import target_of

INVOICE = data.INVOICE_IDS[0]


@pytest.fixture
def server() -> Iterator[ReferenceServer]:
    with ReferenceServer(tls=True) as running:
        yield running


def observer_of(server: ReferenceServer, bundle: Path | None, **given: Any) -> Observer:
    settings: dict[str, Any] = {
        "auth_token": server.token,
        "other_auth_token": server.other_token,
        "other_invoice_id": data.OTHER_INVOICE_ID,
        "invoice_id": [INVOICE],
        "enable": "cookie",
        "plain_url": server.plain_url,
        **given,
    }
    if bundle is not None:
        bundle.write_bytes(server.ca_pem)
        settings["ca_bundle"] = str(bundle)
    return Observer(target_of(server.base_url, **settings))


def test_a_correct_server_over_https_conforms(monkeypatch: pytest.MonkeyPatch) -> None:
    # Within the patience of the tests.
    monkeypatch.setattr(protocol, "LINGER", 0.1)
    judgements = detection.judge([], detection.EVERYTHING | {"https"})
    assert not detection.caught(judgements)
    passed = {judgement.requirement for judgement in judgements if judgement.outcome is Outcome.PASSED}
    assert {"SEC-013", "SEC-014", "SEC-015", "SEC-016", "SEC-022", "AUTH-012"} <= passed


def test_the_certificate_is_checked(server: ReferenceServer, tmp_path: Path) -> None:
    trusting, strict = observer_of(server, tmp_path / "ca.pem"), observer_of(server, None)
    try:
        assert trusting.obtain(Step("item", INVOICE)).status == 200
        refused = strict.obtain(Step("item", INVOICE))
        assert refused.answer is None
        assert str(refused.failure).startswith("TLS: ")
    finally:
        trusting.close()
        strict.close()


def test_nothing_secret_goes_over_plain_http(server: ReferenceServer, tmp_path: Path) -> None:
    received: list[Request] = []
    server.api.on_answer(lambda request, _: received.append(request))
    observer = observer_of(server, tmp_path / "ca.pem", request_header=["X-Gateway-Key: 0123456789abcdef"])
    try:
        exchange = observer.obtain(Step("item_over_plain_http", INVOICE))
    finally:
        observer.close()
    assert exchange.status == 308
    assert exchange.request.url.startswith(server.plain_url)
    (request,) = received
    assert {name for name, _ in request.fields} == {"host", "user-agent", "accept"}
    assert request.lines("host") == [server.plain_url.removeprefix("http://")]


def test_a_closed_port_for_plain_http_is_not_an_answer(tmp_path: Path) -> None:
    with ReferenceServer(tls=True) as server, ReferenceServer() as gone:
        port = gone.base_url.rpartition(":")[2]
        gone.stop()
        observer = observer_of(server, tmp_path / "ca.pem", plain_url=f"http://localhost:{port}")
        try:
            exchange = observer.obtain(Step("item_over_plain_http", INVOICE))
        finally:
            observer.close()
    assert exchange.answer is None


@pytest.mark.parametrize(
    ("address", "given", "expected"),
    [
        ("https://api.example.org", {}, "http://api.example.org/api/rest/customer/v1/invoices/x"),
        ("https://api.example.org/mount", {}, "http://api.example.org/mount/api/rest/customer/v1/invoices/x"),
        (
            "https://api.example.org:8443",
            {"plain_url": "http://api.example.org:8080"},
            "http://api.example.org:8080/api/rest/customer/v1/invoices/x",
        ),
    ],
)
def test_where_plain_http_is_answered(address: str, given: dict[str, str], expected: str) -> None:
    target = target_of(address, **given)
    assert "plain-http" in target.capabilities
    assert target.plain_url("/invoices/x") == expected


@pytest.mark.parametrize("address", ["https://api.example.org:8443", "http://api.example.org"])
def test_it_is_not_guessed(address: str) -> None:
    target = target_of(address)
    assert "plain-http" not in target.capabilities
    assert not steps_for("item_over_plain_http", target)


@pytest.mark.parametrize("address", ["https://api.example.org", "http://api.example.org"])
@pytest.mark.parametrize("plain_url", ["https://api.example.org", "api.example.org", "http://user@api.example.org"])
def test_it_is_not_https(address: str, plain_url: str) -> None:
    with pytest.raises(SettingError, match=r"^--plain-url: "):
        target_of(address, plain_url=plain_url)


def test_a_new_cookie_is_a_secret_from_the_first_answer_on(server: ReferenceServer, tmp_path: Path) -> None:
    set_by_server: list[str] = []

    def echo(request: Request, answer: Answer) -> None:
        if request.session:
            set_by_server.append(request.session)
            answer.headers.insert(0, ("X-Session", request.session))

    server.api.on_answer(echo)
    observer = observer_of(server, tmp_path / "ca.pem")
    try:
        exchange = observer.obtain(Step("item_by_cookie", INVOICE))
    finally:
        observer.close()
    assert exchange.fields.get("X-Session") == "[redacted]"
    (line,) = exchange.fields.lines("Set-Cookie")
    assert line == "_yeti_customer_v1_session=[redacted]; Path=/; Max-Age=3600; HttpOnly; SameSite=Lax; Secure"
    assert len(set_by_server) == 1
    assert set_by_server[0] not in repr(exchange)
    # A cookie that is set is not an echo of what was sent.
    assert exchange.answer is not None
    assert "header Set-Cookie" not in exchange.answer.secrets_found


@pytest.mark.parametrize(
    ("line", "clean", "value"),
    [
        ("sid=0123456789abcdef; Path=/", "sid=[redacted]; Path=/", "0123456789abcdef"),
        ('sid="0123456789abcdef"', "sid=[redacted]", "0123456789abcdef"),
        ("route=b2; Path=/", "route=b2; Path=/", ""),
        ("sid=; Max-Age=0", "sid=; Max-Age=0", ""),
        ("sid", "sid", ""),
    ],
)
def test_the_value_of_a_cookie_is_cut_out(line: str, clean: str, value: str) -> None:
    assert redaction.split_cookie(line) == (clean, value)


def test_what_is_sent_alone_has_a_connection_of_its_own(server: ReferenceServer, tmp_path: Path) -> None:
    observer = observer_of(server, tmp_path / "ca.pem")
    steps = [step for name in ("interleaved", "other_item_of_owner") for step in steps_for(name, observer.target)]
    try:
        observer.observe(steps)
    finally:
        observer.close()
    alone = observer.record[Step("other_item_of_owner", INVOICE)]
    others = [exchange for step, exchange in observer.record.items() if step.probe != "other_item_of_owner"]
    assert alone.status == 200
    assert alone.connection not in {exchange.connection for exchange in others}
    before = [exchange for exchange in others if exchange.probe in {"other_item", "other_item_head"}]
    assert alone.started is not None
    assert all(exchange.started and exchange.started < alone.started for exchange in before)
    after = [exchange for exchange in others if exchange not in before]
    assert all(exchange.started and exchange.started > alone.started for exchange in after)
