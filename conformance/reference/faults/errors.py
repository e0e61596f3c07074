"""Faults of error answers."""

from __future__ import annotations

from typing import TYPE_CHECKING, NoReturn

from conformance.reference.app import Api
from conformance.reference.faults import Area
from conformance.reference.faults.clauses import (
    API_ERRORS,
    CLIENT_ERRORS,
    ERROR_OBJECTS,
    HEAD,
    LINK,
    TOP_LEVEL,
    json_api,
    rfc,
)
from conformance.reference.faults.effects import becomes, content, crash, in_error
from conformance.reference.faults.seams import after, instead_of, on_request
from conformance.reference.faults.where import is_head, is_item
from conformance.reference.message import Answer, Document, Problem, Request

if TYPE_CHECKING:
    from collections.abc import Callable

    from conformance.reference.faults.seams import Install
    from conformance.reference.model import Invoice

fault = Area(__name__)


def _in_document(change: Callable[[Document], object]) -> Install:
    return after(Api.error_document)(lambda document, _: change(document))


def _in_error_of(status: str, members: Document) -> Install:
    """Give members to the error objects of one status."""
    return in_error(lambda error: error.update(members) if error["status"] == status else None)


def _other_source(**source: str) -> Install:
    return in_error(lambda error: error.update(source=source) if "source" in error else None)


fault(
    "errors-as-object",
    {"ERR-001"},
    ERROR_OBJECTS,
    also={"ERR-014": "it is not an error document", "ERR-015": "there is no error object"},
)(
    "The errors member is one error object.",
    _in_document(lambda document: document.update(errors=document["errors"][0])),
)
fault(
    "errors-as-strings",
    {"ERR-001"},
    ERROR_OBJECTS,
    also={"ERR-014": "it is not an error document", "ERR-015": "there is no error object"},
)(
    "The errors member is an array of strings.",
    _in_document(lambda document: document.update(errors=[document["errors"][0]["title"]])),
)
fault("errors-beside-null-data", {"ITEM-002"}, TOP_LEVEL)(
    "Error documents have data that are null.", _in_document(lambda document: document.update(data=None))
)
fault(
    "errors-empty-object",
    {"ERR-002"},
    ERROR_OBJECTS,
    also={"ERR-013": "there is no status", "ERR-015": "no documented member is there"},
)("Error objects are empty.", in_error(lambda error: error.clear()))
fault("errors-extra-member", {"ERR-003"}, ERROR_OBJECTS)(
    "Error objects have a member message.", in_error(lambda error: error.update(message=error["title"]))
)
fault("errors-source-path", {"ERR-003"}, ERROR_OBJECTS)(
    "The source of an error has a member path.", in_error(lambda error: error.update(source={"path": "/"}))
)
fault("errors-extra-member-on-400", {"ERR-003"}, ERROR_OBJECTS)(
    "Error objects of 400 answers have a timestamp.", _in_error_of("400", {"timestamp": "2024-11-07T09:56:08.253Z"})
)
fault("errors-status-number", {"ERR-004"}, ERROR_OBJECTS)(
    "The status of an error object is a number.", in_error(lambda error: error.update(status=int(error["status"])))
)
fault("errors-status-number-on-406", {"ERR-004"}, ERROR_OBJECTS)(
    "The status in the error object of a 406 is a number.", _in_error_of("406", {"status": 406})
)
fault("errors-code-number", {"ERR-004"}, ERROR_OBJECTS)(
    "The code of an error object is a number.", in_error(lambda error: error.update(code=int(error["code"])))
)
fault("errors-status-text", {"ERR-004"}, ERROR_OBJECTS)(
    "The status of an error object is a phrase.", in_error(lambda error: error.update(status="Not found"))
)
fault("errors-status-differs", {"ERR-005"}, json_api("errors-processing"))(
    "The status of every error object is 500.", in_error(lambda error: error.update(status="500"))
)
fault(
    "errors-right-document-wrong-status",
    {"ERR-005", "ITEM-024"},
    json_api("errors-processing"),
    also={"COND-013": "an unknown id is not 404", "ERR-014": "it is not a 404 answer"},
)("An unknown invoice has the right error document and the status 400.", becomes(400, is_item, 404))
fault(
    "errors-with-200",
    {"ERR-009", "ITEM-024"},
    TOP_LEVEL,
    also={
        "ITEM-025": "so does what is not an id",
        "ERR-005": "the status of the error object is 404",
        "COND-013": "an unknown id is not 404",
        "ERR-014": "it is not a 404 answer",
    },
)("An unknown invoice has the right error document and the status 200.", becomes(200, is_item, 404))


@fault(
    "errors-title-with-id",
    {"ERR-006"},
    ERROR_OBJECTS,
    also={"SEC-003": "the bodies differ", "SEC-005": "the bodies differ"},
)
@instead_of(Api.find_invoice)
def title_with_id(original: Callable[..., Invoice], request: Request, number: str) -> Invoice:
    """The title of a 404 names the id."""
    try:
        return original(request, number)
    except Problem as problem:
        problem.title = f"Record {number} not found"
        raise


fault("errors-source-other-parameter", {"ERR-007"}, ERROR_OBJECTS)(
    "The source of an error about a query parameter names the parameter q.", _other_source(parameter="q")
)
fault("errors-source-bad-pointer", {"ERR-007"}, ERROR_OBJECTS)(
    "The source of an error has a pointer that is not a JSON Pointer.", _other_source(pointer="include")
)
fault("errors-empty", {"ERR-008", "ERR-014"}, CLIENT_ERRORS)("A 404 has no content.", content("", b"", status=404))
fault("errors-html", {"ERR-008", "ERR-014"}, rfc(9110, "12.1"))(
    "A 404 is an HTML page.",
    content("text/html; charset=utf-8", b"<!DOCTYPE html><title>Not found</title>", status=404),
)
fault("errors-plain-text-401", {"ERR-014"}, API_ERRORS)(
    "A 401 is plain text.", content("text/plain", b"Unauthorized", status=401)
)
fault("errors-head-differs", {"ERR-010"}, HEAD)(
    "HEAD on an unknown invoice is answered with 200.", becomes(200, is_head, 404)
)
fault("errors-head-differs-on-406", {"ERR-010"}, HEAD)(
    "HEAD ignores Accept.",
    instead_of(Api.negotiate)(lambda original, request: None if is_head(request) else original(request)),
)


@fault(
    "errors-crash-on-unknown-field",
    {"ERR-011"},
    rfc(9110, "15.5.1"),
    also={"FLDS-004": "it is not refused with 400", "QRY-008": "odd names are unknown, too"},
)
@instead_of(Api.refuse)
def crash_on_unknown_field(original: Callable[..., NoReturn], title: str, detail: str, name: str) -> NoReturn:
    """An unknown field is answered with 500."""
    if title == "Unknown field":
        raise crash()
    original(title, detail, name)


@fault("errors-retry-after-words", {"ERR-012"}, rfc(9110, "10.2.3"))
@on_request
def retry_after(request: Request) -> Answer | None:
    """Too many query parameters are answered with 429 and a Retry-After in words."""
    if request.query.count("&") > 50:
        problem = Problem(429, "Too many requests", "That was too much.")
        problem.headers.append(("Retry-After", "soon"))
        raise problem
    return None


fault("errors-without-status", {"ERR-013"}, ERROR_OBJECTS, also={"ERR-015": "it is a documented member"})(
    "Error objects have no status.", in_error(lambda error: error.pop("status"))
)
fault("errors-without-detail", {"ERR-015"}, API_ERRORS)(
    "Error objects have no detail.", in_error(lambda error: error.pop("detail"))
)
fault("errors-with-empty-detail", {"ERR-015"}, API_ERRORS)(
    "The detail of an error object is empty.", in_error(lambda error: error.update(detail=""))
)
fault("error-link-is-number", {"ITEM-016"}, LINK)(
    "The link about of an error is a number.", in_error(lambda error: error.update(links={"about": 5}))
)
fault("error-meta-is-array", {"ITEM-011"}, ERROR_OBJECTS)(
    "The meta of an error is an array.", in_error(lambda error: error.update(meta=[]))
)
