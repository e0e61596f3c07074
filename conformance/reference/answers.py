"""Answers: the header fields that each carries, and the hooks through which a fault can alter one."""

from __future__ import annotations

import functools
from email.utils import formatdate
from typing import TYPE_CHECKING, Any, TypeVar, TypeVarTuple, overload

from conformance.reference.auth import Authentication
from conformance.reference.clock import Clock
from conformance.reference.conditional import Preconditions
from conformance.reference.message import Answer, Document, Problem, Request
from conformance.reference.negotiation import Negotiation
from conformance.reference.serialise import Documents

if TYPE_CHECKING:
    from collections.abc import Callable

    RequestHook = Callable[[Request], Answer | None]
    DocumentHook = Callable[[Request, Document], Document | None]
    AnswerHook = Callable[[Request, Answer], None]
    BytesHook = Callable[[Request, Answer, bytes], bytes]
    InputHook = Callable[[bytes], bytes]

R = TypeVar("R")
Arguments = TypeVarTuple("Arguments")


@functools.lru_cache(maxsize=16)
def _imf_fixdate(seconds: int) -> str:
    return formatdate(seconds, usegmt=True)


class Answers(Authentication, Preconditions, Negotiation, Documents):
    """The part of the server that makes answers of documents and problems."""

    cache_control = "max-age=0, private, must-revalidate"
    error_cache_control = "no-store"
    vary = "Accept"
    transport_security = "max-age=31536000; includeSubDomains"

    def __init__(self, clock: Clock) -> None:
        """Take the time from ``clock``."""
        self.clock = clock
        self.security_headers = {
            "X-Frame-Options": "SAMEORIGIN",
            "X-XSS-Protection": "0",
            "X-Content-Type-Options": "nosniff",
            "X-Download-Options": "noopen",
            "X-Permitted-Cross-Domain-Policies": "none",
            "Referrer-Policy": "strict-origin-when-cross-origin",
        }
        self.request_hooks: list[RequestHook] = []
        self.document_hooks: list[DocumentHook] = []
        self.answer_hooks: list[AnswerHook] = []
        self.bytes_hooks: list[BytesHook] = []
        self.input_hooks: list[InputHook] = []

    # Seams: how a fault is put in.

    @overload
    def replace(self, method: str, replacement: Callable[..., Any]) -> None: ...

    @overload
    def replace(
        self,
        method: Callable[[Any, *Arguments], R],
        replacement: Callable[[Callable[[*Arguments], R], *Arguments], R],
    ) -> None: ...

    def replace(self, method: str | Callable[..., Any], replacement: Callable[..., Any]) -> None:
        """Replace a method, given as ``Api.entity_tag`` or by its name.

        The replacement gets the original as its first argument.

        Raises:
            AttributeError: When there is no such method.
        """
        name = method if isinstance(method, str) else method.__name__
        setattr(self, name, functools.partial(replacement, getattr(self, name)))

    def on_request(self, hook: RequestHook) -> None:
        """Call ``hook`` with each request before it is processed; an answer that it returns is sent instead."""
        self.request_hooks.append(hook)

    def on_document(self, hook: DocumentHook) -> None:
        """Call ``hook`` with each document, errors too, before the body and its entity tag are made from it.

        The hook alters the document or returns another.
        """
        self.document_hooks.append(hook)

    def on_answer(self, hook: AnswerHook) -> None:
        """Call ``hook`` with each complete answer. Only Content-Length is still to come."""
        self.answer_hooks.append(hook)

    def on_bytes(self, hook: BytesHook) -> None:
        """Call ``hook`` with the bytes of each answer as they would be written; what it returns is written."""
        self.bytes_hooks.append(hook)

    def on_input(self, hook: InputHook) -> None:
        """Call ``hook`` with the bytes of each read from a connection; what it returns is parsed."""
        self.input_hooks.append(hook)

    # Answers.

    def document_answer(self, request: Request, document: Document) -> Answer:
        """Return 200 with the document, or what the preconditions make of it."""
        body = self.body(request, document)
        tag = self.entity_tag(body)
        status = self.precondition_status(request, tag)
        if status == 412:
            raise Problem(412, "Precondition failed", "The resource has another entity tag.")
        answer = Answer(status or 200, [("ETag", tag), ("Cache-Control", self.cache_control)])
        if status != 304:
            answer.headers.insert(0, ("Content-Type", self.media_type))
            answer.body = body
        return answer

    def error_answer(self, request: Request, problem: Problem) -> Answer:
        """Return the answer to a request that failed."""
        body = self.body(request, self.error_document(problem))
        headers = [("Content-Type", self.media_type), ("Cache-Control", self.error_cache_control), *problem.headers]
        return Answer(problem.status, headers, body)

    def body(self, request: Request, document: Document) -> bytes:
        """Return the bytes of a document, after the hooks."""
        for hook in self.document_hooks:
            document = hook(request, document) or document
        return self.encode(document)

    def finish(self, request: Request, answer: Answer, started: float) -> None:
        """Add what every answer carries. ``started`` is the monotonic time at which the request was read."""
        if self.vary:
            answer.headers.append(("Vary", self.vary))
        answer.headers += self.security_headers.items()
        if request.scheme == "https":
            answer.headers.append(("Strict-Transport-Security", self.transport_security))
        if request.session and answer.status < 400:
            answer.headers.append(("Set-Cookie", self.session_cookie(request)))
        answer.headers.append(("X-Request-Id", self.request_id(request)))
        answer.headers.append(("X-Runtime", self.runtime(self.clock.elapsed(started))))
        answer.headers.append(("Date", self.date()))
        for hook in self.answer_hooks:
            hook(request, answer)
        if not answer.chunked and answer.status not in (204, 304):
            answer.headers.append(("Content-Length", str(len(answer.body))))

    def request_id(self, request: Request) -> str:
        """Return a fresh version 4 UUID. One that the client sent is replaced."""
        return self.clock.identity(request)

    def runtime(self, seconds: float) -> str:
        """Return ``seconds`` with six decimals."""
        return f"{seconds:.6f}"

    def date(self) -> str:
        """Return the current time as an IMF-fixdate (RFC 9110, section 5.6.7)."""
        return _imf_fixdate(int(self.clock.now()))

    def wire_bytes(self, request: Request, answer: Answer, data: bytes) -> bytes:
        """Return the bytes of an answer after the hooks."""
        for hook in self.bytes_hooks:
            data = hook(request, answer, data)
        return data
