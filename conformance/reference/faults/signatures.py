"""Faults in the verification of signatures, and in the choice of algorithm and key."""

from __future__ import annotations

import base64
from typing import TYPE_CHECKING

import jwt

from conformance.reference.faults import fault
from conformance.reference.faults.token_tools import (
    MINTING,
    Claims,
    algorithm,
    decode,
    lasts,
    mac_of,
    or_else,
    segment,
    unsigned,
)

if TYPE_CHECKING:
    from conformance.reference.app import Api


@fault(
    "jwt-none-accepted",
    caught_by={"JWT-001"},
    clause="RFC 8725, section 3.2",
    also={"AUTH-005": "an unsigned token is answered in another way", "JWT-002": "the signature was removed"},
)
def none_accepted(api: Api) -> None:
    """A token without signature is accepted when its algorithm is none."""
    or_else(api, lambda token: unsigned(token) if algorithm(token) == "none" else None)


@fault("jwt-none-in-capitals-accepted", caught_by={"JWT-001"}, clause="RFC 8725, section 3.2")
def none_in_capitals(api: Api) -> None:
    """The algorithm none is refused, other spellings of it are accepted."""
    or_else(
        api,
        lambda token: unsigned(token) if algorithm(token) != "none" and algorithm(token).lower() == "none" else None,
    )


@fault("jwt-none-with-signature-accepted", caught_by={"JWT-001"}, clause="RFC 8725, section 3.2")
def none_with_signature(api: Api) -> None:
    """The algorithm none is accepted when a signature part is there."""
    or_else(
        api,
        lambda token: unsigned(token) if algorithm(token).lower() == "none" and not token.endswith(".") else None,
    )


@fault(
    "jwt-signature-ignored",
    caught_by={"JWT-001", "JWT-002"},
    clause="RFC 7515, section 5.2",
    also={
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
def signature_ignored(api: Api) -> None:
    """The signature is not verified."""

    def unverified(token: str) -> Claims | None:
        claims = unsigned(token)
        return claims if claims and claims.get("aud") and lasts(claims) else None

    or_else(api, unverified)


@fault(
    "jwt-signature-prefix",
    caught_by={"JWT-002"},
    clause="RFC 7515, section 5.2",
    also={"JWT-016": "the foreign character comes later"},
)
def signature_prefix(api: Api) -> None:
    """Only the first quarter of the signature is compared."""

    def prefix(token: str) -> Claims | None:
        content, _, signature = token.rpartition(".")
        if not content or algorithm(token) != "HS256" or "crit" in (segment(token.partition(".")[0]) or ()):
            return None
        mac = jwt.get_algorithm_by_name("HS256").sign(content.encode(), api.signing_key.encode())
        expected = base64.urlsafe_b64encode(mac).decode()
        return decode(f"{content}.{expected.rstrip('=')}", api.signing_key) if signature[:10] == expected[:10] else None

    or_else(api, prefix)


@fault("jwt-signature-without-case", caught_by={"JWT-002"}, clause="RFC 7515, section 5.2")
def signature_without_case(api: Api) -> None:
    """Signatures are compared without regard to case, as a database compares text."""

    def alike(token: str) -> Claims | None:
        content, _, signature = token.rpartition(".")
        if not content or algorithm(token) != "HS256" or "crit" in (segment(token.partition(".")[0]) or ()):
            return None
        mac = jwt.get_algorithm_by_name("HS256").sign(content.encode(), api.signing_key.encode())
        expected = base64.urlsafe_b64encode(mac).decode().rstrip("=")
        same = signature.lower() == expected.lower()
        return decode(f"{content}.{expected}", api.signing_key) if same else None

    or_else(api, alike)


@fault("jwt-signature-optional", caught_by={"JWT-002"}, clause="RFC 7515, section 5.2")
def signature_optional(api: Api) -> None:
    """A token is accepted when its signature part is empty or missing."""

    def unverified(token: str) -> Claims | None:
        if algorithm(token).lower() == "none":
            return None
        if token.count(".") == 1:
            token += "."
        return unsigned(token) if token.endswith(".") else None

    or_else(api, unverified)


@fault("jwt-signature-empty", caught_by={"JWT-002"}, clause="RFC 7515, section 5.2")
def signature_empty(api: Api) -> None:
    """A token is accepted when its signature part is empty, and refused when it is missing."""
    or_else(api, lambda token: unsigned(token) if token.endswith(".") and algorithm(token).lower() != "none" else None)


@fault("jwt-other-algorithms-accepted", caught_by={"JWT-007"}, clause="RFC 8725, section 3.1", needs=MINTING)
def other_algorithms(api: Api) -> None:
    """The token chooses among the HMAC algorithms."""
    or_else(api, lambda token: decode(token, api.signing_key, ("HS256", "HS384", "HS512")))


@fault("jwt-embedded-key-trusted", caught_by={"JWT-008"}, clause="RFC 8725, section 3.10")
def embedded_key(api: Api) -> None:
    """A key in the token's header verifies the token."""

    def embedded(token: str) -> Claims | None:
        header = segment(token.partition(".")[0])
        key = header.get("jwk", {}).get("k") if isinstance(header, dict) else None
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

    or_else(api, embedded)


@fault("jwt-key-id-as-path", caught_by={"JWT-008"}, clause="RFC 8725, section 3.10")
def key_id_as_path(api: Api) -> None:
    """The key id names a file, and /dev/null is a file with a known content."""

    def by_path(token: str) -> Claims | None:
        header = segment(token.partition(".")[0])
        if not isinstance(header, dict) or not str(header.get("kid", "")).endswith("dev/null"):
            return None
        content, _, signature = token.rpartition(".")
        mac = jwt.get_algorithm_by_name("HS256").sign(content.encode(), b"")
        return unsigned(token) if signature == base64.urlsafe_b64encode(mac).rstrip(b"=").decode() else None

    or_else(api, by_path)


@fault("jwt-signature-compared-as-far-as-sent", caught_by={"JWT-002"}, clause="RFC 7515, section 5.2")
def as_far_as_sent(api: Api) -> None:
    """Of the signature as many characters are compared as were sent."""

    def claims(token: str) -> Claims | None:
        sent = token.rpartition(".")[2]
        found = unsigned(token)
        return found if found and sent and mac_of(api, token).startswith(sent) and lasts(found) else None

    or_else(api, claims)


@fault("jwt-signature-rest-ignored", caught_by={"JWT-002"}, clause="RFC 7515, section 5.2")
def rest_ignored(api: Api) -> None:
    """What follows the right signature is ignored."""

    def claims(token: str) -> Claims | None:
        found = unsigned(token)
        return found if found and token.rpartition(".")[2].startswith(mac_of(api, token)) and lasts(found) else None

    or_else(api, claims)


@fault("jwt-missing-algorithm-not-verified", caught_by={"JWT-002"}, clause="RFC 7515, section 4.1.1")
def missing_algorithm(api: Api) -> None:
    """A token without an algorithm is taken as it is."""

    def claims(token: str) -> Claims | None:
        header = segment(token.partition(".")[0])
        return unsigned(token) if isinstance(header, dict) and "alg" not in header else None

    or_else(api, claims)


@fault("jwt-unknown-algorithm-not-verified", caught_by={"JWT-002"}, clause="RFC 7515, section 5.2")
def unknown_algorithm(api: Api) -> None:
    """A token with an algorithm that nobody knows is taken as it is."""
    known = {"", "none", "hs256", "hs384", "hs512"}
    or_else(api, lambda token: None if algorithm(token).lower() in known else unsigned(token))
