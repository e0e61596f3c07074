"""Faults in what is read from a token: its form and its claims."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from conformance.reference.app import Api
from conformance.reference.data import CUSTOMER
from conformance.reference.faults import Area
from conformance.reference.faults.clauses import EXPIRY, SERVER_ERRORS, SIGNATURE, SUBJECTS, UNAUTHORISED, rfc
from conformance.reference.faults.effects import crashes_in
from conformance.reference.faults.needs import MINTING
from conformance.reference.faults.seams import instead_of
from conformance.reference.faults.token_tools import (
    Claims,
    Original,
    decode,
    header_of,
    lasts,
    mac_of,
    or_else,
    pairs_of_claims,
    segment,
    unsigned,
)

if TYPE_CHECKING:
    from collections.abc import Callable

    from conformance.reference.model import Customer

fault = Area(__name__)

fault(
    "jwt-expired-accepted",
    {"JWT-003"},
    EXPIRY,
    also={
        "JWT-021": "nor is a number in quotation marks",
        "JWT-019": "its type is not looked at",
        "JWT-010": "an expiry counts for nothing",
        "AUTH-005": "an expired token is answered in another way",
    },
    needs=MINTING,
)("The expiry is not checked.", or_else(lambda token, key: decode(token, key, without="exp")))


@fault("jwt-expired-today-accepted", {"JWT-003"}, EXPIRY, needs=MINTING)
@or_else
def expired_today(token: str, key: str) -> Claims | None:
    """A token is accepted for an hour after its expiry."""
    claims = decode(token, key, without="exp")
    return claims if claims and lasts(claims, 3600) else None


fault(
    "jwt-not-before-ignored",
    {"JWT-004"},
    rfc(7519, "4.1.5"),
    needs=MINTING,
    also={"JWT-019": "its type is not looked at", "JWT-021": "null is not looked at, either"},
)("The claim nbf is ignored.", or_else(lambda token, key: decode(token, key, without="nbf")))
fault("jwt-audience-ignored", {"JWT-005"}, rfc(8725, "3.9"), needs=MINTING, also={"JWT-019": "nor is its type"})(
    "The audience is not checked.", or_else(lambda token, key: decode(token, key, without="aud"))
)


@fault("jwt-audience-optional", {"JWT-005"}, rfc(8725, "3.9"), needs=MINTING)
@or_else
def audience_optional(token: str, key: str) -> Claims | None:
    """A token without an audience is accepted."""
    claims = decode(token, key, without="aud")
    return claims if claims and not claims.get("aud") else None


fault("jwt-subject-unknown-accepted", {"JWT-006"}, SUBJECTS, needs=MINTING, also={"JWT-019": "of any type"})(
    "An unknown subject is taken for the first customer.",
    instead_of(Api.identify)(lambda original, claims: original(claims) or ("sub" in claims and CUSTOMER) or None),
)
fault("jwt-subject-missing-crash", {"JWT-006", "ERR-011"}, SUBJECTS, needs=MINTING)(
    "A token without a subject is answered with 500.",
    crashes_in(Api.identify, lambda claims: claims.get("sub") is None),
)


@fault(
    "jwt-subject-cast", {"JWT-006"}, SUBJECTS, needs=MINTING, also={"JWT-019": "a number with a word behind it is one"}
)
@instead_of(Api.identify)
def subject_cast(original: Callable[[Claims], Customer | None], claims: Claims) -> Customer | None:
    """Of the subject only the leading digits count, as in a lenient cast."""
    digits = re.match(r"[0-9]{1,9}", str(claims.get("sub")), re.ASCII)
    return original({**claims, "sub": int(digits[0])} if digits else claims)


@fault("jwt-subject-in-array", {"JWT-006"}, SUBJECTS, needs=MINTING)
@instead_of(Api.identify)
def subject_in_array(original: Callable[[Claims], Customer | None], claims: Claims) -> Customer | None:
    """A subject in an array is accepted."""
    subject = claims.get("sub")
    return original({**claims, "sub": subject[0]} if isinstance(subject, list) and subject else claims)


@fault(
    "jwt-critical-ignored",
    {"JWT-009"},
    rfc(7515, "4.1.11"),
    needs=MINTING,
    also={"JWT-021": "an empty list is ignored, too", "JWT-019": "its type is not looked at"},
)
@or_else
def critical_ignored(token: str, key: str) -> Claims | None:
    """Critical extensions that are not known are ignored."""
    right = "crit" in header_of(token) and token.rpartition(".")[2] == mac_of(token, key)
    return unsigned(token) if right else None


@fault("jwt-first-duplicate-counts", {"JWT-010"}, rfc(7519, "4"), needs=MINTING)
def first_duplicate(api: Api) -> None:
    """Of a claim that is there twice the first counts."""

    def claims(original: Original, token: str) -> Claims | None:
        if not original(token) and not decode(token, api.signing_key, without="exp"):
            return None
        first = dict(reversed(pairs_of_claims(token)))
        return first if lasts(first) else None

    api.replace(Api.claims, claims)


fault("jwt-array-crash", {"AUTH-004", "ERR-011"}, SERVER_ERRORS)(
    "A token whose header is JSON but no object is answered with 500.",
    crashes_in(Api.claims, lambda token: isinstance(segment(token.partition(".")[0]), list)),
)
fault("jwt-foreign-characters-skipped", {"JWT-016"}, SIGNATURE)(
    "What is not a character of base64url is skipped in a token.",
    instead_of(Api.claims)(lambda original, token: original(re.sub(r"[^A-Za-z0-9_.-]", "", token))),
)
fault("jwt-deep-header-crash", {"AUTH-004", "ERR-011"}, UNAUTHORISED)(
    "A header that nests deeper than the reader of JSON goes is answered with 500.",
    crashes_in(Api.claims, lambda token: len(token.partition(".")[0]) > 2000),
)
