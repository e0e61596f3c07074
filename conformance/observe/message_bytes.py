"""What is written on a connection: bytes that hold secrets, and are not to be shown."""

from __future__ import annotations

from typing import TYPE_CHECKING

from conformance.config.target import EXTRA_HEADER
from conformance.plan.requests import head_text_of
from conformance.syntax import redaction
from conformance.tokens import minted

if TYPE_CHECKING:
    from conformance.config.target import Target
    from conformance.model.exchange import Request


class _Unshown(bytes):
    """Bytes with secrets: a traceback with local variables does not show them."""

    def __repr__(self) -> str:
        return "<the head of the request>"


def reveal(text: str, target: Target) -> str:
    """Replace the placeholders of secrets in ``text``. Raises altered.ForgeError for a token that is not a JWT."""

    def variable(name: str) -> str:
        values = {
            "INVOICES_AUTH_TOKEN": target.auth_token,
            "INVOICES_OTHER_AUTH_TOKEN": target.other_auth_token,
        }
        return values[name] if name in values else target.request_headers()[int(name.removeprefix(EXTRA_HEADER)) - 1][1]

    def derived(name: str) -> str:
        sources = minted.Sources(target.auth_token, target.other_auth_token, target.signing_key)
        token = minted.produce(name, sources)
        # The name of a customer is not a secret, and stands in answers.
        if name not in minted.SUBJECTS:
            target.redactor.add(token)
        return token

    return redaction.reveal(text, variable, derived)


def revealed(text: str, target: Target) -> bytes:
    """Return the bytes of ``text`` with the secrets of ``target`` in it."""
    return _Unshown(reveal(text, target).encode("latin-1"))


def head_of(request: Request, target: Target) -> bytes:
    """Return the request line and the header section of ``request``."""
    return revealed(head_text_of(request), target)
