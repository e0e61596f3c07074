"""What the faults that only generated requests meet have in common: reading a request as it was sent."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING
from urllib.parse import unquote_to_bytes

from conformance.reference.faults.effects import content, refuses

if TYPE_CHECKING:
    from conformance.reference.faults.effects import Condition
    from conformance.reference.faults.seams import Install
    from conformance.reference.message import Request

_HTML = b"<!doctype html><title>Error</title><h1>Something went wrong</h1>"


def id_of(request: Request) -> str:
    """What stands in the place of an id, as sent."""
    parts = re.split("/(?:invoices|accounts)/", request.path, maxsplit=1)
    return re.sub("/(relationships/account|account)$", "", parts[1]) if len(parts) > 1 else ""


def bytes_of_id(request: Request) -> bytes:
    """The same, decoded."""
    return unquote_to_bytes(id_of(request))


def has_non_ascii_id(request: Request) -> bool:
    """True when a character outside of ASCII stands in the place of an id."""
    return any(byte > 0x7F for byte in bytes_of_id(request))


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


def repeats_a_name(request: Request) -> bool:
    """True when a parameter is given twice."""
    return len(set(names_of(request))) < len(names_of(request))


def has_fields_of_accounts(request: Request) -> bool:
    """True when there is a fieldset of accounts."""
    return "fields[accounts]" in names_of(request)


def values_of(request: Request, *names: str) -> list[str]:
    """The values of the parameters with these names."""
    return [value for name, value in pairs_of(request) if name in names]


def fails(where: Condition) -> Install:
    """Answer 500 when the condition is met."""
    return refuses(where, 500, "Internal server error", "The request could not be processed.")


def answers_html(where: Condition, status: int) -> Install:
    """Replace an answer's content by an HTML page when the condition is met."""
    return content("text/html; charset=utf-8", _HTML, where, status)
