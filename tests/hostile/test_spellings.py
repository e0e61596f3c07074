"""Secrets in every spelling that comes about without intent: nothing of eight characters stays."""

from __future__ import annotations

import base64
import json
import math
from pathlib import Path

import pytest

from conformance.model.exchange import Answer, Exchange, Fields, Request
from conformance.observe.record.recorder import Recorder
from conformance.plan.steps import Step
from conformance.sweep.state import State
from conformance.syntax.redaction import Redactor
from tests.hostile.spellings import SPELLINGS, Spelling

SIGNATURE = "Xq7vT-p0Zk_3mNw8RbYc5LdJ2fHs9GaUe1BtVi6KoQs"
SECRETS = {
    "token": f"eyJhbGciOiJIUzI1NiJ9.eyJzdWIiOiJjdXN0b21lciJ9.{SIGNATURE}",
    "key": 'Wz/4k+R"7t&B<9>q\\Pm=2xLd',
    "header value": "Vn3-Yc8.Jw5_Hb1~Tr6",
    "cookie": "s%3AQm4Zx8Kc2.Lp7Vt1Nd9",
}
# Of a token the signature is secret.
PARTS = {**SECRETS, "token": SIGNATURE}
RUN = 8


def runs(secret: str, spelled: bytes, spelling: Spelling) -> set[bytes]:
    """Return the pieces of a spelling that show eight characters of the secret, and the eight characters."""
    plain = {secret[at : at + RUN].encode() for at in range(len(secret) - RUN + 1)}
    own = spelling(secret)
    # What a spelling puts around the secret is not secret, and the ends of base64 depend on it.
    length = math.ceil(len(own) / len(secret) * RUN) + 8
    middle = {own[at : at + length] for at in range(len(own) // 4, len(own) - len(own) // 4 - length)}
    return plain | {each for each in middle if each in spelled}


@pytest.fixture
def redactor() -> Redactor:
    return Redactor(SECRETS.values())


@pytest.mark.parametrize("spelling", SPELLINGS.values(), ids=SPELLINGS)
def test_nothing_of_a_secret_stays(spelling: Spelling, redactor: Redactor) -> None:
    for name, secret in SECRETS.items():
        spelled = spelling(secret)
        clean = redactor.content(spelled)
        assert clean != spelled, name
        left = [each for each in runs(PARTS[name], spelled, spelling) if each in clean]
        assert not left, (name, clean)


def _forms_of(signature: bytes) -> dict[str, bytes]:
    return {
        "bytes": signature,
        "hexadecimal": signature.hex().encode(),
        "with colons": signature.hex(":").upper().encode(),
        "numbers": json.dumps([*signature]).encode(),
        "base64": base64.b64encode(signature),
    }


@pytest.mark.parametrize("form", ["bytes", "hexadecimal", "with colons", "numbers", "base64"])
def test_the_bytes_of_a_signature_are_secret(form: str, redactor: Redactor) -> None:
    shown = _forms_of(base64.urlsafe_b64decode(f"{SIGNATURE}="))[form]
    clean = redactor.content(b"expected " + shown + b", got another one")
    assert len(clean) < len(b"expected , got another one[redacted]") + 16


@pytest.mark.parametrize("beginning", [b"PK\x03\x04", b"%PDF-1.7\n", b"\x28\xb5\x2f\xfd", b"\xfd7zXZ\0"])
def test_what_is_not_opened_is_withheld(beginning: bytes, redactor: Redactor) -> None:
    assert redactor.content(beginning + b"\0" * 96).startswith(b"[withheld: ")


def test_what_is_around_stays(redactor: Redactor) -> None:
    text = b'{"reference": "2024/11-B", "amount": "1234568.19", "links": {"self": "/api/rest/customer/v1/invoices"}}'
    assert redactor.content(text) is text


def test_state_and_record_hold_no_spelling(redactor: Redactor, tmp_path: Path) -> None:
    """The gate is the same for all artefacts; these two keep most of what a target sends."""
    spelled = {name: spelling(secret) for name, spelling in SPELLINGS.items() for secret in SECRETS.values()}
    state = State(str(tmp_path / "state"), {})
    state.clean = redactor.plain
    recorder = Recorder(str(tmp_path / "run.har"), redactor, {})
    for place, (name, each) in enumerate(spelled.items()):
        text = each.decode("utf-8", "replace")
        state.save_findings([(f"{name} {text}", {"observed": text, "answer": [text]})])
        fields = Fields((("X-Echo", text),))
        named = (f"header {text}",)
        answer = Answer(200, text, "1.1", fields, each, len(each), unsolicited=each, secrets_found=named)
        recorder.outcome(Step("item", str(place)), Exchange("item", Request("GET", f"/{text}", ()), answer))
    state.commit()
    state.close()
    recorder.save()
    for path in (tmp_path / "state", tmp_path / "run.har"):
        content = path.read_bytes()
        for secret in PARTS.values():
            found = {secret[at : at + RUN].encode() for at in range(len(secret) - RUN + 1)}
            assert not {each for each in found if each in content}, path.name
    assert len(json.loads((tmp_path / "run.har").read_text())["log"]["entries"]) == len(SPELLINGS)
