"""Faults of error answers."""

from __future__ import annotations

from typing import TYPE_CHECKING

from conformance.reference.faults import fault
from conformance.reference.faults.tools import alter_errors, is_item, status_is
from conformance.reference.message import Answer, Document, Problem, Request

if TYPE_CHECKING:
    from collections.abc import Callable

    from conformance.reference.app import Api

OBJECTS = "JSON:API 1.1, error-objects"
PROCESSING = "JSON:API 1.1, errors-processing"
DOCUMENTED = "Documented API, errors"


def _alter_documents(api: Api, change: Callable[[Document], None]) -> None:
    def document(original: Callable[[Problem], Document], problem: Problem) -> Document:
        shown = original(problem)
        change(shown)
        return shown

    api.replace("error_document", document)


@fault(
    "errors-as-object",
    caught_by={"ERR-001"},
    clause=OBJECTS,
    also={"ERR-014": "it is no error document", "ERR-015": "there is no error object"},
)
def as_object(api: Api) -> None:
    """The errors member is one error object."""
    _alter_documents(api, lambda document: document.update(errors=document["errors"][0]))


@fault(
    "errors-as-strings",
    caught_by={"ERR-001"},
    clause=OBJECTS,
    also={"ERR-014": "it is no error document", "ERR-015": "there is no error object"},
)
def as_strings(api: Api) -> None:
    """The errors member is an array of strings."""
    _alter_documents(api, lambda document: document.update(errors=[document["errors"][0]["title"]]))


@fault("errors-beside-null-data", caught_by={"ITEM-002"}, clause="JSON:API 1.1, document-top-level")
def beside_data(api: Api) -> None:
    """Error documents have data that are null."""
    _alter_documents(api, lambda document: document.update(data=None))


@fault(
    "errors-empty-object",
    caught_by={"ERR-002"},
    clause=OBJECTS,
    also={"ERR-013": "there is no status", "ERR-015": "no documented member is there"},
)
def empty_object(api: Api) -> None:
    """Error objects are empty."""
    alter_errors(api, lambda error: error.clear())


@fault("errors-extra-member", caught_by={"ERR-003"}, clause=OBJECTS)
def extra_member(api: Api) -> None:
    """Error objects have a member message."""
    alter_errors(api, lambda error: error.update(message=error["title"]))


@fault("errors-source-path", caught_by={"ERR-003"}, clause=OBJECTS)
def source_path(api: Api) -> None:
    """The source of an error has a member path."""
    alter_errors(api, lambda error: error.update(source={"path": "/"}))


@fault("errors-extra-member-on-400", caught_by={"ERR-003"}, clause=OBJECTS)
def extra_member_on_400(api: Api) -> None:
    """Error objects of 400 answers have a timestamp."""

    def change(error: Document) -> None:
        if error["status"] == "400":
            error["timestamp"] = "2024-11-07T09:56:08.253Z"

    alter_errors(api, change)


@fault("errors-status-number", caught_by={"ERR-004"}, clause=OBJECTS)
def status_number(api: Api) -> None:
    """The status of an error object is a number."""
    alter_errors(api, lambda error: error.update(status=int(error["status"])))


@fault("errors-status-number-on-406", caught_by={"ERR-004"}, clause=OBJECTS)
def status_number_on_406(api: Api) -> None:
    """The status in the error object of a 406 is a number."""

    def change(error: Document) -> None:
        if error["status"] == "406":
            error["status"] = 406

    alter_errors(api, change)


@fault("errors-code-number", caught_by={"ERR-004"}, clause=OBJECTS)
def code_number(api: Api) -> None:
    """The code of an error object is a number."""
    alter_errors(api, lambda error: error.update(code=int(error["code"])))


@fault("errors-status-text", caught_by={"ERR-004"}, clause=OBJECTS)
def status_text(api: Api) -> None:
    """The status of an error object is a phrase."""
    alter_errors(api, lambda error: error.update(status="Not found"))


@fault("errors-status-differs", caught_by={"ERR-005"}, clause=PROCESSING)
def status_differs(api: Api) -> None:
    """The status of every error object is 500."""
    alter_errors(api, lambda error: error.update(status="500"))


@fault(
    "errors-right-document-wrong-status",
    caught_by={"ERR-005", "ITEM-024"},
    clause=PROCESSING,
    also={"COND-013": "an unknown id is not 404", "ERR-014": "it is no 404 answer"},
)
def wrong_status(api: Api) -> None:
    """An unknown invoice has the right error document and the status 400."""

    def change(request: Request, answer: Answer) -> None:
        if is_item(request) and answer.status == 404:
            answer.status = 400

    api.on_answer(change)


@fault(
    "errors-with-200",
    caught_by={"ERR-009", "ITEM-024"},
    clause="JSON:API 1.1, document-top-level",
    also={
        "ERR-005": "the status of the error object is 404",
        "COND-013": "an unknown id is not 404",
        "ERR-014": "it is no 404 answer",
    },
)
def with_200(api: Api) -> None:
    """An unknown invoice has the right error document and the status 200."""

    def change(request: Request, answer: Answer) -> None:
        if is_item(request) and answer.status == 404:
            answer.status = 200

    api.on_answer(change)


@fault(
    "errors-title-with-id",
    caught_by={"ERR-006"},
    clause=OBJECTS,
    also={"SEC-003": "the bodies differ", "SEC-005": "the bodies differ"},
)
def title_with_id(api: Api) -> None:
    """The title of a 404 names the id."""

    def find(original: Callable[..., object], request: Request, number: str) -> object:
        try:
            return original(request, number)
        except Problem as problem:
            problem.title = f"Record {number} not found"
            raise

    api.replace("find_invoice", find)


@fault("errors-source-other-parameter", caught_by={"ERR-007"}, clause=OBJECTS)
def other_parameter(api: Api) -> None:
    """The source of an error about a query parameter names the parameter q."""

    def change(error: Document) -> None:
        if "source" in error:
            error["source"] = {"parameter": "q"}

    alter_errors(api, change)


@fault("errors-source-bad-pointer", caught_by={"ERR-007"}, clause=OBJECTS)
def bad_pointer(api: Api) -> None:
    """The source of an error has a pointer that is none."""

    def change(error: Document) -> None:
        if "source" in error:
            error["source"] = {"pointer": "include"}

    alter_errors(api, change)


def _content(api: Api, content_type: str, body: bytes, when: Callable[[Request, Answer], bool]) -> None:
    def change(request: Request, answer: Answer) -> None:
        if when(request, answer):
            answer.body = body
            answer.set("Content-Type", content_type)
            if not body:
                answer.remove("Content-Type")

    api.on_answer(change)


@fault("errors-empty", caught_by={"ERR-008", "ERR-014"}, clause="RFC 9110, section 15.5")
def empty(api: Api) -> None:
    """A 404 has no content."""
    _content(api, "", b"", status_is(404))


@fault("errors-html", caught_by={"ERR-008", "ERR-014"}, clause="RFC 9110, section 12.1")
def html(api: Api) -> None:
    """A 404 is an HTML page."""
    _content(api, "text/html; charset=utf-8", b"<!DOCTYPE html><title>Not found</title>", status_is(404))


@fault("errors-plain-text-401", caught_by={"ERR-014"}, clause=DOCUMENTED)
def plain_401(api: Api) -> None:
    """A 401 is plain text."""
    _content(api, "text/plain", b"Unauthorized", status_is(401))


@fault("errors-head-differs", caught_by={"ERR-010"}, clause="RFC 9110, section 9.3.2")
def head_differs(api: Api) -> None:
    """HEAD on an unknown invoice is answered with 200."""

    def change(request: Request, answer: Answer) -> None:
        if request.method == "HEAD" and answer.status == 404:
            answer.status = 200

    api.on_answer(change)


@fault("errors-head-differs-on-406", caught_by={"ERR-010"}, clause="RFC 9110, section 9.3.2")
def head_differs_on_406(api: Api) -> None:
    """HEAD ignores Accept."""

    def negotiate(original: Callable[[Request], None], request: Request) -> None:
        if request.method != "HEAD":
            original(request)

    api.replace("negotiate", negotiate)


@fault(
    "errors-crash-on-unknown-field",
    caught_by={"ERR-011"},
    clause="RFC 9110, section 15.5.1",
    also={"FLDS-004": "it is not refused with 400"},
)
def crash_on_unknown_field(api: Api) -> None:
    """An unknown field is answered with 500."""

    def refuse(original: Callable[..., None], title: str, detail: str, name: str) -> None:
        if title == "Unknown field":
            raise Problem(500, "Internal server error", "Something went wrong.")
        original(title, detail, name)

    api.replace("refuse", refuse)


@fault("errors-retry-after-words", caught_by={"ERR-012"}, clause="RFC 9110, section 10.2.3")
def retry_after(api: Api) -> None:
    """Too many query parameters are answered with 429 and a Retry-After in words."""

    def hook(request: Request) -> Answer | None:
        if request.query.count("&") > 50:
            problem = Problem(429, "Too many requests", "That was too much.")
            problem.headers.append(("Retry-After", "soon"))
            raise problem
        return None

    api.on_request(hook)


@fault("errors-without-status", caught_by={"ERR-013"}, clause=OBJECTS, also={"ERR-015": "it is a documented member"})
def without_status(api: Api) -> None:
    """Error objects have no status."""
    alter_errors(api, lambda error: error.pop("status"))


@fault("errors-without-detail", caught_by={"ERR-015"}, clause=DOCUMENTED)
def without_detail(api: Api) -> None:
    """Error objects have no detail."""
    alter_errors(api, lambda error: error.pop("detail"))


@fault("errors-with-empty-detail", caught_by={"ERR-015"}, clause=DOCUMENTED)
def with_empty_detail(api: Api) -> None:
    """The detail of an error object is empty."""
    alter_errors(api, lambda error: error.update(detail=""))


@fault("error-link-is-number", caught_by={"ITEM-016"}, clause="JSON:API 1.1, document-links-link")
def link_is_number(api: Api) -> None:
    """The link about of an error is a number."""
    alter_errors(api, lambda error: error.update(links={"about": 5}))


@fault("error-meta-is-array", caught_by={"ITEM-011"}, clause="JSON:API 1.1, error-objects")
def meta_is_array(api: Api) -> None:
    """The meta of an error is an array."""
    alter_errors(api, lambda error: error.update(meta=[]))
