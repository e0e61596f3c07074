"""Errors that say more, and refusals by a router or a gateway in words of their own."""

from __future__ import annotations

import itertools
import re
import uuid
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

from conformance.reference.faults.tools import alter_errors
from conformance.reference.faults.where import UUID
from conformance.reference.message import Answer, Document, Problem, Request
from conformance.reference.serialise import PREFIX
from conformance.reference.variants import variant
from conformance.reference.variants.tools import PAGE, page_answer, plain_letters

if TYPE_CHECKING:
    from collections.abc import Callable

    from conformance.reference.app import Api

OBJECTS = "JSON:API 1.1, error-objects"
NOT_FOUND = "RFC 9110, section 15.5.5"
_MALFORMED = re.compile(r"%(?![0-9A-Fa-f]{2})")
_RESOURCE = re.compile(rf"{PREFIX}/(?:invoices(?:/{UUID}(?:/relationships/\w+|/\w+)?)?|accounts(?:/{UUID})?)")


@variant("errors-with-every-member", clause=OBJECTS, touches={"error-members"})
def every_member(api: Api) -> None:
    """Error objects have every member that JSON:API knows."""

    def change(error: Document) -> None:
        error["id"] = str(uuid.uuid4())
        error["links"] = {"about": "https://example.org/errors", "type": "https://example.org/errors/1"}
        error.setdefault("source", {"header": "Accept"})
        error["meta"] = {
            "trace-id": uuid.uuid4().hex,
            "timestamp": datetime.now(UTC).isoformat(),
        }

    alter_errors(api, change)


@variant("errors-with-a-number-of-the-answer", clause=OBJECTS, touches={"error-members"})
def number_of_the_answer(api: Api) -> None:
    """The meta of an error object counts the answers of the server."""
    numbers = itertools.count(1)
    alter_errors(api, lambda error: error.update(meta={"number": next(numbers)}))


@variant("errors-with-words-as-codes", clause=OBJECTS, touches={"error-members"})
def words_as_codes(api: Api) -> None:
    """The code of an error is a word of the application."""
    alter_errors(api, lambda error: error.update(code=error["title"].lower().replace(" ", "_")))


@variant("errors-in-other-words", clause=OBJECTS, touches={"error-members"})
def other_words(api: Api) -> None:
    """Titles and details are in another language."""
    alter_errors(api, lambda error: error.update(title=f"Fehler {error['code']}", detail="Ungültige Anfrage. «…»"))


@variant("errors-several", clause="JSON:API 1.1, errors-processing", touches={"error-count"})
def several(api: Api) -> None:
    """A bad query gets two error objects, with different statuses of the same class."""

    def document(original: Callable[[Problem], Document], problem: Problem) -> Document:
        shown = original(problem)
        if problem.status == 400 and problem.parameter:
            second = {**shown["errors"][0], "status": "422", "code": "422", "title": "Unprocessable parameter"}
            shown["errors"].append(second)
        return shown

    api.replace("error_document", document)


@variant("errors-short", clause=OBJECTS, touches={"error-members"}, departs={"ERR-013": "SHOULD"})
def short(api: Api) -> None:
    """Errors other than 401 and 404 have a title alone."""

    def change(error: Document) -> None:
        if error["status"] not in {"401", "404"}:
            for name in ("detail", "code", "status", "source"):
                error.pop(name, None)

    alter_errors(api, change)


def _page(status: int) -> Answer:
    return Answer(status, [("Content-Type", "text/html")], PAGE)


@variant("foreign-paths-refused-by-a-router", clause=NOT_FOUND, touches={"foreign-paths"})
def by_a_router(api: Api) -> None:
    """What is not a route, a malformed id among it, gets a page with 404 before the token is looked at."""
    api.on_request(lambda request: None if _RESOURCE.fullmatch(plain_letters(request.path)) else _page(404))


@variant("malformed-ids-bad-request", clause="RFC 9110, section 15.5.1", touches={"foreign-paths"})
def malformed_ids(api: Api) -> None:
    """An id that is not a UUID is refused with 400, after the token."""

    def route(original: Callable[[str], Any], path: str) -> Any:
        found = original(path)
        given = re.match(rf"{PREFIX}/(?:invoices|accounts)/([^/]+)", path)
        if not found and given and not re.fullmatch(UUID, given[1]):
            return "malformed", given[1]
        return found

    def answer(original: Callable[[Request], Answer], request: Request) -> Answer:
        if request.method in {"GET", "HEAD"} and (api.route(request.path) or ("", ""))[0] == "malformed":
            api.authenticate(request)
            raise Problem(400, "Bad request", "The id is malformed.")
        return original(request)

    api.replace("route", route)
    api.replace("answer", answer)


@variant("limits-refused-by-the-http-layer", clause="RFC 9110, section 15.5.15; RFC 6585, section 5", touches={"early"})
def by_the_http_layer(api: Api) -> None:
    """Requests that are too large, and messages that are malformed, are refused with a page and few fields."""

    def change(request: Request, answer: Answer) -> None:
        if answer.status in {413, 414, 421, 431} or not request.method:
            page_answer(answer)

    api.on_answer(change)


@variant("malformed-queries-refused-by-the-http-layer", clause="RFC 9110, section 15.5.1", touches={"early-query"})
def malformed_queries(api: Api) -> None:
    """A query with a malformed percent-encoding, or with bytes that are not UTF-8, is refused with a page."""

    def change(_request: Request, answer: Answer) -> None:
        if answer.status == 400 and b'"Malformed query"' in answer.body:
            page_answer(answer)

    api.on_answer(change)


@variant("malformed-targets-refused-without-date", clause="RFC 9110, section 6.6.1", touches={"early", "early-query"})
def without_date(api: Api) -> None:
    """The parser of requests refuses a malformed percent-encoding in a few words; it has no clock, and no date."""

    def refuse(request: Request, answer: Answer) -> None:
        if _MALFORMED.search(f"{request.path}?{request.query}"):
            answer.status, answer.body = 400, b"400 Bad Request"
            answer.headers = [("Content-Type", "text/plain; charset=utf-8"), ("Connection", "close")]

    api.on_answer(refuse)
