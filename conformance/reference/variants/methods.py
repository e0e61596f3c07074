"""Other answers to methods that only look, and to those that would write."""

from __future__ import annotations

import dataclasses
from typing import TYPE_CHECKING

from conformance.reference.message import Answer, Problem
from conformance.reference.variants import variant
from conformance.reference.variants.tools import PAGE, add_fields, vary_by

if TYPE_CHECKING:
    from collections.abc import Callable

    from conformance.reference.app import Api
    from conformance.reference.message import Request

WRITES = frozenset({"POST", "PUT", "PATCH", "DELETE"})
OPTIONS = "RFC 9110, section 9.3.7"
METHODS = "RFC 9110, section 9.1"
CORS = "Fetch Standard, CORS protocol"


def _page(status: int, *fields: tuple[str, str]) -> Answer:
    return Answer(status, [("Content-Type", "text/html"), *fields], PAGE)


@variant("head-refused", clause=METHODS, touches={"head"}, departs={"HTTP-005": "MUST"})
def head_refused(api: Api) -> None:
    """HEAD is refused with 405 for everything: HTTP demands it of every server, and nothing else follows from that."""
    api.allow = "GET, OPTIONS"

    def refuse(request: Request) -> Answer | None:
        return _page(405, ("Allow", api.allow)) if request.method == "HEAD" else None

    api.on_request(refuse)


def _refusing(answer: Callable[[Request], Answer | None]) -> Callable[[Api], None]:
    """Refuse writes before anything else is looked at."""

    def install(api: Api) -> None:
        api.on_request(lambda request: answer(request) if request.method in WRITES else None)

    return install


def _framed(request: Request) -> bool:
    return bool(request.lines("content-length") or request.lines("transfer-encoding"))


# Name, what is sent, clause, sentence.
_WRITES: tuple[tuple[str, Callable[[Request], Answer | None], str, str], ...] = (
    (
        "writes-not-found",
        lambda _: _page(404),
        "RFC 9110, section 15.5.5",
        "No route has a write method: 404, in the words of a router.",
    ),
    ("writes-forbidden", lambda _: _page(403), "RFC 9110, section 15.5.4", "A gateway forbids write methods."),
    ("writes-not-implemented", lambda _: _page(501), "RFC 9110, section 15.6.2", "Write methods are not implemented."),
    (
        "writes-without-media-type-refused",
        lambda request: None if request.lines("content-type") else _page(415),
        "RFC 9110, section 15.5.16",
        "A write without Content-Type is refused with 415 before it is routed.",
    ),
    (
        "writes-without-length-refused",
        lambda request: None if _framed(request) else _page(411),
        "RFC 9110, section 15.5.12",
        "A write without Content-Length is refused with 411 before it is routed.",
    ),
    (
        "writes-without-content-refused",
        lambda request: None if request.content else _page(400),
        "RFC 9110, section 15.5.1",
        "A write without content is refused with 400 before it is routed.",
    ),
    (
        "writes-without-precondition-refused",
        lambda request: None if request.method == "POST" or request.lines("if-match") else _page(428),
        "RFC 6585, section 3",
        "A write without If-Match is refused with 428 before it is routed.",
    ),
)
for _name, _sent, _clause, _sentence in _WRITES:
    # By the letter of JSON:API an update of a relationship that exists is 403.
    _departs = {"REL-009": "MUST"} if _name == "writes-not-found" else {}
    variant(_name, clause=_clause, touches={"writes"}, departs=_departs, sentence=_sentence)(_refusing(_sent))


# Name, status, sentence.
for _name, _status, _sentence in (
    ("unknown-methods-not-allowed", 405, "A method that does not exist is refused with 405."),
    ("unknown-methods-bad-request", 400, "A method that does not exist is refused with 400 by the HTTP layer."),
):

    def _unknown(api: Api, status: int = _status) -> None:
        known = WRITES | {"GET", "HEAD", "OPTIONS", "TRACE", "CONNECT", "QUERY"}
        fields = [("Allow", api.allow)] if status == 405 else []
        api.on_request(lambda request: None if request.method in known else _page(status, *fields))

    variant(_name, clause=METHODS, touches={"unknown-methods"}, sentence=_sentence)(_unknown)


@variant("trace-refused-by-a-gateway", clause="RFC 9110, section 9.3.8", touches={"trace"})
def trace_refused(api: Api) -> None:
    """TRACE is refused by a gateway, before the token is looked at."""
    refused = (("Allow", "GET, HEAD, POST, OPTIONS"),)
    api.on_request(lambda request: _page(405, *refused) if request.method == "TRACE" else None)


def _options(answer: Callable[[Api, Request], Answer]) -> Callable[[Api], None]:
    def install(api: Api) -> None:
        api.on_request(lambda request: answer(api, request) if request.method == "OPTIONS" else None)

    return install


def _authenticated(api: Api, request: Request) -> Answer:
    request.customer = api.authenticate(request)
    return Answer(204, [("Allow", api.allow)])


# Name, what is sent, sentence.
_OPTIONS: tuple[tuple[str, Callable[[Api, Request], Answer], str], ...] = (
    (
        "options-with-content",
        lambda api, _: Answer(
            200, [("Allow", api.allow), ("Content-Type", "application/json")], b'{"methods":["GET"]}'
        ),
        "OPTIONS is answered with 200 and a description.",
    ),
    (
        "options-empty",
        lambda api, _: Answer(200, [("Allow", api.allow)]),
        "OPTIONS is answered with 200 and no content.",
    ),
    (
        "options-not-allowed",
        lambda _api, _: _page(405, ("Allow", "GET, HEAD")),
        "OPTIONS is refused with 405.",
    ),
    ("options-not-found", lambda _api, _: _page(404), "OPTIONS has no route."),
    ("options-needs-a-token", _authenticated, "OPTIONS needs a token."),
)
for _name, _described, _sentence in _OPTIONS:
    variant(_name, clause=OPTIONS, touches={"options"}, sentence=_sentence)(_options(_described))


def _overridden(method: str) -> Callable[[Api], None]:
    """Obey X-HTTP-Method-Override on requests with ``method``."""

    def install(api: Api) -> None:
        def answer(original: Callable[[Request], Answer], request: Request) -> Answer:
            wanted = request.lines("x-http-method-override")
            if request.method == method and wanted:
                request = dataclasses.replace(request, method=wanted[0].upper())
            return original(request)

        api.replace("answer", answer)

    return install


for _name, _method, _sentence in (
    ("override-of-post-obeyed", "POST", "X-HTTP-Method-Override makes a GET of a POST, as several frameworks do."),
    ("override-of-get-obeyed", "GET", "X-HTTP-Method-Override makes OPTIONS, or a refused DELETE, of a GET."),
):
    variant(_name, clause=METHODS, touches={"override", "options", "writes", "negotiation"}, sentence=_sentence)(
        _overridden(_method)
    )


@variant("content-of-get-refused", clause="RFC 9110, section 9.3.1", touches={"content"})
def content_of_get_refused(api: Api) -> None:
    """A GET with content is refused with 400."""

    def refuse(request: Request) -> Answer | None:
        if request.method in {"GET", "HEAD"} and request.content:
            raise Problem(400, "Bad request", "Content has no meaning here.")
        return None

    api.on_request(refuse)


@variant("expectations-refused", clause="RFC 9110, section 10.1.1", touches={"expect"})
def expectations_refused(api: Api) -> None:
    """An Expect field of any value is refused with 417."""
    api.on_request(lambda request: _page(417) if request.lines("expect") else None)


@variant("cors-any-origin", clause=CORS, touches={"cors"})
def any_origin(api: Api) -> None:
    """Every origin may read the answers, without credentials."""
    fields = [("Access-Control-Allow-Origin", "*"), ("Access-Control-Expose-Headers", "ETag, X-Request-Id")]
    add_fields(api, fields, lambda request, _: request.method != "OPTIONS")


@variant("cors-own-origins", clause=CORS, touches={"cors", "vary"})
def own_origins(api: Api) -> None:
    """Origins of the operator may read the answers, with credentials; others get no field."""

    def change(request: Request, answer: Answer) -> None:
        vary_by(answer, "Origin")
        if request.lines("origin") == ["https://portal.example.org"]:
            answer.headers.append(("Access-Control-Allow-Origin", "https://portal.example.org"))
            answer.headers.append(("Access-Control-Allow-Credentials", "true"))

    api.on_answer(change)


@variant("cors-refused", clause="RFC 9110, section 15.5.4", touches={"cors"})
def other_origins_refused(api: Api) -> None:
    """A request from a page of another origin is refused with 403, as Spring does."""

    def refuse(request: Request) -> Answer | None:
        return _page(403) if request.lines("origin") else None

    api.on_request(refuse)


@variant("cors-of-a-gateway", clause=CORS, touches={"cors", "options"})
def of_a_gateway(api: Api) -> None:
    """A gateway answers preflights for all of its services, with every method that one of them has."""
    allowed = [
        ("Access-Control-Allow-Origin", "*"),
        ("Access-Control-Allow-Methods", "GET, HEAD, POST, PUT, PATCH, DELETE, OPTIONS"),
        ("Access-Control-Allow-Headers", "authorization, content-type, if-none-match"),
        ("Access-Control-Max-Age", "600"),
    ]

    def preflight(request: Request) -> Answer | None:
        is_preflight = request.method == "OPTIONS" and request.lines("access-control-request-method")
        return Answer(204, [*allowed, ("Allow", api.allow)]) if is_preflight else None

    api.on_request(preflight)
