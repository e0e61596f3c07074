"""Hand-made exchanges: checks are fed with these instead of with what a server answered."""

from __future__ import annotations

import copy
import json
from collections.abc import Mapping, Sequence
from dataclasses import fields
from http import HTTPStatus
from typing import Any, Final

from conformance.model import contract
from conformance.model.exchange import JSON_API, Answer, Exchange, Fields, Request
from conformance.syntax.redaction import AUTH_TOKEN

ORIGIN: Final = "http://example.org"
PREFIX: Final = "/api/rest/customer/v1"
INVOICE_ID: Final = "abb41d30-a26e-11ef-be6d-0242ac120003"
ITEM_PATH: Final = f"{PREFIX}/invoices/{INVOICE_ID}"

Line = tuple[str, str]
# A mapping changes the default lines: None removes a field, a list gives one line per element. Lines replace them.
HeaderChanges = Mapping[str, str | Sequence[str] | None] | Sequence[Line]

# The documented answer, without the fields that one framework happens to add.
DEFAULT: Final[tuple[Line, ...]] = (
    ("Date", "Thu, 14 Nov 2024 09:57:08 GMT"),
    ("Content-Type", JSON_API),
    ("Vary", "Accept"),
    ("ETag", 'W/"253f5160b8ebcfba91cd3a9a98178ce6"'),
    ("Cache-Control", "max-age=0, private, must-revalidate"),
    ("X-Frame-Options", "SAMEORIGIN"),
    ("X-Content-Type-Options", "nosniff"),
    ("Referrer-Policy", "strict-origin-when-cross-origin"),
    ("X-Request-Id", "4ed0a5c1-6d2b-4d0b-9a3e-3f6c7a8b9c0d"),
)
DEFAULT_REQUEST: Final[tuple[Line, ...]] = (
    ("Host", "example.org"),
    ("User-Agent", "invoices-conformance"),
    ("Accept", JSON_API),
    ("Authorization", AUTH_TOKEN),
)

REMOVED: Final = object()
_ANSWER_PARTS = {field.name for field in fields(Answer)}


def exchange(
    probe: str = "item",
    status: int | None = 200,
    headers: HeaderChanges = DEFAULT,
    body: bytes | str | Mapping[str, Any] | Sequence[Any] | None = None,
    *,
    method: str = "GET",
    request_headers: HeaderChanges = (),
    path: str = ITEM_PATH,
    query: str | None = None,
    **parts: Any,
) -> Exchange:
    """Return an exchange whose answer is the documented one but for what is given.

    ``status`` None makes an exchange without an answer. ``body`` None is the documented example, empty for HEAD and
    304; text is encoded as UTF-8, other values as compact JSON. ``request_headers`` are changes of, or lines added to,
    the default request. ``path`` begins with the slash after the authority. ``parts`` are further fields of the answer
    (``reason``, ``wire_length``...) or of the exchange (``failure``, ``elapsed``...).
    """
    if body is None:
        body = b"" if method == "HEAD" or status == HTTPStatus.NOT_MODIFIED else contract.documented_example()
    content = encoded(body)
    added = tuple(request_headers.items()) if isinstance(request_headers, Mapping) else tuple(request_headers)
    url = f"{ORIGIN}{path}" if query is None else f"{ORIGIN}{path}?{query}"
    request = Request(method, url, merged(DEFAULT_REQUEST, added))
    own = {name: value for name, value in parts.items() if name in _ANSWER_PARTS}
    rest = {name: value for name, value in parts.items() if name not in _ANSWER_PARTS}
    rest.setdefault("invoice_id", INVOICE_ID)
    if status is None:
        rest.setdefault("failure", "connection closed without an answer")
        return Exchange(probe, request, None, **rest)
    lines = merged(DEFAULT, tuple(headers.items())) if isinstance(headers, Mapping) else tuple(headers)
    answer: dict[str, Any] = {
        "reason": HTTPStatus(status).phrase if status in set(HTTPStatus) else "",
        "version": "1.1",
        "wire_length": len(content),
        **own,
    }
    return Exchange(probe, request, Answer(status=status, fields=Fields(lines), body=content, **answer), **rest)


def refusal(status: int = 404, probe: str = "unknown_item", **parts: Any) -> Exchange:
    """Return an exchange that was refused with a correct JSON:API error document."""
    title = HTTPStatus(status).phrase
    error = {"title": title, "detail": f"{title}.", "code": str(status), "status": str(status)}
    return exchange(probe, status, **{"body": {"errors": [error]}, **parts})


def lost(probe: str, **parts: Any) -> Exchange:
    """Return an exchange whose connection the server closed."""
    return exchange(probe, None, lost=True, **parts)


def hung(probe: str, **parts: Any) -> Exchange:
    """Return an exchange that was not answered in time."""
    return exchange(probe, None, failure="no complete answer within the time limit", **parts)


def document(changes: Mapping[str, Any] | None = None, name: str = "documented-invoice") -> dict[str, Any]:
    """Return an example of the contract with ``changes``: JSON Pointer (RFC 6901) to new value, or to REMOVED."""
    root: dict[str, Any] = json.loads(contract.example(name))
    return pointed(root, changes or {})


def pointed(root: dict[str, Any], changes: Mapping[str, Any]) -> dict[str, Any]:
    """Return ``root``, changed in its place as for ``document``."""
    for pointer, value in changes.items():
        *way, last = (part.replace("~1", "/").replace("~0", "~") for part in pointer.split("/")[1:])
        place: Any = root
        for part in way:
            place = place[int(part)] if isinstance(place, list) else place[part]
        key: Any = int(last) if isinstance(place, list) else last
        if value is REMOVED:
            del place[key]
        else:
            place[key] = copy.deepcopy(value)
    return root


def invoice(changes: Mapping[str, Any] | None = None, name: str = "documented-invoice", **parts: Any) -> Exchange:
    """Return an exchange with an example invoice; ``changes``: attribute to new value, or to REMOVED."""
    body = document({f"/data/attributes/{attribute}": value for attribute, value in (changes or {}).items()}, name)
    return exchange(**{"body": body, "path": f"{PREFIX}/invoices/{body['data']['id']}", **parts})


def encoded(body: bytes | str | Mapping[str, Any] | Sequence[Any]) -> bytes:
    """Return the content for ``body``: text as UTF-8, other values than bytes as compact JSON."""
    if isinstance(body, bytes):
        return body
    text = body if isinstance(body, str) else json.dumps(body, ensure_ascii=False, separators=(",", ":"))
    return text.encode()


def merged(lines: Sequence[Line], changes: Sequence[tuple[str, str | Sequence[str] | None]]) -> tuple[Line, ...]:
    """Return header lines with ``changes``: None removes a field, a list gives one line per element."""
    changed = {name.lower() for name, _ in changes}
    kept = [line for line in lines if line[0].lower() not in changed]
    for name, value in changes:
        values = [value] if isinstance(value, str) else list(value or ())
        kept += [(name, each) for each in values]
    return tuple(kept)
