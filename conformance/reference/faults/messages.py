"""Faults of HTTP messages: methods, Date, Content-Length, fields."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from conformance.reference.app import Api
from conformance.reference.faults import Area
from conformance.reference.faults.clauses import HEAD, LENGTH, METHODS, rfc
from conformance.reference.faults.effects import ANY, becomes, crashes, field, has_status
from conformance.reference.faults.seams import effect, instead_of, on_answer, on_bytes
from conformance.reference.faults.where import has, is_head, is_related
from conformance.reference.message import Answer

if TYPE_CHECKING:
    from collections.abc import Callable

    from conformance.reference.faults.effects import Condition, Statuses
    from conformance.reference.message import Request

fault = Area(__name__)


@effect
def _length(api: Api, change: Callable[[int], bytes], where: Condition, status: Statuses = ANY) -> None:
    """Write another Content-Length."""

    def alter(request: Request, answer: Answer, data: bytes) -> bytes:
        if not has_status(answer, status) or not where(request):
            return data
        return re.sub(rb"Content-Length: (\d+)", lambda m: b"Content-Length: " + change(int(m[1])), data, count=1)

    api.on_bytes(alter)


fault("date-missing", {"HTTP-001"}, rfc(9110, "6.6.1"))("There is no Date.", field("Date", None))
fault("date-missing-on-401", {"HTTP-001"}, rfc(9110, "6.6.1"))("A 401 has no Date.", field("Date", None, status=401))
fault("date-iso", {"HTTP-001"}, rfc(9110, "5.6.7"))(
    "The Date is in the form of RFC 3339.", instead_of(Api.date)(lambda _: "2024-11-07T09:56:08Z")
)
fault("date-not-gmt", {"HTTP-001"}, rfc(9110, "5.6.7"))(
    "The Date ends in +0000, as in mail.", instead_of(Api.date)(lambda original: original().replace("GMT", "+0000"))
)
fault("date-wrong-weekday", {"HTTP-001"}, rfc(9110, "5.6.7"), also={"HTTP-002": "the date may not be understood"})(
    "The day of the month in the Date has no leading zero, or a superfluous one.",
    instead_of(Api.date)(
        lambda original: re.sub(r", (\d\d)", lambda m: f", {int(m[1])}" if m[1] < "10" else f", 0{m[1]}", original())
    ),
)
fault("date-hour-off", {"HTTP-002"}, rfc(9110, "6.6.1"), also={"INV-010": "nothing is later than it"})(
    "The Date is local time, called GMT.",
    instead_of(Api.date)(lambda original: re.sub(r" (\d\d):", lambda m: f" {(int(m[1]) + 1) % 24:02}:", original())),
)
fault(
    "last-modified-in-the-future",
    {"HTTP-019"},
    rfc(9110, "8.8.2.1"),
    also={"COND-010": "a date of modification exists"},
)("Last-Modified is years ahead.", field("Last-Modified", "Fri, 01 Jan 2100 00:00:00 GMT", status=200))


@fault(
    "length-too-small",
    {"HTTP-003"},
    LENGTH,
    also={
        "JSON-001": "the document is cut",
        "HTTP-017": "bytes follow the message",
        "ROB-009": "the next answer is out of step",
    },
)
@on_bytes
def length_too_small(_request: Request, answer: Answer, data: bytes) -> bytes:
    """Content-Length counts characters instead of bytes."""
    head, _, body = data.partition(b"\r\n\r\n")
    characters = len(body.decode(errors="replace"))
    if not body or characters == len(body):
        return data
    answer.cut = True
    return re.sub(rb"Content-Length: \d+", b"Content-Length: %d" % characters, head) + b"\r\n\r\n" + body


@fault("length-too-large", {"HTTP-003", "HTTP-017"}, LENGTH)
@on_bytes
def length_too_large(request: Request, answer: Answer, data: bytes) -> bytes:
    """The related account announces ten bytes more than come before the connection ends."""
    answer.cut = is_related(request) and request.method == "GET" and answer.status == 200
    length = b"Content-Length: %d"
    return data.replace(length % len(answer.body), length % (len(answer.body) + 10), 1) if answer.cut else data


fault("length-with-sign", {"HTTP-003"}, LENGTH, also={"HTTP-017": "strict clients refuse the message"})(
    "Content-Length of the related account has a plus sign.", _length(lambda length: b"+%d" % length, is_related)
)


@fault("length-and-chunked", {"HTTP-003"}, rfc(9112, "6.2"))
@on_bytes
def length_and_chunked(request: Request, _answer: Answer, data: bytes) -> bytes:
    """The related account is sent chunked, with Content-Length beside."""
    head, _, body = data.partition(b"\r\n\r\n")
    if not (is_related(request) and body):
        return data
    return head + b"\r\nTransfer-Encoding: chunked\r\n\r\n%x\r\n%b\r\n0\r\n\r\n" % (len(body), body)


@fault("length-missing", {"HTTP-004"}, LENGTH)
@on_answer
def length_missing(_request: Request, answer: Answer) -> None:
    """Answers are chunked."""
    answer.chunked = answer.status == 200


@fault(
    "head-not-allowed",
    {"HTTP-005"},
    METHODS,
    also={
        "ERR-010": "no error has the status of GET",
        "AUTH-001": "HEAD without credentials is not 401",
        "SEC-001": "HEAD on a foreign invoice is not 404",
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
    {"HTTP-005"},
    HEAD,
    also={"HTTP-017": "bytes follow the message", "ROB-009": "the next answer is out of step"},
)
@on_bytes
def head_with_content(request: Request, answer: Answer, data: bytes) -> bytes:
    """The content follows the header section of an answer to HEAD."""
    if request.method != "HEAD" or answer.status != 200:
        return data
    answer.cut = True
    return data + answer.body


fault(
    "head-no-content-status",
    {"HTTP-005"},
    HEAD,
    also={"HTTP-006": "the fields are others", "ETAG-007": "there is no tag"},
)("HEAD on an invoice is answered with 204.", becomes(204, is_head, 200))
fault("head-without-cache-control", {"HTTP-006"}, HEAD, also={"CACHE-003": "the answer is about a customer's data"})(
    "Answers to HEAD have no Cache-Control.", field("Cache-Control", None, is_head)
)
fault("head-without-vary", {"HTTP-006"}, HEAD)("Answers to HEAD have no Vary.", field("Vary", None, is_head))
fault("head-empty-length", {"HTTP-018"}, LENGTH, also={"HTTP-006": "it is not the field of GET"})(
    "Answers to HEAD have Content-Length: 0.", _length(lambda _: b"0", is_head, 200)
)
fault(
    "request-fields-of-browsers-crash",
    {"HTTP-016", "ERR-011"},
    rfc(9110, "5.1"),
    also={"ROB-014": "odd values of it crash, too", "SEC-028": "so they do without a token"},
)("A request with X-Requested-With is answered with 500.", crashes(has("x-requested-with")))
