"""Faults of security: what is echoed, what is revealed, what input can do."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING
from urllib.parse import parse_qsl, unquote

from conformance.reference.app import Api
from conformance.reference.data import DOCUMENTED
from conformance.reference.faults import Area
from conformance.reference.faults.clauses import (
    FIELD_VALUES,
    OWASP_AUTHENTICATION,
    OWASP_CONFIGURATION,
    OWASP_OBJECTS,
    OWASP_REST,
    rfc,
)
from conformance.reference.faults.effects import becomes, content, crashes, field, in_error, open_to_all, with_line
from conformance.reference.faults.needs import CONTESTED
from conformance.reference.faults.seams import both, instead_of, on_answer, on_bytes, on_request
from conformance.reference.faults.where import is_item, starts_with_include
from conformance.reference.message import Answer, Problem
from conformance.reference.serialise import PREFIX

if TYPE_CHECKING:
    from collections.abc import Callable

    from conformance.reference.faults.seams import Install
    from conformance.reference.message import Request
    from conformance.reference.model import Invoice

fault = Area(__name__)


def _reveal(text: str, status: str = "400") -> Install:
    """Let the detail of an error be some text."""
    return in_error(lambda error: error.update(detail=text) if error["status"] == status else None)


def _ids(api: Api) -> list[str]:
    customers = filter(None, map(api.store.customer, (25, 26)))
    return [invoice.id for customer in customers for invoice in api.store.invoices(customer)]


@fault(
    "echo-token-in-401",
    {"SEC-006"},
    OWASP_AUTHENTICATION,
    also={
        "AUTH-005": "the bodies differ",
        "ERR-003": "it is in the detail",
        "HTTP-011": "TRACE is refused with the same words",
    },
)
@instead_of(Api.unauthorised)
def token_in_401(original: Callable[[Request], Problem], request: Request) -> Problem:
    """The detail of a 401 repeats the credentials."""
    problem = original(request)
    problem.detail = f"Not valid: {' '.join(request.lines('authorization'))}"
    return problem


@fault(
    "echo-token-in-field", {"SEC-006"}, OWASP_AUTHENTICATION, also={"HTTP-011": "TRACE is refused with the same field"}
)
@on_answer
def token_in_field(request: Request, answer: Answer) -> None:
    """A debugging field repeats the token on errors."""
    sent = request.lines("authorization")
    if answer.status >= 400 and len(sent) == 1 and sent[0]:
        answer.headers.append(("X-Debug-Authorization", sent[0]))


@fault(
    "echo-signature-in-404",
    {"SEC-006"},
    OWASP_AUTHENTICATION,
    also={"SEC-003": "bodies may differ", "SEC-005": "bodies may differ"},
)
@instead_of(Api.find_invoice)
def signature_in_404(original: Callable[..., Invoice], request: Request, number: str) -> Invoice:
    """The detail of a 404 ends with the signature of the token."""
    try:
        return original(request, number)
    except Problem as problem:
        problem.detail += request.lines("authorization")[0].rpartition(".")[2]
        raise


fault("reveal-stack-trace", {"SEC-007"}, OWASP_CONFIGURATION)(
    "The detail of a 400 is a stack trace.",
    _reveal('Traceback (most recent call last):\n  File "/usr/lib/python3/app.py", line 1, in handle\nKeyError'),
)
fault("reveal-database-message", {"SEC-007"}, OWASP_CONFIGURATION)(
    "The detail of a 404 is a message of the database.",
    _reveal("PG::UndefinedColumn: ERROR: column invoices.x does not exist (SQLSTATE 42703)", "404"),
)
fault("reveal-class-name", {"SEC-007"}, OWASP_CONFIGURATION)(
    "The detail of a 406 names a class of the framework.",
    _reveal("ActiveRecord::RecordNotFound in app/controllers/api/invoices_controller.rb:17", "406"),
)


@fault("reflect-raw-html", {"SEC-008"}, OWASP_REST, also={"ERR-008": "it is not a JSON:API document"})
def raw_html(api: Api) -> None:
    """The 404 for a path that the router does not know repeats the path in HTML."""

    def change(request: Request, answer: Answer) -> None:
        if answer.status == 404 and api.route(request.path) is None:
            answer.set("Content-Type", "text/html")
            answer.body = f"<p>{unquote(request.path)} not found</p>".encode(errors="replace")

    api.on_answer(change)


@fault(
    "reflect-raw-json",
    {"SEC-008"},
    OWASP_REST,
    also={"JSON-001": "the JSON is broken", "ERR-008": "the JSON is broken"},
)
@on_answer
def raw_json(request: Request, answer: Answer) -> None:
    """The include path stands in the error document without being escaped."""
    sent = dict(parse_qsl(request.query)).get("include")
    if answer.status == 400 and sent and any(character in sent for character in '"<{'):
        answer.body = answer.body.replace(b"cannot", b"cannot " + sent.encode(errors="replace"))


fault("injection-in-include-crash", {"SEC-009", "ERR-011"}, OWASP_CONFIGURATION)(
    "A quotation mark in the query is answered with 500.", crashes(lambda request: re.search("'|%27", request.query))
)


@fault(
    "injection-in-id",
    {"SEC-009"},
    OWASP_CONFIGURATION,
    also={"ITEM-025": "an id that is none is found", "ROB-001": "it is not refused"},
)
@instead_of(Api.route)
def injection_in_id(original: Callable[..., tuple[str, str] | None], path: str) -> tuple[str, str] | None:
    """An id that begins with a quotation mark selects the first invoice."""
    tail = unquote(path.removeprefix(f"{PREFIX}/invoices/"))
    return ("item", DOCUMENTED.id) if tail.startswith("'") else original(path)


@fault("path-double-decoding", {"SEC-010"}, OWASP_CONFIGURATION, also={"ITEM-025": "encoded dots are not an id"})
@on_request
def double_decoding(request: Request) -> Answer | None:
    """The path is decoded twice and its dots are resolved, so that other functions are reached."""
    if re.search(r"\.\.|%2e|%252e|%252f|%2f", request.path, re.IGNORECASE):
        return Answer(200, [("Content-Type", "text/html")], b"<!DOCTYPE html><title>Administration</title>")
    return None


fault("path-parameter-crash", {"SEC-010", "ERR-011"}, OWASP_CONFIGURATION)(
    "A path parameter behind the id is answered with 500.", crashes(lambda request: ";" in request.path)
)
fault("path-parameter-without-token", {"SEC-025"}, OWASP_CONFIGURATION)(
    "What asks for a token does not know a path with a parameter; what answers drops the parameter.",
    both(
        open_to_all(lambda request: ";" in request.path),
        instead_of(Api.route)(lambda original, path: original(path.partition(";")[0])),
    ),
)


@fault("line-end-in-request-id", {"SEC-011"}, FIELD_VALUES, also={"HDR-008": "special characters come back"})
@on_bytes
def line_end_in_request_id(request: Request, _answer: Answer, data: bytes) -> bytes:
    """An X-Request-Id of the client is decoded and sent back, with line ends in it."""
    sent = next(iter(request.lines("x-request-id")), "")
    if "%0d%0a" not in sent.lower():
        return data
    value = b"X-Request-Id: " + unquote(sent).encode("latin-1", errors="replace")
    return re.sub(rb"X-Request-Id: [^\r]*", lambda _: value, data, count=1)


@fault("line-end-in-query", {"SEC-011"}, FIELD_VALUES)
@on_bytes
def line_end_in_query(request: Request, _answer: Answer, data: bytes) -> bytes:
    """A field repeats the decoded query, with line ends in it."""
    if "%0d%0a" not in request.query.lower() + request.path.lower():
        return data
    value = unquote(f"{request.path}?{request.query}").encode("latin-1", errors="replace")
    return with_line(data, b"X-Query: " + value.replace(b"\0", b""))


@fault("host-believed", {"SEC-012"}, "OWASP WSTG, host header injection", needs=CONTESTED)
def host_believed(api: Api) -> None:
    """Links carry whatever Host says."""
    api.hosts = frozenset({*api.hosts, "evil.example", "evil.example.com", "attacker.example", "example.com"})

    def authority(original: Callable[[Request], str], request: Request) -> str:
        try:
            return original(request)
        except Problem as problem:
            if problem.status == 421:
                return request.lines("host")[0]
            raise

    api.replace(Api.authority, authority)


@fault(
    "forwarded-host-believed",
    {"SEC-012"},
    "OWASP WSTG, host header injection",
    needs=CONTESTED,
    also={"ITEM-016": "a name that is none gives no URI"},
)
@instead_of(Api.authority)
def forwarded_host(original: Callable[[Request], str], request: Request) -> str:
    """Links carry what X-Forwarded-Host or Forwarded says."""
    forwarded = re.search("host=([^;,]+)", next(iter(request.lines("forwarded")), ""))
    named = next(iter(request.lines("x-forwarded-host")), forwarded[1].strip('"') if forwarded else None)
    return named or original(request)


fault("transport-security-on-http", {"SEC-015"}, rfc(6797, "7.2"))(
    "Strict-Transport-Security is sent over plain http.",
    field("Strict-Transport-Security", "max-age=31536000", lambda request: request.scheme == "http"),
)


@fault(
    "existence-before-authentication",
    {"SEC-019"},
    OWASP_OBJECTS,
    also={"AUTH-005": "a bad token on an unknown id is 404"},
)
def existence_first(api: Api) -> None:
    """Without a token, an unknown invoice is 404 and a known one 401."""

    def unauthorised(original: Callable[[Request], Problem], request: Request) -> Problem:
        route = api.route(request.path)
        known = route is None or any(number == route[1] for number in _ids(api)) or not is_item(request)
        return original(request) if known else api.not_found()

    api.replace(Api.unauthorised, unauthorised)


@fault("administration-open", {"SEC-020"}, "OWASP API5:2023")
def administration(api: Api) -> None:
    """The API of administrators answers to the token of a customer."""

    def hook(request: Request) -> Answer | None:
        if not request.path.startswith("/api/rest/admin"):
            return None
        api.authenticate(request)
        return Answer(200, [("Content-Type", api.media_type)], b'{"data":[]}')

    api.on_request(hook)


fault(
    "crash-with-debug-page",
    {"SEC-007", "ERR-011"},
    OWASP_CONFIGURATION,
    also={
        "ERR-008": "it is not a JSON:API document",
        "INCL-004": "it is not 400",
        "REL-007": "it is not 400",
        "RELD-007": "it is not 400",
    },
)(
    "An unknown include path gives the debug page of the framework.",
    both(
        content(
            "text/html",
            b"<h1>NoMethodError</h1><pre>/home/app/releases/1/app/models/invoice.rb:12:in 'split'</pre>",
            starts_with_include,
            400,
        ),
        becomes(500, starts_with_include, 400),
    ),
)
fault("encoded-path-without-token", {"SEC-025"}, OWASP_CONFIGURATION)(
    "A path with an encoded letter needs no token.", open_to_all(lambda request: "%" in request.path)
)


@fault("original-url-honoured", {"SEC-023"}, "OWASP WSTG, bypassing authorization schema")
@on_request
def original_url(request: Request) -> None:
    """X-Original-URL takes the place of the path."""
    request.path = next(iter(request.lines("x-original-url")), request.path)


@fault("rewrite-url-looked-up", {"SEC-023"}, "OWASP WSTG, bypassing authorization schema")
@on_request
def rewrite_url(request: Request) -> None:
    """X-Rewrite-URL takes the place of the path, and nothing is found there."""
    request.path = "/index" if request.lines("x-rewrite-url") else request.path
