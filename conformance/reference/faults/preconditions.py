"""Faults of preconditions and ranges."""

from __future__ import annotations

import hashlib
import re
from typing import TYPE_CHECKING

from conformance.reference.app import Api
from conformance.reference.conditional import entity_tags, opaque
from conformance.reference.faults import Area
from conformance.reference.faults.clauses import (
    LENGTH,
    MODIFIED_SINCE,
    NONE_MATCH,
    NOT_MODIFIED,
    PRECEDENCE,
    TAG_COMPARISON,
    rfc,
)
from conformance.reference.faults.effects import crashes, crashes_in, empty_length, field, refuses, unconditional
from conformance.reference.faults.needs import CONTESTED
from conformance.reference.faults.seams import effect, instead_of, on_answer, on_bytes
from conformance.reference.faults.where import Where, everywhere, has, is_head
from conformance.reference.message import Answer

if TYPE_CHECKING:
    from collections.abc import Callable

    from conformance.reference.faults.seams import Install
    from conformance.reference.message import Request

fault = Area(__name__)
_none_match = instead_of(Api.none_match)


def _not_modified_lacks(name: str) -> Install:
    return field(name, None, status=304)


@effect
def _status(api: Api, decide: Callable[[Request, int | None], int | None]) -> None:
    """Let ``decide`` have the last word; it gets the status that is right."""
    api.replace(Api.precondition_status, lambda original, request, tag: decide(request, original(request, tag)))


@effect
def _star_instead_of(api: Api, status: int) -> None:
    def change(request: Request, answer: Answer) -> None:
        if answer.status == status and request.lines("if-none-match") == ["*"]:
            answer.status = 304
            answer.body = b""

    api.on_answer(change)


fault(
    "if-none-match-ignored",
    {"COND-001"},
    NONE_MATCH,
    also={"COND-009": "it is 200 in every case"},
)("If-None-Match is ignored.", _none_match(lambda *_: True))
fault("if-none-match-ignored-on-head", {"COND-001"}, NONE_MATCH, also={"ERR-010": "HEAD has another status"})(
    "If-None-Match is ignored for HEAD.", unconditional(is_head)
)
fault("if-none-match-list-ignored", {"COND-002", "HTTP-029"}, NONE_MATCH)(
    "If-None-Match is compared as one tag.",
    _none_match(lambda original, lines, tag: len(entity_tags(lines)) > 1 or original(lines, tag)),
)
fault("if-none-match-first-member", {"COND-002", "HTTP-029"}, NONE_MATCH)(
    "Of a list of tags only the first counts.",
    _none_match(lambda original, lines, tag: original(entity_tags(lines)[:1] or lines, tag)),
)
fault("if-none-match-last-member", {"COND-002"}, NONE_MATCH)(
    "Of a list of tags only the last counts.",
    _none_match(lambda original, lines, tag: original(entity_tags(lines)[-1:] or lines, tag)),
)
fault("if-none-match-first-line", {"COND-002"}, rfc(9110, "5.2"))(
    "Of several If-None-Match lines only the first counts.",
    _none_match(lambda original, lines, tag: original(lines[:1], tag)),
)
fault("if-none-match-last-line", {"COND-002"}, rfc(9110, "5.2"))(
    "Of several If-None-Match lines only the last counts.",
    _none_match(lambda original, lines, tag: original(lines[-1:], tag)),
)
fault("if-none-match-needs-spaces", {"COND-002"}, rfc(9110, "5.6.1"))(
    "The list of tags is split at comma and space, so that one without spaces is a single tag.",
    _none_match(
        lambda original, lines, tag: any('",' in line and '", ' not in line for line in lines) or original(lines, tag)
    ),
)
for _name, _field, _value in (
    ("no-cache", "Cache-Control", "no-cache"),
    ("no-age", "Cache-Control", "max-age=0"),
    ("pragma", "Pragma", "no-cache"),
):
    fault(f"if-none-match-ignored-with-{_name}", {"COND-020"}, NONE_MATCH, needs=CONTESTED)(
        f"With {_field}: {_value} a request is not conditional.", unconditional(has(_field.lower(), _value))
    )
for _field in ("Cookie", "Range", "X-Requested-With", "Sec-Fetch-Dest"):
    fault(f"if-none-match-ignored-beside-{_field.lower()}", {"ROB-014"}, NONE_MATCH, needs=CONTESTED)(
        f"Beside {_field} no precondition is looked at.", unconditional(has(_field.lower()))
    )
fault("precondition-before-refusal", {"COND-013", "COND-019"}, rfc(9110, "13.2.1"), needs=CONTESTED)(
    "If-Unmodified-Since is looked at before anything else.",
    refuses(
        has("if-unmodified-since", "Mon, 01 Jan 1990 00:00:00 GMT") & has("range"), 412, "Failed", "It was modified."
    ),
)
fault("range-of-options", {"COND-019"}, rfc(9110, "14.2"))(
    "A Range of OPTIONS is taken for a part that nothing has.",
    refuses(
        has("range") & Where(lambda request: request.method == "OPTIONS"), 416, "No such part", "There is no content."
    ),
)
fault("if-none-match-star-unknown", {"COND-003"}, NONE_MATCH)(
    "An asterisk in If-None-Match is a tag that never matches.",
    _none_match(lambda original, lines, tag: lines == ["*"] or original(lines, tag)),
)
fault("if-none-match-strong", {"COND-004"}, TAG_COMPARISON)(
    "A tag must be spelled with the same weakness to match.",
    _none_match(
        lambda original, lines, tag: original(lines, tag) or (lines != ["*"] and tag not in entity_tags(lines))
    ),
)
fault("if-none-match-any", {"COND-005", "HTTP-029"}, NONE_MATCH, also={"COND-009": "a stale tag gives 304, too"})(
    "Whatever stands in If-None-Match, the answer is 304.", _none_match(lambda *_: False)
)
fault("if-none-match-any-weak", {"COND-005", "HTTP-029"}, NONE_MATCH)(
    "Every weak tag matches, as none is compared behind W/.",
    _none_match(
        lambda original, lines, tag: (
            original(lines, tag) and not any(each.startswith("W/") for each in entity_tags(lines))
        )
    ),
)


@fault(
    "not-modified-with-content",
    {"COND-006"},
    NOT_MODIFIED,
    also={
        "HTTP-017": "what follows the header section is not a message",
        "ROB-009": "the next answer on the connection is out of step",
        "CACHE-006": "the connection is out of step",
    },
)
@on_bytes
def with_content(_request: Request, answer: Answer, data: bytes) -> bytes:
    """The bytes of the representation follow the header section of a 304."""
    if answer.status != 304:
        return data
    # What the client takes for the next answer must not wait for more.
    answer.cut = True
    return data + b'{"data":null}'


fault("not-modified-without-etag", {"COND-007"}, NOT_MODIFIED)("A 304 has no ETag.", _not_modified_lacks("ETag"))
fault("not-modified-without-cache-control", {"COND-007"}, NOT_MODIFIED)(
    "A 304 has no Cache-Control.", _not_modified_lacks("Cache-Control")
)
fault("not-modified-without-vary", {"COND-007"}, NOT_MODIFIED, also={"CACHE-006": "Vary is not on all answers"})(
    "A 304 has no Vary.", _not_modified_lacks("Vary")
)
fault("not-modified-without-date", {"HTTP-001"}, NOT_MODIFIED)("A 304 has no Date.", _not_modified_lacks("Date"))
fault("not-modified-other-etag", {"COND-007"}, NOT_MODIFIED)(
    "A 304 has the entity tag of empty content.", field("ETag", 'W/"e3b0c44298fc1c149afbf4c8996fb924"', status=304)
)


@fault("not-modified-strong-etag", {"COND-007"}, NOT_MODIFIED)
@on_answer
def strong_etag(_request: Request, answer: Answer) -> None:
    """A 304 has the entity tag without the sign of its weakness."""
    if answer.status == 304:
        answer.set("ETag", opaque(answer.get("ETag") or ""))


fault("not-modified-with-type", {"COND-008"}, NOT_MODIFIED)(
    "A 304 has a Content-Type.", field("Content-Type", "application/vnd.api+json", status=304)
)
fault("not-modified-empty-length", {"COND-017"}, LENGTH)("A 304 has Content-Length: 0.", empty_length(everywhere, 304))
fault(
    "if-modified-since-beats-none-match",
    {"COND-009"},
    MODIFIED_SINCE,
    also={"ROB-014": "odd dates beside a tag do it, too"},
)(
    "With an old If-Modified-Since a matching If-None-Match is not enough for 304.",
    _status(lambda request, status: None if status == 304 and request.lines("if-modified-since") else status),
)


@fault("if-modified-since-suffices", {"COND-009"}, MODIFIED_SINCE)
@_status
def suffices(request: Request, status: int | None) -> int | None:
    """With If-None-Match that does not match, a late If-Modified-Since gives 304 all the same."""
    late = any(re.search(r" (20[3-9]\d|2[1-9]\d\d) ", line) for line in request.lines("if-modified-since"))
    return 304 if late and request.lines("if-none-match") else status


@fault("if-modified-since-always", {"COND-010"}, MODIFIED_SINCE)
@_status
def modified_since_always(request: Request, status: int | None) -> int | None:
    """Any If-Modified-Since without If-None-Match gives 304."""
    alone = request.lines("if-modified-since") and not request.lines("if-none-match")
    return 304 if alone else status


fault(
    "if-modified-since-crash",
    {"COND-010", "ERR-011"},
    MODIFIED_SINCE,
    also={"ROB-014": "it is a field that the interface does not ask for"},
)(
    "An If-Modified-Since that is not a date is answered with 500.",
    crashes_in(
        Api.precondition_status,
        lambda request, _: any("GMT" not in line for line in request.lines("if-modified-since")),
    ),
)
fault("if-match-ignored", {"COND-011"}, rfc(9110, "13.1.1"))(
    "If-Match is ignored.", instead_of(Api.match)(lambda *_: True)
)
fault("if-match-star-fails", {"COND-011"}, rfc(9110, "13.1.1"))(
    "If-Match with an asterisk gives 412.",
    instead_of(Api.match)(lambda original, lines, tag: lines != ["*"] and original(lines, tag)),
)
fault("if-match-asterisk-in-quotes", {"COND-011"}, rfc(9110, "13.1.1"))(
    "An asterisk in If-Match is any tag, within quotes as well.",
    instead_of(Api.match)(lambda original, lines, tag: "*" in ", ".join(lines) or original(lines, tag)),
)
fault("if-match-unquoted-crash", {"COND-014", "ERR-011"}, rfc(9110, "8.8.3"), needs=CONTESTED)(
    "An If-Match without quotes is answered with 500.",
    crashes(lambda request: any(line and '"' not in line and line != "*" for line in request.lines("if-match"))),
)
fault("if-match-weak", {"COND-012"}, TAG_COMPARISON)(
    "If-Match compares weakly.",
    instead_of(Api.match)(
        lambda original, lines, tag: original(lines, tag) or opaque(tag) in [opaque(m) for m in entity_tags(lines)]
    ),
)
fault("if-unmodified-since-fails", {"COND-012"}, rfc(9110, "13.1.4"))(
    "If-Unmodified-Since in the past gives 412, though there is no Last-Modified.",
    _status(lambda request, status: 412 if request.lines("if-unmodified-since") else status),
)
fault("precondition-before-authentication", {"COND-013"}, PRECEDENCE)(
    "If-None-Match: * without valid credentials gives 304.", _star_instead_of(401)
)
fault("precondition-before-lookup", {"COND-013"}, PRECEDENCE, also={"SEC-003": "for any id"})(
    "If-None-Match: * on an unknown invoice gives 304.", _star_instead_of(404)
)
fault("precondition-before-negotiation", {"COND-013"}, PRECEDENCE)(
    "If-None-Match: * with an Accept that is refused gives 304.", _star_instead_of(406)
)


@fault("precondition-on-refusals", {"COND-013"}, PRECEDENCE)
@on_answer
def on_refusals(request: Request, answer: Answer) -> None:
    """A 401 or 404 has an entity tag, and is 304 for a client that sends it back."""
    if answer.status in {401, 404}:
        tag = f'W/"{hashlib.sha256(answer.body).hexdigest()[:32]}"'
        answer.set("ETag", tag)
        if tag in request.lines("if-none-match"):
            answer.status = 304


fault("if-none-match-malformed-crash", {"COND-014", "ERR-011", "HTTP-029"}, rfc(9110, "2.4"))(
    "A malformed If-None-Match is answered with 500.",
    crashes_in(Api.none_match, lambda lines, _: lines != ["*"] and not entity_tags(lines)),
)


@fault("if-none-match-before-if-match", {"COND-011"}, rfc(9110, "13.2.2"), needs=CONTESTED)
def none_match_first(api: Api) -> None:
    """If-None-Match is evaluated before If-Match."""

    def status(original: Callable[[Request, str], int | None], request: Request, tag: str) -> int | None:
        lines = request.lines("if-none-match")
        return 304 if lines and not api.none_match(lines, tag) else original(request, tag)

    api.replace(Api.precondition_status, status)
