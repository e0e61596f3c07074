"""Faults that only tokens signed with the right key can show: in the reading of claims and headers."""

from __future__ import annotations

import secrets
import time
from typing import TYPE_CHECKING, Any

import jwt

from conformance.reference.app import Api
from conformance.reference.data import CUSTOMER
from conformance.reference.faults import Area
from conformance.reference.faults.clauses import (
    AUDIENCES,
    EXPIRY,
    KEY_HINTS,
    OWASP_AUTHENTICATION,
    SIGNATURE,
    SUBJECTS,
    UNAUTHORISED,
    rfc,
)
from conformance.reference.faults.effects import crash, crashes_in, forbidden, not_found
from conformance.reference.faults.needs import MINTING, SECOND
from conformance.reference.faults.seams import effect, instead_of
from conformance.reference.faults.token_tools import Claims, header_of, or_else, pairs_of_claims, segment, signed
from conformance.reference.message import Problem
from conformance.reference.tokens import AUDIENCE

if TYPE_CHECKING:
    from collections.abc import Callable

    from conformance.reference.faults.seams import Install
    from conformance.reference.message import Request
    from conformance.reference.model import Customer

fault = Area(__name__, needs=MINTING)


@effect
def _corrected(api: Api, change: Callable[[Claims], Claims | None]) -> None:
    """Accept a signed token that is right when its claims are changed so."""

    def claims(original: Callable[[str], Claims | None], token: str) -> Claims | None:
        found = original(token)
        stated = None if found else signed(token, api.signing_key)
        changed = change(stated) if stated else None
        if changed is None:
            return found
        return original(jwt.encode(changed, api.signing_key))

    api.replace(Api.claims, claims)


@effect
def _refused(api: Api, when: Callable[[Claims], bool], problem: Callable[[], Problem]) -> None:
    """Answer a signed token with ``problem`` when its claims are so."""

    def authenticate(original: Callable[[Request], Customer], request: Request) -> Customer:
        for line in request.lines("authorization"):
            claims = signed(line, api.signing_key)
            if claims is not None and when(claims):
                raise problem()
        return original(request)

    api.replace(Api.authenticate, authenticate)


def _soon() -> int:
    return int(time.time()) + 600


def _audience(right: Callable[[Any], bool]) -> Install:
    """Accept other audiences."""
    return _corrected(lambda claims: {**claims, "aud": AUDIENCE} if "aud" in claims and right(claims["aud"]) else None)


def _has_expired(claims: Claims) -> bool:
    return isinstance(claims.get("exp"), int) and claims["exp"] < time.time()


def _identified(who: Callable[[Claims], bool]) -> Install:
    """Take somebody for the first customer."""
    return instead_of(Api.identify)(lambda original, claims: original(claims) or (CUSTOMER if who(claims) else None))


def _accepted(change: Callable[[Claims], Claims | None]) -> Install:
    """Read the claims of a valid token in another way, or refuse it."""

    def claims(original: Callable[[str], Claims | None], token: str) -> Claims | None:
        found = original(token)
        return change(found) if found else None

    return instead_of(Api.claims)(claims)


fault(
    "jwt-expiry-as-text-ignored",
    {"JWT-003"},
    EXPIRY,
    also={"JWT-021": "a number in quotation marks is a text", "JWT-019": "any text will do"},
)(
    "An expiry that is not a number is not an expiry.",
    _corrected(lambda claims: {**claims, "exp": _soon()} if isinstance(claims.get("exp"), str) else None),
)
fault("jwt-expiry-zero-ignored", {"JWT-003"}, EXPIRY, also={"JWT-019": "false counts as zero"})(
    "An expiry of zero is not an expiry.",
    _corrected(lambda claims: {**claims, "exp": _soon()} if claims.get("exp") == 0 else None),
)
fault("jwt-expired-forbidden", {"AUTH-014"}, UNAUTHORISED)(
    "An expired token is answered with 403.",
    _refused(_has_expired, forbidden),
)
fault(
    "jwt-expiry-as-text-crash",
    {"JWT-003", "ERR-011"},
    EXPIRY,
    also={"JWT-021": "a number in quotation marks is a text", "JWT-019": "any text does it"},
)(
    "An expiry that is not a number is answered with 500.",
    _refused(lambda claims: isinstance(claims.get("exp"), str), crash),
)


@fault("jwt-not-before-in-advance", {"JWT-004"}, rfc(7519, "4.1.5"))
@_corrected
def not_before_in_advance(claims: Claims) -> Claims | None:
    """A token is accepted two hours before its time, as if zones differed."""
    start = claims.get("nbf")
    return {**claims, "nbf": start - 7200} if isinstance(start, int) and start > time.time() else None


@fault(
    "jwt-times-by-calendar-crash", {"JWT-003", "JWT-004", "ERR-011"}, EXPIRY, also={"JWT-020": "so is a huge expiry"}
)
@instead_of(Api.claims)
def times_by_calendar(original: Callable[[str], Claims | None], token: str) -> Claims | None:
    """A time beyond the calendar is answered with 500."""
    found = segment(token.split(".")[1]) if token.count(".") == 2 else None
    if isinstance(found, dict):
        for name in ("exp", "nbf"):
            if isinstance(found.get(name), int) and abs(found[name]) > 10**11:
                raise crash()
    return original(token)


fault("jwt-audience-prefix", {"JWT-005"}, AUDIENCES)(
    "An audience is right when it begins with the right one.",
    _audience(lambda given: isinstance(given, str) and given.startswith(AUDIENCE)),
)
fault("jwt-audience-part", {"JWT-005"}, AUDIENCES)(
    "An audience is right when it is a part of the right one.",
    _audience(lambda given: isinstance(given, str) and given in AUDIENCE),
)
fault("jwt-audience-case-ignored", {"JWT-005"}, AUDIENCES)(
    "Audiences are compared without case.",
    _audience(lambda given: isinstance(given, str) and given.lower() == AUDIENCE),
)
fault("jwt-audience-null-accepted", {"JWT-005"}, AUDIENCES)(
    "An audience that is null is not checked.", _audience(lambda given: given is None)
)
fault("jwt-audience-empty-accepted", {"JWT-005"}, AUDIENCES)(
    "An empty list of audiences is accepted.", _audience(lambda given: given == [])
)
fault(
    "jwt-audience-list-not-read", {"JWT-005"}, AUDIENCES, also={"JWT-019": "an array in an array is not read either"}
)("Audiences in an array are not checked.", _audience(lambda given: isinstance(given, list) and bool(given)))
fault("jwt-audience-prefix-in-a-list", {"JWT-005"}, AUDIENCES)(
    "An audience in an array is right when it begins with the right one.",
    _audience(lambda given: isinstance(given, list) and any(str(each).startswith(AUDIENCE) for each in given)),
)


@fault("jwt-subject-wraps-around", {"JWT-006"}, SUBJECTS)
@instead_of(Api.identify)
def subject_wraps(original: Callable[[Claims], Customer | None], claims: Claims) -> Customer | None:
    """Of the subject the lowest 32 bits count."""
    subject = claims.get("sub")
    return original({**claims, "sub": subject % 2**32} if type(subject) is int else claims)


@fault("jwt-audience-forbidden", {"AUTH-014"}, UNAUTHORISED)
def audience_forbidden(api: Api) -> None:
    """A token for another audience is answered with 403."""

    def foreign(claims: Claims) -> bool:
        audience = claims.get("aud")
        return AUDIENCE not in (audience if isinstance(audience, list) else [audience])

    _refused(foreign, forbidden)(api)


fault("jwt-audience-text-refused", {"JWT-013"}, AUDIENCES)(
    "An audience is accepted in an array only.",
    _accepted(lambda claims: claims if isinstance(claims["aud"], list) else None),
)
fault("jwt-subject-true", {"JWT-006"}, SUBJECTS)(
    "The subject true is the first customer, as one is.", _identified(lambda claims: claims.get("sub") is True)
)
fault("jwt-subject-null-accepted", {"JWT-006"}, SUBJECTS)(
    "The subject null selects the first customer.",
    _identified(lambda claims: "sub" in claims and claims["sub"] is None),
)
fault("jwt-subject-missing-accepted", {"JWT-006"}, SUBJECTS)(
    "A token without a subject is that of a service, which may see everything.",
    _identified(lambda claims: "sub" not in claims),
)
fault("jwt-subject-huge-crash", {"JWT-006", "ERR-011"}, SUBJECTS)(
    "A subject beyond the range of the database is answered with 500.",
    _refused(lambda claims: isinstance(claims.get("sub"), int) and claims["sub"] > 2**63, crash),
)
fault("jwt-subject-word-crash", {"JWT-006", "ERR-011"}, SUBJECTS)(
    "A subject that stands for a configured one, without a configuration, is answered with 500.",
    _refused(lambda claims: claims.get("sub") == "D", crash),
)


@fault("jwt-subject-unknown-not-found", {"AUTH-014"}, UNAUTHORISED)
@instead_of(Api.identify)
def subject_not_found(original: Callable[[Claims], Customer | None], claims: Claims) -> Customer | None:
    """The customer of a token is not found, and that is what the answer says."""
    found = original(claims)
    if found is None and isinstance(claims.get("sub"), int):
        raise not_found()
    return found


fault("jwt-hs512-accepted", {"JWT-007"}, rfc(8725, "3.1"))(
    "HS512 is accepted beside HS256.", or_else(lambda token, key: signed(token, key, "HS512"))
)
fault("jwt-algorithm-case-ignored", {"JWT-015"}, rfc(7515, "4.1.1"))(
    "The name of the algorithm is compared without regard to case.",
    or_else(lambda token, key: signed(token, key, named="hs256")),
)
fault(
    "jwt-extension-crash",
    {"JWT-009", "ERR-011"},
    rfc(7515, "4.1.11"),
    also={"JWT-021": "an empty list does it, too", "JWT-019": "whatever its type is"},
)("A critical extension is answered with 500.", crashes_in(Api.claims, lambda token: "crit" in header_of(token)))


@fault("jwt-first-subject-counts", {"JWT-010"}, rfc(7519, "4"))
@instead_of(Api.claims)
def first_subject(original: Callable[[str], Claims | None], token: str) -> Claims | None:
    """Of two subjects the first counts."""
    found = original(token)
    subjects = [value for name, value in pairs_of_claims(token) if name == "sub"] if found else []
    return {**found, "sub": subjects[0]} if found and subjects else found


@fault("jwt-repeated-claim-crash", {"JWT-010", "ERR-011"}, rfc(7519, "4"))
def repeated_crash(api: Api) -> None:
    """A token with a claim twice is answered with 500."""

    def claims(original: Callable[[str], Claims | None], token: str) -> Claims | None:
        if signed(token, api.signing_key):
            names = [name for name, _ in pairs_of_claims(token)]
            if len(names) > len(set(names)):
                raise crash()
        return original(token)

    api.replace(Api.claims, claims)


@fault("jwt-short-key", {"JWT-014"}, rfc(7518, "3.2"), stateful=True)
def short_key(api: Api) -> None:
    """The key is random, and has 160 bits."""
    api.signing_key = secrets.token_hex(10)


@fault("jwt-any-known-signature", {"JWT-002"}, SIGNATURE, needs=SECOND, stateful=True)
def any_known_signature(api: Api) -> None:
    """The signature of a token that was seen before is right for every token of the same length."""
    seen: dict[str, Any] = {}

    def claims(original: Callable[[str], Claims | None], token: str) -> Claims | None:
        found = original(token)
        content, _, signature = token.rpartition(".")
        if found:
            seen[signature] = found.get("sub")
            return found
        stated = segment(content.partition(".")[2])
        if isinstance(stated, dict) and signature in seen and stated.get("sub") != seen[signature]:
            return stated
        return None

    api.replace(Api.claims, claims)


fault("jwt-key-address-crash", {"ERR-011"}, KEY_HINTS, needs=())(
    "The address of a key in the header is asked, and that it does not answer is a 500.",
    crashes_in(Api.claims, lambda token: {"jku", "x5u"} & header_of(token).keys()),
)


@fault("jwt-key-id-injection", {"JWT-008"}, KEY_HINTS, needs=())
@or_else
def key_id_injection(token: str, _key: str) -> Claims | None:
    """The key id is a part of a database statement, which then selects the key that it names."""
    key = str(header_of(token).get("kid", "")).rpartition("SELECT '")[2]
    return signed(token, key) if key else None


@fault("auth-expiry-disclosed", {"AUTH-005"}, OWASP_AUTHENTICATION)
def expiry_disclosed(api: Api) -> None:
    """The answer to an expired token says that it has expired."""

    def problem() -> Problem:
        refused = Problem(401, "Authorization failed", "The token has expired.")
        refused.headers.append(("WWW-Authenticate", api.challenge))
        return refused

    _refused(_has_expired, problem)(api)


fault("jwt-audience-one-only", {"JWT-013"}, AUDIENCES)(
    "The array of audiences has to hold the one audience and nothing else.",
    _accepted(lambda claims: None if isinstance(claims["aud"], list) and claims["aud"] != [AUDIENCE] else claims),
)
