"""Faults of header fields, redirects and whole messages."""

from __future__ import annotations

from typing import TYPE_CHECKING

from conformance.reference.faults import fault
from conformance.reference.faults.tools import is_item, is_related, set_field, status_is
from conformance.reference.message import Answer, Problem

if TYPE_CHECKING:
    from collections.abc import Callable

    from conformance.reference.app import Api
    from conformance.reference.message import Request

HEAD = "RFC 9110, section 9.3.2"


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


@fault("field-line-folded", caught_by={"HTTP-026"}, clause="RFC 9112, section 5.2")
def line_folded(api: Api) -> None:
    """The related account has a folded line in its header section."""
    _raw_field(api, b"X-Backend: a,\r\n b", lambda request, _: is_related(request))


@fault("header-section-with-bare-line-feeds", caught_by={"HTTP-026"}, clause="RFC 9112, section 2.1")
def bare_line_feeds(api: Api) -> None:
    """The lines of the header section of an error end with LF alone."""

    def alter(_request: Request, answer: Answer, data: bytes) -> bytes:
        head, end, body = data.partition(b"\r\n\r\n")
        return head.replace(b"\r\n", b"\n") + b"\n\n" + body if answer.status >= 400 and end else data

    api.on_bytes(alter)


def _wrong_day(date: str) -> str:
    day = date[:3]
    return date.replace(day, "Mon" if day != "Mon" else "Tue", 1)


@fault("date-of-another-weekday", caught_by={"HTTP-001"}, clause="RFC 5322, section 3.3")
def another_weekday(api: Api) -> None:
    """The Date names another day of the week than that of its date."""
    api.replace("date", lambda original: _wrong_day(original()))


@fault("expires-of-another-weekday", caught_by={"HTTP-023"}, clause="RFC 5322, section 3.3")
def expires_another_weekday(api: Api) -> None:
    """The related account has an Expires that names another day of the week than that of its date."""
    set_field(api, "Expires", "Fri, 01 Jan 1990 00:00:00 GMT", lambda request, _: is_related(request))
