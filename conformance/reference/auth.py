"""Who sends the request: the token in ``Authorization``, raw as documented or after ``Bearer``, else in a cookie."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any

import jwt

from conformance.reference.message import Problem
from conformance.reference.tokens import ALGORITHM, AUDIENCE, mint

if TYPE_CHECKING:
    from conformance.reference.clock import Clock
    from conformance.reference.message import Request
    from conformance.reference.model import Customer
    from conformance.reference.store import Store

SESSION = 3600
"""Seconds for which a renewed session lasts."""

TIMES = ("exp", "nbf")
"""Claims that are looked at and have to be times."""

# Decoders skip foreign characters; RFC 7515 section 2 does not allow any.
COMPACT = re.compile(r"[A-Za-z0-9_-]+\.[A-Za-z0-9_-]+\.[A-Za-z0-9_-]+", re.ASCII)
_CREDENTIALS = re.compile(r"bearer +(?P<token>\S+)", re.IGNORECASE | re.ASCII)


class Authentication:
    """The part of the server that identifies the customer."""

    store: Store
    signing_key: str
    clock: Clock
    challenge = 'Bearer realm="customer-v1"'
    cookie_name = "_yeti_customer_v1_session"
    leeway = 30
    """Seconds by which the clocks of issuer and server may differ (RFC 7519, section 4.1.4)."""

    def authenticate(self, request: Request) -> Customer:
        """Return the customer, or a 401 that is the same whatever was wrong (RFC 9110, section 15.5.2)."""
        token = self.credentials(request)
        claims = self.claims(token) if token is not None else None
        customer = self.identify(claims) if claims is not None else None
        if customer is None:
            raise self.unauthorised(request)
        if not request.lines("authorization"):
            request.session = mint(customer.subject, self.signing_key, exp=int(self.clock.now() + SESSION))
        return customer

    def credentials(self, request: Request) -> str | None:
        """Return the token of the only ``Authorization`` line, or of the cookie when there is none.

        The field is not a list, so two lines are an error.
        """
        lines = request.lines("authorization")
        if not lines:
            return self.cookie(request)
        if len(lines) != 1:
            return None
        bearer = _CREDENTIALS.fullmatch(lines[0])
        return bearer["token"] if bearer else lines[0]

    def cookie(self, request: Request) -> str | None:
        """Return the session cookie; of several the first, whose path is the longest (RFC 6265, section 5.4)."""
        pairs = (pair.strip().partition("=") for line in request.lines("cookie") for pair in line.split(";"))
        return next((value for name, _, value in pairs if name == self.cookie_name), None)

    def session_cookie(self, request: Request) -> str:
        """Return the cookie that renews the session (RFC 6265, section 4.1.1)."""
        secure = "; Secure" if request.scheme == "https" else ""
        return f"{self.cookie_name}={request.session}; Path=/; Max-Age={SESSION}; HttpOnly; SameSite=Lax{secure}"

    def claims(self, token: str) -> dict[str, Any] | None:
        """Return the claims of a token with a valid signature, audience and time; ``None`` for any other."""
        if not COMPACT.fullmatch(token):
            return None
        try:
            decoded = jwt.decode_complete(
                token,
                self.signing_key,
                algorithms=[ALGORITHM],
                audience=AUDIENCE,
                leeway=self.leeway,
                # The documented subject is a number.
                options={"verify_sub": False},
            )
        except (jwt.PyJWTError, ValueError, TypeError, OverflowError, RecursionError):
            return None
        # No extension is understood, so a critical one makes the token invalid (RFC 7515, section 4.1.11).
        if "crit" in decoded["header"]:
            return None
        claims: dict[str, Any] = decoded["payload"]
        return claims if all(map(self.is_time, (claims[name] for name in TIMES if name in claims))) else None

    @staticmethod
    def is_time(value: object) -> bool:
        """Return whether a claim is a number, as times are (RFC 7519, section 2); true and false are not numbers."""
        return isinstance(value, int | float) and not isinstance(value, bool)

    def identify(self, claims: dict[str, Any]) -> Customer | None:
        """Return the customer whom the subject names: a number as documented, or the same as a string."""
        subject = claims.get("sub")
        if isinstance(subject, str) and re.fullmatch(r"[1-9][0-9]{0,17}", subject, re.ASCII):
            subject = int(subject)
        # True is an int and 25.0 equals one.
        return self.store.customer(subject) if type(subject) is int else None

    def unauthorised(self, request: Request) -> Problem:  # noqa: ARG002 - for those who replace it
        """Return the one answer to every missing or useless credential."""
        problem = Problem(401, "Authorization failed", "The request has no valid credentials.")
        problem.headers.append(("WWW-Authenticate", self.challenge))
        return problem
