"""Exchanges as an HTTP Archive (HAR 1.2), readable by browsers' tools and, with its extensions, by this suite.

What HAR has no place for is in members named ``_conformance``. Header fields keep order, spelling and repetition.
"""

from __future__ import annotations

import base64
import json
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any
from urllib.parse import parse_qsl, urlsplit

from conformance import __version__
from conformance.model.exchange import Answer, Exchange, Fields, Request
from conformance.syntax import redaction

EXTENSION = "_conformance"
# Members that the format has and nobody here measures; the cookies are among the header fields.
_UNKNOWN: Mapping[str, Any] = {"cookies": [], "headersSize": -1}
_NOT_TIMED: Mapping[str, Any] = {"blocked": -1, "dns": -1, "connect": -1, "ssl": -1}


@dataclass(slots=True)
class Entry:
    """An exchange as it is kept. ``observation`` counts how often the request was made for judging, from 0.

    ``superseded``: another answer to the same observation was judged in its place. ``cleaned`` is how many spellings
    of secrets were known when it was last looked through for them.
    """

    exchange: Exchange
    observation: int
    superseded: bool
    cleaned: int | None = None


class FormatError(ValueError):
    """A file is not a record that can be read."""


def write(entries: Iterable[Entry], extension: Mapping[str, Any]) -> str:
    """Return the archive of ``entries``; ``extension`` is what is kept of the run as a whole."""
    return "".join(pieces(entries, extension))


def pieces(entries: Iterable[Entry], extension: Mapping[str, Any]) -> Iterator[str]:
    """Yield the archive of ``entries`` in pieces."""
    log = {
        "version": "1.2",
        "creator": {"name": "invoices-conformance", "version": __version__},
        "browser": {"name": "", "version": ""},
        EXTENSION: extension,
    }
    yield json.dumps({"log": log}).removesuffix("}}") + ', "entries": ['
    # An entry a line: that can be searched and compared, and is written faster than with indentation.
    separator = "\n"
    for entry in entries:
        yield separator + json.dumps(_written(entry))
        separator = ",\n"
    yield "\n]}}\n"


def _written(entry: Entry) -> dict[str, Any]:
    exchange = entry.exchange
    milliseconds = exchange.elapsed * 1000
    return {
        "startedDateTime": (exchange.started or datetime.fromtimestamp(0, UTC)).isoformat(),
        "time": milliseconds,
        "request": _request(entry),
        "response": _response(exchange.answer),
        "timings": {**_NOT_TIMED, "send": 0, "wait": milliseconds, "receive": 0},
        "cache": {},
        "connection": str(exchange.connection),
    }


def _lines(pairs: Iterable[tuple[str, str]]) -> list[dict[str, str]]:
    return [_line(name, value) for name, value in pairs]


def _line(name: str, value: str) -> dict[str, str]:
    if redaction.has_placeholder(value):
        return {"name": name, "value": redaction.display(value), EXTENSION: value}
    return {"name": name, "value": value}


def _request(entry: Entry) -> dict[str, Any]:
    request = entry.exchange.request
    made: dict[str, Any] = {
        **_UNKNOWN,
        "method": request.method,
        "url": redaction.display(request.url),
        "httpVersion": "HTTP/1.1",
        "headers": _lines(request.headers),
        "queryString": _query(request.url),
        "bodySize": len(request.body),
        EXTENSION: _known(entry),
    }
    if request.body:
        text, made[EXTENSION]["encoding"] = _as_text(request.body)
        made["postData"] = {"mimeType": request.header("Content-Type") or "", "text": text}
    return made


def _known(entry: Entry) -> dict[str, Any]:
    exchange, request = entry.exchange, entry.exchange.request
    known = {
        "probe": exchange.probe,
        "invoice_id": exchange.invoice_id,
        "observation": entry.observation,
        "superseded": entry.superseded,
        "elapsed": exchange.elapsed,
        "ordinal": exchange.ordinal,
        "retries": exchange.retries,
        "answered": exchange.answer is not None,
        "failure": exchange.failure,
        "lost": exchange.lost,
        "closed": exchange.closed,
        "turn": exchange.round,
        "raw": list(request.raw),
        "later": [_response(each) for each in exchange.later],
    }
    return {**known, "url": request.url} if redaction.has_placeholder(request.url) else known


def _query(url: str) -> list[dict[str, str]]:
    try:
        pairs = parse_qsl(urlsplit(url).query, keep_blank_values=True)
    except ValueError:
        return []
    return [{"name": name, "value": value} for name, value in pairs]


def _response(answer: Answer | None) -> dict[str, Any]:
    if answer is None:
        # Status 0 is how browsers write that there was no answer.
        content = {"size": 0, "mimeType": ""}
        nothing = {"status": 0, "statusText": "", "httpVersion": "", "headers": [], "redirectURL": "", "bodySize": -1}
        return {**_UNKNOWN, **nothing, "content": content}
    return {
        **_UNKNOWN,
        "status": answer.status,
        "statusText": answer.reason,
        "httpVersion": f"HTTP/{answer.version}",
        "headers": _lines(answer.fields),
        "content": _content(answer),
        "redirectURL": answer.fields.get("Location") or "",
        "bodySize": answer.wire_length,
        EXTENSION: _received(answer),
    }


def _content(answer: Answer) -> dict[str, Any]:
    text, encoding = _as_text(answer.body)
    content = {"size": len(answer.body), "mimeType": answer.fields.get("Content-Type") or "", "text": text}
    return {**content, "encoding": encoding} if encoding else content


def _received(answer: Answer) -> dict[str, Any]:
    unsolicited, encoding = _as_text(answer.unsolicited)
    return {
        "truncated": answer.truncated,
        "excess": unsolicited,
        "excess_encoding": encoding,
        "coding_problem": answer.coding_problem,
        "incomplete": answer.incomplete,
        "secrets_found": list(answer.secrets_found),
        "line_flaws": list(answer.line_flaws),
    }


def _as_text(content: bytes) -> tuple[str, str | None]:
    """Return ``content`` as a text and the encoding of that text, None for what is UTF-8."""
    try:
        return content.decode(), None
    except UnicodeDecodeError:
        return base64.b64encode(content).decode(), "base64"


def _as_bytes(text: str, encoding: str | None) -> bytes:
    return base64.b64decode(text, validate=True) if encoding == "base64" else text.encode()


def read(text: str) -> tuple[list[Entry], dict[str, Any]]:
    """Undo ``write``. Raises FormatError for what it did not write."""
    try:
        archive = json.loads(text)
    except (ValueError, RecursionError) as error:
        raise FormatError(f"not JSON: {error}"[:200]) from None
    log = archive.get("log") if isinstance(archive, dict) else None
    if not isinstance(log, dict):
        raise FormatError("no HTTP archive")
    extension = log.get(EXTENSION)
    if not isinstance(extension, dict):
        raise FormatError("an HTTP archive that another program made")
    try:
        return [_entry(each) for each in log["entries"]], extension
    except (ValueError, KeyError, TypeError, AttributeError, OverflowError) as error:
        raise FormatError(f"an entry is damaged: {type(error).__name__}: {error}"[:200]) from None


def _text(value: object) -> str:
    """Return ``value``, which has to be a text with whole characters. Raises TypeError and ValueError."""
    if not isinstance(value, str):
        raise TypeError("not a text")
    value.encode()
    return value


def _text_or_none(value: object) -> str | None:
    return None if value is None else _text(value)


def _pairs(records: list[dict[str, str]]) -> tuple[tuple[str, str], ...]:
    return tuple((_text(each["name"]), _text(each.get(EXTENSION, each["value"]))) for each in records)


def _entry(data: dict[str, Any]) -> Entry:
    request, response = data["request"], data["response"]
    known = request[EXTENSION]
    body = _as_bytes(request["postData"]["text"], known["encoding"]) if "postData" in request else b""
    url, headers = _text(known.get("url", request["url"])), _pairs(request["headers"])
    exchange = Exchange(
        probe=_text(known["probe"]),
        request=Request(_text(request["method"]), url, headers, body, raw=tuple(map(_text, known["raw"]))),
        answer=_answer(response) if known["answered"] else None,
        failure=_text_or_none(known["failure"]),
        lost=bool(known["lost"]),
        invoice_id=_text_or_none(known["invoice_id"]),
        started=datetime.fromisoformat(data["startedDateTime"]),
        elapsed=float(known["elapsed"]),
        connection=int(data["connection"]),
        ordinal=int(known["ordinal"]),
        retries=int(known["retries"]),
        later=tuple(map(_answer, known["later"])),
        closed=bool(known["closed"]),
        round=int(known.get("turn", 0)),
    )
    return Entry(exchange, int(known["observation"]), bool(known["superseded"]))


def _answer(response: dict[str, Any]) -> Answer:
    content, known = response["content"], response[EXTENSION]
    return Answer(
        status=int(response["status"]),
        reason=_text(response["statusText"]),
        version=_text(response["httpVersion"]).removeprefix("HTTP/"),
        fields=Fields(_pairs(response["headers"])),
        body=_as_bytes(content["text"], content.get("encoding")),
        wire_length=int(response["bodySize"]),
        truncated=bool(known["truncated"]),
        unsolicited=_as_bytes(known["excess"], known["excess_encoding"]),
        coding_problem=_text_or_none(known["coding_problem"]),
        incomplete=_text_or_none(known["incomplete"]),
        secrets_found=tuple(map(_text, known["secrets_found"])),
        # Older records do not have it.
        line_flaws=tuple(map(_text, known.get("line_flaws", ()))),
    )
