"""An answer as it is kept: fields in received order, content before and after decoding, secrets redacted."""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING

from conformance.model.exchange import Answer, Fields, Received, Request
from conformance.syntax import content_codings, json_text, redaction
from conformance.syntax.spellings import has_zlib_header

if TYPE_CHECKING:
    from conformance.config.target import Target
    from conformance.observe.connection import WireResponse

# What h11 quotes of an answer that is not HTTP can be as long as that answer.
_LONGEST_FAILURE = 300
# Bytes that are kept of content that is too long: nobody can judge it, but a report can show how it begins.
_BEGINNING = 65_536
# Cookies may be of any length and number: what is learned of them is bounded. Their own lines never show them.
_LONGEST_COOKIE, _MOST_SECRETS = 4096, 500


# Bytes that a value of a text and a line of a header section take beside their characters.
_OF_A_VALUE, _OF_A_LINE = 40, 200
# Bytes of content for a value: of a small one, up to so many values, and of a large one.
_OF_A_SMALL_VALUE, _MOST_SMALL, _OF_A_LARGE_VALUE = 16, 100_000, 84


def size_of(answer: Answer) -> int:
    """Return about how many bytes ``answer`` takes while a run keeps and judges it."""
    lines = sum(len(name) + len(value) + _OF_A_LINE for name, value in answer.fields)
    # What was redacted is kept as received, too.
    bodies = [answer.body, *([answer.received.body] if answer.received else [])]
    values = sum(len(body) + _OF_A_VALUE * json_text.most_values(body) for body in bodies)
    return values + len(answer.unsolicited) + lines * len(bodies)


def _most_values(limit: int) -> int:
    """Return how many values a text may have where ``limit`` bytes are read."""
    return max(min(_MOST_SMALL, limit // _OF_A_SMALL_VALUE), limit // _OF_A_LARGE_VALUE)


def _is_text(data: bytes) -> bool:
    try:
        data.decode()
    except UnicodeDecodeError:
        return False
    return True


def failure_of(message: str, target: Target) -> str:
    """Return why there is no answer, or no whole one, as it is kept."""
    return target.redactor.text(message)[:_LONGEST_FAILURE]


def _cookie_line(line: str, request: Request, target: Target) -> str:
    """Return a Set-Cookie line without its value, which may be a credential that nobody knew before."""
    clean, value = redaction.split_cookie(line)
    if request.header("Cookie") and len(value) <= _LONGEST_COOKIE and target.redactor.size < _MOST_SECRETS:
        target.redactor.add(value)
    return target.redactor.text(clean)


def answer_of(response: WireResponse, request: Request, target: Target, limit: int) -> Answer:
    """Return what was received for ``request``.

    Of content that has more than ``limit`` bytes, or so many values that they take more memory, the beginning is kept.
    """
    redact, found = target.redactor, []
    reason, loud = redact.examined_text(response.reason)
    if loud:
        found.append("reason")
    # First of all: what else the answer holds may repeat their values.
    cookies = [_cookie_line(value, request, target) for name, value in response.pairs if name.lower() == "set-cookie"]
    pairs = []
    for name, value in response.pairs:
        if name.lower() == "set-cookie":
            pairs.append((name, cookies.pop(0)))
            continue
        (shown, named), (clean, loud) = redact.examined_text(name), redact.examined_text(value)
        if named or loud:
            found.append(f"header {shown}")
        # Most answers have the same names.
        pairs.append((sys.intern(shown), clean))
    fields = Fields(tuple(pairs))
    raw = bytes(response.content)
    # Both would be in memory while others are looked at.
    response.content = bytearray()
    coding = fields.get("Content-Encoding")
    body, problem = raw, None
    if coding and raw:
        whole = not response.truncated and response.incomplete is None
        body, problem = content_codings.decode(raw, coding.split(","), limit + 1, whole=whole)
    if problem and not has_zlib_header(raw) and not _is_text(raw):
        body = b"[withheld: %d bytes: content that cannot be decoded]" % len(raw)
    truncated = response.truncated or len(body) > limit or json_text.most_values(body) > _most_values(limit)
    body = body[: min(limit, _BEGINNING)] if truncated else body
    clean_body, loud = redact.examined(body)
    if loud:
        found.append("body")
    # The value of a cookie is not judged.
    given = tuple(
        clean if clean[0].lower() == "set-cookie" else line for line, clean in zip(response.pairs, pairs, strict=True)
    )
    received = None if given == fields.pairs and clean_body == body else Received(Fields(given), body)
    return Answer(
        status=response.status,
        reason=reason,
        version=response.version,
        fields=fields,
        body=clean_body,
        wire_length=len(raw),
        truncated=truncated,
        unsolicited=redact.content(response.unsolicited),
        coding_problem=problem,
        incomplete=failure_of(response.incomplete, target) if response.incomplete else None,
        secrets_found=tuple(found),
        line_flaws=tuple(map(redact.text, response.line_flaws)),
        received=received,
    )
