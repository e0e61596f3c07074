"""Faults in the verification of signatures, and in the choice of algorithm and key."""

from __future__ import annotations

import base64
from typing import TYPE_CHECKING

import jwt

from conformance.reference.faults import Area
from conformance.reference.faults.clauses import KEY_HINTS, SIGNATURE, rfc
from conformance.reference.faults.needs import MINTING
from conformance.reference.faults.token_tools import (
    Claims,
    algorithm,
    decode,
    header_of,
    lasts,
    mac_of,
    or_else,
    segment,
    unsigned,
)

if TYPE_CHECKING:
    from collections.abc import Callable

fault = Area(__name__)


def _alike(token: str, key: str, same: Callable[[str, str], bool]) -> Claims | None:
    """Decode a token when ``same`` says so of the signature that was sent and the right one."""
    content, _, signature = token.rpartition(".")
    if not content or algorithm(token) != "HS256" or "crit" in header_of(token):
        return None
    right = mac_of(token, key)
    return decode(f"{content}.{right}", key) if same(signature, right) else None


fault(
    "jwt-none-accepted",
    {"JWT-001"},
    rfc(8725, "3.2"),
    also={"AUTH-005": "an unsigned token is answered in another way", "JWT-002": "the signature was removed"},
)(
    "A token without signature is accepted when its algorithm is none.",
    or_else(lambda token, _: unsigned(token) if algorithm(token) == "none" else None),
)
fault("jwt-none-in-capitals-accepted", {"JWT-001"}, rfc(8725, "3.2"))(
    "The algorithm none is refused, other spellings of it are accepted.",
    or_else(
        lambda token, _: unsigned(token) if algorithm(token) != "none" and algorithm(token).lower() == "none" else None
    ),
)
fault("jwt-none-with-signature-accepted", {"JWT-001"}, rfc(8725, "3.2"))(
    "The algorithm none is accepted when a signature part is there.",
    or_else(
        lambda token, _: unsigned(token) if algorithm(token).lower() == "none" and not token.endswith(".") else None
    ),
)


@fault(
    "jwt-signature-ignored",
    {"JWT-001", "JWT-002"},
    SIGNATURE,
    also={
        "JWT-017": "a known key will do",
        "AUTH-005": "an altered token is answered in another way",
        "AUTH-008": "what stands before the token is not looked at",
        "AUTH-012": "a bad token is as good as the cookie",
        "JWT-004": "only audience and expiry are looked at",
        "JWT-005": "any audience will do",
        "JWT-007": "any algorithm will do",
        "JWT-009": "extensions are not looked at",
        "JWT-008": "a foreign key will do",
        "JWT-016": "what is in the signature does not matter",
    },
)
@or_else
def signature_ignored(token: str, _key: str) -> Claims | None:
    """The signature is not verified."""
    claims = unsigned(token)
    return claims if claims and claims.get("aud") and lasts(claims) else None


fault("jwt-signature-prefix", {"JWT-002"}, SIGNATURE, also={"JWT-016": "the foreign character comes later"})(
    "Only the first quarter of the signature is compared.",
    or_else(lambda token, key: _alike(token, key, lambda sent, right: sent[:10] == right[:10])),
)
fault("jwt-signature-without-case", {"JWT-002"}, SIGNATURE)(
    "Signatures are compared without regard to case, as a database compares text.",
    or_else(lambda token, key: _alike(token, key, lambda sent, right: sent.lower() == right.lower())),
)


@fault("jwt-signature-optional", {"JWT-002"}, SIGNATURE)
@or_else
def signature_optional(token: str, _key: str) -> Claims | None:
    """A token is accepted when its signature part is empty or missing."""
    if algorithm(token).lower() == "none":
        return None
    if token.count(".") == 1:
        token += "."
    return unsigned(token) if token.endswith(".") else None


fault("jwt-signature-empty", {"JWT-002"}, SIGNATURE)(
    "A token is accepted when its signature part is empty, and refused when it is missing.",
    or_else(lambda token, _: unsigned(token) if token.endswith(".") and algorithm(token).lower() != "none" else None),
)
fault("jwt-other-algorithms-accepted", {"JWT-007"}, rfc(8725, "3.1"), needs=MINTING)(
    "The token chooses among the HMAC algorithms.",
    or_else(lambda token, key: decode(token, key, ("HS256", "HS384", "HS512"))),
)


@fault("jwt-embedded-key-trusted", {"JWT-008"}, KEY_HINTS)
@or_else
def embedded_key(token: str, _key: str) -> Claims | None:
    """A key in the token's header verifies the token."""
    key = header_of(token).get("jwk", {}).get("k")
    if not isinstance(key, str):
        return None
    raw = base64.urlsafe_b64decode(key + "=" * (-len(key) % 4))
    try:
        claims: Claims = jwt.decode(
            token, raw, algorithms=["HS256"], options={"verify_sub": False, "verify_aud": False}
        )
    except (jwt.PyJWTError, ValueError, RecursionError):
        return None
    return claims


@fault("jwt-key-id-as-path", {"JWT-008"}, KEY_HINTS)
@or_else
def key_id_as_path(token: str, _key: str) -> Claims | None:
    """The key id names a file, and /dev/null is a file with a known content."""
    named = str(header_of(token).get("kid", "")).endswith("dev/null")
    return unsigned(token) if named and token.rpartition(".")[2] == mac_of(token, "") else None


@fault("jwt-signature-compared-as-far-as-sent", {"JWT-002"}, SIGNATURE)
@or_else
def as_far_as_sent(token: str, key: str) -> Claims | None:
    """Of the signature as many characters are compared as were sent."""
    sent, found = token.rpartition(".")[2], unsigned(token)
    return found if found and sent and mac_of(token, key).startswith(sent) and lasts(found) else None


@fault("jwt-signature-rest-ignored", {"JWT-002"}, SIGNATURE, also={"JWT-016": "whatever its characters are"})
@or_else
def rest_ignored(token: str, key: str) -> Claims | None:
    """What follows the right signature is ignored."""
    sent, found = token.rpartition(".")[2], unsigned(token)
    return found if found and sent.startswith(mac_of(token, key)) and lasts(found) else None


@fault("jwt-missing-algorithm-not-verified", {"JWT-002"}, rfc(7515, "4.1.1"))
@or_else
def missing_algorithm(token: str, _key: str) -> Claims | None:
    """A token without an algorithm is taken as it is."""
    header = segment(token.partition(".")[0])
    return unsigned(token) if isinstance(header, dict) and "alg" not in header else None


@fault("jwt-unknown-algorithm-not-verified", {"JWT-002"}, SIGNATURE)
@or_else
def unknown_algorithm(token: str, _key: str) -> Claims | None:
    """A token with an algorithm that nobody knows is taken as it is."""
    return None if algorithm(token).lower() in {"", "none", "hs256", "hs384", "hs512"} else unsigned(token)
