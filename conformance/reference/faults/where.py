"""Which requests a fault concerns: conditions that can be joined by ``&``, ``|`` and ``~``."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from conformance.reference.data import BUSY, INVOICES
from conformance.reference.negotiation import MEDIA_TYPE
from conformance.reference.serialise import PREFIX

if TYPE_CHECKING:
    from collections.abc import Callable

    from conformance.reference.message import Request
    from conformance.reference.model import Invoice

UUID = "[0-9A-Fa-f]{8}(?:-[0-9A-Fa-f]{4}){3}-[0-9A-Fa-f]{12}"
_ITEM = re.compile(f"{PREFIX}/invoices/{UUID}")
_USUAL_FIELDS = {"host", "user-agent", "accept", "authorization"}


class Where:
    """A condition on a request."""

    def __init__(self, holds: Callable[[Request], object]) -> None:
        """``holds`` is what has to be true of the request; also as a decorator."""
        self._holds = holds
        self.__doc__ = holds.__doc__

    def __call__(self, request: Request) -> bool:
        """True for a request that it holds for."""
        return bool(self._holds(request))

    def __and__(self, other: Callable[[Request], object]) -> Where:
        """Both hold; the second is looked at where the first does."""
        return Where(lambda request: self(request) and other(request))

    def __or__(self, other: Callable[[Request], object]) -> Where:
        """One of the two holds."""
        return Where(lambda request: self(request) or other(request))

    def __invert__(self) -> Where:
        """It does not hold."""
        return Where(lambda request: not self(request))


@Where
def everywhere(_request: Request) -> bool:
    """Every request."""
    return True


@Where
def is_item(request: Request) -> bool:
    """A request to an invoice by itself."""
    return bool(_ITEM.fullmatch(request.path))


@Where
def is_busy(request: Request) -> bool:
    """A request to the busiest invoice by itself."""
    return request.path == f"{PREFIX}/invoices/{BUSY.id}"


@Where
def is_relationship(request: Request) -> bool:
    """A request to a relationship."""
    return request.path.endswith("/relationships/account")


@Where
def is_related(request: Request) -> bool:
    """A request to the account of an invoice."""
    return request.path.endswith("/account") and not is_relationship(request)


@Where
def is_account(request: Request) -> bool:
    """A request to an account by itself."""
    return request.path.startswith(f"{PREFIX}/accounts/")


@Where
def is_collection(request: Request) -> bool:
    """A request to the collection of invoices."""
    return request.path == f"{PREFIX}/invoices"


def asked_invoice(request: Request) -> Invoice | None:
    """Return the invoice of anybody that a path names."""
    return next((invoice for invoice in INVOICES if f"/invoices/{invoice.id}" in request.path), None)


@Where
def is_foreign(request: Request) -> bool:
    """A request of a customer about an invoice of another one."""
    asked = asked_invoice(request)
    return bool(asked and asked.visible and request.customer and asked.account.customer != request.customer)


@Where
def is_hidden(request: Request) -> bool:
    """A request of a customer about an invoice of its own that it must not see."""
    asked = asked_invoice(request)
    return bool(asked and not asked.visible and request.customer == asked.account.customer)


@Where
def is_plain(request: Request) -> bool:
    """The documented request: nothing but the usual fields, and no query."""
    usual = {name for name, _ in request.fields} == _USUAL_FIELDS and request.lines("accept") == [MEDIA_TYPE]
    return usual and request.method == "GET" and not request.query


is_head = Where(lambda request: request.method == "HEAD")
is_anonymous = Where(lambda request: not request.lines("authorization"))
"""Without a token in the header section."""
starts_with_fields = Where(lambda request: request.query.startswith("fields"))
starts_with_include = Where(lambda request: request.query.startswith("include="))
has_query = Where(lambda request: request.query)
has_fields = Where(lambda request: "fields" in request.query)
has_include = Where(lambda request: "include=" in request.query)
is_inclusion = Where(lambda request: request.query == "include=account")
includes_account = Where(lambda request: "include=account" in request.query)
"""With include=account, whatever stands beside it."""


def has(name: str, value: str | None = None) -> Where:
    """Return the condition that a field is there, or that its only line is ``value``; the name in lower case."""
    if value is None:
        return Where(lambda request: request.lines(name))
    return Where(lambda request: request.lines(name) == [value])
