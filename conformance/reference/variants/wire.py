"""Other bytes around the same answer."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from conformance.reference.variants import variant

if TYPE_CHECKING:
    from collections.abc import Callable

    from conformance.reference.app import Api
    from conformance.reference.message import Answer, Request

CODING = "RFC 9112, section 7.1"
_LENGTH = re.compile(rb"\r\ncontent-length: *[0-9]+(?=\r\n)", re.IGNORECASE)


def _may_be_chunked(request: Request, answer: Answer) -> bool:
    return request.version == "1.1" and request.method != "HEAD" and answer.status not in {204, 304}


@variant("chunked", clause="RFC 9110, section 8.6", touches={"chunked"})
def chunked(api: Api) -> None:
    """Content is sent in chunks and has no Content-Length."""
    api.on_answer(lambda _, answer: setattr(answer, "chunked", answer.status not in {204, 304}))


@variant("chunked-in-pieces", clause=CODING, touches={"chunked"})
def in_pieces(api: Api) -> None:
    """Chunks are small, with extensions, sizes with zeros in front, and a trailer field at the end."""

    def change(request: Request, answer: Answer, data: bytes) -> bytes:
        head, separator, content = data.partition(b"\r\n\r\n")
        if not _may_be_chunked(request, answer) or not _LENGTH.search(head + b"\r\n"):
            return data
        head = _LENGTH.sub(b"\r\ntransfer-encoding: chunked", head + b"\r\n")[:-2]
        parts = [content[place : place + 97] for place in range(0, len(content), 97)]
        chunks = b"".join(b'%04X;note="a;b"\r\n%s\r\n' % (len(part), part) for part in parts)
        return head + separator + chunks + b"0\r\nServer-Timing: total\r\n\r\n"

    api.on_bytes(change)


@variant("connection-closed", clause="RFC 9112, section 9.6", touches={"connection"})
def closed(api: Api) -> None:
    """The connection is closed after each answer, which announces that."""

    def change(_request: Request, answer: Answer) -> None:
        if answer.get("Connection") is None:
            answer.headers.append(("Connection", "close"))

    api.on_answer(change)


@variant("connection-of-three", clause="RFC 9112, section 9.6", touches={"connection"})
def of_three(api: Api) -> None:
    """A connection carries three requests; the answer to the third announces its end."""

    def change(request: Request, answer: Answer) -> None:
        if answer.get("Connection") is None:
            last = request.connection_request_number >= 3
            answer.headers += [("Connection", "close")] if last else [("Keep-Alive", "timeout=5, max=3")]

    api.on_answer(change)


@variant("connection-kept-by-name", clause="RFC 9110, section 7.6.1", touches={"connection"})
def kept(api: Api) -> None:
    """Every answer says keep-alive, in capitals, although that is the default."""

    def change(request: Request, answer: Answer) -> None:
        closes = any("close" in line.lower() for line in request.lines("connection"))
        if answer.get("Connection") is None and not closes and request.version == "1.1":
            answer.headers.append(("Connection", "Keep-Alive"))

    api.on_answer(change)


@variant("interim-answers", clause="RFC 9110, section 15.2; RFC 8297, section 2", touches={"interim"})
def interim(api: Api) -> None:
    """Early hints go before every answer to HTTP/1.1."""
    hints = b'HTTP/1.1 103 Early Hints\r\nLink: </style.css>; rel="preload"\r\n\r\n'
    api.on_bytes(lambda request, _, data: hints + data if request.version == "1.1" else data)


def _on_head(change: Callable[[bytes], bytes]) -> Callable[[Api], None]:
    """Alter the bytes of header sections."""

    def install(api: Api) -> None:
        def alter(_request: Request, _answer: Answer, data: bytes) -> bytes:
            head, separator, content = data.partition(b"\r\n\r\n")
            return change(head) + separator + content

        api.on_bytes(alter)

    return install


def _without_phrase(head: bytes) -> bytes:
    return re.sub(rb"\A(HTTP/1\.1 [0-9]{3} )[^\r]*", rb"\1", head)


def _other_phrase(head: bytes) -> bytes:
    return re.sub(rb"\A(HTTP/1\.1 [0-9]{3} )[^\r]*", rb"\1So it is (really)", head)


def _without_blanks(head: bytes) -> bytes:
    return re.sub(rb"\r\n([^:\r]+): ", rb"\r\n\1:", head)


def _with_blanks(head: bytes) -> bytes:
    return re.sub(rb"\r\n([^:\r]+): ([^\r]*)", rb"\r\n\1: \t \2 \t", head)


# Name, change, clause, sentence.
_HEADS: tuple[tuple[str, Callable[[bytes], bytes], str, str], ...] = (
    ("reason-phrase-empty", _without_phrase, "RFC 9112, section 4", "The status line has no reason phrase."),
    ("reason-phrase-other", _other_phrase, "RFC 9112, section 4", "The status line has another reason phrase."),
    ("field-lines-tight", _without_blanks, "RFC 9112, section 5", "No blank stands before a field value."),
    ("field-lines-wide", _with_blanks, "RFC 9112, section 5", "Blanks and tabs stand around field values."),
)
for _name, _change, _clause, _sentence in _HEADS:
    _part = {"status-line"} if "phrase" in _name else {"field-lines"}
    variant(_name, clause=_clause, touches=_part, sentence=_sentence)(_on_head(_change))
