"""Faults of HTTP messages: methods, Date, Content-Length, fields."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from conformance.reference.faults import fault
from conformance.reference.faults.tools import is_related, set_field, status_is
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
    caught_by={"HTTP-005"},
    also={
        "ERR-010": "no error has the status of GET",
        "AUTH-001": "HEAD without credentials is not 401",
        "SEC-001": "HEAD on a foreign invoice is not 404",
    },
    clause=METHODS,
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


@fault("request-fields-of-browsers-crash", caught_by={"HTTP-016", "ERR-011"}, clause="RFC 9110, section 5.1")
def fields_of_browsers(api: Api) -> None:
    """A request with X-Requested-With is answered with 500."""

    def hook(request: Request) -> Answer | None:
        if request.lines("x-requested-with"):
            raise Problem(500, "Internal server error", "Something went wrong.")
        return None

    api.on_request(hook)
