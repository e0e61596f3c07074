"""When two answers count as the same: all that is unique for each answer is left out of the comparison."""

from __future__ import annotations

import json
import re
from itertools import zip_longest
from typing import Any

from conformance.judge.api import Violation
from conformance.model.exchange import Exchange
from conformance.syntax.scalars import shown

_UNIQUE = (
    re.compile(r"[0-9a-f]{8}(?:-?[0-9a-f]{4}){3}-?[0-9a-f]{12}", re.IGNORECASE),
    re.compile(r"\d{4}-\d\d-\d\d[T ]\d\d:\d\d(?::\d\d(?:[.,]\d+)?)?(?:Z|[+-]\d\d:?\d\d)?"),
    # Trace ids: hexadecimal, or letters and digits as in ULID and KSUID.
    re.compile(r"\b(?=[0-9a-f]*\d)[0-9a-f]{8,}\b", re.IGNORECASE),
    re.compile(r"\b(?=[A-Za-z]*\d)(?=\d*[A-Za-z])[0-9A-Za-z]{20,}\b"),
    # Unix times.
    re.compile(r"\b1\d{9}(?:\d{3}|\.\d+)?\b"),
)
# What meta shows of the one exchange: when, how long, where and under which name.
_OF_ONE_EXCHANGE = re.compile(
    r"(?:^|[-_ ])(?:at|time|timestamp|took|ms|duration|elapsed|runtime|latency|trace|span|request|correlation|nonce"
    r"|node|host|hostname|instance|pod|remaining)(?:[-_ ]|$)",
    re.IGNORECASE,
)
_HUMP = re.compile(r"(?<=[a-z])(?=[A-Z])")
_ANYTHING = "*"


def _masked(text: str) -> str:
    for pattern in _UNIQUE:
        text = pattern.sub(_ANYTHING, text)
    return text


def _in_common(value: Any, request_ids: list[str], *, meta: bool = False) -> Any:
    """Return a JSON value with an asterisk for what is unique for each answer."""
    if isinstance(value, dict):
        return {
            name: _ANYTHING
            if meta and _OF_ONE_EXCHANGE.search(_HUMP.sub("-", name)) and not isinstance(member, dict | list)
            else _in_common(member, request_ids, meta=meta or name == "meta")
            for name, member in value.items()
        }
    if isinstance(value, list):
        return [_in_common(member, request_ids, meta=meta) for member in value]
    if isinstance(value, str):
        for request_id in request_ids:
            value = value.replace(request_id, _ANYTHING)
        return _masked(value)
    if isinstance(value, bool) or value is None:
        return value
    text = str(value)
    return _ANYTHING if _masked(text) != text else value


def _common_part(exchange: Exchange) -> Any:
    """Return the error document without what is unique for each answer, and the text of any other content."""
    request_ids = [request_id for request_id in exchange.fields.lines("X-Request-Id") if request_id]
    document = exchange.json.value
    if not exchange.json.readable or not isinstance(document, dict) or not isinstance(document.get("errors"), list):
        return _in_common(exchange.body.decode("utf-8", errors="replace"), request_ids)
    # Ids of error objects are unique by definition (JSON:API 1.1, error-objects).
    errors = [
        {name: value for name, value in error.items() if name != "id"} if isinstance(error, dict) else error
        for error in document["errors"]
    ]
    return _in_common({**document, "errors": errors}, request_ids)


def describes_the_exchange(exchange: Exchange) -> bool:
    """Return whether the meta of an answer is about the one exchange, as a duration is: the next may be longer."""
    document = exchange.json.value
    meta = document.get("meta") if isinstance(document, dict) else None
    return bool(_in_common(meta, exchange.fields.lines("X-Request-Id"), meta=True) != meta)


def normalised(exchange: Exchange) -> str:
    """Return the content without ids, times and the request id of the answer: what equal answers have in common."""
    common = _common_part(exchange)
    return common if isinstance(common, str) else json.dumps(common, sort_keys=True)


def expect_alike(exchange: Exchange, usual: Exchange, whose: str) -> None:
    """Raise Violation unless ``exchange`` has the content of the ``usual`` answer, which ``whose`` describes."""
    if normalised(exchange) != normalised(usual):
        observed, part = oddity(exchange, usual)
        wanted = f"the content of the answer {whose}"
        raise Violation(wanted, observed, exchange, part=part, others=(usual,), always=True)


def oddity(exchange: Exchange, usual: Exchange) -> tuple[str, str | None]:
    """Return for a finding what is odd in the content of ``exchange`` beside the ``usual`` one, and its JSON Pointer.

    No pointer where one of them is not an error document: then it is the beginning of the content.
    """
    ours, theirs = _common_part(exchange), _common_part(usual)
    if isinstance(ours, str) or isinstance(theirs, str):
        return shown(exchange.body[:200].decode("utf-8", errors="replace")), None
    pointer, value, absent = _first_difference(ours, theirs, "")
    return f"{pointer or '/'} {'absent' if absent else shown(value)}", pointer


def value_at(exchange: Exchange, pointer: str) -> Any:
    """Return what a JSON Pointer of ``oddity`` finds in an answer; None where that is nothing."""
    value = exchange.json.value
    for token in pointer.split("/")[1:]:
        name = token.replace("~1", "/").replace("~0", "~")
        if isinstance(value, list):
            value = value[int(name)] if name.isdecimal() and int(name) < len(value) else None
        else:
            value = value.get(name) if isinstance(value, dict) else None
    return value


def _first_difference(ours: Any, theirs: Any, pointer: str) -> tuple[str, Any, bool]:
    """Return JSON Pointer and value of the first part that differs, and whether it is the one that is missing."""
    missing = object()
    pairs: list[tuple[str, Any, Any]] = []
    if isinstance(ours, dict) and isinstance(theirs, dict):
        pairs = [(name, ours.get(name, missing), theirs.get(name, missing)) for name in (ours | theirs)]
    elif isinstance(ours, list) and isinstance(theirs, list):
        both = enumerate(zip_longest(ours, theirs, fillvalue=missing))
        pairs = [(str(place), one, other) for place, (one, other) in both]
    for name, one, other in pairs:
        if one != other:
            below = f"{pointer}/{name.replace('~', '~0').replace('/', '~1')}"
            return (below, None, True) if one is missing else _first_difference(one, other, below)
    return pointer, ours, False
