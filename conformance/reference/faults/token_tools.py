"""What faults in the validation of tokens are made with."""

from __future__ import annotations

import base64
import json
import time
from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING, Any

import jwt

from conformance.reference.tokens import AUDIENCE

if TYPE_CHECKING:
    from conformance.reference.app import Api

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


def or_else(api: Api, second: Callable[[str], Claims | None]) -> None:
    """Accept what ``second`` accepts, besides what is right."""
    api.replace("claims", lambda original, token: original(token) or second(token))


def unsigned(token: str) -> Claims | None:
    """The claims of a token, whatever its signature is."""
    claims = segment(token.split(".")[1]) if token.count(".") == 2 else None
    return claims if isinstance(claims, dict) else None


def lasts(claims: Claims, leeway: float = 0) -> bool:
    """True until the expiry, or ``leeway`` seconds later."""
    expiry = claims.get("exp")
    return isinstance(expiry, int) and expiry > time.time() - leeway


def algorithm(token: str) -> str:
    """The algorithm that a token names, as it is written."""
    header = segment(token.partition(".")[0])
    return str(header.get("alg", "")) if isinstance(header, dict) else ""


def mac_of(api: Api, token: str) -> str:
    """The right signature of a token, as it is written."""
    mac = jwt.get_algorithm_by_name("HS256").sign(token.rpartition(".")[0].encode(), api.signing_key.encode())
    return base64.urlsafe_b64encode(mac).rstrip(b"=").decode()
