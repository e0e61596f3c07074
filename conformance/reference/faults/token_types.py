"""Faults in how claims and header of a token are read: types that nobody thought of, keys that everybody knows."""

from __future__ import annotations

import base64
import functools
import hmac
import re
import time
from collections.abc import Callable
from typing import TYPE_CHECKING, Any
from urllib.parse import unquote

from conformance.reference.app import Api
from conformance.reference.faults import Area
from conformance.reference.faults.clauses import AUDIENCES, EXPIRY, SUBJECTS, rfc
from conformance.reference.faults.effects import crashes_in
from conformance.reference.faults.needs import CONTESTED, MINTING
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
    refuses_when,
    unsigned,
)
from conformance.reference.tokens import AUDIENCE

if TYPE_CHECKING:
    from conformance.reference.faults.seams import Install

fault = Area(__name__, rfc(7519, "4.1"), needs=MINTING)
_CRASH = {"JWT-019", "ERR-011"}
_ODD_CRASH = {"JWT-020", "ERR-011"}


def _is_future(text: str) -> bool:
    return text.isdecimal() and int(text) > time.time()


def _is_infinite(name: str) -> Callable[[Any, Claims], bool]:
    return lambda claims, _: isinstance(claims, dict) and claims.get(name) == float("inf")


NONE = type(None)

# Valid tokens.
fault("token-expiry-fraction-refused", {"JWT-018"})(
    "An expiry with a fraction is refused.", refuses_when(lambda claims, _: isinstance(claims.get("exp"), float))
)
fault("token-not-before-fraction-refused", {"JWT-018"})(
    "A beginning with a fraction is refused.", refuses_when(lambda claims, _: isinstance(claims.get("nbf"), float))
)
fault("token-issued-fraction-refused", {"JWT-018"})(
    "A time of issue with a fraction is refused.", refuses_when(lambda claims, _: isinstance(claims.get("iat"), float))
)
fault("token-type-refused", {"JWT-018"}, rfc(7519, "5.1"))(
    "A token that calls itself a JWT is refused.", refuses_when(lambda _, header: header.get("typ") == "JWT")
)
fault("token-unknown-claim-refused", {"JWT-018"})(
    "A claim that is an object is refused.", refuses_when(lambda claims, _: "conformance" in claims)
)


@fault("token-json-searched", {"JWT-018"}, rfc(7519, "7.2"))
@instead_of(Api.claims)
def json_searched(original: Callable[[str], Claims | None], token: str) -> Claims | None:
    """The expiry is found in the text of the claims by an expression that knows no white space."""
    found = original(token)
    payload = token.split(".")[1] if found else ""
    text = base64.urlsafe_b64decode(payload + "=" * (-len(payload) % 4))
    return found if b'"exp":' in text else None


# Types that lead to an error.
_IDS = {"expiry-text": {*_CRASH, "JWT-021"}, "critical-null": {"JWT-021", "ERR-011"}}
_ALSO = {
    "expiry-text": {"JWT-003": "an expiry that is past is a text, too"},
    "claims-array": {"AUTH-004": "an array without a signature is looked at, too"},
}
for _name, _what, _when in (
    ("expiry-list", "An expiry that is a list", has_claim("exp", list)),
    ("expiry-object", "An expiry that is an object", has_claim("exp", dict)),
    ("expiry-null", "An expiry that is null", has_claim("exp", NONE)),
    ("expiry-text", "An expiry that is a text", has_claim("exp", str)),
    ("not-before-text", "A beginning that is a text", has_claim("nbf", str)),
    ("not-before-list", "A beginning that is a list", has_claim("nbf", list)),
    ("audience-object", "An audience that is an object", has_claim("aud", dict)),
    ("audience-number", "An audience that is a number", has_claim("aud", int)),
    ("subject-object", "A subject that is an object", has_claim("sub", dict)),
    ("claims-array", "Claims that are an array", lambda claims, _: claims == [] or isinstance(claims, list)),
    ("claims-text", "Claims that are a text", lambda claims, _: isinstance(claims, str)),
    ("critical-null", "A crit that is null", has_parameter("crit", NONE)),
    ("algorithm-list", "An alg that is a list", has_parameter("alg", list)),
    ("algorithm-null", "An alg that is null", has_parameter("alg", NONE)),
    ("algorithm-object", "An alg that is an object", has_parameter("alg", dict)),
    ("critical-number", "A crit that is a number", has_parameter("crit", int)),
    ("critical-object", "A crit that is an object", has_parameter("crit", dict)),
    ("not-before-infinite", "An infinite beginning", _is_infinite("nbf")),
):
    fault(f"token-{_name}-crash", _IDS.get(_name, _CRASH), also=_ALSO.get(_name))(
        f"{_what} is answered with 500.", crashes_on(_when)
    )
for _name, _what, _when in (
    (
        "expiry-huge",
        "An expiry beyond all numbers",
        lambda claims, _: isinstance(claims, dict) and str(claims.get("exp"))[400:],
    ),
    ("expiry-infinite", "An infinite expiry", _is_infinite("exp")),
    ("issued-text", "A time of issue that is a text", has_claim("iat", str)),
    ("issued-list", "A time of issue that is a list", has_claim("iat", list)),
    ("id-list", "An id that is a list", has_claim("jti", list)),
    ("issuer-object", "An issuer that is an object", has_claim("iss", dict)),
    ("issuer-number", "An issuer that is a number", has_claim("iss", int)),
    ("key-id-true", "A kid that is true", has_parameter("kid", bool)),
    ("type-list", "A typ that is a list", has_parameter("typ", list)),
    ("content-type-number", "A cty that is a number", has_parameter("cty", int)),
    ("issued-null", "A time of issue that is null", has_claim("iat", NONE)),
    ("id-object", "An id that is an object", has_claim("jti", dict)),
    ("issuer-list", "An issuer that is a list", has_claim("iss", list)),
    ("key-id-null", "A kid that is null", has_parameter("kid", NONE)),
    ("key-id-list", "A kid that is a list", has_parameter("kid", list)),
    ("type-number", "A typ that is a number", has_parameter("typ", int)),
    ("content-type-list", "A cty that is a list", has_parameter("cty", list)),
    ("certificate-text", "An x5c that is a text", has_parameter("x5c", str)),
    ("not-encoded", "A b64 that is a text", has_parameter("b64", str)),
):
    fault(f"token-{_name}-crash", _ODD_CRASH)(f"{_what} is answered with 500.", crashes_on(_when))

# Types that open the door.
fault("token-expiry-null-accepted", {"JWT-019"}, EXPIRY)(
    "An expiry of null counts as no expiry.", accepts_when(lambda claims: claims.get("exp", 1) is None and fits(claims))
)
fault("token-expiry-true-accepted", {"JWT-019"}, EXPIRY)(
    "An expiry that is true has not come.", accepts_when(lambda claims: claims.get("exp") is True and fits(claims))
)
fault("token-expiry-text-accepted", {"JWT-021"}, EXPIRY)(
    "An expiry that is a text is read as a number.",
    accepts_when(lambda claims: isinstance(claims.get("exp"), str) and _is_future(claims["exp"]) and fits(claims)),
)
fault("token-expiry-word-accepted", {"JWT-019"}, EXPIRY, also={"JWT-021": "a date is not a number, either"})(
    "An expiry that is not a number cannot be past.",
    accepts_when(lambda claims: isinstance(claims.get("exp"), str) and not claims["exp"].isdecimal() and fits(claims)),
)
fault("token-not-before-text-accepted", {"JWT-019"}, rfc(7519, "4.1.5"))(
    "A beginning that is not a number is left aside.",
    accepts_when(lambda claims: isinstance(claims.get("nbf"), str) and fits(claims) and lasts(claims)),
)
fault("token-audience-object-accepted", {"JWT-019"}, AUDIENCES)(
    "The audience is looked for among the names of an object.",
    accepts_when(lambda claims: isinstance(claims.get("aud"), dict) and AUDIENCE in claims["aud"] and lasts(claims)),
)
fault("token-audience-number-accepted", {"JWT-019"}, AUDIENCES)(
    "An audience that is neither text nor list is ignored.",
    accepts_when(lambda claims: isinstance(claims.get("aud"), int) and lasts(claims)),
)
fault("token-audience-within-text-accepted", {"JWT-019"}, AUDIENCES, also={"JWT-005": "blanks are dropped, too"})(
    "The audience is looked for within a text of several names.",
    accepts_when(lambda claims: AUDIENCE in str(claims.get("aud")).split(" ") and not fits(claims) and lasts(claims)),
)
fault("token-audience-nested-accepted", {"JWT-019"}, AUDIENCES)(
    "Lists of audiences are flattened.",
    accepts_when(lambda claims: isinstance(claims.get("aud"), list) and [AUDIENCE] in claims["aud"] and lasts(claims)),
)
fault("token-critical-text-accepted", {"JWT-019"}, rfc(7515, "4.1.11"))(
    "A crit that is a text is not looked at.",
    or_else(
        lambda token, key: (
            unsigned(token)
            if isinstance(header_of(token).get("crit"), str) and token.rpartition(".")[2] == mac_of(token, key)
            else None
        )
    ),
)
fault("token-critical-empty-accepted", {"JWT-021"}, rfc(7515, "4.1.11"))(
    "An empty crit is not looked at.",
    or_else(
        lambda token, key: (
            unsigned(token)
            if header_of(token).get("crit", 1) in ([], None) and token.rpartition(".")[2] == mac_of(token, key)
            else None
        )
    ),
)


@fault("token-subject-parsed", {"JWT-019"}, SUBJECTS, also={"JWT-006": "it is parsed in other tokens, too"})
@instead_of(Api.identify)
def subject_parsed(original: Callable[[Claims], Any], claims: Claims) -> Any:
    """Of a subject that is a text the digits at its beginning count."""
    found = re.match("[0-9]+", str(claims.get("sub")))
    return original({**claims, "sub": int(found[0])} if found and isinstance(claims["sub"], str) else claims)


@fault("token-subject-cut", {"JWT-019"}, SUBJECTS)
@instead_of(Api.identify)
def subject_cut(original: Callable[[Claims], Any], claims: Claims) -> Any:
    """The fraction of a subject is cut off."""
    return original({**claims, "sub": int(claims["sub"])} if isinstance(claims.get("sub"), float) else claims)


# Keys that everybody knows; no key is needed to try them.
def _of_key(key: str) -> Install:
    return or_else(
        lambda token, _: (
            unsigned(token)
            if token.count(".") == 2
            and token.rpartition(".")[2] == mac_of(token, key)
            and "kid" not in header_of(token)
            else None
        )
    )


_NEEDS: dict[str, frozenset[str]] = {
    **dict.fromkeys(("empty", "zeros", "secret", "example", "change", "password"), frozenset()),
    **dict.fromkeys(("capitals", "tutorial"), CONTESTED),
}
for _name, _what, _key in (
    ("empty", "The empty key", ""),
    ("zeros", "A key of zeros", "\0" * 32),
    ("secret", "The key of examples", "secret"),
    ("example", "The key of a debugger for tokens", "your-256-bit-secret"),
    ("change", "The key of a template that was to be changed", "changeme"),
    ("password", "The word for a password", "password"),
    ("quiet", "The key of a manual", "shhhhh"),
    ("undefined", "The text of a setting that is not there", "undefined"),
    ("digits", "A key of the digit 0", "0" * 32),
    ("keyboard", "The key of an example of sessions", "keyboard cat"),
    ("capitals", "The name of a setting, in the place of its value,", "SECRET"),
    ("tutorial", "The key of a tutorial", "09d25e094faa6ca2556c818166b7a9563b93f7099f6f0f4caa6cf63b88e8d3e7"),
):
    fault(f"known-key-{_name}-accepted", {"JWT-017"}, rfc(8725, "3.5"), needs=_NEEDS.get(_name, MINTING))(
        f"{_what} signs tokens as well.", _of_key(_key)
    )


for _name, _what, _form in (
    ("line", "The key with a line end behind it", lambda key: f"{key}\n"),
    ("start", "The beginning of the key", lambda key: key[:32]),
):
    fault(f"key-{_name}-accepted", {"JWT-022"}, rfc(7515, "5.2"))(
        f"{_what} signs tokens as well.",
        or_else(
            lambda token, key, form=_form: (  # type: ignore[misc]
                unsigned(token) if token.rpartition(".")[2] == mac_of(token, form(key)) else None
            )
        ),
    )
fault("key-decoded-accepted", {"JWT-022"}, rfc(7515, "5.2"))(
    "What the key is the base64 of signs tokens as well.",
    or_else(
        lambda token, key: unsigned(token) if token.rpartition(".")[2] == _mac_of_decoded(token, key) else None,
    ),
)


def _mac_of_decoded(token: str, key: str) -> str:
    decoded = base64.urlsafe_b64decode(key + "=" * (-len(key) % 4))
    mac = hmac.new(decoded, token.rpartition(".")[0].encode(), "sha256").digest()
    return base64.urlsafe_b64encode(mac).rstrip(b"=").decode()


# Encoding.
def _reads(change: Callable[[str], str]) -> Install:
    """Read a signature after ``change``."""

    def claims(original: Callable[[str], Claims | None], token: str) -> Claims | None:
        content, _, signature = token.rpartition(".")
        return original(token) or original(f"{content}.{change(signature)}")

    return instead_of(Api.claims)(claims)


fault("token-signature-padding-accepted", {"JWT-016"}, rfc(7515, "2"), needs=())(
    "Padding behind the signature is dropped.", _reads(lambda signature: signature.rstrip("="))
)
fault("token-signature-of-other-alphabet-accepted", {"JWT-016"}, rfc(7515, "2"))(
    "The signature is read in either alphabet of base64.",
    _reads(lambda signature: signature.replace("+", "-").replace("/", "_")),
)
fault("token-signature-blank-accepted", {"JWT-016"}, rfc(7515, "2"))(
    "Blanks within the signature are dropped.", _reads(lambda signature: signature.replace(" ", ""))
)


def _read_padded(index: int, extra: str) -> Install:
    def second(token: str, key: str) -> Claims | None:
        parts = token.split(".")
        if len(parts) != 3 or extra not in parts[index] or parts[2] != mac_of(token, key):
            return None
        parts[index] = parts[index].replace(extra, "")
        return unsigned(".".join(parts))

    return or_else(second)


fault("token-header-padding-accepted", {"JWT-016"}, rfc(7515, "2"))(
    "Padding behind the header is dropped.", _read_padded(0, "=")
)
fault("token-header-blank-accepted", {"JWT-016"}, rfc(7515, "2"))(
    "Blanks within the header are dropped.", _read_padded(0, " ")
)
fault("token-claims-padding-accepted", {"JWT-016"}, rfc(7515, "2"))(
    "Padding behind the claims is dropped.", _read_padded(1, "=")
)
fault("token-claims-blank-accepted", {"JWT-016"}, rfc(7515, "2"))(
    "Blanks within the claims are dropped.", _read_padded(1, " ")
)


def _read_after(change: Callable[[str], str]) -> Install:
    """Read a whole token after ``change``."""
    return instead_of(Api.claims)(lambda original, token: original(token) or original(change(token)))


fault("token-quotes-accepted", {"JWT-016"}, rfc(7515, "7.1"))(
    "Quotes around the token are dropped.", _read_after(lambda token: token.strip('"'))
)
fault("token-escapes-accepted", {"JWT-016"}, rfc(7515, "7.1"))(
    "The token is decoded as a URL is.", _read_after(unquote)
)
fault("token-white-space-dropped", {"JWT-016"}, rfc(7515, "7.1"))(
    "White space within the token is dropped.", _read_after(lambda token: "".join(token.split()))
)


def _crashes(when: Callable[[str], object]) -> Install:
    """Fail on a token, whatever its form, of which ``when`` is true."""
    return functools.update_wrapper(crashes_in(Api.claims, when), when)


@fault("token-length-crash", {"AUTH-004", "ERR-011"}, rfc(7515, "2"), needs=())
@_crashes
def length_crash(token: str) -> bool:
    """A part whose length no encoder writes is answered with 500."""
    return any(len(part) % 4 == 1 for part in token.split("."))


@fault("token-algorithm-asymmetric-crash", {"ERR-011"}, rfc(8725, "3.1"), needs=())
@_crashes
def algorithm_asymmetric_crash(token: str) -> bool:
    """The shared key is read as a public one, in vain, when the token says so."""
    return header_of(token).get("alg") == "RS256"
