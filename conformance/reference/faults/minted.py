"""Faults that only tokens signed with the right key can show: in the reading of claims and headers."""

from __future__ import annotations

import base64
import json
import secrets
import time
from typing import TYPE_CHECKING, Any

import jwt

from conformance.reference.data import CUSTOMER
from conformance.reference.faults import fault
from conformance.reference.faults.token_tools import MINTING, segment
from conformance.reference.message import Problem
from conformance.reference.tokens import AUDIENCE

if TYPE_CHECKING:
    from collections.abc import Callable

    from conformance.reference.app import Api
    from conformance.reference.message import Request
    from conformance.reference.model import Customer

    Claims = dict[str, Any]

EXPIRY = "RFC 7519, section 4.1.4"
AUDIENCES = "RFC 7519, section 4.1.3"
SUBJECTS = "RFC 8725, section 3.8"
HINTS = "RFC 8725, section 3.10"


def _signed(token: str, key: str, algorithm: str = "HS256", *, named: str = "") -> Claims | None:
    """The claims of a token with the right signature, unread; ``None`` for any other."""
    content, _, signature = token.rpartition(".")
    header = segment(token.partition(".")[0])
    if not isinstance(header, dict) or header.get("alg") != (named or algorithm) or "crit" in header:
        return None
    mac = jwt.get_algorithm_by_name(algorithm).sign(content.encode(), key.encode())
    claims = segment(content.partition(".")[2])
    right = signature == base64.urlsafe_b64encode(mac).rstrip(b"=").decode()
    return claims if right and isinstance(claims, dict) else None


def _corrected(api: Api, change: Callable[[Claims], Claims | None]) -> None:
    """Accept a signed token that is right when its claims are changed so."""

    def claims(original: Callable[[str], Claims | None], token: str) -> Claims | None:
        found = original(token)
        signed = None if found else _signed(token, api.signing_key)
        changed = change(signed) if signed else None
        if changed is None:
            return found
        return original(jwt.encode(changed, api.signing_key))

    api.replace("claims", claims)


def _refused(api: Api, when: Callable[[Claims], bool], problem: Callable[[], Problem]) -> None:
    """Answer a signed token with ``problem`` when its claims are so."""

    def authenticate(original: Callable[[Request], Customer], request: Request) -> Customer:
        for line in request.lines("authorization"):
            claims = _signed(line, api.signing_key)
            if claims is not None and when(claims):
                raise problem()
        return original(request)

    api.replace("authenticate", authenticate)


def _crash() -> Problem:
    return Problem(500, "Internal server error", "Something went wrong.")


def _forbidden() -> Problem:
    return Problem(403, "Forbidden", "Access is forbidden.")


def _soon() -> int:
    return int(time.time()) + 600


@fault("jwt-expiry-as-text-ignored", caught_by={"JWT-003"}, clause=EXPIRY, needs=MINTING)
def expiry_as_text(api: Api) -> None:
    """An expiry that is not a number is no expiry."""
    _corrected(api, lambda claims: {**claims, "exp": _soon()} if isinstance(claims.get("exp"), str) else None)


@fault("jwt-expiry-zero-ignored", caught_by={"JWT-003"}, clause=EXPIRY, needs=MINTING)
def expiry_zero(api: Api) -> None:
    """An expiry of zero is no expiry."""
    _corrected(api, lambda claims: {**claims, "exp": _soon()} if claims.get("exp") == 0 else None)


@fault("jwt-expired-forbidden", caught_by={"JWT-003"}, clause="RFC 9110, section 15.5.2", needs=MINTING)
def expired_forbidden(api: Api) -> None:
    """An expired token is answered with 403."""
    _refused(api, lambda claims: isinstance(claims.get("exp"), int) and claims["exp"] < time.time(), _forbidden)


@fault("jwt-expiry-as-text-crash", caught_by={"JWT-003", "ERR-011"}, clause=EXPIRY, needs=MINTING)
def expiry_crash(api: Api) -> None:
    """An expiry that is not a number is answered with 500."""
    _refused(api, lambda claims: isinstance(claims.get("exp"), str), _crash)


@fault("jwt-not-before-in-advance", caught_by={"JWT-004"}, clause="RFC 7519, section 4.1.5", needs=MINTING)
def not_before_in_advance(api: Api) -> None:
    """A token is accepted two hours before its time, as if zones differed."""

    def change(claims: Claims) -> Claims | None:
        start = claims.get("nbf")
        return {**claims, "nbf": start - 7200} if isinstance(start, int) and start > time.time() else None

    _corrected(api, change)


def _audience(api: Api, right: Callable[[Any], bool]) -> None:
    _corrected(api, lambda claims: {**claims, "aud": AUDIENCE} if "aud" in claims and right(claims["aud"]) else None)


@fault("jwt-times-by-calendar-crash", caught_by={"JWT-003", "JWT-004", "ERR-011"}, clause=EXPIRY, needs=MINTING)
def times_by_calendar(api: Api) -> None:
    """A time beyond the calendar is answered with 500."""

    def claims(original: Callable[[str], Claims | None], token: str) -> Claims | None:
        found = segment(token.split(".")[1]) if token.count(".") == 2 else None
        if isinstance(found, dict):
            for name in ("exp", "nbf"):
                if isinstance(found.get(name), int) and abs(found[name]) > 10**11:
                    raise Problem(500, "Internal server error", "Something went wrong.")
        return original(token)

    api.replace("claims", claims)


@fault("jwt-audience-prefix", caught_by={"JWT-005"}, clause=AUDIENCES, needs=MINTING)
def audience_prefix(api: Api) -> None:
    """An audience is right when it begins with the right one."""
    _audience(api, lambda given: isinstance(given, str) and given.startswith(AUDIENCE))


@fault("jwt-audience-part", caught_by={"JWT-005"}, clause=AUDIENCES, needs=MINTING)
def audience_part(api: Api) -> None:
    """An audience is right when it is a part of the right one."""
    _audience(api, lambda given: isinstance(given, str) and given in AUDIENCE)


@fault("jwt-audience-case-ignored", caught_by={"JWT-005"}, clause=AUDIENCES, needs=MINTING)
def audience_case(api: Api) -> None:
    """Audiences are compared without case."""
    _audience(api, lambda given: isinstance(given, str) and given.lower() == AUDIENCE)


@fault("jwt-audience-null-accepted", caught_by={"JWT-005"}, clause=AUDIENCES, needs=MINTING)
def audience_null(api: Api) -> None:
    """An audience that is null is not checked."""
    _audience(api, lambda given: given is None)


@fault("jwt-audience-empty-accepted", caught_by={"JWT-005"}, clause=AUDIENCES, needs=MINTING)
def audience_empty(api: Api) -> None:
    """All of no audiences are right."""
    _audience(api, lambda given: given == [])


@fault("jwt-audience-list-not-read", caught_by={"JWT-005"}, clause=AUDIENCES, needs=MINTING)
def audience_list(api: Api) -> None:
    """Audiences in an array are not checked."""
    _audience(api, lambda given: isinstance(given, list) and bool(given))


@fault("jwt-audience-prefix-in-a-list", caught_by={"JWT-005"}, clause=AUDIENCES, needs=MINTING)
def audience_prefix_in_list(api: Api) -> None:
    """An audience in an array is right when it begins with the right one."""
    _audience(api, lambda given: isinstance(given, list) and any(str(each).startswith(AUDIENCE) for each in given))


@fault("jwt-subject-wraps-around", caught_by={"JWT-006"}, clause=SUBJECTS, needs=MINTING)
def subject_wraps(api: Api) -> None:
    """Of the subject the lowest 32 bits count."""

    def identify(original: Callable[[Claims], Customer | None], claims: Claims) -> Customer | None:
        subject = claims.get("sub")
        return original({**claims, "sub": subject % 2**32} if type(subject) is int else claims)

    api.replace("identify", identify)


@fault("jwt-audience-forbidden", caught_by={"JWT-005"}, clause="RFC 9110, section 15.5.2", needs=MINTING)
def audience_forbidden(api: Api) -> None:
    """A token for another audience is answered with 403."""

    def foreign(claims: Claims) -> bool:
        audience = claims.get("aud")
        return AUDIENCE not in (audience if isinstance(audience, list) else [audience])

    _refused(api, foreign, _forbidden)


@fault("jwt-audience-text-refused", caught_by={"JWT-013"}, clause=AUDIENCES, needs=MINTING)
def audience_text(api: Api) -> None:
    """An audience is accepted in an array only."""

    def claims(original: Callable[[str], Claims | None], token: str) -> Claims | None:
        found = original(token)
        return found if found and isinstance(found["aud"], list) else None

    api.replace("claims", claims)


def _identified(api: Api, who: Callable[[Claims], bool]) -> None:
    """Take somebody for the first customer."""

    def identify(original: Callable[[Claims], Customer | None], claims: Claims) -> Customer | None:
        return original(claims) or (CUSTOMER if who(claims) else None)

    api.replace("identify", identify)


@fault("jwt-subject-true", caught_by={"JWT-006"}, clause=SUBJECTS, needs=MINTING)
def subject_true(api: Api) -> None:
    """The subject true is the first customer, as one is."""
    _identified(api, lambda claims: claims.get("sub") is True)


@fault("jwt-subject-null-accepted", caught_by={"JWT-006"}, clause=SUBJECTS, needs=MINTING)
def subject_null(api: Api) -> None:
    """The subject null selects the first customer."""
    _identified(api, lambda claims: "sub" in claims and claims["sub"] is None)


@fault("jwt-subject-missing-accepted", caught_by={"JWT-006"}, clause=SUBJECTS, needs=MINTING)
def subject_missing(api: Api) -> None:
    """A token without a subject is that of a service, which may see everything."""
    _identified(api, lambda claims: "sub" not in claims)


@fault("jwt-subject-huge-crash", caught_by={"JWT-006", "ERR-011"}, clause=SUBJECTS, needs=MINTING)
def subject_huge(api: Api) -> None:
    """A subject beyond the range of the database is answered with 500."""
    _refused(api, lambda claims: isinstance(claims.get("sub"), int) and claims["sub"] > 2**63, _crash)


@fault("jwt-subject-word-crash", caught_by={"JWT-006", "ERR-011"}, clause=SUBJECTS, needs=MINTING)
def subject_word(api: Api) -> None:
    """A subject that stands for a configured one, without a configuration, is answered with 500."""
    _refused(api, lambda claims: claims.get("sub") == "D", _crash)


@fault("jwt-subject-unknown-not-found", caught_by={"JWT-006"}, clause="RFC 9110, section 15.5.2", needs=MINTING)
def subject_not_found(api: Api) -> None:
    """The customer of a token is not found, and that is what the answer says."""

    def identify(original: Callable[[Claims], Customer | None], claims: Claims) -> Customer | None:
        found = original(claims)
        if found is None and isinstance(claims.get("sub"), int):
            raise api.not_found()
        return found

    api.replace("identify", identify)


@fault("jwt-hs512-accepted", caught_by={"JWT-007"}, clause="RFC 8725, section 3.1", needs=MINTING)
def hs512(api: Api) -> None:
    """HS512 is accepted beside HS256."""
    api.replace("claims", lambda original, token: original(token) or _signed(token, api.signing_key, "HS512"))


@fault("jwt-algorithm-case-ignored", caught_by={"JWT-015"}, clause="RFC 7515, section 4.1.1", needs=MINTING)
def algorithm_case_ignored(api: Api) -> None:
    """The name of the algorithm is compared without regard to case."""
    api.replace("claims", lambda original, token: original(token) or _signed(token, api.signing_key, named="hs256"))


@fault("jwt-extension-crash", caught_by={"JWT-009", "ERR-011"}, clause="RFC 7515, section 4.1.11", needs=MINTING)
def extension_crash(api: Api) -> None:
    """A critical extension is answered with 500."""

    def claims(original: Callable[[str], Claims | None], token: str) -> Claims | None:
        header = segment(token.partition(".")[0])
        if isinstance(header, dict) and "crit" in header:
            raise _crash()
        return original(token)

    api.replace("claims", claims)


def _pairs(token: str) -> list[tuple[str, Any]]:
    text = token.split(".")[1]
    found: list[tuple[str, Any]] = json.loads(
        base64.urlsafe_b64decode(text + "=" * (-len(text) % 4)), object_pairs_hook=list
    )
    return found


@fault("jwt-first-subject-counts", caught_by={"JWT-010"}, clause="RFC 7519, section 4", needs=MINTING)
def first_subject(api: Api) -> None:
    """Of two subjects the first counts."""

    def claims(original: Callable[[str], Claims | None], token: str) -> Claims | None:
        found = original(token)
        subjects = [value for name, value in _pairs(token) if name == "sub"] if found else []
        return {**found, "sub": subjects[0]} if found and subjects else found

    api.replace("claims", claims)


@fault("jwt-repeated-claim-crash", caught_by={"JWT-010", "ERR-011"}, clause="RFC 7519, section 4", needs=MINTING)
def repeated_crash(api: Api) -> None:
    """A token with a claim twice is answered with 500."""

    def claims(original: Callable[[str], Claims | None], token: str) -> Claims | None:
        if _signed(token, api.signing_key):
            names = [name for name, _ in _pairs(token)]
            if len(names) > len(set(names)):
                raise _crash()
        return original(token)

    api.replace("claims", claims)


@fault("jwt-short-key", stateful=True, caught_by={"JWT-014"}, clause="RFC 7518, section 3.2", needs=MINTING)
def short_key(api: Api) -> None:
    """The key is random, and has 160 bits."""
    api.signing_key = secrets.token_hex(10)


@fault(
    "jwt-any-known-signature",
    stateful=True,
    caught_by={"JWT-002"},
    clause="RFC 7515, section 5.2",
    needs={"second-customer"},
)
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

    api.replace("claims", claims)


@fault("jwt-key-address-crash", caught_by={"ERR-011"}, clause=HINTS)
def key_address(api: Api) -> None:
    """The address of a key in the header is asked, and that it does not answer is a 500."""

    def claims(original: Callable[[str], Claims | None], token: str) -> Claims | None:
        header = segment(token.partition(".")[0])
        if isinstance(header, dict) and {"jku", "x5u"} & header.keys():
            raise _crash()
        return original(token)

    api.replace("claims", claims)


@fault("jwt-key-id-injection", caught_by={"JWT-008"}, clause=HINTS)
def key_id_injection(api: Api) -> None:
    """The key id is a part of a database statement, which then selects the key that it names."""

    def claims(original: Callable[[str], Claims | None], token: str) -> Claims | None:
        header = segment(token.partition(".")[0])
        key = str(header.get("kid", "")).rpartition("SELECT '")[2] if isinstance(header, dict) else ""
        return original(token) or (_signed(token, key) if key else None)

    api.replace("claims", claims)


@fault("auth-expiry-told", caught_by={"AUTH-005"}, clause="OWASP API2:2023", needs=MINTING)
def expiry_told(api: Api) -> None:
    """The answer to an expired token says that it has expired."""

    def problem() -> Problem:
        refused = Problem(401, "Authorization failed", "The token has expired.")
        refused.headers.append(("WWW-Authenticate", api.challenge))
        return refused

    _refused(api, lambda claims: isinstance(claims.get("exp"), int) and claims["exp"] < time.time(), problem)


@fault("jwt-audience-one-only", caught_by={"JWT-013"}, clause=AUDIENCES, needs=MINTING)
def one_audience(api: Api) -> None:
    """The array of audiences has to hold the one audience and nothing else."""

    def claims(original: Callable[[str], Claims | None], token: str) -> Claims | None:
        found = original(token)
        audience = found.get("aud") if found else None
        return None if isinstance(audience, list) and audience != [AUDIENCE] else found

    api.replace("claims", claims)
