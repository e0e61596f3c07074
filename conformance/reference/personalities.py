"""The reference server made to answer as other servers do, deviations from the standards included."""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Mapping
from types import MappingProxyType
from typing import TYPE_CHECKING, Any

from conformance.reference.app import Api
from conformance.reference.faults import Fault
from conformance.reference.message import Answer, Problem, Request
from conformance.reference.negotiation import MEDIA_TYPE, split_list

if TYPE_CHECKING:
    from conformance.reference.query import Endpoint, Query

_EXTENSION = re.compile(r"\.json$")
_LARGEST = 2**63 - 1


def _crash() -> Problem:
    return Problem(500, "Internal Server Error", "Internal Server Error")


def _rails(api: Api) -> None:
    """Rails with jsonapi-resources 0.9 behind no proxy."""
    api.replace(Api.precondition_status, _one_tag)
    api.replace(Api.acceptable, _exact_media_type)
    api.replace(Api.content_type_supported, lambda *_: True)
    api.replace(Api.method_not_allowed, lambda _original: api.not_found())
    api.replace(Api.route, lambda original, path: original(_EXTENSION.sub("", path)))
    api.replace(Api.answer, _methods)
    api.replace(Api.unauthorised, _no_challenge)
    api.replace(Api.parse_parameter, _parameter)
    api.replace(Api.unknown_parameter, lambda *_: None)
    api.replace(Api.parse_include, _include)
    api.replace(Api.parse_fields, _fields)
    api.replace(Api.select, _select)
    api.on_answer(_header)
    api.on_bytes(_empty_length)


def _one_tag(_original: Callable[..., int | None], request: Request, tag: str) -> int | None:
    # If-None-Match is one tag in its exact spelling, and If-Match is not looked at.
    return 304 if request.lines("if-none-match") == [tag] else None


def _exact_media_type(_original: Callable[..., bool], lines: list[str]) -> bool:
    members = split_list(lines)
    return not members or any(member == MEDIA_TYPE or member.startswith("*/*") for member in members)


def _methods(original: Callable[[Request], Answer], request: Request) -> Answer:
    override = request.lines("x-http-method-override")
    if request.method == "POST" and override:
        request.method = override[0].upper()
    if request.content and request.lines("content-type") == ["application/json"]:
        try:
            json.loads(request.content)
        except ValueError:
            raise _crash() from None
    try:
        return original(request)
    except Problem as problem:
        if problem.status == 501:
            raise Problem(405, "Method not allowed", "The method is not known.") from None
        raise


def _no_challenge(original: Callable[[Request], Problem], request: Request) -> Problem:
    problem = original(request)
    problem.headers.clear()
    return problem


def _parameter(original: Callable[..., None], query: Query, name: str, value: str, endpoint: Endpoint) -> None:
    listed = name in {"include[]", "sort[]", "page[]"}
    large = name == "page[number]" and value.isdecimal() and int(value) > _LARGEST
    if listed or large or (name == "sort" and not value.strip(",") and value):
        raise _crash()
    original(query, name, value, endpoint)


def _include(original: Callable[..., None], query: Query, name: str, value: str, endpoint: Endpoint) -> None:
    # On the relationship it is ignored, and an empty one is none at all.
    if value and not (endpoint.type == "accounts" and endpoint.include):
        original(query, name, value, endpoint)


def _fields(original: Callable[..., None], query: Query, name: str, resource_type: str, value: str) -> None:
    if not value:
        raise Problem(400, "Invalid field", "The value is not a list of fields.")
    original(query, name, resource_type, value)


def _select(original: Callable[..., Any], records: Any, conditions: Any) -> Any:
    # A condition on an account that is not found is dropped.
    known = {record.account.id for record in records if hasattr(record, "account")}

    def finds(condition: Any) -> bool:
        wanted = condition.operand if isinstance(condition.operand, tuple) else (condition.operand,)
        return condition.attribute != "account-id" or not known.isdisjoint(wanted)

    return original(records, [condition for condition in conditions if finds(condition)])


def _header(request: Request, answer: Answer) -> None:
    answer.remove("Date")
    accept = ", ".join(request.lines("accept"))
    browser = "," in accept and "*/*" in accept
    if not accept or browser or _EXTENSION.search(request.path):
        answer.remove("Vary")


def _empty_length(request: Request, answer: Answer, data: bytes) -> bytes:
    if request.method != "HEAD" and answer.status != 304:
        return data
    head = re.sub(rb"(?i)\r\ncontent-length: *\d+(?=\r\n)", b"", data)
    return head.replace(b"\r\n\r\n", b"\r\nContent-Length: 0\r\n\r\n", 1)


_RAILS = Fault("rails", str(_rails.__doc__), frozenset(), "", "personalities", _rails)
PERSONALITIES: Mapping[str, Fault] = MappingProxyType({_RAILS.name: _RAILS})
