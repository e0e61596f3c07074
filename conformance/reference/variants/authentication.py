"""Other ways to refuse a token, and to read the field that carries it."""

from __future__ import annotations

import base64
import json
import re
import time
from typing import TYPE_CHECKING, Any

from conformance.reference.message import Problem, Request
from conformance.reference.variants import variant

if TYPE_CHECKING:
    from collections.abc import Callable

    from conformance.reference.app import Api

SHORT_COOKIE = "sid"
REFUSED = {"challenge", "claims", "credentials"}
_COMPACT = re.compile(r"[A-Za-z0-9_-]+(\.[A-Za-z0-9_-]+){2}", re.ASCII)


def _has_credentials(request: Request) -> bool:
    return bool(request.lines("authorization") or request.lines("cookie"))


def _refused_with(status: int, title: str, when: Callable[[Request], bool]) -> Callable[[Api], None]:
    def install(api: Api) -> None:
        def unauthorised(original: Callable[[Request], Problem], request: Request) -> Problem:
            refused = Problem(status, title, "The request has no valid credentials.")
            return refused if when(request) else original(request)

        api.replace("unauthorised", unauthorised)

    return install


def _is_malformed(request: Request) -> bool:
    lines = request.lines("authorization")
    return bool(lines) and not any(_COMPACT.fullmatch(line.rpartition(" ")[2]) for line in lines)


@variant("session-cookie-of-another-name", clause="Documented behaviour, cookie login", touches={"session-cookie"})
def session_cookie_of_another_name(api: Api) -> None:
    """The session cookie has a short name, one that is tried where no cookie may hold the token."""
    api.cookie_name = SHORT_COOKIE


# Name, status, title, when, clause, sentence, departs.
_STATUSES: tuple[tuple[str, int, str, Callable[[Request], bool], str, str, dict[str, str]], ...] = (
    (
        "unfit-tokens-forbidden",
        403,
        "Forbidden",
        _has_credentials,
        "RFC 9110, section 15.5.4",
        "A token that is not valid is refused with 403, a missing one with 401.",
        {"AUTH-014": "SHOULD"},
    ),
    (
        "unfit-tokens-bad-request",
        400,
        "Invalid token",
        _has_credentials,
        "RFC 9110, section 15.5.1",
        "A token that is not valid is refused with 400, a missing one with 401.",
        {"AUTH-014": "SHOULD"},
    ),
    (
        "malformed-tokens-bad-request",
        400,
        "Invalid request",
        _is_malformed,
        "RFC 6750, section 3.1",
        "What does not have the form of a token is refused with 400.",
        {},
    ),
)
for _name, _status, _title, _when, _clause, _sentence, _departs in _STATUSES:
    variant(_name, clause=_clause, touches=REFUSED, departs=_departs, sentence=_sentence)(
        _refused_with(_status, _title, _when)
    )


def _part(token: str, place: int) -> Any:
    """Return a decoded part of a token, or ``None``."""
    try:
        text = token.split(".")[place]
        return json.loads(base64.urlsafe_b64decode(text + "=" * (-len(text) % 4)))
    except (ValueError, IndexError, RecursionError):
        return None


def _reason(token: str) -> str:
    header, claims = _part(token, 0), _part(token, 1)
    if not isinstance(header, dict) or not isinstance(claims, dict):
        return "The token is malformed."
    if header.get("alg") != "HS256":
        return "The algorithm of the token is not allowed."
    expiry = claims.get("exp")
    if isinstance(expiry, int) and expiry < time.time():
        return "The token has expired."
    return "The token cannot be verified."


@variant("refused-tokens-explained", clause="RFC 6750, section 3.1", touches=REFUSED)
def explained(api: Api) -> None:
    """A 401 says what is wrong with the token, in its document and in the challenge."""

    def unauthorised(original: Callable[[Request], Problem], request: Request) -> Problem:
        problem = original(request)
        lines = request.lines("authorization")
        if lines:
            problem.detail = _reason(lines[0].rpartition(" ")[2])
            described = f'error="invalid_token", error_description="{problem.detail}"'
            problem.headers = [("WWW-Authenticate", f"{api.challenge}, {described}")]
        return problem

    api.replace("unauthorised", unauthorised)


# Name, challenge, sentence.
_CHALLENGES = (
    ("challenge-without-parameters", "JWT", "The challenge is a scheme and nothing else."),
    (
        "challenge-of-two-schemes",
        'JWT realm="customer, v1", Bearer realm="customer-v1", scope="invoices"',
        "One line has the challenges of two schemes, with a comma inside a realm.",
    ),
    ("challenge-with-token68", "Negotiate dG9rZW4=, JWT", "A challenge has a token68 in the place of parameters."),
)


def _challenged(value: str) -> Callable[[Api], None]:
    def install(api: Api) -> None:
        api.challenge = value

    return install


for _name, _value, _sentence in _CHALLENGES:
    variant(_name, clause="RFC 9110, section 11.6.1", touches={"challenge"}, sentence=_sentence)(_challenged(_value))


@variant("challenges-on-two-lines", clause="RFC 9110, section 11.6.1", touches={"challenge"})
def two_challenges(api: Api) -> None:
    """A second challenge has a line of its own."""

    def unauthorised(original: Callable[[Request], Problem], request: Request) -> Problem:
        problem = original(request)
        problem.headers.append(("WWW-Authenticate", 'JWT realm="customer-v1"'))
        return problem

    api.replace("unauthorised", unauthorised)


@variant("first-authorization-counts", clause="RFC 9110, section 5.3", touches={"credentials"})
def first_counts(api: Api) -> None:
    """Of two Authorization fields, which no sender may send, the first counts."""

    def credentials(original: Callable[[Request], str | None], request: Request) -> str | None:
        lines = request.lines("authorization")
        if len(lines) < 2:
            return original(request)
        others = [pair for pair in request.fields if pair[0] != "authorization"]
        return original(Request("GET", "", "", [*others, ("authorization", lines[0])], ""))

    api.replace("credentials", credentials)


@variant("no-scheme-known", clause="Documented behaviour, accepted tokens", touches={"credentials", "challenge"})
def no_scheme(api: Api) -> None:
    """Only the raw token is accepted; one behind a scheme gets 401."""
    api.challenge = 'JWT realm="customer-v1"'

    def credentials(original: Callable[[Request], str | None], request: Request) -> str | None:
        return None if any(" " in line for line in request.lines("authorization")) else original(request)

    api.replace("credentials", credentials)


@variant("scheme-is-bad-syntax", clause="RFC 9110, section 15.5.1", touches={"credentials", "challenge"})
def scheme_is_bad_syntax(api: Api) -> None:
    """A token behind a scheme is refused with 400: the documented value is the token alone."""
    api.challenge = 'JWT realm="customer-v1"'

    def credentials(original: Callable[[Request], str | None], request: Request) -> str | None:
        if any(" " in line for line in request.lines("authorization")):
            raise Problem(400, "Bad request", "The Authorization field is malformed.")
        return original(request)

    api.replace("credentials", credentials)


@variant("leeway-of-five-minutes", clause="RFC 7519, section 4.1.4", touches={"claims"})
def five_minutes(api: Api) -> None:
    """A token is accepted for some minutes after its expiry and before its beginning, as clocks differ."""
    api.leeway = 300


@variant("long-tokens-refused", clause="RFC 6585, section 5", touches={"claims"})
def long_tokens(api: Api) -> None:
    """A token that is longer than two thousand characters is refused with 431."""

    def claims(original: Callable[[str], dict[str, Any] | None], token: str) -> dict[str, Any] | None:
        if len(token) > 2000:
            raise Problem(431, "Header fields too large", "The token is too long.")
        return original(token)

    api.replace("claims", claims)


@variant("claims-given-twice-refused", clause="RFC 7519, section 4", touches={"claims"})
def claims_twice(api: Api) -> None:
    """A token with the same claim twice is refused."""

    def claims(original: Callable[[str], dict[str, Any] | None], token: str) -> dict[str, Any] | None:
        return None if _has_name_twice(token) else original(token)

    api.replace("claims", claims)


@variant("claims-given-twice-bad-request", clause="RFC 7519, section 4", touches={"claims"})
def claims_twice_bad_request(api: Api) -> None:
    """A token with the same claim twice is refused with 400, as its text is malformed."""

    def claims(original: Callable[[str], dict[str, Any] | None], token: str) -> dict[str, Any] | None:
        if _has_name_twice(token):
            raise Problem(400, "Invalid token", "A claim is given twice.")
        return original(token)

    api.replace("claims", claims)


def _has_name_twice(token: str) -> bool:
    def unique(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
        if len(dict(pairs)) < len(pairs):
            raise LookupError
        return dict(pairs)

    try:
        text = token.split(".")[1]
        json.loads(base64.urlsafe_b64decode(text + "=" * (-len(text) % 4)), object_pairs_hook=unique)
    except LookupError as error:
        return not isinstance(error, IndexError)
    except (ValueError, RecursionError):
        return False
    return False
