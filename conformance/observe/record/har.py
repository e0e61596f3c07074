"""Exchanges as an HTTP Archive (HAR 1.2), readable by browsers' tools and, with its extensions, by this suite.

What HAR has no place for is in members named ``_conformance``. Header fields keep order, spelling and repetition.
"""

from __future__ import annotations

import base64
import io
import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any
from urllib.parse import parse_qsl, urlsplit

import harfile

from conformance import __version__
from conformance.model.exchange import Answer, Exchange, Fields, Request
from conformance.syntax import redaction

EXTENSION = "_conformance"


@dataclass(slots=True)
class Entry:
    """An exchange as it is kept. ``observation`` counts how often the request was made for judging, from 0.

    ``superseded`` tells that another answer to the same observation was judged in its place. ``cleaned`` is how many
    spellings of secrets were known when it was last looked through for them.
    """

    exchange: Exchange
    observation: int
    superseded: bool
    cleaned: int | None = None


class FormatError(ValueError):
    """A file is not a record that can be read."""


@dataclass
class _Line(harfile.Record):
    """A header field whose value stands for a secret: ``symbol`` is the value with the placeholder."""

    symbol: str = ""

    def asdict(self) -> dict[str, str]:
        return {**super().asdict(), EXTENSION: self.symbol}


@dataclass
class _Request(harfile.Request):
    extension: dict[str, Any] = field(default_factory=dict)

    def asdict(self) -> dict[str, Any]:
        return {**super().asdict(), EXTENSION: self.extension}


@dataclass
class _Response(harfile.Response):
    extension: dict[str, Any] = field(default_factory=dict)

    def asdict(self) -> dict[str, Any]:
        return {**super().asdict(), EXTENSION: self.extension}


def write(entries: Iterable[Entry], extension: Mapping[str, Any]) -> str:
    """Return the archive of ``entries``; ``extension`` is what is kept of the run as a whole."""
    stream = io.StringIO()
    with harfile.open(stream, creator=harfile.Creator("invoices-conformance", __version__)) as archive:
        for entry in entries:
            _add(archive, entry)
    # The library has no way to add a member to the log, whose closing brace is the last but one.
    log = stream.getvalue().rstrip().removesuffix("}").rstrip().removesuffix("}").rstrip()
    return f'{log},\n        "{EXTENSION}": {json.dumps(extension)}\n    }}\n}}\n'


def _add(archive: harfile.HarFile, entry: Entry) -> None:
    exchange = entry.exchange
    milliseconds = exchange.elapsed * 1000
    archive.add_entry(
        startedDateTime=exchange.started or datetime.fromtimestamp(0, UTC),
        time=milliseconds,
        request=_request(entry),
        response=_response(exchange.answer),
        timings=harfile.Timings(send=0, wait=milliseconds, receive=0),
        connection=str(exchange.connection),
    )


def _lines(pairs: Iterable[tuple[str, str]]) -> list[harfile.Record]:
    return [
        _Line(name, redaction.display(value), symbol=value)
        if redaction.has_placeholder(value)
        else harfile.Record(name, value)
        for name, value in pairs
    ]


def _request(entry: Entry) -> _Request:
    exchange, request = entry.exchange, entry.exchange.request
    extension: dict[str, Any] = {
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
        "turn": exchange.turn,
        "raw": list(request.raw),
        "later": [_response(each).asdict() for each in exchange.later],
    }
    if redaction.has_placeholder(request.url):
        extension["url"] = request.url
    content = None
    if request.body:
        text, encoding = _as_text(request.body)
        content = harfile.PostData(request.header("Content-Type") or "", text=text)
        extension["encoding"] = encoding
    return _Request(
        method=request.method,
        url=redaction.display(request.url),
        httpVersion="HTTP/1.1",
        headers=_lines(request.headers),
        queryString=[harfile.Record(*pair) for pair in _query(request.url)],
        postData=content,
        bodySize=len(request.body),
        extension=extension,
    )


def _query(url: str) -> list[tuple[str, str]]:
    try:
        return parse_qsl(urlsplit(url).query, keep_blank_values=True)
    except ValueError:
        return []


def _response(answer: Answer | None) -> harfile.Response:
    if answer is None:
        # Status 0 is how browsers write that there was no answer.
        return harfile.Response(0, "", "")
    text, encoding = _as_text(answer.body)
    excess, excess_encoding = _as_text(answer.excess)
    return _Response(
        status=answer.status,
        statusText=answer.reason,
        httpVersion=f"HTTP/{answer.version}",
        headers=_lines(answer.fields),
        content=harfile.Content(
            size=len(answer.body),
            mimeType=answer.fields.get("Content-Type") or "",
            text=text,
            encoding=encoding,
        ),
        redirectURL=answer.fields.get("Location") or "",
        bodySize=answer.wire_length,
        extension={
            "truncated": answer.truncated,
            "excess": excess,
            "excess_encoding": excess_encoding,
            "coding_problem": answer.coding_problem,
            "incomplete": answer.incomplete,
            "secrets_found": list(answer.secrets_found),
            "line_flaws": list(answer.line_flaws),
        },
    )


def _as_text(octets: bytes) -> tuple[str, str | None]:
    """Return ``octets`` as a text and the encoding of that text, None for what is UTF-8."""
    try:
        return octets.decode(), None
    except UnicodeDecodeError:
        return base64.b64encode(octets).decode(), "base64"


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
    except (ValueError, KeyError, TypeError, AttributeError) as error:
        raise FormatError(f"an entry is damaged: {type(error).__name__}: {error}"[:200]) from None


def _pairs(records: list[dict[str, str]]) -> tuple[tuple[str, str], ...]:
    return tuple((each["name"], each.get(EXTENSION, each["value"])) for each in records)


def _entry(data: dict[str, Any]) -> Entry:
    request, response = data["request"], data["response"]
    known = request[EXTENSION]
    body = _as_bytes(request["postData"]["text"], known["encoding"]) if "postData" in request else b""
    url, headers = known.get("url", request["url"]), _pairs(request["headers"])
    exchange = Exchange(
        probe=str(known["probe"]),
        request=Request(request["method"], url, headers, body, raw=tuple(map(str, known["raw"]))),
        answer=_answer(response) if known["answered"] else None,
        failure=known["failure"],
        lost=bool(known["lost"]),
        invoice_id=known["invoice_id"],
        started=datetime.fromisoformat(data["startedDateTime"]),
        elapsed=float(known["elapsed"]),
        connection=int(data["connection"]),
        ordinal=int(known["ordinal"]),
        retries=int(known["retries"]),
        later=tuple(map(_answer, known["later"])),
        closed=bool(known["closed"]),
        turn=int(known.get("turn", 0)),
    )
    return Entry(exchange, int(known["observation"]), bool(known["superseded"]))


def _answer(response: dict[str, Any]) -> Answer:
    content, said = response["content"], response[EXTENSION]
    return Answer(
        status=int(response["status"]),
        reason=response["statusText"],
        version=response["httpVersion"].removeprefix("HTTP/"),
        fields=Fields(_pairs(response["headers"])),
        body=_as_bytes(content["text"], content.get("encoding")),
        wire_length=int(response["bodySize"]),
        truncated=said["truncated"],
        excess=_as_bytes(said["excess"], said["excess_encoding"]),
        coding_problem=said["coding_problem"],
        incomplete=said["incomplete"],
        secrets_found=tuple(said["secrets_found"]),
        # Older records do not have it.
        line_flaws=tuple(said.get("line_flaws", ())),
    )
