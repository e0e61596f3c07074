"""What faults in the validation of tokens are made with."""

from __future__ import annotations

import base64
import json
import time
from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING, Any

import jwt

from conformance.reference.app import Api
from conformance.reference.auth import COMPACT, TIMES
from conformance.reference.faults.effects import crash
from conformance.reference.faults.seams import effect, instead_of
from conformance.reference.tokens import AUDIENCE

if TYPE_CHECKING:
    from conformance.reference.faults.seams import Install

Claims = dict[str, Any]
Original = Callable[[str], Claims | None]


def segment(text: str) -> Any:
    """The JSON value of a segment, or ``None``."""
    try:
        return json.loads(base64.urlsafe_b64decode(text + "=" * (-len(text) % 4)))
    except (ValueError, RecursionError):
        return None


def decode(token: str, key: str, algorithms: Sequence[str] = ("HS256",), *, without: str = "") -> Claims | None:
    """Decode as strictly as the server itself, but ``without`` the validation of one claim."""
    if not COMPACT.fullmatch(token) or "crit" in header_of(token):
        return None
    try:
        claims: Claims = jwt.decode(
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
    times = (claims[name] for name in TIMES if name in claims and name != without)
    return claims if all(map(Api.is_time, times)) else None


@effect
def or_else(api: Api, second: Callable[[str, str], Claims | None]) -> None:
    """Accept what ``second`` accepts, besides what is right; it gets the token and the key."""
    api.replace(Api.claims, lambda original, token: original(token) or second(token, api.signing_key))


def header_of(token: str) -> Claims:
    """The header of a token; empty when it is not an object."""
    header = segment(token.partition(".")[0])
    return header if isinstance(header, dict) else {}


def unsigned(token: str) -> Claims | None:
    """The claims of a token, whatever its signature is."""
    claims = segment(token.split(".")[1]) if token.count(".") == 2 else None
    return claims if isinstance(claims, dict) else None


def lasts(claims: Claims, leeway: float = 0) -> bool:
    """True until the expiry, or ``leeway`` seconds later."""
    expiry = claims.get("exp")
    return isinstance(expiry, int | float) and Api.is_time(expiry) and expiry > time.time() - leeway


def algorithm(token: str) -> str:
    """The algorithm that a token names, as it is written."""
    return str(header_of(token).get("alg", ""))


def mac_of(token: str, key: str, algorithm: str = "HS256") -> str:
    """The right signature of a token, as it is written."""
    mac = jwt.get_algorithm_by_name(algorithm).sign(token.rpartition(".")[0].encode(), key.encode())
    return base64.urlsafe_b64encode(mac).rstrip(b"=").decode()


def signed(token: str, key: str, algorithm: str = "HS256", *, named: str = "") -> Claims | None:
    """The claims of a token with the right signature, unread; ``None`` for any other."""
    header = header_of(token)
    if not COMPACT.fullmatch(token) or header.get("alg") != (named or algorithm) or "crit" in header:
        return None
    right = token.rpartition(".")[2] == mac_of(token, key, algorithm)
    claims = segment(token.rpartition(".")[0].partition(".")[2]) if right else None
    return claims if isinstance(claims, dict) else None


def pairs_of_claims(token: str) -> list[tuple[str, Any]]:
    """The claims of a token as they are written, repeated ones too."""
    text = token.split(".")[1]
    pairs: list[tuple[str, Any]] = json.loads(
        base64.urlsafe_b64decode(text + "=" * (-len(text) % 4)), object_pairs_hook=list
    )
    return pairs


def crashes_on(when: Callable[[Any, Claims], object]) -> Install:
    """Fail on a token of which ``when`` is true; it gets the claims and the header."""

    def claims(original: Callable[[str], Claims | None], token: str) -> Claims | None:
        parts = token.split(".")
        if len(parts) == 3 and when(segment(parts[1]), header_of(token)):
            raise crash()
        return original(token)

    return instead_of(Api.claims)(claims)


def refuses_when(when: Callable[[Claims, Claims], object]) -> Install:
    """Refuse a token of which ``when`` is true; it gets the claims and the header."""
    return instead_of(Api.claims)(
        lambda original, token: None if when(unsigned(token) or {}, header_of(token)) else original(token)
    )


def accepts_when(when: Callable[[Claims], object]) -> Install:
    """Accept a token with the right signature when ``when`` is true of its claims."""

    def second(token: str, key: str) -> Claims | None:
        found = signed(token, key)
        return found if found and when(found) else None

    return or_else(second)


def has_claim(name: str, *types: type) -> Callable[[Any, Claims], bool]:
    """Return a condition: the claim is present and its value has one of the given types."""
    return lambda claims, _: isinstance(claims, dict) and name in claims and isinstance(claims[name], types)


def has_parameter(name: str, *types: type) -> Callable[[Any, Claims], bool]:
    """Return the condition that a parameter of the header is there and has one of some types."""
    return lambda _, header: name in header and isinstance(header[name], types)


def fits(claims: Claims) -> bool:
    """True when the audience is the right one."""
    audience = claims.get("aud")
    return audience == AUDIENCE or (isinstance(audience, list) and AUDIENCE in audience)
