"""Faults in what is read from a token: its form and its claims."""

from __future__ import annotations

import base64
import json
import re
from typing import TYPE_CHECKING, Any

from conformance.reference.data import CUSTOMER
from conformance.reference.faults import fault
from conformance.reference.faults.token_tools import (
    MINTING,
    Claims,
    Original,
    decode,
    lasts,
    mac_of,
    or_else,
    segment,
    unsigned,
)
from conformance.reference.message import Problem

if TYPE_CHECKING:
    from collections.abc import Callable

    from conformance.reference.app import Api
    from conformance.reference.model import Customer


@fault(
    "jwt-expired-accepted",
    caught_by={"JWT-003"},
    clause="RFC 7519, section 4.1.4",
    also={"JWT-010": "an expiry counts for nothing", "AUTH-005": "an expired token is answered in another way"},
    needs=MINTING,
)
def expired_accepted(api: Api) -> None:
    """The expiry is not checked."""
    or_else(api, lambda token: decode(token, api.signing_key, without="exp"))


@fault("jwt-expired-today-accepted", caught_by={"JWT-003"}, clause="RFC 7519, section 4.1.4", needs=MINTING)
def expired_today(api: Api) -> None:
    """A token is accepted for an hour after its expiry."""

    def late(token: str) -> Claims | None:
        claims = decode(token, api.signing_key, without="exp")
        return claims if claims and lasts(claims, 3600) else None

    or_else(api, late)


@fault("jwt-not-before-ignored", caught_by={"JWT-004"}, clause="RFC 7519, section 4.1.5", needs=MINTING)
def not_before_ignored(api: Api) -> None:
    """The claim nbf is ignored."""
    or_else(api, lambda token: decode(token, api.signing_key, without="nbf"))


@fault("jwt-audience-ignored", caught_by={"JWT-005"}, clause="RFC 8725, section 3.9", needs=MINTING)
def audience_ignored(api: Api) -> None:
    """The audience is not checked."""
    or_else(api, lambda token: decode(token, api.signing_key, without="aud"))


@fault("jwt-audience-optional", caught_by={"JWT-005"}, clause="RFC 8725, section 3.9", needs=MINTING)
def audience_optional(api: Api) -> None:
    """A token without an audience is accepted."""

    def optional(token: str) -> Claims | None:
        claims = decode(token, api.signing_key, without="aud")
        return claims if claims and not claims.get("aud") else None

    or_else(api, optional)


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


@fault("jwt-critical-ignored", caught_by={"JWT-009"}, clause="RFC 7515, section 4.1.11", needs=MINTING)
def critical_ignored(api: Api) -> None:
    """Critical extensions that are not known are ignored."""

    def lenient(token: str) -> Claims | None:
        header = segment(token.partition(".")[0])
        if not isinstance(header, dict) or "crit" not in header:
            return None
        return unsigned(token) if token.rpartition(".")[2] == mac_of(api, token) else None

    or_else(api, lenient)


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
        return first if lasts(first) else None

    api.replace("claims", claims)


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
