"""Faults of content types: the one that is sent, and the one of a request that has no content."""

from __future__ import annotations

from typing import TYPE_CHECKING

from conformance.reference.faults import fault
from conformance.reference.faults.tools import (
    is_busy,
    is_related,
    set_field,
    status_is,
)
from conformance.reference.message import Answer, Problem
from conformance.reference.negotiation import MEDIA_TYPE

if TYPE_CHECKING:
    from collections.abc import Callable

    from conformance.reference.app import Api
    from conformance.reference.message import Request


ALL = "JSON:API 1.1, content-negotiation-all"
SERVERS = "JSON:API 1.1, content-negotiation-servers"


def _type(api: Api, value: str, when: Callable[[Request, Answer], bool]) -> None:
    set_field(
        api, "Content-Type", value, lambda request, answer: bool(answer.get("Content-Type")) and when(request, answer)
    )


@fault(
    "type-plain-json",
    caught_by={"NEGO-001"},
    clause=ALL,
    also={
        "NEGO-010": "it is so whatever is accepted",
        "ERR-008": "errors are no JSON:API documents",
        "ERR-014": "errors are no JSON:API documents",
    },
)
def plain_json(api: Api) -> None:
    """Documents are labelled application/json."""
    _type(api, "application/json", lambda *_: True)


@fault(
    "type-plain-json-on-errors",
    caught_by={"NEGO-001"},
    clause=ALL,
    also={"ERR-008": "errors are no JSON:API documents", "ERR-014": "errors are no JSON:API documents"},
)
def plain_json_on_errors(api: Api) -> None:
    """Error documents are labelled application/json."""
    _type(api, "application/json", lambda _, answer: answer.status >= 400)


@fault("type-plain-json-on-account", caught_by={"NEGO-001"}, clause=ALL)
def plain_json_on_account(api: Api) -> None:
    """The related account is labelled application/json."""
    _type(api, "application/json", lambda request, answer: is_related(request) and answer.status == 200)


@fault("type-plain-json-on-account-by-itself", caught_by={"NEGO-001"}, clause=ALL)
def plain_json_on_account_by_itself(api: Api) -> None:
    """An account by itself is labelled application/json."""
    _type(api, "application/json", lambda request, answer: "/v1/accounts/" in request.path and answer.status == 200)


@fault("type-with-charset", caught_by={"NEGO-002"}, clause=SERVERS)
def with_charset(api: Api) -> None:
    """The media type has the parameter charset."""
    _type(api, f"{MEDIA_TYPE}; charset=utf-8", lambda *_: True)


@fault("type-with-charset-on-errors", caught_by={"NEGO-002"}, clause=SERVERS)
def with_charset_on_errors(api: Api) -> None:
    """The media type of errors has the parameter charset."""
    _type(api, f"{MEDIA_TYPE}; charset=utf-8", lambda _, answer: answer.status >= 400)


@fault(
    "type-with-charset-on-head", caught_by={"NEGO-002"}, clause=SERVERS, also={"HTTP-006": "it is not the field of GET"}
)
def with_charset_on_head(api: Api) -> None:
    """The media type in answers to HEAD has the parameter charset."""
    _type(api, f"{MEDIA_TYPE}; charset=utf-8", lambda request, _: request.method == "HEAD")


@fault("accept-json-mislabelled", caught_by={"NEGO-010"}, clause="Documented API, content type")
def json_mislabelled(api: Api) -> None:
    """Whoever accepts application/json gets the document with that label."""
    api.replace("acceptable", lambda original, lines: lines == ["application/json"] or original(lines))
    _type(api, "application/json", lambda request, _: request.lines("accept") == ["application/json"])


@fault("content-type-parameters-ignored", caught_by={"NEGO-011"}, clause=SERVERS, needs={"contested"})
def content_type_ignored(api: Api) -> None:
    """The Content-Type of a GET is ignored."""
    api.replace("content_type_supported", lambda *_: True)


@fault("content-type-other-refused", caught_by={"NEGO-012"}, clause="RFC 9110, section 8.3")
def content_type_other(api: Api) -> None:
    """A GET with the Content-Type text/plain gives 415."""
    api.replace(
        "content_type_supported",
        lambda original, lines: original(lines) and not any(line.startswith("text/plain") for line in lines),
    )


@fault(
    "content-type-required",
    caught_by={"NEGO-012"},
    clause="RFC 9110, section 8.3",
    also={"ITEM-001": "the busiest invoice is refused without it"},
)
def content_type_required(api: Api) -> None:
    """A GET of the busiest invoice without Content-Type gives 415."""

    def negotiate(original: Callable[[Request], None], request: Request) -> None:
        original(request)
        if is_busy(request) and not request.lines("content-type"):
            raise Problem(415, "Unsupported media type", "The Content-Type is missing.")

    api.replace("negotiate", negotiate)


@fault(
    "unsupported-media-type-empty",
    caught_by={"NEGO-013"},
    clause="RFC 9110, section 15.5",
    needs={"contested"},
)
def empty_415(api: Api) -> None:
    """A 415 has no content."""

    def change(request: Request, answer: Answer) -> None:
        if status_is(415)(request, answer):
            answer.body = b""
            answer.remove("Content-Type")

    api.on_answer(change)
