"""The documented authentication: the token alone is the value of Authorization."""

# mypy: disable-error-code="import-untyped,misc"

import dataclasses

from rest_framework.authentication import BaseAuthentication
from rest_framework.exceptions import AuthenticationFailed
from rest_framework.request import Request

from tests.servers.tokens import customer_of


@dataclasses.dataclass(frozen=True)
class Customer:
    """The party that a request is made for."""

    id: int
    is_authenticated: bool = True


class RawTokenAuthentication(BaseAuthentication):
    """Reads a raw JSON Web Token from Authorization."""

    def authenticate(self, request: Request) -> tuple[Customer, str] | None:
        """Return the customer and the token, or None without a token; raises AuthenticationFailed for a bad one."""
        token = request.headers.get("Authorization", "")
        if not token:
            return None
        customer_id = customer_of(token)
        if customer_id is None:
            raise AuthenticationFailed("Invalid token.")
        return Customer(customer_id), token

    def authenticate_header(self, request: Request) -> str:  # noqa: ARG002
        """Return the challenge of a 401 answer."""
        return 'JWT realm="customer-v1"'
