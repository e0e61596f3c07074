"""Faults on the wire: framing, Host, and connections."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from conformance.reference.app import Api
from conformance.reference.faults import Area
from conformance.reference.faults.clauses import METHODS, rfc
from conformance.reference.faults.effects import crashes
from conformance.reference.faults.needs import WIRE
from conformance.reference.faults.seams import instead_of, on_bytes, on_input, on_request
from conformance.reference.faults.where import has
from conformance.reference.message import Answer, Problem

if TYPE_CHECKING:
    from collections.abc import Callable

    from conformance.reference.faults.seams import Install
    from conformance.reference.message import Request

fault = Area(__name__, needs=WIRE)


def _reads(pattern: bytes, as_if: bytes) -> Install:
    """Let the server read what it gets as if something else stood there."""
    return on_input(lambda data: re.sub(pattern, as_if, data))


@fault("wire-host-missing-accepted", {"WIRE-001"}, rfc(9112, "3.2"))
@on_input
def host_missing(data: bytes) -> bytes:
    """A request without Host is served."""
    if b" HTTP/1.1\r\n" in data and not re.search(rb"\r\nhost:", data, re.IGNORECASE):
        return data.replace(b"\r\n", b"\r\nHost: localhost\r\n", 1)
    return data


@fault("wire-host-twice-accepted", {"WIRE-001"}, rfc(9112, "3.2"))
@on_input
def host_twice(data: bytes) -> bytes:
    """Of two Host lines the first counts."""
    head, _, rest = data.partition(b"\r\n\r\n")
    lines = head.split(b"\r\n")
    hosts = [line for line in lines if line.lower().startswith(b"host:")]
    if len(hosts) < 2:
        return data
    kept = [line for line in lines if line not in hosts[1:] or line is hosts[0]]
    if kept.count(hosts[0]) > 1:
        kept.remove(hosts[0])
    return b"\r\n".join(kept) + b"\r\n\r\n" + rest


@fault("wire-host-invalid-accepted", {"WIRE-001"}, rfc(9112, "3.2"))
@instead_of(Api.authority)
def host_invalid(original: Callable[[Request], str], request: Request) -> str:
    """An invalid Host is taken for the default one."""
    try:
        return original(request)
    except Problem as problem:
        if problem.status == 400:
            return "localhost"
        raise


for _name, _what, _host in (
    ("user", "A user in front of the host", rb"conformance@([^\r]*)"),
    ("path", "A path behind the host", rb"([^/\r]*)/"),
):
    fault(f"wire-host-with-{_name}-accepted", {"WIRE-001"}, rfc(9112, "3.2"))(
        f"{_what} is dropped.",
        _reads(rb"(\r\nHost: )" + _host + rb"(?=\r\n)", rb"\1\2"),
    )
fault("wire-space-before-colon-accepted", {"WIRE-002"}, rfc(9112, "5.1"))(
    "White space before a colon is ignored.", on_input(lambda data: re.sub(rb"(\r\n[A-Za-z-]+)[ \t]+:", rb"\1:", data))
)


@fault("wire-folded-line-crash", {"WIRE-003"}, rfc(9112, "5.2"))
def folded_crash(api: Api) -> None:
    """A folded line ends in 500."""

    def mark(data: bytes) -> bytes:
        folded = re.search(rb"\r\n[ \t]", data)
        return data.replace(b" HTTP/1.1\r\n", b" HTTP/1.1\r\nX-Folded: 1\r\n", 1) if folded else data

    api.on_input(mark)
    crashes(has("x-folded"))(api)


fault("wire-first-line-folded-is-a-field", {"WIRE-003"}, rfc(9112, "2.2"))(
    "White space in front of the first field is dropped.",
    on_input(lambda data: re.sub(rb"( HTTP/1\.1\r\n)[ \t]+", rb"\1", data)),
)
fault("wire-folded-line-is-a-field", {"WIRE-003"}, rfc(9112, "5.2"))(
    "The second line of a folded field is dropped.", on_input(lambda data: re.sub(rb"\r\n[ \t]+[^\r]*", b"", data))
)
fault("wire-length-invalid-accepted", {"WIRE-004"}, rfc(9112, "6.3"))(
    "A Content-Length that is not a number is ignored.",
    on_input(lambda data: re.sub(rb"(?i)\r\ncontent-length:(?! *\d+\r\n)[^\r]*", b"", data)),
)


@fault("wire-length-first-counts", {"WIRE-004"}, rfc(9112, "6.3"))
@on_input
def length_first(data: bytes) -> bytes:
    """Of two different Content-Length lines the first counts."""
    found = list(re.finditer(rb"(?i)\r\ncontent-length: *\d+(?=\r\n)", data.partition(b"\r\n\r\n")[0] + b"\r\n"))
    return data[: found[1].start()] + data[found[1].end() :] if len(found) > 1 else data


fault("wire-two-framings-accepted", {"WIRE-005"}, rfc(9112, "6.1"))(
    "Content-Length beside Transfer-Encoding is ignored, and the connection is kept.",
    instead_of(Api.check_framing)(lambda *_: None),
)


@fault("wire-absolute-form-unknown", {"WIRE-006"}, rfc(9112, "3.2.2"))
@instead_of(Api.authority)
def absolute_form(original: Callable[[Request], str], request: Request) -> str:
    """A target in absolute form is a path that is not found."""
    if "://" in request.path:
        request.path = "/unknown"
    return original(request)


@fault("wire-host-beats-target", {"WIRE-006"}, rfc(9112, "3.2.2"))
@instead_of(Api.authority)
def host_beats_target(original: Callable[[Request], str], request: Request) -> str:
    """Host counts before the host of a target in absolute form."""
    if "://" in request.path:
        request.path = "/" + request.path.split("/", 3)[3]
    return original(request)


@fault("wire-chunked-to-http-1-0", {"WIRE-007"}, rfc(9112, "6.1"))
@on_bytes
def chunked_to_1_0(request: Request, _answer: Answer, data: bytes) -> bytes:
    """The answer to an HTTP/1.0 request is chunked."""
    head, _, body = data.partition(b"\r\n\r\n")
    if request.version != "1.0" or not body:
        return data
    head = re.sub(rb"Content-Length: \d+", b"Transfer-Encoding: chunked", head)
    return head + b"\r\n\r\n%x\r\n%b\r\n0\r\n\r\n" % (len(body), body)


fault("wire-lower-case-method", {"WIRE-008"}, METHODS)(
    "Methods are compared without regard to case.",
    on_request(lambda request: setattr(request, "method", request.method.upper())),
)
fault("wire-empty-line-refused", {"WIRE-008"}, rfc(9112, "2.2"))(
    "An empty line before the request line is refused.",
    on_input(lambda data: b"\0" + data if data.startswith(b"\r\n") else data),
)


for _name, _what, _line in (
    ("in-lower-case", "The name of the protocol is read in lower case, too", rb" http/1\.1"),
    ("unknown", "The name of the protocol is not looked at", rb" [A-Z]+/1\.1"),
    ("with-zero", "The version is read as numbers are", rb" HTTP/01\.1"),
    ("of-three-numbers", "Of a version the first two numbers count", rb" HTTP/1\.1\.1"),
    ("of-last-word", "Of the words of a request line the first two and the last count", rb" [^ \r]+ HTTP/1\.1"),
):
    fault(f"wire-protocol-{_name}", {"WIRE-008"}, rfc(9112, "3"))(
        f"{_what}.",
        _reads(rb"(\A[A-Z]+ /[^ \r]*)" + _line + rb"(?=\r\n)", rb"\1 HTTP/1.1"),
    )


@fault("wire-garbage-served", {"WIRE-008"}, rfc(9112, "3"))
@on_input
def garbage_served(data: bytes) -> bytes:
    """What is not a request is taken for OPTIONS."""
    plausible = re.match(rb"(\r\n)?[A-Za-z]+ [^ ]+ HTTP/1\.[01]\r\n", data)
    starts = re.match(rb"[^\r\n:{}]*\r\n", data)
    return data if plausible or not starts else b"OPTIONS * HTTP/1.1\r\nHost: localhost\r\n\r\n"


fault("wire-close-ignored", {"WIRE-009"}, rfc(9112, "9.6"))(
    "Connection: close is ignored.", on_input(lambda data: re.sub(rb"(?i)\r\nconnection: *close(?=\r\n)", b"", data))
)
fault(
    "wire-extra-bytes-after-401",
    {"ROB-009"},
    rfc(9112, "6.3"),
    also={
        "HTTP-017": "bytes follow the message",
        "HTTP-003": "more bytes come than announced",
        "HTTP-005": "HEAD is answered with 401, too",
    },
    needs=(),
)(
    "A 401 is followed by bytes that belong to no message.",
    on_bytes(lambda _request, answer, data: data + b"oops" if answer.status == 401 else data),
)


@fault("wire-connection-lost-after-304", {"ROB-009"}, rfc(9112, "9.3"), stateful=True)
def lost_after_304(api: Api) -> None:
    """The request after a 304 on the same connection is not answered."""
    after: set[int] = set()

    def change(request: Request, answer: Answer, data: bytes) -> bytes:
        if request.connection.number in after:
            answer.cut = True
            return b""
        if answer.status == 304:
            after.add(request.connection.number)
        return data

    api.on_bytes(change)
