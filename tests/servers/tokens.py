"""Raw JSON Web Tokens of the documented form: HS256 with the claims sub, aud and exp."""

import secrets
import time

import jwt

from tests.servers.billing import CUSTOMER, OTHER_CUSTOMER

ALGORITHM = "HS256"
AUDIENCE = "customer-v1"
LIFETIME_SECONDS = 3600
SIGNING_KEY = secrets.token_hex(32)


def mint(customer_id: int) -> str:
    """Sign a token for a customer; it is valid for an hour."""
    claims = {"sub": customer_id, "aud": [AUDIENCE], "exp": int(time.time()) + LIFETIME_SECONDS}
    return jwt.encode(claims, SIGNING_KEY, algorithm=ALGORITHM)


def customer_of(token: str) -> int | None:
    """Return the customer that a token names, or None when the token is not valid."""
    try:
        claims = jwt.decode(
            token,
            SIGNING_KEY,
            algorithms=[ALGORITHM],
            audience=AUDIENCE,
            # The documented subject is a number, which the library refuses by default.
            options={"require": ["sub", "aud", "exp"], "verify_sub": False},
        )
    except jwt.InvalidTokenError:
        return None
    subject = claims["sub"]
    return subject if isinstance(subject, int) and subject in (CUSTOMER, OTHER_CUSTOMER) else None
