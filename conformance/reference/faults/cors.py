"""Faults of cross-origin resource sharing."""

from __future__ import annotations

from typing import TYPE_CHECKING

from conformance.reference.faults import Area
from conformance.reference.faults.clauses import CORS
from conformance.reference.faults.seams import effect, on_answer
from conformance.reference.message import Answer

if TYPE_CHECKING:
    from collections.abc import Callable

    from conformance.reference.app import Api
    from conformance.reference.message import Request

fault = Area(__name__)
ORIGIN, CREDENTIALS = "Access-Control-Allow-Origin", ("Access-Control-Allow-Credentials", "true")


def _with_credentials(answer: Answer, origin: str) -> None:
    answer.headers += [(ORIGIN, origin), CREDENTIALS]


@effect
def _allow(api: Api, allowed: Callable[[str, str], bool], method: str = "GET") -> None:
    """Allow origins with credentials that ``allowed`` finds like the name of the server."""

    def change(request: Request, answer: Answer) -> None:
        answer.set("Vary", "Accept, Origin")
        for origin in request.lines("origin")[:1]:
            if request.method == method and allowed(origin.partition("://")[2], request.host.rpartition(":")[0]):
                _with_credentials(answer, origin)

    api.on_answer(change)


@fault("cors-origin-reflected", {"SEC-017"}, CORS, also={"SEC-018": "Vary does not list Origin"})
@on_answer
def origin_reflected(request: Request, answer: Answer) -> None:
    """Every Origin is allowed, together with credentials."""
    for origin in request.lines("origin")[:1]:
        _with_credentials(answer, origin)


@fault("cors-origin-suffix", {"SEC-017"}, CORS)
@on_answer
def origin_suffix(request: Request, answer: Answer) -> None:
    """An Origin is allowed with credentials when the name of a partner is in it."""
    answer.set("Vary", "Accept, Origin")
    for origin in request.lines("origin")[:1]:
        if "trusted" in origin or origin == "null":
            _with_credentials(answer, origin)


@fault("cors-any-with-credentials", {"SEC-018"}, CORS, also={"SEC-017": "credentials are allowed to all"})
@on_answer
def any_with_credentials(request: Request, answer: Answer) -> None:
    """All origins are allowed, together with credentials."""
    if request.lines("origin"):
        _with_credentials(answer, "*")


@fault("cors-write-methods", {"SEC-030"}, CORS)
@on_answer
def write_methods(request: Request, answer: Answer) -> None:
    """A preflight allows methods that change data."""
    if request.method == "OPTIONS" and request.lines("origin"):
        answer.headers += [(ORIGIN, "*"), ("Access-Control-Allow-Methods", "GET, POST, PUT, PATCH, DELETE")]


fault("cors-own-name-at-the-beginning", {"SEC-017"}, CORS)(
    "An Origin is allowed that begins like the own one.", _allow(lambda origin, own: origin.startswith(own))
)
fault("cors-own-name-at-the-end", {"SEC-017"}, CORS)(
    "An Origin is allowed that ends like the own one.", _allow(lambda origin, own: origin.endswith(own))
)
fault("cors-preflight-reflects", {"SEC-017"}, CORS)(
    "The answer to a preflight promises credentials to every Origin.", _allow(lambda _origin, _own: True, "OPTIONS")
)
