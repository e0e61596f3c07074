"""Faults on the wire in what follows a header section, in connections that are to end, and in targets."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING
from urllib.parse import quote

from conformance.reference.app import Api
from conformance.reference.faults import Area
from conformance.reference.faults.clauses import rfc
from conformance.reference.faults.needs import COLLECTION, WIRE
from conformance.reference.faults.seams import instead_of, on_input

if TYPE_CHECKING:
    from collections.abc import Callable

    from conformance.reference.faults.seams import Install
    from conformance.reference.message import Request

fault = Area(__name__, needs=WIRE)
_FORM = rb"content-type: application/x-www-form-urlencoded\r\n"


def _reads(pattern: bytes, as_if: bytes) -> Install:
    """Let the server read what it gets as if something else stood there; letters of either case are the same."""
    return on_input(lambda data: re.sub(b"(?i)" + pattern, as_if, data))


fault("wire-coding-by-its-end", {"WIRE-010"}, rfc(9112, "6.1"))(
    "Whatever transfer coding ends in chunked is taken for it.",
    _reads(rb"(transfer-encoding: )xchunked", rb"\1chunked"),
)
fault("wire-coding-unknown-ignored", {"WIRE-010"}, rfc(9112, "6.1"))(
    "A transfer coding that the server does not know counts as none.", _reads(rb"\r\ntransfer-encoding: xchunked", b"")
)
fault("wire-coding-behind-chunked-ignored", {"WIRE-010"}, rfc(9112, "6.3"))(
    "A transfer coding that was applied after chunked is not looked at.",
    _reads(rb"(transfer-encoding: chunked), *[a-z]+", rb"\1"),
)
fault("wire-coding-quoted", {"WIRE-010"}, rfc(9112, "6.1"))(
    "Quotes around the transfer coding are dropped.", _reads(rb'(transfer-encoding: )"chunked"', rb"\1chunked")
)
fault("wire-coding-behind-control", {"WIRE-010"}, rfc(9112, "6.1"))(
    "A control character before the transfer coding is a blank.", _reads(rb"(transfer-encoding: )\x0b", rb"\1")
)
fault("wire-coding-before-colon", {"WIRE-002"}, rfc(9112, "5.1"))(
    "A blank between Transfer-Encoding and its colon is ignored.", _reads(rb"(transfer-encoding) +:", rb"\1:")
)
for _name, _what, _length in (
    ("sign", "a sign", rb"\+"),
    ("prefix", "a prefix", rb"0x"),
    ("underscore", "an underscore", rb"0_"),
):
    fault(f"wire-length-with-{_name}", {"WIRE-004"}, rfc(9112, "6.3"))(
        f"A Content-Length with {_what} is read, as a reader of numbers does.",
        _reads(rb"(content-length: )" + _length + rb"(?=[0-9]+\r\n)", rb"\1"),
    )
fault("wire-length-cut", {"WIRE-004"}, rfc(9112, "6.3"))(
    "Of a Content-Length the digits at its beginning count.", _reads(rb"(content-length: [0-9]+) [a-z]+", rb"\1")
)
fault("wire-chunk-size-behind-blank", {"WIRE-011"}, rfc(9112, "7.1"))(
    "A blank before a chunk size is dropped.", _reads(rb"(\r\n\r\n) (?=[0-9a-f]+\r\n)", rb"\1")
)
fault("wire-chunk-size-cut", {"WIRE-011"}, rfc(9112, "7.1"))(
    "Of a chunk size the digits at its beginning count.", _reads(rb"(\r\n\r\n[0-9a-f]+)[g-z]+(?=\r\n)", rb"\1")
)
for _name, _what, _size in (
    ("prefix", "a prefix", rb"0x"),
    ("sign", "a sign", rb"\+"),
    ("underscore", "an underscore", rb"0_"),
):
    fault(f"wire-chunk-size-with-{_name}", {"WIRE-011"}, rfc(9112, "7.1"))(
        f"A chunk size with {_what} is read, as a reader of numbers does.",
        _reads(rb"(\r\n\r\n)" + _size + rb"(?=[0-9a-f]+\r\n)", rb"\1"),
    )
fault("wire-chunk-end-unread", {"WIRE-011"}, rfc(9112, "7.1"))(
    "Whatever two letters stand behind a chunk are taken for its line end.",
    _reads(rb"(\r\n\r\n3\r\nhel)lo(?=0\r\n\r\n)", rb"\1\r\n"),
)
fault("wire-chunk-size-absent", {"WIRE-011"}, rfc(9112, "7.1"))(
    "A chunk size without digits is zero.", _reads(rb"(\r\n\r\n)\r\nhello\r\n0\r\n\r\n", rb"\g<1>0\r\n\r\n")
)
fault("wire-coding-by-its-beginning", {"WIRE-010"}, rfc(9112, "6.1"))(
    "Whatever transfer coding begins with chunked is taken for it.",
    _reads(rb"(transfer-encoding: chunked)x", rb"\1"),
)
fault("wire-coding-gzip-of-chunks", {"WIRE-010"}, rfc(9112, "6.3"))(
    "A known transfer coding that was applied after chunked is skipped.",
    _reads(rb"(transfer-encoding: chunked), gzip", rb"\1"),
)
fault("wire-length-with-fraction", {"WIRE-004"}, rfc(9112, "6.3"))(
    "A Content-Length with a fraction is read, as a reader of numbers does.",
    _reads(rb"(content-length: [0-9]+)\.[0-9]+", rb"\1"),
)
fault("wire-length-empty-ignored", {"WIRE-004"}, rfc(9112, "6.3"))(
    "An empty Content-Length counts as none.", _reads(rb"\r\ncontent-length: *(?=\r\n)", b"")
)
fault("wire-length-first-word", {"WIRE-004"}, rfc(9112, "6.3"))(
    "Of a Content-Length of two words the first counts.", _reads(rb"(content-length: [0-9]+) +[0-9]+", rb"\1")
)
fault("wire-trailer-merged", {"WIRE-012"}, rfc(9110, "6.5.1"))(
    "Fields of the trailer section are fields of the request.",
    _reads(rb"(\r\n\r\n0\r\n)(authorization: [^\r]*)\r\n", rb"\r\n\2\1"),
)
fault("wire-content-of-patch-left", {"WIRE-013"}, rfc(9112, "9.3"))(
    "The content of a refused PATCH stays in the buffer, and is the beginning of the next request.",
    _reads(rb"(?<=^patch )([^{]*" + _FORM + rb")content-length: [0-9]+\r\n", rb"\1"),
)
for _method in ("head", "options", "post", "put", "delete"):
    fault(f"wire-content-of-{_method}-left", {"WIRE-013"}, rfc(9112, "9.3"))(
        f"The content of {_method.upper()} is not read, and is the beginning of the next request.",
        _reads(rf"(?<=^{_method} )([^{{]*".encode() + _FORM + rb")content-length: [0-9]+\r\n", rb"\1"),
    )
fault("wire-content-of-upgrade-left", {"WIRE-013"}, rfc(9112, "9.3"))(
    "What follows a request for another protocol is not looked at, though none is spoken.",
    _reads(rb"(\r\nupgrade: [^{]*)content-length: [0-9]+\r\n", rb"\1"),
)
fault("wire-chunks-left", {"WIRE-013"}, rfc(9112, "9.3"))(
    "Chunked content of a refused request stays in the buffer, and is the beginning of the next request.",
    _reads(_FORM + rb"transfer-encoding: chunked\r\n", b""),
)
fault("wire-content-without-token-left", {"WIRE-013"}, rfc(9112, "9.3"))(
    "The content of a request that has no token is not read, and is the beginning of the next request.",
    on_input(
        lambda data: (
            data
            if b"authorization" in data.lower() or not data.startswith(b"GET")
            else re.sub(b"(?i)" + _FORM + rb"content-length: [0-9]+\r\n", b"", data)
        )
    ),
)
fault("wire-content-not-acceptable-left", {"WIRE-013"}, rfc(9112, "9.3"))(
    "The content of a request that gets 406 is not read, and is the beginning of the next request.",
    on_input(
        lambda data: (
            re.sub(b"(?i)" + _FORM + rb"content-length: [0-9]+\r\n", b"", data)
            if data.startswith(b"GET") and b"+json;charset" in data
            else data
        )
    ),
)
fault("wire-close-in-a-list-ignored", {"WIRE-009"}, rfc(9112, "9.6"))(
    "Of several connection options the first counts.", _reads(rb"(\r\nconnection: *[a-z-]+), *close", rb"\1")
)
fault("wire-close-first-of-a-list-ignored", {"WIRE-009"}, rfc(9112, "9.6"))(
    "Of several connection options the last counts.", _reads(rb"(\r\nconnection: *)close, *", rb"\1")
)
fault("wire-close-of-second-line-ignored", {"WIRE-009"}, rfc(9112, "9.6"))(
    "Of several lines of connection options the first counts.",
    _reads(rb"(\r\nconnection: [^\r]*)\r\nconnection: close", rb"\1"),
)
fault("wire-close-in-blanks-ignored", {"WIRE-009"}, rfc(9110, "5.5"))(
    "Tabs around a connection option are a part of it.", _reads(rb"\r\nconnection: \t[^\r]*", b"")
)
fault("wire-close-in-capitals-ignored", {"WIRE-009"}, rfc(9110, "7.6.1"))(
    "Connection options are compared in lower case.",
    on_input(lambda data: re.sub(rb"\r\nConnection: [A-Z]+(?=\r\n)", b"", data)),
)


@fault("wire-target-cut-at-number-sign", {"WIRE-014"}, rfc(9112, "3.2"))
@instead_of(Api.check_target)
def cut_at_number_sign(_original: Callable[[Request], None], request: Request) -> None:
    """A target is cut at a number sign, and served."""
    request.path, request.query = request.path.partition("#")[0], request.query.partition("#")[0]


fault("wire-target-beyond-ascii-served", {"WIRE-014"}, rfc(9112, "3.2"), needs=WIRE | COLLECTION)(
    "Bytes beyond ASCII in a target are taken as if they were encoded.",
    on_input(lambda data: re.sub(rb"^[^\r]*", lambda line: quote(line[0], safe=bytes(range(128))).encode(), data)),
)
