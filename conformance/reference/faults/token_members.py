"""Faults in members of tokens that nobody thinks of, each at the mercy of one odd value."""

from __future__ import annotations

import base64
import json
import math
from collections.abc import Callable
from typing import Any

from conformance.reference.app import Api
from conformance.reference.data import CUSTOMER
from conformance.reference.faults import Area
from conformance.reference.faults.clauses import AUDIENCES, EXPIRY, SUBJECTS, rfc
from conformance.reference.faults.effects import crash
from conformance.reference.faults.needs import MINTING
from conformance.reference.faults.seams import instead_of
from conformance.reference.faults.token_tools import (
    Claims,
    accepts_when,
    crashes_on,
    fits,
    has_claim,
    has_parameter,
    header_of,
    lasts,
    mac_of,
    or_else,
    pairs_of_claims,
    refuses_when,
    signed,
    unsigned,
)
from conformance.reference.tokens import AUDIENCE

fault = Area(__name__, rfc(7519, "4.1"), needs=MINTING)
NONE = type(None)
_CRITICAL = rfc(7515, "4.1.11")
_ODD = {"JWT-020", "ERR-011"}
_IMPOSSIBLE = {"JWT-019", "ERR-011"}
_SUBJECT = {"JWT-006", "ERR-011"}
# In base64url.
_NULL = "bnVsbA"


def _text_has(claim: str, part: str) -> Callable[[Any, Claims], bool]:
    return lambda claims, _: isinstance(claims, dict) and part in str(claims.get(claim))


def _lacks(claim: str) -> Callable[[Any, Claims], bool]:
    return lambda claims, _: isinstance(claims, dict) and len(claims) > 1 and claim not in claims


def _names_null(claims: Any, _: Claims) -> bool:
    return isinstance(claims, dict) and isinstance(claims.get("aud"), list) and None in claims["aud"]


for _name, _what, _ids, _when in (
    ("key-address-object", "A jku that is an object", _ODD, has_parameter("jku", dict)),
    ("key-text", "A jwk that is a text", _ODD, has_parameter("jwk", str)),
    ("thumbprint-number", "An x5t that is a number", _ODD, has_parameter("x5t", float)),
    ("compression-null", "A zip that is null", _ODD, has_parameter("zip", NONE)),
    ("content-type-true", "A cty that is true", _ODD, has_parameter("cty", bool)),
    ("issuer-true", "An issuer that is true", _ODD, has_claim("iss", bool)),
    ("scope-list", "A scope that is a list", _ODD, has_claim("scope", list)),
    ("roles-null", "Roles that are null", _ODD, has_claim("roles", NONE)),
    ("id-null", "An id that is null", _ODD, has_claim("jti", NONE)),
    ("expiry-missing", "A token without an expiry", _ODD, _lacks("exp")),
    ("key-id-nul", "A kid with NUL", _ODD, lambda _, header: "\0" in str(header.get("kid"))),
    ("key-id-empty", "A kid without a character", _ODD, lambda _, header: not header.get("kid", 1)),
    ("not-before-true", "A beginning that is true", _IMPOSSIBLE, has_claim("nbf", bool)),
    ("audience-of-null", "A null in the list of audiences", _IMPOSSIBLE, _names_null),
    ("algorithm-absent", "A header without alg", _IMPOSSIBLE, lambda _, header: "alg" not in header and header),
    ("subject-nul", "A subject with NUL", _SUBJECT, _text_has("sub", "\0")),
    ("subject-half-character", "A subject with half of a character", _SUBJECT, _text_has("sub", "\ud800")),
):
    fault(f"token-{_name}-crash", _ids)(f"{_what} is answered with 500.", crashes_on(_when))


@fault("token-header-null-crash", _IMPOSSIBLE, rfc(7515, "4"))
@instead_of(Api.claims)
def header_null_crash(original: Callable[[str], Claims | None], token: str) -> Claims | None:
    """A header that is null is answered with 500."""
    if token.startswith(f"{_NULL}."):
        raise crash()
    return original(token)


def _is_late(claims: Claims, _: Claims) -> bool:
    return isinstance(claims.get("exp"), int) and 2**32 < claims["exp"] < 2**33


# Valid, and refused.
fault("token-unknown-parameter-refused", {"JWT-018"}, rfc(7515, "4"))(
    "A parameter of the header that nobody knows is refused.",
    refuses_when(lambda _, header: "x-conformance" in header and "crit" not in header),
)
fault("token-type-in-lower-case-refused", {"JWT-018"}, rfc(7515, "4.1.9"))(
    "A type is read as it is written.", refuses_when(lambda _, header: header.get("typ") == "jwt")
)
fault("token-time-before-1970-refused", {"JWT-018"})(
    "A time before 1970 is refused.", refuses_when(lambda claims, _: str(claims.get("nbf", "")).startswith("-"))
)
fault("token-late-expiry-refused", {"JWT-018"})("An expiry that 32 bits do not hold is past.", refuses_when(_is_late))


@fault("token-long-refused", {"JWT-018"}, rfc(7519, "4"))
@instead_of(Api.claims)
def long_refused(original: Callable[[str], Claims | None], token: str) -> Claims | None:
    """Of a token 1024 characters are read."""
    return original(token[:1024])


# Types and values that open the door.
def _expiry(when: Callable[[Any], object]) -> Any:
    return accepts_when(lambda claims: "exp" in claims and when(claims["exp"]) and fits(claims))


fault("token-expiry-false-accepted", {"JWT-019"}, EXPIRY)(
    "An expiry of false counts as no expiry.", _expiry(lambda expiry: expiry is False)
)
fault("token-expiry-not-a-number-accepted", {"JWT-019"}, EXPIRY)(
    "An expiry that is not a number is never past.",
    _expiry(lambda expiry: isinstance(expiry, float) and math.isnan(expiry)),
)
fault("token-expiry-list-accepted", {"JWT-019"}, EXPIRY)(
    "Of a list of expiries the first counts.",
    _expiry(lambda expiry: isinstance(expiry, list) and lasts({"exp": expiry[0]})),
)
fault("token-expiry-date-accepted", {"JWT-021"}, EXPIRY)(
    "An expiry may be a date.", _expiry(lambda expiry: isinstance(expiry, str) and expiry.endswith("Z"))
)
fault("token-expiry-never-accepted", {"JWT-003"}, EXPIRY)(
    "An expiry of -1 means never.", _expiry(lambda expiry: expiry == -1)
)
fault("token-not-before-null-accepted", {"JWT-021"}, rfc(7519, "4.1.5"))(
    "A not-before time of null counts as none.",
    accepts_when(lambda claims: claims.get("nbf", 1) is None and fits(claims) and lasts(claims)),
)
fault("token-audience-blank-accepted", {"JWT-005"}, AUDIENCES)(
    "Blanks around the audience are dropped.",
    accepts_when(lambda claims: str(claims.get("aud")).strip() == AUDIENCE and not fits(claims) and lasts(claims)),
)
fault("token-audience-empty-accepted", {"JWT-005"}, AUDIENCES)(
    "An empty audience counts as no audience.", accepts_when(lambda claims: claims.get("aud") == "" and lasts(claims))
)
fault("token-audience-ending-accepted", {"JWT-005"}, AUDIENCES)(
    "Audiences of a list are compared by their ends.",
    accepts_when(
        lambda claims: (
            isinstance(claims.get("aud"), list)
            and any(str(name).endswith(f"-{AUDIENCE}") for name in claims["aud"])
            and lasts(claims)
        )
    ),
)


@fault("token-audience-first-of-two", {"JWT-010"}, rfc(7519, "4"))
@or_else
def audience_first_of_two(token: str, key: str) -> Claims | None:
    """Of two audiences the first counts."""
    found = signed(token, key)
    named = [value for name, value in pairs_of_claims(token) if name == "aud"] if found else []
    return found if len(named) > 1 and fits({"aud": named[0]}) else None


fault("token-critical-absent-accepted", {"JWT-009"}, _CRITICAL)(
    "An extension is looked at when the header has it.",
    or_else(
        lambda token, key: (
            unsigned(token)
            if header_of(token).get("crit") == ["x-conformance"]
            and "x-conformance" not in header_of(token)
            and token.rpartition(".")[2] == mac_of(token, key)
            else None
        )
    ),
)
fault("token-not-encoded-accepted", {"JWT-009"}, rfc(7797, "6"))(
    "The extension b64 is taken for known, and not heeded.",
    or_else(
        lambda token, key: (
            unsigned(token)
            if header_of(token).get("crit") == ["b64"] and token.rpartition(".")[2] == mac_of(token, key)
            else None
        )
    ),
)
fault("token-algorithm-absent-accepted", {"JWT-019"}, rfc(7515, "4.1.1"))(
    "Without alg it is HS256.",
    or_else(
        lambda token, key: (
            unsigned(token) if "x-alg" in header_of(token) and token.rpartition(".")[2] == mac_of(token, key) else None
        )
    ),
)
fault("token-algorithm-in-blanks-accepted", {"JWT-007"}, rfc(7515, "4.1.1"))(
    "Blanks around the name of the algorithm are dropped.",
    or_else(lambda token, key: signed(token, key, named=" HS256 ")),
)
fault("token-algorithm-of-java-accepted", {"JWT-007"}, rfc(7515, "4.1.1"))(
    "Whatever the algorithm is called, it is HS256.",
    or_else(lambda token, key: signed(token, key, named="HmacSHA256")),
)


def _subject_read(read: Callable[[Any], object]) -> Any:
    """Read a subject that is none otherwise."""
    return instead_of(Api.identify)(
        lambda original, claims: (
            original(claims) or original({**claims, "sub": read(claims["sub"])} if "sub" in claims else claims)
        )
    )


fault("token-subject-blank-accepted", {"JWT-006"}, SUBJECTS)(
    "Blanks around the subject are dropped.", _subject_read(lambda subject: str(subject).strip(" "))
)
fault("token-subject-of-c", {"JWT-006"}, SUBJECTS)(
    "A subject ends where NUL is.", _subject_read(lambda subject: str(subject).split("\0")[0])
)
fault("token-subject-signed-accepted", {"JWT-006"}, SUBJECTS)(
    "A sign and zeros before the subject are dropped.", _subject_read(lambda subject: str(subject).lstrip("+0"))
)
fault("token-subject-negative-accepted", {"JWT-006"}, SUBJECTS)(
    "The sign of a subject is dropped.", _subject_read(lambda subject: str(subject).removeprefix("-"))
)


def _of_the_first(subject: Any) -> Any:
    """Take a subject for that of the first customer."""
    return _subject_read(lambda given: CUSTOMER.subject if given == subject and type(given) is type(subject) else "")


fault("token-subject-wildcard-accepted", {"JWT-006"}, SUBJECTS)(
    "A subject is looked for with LIKE.", _of_the_first("%")
)
fault("token-subject-empty-accepted", {"JWT-006"}, SUBJECTS)(
    "An empty subject stands for the first customer.", _of_the_first("")
)
fault("token-subject-zero-accepted", {"JWT-006"}, SUBJECTS)(
    "The subject 0 stands for the first customer.", _of_the_first(0)
)


@fault("token-claims-not-utf8-accepted", {"JWT-019"}, rfc(7519, "7.2"))
@or_else
def claims_not_utf8_accepted(token: str, key: str) -> Claims | None:
    """Claims are read as Latin-1 where they are not UTF-8."""
    if token.count(".") != 2 or token.rpartition(".")[2] != mac_of(token, key):
        return None
    text = base64.urlsafe_b64decode(token.split(".")[1] + "==")
    found: Claims | None = json.loads(text.decode("latin-1")) if b"\xe9" in text and b"\xc3" not in text else None
    return found
