"""Minted tokens: each differs from the given one in the named respect, and PyJWT sees it as that."""

from __future__ import annotations

import json
import time
from base64 import urlsafe_b64decode
from typing import Any

import jwt
import pytest

from conformance import cli
from conformance.observe.message_bytes import reveal
from conformance.plan import probes
from conformance.reference.tokens import mint
from conformance.syntax import redaction
from conformance.tokens import altered, minted
from conformance.tokens.minted import NAMES, Sources, produce
from tests.support.targets import target_of

KEY = "0123456789abcdef-signing-key-of-the-test-0123456789"
TOKEN = mint(25, KEY, iat=int(time.time()) - 60, login="someone", header={"kid": "1"})
SOURCES = Sources(TOKEN, mint(26, KEY), KEY)


def read(token: str) -> tuple[dict[str, Any], list[tuple[str, Any]]]:
    """Return header and claims, the claims as pairs."""
    header, claims, _ = token.split(".")
    text = urlsafe_b64decode(claims + "=" * (-len(claims) % 4))
    return altered.decode_segment(header), json.loads(text, object_pairs_hook=list)


def decoded(name: str, sources: Sources = SOURCES) -> dict[str, Any]:
    options: Any = {"verify_sub": False}
    found: dict[str, Any] = jwt.decode(
        produce(name, sources), KEY, algorithms=["HS256"], audience="customer-v1", options=options
    )
    return found


@pytest.mark.parametrize("name", ["minted", "extension", "not-before-past", "audience-text", "audience-array"])
def test_what_must_work_is_valid_and_keeps_the_other_claims(name: str) -> None:
    claims = decoded(name)
    assert claims["sub"] == 25
    assert claims["login"] == "someone"
    assert read(produce(name, SOURCES))[0]["kid"] == "1"


@pytest.mark.parametrize(
    ("name", "error"),
    [
        ("expired-lately", jwt.ExpiredSignatureError),
        ("expired-in-1970", jwt.ExpiredSignatureError),
        ("expired-as-text", jwt.ExpiredSignatureError),
        ("expired-ever", jwt.ExpiredSignatureError),
        ("not-before-never", jwt.ImmatureSignatureError),
        ("not-before-future", jwt.ImmatureSignatureError),
        ("expiry-twice-last-past", jwt.ExpiredSignatureError),
        *((f"audience-{name}", jwt.InvalidAudienceError) for name in ("foreign", "longer", "shorter", "other-case")),
        ("audience-missing", jwt.MissingRequiredClaimError),
        ("audience-null", jwt.MissingRequiredClaimError),
        ("audience-empty", jwt.PyJWTError),
        ("algorithm-hs384", jwt.InvalidAlgorithmError),
        ("algorithm-hs512", jwt.InvalidAlgorithmError),
        ("algorithm-lower-case", jwt.InvalidAlgorithmError),
        (minted.SWAPPED, jwt.InvalidSignatureError),
    ],
)
def test_what_must_be_refused_is_refused_for_the_right_reason(name: str, error: type[Exception]) -> None:
    with pytest.raises(error):
        decoded(name)


def test_it_is_expired_beyond_any_leeway_and_was_issued_before() -> None:
    claims = dict(read(produce("expired-lately", SOURCES))[1])
    assert time.time() - claims["exp"] > 600
    assert claims["iat"] < claims["exp"]


@pytest.mark.parametrize(
    ("name", "subject"),
    [
        ("subject-array", [25]),
        ("subject-injected", "25 OR 1=1"),
        ("subject-huge", 2**64 + 25),
        ("subject-true", True),
        ("subject-null", None),
        ("subject-word", "D"),
    ],
)
def test_subjects_are_what_they_are_called(name: str, subject: object) -> None:
    claims = decoded(name)
    assert (claims["sub"], type(claims["sub"])) == (subject, type(subject))


@pytest.mark.parametrize(("subject", "kind"), [(25, int), ("25", str), ("8d116ece-1738-47d9-bd9c-172411e20b8f", str)])
def test_the_unknown_subject_is_of_the_same_kind(subject: object, kind: type) -> None:
    unknown = decoded("subject-unknown", Sources(mint(subject, KEY), "", KEY))["sub"]
    assert type(unknown) is kind
    assert unknown != subject
    assert str(subject).isdecimal() == str(unknown).isdecimal()


def test_a_missing_subject_is_missing() -> None:
    assert "sub" not in decoded("subject-missing")


def test_a_critical_extension_is_signed_and_named() -> None:
    header, _ = read(produce("extension-critical", SOURCES))
    assert header["crit"] == ["x-conformance"]
    assert "x-conformance" in header
    content, _, signature = produce("extension-critical", SOURCES).rpartition(".")
    mac = jwt.get_algorithm_by_name("HS256").sign(content.encode(), KEY.encode())
    assert urlsafe_b64decode(signature + "=") == mac


@pytest.mark.parametrize("name", ["expiry-twice-last-past", "expiry-twice-last-future", "subject-twice-last-unknown"])
def test_a_repeated_claim_is_there_twice_and_last_comes_last(name: str) -> None:
    pairs = read(produce(name, SOURCES))[1]
    claim = "exp" if name.startswith("expiry") else "sub"
    first, last = (value for key, value in pairs if key == claim)
    assert tuple(pairs[-1]) == (claim, last)
    if claim == "exp":
        assert (first > time.time()) is name.endswith("past")
        assert (last > time.time()) is name.endswith("future")
    else:
        assert first == 25 != last


def test_a_token_that_lasts_keeps_its_expiry_and_a_short_one_is_prolonged() -> None:
    later = int(time.time()) + 9000
    assert decoded("minted", Sources(mint(25, KEY, exp=later), "", KEY))["exp"] == later
    assert decoded("minted", Sources(mint(25, KEY, lifetime=5), "", KEY))["exp"] > time.time() + 600
    assert decoded("minted", Sources(mint(25, KEY, lifetime=None), "", KEY))["exp"] > time.time() + 600


@pytest.mark.parametrize(
    ("name", "sources", "expected"),
    [
        ("minted", Sources(TOKEN), "signing key"),
        ("minted", Sources("opaque", "", KEY), "three segments"),
        (minted.SWAPPED, Sources(TOKEN), "second customer"),
        (minted.SWAPPED, Sources(TOKEN, TOKEN), "same token"),
        ("audience-missing", Sources(mint(25, KEY, aud=None), "", KEY), "no claim aud"),
        ("audience-text", Sources(mint(25, KEY, aud=("a", "b")), "", KEY), "one audience"),
        ("audience-other-case", Sources(mint(25, KEY, aud="1"), "", KEY), "no letters"),
        ("subject-array", Sources(mint(None, KEY), "", KEY), "no subject"),
        ("subject-word", Sources(mint("D", KEY), "", KEY), "already"),
        ("nosuch", SOURCES, "no token is named nosuch"),
    ],
)
def test_what_cannot_be_made_says_why(name: str, sources: Sources, expected: str) -> None:
    with pytest.raises(altered.ForgeError, match=expected):
        produce(name, sources)


def test_secrets_are_not_in_the_repr() -> None:
    assert TOKEN not in repr(SOURCES)
    assert KEY not in repr(SOURCES)


def test_every_name_is_made_and_every_minted_one_is_asked_for() -> None:
    assert len(NAMES) == len(set(NAMES))
    sent = {
        redaction.display(value)
        for probe in probes.by_key().values()
        for layer in probe.layers
        if not callable(layer)
        for value in layer.values()
        if isinstance(value, str)
    }
    for name in set(NAMES) - set(altered.DERIVATIONS) - minted.SUBJECTS:
        assert produce(name, SOURCES).count(".") == 2
        assert f"$(invoices-conformance token {name})" in sent, name


def test_the_subject_of_a_token_is_not_redacted() -> None:
    name = "6513270e-269e-4d37-b2a7-4de452e6b438"
    target = target_of(auth_token=mint(name, KEY), other_auth_token=mint(f"{name}0", KEY))
    for placeholder, subject in (("subject", name), ("subject-of-other", f"{name}0")):
        assert reveal(redaction.derived_token(placeholder), target) == subject
    assert target.redactor.text(f"{name} {name}0") == f"{name} {name}0"


def test_a_minted_token_is_redacted_from_then_on() -> None:
    target = target_of(auth_token=TOKEN, signing_key=KEY)
    token = reveal(redaction.derived_token("expired-lately"), target)
    assert token.count(".") == 2
    assert target.redactor.text(f"{token} {KEY}") == "[redacted] [redacted]"


def test_the_command_line_makes_the_same_token(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("INVOICES_AUTH_TOKEN", TOKEN)
    monkeypatch.setenv("INVOICES_SIGNING_KEY", KEY)
    assert cli.main(["token", "subject-huge"]) == 0
    assert capsys.readouterr().out == produce("subject-huge", SOURCES) + "\n"


def test_the_command_line_names_what_is_missing(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("INVOICES_AUTH_TOKEN", TOKEN)
    monkeypatch.delenv("INVOICES_SIGNING_KEY", raising=False)
    assert cli.main(["token", "minted"]) == 4
    assert "INVOICES_SIGNING_KEY" in capsys.readouterr().err


@pytest.mark.parametrize(
    "name",
    ["expiry-fraction", "not-before-fraction", "issued-fraction", "type-named", "claims-spaced", "claims-unknown"],
)
def test_an_unusual_token_is_valid(name: str) -> None:
    assert decoded(name)["sub"] == 25
