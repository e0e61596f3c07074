"""When two answers count as the same: all that is unique for each answer is left out of the comparison."""

from __future__ import annotations

import json
import re

from conformance.exchange import Exchange

_UNIQUE = (
    re.compile(r"[0-9a-f]{8}(?:-?[0-9a-f]{4}){3}-?[0-9a-f]{12}", re.IGNORECASE),
    re.compile(r"\d{4}-\d\d-\d\d[T ]\d\d:\d\d(?::\d\d(?:[.,]\d+)?)?(?:Z|[+-]\d\d:?\d\d)?"),
    # Trace ids and Unix times.
    re.compile(r"\b(?=[0-9a-f]*\d)[0-9a-f]{16,}\b", re.IGNORECASE),
    re.compile(r"\b1\d{9}(?:\d{3})?\b"),
)


def _without_error_ids(exchange: Exchange) -> str:
    document = exchange.json.value
    if not exchange.json.readable or not isinstance(document, dict) or not isinstance(document.get("errors"), list):
        return exchange.body.decode("utf-8", errors="replace")
    errors = [
        {name: value for name, value in error.items() if name != "id"} if isinstance(error, dict) else error
        for error in document["errors"]
    ]
    return json.dumps({**document, "errors": errors}, sort_keys=True)


def essence(exchange: Exchange) -> str:
    """Return the content without ids, times and the request id of the answer: what equal answers have in common.

    Ids of error objects are unique by definition (JSON:API 1.1, error-objects).
    """
    text = _without_error_ids(exchange)
    for request_id in exchange.fields.lines("X-Request-Id"):
        if request_id:
            text = text.replace(request_id, "*")
    for pattern in _UNIQUE:
        text = pattern.sub("*", text)
    return text
