"""The reference server as an ASGI application: routing and the order in which a request is judged."""

from __future__ import annotations

import re
import time
from typing import TYPE_CHECKING
from urllib.parse import unquote_to_bytes, urlsplit

from starlette.requests import ClientDisconnect
from starlette.requests import Request as Incoming
from starlette.responses import Response

from conformance.reference.answers import Answers
from conformance.reference.clock import Clock
from conformance.reference.message import Answer, Connection, Document, Problem, Request
from conformance.reference.query import ENDPOINTS, Queries, Query
from conformance.reference.selection import Record
from conformance.reference.serialise import PREFIX

if TYPE_CHECKING:
    from collections.abc import Sequence

    from starlette.types import Receive, Scope, Send

    from conformance.reference.model import Account, Invoice
    from conformance.reference.store import Store

KNOWN_METHODS = frozenset(("GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "CONNECT", "OPTIONS", "TRACE", "QUERY"))
MAX_TARGET = 16 * 1024
MAX_FIELDS = 48 * 1024
MAX_CONTENT = 1024 * 1024
"""Limits in bytes: the request target, the header section, the content."""

_ID = re.compile(r"[0-9A-Fa-f]{8}(-[0-9A-Fa-f]{4}){3}-[0-9A-Fa-f]{12}")
_AUTHORITY = re.compile(r"(?P<name>[A-Za-z0-9._~-]+|\[[0-9A-Fa-f:.]+\])(:[0-9]{0,5})?")


def closing(problem: Problem) -> Problem:
    """Announce that the connection closes after the problem's answer."""
    problem.headers.append(("Connection", "close"))
    return problem


class Api(Answers, Queries):
    """The server. Its methods and attributes are looked up for every request, so each can be replaced by a fault."""

    allow = "GET, HEAD, OPTIONS"
    hosts = frozenset({"127.0.0.1", "[::1]", "localhost", "example.org"})
    """Names by which the server may be addressed, on any port; links follow them."""
    secure_origin = ""
    """Where https is served, when plain http is there only to lead to it."""

    def __init__(self, store: Store, signing_key: str, clock: Clock | None = None) -> None:
        """Serve ``store`` to tokens signed with ``signing_key``."""
        super().__init__(clock or Clock())
        self.store = store
        self.signing_key = signing_key

    # The order of judgement.

    def answer(self, request: Request) -> Answer:
        """Answer a well-formed request."""
        if self.secure_origin and request.scheme == "http":
            return self.to_https(request)
        for hook in self.request_hooks:
            if early := hook(request):
                return early
        if request.method not in KNOWN_METHODS:
            raise Problem(501, "Method not implemented", "The method is not known.")
        route = self.route(request.path)
        if request.method == "OPTIONS":
            return self.options(request, route)
        request.customer = self.authenticate(request)
        if route is None:
            raise self.not_found()
        if request.method not in ("GET", "HEAD"):
            raise self.method_not_allowed()
        self.negotiate(request)
        name, number = route
        query = self.parse_query(request.query, ENDPOINTS[name])
        return self.document_answer(request, self.document(request, name, number, query))

    def route(self, path: str) -> tuple[str, str] | None:
        """Return the endpoint and the id (lower case, or empty) that a path names; ``None`` for any other path."""
        try:
            # Split before decoding: an encoded slash separates nothing.
            segments = path.split("/")
            if "%" in path:
                segments = [unquote_to_bytes(segment).decode() for segment in segments]
        except UnicodeDecodeError:
            return None
        depth = PREFIX.count("/") + 1
        if "/".join(segments[:depth]) != PREFIX:
            return None
        match segments[depth:]:
            case ["invoices" | "accounts" as name]:
                return name, ""
            case [("invoices" | "accounts") as kind, number, *rest] if _ID.fullmatch(number):
                names = {
                    ("invoices",): "item",
                    ("invoices", "relationships", "account"): "relationship",
                    ("invoices", "account"): "related",
                    ("accounts",): "account",
                }
                found = names.get((kind, *rest))
                return (found, number.lower()) if found else None
        return None

    def to_https(self, request: Request) -> Answer:
        """Send the client to https; nothing is looked at."""
        where = f"{self.secure_origin}{request.path}" + (f"?{request.query}" if request.query else "")
        return Answer(308, [("Location", where), ("Cache-Control", self.error_cache_control)])

    def options(self, request: Request, route: tuple[str, str] | None) -> Answer:
        """Return the answer to OPTIONS, which needs no credentials and looks nothing up."""
        if route is None and request.path != "*":
            raise self.not_found()
        return Answer(204, [("Allow", self.allow), ("Cache-Control", self.error_cache_control)])

    def negotiate(self, request: Request) -> None:
        """Refuse with 415 or 406 what JSON:API refuses."""
        if not self.content_type_supported(request.lines("content-type")):
            raise Problem(415, "Unsupported media type", "The media type of the request has a foreign parameter.")
        if not self.acceptable(request.lines("accept")):
            raise Problem(406, "Not acceptable", f"The representations are available as {self.media_type}.")

    def not_found(self) -> Problem:
        """Return the one answer for whatever does not exist for this customer."""
        return Problem(404, "Record not found", "There is no such record.")

    def method_not_allowed(self) -> Problem:
        """Return the answer to a known method that no resource supports."""
        problem = Problem(405, "Method not allowed", "The resource is read-only.")
        problem.headers.append(("Allow", self.allow))
        return problem

    # Resources.

    def document(self, request: Request, name: str, number: str, query: Query) -> Document:
        """Return the document of an endpoint."""
        if name in ("invoices", "accounts"):
            return self.collection(request, name, query)
        if name == "account":
            return self.account_document(request, self.find_account(request, number), query)
        invoice = self.find_invoice(request, number)
        if name == "related":
            return self.account_document(request, invoice.account, query)
        if name == "relationship":
            return self.relationship_document(request, invoice, query)
        return self.item_document(request, invoice, query)

    def find_invoice(self, request: Request, number: str) -> Invoice:
        """Return the customer's visible invoice, or 404."""
        invoice = self.store.invoice(request.customer, number) if request.customer else None
        if invoice is None:
            raise self.not_found()
        return invoice

    def find_account(self, request: Request, number: str) -> Account:
        """Return the customer's visible account, or 404."""
        account = self.store.account(request.customer, number) if request.customer else None
        if account is None:
            raise self.not_found()
        return account

    def records(self, request: Request, name: str) -> Sequence[Record]:
        """Return everything in a collection that the customer may see."""
        if request.customer is None:
            return []
        return self.store.invoices(request.customer) if name == "invoices" else self.store.accounts(request.customer)

    def collection(self, request: Request, name: str, query: Query) -> Document:
        """Return one page of a collection."""
        selected = self.select(self.records(request, name), query.conditions)
        start = (query.page_number - 1) * query.page_size
        page = self.arrange(selected, query.sort)[start : start + query.page_size]
        return self.collection_document(request, page, len(selected), query)

    # ASGI.

    async def arrive(self, request: Request) -> None:
        """Do nothing once a request was read, before it is answered: a place to wait."""

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Serve one request (ASGI)."""
        request = self.incoming(scope)
        answer = await self.respond(request, Incoming(scope, receive))
        if answer is None:
            return
        scope["state"]["exchange"] = (request, answer)
        response = Response(None if answer.status in (204, 304) else answer.body, answer.status)
        response.raw_headers = [(name.encode("latin-1"), value.encode("latin-1")) for name, value in answer.headers]
        await response(scope, receive, send)

    def incoming(self, scope: Scope) -> Request:
        """Return the request of an ASGI scope, its content not yet read."""
        connection: Connection = scope["state"]["connection"]
        connection.requests += 1
        return Request(
            method=scope["method"],
            path=scope["raw_path"].decode("latin-1"),
            query=scope["query_string"].decode("latin-1"),
            fields=[(name.decode("latin-1"), value.decode("latin-1")) for name, value in scope["headers"]],
            version=scope["http_version"],
            host="{}:{}".format(*scope["server"]),
            scheme=scope["scheme"],
            connection=connection,
            connection_request_number=connection.requests,
        )

    async def respond(self, request: Request, incoming: Incoming) -> Answer | None:
        """Return the complete answer to a request; ``None`` when the client left before its content was read."""
        started = time.perf_counter()
        try:
            await self.admit(request, incoming)
            await self.arrive(request)
            answer = self.answer(request)
        except Problem as problem:
            answer = self.error_answer(request, problem)
        except ClientDisconnect:
            return None
        self.finish(request, answer, started)
        return answer

    async def admit(self, request: Request, incoming: Incoming) -> None:
        """Check framing, sizes and authority, and read the content, which has no meaning here.

        Raises:
            Problem: For a request that cannot be processed.
        """
        if request.lines("transfer-encoding") or request.lines("content-length"):
            await self.read_content(request, incoming)
        self.check_framing(request)
        self.check_target(request)
        self.check_size(request)
        request.host = self.authority(request)

    def check_framing(self, request: Request) -> None:
        """Refuse Content-Length beside Transfer-Encoding: it may be an attempt at smuggling (RFC 9112, section 6.1).

        Raises:
            Problem: 400.
        """
        if request.lines("transfer-encoding") and request.lines("content-length"):
            raise closing(Problem(400, "Bad request", "The request has two framings."))

    def check_target(self, request: Request) -> None:
        """Refuse a target with a number sign, which no target has (RFC 9112, section 3.2).

        Raises:
            Problem: 400.
        """
        if "#" in request.path or "#" in request.query:
            raise closing(Problem(400, "Bad request", "The request target is invalid."))

    def check_size(self, request: Request) -> None:
        """Refuse what is too large.

        Raises:
            Problem: 414 or 431.
        """
        if len(request.path) + len(request.query) > MAX_TARGET:
            raise closing(Problem(414, "URI too long", "The request target is too long."))
        if sum(len(name) + len(value) for name, value in request.fields) > MAX_FIELDS:
            raise closing(Problem(431, "Header fields too large", "The header section is too large."))

    async def read_content(self, request: Request, incoming: Incoming) -> None:
        """Read the content, as the next request begins behind it.

        Raises:
            Problem: 413 when it is too large.
        """
        content = bytearray()
        async for chunk in incoming.stream():
            content += chunk
            if len(content) > MAX_CONTENT:
                raise closing(Problem(413, "Content too large", "The content is too large."))
        request.content = bytes(content)

    def authority(self, request: Request) -> str:
        """Return the authority that was addressed: of an absolute target, else ``Host``, else the socket's (HTTP/1.0).

        Raises:
            Problem: 400 for a malformed one, 421 for one that is not served here.
        """
        authority = next(iter(request.lines("host")), request.host)
        valid = _AUTHORITY.fullmatch(authority)
        if not request.path.startswith("/") and "://" in request.path:
            parts = urlsplit(request.path)
            request.path = parts.path or "/"
            authority = parts.netloc
            valid = valid and _AUTHORITY.fullmatch(authority)
        if not valid:
            raise closing(Problem(400, "Bad request", "The host is malformed."))
        if valid["name"].lower() not in self.hosts:
            raise Problem(421, "Misdirected request", "This host is not served here.")
        return authority
