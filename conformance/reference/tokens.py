"""Tokens of the reference server: JSON Web Tokens signed with HS256, as documented (RFC 7519, RFC 7518 section 3.2)."""

from __future__ import annotations

import functools
import secrets
import time
from typing import TYPE_CHECKING

import jwt

if TYPE_CHECKING:
    from collections.abc import Sequence

ALGORITHM = "HS256"
AUDIENCE = "customer-v1"


def new_key() -> str:
    """Return a fresh signing key: 384 random bits as 64 ASCII characters."""
    return secrets.token_urlsafe(48)


@functools.cache
def frozen_key() -> str:
    """Return the signing key that all servers with a frozen clock share in this process."""
    return new_key()


def mint(  # noqa: PLR0913 - each is one part of a token
    sub: object,
    key: str,
    *,
    aud: str | Sequence[str] | None = (AUDIENCE,),
    lifetime: float | None = 3600,
    algorithm: str = ALGORITHM,
    header: dict[str, object] | None = None,
    **claims: object,
) -> str:
    """Return a token with the documented claims ``sub``, ``aud`` and ``exp``.

    ``lifetime`` is in seconds from now, negative for an expired token; ``None`` leaves ``exp`` out, as ``aud=None``
    does with ``aud``. Further ``claims`` win over these. ``header`` adds to the documented header, which is ``alg``.
    """
    payload: dict[str, object] = {"sub": sub}
    if aud is not None:
        payload["aud"] = aud if isinstance(aud, str) else list(aud)
    if lifetime is not None:
        payload["exp"] = int(time.time() + lifetime)
    payload.update(claims)
    return jwt.encode(payload, key, algorithm=algorithm, headers={"typ": None, **(header or {})})
