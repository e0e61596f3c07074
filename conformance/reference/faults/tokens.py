"""Faults in the validation of tokens."""

from __future__ import annotations

import base64
import json
import re
import time
from typing import TYPE_CHECKING, Any

import jwt

from conformance.reference.data import CUSTOMER
from conformance.reference.faults import fault
from conformance.reference.message import Problem
from conformance.reference.tokens import AUDIENCE

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from conformance.reference.app import Api
    from conformance.reference.model import Customer

    Claims = dict[str, Any]
    Original = Callable[[str], Claims | None]

MINTING = {"signing-key"}


def segment(text: str) -> Any:
    """The JSON value of a segment, or ``None``."""
    try:
        return json.loads(base64.urlsafe_b64decode(text + "=" * (-len(text) % 4)))
    except (ValueError, RecursionError):
        return None


def decode(token: str, key: str, algorithms: Sequence[str] = ("HS256",), *, without: str = "") -> Claims | None:
    """Decode, ``without`` the validation of one claim."""
    try:
        return jwt.decode(
            token,
            key,
            algorithms=list(algorithms),
            audience=AUDIENCE,
            options={
                "verify_sub": False,
                "verify_aud": without != "aud",
                "verify_exp": without != "exp",
                "verify_nbf": without != "nbf",
            },
        )
    except (jwt.PyJWTError, ValueError, TypeError, RecursionError):
        return None


def _or_else(api: Api, second: Callable[[str], Claims | None]) -> None:
    """Accept what ``second`` accepts, besides what is right."""
    api.replace("claims", lambda original, token: original(token) or second(token))


def _unsigned(token: str) -> Claims | None:
    claims = segment(token.split(".")[1]) if token.count(".") == 2 else None
    return claims if isinstance(claims, dict) else None


def _lasts(claims: Claims, leeway: float = 0) -> bool:
    """True until the expiry, or ``leeway`` seconds later."""
    expiry = claims.get("exp")
    return isinstance(expiry, int) and expiry > time.time() - leeway


def _algorithm(token: str) -> str:
    header = segment(token.partition(".")[0])
    return str(header.get("alg", "")) if isinstance(header, dict) else ""


@fault(
    "jwt-none-accepted",
    caught_by={"JWT-001"},
    clause="RFC 8725, section 3.2",
    also={"AUTH-005": "an unsigned token is answered in another way", "JWT-002": "the signature was removed"},
)
def none_accepted(api: Api) -> None:
    """A token without signature is accepted when its algorithm is none."""
    _or_else(api, lambda token: _unsigned(token) if _algorithm(token) == "none" else None)


@fault("jwt-none-in-capitals-accepted", caught_by={"JWT-001"}, clause="RFC 8725, section 3.2")
def none_in_capitals(api: Api) -> None:
    """The algorithm none is refused, other spellings of it are accepted."""
    _or_else(
        api,
        lambda token: _unsigned(token) if _algorithm(token) != "none" and _algorithm(token).lower() == "none" else None,
    )


@fault("jwt-none-with-signature-accepted", caught_by={"JWT-001"}, clause="RFC 8725, section 3.2")
def none_with_signature(api: Api) -> None:
    """The algorithm none is accepted when a signature part is there."""
    _or_else(
        api,
        lambda token: _unsigned(token) if _algorithm(token).lower() == "none" and not token.endswith(".") else None,
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

    def unsigned(token: str) -> Claims | None:
        claims = _unsigned(token)
        return claims if claims and claims.get("aud") and _lasts(claims) else None

    _or_else(api, unsigned)


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
        if not content or _algorithm(token) != "HS256" or "crit" in (segment(token.partition(".")[0]) or ()):
            return None
        mac = jwt.get_algorithm_by_name("HS256").sign(content.encode(), api.signing_key.encode())
        expected = base64.urlsafe_b64encode(mac).decode()
        return decode(f"{content}.{expected.rstrip('=')}", api.signing_key) if signature[:10] == expected[:10] else None

    _or_else(api, prefix)


@fault("jwt-signature-without-case", caught_by={"JWT-002"}, clause="RFC 7515, section 5.2")
def signature_without_case(api: Api) -> None:
    """Signatures are compared without regard to case, as a database compares text."""

    def alike(token: str) -> Claims | None:
        content, _, signature = token.rpartition(".")
        if not content or _algorithm(token) != "HS256" or "crit" in (segment(token.partition(".")[0]) or ()):
            return None
        mac = jwt.get_algorithm_by_name("HS256").sign(content.encode(), api.signing_key.encode())
        expected = base64.urlsafe_b64encode(mac).decode().rstrip("=")
        same = signature.lower() == expected.lower()
        return decode(f"{content}.{expected}", api.signing_key) if same else None

    _or_else(api, alike)


@fault("jwt-signature-optional", caught_by={"JWT-002"}, clause="RFC 7515, section 5.2")
def signature_optional(api: Api) -> None:
    """A token is accepted when its signature part is empty or missing."""

    def unsigned(token: str) -> Claims | None:
        if _algorithm(token).lower() == "none":
            return None
        if token.count(".") == 1:
            token += "."
        return _unsigned(token) if token.endswith(".") else None

    _or_else(api, unsigned)


@fault("jwt-signature-empty", caught_by={"JWT-002"}, clause="RFC 7515, section 5.2")
def signature_empty(api: Api) -> None:
    """A token is accepted when its signature part is empty, and refused when it is missing."""
    _or_else(
        api, lambda token: _unsigned(token) if token.endswith(".") and _algorithm(token).lower() != "none" else None
    )


@fault(
    "jwt-expired-accepted",
    caught_by={"JWT-003"},
    clause="RFC 7519, section 4.1.4",
    also={"JWT-010": "an expiry counts for nothing", "AUTH-005": "an expired token is answered in another way"},
    needs=MINTING,
)
def expired_accepted(api: Api) -> None:
    """The expiry is not checked."""
    _or_else(api, lambda token: decode(token, api.signing_key, without="exp"))


@fault("jwt-expired-today-accepted", caught_by={"JWT-003"}, clause="RFC 7519, section 4.1.4", needs=MINTING)
def expired_today(api: Api) -> None:
    """A token is accepted for an hour after its expiry."""

    def late(token: str) -> Claims | None:
        claims = decode(token, api.signing_key, without="exp")
        return claims if claims and _lasts(claims, 3600) else None

    _or_else(api, late)


@fault("jwt-not-before-ignored", caught_by={"JWT-004"}, clause="RFC 7519, section 4.1.5", needs=MINTING)
def not_before_ignored(api: Api) -> None:
    """The claim nbf is ignored."""
    _or_else(api, lambda token: decode(token, api.signing_key, without="nbf"))


@fault("jwt-audience-ignored", caught_by={"JWT-005"}, clause="RFC 8725, section 3.9", needs=MINTING)
def audience_ignored(api: Api) -> None:
    """The audience is not checked."""
    _or_else(api, lambda token: decode(token, api.signing_key, without="aud"))


@fault("jwt-audience-optional", caught_by={"JWT-005"}, clause="RFC 8725, section 3.9", needs=MINTING)
def audience_optional(api: Api) -> None:
    """A token without an audience is accepted."""

    def optional(token: str) -> Claims | None:
        claims = decode(token, api.signing_key, without="aud")
        return claims if claims and not claims.get("aud") else None

    _or_else(api, optional)


@fault("jwt-subject-unknown-accepted", caught_by={"JWT-006"}, clause="RFC 8725, section 3.8", needs=MINTING)
def subject_unknown(api: Api) -> None:
    """An unknown subject is taken for the first customer."""
    api.replace("identify", lambda original, claims: original(claims) or ("sub" in claims and CUSTOMER) or None)


@fault("jwt-subject-missing-crash", caught_by={"JWT-006", "ERR-011"}, clause="RFC 8725, section 3.8", needs=MINTING)
def subject_missing_crash(api: Api) -> None:
    """A token without a subject is answered with 500."""

    def identify(original: Callable[[Claims], Customer | None], claims: Claims) -> Customer | None:
        if claims.get("sub") is None:
            raise Problem(500, "Internal server error", "Something went wrong.")
        return original(claims)

    api.replace("identify", identify)


@fault("jwt-subject-cast", caught_by={"JWT-006"}, clause="RFC 8725, section 3.8", needs=MINTING)
def subject_cast(api: Api) -> None:
    """Of the subject only the leading digits count, as in a lenient cast."""

    def identify(original: Callable[[Claims], Customer | None], claims: Claims) -> Customer | None:
        digits = re.match(r"[0-9]{1,9}", str(claims.get("sub")), re.ASCII)
        return original({**claims, "sub": int(digits[0])} if digits else claims)

    api.replace("identify", identify)


@fault("jwt-subject-in-array", caught_by={"JWT-006"}, clause="RFC 8725, section 3.8", needs=MINTING)
def subject_in_array(api: Api) -> None:
    """A subject in an array is accepted."""

    def identify(original: Callable[[Claims], Customer | None], claims: Claims) -> Customer | None:
        subject = claims.get("sub")
        return original({**claims, "sub": subject[0]} if isinstance(subject, list) and subject else claims)

    api.replace("identify", identify)


@fault("jwt-other-algorithms-accepted", caught_by={"JWT-007"}, clause="RFC 8725, section 3.1", needs=MINTING)
def other_algorithms(api: Api) -> None:
    """The token chooses among the HMAC algorithms."""
    _or_else(api, lambda token: decode(token, api.signing_key, ("HS256", "HS384", "HS512")))


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

    _or_else(api, embedded)


@fault("jwt-key-id-as-path", caught_by={"JWT-008"}, clause="RFC 8725, section 3.10")
def key_id_as_path(api: Api) -> None:
    """The key id names a file, and /dev/null is a file with a known content."""

    def by_path(token: str) -> Claims | None:
        header = segment(token.partition(".")[0])
        if not isinstance(header, dict) or not str(header.get("kid", "")).endswith("dev/null"):
            return None
        content, _, signature = token.rpartition(".")
        mac = jwt.get_algorithm_by_name("HS256").sign(content.encode(), b"")
        return _unsigned(token) if signature == base64.urlsafe_b64encode(mac).rstrip(b"=").decode() else None

    _or_else(api, by_path)


@fault("jwt-critical-ignored", caught_by={"JWT-009"}, clause="RFC 7515, section 4.1.11", needs=MINTING)
def critical_ignored(api: Api) -> None:
    """Critical extensions that are not known are ignored."""

    def lenient(token: str) -> Claims | None:
        header = segment(token.partition(".")[0])
        if not isinstance(header, dict) or "crit" not in header:
            return None
        content, _, signature = token.rpartition(".")
        mac = jwt.get_algorithm_by_name("HS256").sign(content.encode(), api.signing_key.encode())
        return _unsigned(token) if signature == base64.urlsafe_b64encode(mac).rstrip(b"=").decode() else None

    _or_else(api, lenient)


@fault("jwt-first-duplicate-counts", caught_by={"JWT-010"}, clause="RFC 7519, section 4", needs=MINTING)
def first_duplicate(api: Api) -> None:
    """Of a claim that is there twice the first counts."""

    def first_wins(pairs: list[tuple[str, Any]]) -> Claims:
        return dict(reversed(pairs))

    def claims(original: Original, token: str) -> Claims | None:
        found = original(token) or decode(token, api.signing_key, without="exp")
        if found is None:
            return None
        text = token.split(".")[1]
        first: Claims = json.loads(
            base64.urlsafe_b64decode(text + "=" * (-len(text) % 4)), object_pairs_hook=first_wins
        )
        return first if _lasts(first) else None

    api.replace("claims", claims)


def _mac(api: Api, token: str) -> str:
    mac = jwt.get_algorithm_by_name("HS256").sign(token.rpartition(".")[0].encode(), api.signing_key.encode())
    return base64.urlsafe_b64encode(mac).rstrip(b"=").decode()


@fault("jwt-signature-compared-as-far-as-sent", caught_by={"JWT-002"}, clause="RFC 7515, section 5.2")
def as_far_as_sent(api: Api) -> None:
    """Of the signature as many characters are compared as were sent."""

    def claims(token: str) -> Claims | None:
        sent = token.rpartition(".")[2]
        found = _unsigned(token)
        return found if found and sent and _mac(api, token).startswith(sent) and _lasts(found) else None

    _or_else(api, claims)


@fault("jwt-signature-rest-ignored", caught_by={"JWT-002"}, clause="RFC 7515, section 5.2")
def rest_ignored(api: Api) -> None:
    """What follows the right signature is ignored."""

    def claims(token: str) -> Claims | None:
        found = _unsigned(token)
        return found if found and token.rpartition(".")[2].startswith(_mac(api, token)) and _lasts(found) else None

    _or_else(api, claims)


@fault("jwt-missing-algorithm-not-verified", caught_by={"JWT-002"}, clause="RFC 7515, section 4.1.1")
def missing_algorithm(api: Api) -> None:
    """A token without an algorithm is taken as it is."""

    def claims(token: str) -> Claims | None:
        header = segment(token.partition(".")[0])
        return _unsigned(token) if isinstance(header, dict) and "alg" not in header else None

    _or_else(api, claims)


@fault("jwt-unknown-algorithm-not-verified", caught_by={"JWT-002"}, clause="RFC 7515, section 5.2")
def unknown_algorithm(api: Api) -> None:
    """A token with an algorithm that nobody knows is taken as it is."""
    known = {"", "none", "hs256", "hs384", "hs512"}
    _or_else(api, lambda token: None if _algorithm(token).lower() in known else _unsigned(token))


@fault("jwt-array-crash", caught_by={"AUTH-004", "ERR-011"}, clause="RFC 9110, section 15.6")
def array_crash(api: Api) -> None:
    """A token whose header is JSON but no object is answered with 500."""

    def claims(original: Original, token: str) -> Claims | None:
        if isinstance(segment(token.partition(".")[0]), list):
            raise Problem(500, "Internal server error", "Something went wrong.")
        return original(token)

    api.replace("claims", claims)


@fault("jwt-foreign-characters-skipped", caught_by={"JWT-016"}, clause="RFC 7515, section 5.2", needs={"contested"})
def foreign_characters_skipped(api: Api) -> None:
    """What is no character of base64url is skipped in a token."""
    api.replace("claims", lambda original, token: original(re.sub(r"[^A-Za-z0-9_.-]", "", token)))


@fault("jwt-deep-header-crash", caught_by={"AUTH-004", "ERR-011"}, clause="RFC 9110, section 15.5.2")
def deep_header_crash(api: Api) -> None:
    """A header that nests deeper than the reader of JSON goes is answered with 500."""

    def claims(original: Original, token: str) -> Claims | None:
        if len(token.partition(".")[0]) > 2000:
            raise Problem(500, "Internal server error", "Something went wrong.")
        return original(token)

    api.replace("claims", claims)
