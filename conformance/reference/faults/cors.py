"""Faults of cross-origin resource sharing."""

from __future__ import annotations

from typing import TYPE_CHECKING

from conformance.reference.faults import fault
from conformance.reference.message import Answer

if TYPE_CHECKING:
    from collections.abc import Callable

    from conformance.reference.app import Api
    from conformance.reference.message import Request

CORS = "Fetch standard, CORS protocol"


@fault("cors-origin-reflected", caught_by={"SEC-017"}, clause=CORS, also={"SEC-018": "Vary does not list Origin"})
def origin_reflected(api: Api) -> None:
    """Every Origin is allowed, together with credentials."""

    def change(request: Request, answer: Answer) -> None:
        for origin in request.lines("origin")[:1]:
            answer.headers.append(("Access-Control-Allow-Origin", origin))
            answer.headers.append(("Access-Control-Allow-Credentials", "true"))

    api.on_answer(change)


@fault("cors-origin-suffix", caught_by={"SEC-017"}, clause=CORS)
def origin_suffix(api: Api) -> None:
    """An Origin is allowed with credentials when the name of a partner is in it."""

    def change(request: Request, answer: Answer) -> None:
        answer.set("Vary", "Accept, Origin")
        for origin in request.lines("origin")[:1]:
            if "trusted" in origin or origin == "null":
                answer.headers.append(("Access-Control-Allow-Origin", origin))
                answer.headers.append(("Access-Control-Allow-Credentials", "true"))

    api.on_answer(change)


@fault(
    "cors-any-with-credentials", caught_by={"SEC-018"}, clause=CORS, also={"SEC-017": "credentials are allowed to all"}
)
def any_with_credentials(api: Api) -> None:
    """All origins are allowed, together with credentials."""

    def change(request: Request, answer: Answer) -> None:
        if request.lines("origin"):
            answer.headers.append(("Access-Control-Allow-Origin", "*"))
            answer.headers.append(("Access-Control-Allow-Credentials", "true"))

    api.on_answer(change)


@fault("cors-write-methods", caught_by={"SEC-018"}, clause=CORS)
def write_methods(api: Api) -> None:
    """A preflight allows methods that change data."""

    def change(request: Request, answer: Answer) -> None:
        if request.method == "OPTIONS" and request.lines("origin"):
            answer.headers.append(("Access-Control-Allow-Origin", "*"))
            answer.headers.append(("Access-Control-Allow-Methods", "GET, POST, PUT, PATCH, DELETE"))

    api.on_answer(change)


def _allow(api: Api, allowed: Callable[[str, str], bool], method: str = "GET") -> None:
    """Allow origins with credentials that ``allowed`` finds like the name of the server."""

    def change(request: Request, answer: Answer) -> None:
        answer.set("Vary", "Accept, Origin")
        for origin in request.lines("origin")[:1]:
            if request.method == method and allowed(origin.partition("://")[2], request.host.rpartition(":")[0]):
                answer.headers.append(("Access-Control-Allow-Origin", origin))
                answer.headers.append(("Access-Control-Allow-Credentials", "true"))

    api.on_answer(change)


@fault("cors-own-name-at-the-beginning", caught_by={"SEC-017"}, clause=CORS)
def own_name_at_the_beginning(api: Api) -> None:
    """An Origin is allowed that begins like the own one."""
    _allow(api, lambda origin, own: origin.startswith(own))


@fault("cors-own-name-at-the-end", caught_by={"SEC-017"}, clause=CORS)
def own_name_at_the_end(api: Api) -> None:
    """An Origin is allowed that ends like the own one."""
    _allow(api, lambda origin, own: origin.endswith(own))


@fault("cors-preflight-reflects", caught_by={"SEC-017"}, clause=CORS)
def preflight_reflects(api: Api) -> None:
    """The answer to a preflight promises credentials to every Origin."""
    _allow(api, lambda _origin, _own: True, "OPTIONS")
