"""Faults of a cache that stands in front of the server."""

from __future__ import annotations

from typing import TYPE_CHECKING

from conformance.reference.data import INVOICE_IDS
from conformance.reference.faults import fault
from conformance.reference.faults.tools import (
    is_collection,
    is_related,
)
from conformance.reference.message import Answer

if TYPE_CHECKING:
    from collections.abc import Callable

    from conformance.reference.app import Api
    from conformance.reference.message import Request


def _keep(api: Api, served: Callable[[Request], bool]) -> None:
    kept: dict[tuple[str, str], Answer] = {}

    def answer(original: Callable[[Request], Answer], request: Request) -> Answer:
        key = (request.method, f"{request.path}?{request.query}")
        if key in kept and served(request):
            return Answer(200, list(kept[key].headers), kept[key].body)
        made = original(request)
        if made.status == 200 and request.method == "GET":
            kept[key] = Answer(200, list(made.headers), made.body)
        return made

    api.replace("answer", answer)


@fault(
    "cache-serves-nobody",
    stateful=True,
    caught_by={"CACHE-008"},
    clause="RFC 9111, section 3.5",
    also={
        "AUTH-001": "a stored copy needs no credentials",
        "AUTH-005": "a missing token is answered in another way",
        "SEC-019": "a known and an unknown invoice differ without a token",
    },
)
def serves_nobody(api: Api) -> None:
    """A stored copy is served to requests without credentials."""
    _keep(api, lambda request: not request.lines("authorization"))


@fault(
    "cache-serves-other-customer",
    stateful=True,
    caught_by={"CACHE-009"},
    clause="RFC 9111, section 3.5",
    also={
        "SEC-001": "an invoice of the other customer is shown",
        "SEC-002": "an account of the other customer is shown",
        "ROB-008": "customers get each other's invoices",
    },
    needs={"second-customer"},
)
def serves_other_customer(api: Api) -> None:
    """A stored copy is served to whoever has valid credentials."""

    def served(request: Request) -> bool:
        try:
            api.authenticate(request)
        except Exception:  # noqa: BLE001 - a fault, and any refusal means the same
            return False
        plain = not any(request.lines(name) for name in ("if-none-match", "if-match", "range", "content-type"))
        return plain and request.lines("accept") == ["application/vnd.api+json"]

    _keep(api, served)


def _keep_for_all(api: Api, where: Callable[[Request], bool]) -> None:
    """Serve whoever has credentials with the first answer to the same path and query."""
    kept: dict[tuple[str, str], Answer] = {}

    def answer(original: Callable[[Request], Answer], request: Request) -> Answer:
        plain = request.method == "GET" and not request.lines("if-none-match")
        if not plain or not where(request) or request.lines("accept") != ["application/vnd.api+json"]:
            return original(request)
        api.authenticate(request)
        key = (request.path, request.query)
        if key not in kept:
            found = original(request)
            kept[key] = Answer(200, list(found.headers), found.body)
        return Answer(200, list(kept[key].headers), kept[key].body)

    api.replace("answer", answer)


@fault(
    "cache-serves-collection-to-all",
    stateful=True,
    caught_by={"CACHE-009"},
    clause="RFC 9111, section 3.5",
    needs={"second-customer", "collection"},
)
def serves_collection(api: Api) -> None:
    """Whoever asks for the collection gets the first customer's stored copy."""
    _keep_for_all(api, lambda request: is_collection(request) and not request.query)


@fault(
    "cache-serves-account-to-all",
    stateful=True,
    caught_by={"CACHE-009"},
    clause="RFC 9111, section 3.5",
    needs={"second-customer"},
)
def serves_account(api: Api) -> None:
    """Whoever asks for the account of an invoice gets the owner's stored copy."""
    _keep_for_all(api, lambda request: is_related(request) and any(own in request.path for own in INVOICE_IDS))
