"""What is written on a connection: octets that hold secrets, and are not to be shown."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from conformance.plan.requests import text_of

if TYPE_CHECKING:
    from conformance.config.target import Target
    from conformance.model.exchange import Request


class _Unshown(bytes):
    """Octets with secrets: a traceback with local variables does not show them."""

    def __repr__(self) -> str:
        return "<the head of the request>"


def revealed(text: str, target: Target) -> bytes:
    """Return the octets of ``text`` with the secrets of ``target`` in it."""
    return _Unshown(target.reveal(text).encode("latin-1"))


def head_of(request: Request, target: Target) -> bytes:
    """Return the request line and the header section of ``request``."""
    return revealed(text_of(replace(request, body=b"")), target)
