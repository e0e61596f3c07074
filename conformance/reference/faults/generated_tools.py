"""What the faults that only generated requests meet have in common: reading a request as it was sent."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING
from urllib.parse import unquote_to_bytes

from conformance.reference.message import Answer, Problem

if TYPE_CHECKING:
    from collections.abc import Callable

    from conformance.reference.app import Api
    from conformance.reference.message import Request

CLIENT_ERRORS = "RFC 9110, sections 15.5 and 15.6"
FIELDSETS = "JSON:API 1.1, fetching-sparse-fieldsets"
DOCUMENT = "OpenAPI document, responses"
_HTML = b"<!doctype html><title>Error</title><h1>Something went wrong</h1>"


def id_of(request: Request) -> str:
    """What stands in the place of an id, as sent."""
    parts = re.split("/(?:invoices|accounts)/", request.path, maxsplit=1)
    return re.sub("/(relationships/account|account)$", "", parts[1]) if len(parts) > 1 else ""


def bytes_of_id(request: Request) -> bytes:
    """The same, decoded."""
    return unquote_to_bytes(id_of(request))


def pairs_of(request: Request) -> list[tuple[str, str]]:
    """The query parameters, decoded."""
    texts = [unquote_to_bytes(pair).decode(errors="replace") for pair in request.query.split("&") if pair]
    return [(name, value) for name, _, value in (text.partition("=") for text in texts)]


def fields_of(request: Request) -> list[str]:
    """The names in fields[invoices]; none when it is absent or empty."""
    return [name for key, value in pairs_of(request) if key == "fields[invoices]" for name in value.split(",") if name]


def names_of(request: Request) -> list[str]:
    """The names of the parameters."""
    return [name for name, _ in pairs_of(request)]


def values_of(request: Request, *names: str) -> list[str]:
    """The values of the parameters with these names."""
    return [value for name, value in pairs_of(request) if name in names]


def fails(api: Api, when: Callable[[Request], object]) -> None:
    """Answer 500 when the condition is met."""

    def fail(request: Request) -> None:
        if when(request):
            raise Problem(500, "Internal server error", "The request could not be processed.")

    api.on_request(fail)


def answers_html(api: Api, when: Callable[[Request, Answer], object]) -> None:
    """Replace an answer's content by an HTML page when the condition is met."""

    def replace(request: Request, answer: Answer) -> None:
        if when(request, answer):
            answer.set("Content-Type", "text/html; charset=utf-8")
            answer.body = _HTML

    api.on_answer(replace)
