"""Faults of preconditions and ranges."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from conformance.reference.conditional import entity_tags, opaque
from conformance.reference.faults import fault
from conformance.reference.faults.tools import set_field, status_is
from conformance.reference.message import Answer, Problem

if TYPE_CHECKING:
    from collections.abc import Callable

    from conformance.reference.app import Api
    from conformance.reference.message import Request

    NoneMatch = Callable[[list[str], str], bool]

NONE_MATCH = "RFC 9110, section 13.1.2"
NOT_MODIFIED = "RFC 9110, section 15.4.5"
MODIFIED_SINCE = "RFC 9110, section 13.1.3"
MATCH = "RFC 9110, section 13.1.1"
CONTESTED = {"contested"}


@fault(
    "if-none-match-ignored",
    caught_by={"COND-001"},
    clause=NONE_MATCH,
    also={"COND-009": "it is 200 in every case", "RELD-008": "it is 200 on the account, too"},
)
def ignored(api: Api) -> None:
    """If-None-Match is ignored."""
    api.replace("none_match", lambda *_: True)


@fault(
    "if-none-match-ignored-on-head",
    caught_by={"COND-001"},
    clause=NONE_MATCH,
    also={"ERR-010": "HEAD has another status"},
)
def ignored_on_head(api: Api) -> None:
    """If-None-Match is ignored for HEAD."""

    def status(original: Callable[[Request, str], int | None], request: Request, tag: str) -> int | None:
        return None if request.method == "HEAD" else original(request, tag)

    api.replace("precondition_status", status)


@fault("if-none-match-list-ignored", caught_by={"COND-002"}, clause=NONE_MATCH)
def list_ignored(api: Api) -> None:
    """If-None-Match is compared as one tag."""

    def none_match(original: NoneMatch, lines: list[str], tag: str) -> bool:
        return True if len(entity_tags(lines)) > 1 else original(lines, tag)

    api.replace("none_match", none_match)


@fault("if-none-match-first-member", caught_by={"COND-002"}, clause=NONE_MATCH)
def first_member(api: Api) -> None:
    """Of a list of tags only the first counts."""
    api.replace("none_match", lambda original, lines, tag: original(entity_tags(lines)[:1] or lines, tag))


@fault("if-none-match-last-member", caught_by={"COND-002"}, clause=NONE_MATCH)
def last_member(api: Api) -> None:
    """Of a list of tags only the last counts."""
    api.replace("none_match", lambda original, lines, tag: original(entity_tags(lines)[-1:] or lines, tag))


@fault("if-none-match-first-line", caught_by={"COND-002"}, clause="RFC 9110, section 5.2")
def first_line(api: Api) -> None:
    """Of several If-None-Match lines only the first counts."""
    api.replace("none_match", lambda original, lines, tag: original(lines[:1], tag))


@fault("if-none-match-needs-spaces", caught_by={"COND-002"}, clause="RFC 9110, section 5.6.1")
def needs_spaces(api: Api) -> None:
    """The list of tags is split at comma and space, so that one without spaces is a single tag."""
    api.replace(
        "none_match",
        lambda original, lines, tag: (
            True if any('",' in line and '", ' not in line for line in lines) else original(lines, tag)
        ),
    )


@fault("if-none-match-star-unknown", caught_by={"COND-003"}, clause=NONE_MATCH)
def star_unknown(api: Api) -> None:
    """An asterisk in If-None-Match is a tag that never matches."""
    api.replace("none_match", lambda original, lines, tag: True if lines == ["*"] else original(lines, tag))


@fault("if-none-match-strong", caught_by={"COND-004"}, clause="RFC 9110, section 8.8.3.2")
def strong_comparison(api: Api) -> None:
    """A tag must be spelled with the same weakness to match."""

    def none_match(original: NoneMatch, lines: list[str], tag: str) -> bool:
        return original(lines, tag) or (lines != ["*"] and tag not in entity_tags(lines))

    api.replace("none_match", none_match)


@fault("if-none-match-any", caught_by={"COND-005"}, clause=NONE_MATCH, also={"COND-009": "a stale tag gives 304, too"})
def any_tag(api: Api) -> None:
    """Whatever stands in If-None-Match, the answer is 304."""
    api.replace("none_match", lambda *_: False)


@fault("if-none-match-any-weak", caught_by={"COND-005"}, clause=NONE_MATCH)
def any_weak(api: Api) -> None:
    """Every weak tag matches, as none is compared behind W/."""

    def none_match(original: NoneMatch, lines: list[str], tag: str) -> bool:
        return original(lines, tag) and not any(member.startswith("W/") for member in entity_tags(lines))

    api.replace("none_match", none_match)


@fault(
    "not-modified-with-content",
    caught_by={"COND-006"},
    clause=NOT_MODIFIED,
    also={
        "HTTP-017": "what follows the header section is no message",
        "ROB-009": "the next answer on the connection is out of step",
        "CACHE-006": "the connection is out of step",
    },
)
def with_content(api: Api) -> None:
    """The bytes of the representation follow the header section of a 304."""

    def change(_request: Request, answer: Answer, data: bytes) -> bytes:
        if answer.status != 304:
            return data
        # What the client takes for the next answer must not wait for more.
        answer.cut = True
        return data + b'{"data":null}'

    api.on_bytes(change)


def _not_modified_lacks(api: Api, name: str) -> None:
    set_field(api, name, None, status_is(304))


@fault("not-modified-without-etag", caught_by={"COND-007"}, clause=NOT_MODIFIED)
def without_etag(api: Api) -> None:
    """A 304 has no ETag."""
    _not_modified_lacks(api, "ETag")


@fault("not-modified-without-cache-control", caught_by={"COND-007"}, clause=NOT_MODIFIED)
def without_cache_control(api: Api) -> None:
    """A 304 has no Cache-Control."""
    _not_modified_lacks(api, "Cache-Control")


@fault(
    "not-modified-without-vary",
    caught_by={"COND-007"},
    clause=NOT_MODIFIED,
    also={"CACHE-006": "Vary is not on all answers"},
)
def without_vary(api: Api) -> None:
    """A 304 has no Vary."""
    _not_modified_lacks(api, "Vary")


@fault("not-modified-without-date", caught_by={"HTTP-001"}, clause=NOT_MODIFIED)
def without_date(api: Api) -> None:
    """A 304 has no Date."""
    _not_modified_lacks(api, "Date")


@fault("not-modified-other-etag", caught_by={"COND-007"}, clause=NOT_MODIFIED)
def other_etag(api: Api) -> None:
    """A 304 has the entity tag of no content."""
    set_field(api, "ETag", 'W/"e3b0c44298fc1c149afbf4c8996fb924"', status_is(304))


@fault("not-modified-strong-etag", caught_by={"COND-007"}, clause=NOT_MODIFIED)
def strong_etag(api: Api) -> None:
    """A 304 has the entity tag without the sign of its weakness."""

    def change(_request: Request, answer: Answer) -> None:
        if answer.status == 304:
            answer.set("ETag", opaque(answer.get("ETag") or ""))

    api.on_answer(change)


@fault("not-modified-with-type", caught_by={"COND-008"}, clause=NOT_MODIFIED)
def with_type(api: Api) -> None:
    """A 304 has a Content-Type."""
    set_field(api, "Content-Type", "application/vnd.api+json", status_is(304))


@fault("not-modified-empty-length", caught_by={"COND-017"}, clause="RFC 9110, section 8.6")
def empty_length(api: Api) -> None:
    """A 304 has Content-Length: 0."""

    def change(_request: Request, answer: Answer, data: bytes) -> bytes:
        return data.replace(b"\r\n\r\n", b"\r\nContent-Length: 0\r\n\r\n", 1) if answer.status == 304 else data

    api.on_bytes(change)


def _status(api: Api, decide: Callable[[Request, str, int | None], int | None]) -> None:
    def status(original: Callable[[Request, str], int | None], request: Request, tag: str) -> int | None:
        return decide(request, tag, original(request, tag))

    api.replace("precondition_status", status)


@fault("if-modified-since-beats-none-match", caught_by={"COND-009"}, clause=MODIFIED_SINCE)
def beats_none_match(api: Api) -> None:
    """With an old If-Modified-Since a matching If-None-Match is not enough for 304."""
    _status(api, lambda request, _, status: None if status == 304 and request.lines("if-modified-since") else status)


@fault("if-modified-since-suffices", caught_by={"COND-009"}, clause=MODIFIED_SINCE)
def suffices(api: Api) -> None:
    """With If-None-Match that does not match, a late If-Modified-Since gives 304 all the same."""

    def decide(request: Request, _tag: str, status: int | None) -> int | None:
        late = any(re.search(r" (20[3-9]\d|2[1-9]\d\d) ", line) for line in request.lines("if-modified-since"))
        return 304 if late and request.lines("if-none-match") else status

    _status(api, decide)


@fault("if-modified-since-always", caught_by={"COND-010"}, clause=MODIFIED_SINCE)
def modified_since_always(api: Api) -> None:
    """Any If-Modified-Since without If-None-Match gives 304."""

    def decide(request: Request, _tag: str, status: int | None) -> int | None:
        alone = request.lines("if-modified-since") and not request.lines("if-none-match")
        return 304 if alone else status

    _status(api, decide)


@fault("if-modified-since-crash", caught_by={"COND-010", "ERR-011"}, clause=MODIFIED_SINCE)
def modified_since_crash(api: Api) -> None:
    """An If-Modified-Since that is no date is answered with 500."""

    def decide(request: Request, _tag: str, status: int | None) -> int | None:
        if any("GMT" not in line for line in request.lines("if-modified-since")):
            raise Problem(500, "Internal server error", "Something went wrong.")
        return status

    _status(api, decide)


@fault("if-match-ignored", caught_by={"COND-011"}, clause=MATCH, needs=CONTESTED)
def match_ignored(api: Api) -> None:
    """If-Match is ignored."""
    api.replace("match", lambda *_: True)


@fault("if-match-star-fails", caught_by={"COND-011"}, clause=MATCH, needs=CONTESTED)
def match_star_fails(api: Api) -> None:
    """If-Match with an asterisk gives 412."""
    api.replace("match", lambda original, lines, tag: lines != ["*"] and original(lines, tag))


@fault("if-match-weak", caught_by={"COND-012"}, clause="RFC 9110, section 8.8.3.2", needs=CONTESTED)
def match_weak(api: Api) -> None:
    """If-Match compares weakly."""
    api.replace(
        "match",
        lambda original, lines, tag: original(lines, tag) or opaque(tag) in [opaque(m) for m in entity_tags(lines)],
    )


@fault("if-unmodified-since-fails", caught_by={"COND-012"}, clause="RFC 9110, section 13.1.4", needs=CONTESTED)
def unmodified_since_fails(api: Api) -> None:
    """If-Unmodified-Since in the past gives 412, though there is no Last-Modified."""
    _status(api, lambda request, _, status: 412 if request.lines("if-unmodified-since") else status)


def _star_instead_of(api: Api, status: int) -> None:
    def change(request: Request, answer: Answer) -> None:
        if answer.status == status and request.lines("if-none-match") == ["*"]:
            answer.status = 304
            answer.body = b""

    api.on_answer(change)


PRECEDENCE = "RFC 9110, section 13.2.1"


@fault("precondition-before-authentication", caught_by={"COND-013"}, clause=PRECEDENCE)
def before_authentication(api: Api) -> None:
    """If-None-Match: * without valid credentials gives 304."""
    _star_instead_of(api, 401)


@fault("precondition-before-lookup", caught_by={"COND-013"}, clause=PRECEDENCE, also={"SEC-003": "for any id"})
def before_lookup(api: Api) -> None:
    """If-None-Match: * on an unknown invoice gives 304."""
    _star_instead_of(api, 404)


@fault("precondition-before-negotiation", caught_by={"COND-013"}, clause=PRECEDENCE)
def before_negotiation(api: Api) -> None:
    """If-None-Match: * with an Accept that is refused gives 304."""
    _star_instead_of(api, 406)


@fault("if-none-match-malformed-crash", caught_by={"COND-014", "ERR-011"}, clause="RFC 9110, section 2.4")
def malformed_crash(api: Api) -> None:
    """A malformed If-None-Match is answered with 500."""

    def none_match(original: NoneMatch, lines: list[str], tag: str) -> bool:
        if lines != ["*"] and not entity_tags(lines):
            raise Problem(500, "Internal server error", "Something went wrong.")
        return original(lines, tag)

    api.replace("none_match", none_match)
