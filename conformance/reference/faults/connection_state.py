"""Faults by which a connection or its worker remembers who asked before."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

from conformance.reference.app import Api
from conformance.reference.faults import Area
from conformance.reference.faults.clauses import OWASP_AUTHENTICATION, OWASP_OBJECTS
from conformance.reference.faults.needs import SECOND
from conformance.reference.faults.seams import effect
from conformance.reference.faults.where import is_related
from conformance.reference.message import Answer, Request

if TYPE_CHECKING:
    from conformance.reference.model import Customer

# Connections carry other requests, too.
_ANYTHING = (
    *("AUTH-001", "AUTH-002", "AUTH-004", "AUTH-005", "AUTH-009", "AUTH-014", "CACHE-003", "CACHE-008", "COND-016"),
    *("ERR-014", "HTTP-029", "JWT-016", "JWT-017", "ROB-008", "ROB-009", "ROB-014", "SEC-019", "SEC-025", "SEC-028"),
)
_ALSO = dict.fromkeys(_ANYTHING, "it follows on a connection that was used before")
_OF_CUSTOMERS = ("CACHE-009", "SEC-001", "SEC-003", "SEC-026", "SEC-029", "ROB-015")
fault = Area(__name__, OWASP_AUTHENTICATION, stateful=True)


@effect
def _remembers(api: Api, when: Callable[[Request, Answer], object], *, over_a_token: bool = False) -> None:
    """Let whoever was known at the last request of a connection that ``when`` is true of be known at the next."""
    known: dict[int, Customer] = {}

    def authenticate(original: Callable[[Request], Customer], request: Request) -> Customer:
        before = known.pop(request.connection.number, None)
        if before is not None and (over_a_token or not request.lines("authorization")):
            return before
        return original(request)

    def keep(request: Request, answer: Answer) -> None:
        if request.customer is not None and request.lines("authorization") and when(request, answer):
            known[request.connection.number] = request.customer

    api.replace(Api.authenticate, authenticate)
    api.on_answer(keep)


for _name, _what, _when in (
    ("bad-request", "a refused parameter", lambda _, answer: answer.status == 400),
    ("not-found", "an invoice that was not found", lambda _, answer: answer.status == 404),
    ("not-acceptable", "a 406", lambda _, answer: answer.status == 406),
    ("unsupported-type", "a 415", lambda _, answer: answer.status == 415),
    ("not-allowed", "a 405", lambda _, answer: answer.status == 405),
    ("not-modified", "a 304", lambda _, answer: answer.status == 304),
    ("head", "HEAD", lambda request, answer: request.method == "HEAD" and answer.status == 200),
    ("precondition", "a 412", lambda _, answer: answer.status == 412),
    ("scheme", "a token behind its scheme", lambda request, _: request.lines("authorization")[0].startswith("Bearer")),
    ("range", "a range", lambda request, answer: request.lines("range") and answer.status in {200, 206}),
    ("account", "an account", lambda request, answer: is_related(request) and answer.status == 200),
    ("inclusion", "an inclusion", lambda request, answer: "include=account" in request.query and answer.status == 200),
):
    fault(f"state-after-{_name}", {"ROB-015"}, also=_ALSO)(
        f"The token of a request is not forgotten after {_what}.", _remembers(_when)
    )


@fault("state-of-parameters", {"ROB-016"}, OWASP_OBJECTS, needs=SECOND)
def parameters(api: Api) -> None:
    """A request without parameters has those with which the one before on its connection was answered."""
    asked: dict[int, str] = {}

    def add(request: Request) -> None:
        before = asked.pop(request.connection.number, "")
        request.query = request.query or before

    def keep(request: Request, answer: Answer) -> None:
        if request.query == "include=account" and answer.status == 200:
            asked[request.connection.number] = request.query

    api.on_request(add)
    api.on_answer(keep)


for _name, _what, _when in (
    ("bad-request", "a refused parameter", lambda _, answer: answer.status == 400),
    ("not-modified", "a 304", lambda _, answer: answer.status == 304),
    ("not-found", "an invoice that was not found", lambda _, answer: answer.status == 404),
    ("not-acceptable", "a 406", lambda _, answer: answer.status == 406),
    ("precondition", "a 412", lambda _, answer: answer.status == 412),
    ("head", "HEAD", lambda request, answer: request.method == "HEAD" and answer.status == 200),
):
    fault(
        f"state-of-customer-after-{_name}",
        {"ROB-016"},
        OWASP_OBJECTS,
        needs=SECOND,
        also={
            **_ALSO,
            **dict.fromkeys(("CACHE-009", "SEC-001", "SEC-003", "SEC-026", "SEC-029", "ROB-015"), "as above"),
        },
    )(
        f"After {_what} the next request of the connection is taken for the same customer's.",
        _remembers(_when, over_a_token=True),
    )
