"""Faults of HTTP messages: methods, Date, Content-Length, fields."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING
from urllib.parse import urlencode

from conformance.reference.faults import fault
from conformance.reference.faults.tools import is_item, is_related, set_field, status_is
from conformance.reference.message import Answer, Problem

if TYPE_CHECKING:
    from collections.abc import Callable

    from conformance.reference.app import Api
    from conformance.reference.message import Request

DATE = "RFC 9110, section 6.6.1"
LENGTH = "RFC 9110, section 8.6"
HEAD = "RFC 9110, section 9.3.2"
METHODS = "RFC 9110, section 9.1"


@fault("date-missing", caught_by={"HTTP-001"}, clause=DATE)
def date_missing(api: Api) -> None:
    """There is no Date."""
    set_field(api, "Date", None, lambda *_: True)


@fault("date-missing-on-401", caught_by={"HTTP-001"}, clause=DATE)
def date_missing_on_401(api: Api) -> None:
    """A 401 has no Date."""
    set_field(api, "Date", None, status_is(401))


@fault("date-iso", caught_by={"HTTP-001"}, clause="RFC 9110, section 5.6.7")
def date_iso(api: Api) -> None:
    """The Date is in the form of RFC 3339."""
    api.replace("date", lambda _: "2024-11-07T09:56:08Z")


@fault("date-not-gmt", caught_by={"HTTP-001"}, clause="RFC 9110, section 5.6.7")
def date_not_gmt(api: Api) -> None:
    """The Date ends in +0000, as in mail."""
    api.replace("date", lambda original: original().replace("GMT", "+0000"))


@fault(
    "date-wrong-weekday",
    caught_by={"HTTP-001"},
    clause="RFC 9110, section 5.6.7",
    also={"HTTP-002": "the date may not be understood"},
)
def date_single_digit(api: Api) -> None:
    """The day of the month in the Date has no leading zero, or a superfluous one."""
    api.replace(
        "date",
        lambda original: re.sub(r", (\d\d)", lambda m: f", {int(m[1])}" if m[1] < "10" else f", 0{m[1]}", original()),
    )


@fault("date-hour-off", caught_by={"HTTP-002"}, clause=DATE, also={"INV-010": "nothing is later than it"})
def date_hour_off(api: Api) -> None:
    """The Date is local time, called GMT."""
    api.replace("date", lambda original: re.sub(r" (\d\d):", lambda m: f" {(int(m[1]) + 1) % 24:02}:", original()))


@fault(
    "last-modified-in-the-future",
    caught_by={"HTTP-019"},
    clause="RFC 9110, section 8.8.2.1",
    also={"COND-010": "a date of modification exists"},
)
def last_modified(api: Api) -> None:
    """Last-Modified is years ahead."""
    set_field(api, "Last-Modified", "Fri, 01 Jan 2100 00:00:00 GMT", status_is(200))


def _length(api: Api, change: Callable[[int], bytes], when: Callable[[Request, Answer], bool]) -> None:
    def alter(request: Request, answer: Answer, data: bytes) -> bytes:
        if not when(request, answer):
            return data
        return re.sub(rb"Content-Length: (\d+)", lambda m: b"Content-Length: " + change(int(m[1])), data, count=1)

    api.on_bytes(alter)


@fault(
    "length-too-small",
    caught_by={"HTTP-003"},
    clause=LENGTH,
    also={
        "JSON-001": "the document is cut",
        "HTTP-017": "bytes follow the message",
        "ROB-009": "the next answer is out of step",
    },
)
def length_too_small(api: Api) -> None:
    """Content-Length counts characters instead of bytes."""

    def alter(_request: Request, answer: Answer, data: bytes) -> bytes:
        head, _, body = data.partition(b"\r\n\r\n")
        characters = len(body.decode(errors="replace"))
        if not body or characters == len(body):
            return data
        answer.cut = True
        return re.sub(rb"Content-Length: \d+", b"Content-Length: %d" % characters, head) + b"\r\n\r\n" + body

    api.on_bytes(alter)


@fault("length-too-large", caught_by={"HTTP-003", "HTTP-017"}, clause=LENGTH)
def length_too_large(api: Api) -> None:
    """The related account announces ten bytes more than come before the connection ends."""

    def when(request: Request, answer: Answer) -> bool:
        answer.cut = is_related(request) and request.method == "GET" and answer.status == 200
        return answer.cut

    _length(api, lambda length: b"%d" % (length + 10), when)


@fault(
    "length-with-sign", caught_by={"HTTP-003"}, clause=LENGTH, also={"HTTP-017": "strict clients refuse the message"}
)
def length_with_sign(api: Api) -> None:
    """Content-Length of the related account has a plus sign."""
    _length(api, lambda length: b"+%d" % length, lambda request, _: is_related(request))


@fault("length-and-chunked", caught_by={"HTTP-003"}, clause="RFC 9112, section 6.2")
def length_and_chunked(api: Api) -> None:
    """The related account is sent chunked, with Content-Length beside."""

    def alter(request: Request, _answer: Answer, data: bytes) -> bytes:
        head, _, body = data.partition(b"\r\n\r\n")
        if not (is_related(request) and body):
            return data
        return head + b"\r\nTransfer-Encoding: chunked\r\n\r\n%x\r\n%b\r\n0\r\n\r\n" % (len(body), body)

    api.on_bytes(alter)


@fault("length-missing", caught_by={"HTTP-004"}, clause=LENGTH)
def length_missing(api: Api) -> None:
    """Answers are chunked."""

    def change(_request: Request, answer: Answer) -> None:
        answer.chunked = answer.status == 200

    api.on_answer(change)


@fault(
    "head-not-allowed",
    caught_by={"HTTP-005", "ERR-010"},
    clause=METHODS,
    also={
        "COND-001": "so it is with If-None-Match",
        "ETAG-007": "there is no tag",
        "HTTP-006": "there are other fields",
        "HTTP-008": "Allow lists it",
        "RELD-008": "so it is on the account",
        "COND-015": "so it is with Range",
    },
)
def head_not_allowed(api: Api) -> None:
    """HEAD is answered with 405."""

    def hook(request: Request) -> Answer | None:
        if request.method == "HEAD":
            raise api.method_not_allowed()
        return None

    api.on_request(hook)


@fault(
    "head-with-content",
    caught_by={"HTTP-005"},
    clause=HEAD,
    also={"HTTP-017": "bytes follow the message", "ROB-009": "the next answer is out of step"},
)
def head_with_content(api: Api) -> None:
    """The content follows the header section of an answer to HEAD."""

    def alter(request: Request, answer: Answer, data: bytes) -> bytes:
        if request.method != "HEAD" or answer.status != 200:
            return data
        answer.cut = True
        return data + answer.body

    api.on_bytes(alter)


@fault(
    "head-no-content-status",
    caught_by={"HTTP-005"},
    clause=HEAD,
    also={"HTTP-006": "the fields are others", "ETAG-007": "there is no tag"},
)
def head_no_content(api: Api) -> None:
    """HEAD on an invoice is answered with 204."""

    def change(request: Request, answer: Answer) -> None:
        if request.method == "HEAD" and answer.status == 200:
            answer.status = 204

    api.on_answer(change)


@fault(
    "head-without-cache-control",
    caught_by={"HTTP-006"},
    clause=HEAD,
    also={"CACHE-003": "the answer is about a customer's data"},
)
def head_without_cache_control(api: Api) -> None:
    """Answers to HEAD have no Cache-Control."""
    set_field(api, "Cache-Control", None, lambda request, _: request.method == "HEAD")


@fault("head-without-vary", caught_by={"HTTP-006"}, clause=HEAD)
def head_without_vary(api: Api) -> None:
    """Answers to HEAD have no Vary."""
    set_field(api, "Vary", None, lambda request, _: request.method == "HEAD")


@fault("head-empty-length", caught_by={"HTTP-018"}, clause=LENGTH, also={"HTTP-006": "it is not the field of GET"})
def head_empty_length(api: Api) -> None:
    """Answers to HEAD have Content-Length: 0."""
    _length(api, lambda _: b"0", lambda request, answer: request.method == "HEAD" and answer.status == 200)


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


@fault("write-crash", caught_by={"HTTP-007", "ERR-011"}, clause=METHODS)
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


@fault("content-merged-with-query", caught_by={"HTTP-013"}, clause="RFC 9110, section 9.3.1")
def content_merged(api: Api) -> None:
    """Members of the content of a GET are taken for query parameters."""

    def answer(original: Callable[[Request], Answer], request: Request) -> Answer:
        include = re.search(rb'"include"\s*:\s*"(\w+)"', request.content)
        if request.method == "GET" and include and not request.query:
            request.query = urlencode({"include": include[1].decode()})
        return original(request)

    api.replace("answer", answer)


def _raw_field(api: Api, line: bytes, when: Callable[[Request, Answer], bool]) -> None:
    def alter(request: Request, answer: Answer, data: bytes) -> bytes:
        return data.replace(b"\r\n\r\n", b"\r\n" + line + b"\r\n\r\n", 1) if when(request, answer) else data

    api.on_bytes(alter)


@fault(
    "field-name-with-space",
    caught_by={"HTTP-014"},
    clause="RFC 9112, section 5.1",
    also={"HTTP-017": "strict clients refuse the message"},
)
def name_with_space(api: Api) -> None:
    """The related account has white space before a colon in its header section."""
    _raw_field(api, b"X-Backend : a", lambda request, _: is_related(request))


@fault(
    "field-value-control-character",
    caught_by={"HTTP-014"},
    clause="RFC 9110, section 5.5",
    also={"HTTP-017": "strict clients refuse the message"},
)
def control_character(api: Api) -> None:
    """The related account has a field value with a control character."""
    _raw_field(api, b"X-Backend: a\x01b", lambda request, _: is_related(request))


@fault("redirect-to-other-host", caught_by={"HTTP-015"}, clause="RFC 9110, section 15.4")
def redirect_elsewhere(api: Api) -> None:
    """A trailing slash is redirected to a fixed host, without the query."""

    def hook(request: Request) -> Answer | None:
        if not request.path.endswith("/"):
            return None
        return Answer(301, [("Location", "http://www.example.com" + request.path.rstrip("/"))])

    api.on_request(hook)


@fault("redirect-without-location", caught_by={"HTTP-015"}, clause="RFC 9110, section 15.4")
def redirect_nowhere(api: Api) -> None:
    """A trailing slash is redirected without Location."""
    api.on_request(lambda request: Answer(301) if request.path.endswith("/") else None)


def _refuse_field(api: Api, matches: Callable[[Request], bool]) -> None:
    def hook(request: Request) -> Answer | None:
        if matches(request):
            raise Problem(400, "Bad request", "A header field has no meaning here.")
        return None

    api.on_request(hook)


@fault("request-version-refused", caught_by={"HTTP-016"}, clause="RFC 9110, section 5.1")
def version_refused(api: Api) -> None:
    """The field Version is taken for a version of the API."""
    _refuse_field(api, lambda request: bool(request.lines("version")))


@fault("request-empty-cookie-refused", caught_by={"HTTP-016"}, clause="RFC 9110, section 5.1")
def cookie_refused(api: Api) -> None:
    """An empty Cookie is refused."""
    _refuse_field(api, lambda request: request.lines("cookie") == [""])


@fault(
    "answer-cut",
    caught_by={"HTTP-017"},
    clause="RFC 9112, section 8",
    also={"HTTP-003": "fewer bytes come than announced"},
)
def answer_cut(api: Api) -> None:
    """The connection ends in the middle of the related account."""

    def alter(request: Request, answer: Answer, data: bytes) -> bytes:
        if not is_related(request) or request.method == "HEAD" or answer.status != 200:
            return data
        answer.cut = True
        return data[:-40]

    api.on_bytes(alter)


@fault("answer-chunks-cut", caught_by={"HTTP-017"}, clause="RFC 9112, section 8")
def chunks_cut(api: Api) -> None:
    """The related account is chunked, and the last chunk never comes."""

    def change(request: Request, answer: Answer) -> None:
        answer.chunked = is_related(request) and answer.status == 200

    def alter(request: Request, answer: Answer, data: bytes) -> bytes:
        answer.cut = answer.chunked and request.method == "GET"
        return data.removesuffix(b"0\r\n\r\n") if answer.cut else data

    api.on_answer(change)
    api.on_bytes(alter)


@fault("answer-missing", caught_by={"HTTP-017"}, clause="RFC 9112, section 9")
def answer_missing(api: Api) -> None:
    """The connection is closed instead of an answer when the related account is asked for."""

    def alter(request: Request, answer: Answer, data: bytes) -> bytes:
        answer.cut = is_related(request)
        return b"" if answer.cut else data

    api.on_bytes(alter)


@fault("field-twice-content-type", caught_by={"HTTP-021"}, clause="RFC 9110, section 5.3")
def content_type_twice(api: Api) -> None:
    """An invoice has two Content-Type fields."""
    _raw_field(
        api,
        b"Content-Type: application/vnd.api+json",
        lambda request, answer: is_item(request) and answer.status == 200,
    )


@fault(
    "field-twice-etag",
    caught_by={"HTTP-021"},
    clause="RFC 9110, section 5.3",
    also={"ETAG-002": "an ETag is one entity tag"},
)
def etag_twice(api: Api) -> None:
    """An invoice has an ETag of the application and one of a proxy."""
    _raw_field(api, b'ETag: "proxy"', lambda request, answer: is_item(request) and answer.status == 200)


@fault(
    "field-twice-date",
    caught_by={"HTTP-021"},
    clause="RFC 9110, section 5.3",
    also={"HTTP-001": "there is more than one Date"},
)
def date_twice(api: Api) -> None:
    """Errors have two Date fields."""

    def change(_request: Request, answer: Answer) -> None:
        if answer.status >= 400:
            answer.headers.append(("Date", api.date()))

    api.on_answer(change)


@fault("grammar-of-vary", caught_by={"HTTP-023"}, clause="RFC 9110, section 12.5.5")
def grammar_of_vary(api: Api) -> None:
    """Errors have a Vary that is no list of field names."""
    set_field(api, "Vary", "Accept, (Accept-Encoding)", lambda _, answer: answer.status >= 400)


@fault(
    "grammar-of-allow",
    caught_by={"HTTP-023"},
    clause="RFC 9110, section 10.2.1",
    also={"HTTP-008": "no method is listed", "HTTP-010": "no method is listed"},
)
def grammar_of_allow(api: Api) -> None:
    """Allow separates the methods by semicolons."""
    api.allow = "GET; HEAD; OPTIONS"


@fault("grammar-of-last-modified", caught_by={"HTTP-023"}, clause="RFC 9110, section 8.8.2")
def grammar_of_last_modified(api: Api) -> None:
    """Last-Modified is in the form of RFC 3339."""
    set_field(api, "Last-Modified", "2024-11-13T09:56:08Z", status_is(200))
