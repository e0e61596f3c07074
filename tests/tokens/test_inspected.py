"""What the given token shows about itself, and tokens that are derived from it."""

from __future__ import annotations

import secrets
import warnings
from typing import Any

import jwt
import pytest

from conformance.tokens import altered
from conformance.tokens.inspected import TokenFacts, inspect

KEY = secrets.token_urlsafe(32)
NOW = 1_731_578_000.0


def token(key: str = KEY, algorithm: str = "HS256", **claims: Any) -> str:
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", jwt.InsecureKeyLengthWarning)
        return jwt.encode({"sub": 25, "aud": ["customer-v1"], **claims}, key, algorithm=algorithm)


@pytest.mark.parametrize("key", ["", "secret", "Secret123", "changeme", "your-256-bit-secret", "0" * 32, "1234567890"])
def test_a_well_known_key_is_found(key: str) -> None:
    # PyJWT refuses to sign with an empty key.
    given = token(key) if key else altered.derive("foreign-key-file", token())
    assert inspect(given).guessable_key is True


@pytest.mark.parametrize("algorithm", ["HS256", "HS384", "HS512"])
def test_every_shared_key_algorithm_is_tried(algorithm: str) -> None:
    assert inspect(token("password1", algorithm)).guessable_key is True
    assert inspect(token(KEY, algorithm)).guessable_key is False


@pytest.mark.parametrize(
    "given",
    ["", "opaque", "a.b.c", "e30.e30.", token().rpartition(".")[0], f"{token()}.x"],
    ids=["empty", "opaque", "no JSON", "no signature", "two segments", "four segments"],
)
def test_what_is_not_a_jwt_has_no_facts(given: str) -> None:
    assert inspect(given) == TokenFacts()


@pytest.mark.parametrize("header", [{"alg": "RS256"}, {"alg": "none"}, {"alg": ["HS256"]}, {}])
def test_only_shared_keys_can_be_tried(header: dict[str, Any]) -> None:
    facts = inspect(f"{altered.encode_segment(header)}.{altered.encode_segment({})}.AAAA")
    assert (facts.is_jwt, facts.guessable_key) == (True, None)


def test_a_signature_that_is_not_base64_cannot_be_tried() -> None:
    assert inspect(f"{token().rpartition('.')[0]}.A!A").guessable_key is None


@pytest.mark.parametrize(
    ("expiry", "lifetime"),
    [(1_731_578_600, 600.0), (1_731_577_999.5, -0.5), ("1731578600", None), (None, None), (True, None)],
)
def test_the_lifetime_is_what_is_left(expiry: object, lifetime: float | None) -> None:
    given = f"{altered.encode_segment({'alg': 'RS256'})}.{altered.encode_segment({'exp': expiry})}.AAAA"
    assert inspect(given, NOW).lifetime == lifetime


def test_a_lifetime_beyond_every_number_is_not_an_error() -> None:
    assert (inspect(token(exp=10**400), NOW).lifetime or 0) > 1e14


def test_nothing_of_the_token_is_kept() -> None:
    given = token("secret", sub="A. Person")
    assert "Person" not in repr(inspect(given))
    assert "secret" not in repr(inspect(given))


# What PyJWT reads though RFC 7515, section 2, has no padding.
@pytest.mark.parametrize("name", sorted(altered.DERIVATIONS.keys() - {"signature-padded"}))
def test_no_derived_token_is_accepted(name: str) -> None:
    derived = altered.derive(name, token())
    assert derived != token()
    with pytest.raises(jwt.InvalidTokenError):
        jwt.decode(derived, KEY, algorithms=["HS256"], audience="customer-v1", options={"verify_sub": False})


def test_a_token_that_is_like_that_already_is_not_taken_for_a_broken_one() -> None:
    given = f"{altered.encode_segment({'alg': 'HS256'})}.{altered.encode_segment({'exp': 4102444800})}.AAAA"
    with pytest.raises(altered.ForgeError, match="already"):
        altered.derive("expiry-changed", given)


@pytest.mark.parametrize("name", ["foreign-key-embedded", "foreign-key-file"])
def test_a_foreign_key_signs_what_names_it(name: str) -> None:
    first, second, third = altered.segments(altered.derive(name, token()))
    header = altered.decode_segment(first)
    assert altered.decode_segment(second) == {"sub": 25, "aud": ["customer-v1"]}
    assert header["alg"] == "HS256"
    key = b"" if "kid" in header else jwt.PyJWK(header["jwk"]).key
    algorithm = jwt.algorithms.HMACAlgorithm(jwt.algorithms.HMACAlgorithm.SHA256)
    assert algorithm.verify(f"{first}.{second}".encode(), key, jwt.utils.base64url_decode(third))
