"""Faults of header fields, redirects and whole messages."""

from __future__ import annotations

from typing import TYPE_CHECKING

from conformance.reference.app import Api
from conformance.reference.faults import Area
from conformance.reference.faults.clauses import FIELD_ORDER, FIELD_VALUES, VARY, rfc
from conformance.reference.faults.effects import ANY, ERRORS, field, has_status, refuses, setting, with_line
from conformance.reference.faults.seams import effect, instead_of, on_answer, on_bytes, on_request
from conformance.reference.faults.where import has, is_item, is_related
from conformance.reference.message import Answer

if TYPE_CHECKING:
    from conformance.reference.faults.effects import Condition, Statuses
    from conformance.reference.message import Request

fault = Area(__name__)
_MEANINGLESS = (400, "Bad request", "A header field has no meaning here.")


@effect
def _raw_field(api: Api, line: bytes, where: Condition, status: Statuses = ANY) -> None:
    """Write a line as it is at the end of the header section."""

    def alter(request: Request, answer: Answer, data: bytes) -> bytes:
        concerned = has_status(answer, status) and where(request)
        return with_line(data, line) if concerned else data

    api.on_bytes(alter)


def _wrong_day(date: str) -> str:
    day = date[:3]
    return date.replace(day, "Mon" if day != "Mon" else "Tue", 1)


fault("field-name-with-space", {"HTTP-014"}, rfc(9112, "5.1"), also={"HTTP-017": "strict clients refuse the message"})(
    "The related account has white space before a colon in its header section.",
    _raw_field(b"X-Backend : a", is_related),
)
fault(
    "field-value-control-character", {"HTTP-014"}, FIELD_VALUES, also={"HTTP-017": "strict clients refuse the message"}
)("The related account has a field value with a control character.", _raw_field(b"X-Backend: a\x01b", is_related))


@fault("redirect-to-other-host", {"HTTP-015"}, rfc(9110, "15.4"))
@on_request
def redirect_elsewhere(request: Request) -> Answer | None:
    """A trailing slash is redirected to a fixed host, without the query."""
    if not request.path.endswith("/"):
        return None
    return Answer(301, [("Location", "http://www.example.com" + request.path.rstrip("/"))])


fault("redirect-without-location", {"HTTP-027"}, rfc(9110, "15.4"))(
    "A trailing slash is redirected without Location.",
    on_request(lambda request: Answer(301) if request.path.endswith("/") else None),
)
fault("request-version-refused", {"HTTP-016"}, rfc(9110, "5.1"))(
    "The field Version is taken for a version of the API.", refuses(has("version"), *_MEANINGLESS)
)
fault("request-empty-cookie-refused", {"HTTP-016"}, rfc(9110, "5.1"))(
    "An empty Cookie is refused.", refuses(has("cookie", ""), *_MEANINGLESS)
)


@fault("answer-cut", {"HTTP-017"}, rfc(9112, "8"), also={"HTTP-003": "fewer bytes come than announced"})
@on_bytes
def answer_cut(request: Request, answer: Answer, data: bytes) -> bytes:
    """The connection ends in the middle of the related account."""
    if not is_related(request) or request.method == "HEAD" or answer.status != 200:
        return data
    answer.cut = True
    return data[:-40]


@fault("answer-chunks-cut", {"HTTP-017"}, rfc(9112, "8"))
def chunks_cut(api: Api) -> None:
    """The related account is chunked, and the last chunk never comes."""

    def change(request: Request, answer: Answer) -> None:
        answer.chunked = is_related(request) and answer.status == 200

    def alter(request: Request, answer: Answer, data: bytes) -> bytes:
        answer.cut = answer.chunked and request.method == "GET"
        return data.removesuffix(b"0\r\n\r\n") if answer.cut else data

    api.on_answer(change)
    api.on_bytes(alter)


@fault("answer-missing", {"HTTP-017"}, rfc(9112, "9"))
@on_bytes
def answer_missing(request: Request, answer: Answer, data: bytes) -> bytes:
    """The connection is closed instead of an answer when the related account is asked for."""
    answer.cut = is_related(request)
    return b"" if answer.cut else data


fault("field-twice-content-type", {"HTTP-021"}, FIELD_ORDER)(
    "An invoice has two Content-Type fields.", _raw_field(b"Content-Type: application/vnd.api+json", is_item, 200)
)
fault("field-twice-etag", {"HTTP-021"}, FIELD_ORDER, also={"ETAG-002": "an ETag is one entity tag"})(
    "An invoice has an ETag of the application and one of a proxy.", _raw_field(b'ETag: "proxy"', is_item, 200)
)


@fault("field-twice-date", {"HTTP-021"}, FIELD_ORDER, also={"HTTP-001": "there is more than one Date"})
@on_answer
def date_twice(_request: Request, answer: Answer) -> None:
    """Errors have two Date fields."""
    if answer.status >= 400:
        answer.headers.append(("Date", answer.get("Date") or ""))


fault("grammar-of-vary", {"HTTP-023"}, VARY)(
    "Errors have a Vary that is not a list of field names.", field("Vary", "Accept, (Accept-Encoding)", status=ERRORS)
)
fault(
    "grammar-of-allow",
    {"HTTP-023"},
    rfc(9110, "10.2.1"),
    also={"HTTP-008": "no method is listed", "HTTP-010": "no method is listed"},
)("Allow separates the methods by semicolons.", setting(allow="GET; HEAD; OPTIONS"))
fault("grammar-of-last-modified", {"HTTP-023"}, rfc(9110, "8.8.2"))(
    "Last-Modified is in the form of RFC 3339.", field("Last-Modified", "2024-11-13T09:56:08Z", status=200)
)
fault("field-line-folded", {"HTTP-026"}, rfc(9112, "5.2"))(
    "The related account has a folded line in its header section.", _raw_field(b"X-Backend: a,\r\n b", is_related)
)


@fault("header-section-with-bare-line-feeds", {"HTTP-026"}, rfc(9112, "2.1"))
@on_bytes
def bare_line_feeds(_request: Request, answer: Answer, data: bytes) -> bytes:
    """The lines of the header section of an error end with LF alone."""
    head, end, body = data.partition(b"\r\n\r\n")
    return head.replace(b"\r\n", b"\n") + b"\n\n" + body if answer.status >= 400 and end else data


fault("date-of-another-weekday", {"HTTP-001"}, rfc(5322, "3.3"))(
    "The Date names another day of the week than that of its date.",
    instead_of(Api.date)(lambda original: _wrong_day(original())),
)
fault("expires-of-another-weekday", {"HTTP-023"}, rfc(5322, "3.3"))(
    "The related account has an Expires that names another day of the week than that of its date.",
    field("Expires", "Fri, 01 Jan 1990 00:00:00 GMT", is_related),
)
