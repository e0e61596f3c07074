"""Faults of methods."""

from __future__ import annotations

import json
import re
from typing import TYPE_CHECKING
from urllib.parse import urlencode

from conformance.reference.app import KNOWN_METHODS, Api
from conformance.reference.faults import Area
from conformance.reference.faults.clauses import (
    API_READ_ONLY,
    CLIENT_ERRORS,
    GET,
    LENGTH,
    METHODS,
    SERVER_ERRORS,
    TOP_LEVEL,
    rfc,
)
from conformance.reference.faults.effects import content, crash, crashes, empty_length, field, open_to_all, refuses
from conformance.reference.faults.needs import COLLECTION, CONTESTED
from conformance.reference.faults.seams import both, effect, instead_of, on_bytes, on_request
from conformance.reference.faults.where import (
    Where,
    everywhere,
    has,
    is_collection,
    is_head,
    is_related,
    is_relationship,
)
from conformance.reference.message import Answer, Problem
from conformance.reference.negotiation import MEDIA_TYPE

if TYPE_CHECKING:
    from collections.abc import Callable

    from conformance.reference.faults.seams import Install
    from conformance.reference.message import Request

fault = Area(__name__)


def _is(method: str) -> Where:
    return Where(lambda request: request.method == method)


def _accepted(method: str, status: int, body: bytes = b'{"meta":{}}') -> Install:
    """Answer a method as if something had been written."""
    fields = [("Content-Type", MEDIA_TYPE)] if body else []
    return on_request(lambda request: Answer(status, [*fields], body) if request.method == method else None)


def _no_head(where: Where, status: int) -> Install:
    return refuses(is_head & where, status, "Not possible", "There is no HEAD.")


@effect
def _overridden(api: Api, method: str) -> None:
    """Let a field of the request name another method."""

    def override(request: Request) -> None:
        if request.method == method:
            request.method = next(iter(request.lines("x-http-method-override")), method)

    api.on_request(override)


@effect
def _is_get(api: Api, known: Callable[[str], bool]) -> None:
    """Take some methods for GET. What was sent is kept in a field."""

    def change(request: Request) -> None:
        if request.method != "GET" and known(request.method):
            request.fields.append(("x-method", request.method))
            request.method = "GET"

    api.on_request(change)


fault("write-accepted", {"HTTP-022"}, API_READ_ONLY, also={"HTTP-007": "it is not refused"})(
    "PUT on any invoice is answered with 200.", _accepted("PUT", 200)
)
fault("delete-accepted", {"HTTP-022"}, API_READ_ONLY, also={"HTTP-007": "it is not refused"})(
    "DELETE on any invoice is answered with 204.", _accepted("DELETE", 204, b"")
)
fault("post-accepted", {"HTTP-022"}, API_READ_ONLY, also={"HTTP-007": "it is not refused"})(
    "POST to the collection is answered with 202.", _accepted("POST", 202)
)
fault("write-crash", {"HTTP-007", "ERR-011"}, METHODS, also={"REL-009": "the relationship is updated with PATCH"})(
    "PATCH is answered with 500.", crashes(_is("PATCH"))
)
fault("write-conflict", {"HTTP-007"}, METHODS)(
    "PUT is answered with 409.",
    refuses(_is("PUT"), 409, "Conflict", "The invoice was changed by somebody else."),
)
fault("allow-missing", {"HTTP-008"}, rfc(9110, "15.5.6"))("A 405 has no Allow.", field("Allow", None, status=405))


@fault("allow-refused-method", {"HTTP-008"}, rfc(9110, "10.2.1"))
def allow_refused(api: Api) -> None:
    """Allow in a 405 lists the method that was refused."""

    def change(request: Request, answer: Answer) -> None:
        if answer.status == 405:
            answer.set("Allow", f"{api.allow}, {request.method}")

    api.on_answer(change)


fault("allow-without-get", {"HTTP-008"}, rfc(9110, "10.2.1"))(
    "Allow in a 405 leaves out GET.", field("Allow", "OPTIONS", status=405)
)


@fault("unknown-method-is-get", {"HTTP-009"}, METHODS)
@on_request
def unknown_method(request: Request) -> None:
    """A method that does not exist is handled as GET."""
    if request.method.isupper() and request.method.isalpha() and len(request.method) < 15:
        request.method = request.method if request.method in KNOWN_METHODS else "GET"


fault("options-without-allow", {"HTTP-010"}, rfc(9110, "9.3.7"))(
    "A successful OPTIONS has no Allow.", field("Allow", None, status=204)
)


@fault("options-not-a-document", {"ITEM-002"}, TOP_LEVEL)
@instead_of(Api.options)
def options_not_a_document(original: Callable[..., Answer], request: Request, route: object) -> Answer:
    """OPTIONS is answered with a description that is labelled as JSON:API and is not such a document."""
    answer = original(request, route)
    answer.headers.append(("Content-Type", "application/vnd.api+json"))
    return Answer(200, answer.headers, b'{"methods":["GET","HEAD"]}')


fault("options-empty-length", {"HTTP-020"}, LENGTH)("A 204 has Content-Length: 0.", empty_length(everywhere, 204))


@fault("trace-echoes", {"HTTP-011"}, rfc(9110, "9.3.8"), also={"SEC-006": "the token is in the content"})
@on_request
def trace_echoes(request: Request) -> Answer | None:
    """TRACE returns the request with its credentials."""
    if request.method != "TRACE":
        return None
    lines = [f"{request.method} {request.path} HTTP/1.1", *(f"{name}: {value}" for name, value in request.fields)]
    return Answer(200, [("Content-Type", "message/http")], "\r\n".join(lines).encode())


fault("method-not-allowed-as-page", {"ERR-016"}, METHODS)(
    "A 405 is an HTML page.", content("text/html", b"<h1>Method Not Allowed</h1>", status=405)
)
fault("method-override", {"HTTP-012"}, rfc(9110, "9.2.1"))(
    "X-HTTP-Method-Override makes another method of a GET.", _overridden("GET")
)
fault("method-override-of-post", {"HTTP-024"}, METHODS)(
    "X-HTTP-Method-Override makes another method of a POST.", _overridden("POST")
)


@fault("method-override-by-form", {"HTTP-024"}, METHODS, needs=CONTESTED)
@on_request
def override_by_form(request: Request) -> None:
    """The form value _method changes a POST into another method."""
    if request.method == "POST" and request.content.startswith(b"_method="):
        request.method = request.content.partition(b"=")[2].decode("latin-1")


@fault("content-malformed-crash", {"ERR-011"}, CLIENT_ERRORS)
@on_request
def content_malformed(request: Request) -> None:
    """A GET with content that is labelled as JSON and is not JSON is answered with 500."""
    if request.content and request.lines("content-type") == ["application/json"]:
        try:
            json.loads(request.content)
        except ValueError:
            raise crash() from None


@fault("content-merged-with-query", {"HTTP-013"}, GET)
@on_request
def content_merged(request: Request) -> None:
    """Members of the content of a GET are taken for query parameters."""
    include = re.search(rb'"include"\s*:\s*"(\w+)"', request.content)
    if request.method == "GET" and include and not request.query:
        request.query = urlencode({"include": include[1].decode()})


fault("head-of-relationship-unknown", {"HTTP-025"}, METHODS)(
    "HEAD of the relationship is answered with 404.", _no_head(is_relationship, 404)
)
fault("head-of-account-crash", {"HTTP-025", "ERR-011"}, METHODS)(
    "HEAD of the related account is answered with 500.", _no_head(is_related, 500)
)
fault("head-of-collection-unknown", {"HTTP-025"}, METHODS, needs=COLLECTION)(
    "HEAD of the collection is answered with 404.", _no_head(is_collection, 404)
)


@fault("head-of-error-empty-length", {"HTTP-018"}, LENGTH)
@on_bytes
def head_of_error(request: Request, answer: Answer, data: bytes) -> bytes:
    """The answer to HEAD for an unknown invoice says that it has no content."""
    if request.method != "HEAD" or answer.status != 404:
        return data
    return re.sub(rb"(?i)\r\ncontent-length: *\d+", b"\r\nContent-Length: 0", data, count=1)


@fault("content-form-merged-with-query", {"HTTP-013"}, GET)
@on_request
def form_merged(request: Request) -> None:
    """A form that is sent with GET counts as query."""
    if request.lines("content-type") == ["application/x-www-form-urlencoded"] and request.method == "GET":
        request.query = request.content.decode("latin-1")


fault("content-json-crash", {"ERR-011"}, SERVER_ERRORS)(
    "Content that is not JSON, sent with GET as JSON, is answered with 500.",
    crashes(has("content-type", "application/json") & (lambda request: not request.content.endswith(b"}"))),
)


@effect
def _evaluates(api: Api, names: tuple[str, ...], status: int) -> None:
    """Evaluate preconditions in OPTIONS, too."""

    def options(original: Callable[..., Answer], request: Request, route: object) -> Answer:
        if any(request.lines(name) for name in names):
            raise Problem(status, "Precondition failed", "The resource has another state.")
        return original(request, route)

    api.replace(Api.options, options)


for _name, _fields, _status in (
    ("if-none-match", ("if-none-match",), 412),
    ("if-match", ("if-match",), 412),
    ("if-unmodified-since", ("if-unmodified-since",), 412),
    ("any-precondition-not-modified", ("if-none-match", "if-match"), 304),
    ("any-precondition-refused", ("if-none-match", "if-match"), 400),
):
    fault(f"options-{_name}-evaluated", {"COND-019"}, rfc(9110, "13.2.1"))(
        f"OPTIONS with {' or '.join(_fields)} is answered {_status}.", _evaluates(_fields, _status)
    )
fault("method-in-lower-case-is-known", {"HTTP-009"}, METHODS, needs=CONTESTED)(
    "The method get is GET.", _is_get(lambda method: method == "get")
)
fault("method-that-goes-on-is-known", {"HTTP-009"}, METHODS, needs=CONTESTED)(
    "A method that begins with GET is GET.", _is_get(lambda method: method.startswith("GET"))
)
fault("method-of-signs-crash", {"HTTP-009", "ERR-011"}, METHODS, needs=CONTESTED)(
    "A method of signs is answered with 500.", crashes(lambda request: "`" in request.method)
)
fault("method-of-properties-crash", {"HTTP-009", "ERR-011"}, METHODS, needs=CONTESTED)(
    "PROPFIND is answered with 500.", crashes(lambda request: request.method == "PROPFIND")
)
fault("method-unknown-on-relationship-crash", {"HTTP-009", "ERR-011"}, METHODS, needs=CONTESTED)(
    "A method that nobody knows is answered with 500 at the relationship.",
    crashes(is_relationship & Where(lambda request: request.method == "FOO")),
)
fault("method-in-lower-case-needs-no-token", {"AUTH-001", "HTTP-009"}, METHODS, needs=CONTESTED)(
    "What asks for a token looks for GET, and the router for the method in any case.",
    both(_is_get(lambda method: method == "get"), open_to_all(lambda request: ("x-method", "get") in request.fields)),
)
fault("write-of-list-crash", {"HTTP-007", "ERR-011"}, METHODS, needs=CONTESTED)(
    "A write whose content is an array is answered with 500.", crashes(lambda request: request.content == b"[]")
)
fault("write-of-invalid-encoding-crash", {"HTTP-007", "ERR-011"}, METHODS, needs=CONTESTED)(
    "A write whose content is not UTF-8 is answered with 500.", crashes(lambda request: b"\xff" in request.content)
)
fault("write-of-form-crash", {"HTTP-007", "ERR-011"}, METHODS, needs=CONTESTED)(
    "A write with a form that has no boundary is answered with 500.",
    crashes(has("content-type", "multipart/form-data") & Where(lambda request: request.method == "POST")),
)
fault("options-without-allow-elsewhere", {"HTTP-010"}, METHODS, needs=CONTESTED)(
    "OPTIONS names the methods of an invoice alone.",
    field("Allow", None, is_relationship & Where(lambda request: request.method == "OPTIONS")),
)
fault("override-undefined-crash", {"HTTP-012", "ERR-011"}, METHODS, needs=CONTESTED)(
    "A method of two words in X-HTTP-Method-Override is answered with 500.",
    crashes(has("x-http-method-override", "FOO BAR")),
)
