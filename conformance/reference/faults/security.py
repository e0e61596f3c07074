"""Faults of security: what is echoed, what is revealed, what input can do."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING
from urllib.parse import parse_qsl, unquote

from conformance.reference.data import CUSTOMER, DOCUMENTED
from conformance.reference.faults import fault
from conformance.reference.faults.tools import alter_errors, is_item, set_field, status_is
from conformance.reference.message import Answer, Problem
from conformance.reference.serialise import PREFIX

if TYPE_CHECKING:
    from collections.abc import Callable

    from conformance.reference.app import Api
    from conformance.reference.message import Document, Request
    from conformance.reference.model import Customer

ECHO = "OWASP API2:2023"
REVEAL = "OWASP API8:2023"
CORS = "Fetch standard, CORS protocol"


@fault(
    "echo-token-in-401",
    caught_by={"SEC-006"},
    clause=ECHO,
    also={
        "AUTH-005": "the bodies differ",
        "ERR-003": "it is in the detail",
        "HTTP-011": "TRACE is refused with the same words",
    },
)
def token_in_401(api: Api) -> None:
    """The detail of a 401 repeats the credentials."""

    def unauthorised(original: Callable[[Request], Problem], request: Request) -> Problem:
        problem = original(request)
        problem.detail = f"Not valid: {' '.join(request.lines('authorization'))}"
        return problem

    api.replace("unauthorised", unauthorised)


@fault(
    "echo-token-in-field", caught_by={"SEC-006"}, clause=ECHO, also={"HTTP-011": "TRACE is refused with the same field"}
)
def token_in_field(api: Api) -> None:
    """A debugging field repeats the token on errors."""

    def change(request: Request, answer: Answer) -> None:
        sent = request.lines("authorization")
        if answer.status >= 400 and len(sent) == 1 and sent[0]:
            answer.headers.append(("X-Debug-Authorization", sent[0]))

    api.on_answer(change)


@fault(
    "echo-signature-in-404",
    caught_by={"SEC-006"},
    clause=ECHO,
    also={"SEC-003": "bodies may differ", "SEC-005": "bodies may differ"},
)
def signature_in_404(api: Api) -> None:
    """The detail of a 404 ends with the signature of the token."""

    def find(original: Callable[..., object], request: Request, number: str) -> object:
        try:
            return original(request, number)
        except Problem as problem:
            problem.detail += request.lines("authorization")[0].rpartition(".")[2]
            raise

    api.replace("find_invoice", find)


def _reveal(api: Api, text: str, status: str = "400") -> None:
    def change(error: Document) -> None:
        if error["status"] == status:
            error["detail"] = text

    alter_errors(api, change)


@fault("reveal-stack-trace", caught_by={"SEC-007"}, clause=REVEAL)
def stack_trace(api: Api) -> None:
    """The detail of a 400 is a stack trace."""
    _reveal(api, 'Traceback (most recent call last):\n  File "/usr/lib/python3/app.py", line 1, in handle\nKeyError')


@fault("reveal-database-message", caught_by={"SEC-007"}, clause=REVEAL)
def database_message(api: Api) -> None:
    """The detail of a 404 is a message of the database."""
    _reveal(api, "PG::UndefinedColumn: ERROR: column invoices.x does not exist (SQLSTATE 42703)", "404")


@fault("reveal-class-name", caught_by={"SEC-007"}, clause=REVEAL)
def class_name(api: Api) -> None:
    """The detail of a 406 names a class of the framework."""
    _reveal(api, "ActiveRecord::RecordNotFound in app/controllers/api/invoices_controller.rb:17", "406")


@fault(
    "reflect-raw-html",
    caught_by={"SEC-008"},
    clause="OWASP REST Security",
    also={"ERR-008": "it is no JSON:API document"},
)
def raw_html(api: Api) -> None:
    """The 404 for a path that the router does not know repeats the path in HTML."""

    def change(request: Request, answer: Answer) -> None:
        if answer.status == 404 and api.route(request.path) is None:
            answer.set("Content-Type", "text/html")
            answer.body = f"<p>{unquote(request.path)} not found</p>".encode(errors="replace")

    api.on_answer(change)


@fault(
    "reflect-raw-json",
    caught_by={"SEC-008"},
    clause="OWASP REST Security",
    also={"JSON-001": "the JSON is broken", "ERR-008": "the JSON is broken"},
)
def raw_json(api: Api) -> None:
    """The include path stands in the error document without being escaped."""

    def change(request: Request, answer: Answer) -> None:
        sent = dict(parse_qsl(request.query)).get("include")
        if answer.status == 400 and sent and any(character in sent for character in '"<{'):
            answer.body = answer.body.replace(b"cannot", b"cannot " + sent.encode(errors="replace"))

    api.on_answer(change)


@fault("injection-in-include-crash", caught_by={"SEC-009", "ERR-011"}, clause=REVEAL)
def injection_crash(api: Api) -> None:
    """A quotation mark in the query is answered with 500."""

    def hook(request: Request) -> Answer | None:
        if re.search("'|%27", request.query):
            raise Problem(500, "Internal server error", "Something went wrong.")
        return None

    api.on_request(hook)


@fault(
    "injection-in-id",
    caught_by={"SEC-009"},
    clause=REVEAL,
    also={"ITEM-025": "an id that is none is found", "ROB-001": "it is not refused"},
)
def injection_in_id(api: Api) -> None:
    """An id that begins with a quotation mark selects the first invoice."""

    def route(original: Callable[..., tuple[str, str] | None], path: str) -> tuple[str, str] | None:
        tail = unquote(path.removeprefix(f"{PREFIX}/invoices/"))
        return ("item", DOCUMENTED.id) if tail.startswith("'") else original(path)

    api.replace("route", route)


@fault("path-double-decoding", caught_by={"SEC-010"}, clause=REVEAL)
def double_decoding(api: Api) -> None:
    """The path is decoded twice and its dots are resolved, so that other functions are reached."""

    def hook(request: Request) -> Answer | None:
        if re.search(r"\.\.|%2e|%252e|%252f|%2f", request.path, re.IGNORECASE):
            return Answer(200, [("Content-Type", "text/html")], b"<!DOCTYPE html><title>Administration</title>")
        return None

    api.on_request(hook)


@fault("path-parameter-crash", caught_by={"SEC-010", "ERR-011"}, clause=REVEAL)
def path_parameter(api: Api) -> None:
    """A path parameter behind the id is answered with 500."""

    def hook(request: Request) -> Answer | None:
        if ";" in request.path:
            raise Problem(500, "Internal server error", "Something went wrong.")
        return None

    api.on_request(hook)


@fault("path-parameter-without-token", caught_by={"SEC-010"}, clause=REVEAL)
def path_parameter_without_token(api: Api) -> None:
    """What asks for a token does not know a path with a parameter; what answers drops the parameter."""

    def authenticate(original: Callable[[Request], object], request: Request) -> object:
        unknown = ";" in request.path and not request.lines("authorization")
        return DOCUMENTED.account.customer if unknown else original(request)

    api.replace("authenticate", authenticate)
    api.replace("route", lambda original, path: original(path.partition(";")[0]))


@fault(
    "line-end-in-request-id",
    caught_by={"SEC-011"},
    clause="RFC 9110, section 5.5",
    also={"HDR-008": "special characters come back"},
)
def line_end_in_request_id(api: Api) -> None:
    """An X-Request-Id of the client is decoded and sent back, with line ends in it."""

    def change(request: Request, _answer: Answer, data: bytes) -> bytes:
        sent = next(iter(request.lines("x-request-id")), "")
        if "%0d%0a" not in sent.lower():
            return data
        value = b"X-Request-Id: " + unquote(sent).encode("latin-1", errors="replace")
        return re.sub(rb"X-Request-Id: [^\r]*", lambda _: value, data, count=1)

    api.on_bytes(change)


@fault("line-end-in-query", caught_by={"SEC-011"}, clause="RFC 9110, section 5.5")
def line_end_in_query(api: Api) -> None:
    """A field repeats the decoded query, with line ends in it."""

    def change(request: Request, _answer: Answer, data: bytes) -> bytes:
        if "%0d%0a" not in request.query.lower() + request.path.lower():
            return data
        value = unquote(f"{request.path}?{request.query}").encode("latin-1", errors="replace")
        return data.replace(b"\r\n\r\n", b"\r\nX-Query: " + value.replace(b"\0", b"") + b"\r\n\r\n", 1)

    api.on_bytes(change)


@fault("host-believed", caught_by={"SEC-012"}, clause="OWASP WSTG, host header injection", needs={"contested"})
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

    api.replace("authority", authority)


@fault(
    "forwarded-host-believed", caught_by={"SEC-012"}, clause="OWASP WSTG, host header injection", needs={"contested"}
)
def forwarded_host(api: Api) -> None:
    """Links carry what X-Forwarded-Host or Forwarded says."""

    def authority(original: Callable[[Request], str], request: Request) -> str:
        forwarded = re.search("host=([^;,]+)", next(iter(request.lines("forwarded")), ""))
        named = next(iter(request.lines("x-forwarded-host")), forwarded[1].strip('"') if forwarded else None)
        return named or original(request)

    api.replace("authority", authority)


@fault("transport-security-on-http", caught_by={"SEC-015"}, clause="RFC 6797, section 7.2")
def transport_security(api: Api) -> None:
    """Strict-Transport-Security is sent over plain http."""
    set_field(api, "Strict-Transport-Security", "max-age=31536000", lambda request, _: request.scheme == "http")


@fault(
    "existence-before-authentication",
    caught_by={"SEC-019"},
    clause="OWASP API1:2023",
    also={"AUTH-005": "a bad token on an unknown id is 404"},
)
def existence_first(api: Api) -> None:
    """Without a token, an unknown invoice is 404 and a known one 401."""

    def unauthorised(original: Callable[[Request], Problem], request: Request) -> Problem:
        route = api.route(request.path)
        known = route is None or any(number == route[1] for number in _ids(api)) or not is_item(request)
        return original(request) if known else api.not_found()

    api.replace("unauthorised", unauthorised)


def _ids(api: Api) -> list[str]:
    customers = filter(None, map(api.store.customer, (25, 26)))
    return [invoice.id for customer in customers for invoice in api.store.invoices(customer)]


@fault("administration-open", caught_by={"SEC-020"}, clause="OWASP API5:2023")
def administration(api: Api) -> None:
    """The API of administrators answers to the token of a customer."""

    def hook(request: Request) -> Answer | None:
        if request.path.startswith("/api/rest/admin"):
            api.authenticate(request)
            return Answer(200, [("Content-Type", api.media_type)], b'{"data":[]}')
        return None

    api.on_request(hook)


@fault(
    "crash-with-debug-page",
    caught_by={"SEC-007", "ERR-011"},
    clause=REVEAL,
    also={
        "ERR-008": "it is no JSON:API document",
        "INCL-004": "it is not 400",
        "REL-007": "it is not 400",
        "RELD-007": "it is not 400",
    },
)
def debug_page(api: Api) -> None:
    """An unknown include path gives the debug page of the framework."""

    def change(request: Request, answer: Answer) -> None:
        if status_is(400)(request, answer) and request.query.startswith("include="):
            answer.status = 500
            answer.set("Content-Type", "text/html")
            answer.body = b"<h1>NoMethodError</h1><pre>/home/app/releases/1/app/models/invoice.rb:12:in 'split'</pre>"

    api.on_answer(change)


def _open(api: Api, where: Callable[[Request], bool]) -> None:
    def authenticate(original: Callable[[Request], Customer], request: Request) -> Customer:
        return CUSTOMER if where(request) and not request.lines("authorization") else original(request)

    api.replace("authenticate", authenticate)


@fault("encoded-path-without-token", caught_by={"SEC-010"}, clause="OWASP API8:2023")
def encoded_path_without_token(api: Api) -> None:
    """A path with an encoded letter needs no token."""
    _open(api, lambda request: "%" in request.path)


@fault("original-url-honoured", caught_by={"SEC-023"}, clause="OWASP WSTG, bypassing authorization schema")
def original_url(api: Api) -> None:
    """X-Original-URL takes the place of the path."""

    def answer(original: Callable[[Request], Answer], request: Request) -> Answer:
        request.path = next(iter(request.lines("x-original-url")), request.path)
        return original(request)

    api.replace("answer", answer)


@fault("rewrite-url-looked-up", caught_by={"SEC-023"}, clause="OWASP WSTG, bypassing authorization schema")
def rewrite_url(api: Api) -> None:
    """X-Rewrite-URL takes the place of the path, and nothing is found there."""

    def answer(original: Callable[[Request], Answer], request: Request) -> Answer:
        if request.lines("x-rewrite-url"):
            request.path = "/index"
        return original(request)

    api.replace("answer", answer)
