"""Faults of methods."""

from __future__ import annotations

import json
import re
from typing import TYPE_CHECKING
from urllib.parse import urlencode

from conformance.reference.faults import fault
from conformance.reference.faults.tools import is_collection, is_related, is_relationship, set_field, status_is
from conformance.reference.message import Answer, Problem

if TYPE_CHECKING:
    from collections.abc import Callable

    from conformance.reference.app import Api
    from conformance.reference.message import Request

LENGTH = "RFC 9110, section 8.6"
HEAD = "RFC 9110, section 9.3.2"
METHODS = "RFC 9110, section 9.1"


@fault(
    "write-accepted", caught_by={"HTTP-022"}, clause="Documented API, read-only", also={"HTTP-007": "it is not refused"}
)
def write_accepted(api: Api) -> None:
    """PUT on any invoice is answered with 200."""

    def hook(request: Request) -> Answer | None:
        return Answer(200, [("Content-Type", api.media_type)], b'{"meta":{}}') if request.method == "PUT" else None

    api.on_request(hook)


@fault(
    "delete-accepted",
    caught_by={"HTTP-022"},
    clause="Documented API, read-only",
    also={"HTTP-007": "it is not refused"},
)
def delete_accepted(api: Api) -> None:
    """DELETE on any invoice is answered with 204."""
    api.on_request(lambda request: Answer(204) if request.method == "DELETE" else None)


@fault(
    "post-accepted", caught_by={"HTTP-022"}, clause="Documented API, read-only", also={"HTTP-007": "it is not refused"}
)
def post_accepted(api: Api) -> None:
    """POST to the collection is answered with 202."""

    def hook(request: Request) -> Answer | None:
        return Answer(202, [("Content-Type", api.media_type)], b'{"meta":{}}') if request.method == "POST" else None

    api.on_request(hook)


@fault(
    "write-crash",
    caught_by={"HTTP-007", "ERR-011"},
    clause=METHODS,
    also={"REL-009": "the relationship is updated with PATCH"},
)
def write_crash(api: Api) -> None:
    """PATCH is answered with 500."""

    def hook(request: Request) -> Answer | None:
        if request.method == "PATCH":
            raise Problem(500, "Internal server error", "Something went wrong.")
        return None

    api.on_request(hook)


@fault("write-bad-request", caught_by={"HTTP-007"}, clause=METHODS)
def write_bad_request(api: Api) -> None:
    """PUT is answered with 400."""

    def hook(request: Request) -> Answer | None:
        if request.method == "PUT":
            raise Problem(400, "Bad request", "The content is malformed.")
        return None

    api.on_request(hook)


@fault("allow-missing", caught_by={"HTTP-008"}, clause="RFC 9110, section 15.5.6")
def allow_missing(api: Api) -> None:
    """A 405 has no Allow."""
    set_field(api, "Allow", None, status_is(405))


@fault("allow-refused-method", caught_by={"HTTP-008"}, clause="RFC 9110, section 10.2.1")
def allow_refused(api: Api) -> None:
    """Allow in a 405 lists the method that was refused."""

    def change(request: Request, answer: Answer) -> None:
        if answer.status == 405:
            answer.set("Allow", f"{api.allow}, {request.method}")

    api.on_answer(change)


@fault("allow-without-get", caught_by={"HTTP-008"}, clause="RFC 9110, section 10.2.1")
def allow_without_get(api: Api) -> None:
    """Allow in a 405 leaves out GET."""
    set_field(api, "Allow", "OPTIONS", status_is(405))


@fault("unknown-method-is-get", caught_by={"HTTP-009"}, clause=METHODS)
def unknown_method(api: Api) -> None:
    """A method that does not exist is handled as GET."""

    def answer(original: Callable[[Request], Answer], request: Request) -> Answer:
        if request.method.isupper() and request.method.isalpha() and len(request.method) < 15:
            known = ("GET", "HEAD", "OPTIONS", "POST", "PUT", "PATCH", "DELETE", "TRACE", "CONNECT", "QUERY")
            request.method = request.method if request.method in known else "GET"
        return original(request)

    api.replace("answer", answer)


@fault("options-without-allow", caught_by={"HTTP-010"}, clause="RFC 9110, section 9.3.7")
def options_without_allow(api: Api) -> None:
    """A successful OPTIONS has no Allow."""
    set_field(api, "Allow", None, status_is(204))


@fault("options-empty-length", caught_by={"HTTP-020"}, clause=LENGTH)
def options_empty_length(api: Api) -> None:
    """A 204 has Content-Length: 0."""

    def alter(_request: Request, answer: Answer, data: bytes) -> bytes:
        return data.replace(b"\r\n\r\n", b"\r\nContent-Length: 0\r\n\r\n", 1) if answer.status == 204 else data

    api.on_bytes(alter)


@fault(
    "trace-echoes",
    caught_by={"HTTP-011"},
    clause="RFC 9110, section 9.3.8",
    also={"SEC-006": "the token is in the content"},
)
def trace_echoes(api: Api) -> None:
    """TRACE returns the request with its credentials."""

    def hook(request: Request) -> Answer | None:
        if request.method != "TRACE":
            return None
        lines = [f"{request.method} {request.path} HTTP/1.1", *(f"{name}: {value}" for name, value in request.fields)]
        return Answer(200, [("Content-Type", "message/http")], "\r\n".join(lines).encode())

    api.on_request(hook)


@fault("method-override", caught_by={"HTTP-012"}, clause="RFC 9110, section 9.2.1")
def method_override(api: Api) -> None:
    """X-HTTP-Method-Override turns a GET into another method."""

    def answer(original: Callable[[Request], Answer], request: Request) -> Answer:
        if request.method == "GET" and (override := request.lines("x-http-method-override")):
            request.method = override[0]
        return original(request)

    api.replace("answer", answer)


@fault("method-override-of-post", caught_by={"HTTP-024"}, clause=METHODS)
def override_of_post(api: Api) -> None:
    """X-HTTP-Method-Override turns a POST into another method."""

    def answer(original: Callable[[Request], Answer], request: Request) -> Answer:
        if request.method == "POST" and (override := request.lines("x-http-method-override")):
            request.method = override[0]
        return original(request)

    api.replace("answer", answer)


@fault("content-malformed-crash", caught_by={"ERR-011"}, clause="RFC 9110, section 15.5")
def content_malformed(api: Api) -> None:
    """A GET with content that is labelled as JSON and is none is answered with 500."""

    def hook(request: Request) -> Answer | None:
        if request.content and request.lines("content-type") == ["application/json"]:
            try:
                json.loads(request.content)
            except ValueError:
                raise Problem(500, "Internal server error", "Something went wrong.") from None
        return None

    api.on_request(hook)


@fault("content-merged-with-query", caught_by={"HTTP-013"}, clause="RFC 9110, section 9.3.1")
def content_merged(api: Api) -> None:
    """Members of the content of a GET are taken for query parameters."""

    def answer(original: Callable[[Request], Answer], request: Request) -> Answer:
        include = re.search(rb'"include"\s*:\s*"(\w+)"', request.content)
        if request.method == "GET" and include and not request.query:
            request.query = urlencode({"include": include[1].decode()})
        return original(request)

    api.replace("answer", answer)


def _no_head(api: Api, where: Callable[[Request], bool], status: int) -> None:
    def hook(request: Request) -> Answer | None:
        if request.method == "HEAD" and where(request):
            raise Problem(status, "Not possible", "There is no HEAD.")
        return None

    api.on_request(hook)


@fault("head-of-relationship-unknown", caught_by={"HTTP-025"}, clause="RFC 9110, section 9.1")
def head_of_relationship(api: Api) -> None:
    """HEAD of the relationship is answered with 404."""
    _no_head(api, is_relationship, 404)


@fault("head-of-account-crash", caught_by={"HTTP-025", "ERR-011"}, clause="RFC 9110, section 9.1")
def head_of_account(api: Api) -> None:
    """HEAD of the related account is answered with 500."""
    _no_head(api, is_related, 500)


@fault("head-of-collection-unknown", caught_by={"HTTP-025"}, clause="RFC 9110, section 9.1", needs={"collection"})
def head_of_collection(api: Api) -> None:
    """HEAD of the collection is answered with 404."""
    _no_head(api, is_collection, 404)


@fault("head-of-error-empty-length", caught_by={"HTTP-018"}, clause=LENGTH)
def head_of_error(api: Api) -> None:
    """The answer to HEAD for an unknown invoice says that it has no content."""

    def change(request: Request, answer: Answer, data: bytes) -> bytes:
        if request.method != "HEAD" or answer.status != 404:
            return data
        return re.sub(rb"(?i)\r\ncontent-length: *\d+", b"\r\nContent-Length: 0", data, count=1)

    api.on_bytes(change)


@fault("content-form-merged-with-query", caught_by={"HTTP-013"}, clause="RFC 9110, section 9.3.1")
def form_merged(api: Api) -> None:
    """A form that is sent with GET counts as query."""

    def hook(request: Request) -> Answer | None:
        if request.lines("content-type") == ["application/x-www-form-urlencoded"] and request.method == "GET":
            request.query = request.content.decode("latin-1")
        return None

    api.on_request(hook)


@fault("content-json-crash", caught_by={"ERR-011"}, clause="RFC 9110, section 15.6")
def json_crash(api: Api) -> None:
    """Content that is no JSON, sent with GET as JSON, is answered with 500."""

    def hook(request: Request) -> Answer | None:
        if request.lines("content-type") == ["application/json"] and not request.content.endswith(b"}"):
            raise Problem(500, "Internal server error", "Something went wrong.")
        return None

    api.on_request(hook)
