"""Faults on the wire: framing, Host, and connections."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from conformance.reference.faults import fault
from conformance.reference.message import Answer, Problem

if TYPE_CHECKING:
    from collections.abc import Callable

    from conformance.reference.app import Api
    from conformance.reference.message import Request

WIRE = {"wire"}
HOST = "RFC 9112, section 3.2"
FRAMING = "RFC 9112, section 6.3"


@fault("wire-host-missing-accepted", caught_by={"WIRE-001"}, clause=HOST, needs=WIRE)
def host_missing(api: Api) -> None:
    """A request without Host is served."""

    def read(data: bytes) -> bytes:
        if b" HTTP/1.1\r\n" in data and not re.search(rb"\r\nhost:", data, re.IGNORECASE):
            return data.replace(b"\r\n", b"\r\nHost: localhost\r\n", 1)
        return data

    api.on_input(read)


@fault("wire-host-twice-accepted", caught_by={"WIRE-001"}, clause=HOST, needs=WIRE)
def host_twice(api: Api) -> None:
    """Of two Host lines the first counts."""

    def read(data: bytes) -> bytes:
        head, _, rest = data.partition(b"\r\n\r\n")
        lines = head.split(b"\r\n")
        hosts = [line for line in lines if line.lower().startswith(b"host:")]
        if len(hosts) < 2:
            return data
        kept = [line for line in lines if line not in hosts[1:] or line is hosts[0]]
        if kept.count(hosts[0]) > 1:
            kept.remove(hosts[0])
        return b"\r\n".join(kept) + b"\r\n\r\n" + rest

    api.on_input(read)


@fault("wire-host-invalid-accepted", caught_by={"WIRE-001"}, clause=HOST, needs=WIRE)
def host_invalid(api: Api) -> None:
    """An invalid Host is taken for the default one."""

    def authority(original: Callable[[Request], str], request: Request) -> str:
        try:
            return original(request)
        except Problem as problem:
            if problem.status == 400:
                return "localhost"
            raise

    api.replace("authority", authority)


@fault("wire-space-before-colon-accepted", caught_by={"WIRE-002"}, clause="RFC 9112, section 5.1", needs=WIRE)
def space_before_colon(api: Api) -> None:
    """White space before a colon is ignored."""
    api.on_input(lambda data: re.sub(rb"(\r\n[A-Za-z-]+)[ \t]+:", rb"\1:", data))


@fault("wire-folded-line-crash", caught_by={"WIRE-003"}, clause="RFC 9112, section 5.2", needs=WIRE)
def folded_crash(api: Api) -> None:
    """A folded line ends in 500."""

    def read(data: bytes) -> bytes:
        return (
            data.replace(b" HTTP/1.1\r\n", b" HTTP/1.1\r\nX-Folded: 1\r\n", 1)
            if re.search(rb"\r\n[ \t]", data)
            else data
        )

    def hook(request: Request) -> Answer | None:
        if request.lines("x-folded"):
            raise Problem(500, "Internal server error", "Something went wrong.")
        return None

    api.on_input(read)
    api.on_request(hook)


@fault("wire-folded-line-is-a-field", caught_by={"WIRE-003"}, clause="RFC 9112, section 5.2", needs=WIRE)
def folded_field(api: Api) -> None:
    """The second line of a folded field is dropped."""
    api.on_input(lambda data: re.sub(rb"\r\n[ \t]+[^\r]*", b"", data))


@fault("wire-length-invalid-accepted", caught_by={"WIRE-004"}, clause=FRAMING, needs=WIRE)
def length_invalid(api: Api) -> None:
    """A Content-Length that is no number is ignored."""
    api.on_input(lambda data: re.sub(rb"(?i)\r\ncontent-length:(?! *\d+\r\n)[^\r]*", b"", data))


@fault("wire-length-first-counts", caught_by={"WIRE-004"}, clause=FRAMING, needs=WIRE)
def length_first(api: Api) -> None:
    """Of two different Content-Length lines the first counts."""

    def read(data: bytes) -> bytes:
        found = list(re.finditer(rb"(?i)\r\ncontent-length: *\d+(?=\r\n)", data.partition(b"\r\n\r\n")[0] + b"\r\n"))
        return data[: found[1].start()] + data[found[1].end() :] if len(found) > 1 else data

    api.on_input(read)


@fault("wire-two-framings-accepted", caught_by={"WIRE-005"}, clause="RFC 9112, section 6.1", needs=WIRE)
def two_framings(api: Api) -> None:
    """Content-Length beside Transfer-Encoding is ignored, and the connection is kept."""
    api.replace("check_framing", lambda *_: None)


@fault("wire-absolute-form-unknown", caught_by={"WIRE-006"}, clause="RFC 9112, section 3.2.2", needs=WIRE)
def absolute_form(api: Api) -> None:
    """A target in absolute form is a path that is not found."""

    def authority(original: Callable[[Request], str], request: Request) -> str:
        if "://" in request.path:
            request.path = "/unknown"
        return original(request)

    api.replace("authority", authority)


@fault("wire-host-beats-target", caught_by={"WIRE-006"}, clause="RFC 9112, section 3.2.2", needs=WIRE)
def host_beats_target(api: Api) -> None:
    """Host counts before the host of a target in absolute form."""

    def authority(original: Callable[[Request], str], request: Request) -> str:
        if "://" in request.path:
            request.path = "/" + request.path.split("/", 3)[3]
        return original(request)

    api.replace("authority", authority)


@fault("wire-chunked-to-http-1-0", caught_by={"WIRE-007"}, clause="RFC 9112, section 6.1", needs=WIRE)
def chunked_to_1_0(api: Api) -> None:
    """The answer to an HTTP/1.0 request is chunked."""

    def change(request: Request, _answer: Answer, data: bytes) -> bytes:
        head, _, body = data.partition(b"\r\n\r\n")
        if request.version != "1.0" or not body:
            return data
        head = re.sub(rb"Content-Length: \d+", b"Transfer-Encoding: chunked", head)
        return head + b"\r\n\r\n%x\r\n%b\r\n0\r\n\r\n" % (len(body), body)

    api.on_bytes(change)


@fault("wire-lower-case-method", caught_by={"WIRE-008"}, clause="RFC 9110, section 9.1", needs=WIRE)
def lower_case_method(api: Api) -> None:
    """Methods are compared without regard to case."""

    def answer(original: Callable[[Request], Answer], request: Request) -> Answer:
        request.method = request.method.upper()
        return original(request)

    api.replace("answer", answer)


@fault("wire-empty-line-refused", caught_by={"WIRE-008"}, clause="RFC 9112, section 2.2", needs=WIRE)
def empty_line(api: Api) -> None:
    """An empty line before the request line is refused."""
    api.on_input(lambda data: b"\0" + data if data.startswith(b"\r\n") else data)


@fault("wire-garbage-served", caught_by={"WIRE-008"}, clause="RFC 9112, section 3", needs=WIRE)
def garbage_served(api: Api) -> None:
    """What is no request is taken for OPTIONS."""

    def read(data: bytes) -> bytes:
        plausible = re.match(rb"(\r\n)?[A-Za-z]+ [^ ]+ HTTP/1\.[01]\r\n", data)
        starts = re.match(rb"[^\r\n:{}]*\r\n", data)
        return data if plausible or not starts else b"OPTIONS * HTTP/1.1\r\nHost: localhost\r\n\r\n"

    api.on_input(read)


@fault("wire-close-ignored", caught_by={"WIRE-009"}, clause="RFC 9112, section 9.6", needs=WIRE)
def close_ignored(api: Api) -> None:
    """Connection: close is ignored."""
    api.on_input(lambda data: re.sub(rb"(?i)\r\nconnection: *close(?=\r\n)", b"", data))


@fault(
    "wire-extra-bytes-after-401",
    caught_by={"ROB-009"},
    clause="RFC 9112, section 6.3",
    also={
        "HTTP-017": "bytes follow the message",
        "HTTP-003": "more bytes come than announced",
        "HTTP-005": "HEAD is answered with 401, too",
    },
)
def extra_bytes(api: Api) -> None:
    """A 401 is followed by bytes that belong to no message."""

    def change(_request: Request, answer: Answer, data: bytes) -> bytes:
        return data + b"oops" if answer.status == 401 else data

    api.on_bytes(change)


@fault(
    "wire-connection-lost-after-304", stateful=True, caught_by={"ROB-009"}, clause="RFC 9112, section 9.3", needs=WIRE
)
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
