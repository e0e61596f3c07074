"""Faults of content types: the one that is sent, and the one of a request that has no content."""

from __future__ import annotations

from typing import TYPE_CHECKING

from conformance.reference.app import Api
from conformance.reference.faults import Area
from conformance.reference.faults.clauses import API_CONTENT_TYPE, CLIENT_ERRORS, MEDIA_TYPES, NEGOTIATION, rfc
from conformance.reference.faults.effects import ANY, ERRORS, content, has_status
from conformance.reference.faults.needs import CONTESTED
from conformance.reference.faults.seams import both, effect, instead_of
from conformance.reference.faults.where import (
    everywhere,
    has,
    is_account,
    is_busy,
    is_head,
    is_item,
    is_related,
    is_relationship,
)
from conformance.reference.message import Answer, Problem
from conformance.reference.negotiation import MEDIA_TYPE

if TYPE_CHECKING:
    from collections.abc import Callable

    from conformance.reference.faults.effects import Condition, Statuses
    from conformance.reference.message import Request

fault = Area(__name__)
PLAIN, WITH_CHARSET = "application/json", f"{MEDIA_TYPE}; charset=utf-8"


@effect
def _type(api: Api, value: str, where: Condition = everywhere, status: Statuses = ANY) -> None:
    """Label content in another way; what has no Content-Type gets none."""

    def change(request: Request, answer: Answer) -> None:
        if answer.get("Content-Type") and has_status(answer, status) and where(request):
            answer.set("Content-Type", value)

    api.on_answer(change)


fault(
    "type-plain-json",
    {"NEGO-001"},
    MEDIA_TYPES,
    also={
        "NEGO-010": "it is so whatever is accepted",
        "ERR-008": "errors are not JSON:API documents",
        "ERR-014": "errors are not JSON:API documents",
    },
)("Documents are labelled application/json.", _type(PLAIN))
fault(
    "type-plain-json-on-errors",
    {"NEGO-001"},
    MEDIA_TYPES,
    also={"ERR-008": "errors are not JSON:API documents", "ERR-014": "errors are not JSON:API documents"},
)("Error documents are labelled application/json.", _type(PLAIN, status=ERRORS))
fault("type-plain-json-on-account", {"NEGO-001"}, MEDIA_TYPES)(
    "The related account is labelled application/json.", _type(PLAIN, is_related, 200)
)
fault("type-plain-json-on-account-by-itself", {"NEGO-001"}, MEDIA_TYPES)(
    "An account by itself is labelled application/json.", _type(PLAIN, is_account, 200)
)
fault("type-with-charset", {"NEGO-002"}, NEGOTIATION)("The media type has the parameter charset.", _type(WITH_CHARSET))
fault("type-with-charset-on-errors", {"NEGO-002"}, NEGOTIATION)(
    "The media type of errors has the parameter charset.", _type(WITH_CHARSET, status=ERRORS)
)
fault("type-with-charset-on-head", {"NEGO-002"}, NEGOTIATION, also={"HTTP-006": "it is not the field of GET"})(
    "The media type in answers to HEAD has the parameter charset.", _type(WITH_CHARSET, is_head)
)
fault("accept-json-mislabelled", {"NEGO-010"}, API_CONTENT_TYPE)(
    "Whoever accepts application/json gets the document with that label.",
    both(
        instead_of(Api.acceptable)(lambda original, lines: lines == [PLAIN] or original(lines)),
        _type(PLAIN, has("accept", PLAIN)),
    ),
)
fault("content-type-parameters-ignored", {"NEGO-011"}, NEGOTIATION)(
    "The Content-Type of a GET is ignored.", instead_of(Api.content_type_supported)(lambda *_: True)
)
fault("content-type-other-refused", {"NEGO-019"}, rfc(9110, "8.3"))(
    "A GET with the Content-Type text/plain gives 415.",
    instead_of(Api.content_type_supported)(
        lambda original, lines: original(lines) and not any(line.startswith("text/plain") for line in lines)
    ),
)


@fault(
    "content-type-required",
    {"NEGO-012"},
    rfc(9110, "8.3"),
    also={"ITEM-001": "the busiest invoice is refused without it"},
)
@instead_of(Api.negotiate)
def content_type_required(original: Callable[[Request], None], request: Request) -> None:
    """A GET of the busiest invoice without Content-Type gives 415."""
    original(request)
    if is_busy(request) and not request.lines("content-type"):
        raise Problem(415, "Unsupported media type", "The Content-Type is missing.")


fault("unsupported-media-type-empty", {"NEGO-013"}, CLIENT_ERRORS, needs=CONTESTED)(
    "A 415 has no content.", content("", b"", status=415)
)

_ATOMIC = 'ext="https://jsonapi.org/ext/atomic"'
for _name, _what, _where in (
    ("everywhere", "Every answer", everywhere),
    ("on-invoices", "The answer to GET on an invoice", is_item),
    ("with-inclusion", "An answer with an inclusion", lambda request: "include=account" in request.query),
    ("on-relationship", "The document of the relationship", is_relationship),
):
    fault(f"extension-unasked-{_name}", {"NEGO-020"}, NEGOTIATION)(
        f"{_what} names an extension that nobody asked for.", _type(f"{MEDIA_TYPE};{_ATOMIC}", _where)
    )
fault("extension-unasked-in-errors", {"NEGO-020"}, NEGOTIATION)(
    "Errors name an extension that nobody asked for.", _type(f"{MEDIA_TYPE}; {_ATOMIC}", status=ERRORS)
)
