"""A byte-exact HTTP/1.1 client: requests are written as given, responses are framed by h11 and otherwise untouched."""

from __future__ import annotations

import contextlib
import re
import socket
import ssl
import time
from dataclasses import dataclass, field

import h11

from conformance.observe.route import Route
from conformance.observe.wire_error import TOO_SLOW, WireError
from conformance.syntax.urls import Origin

# Largest header section that is read; a larger one is not an answer (RFC 9110, section 5.4).
MAX_HEADER_SECTION = 256 * 1024
# Most lines of one: each is looked at by many checks.
MAX_LINES = 1000
# Most chunks of content that are read, and bytes of content for one where more content is: each takes a while.
_MOST_CHUNKS, _OF_A_CHUNK = 100_000, 84
_CHUNK = 64 * 1024
_STATUS_LINE = b"HTTP/"
# RFC 9112, section 5.2; only what has a field name before it.
_FOLDED = re.compile(rb"^([!-9;-~]{1,100}):[^\n]*\n[ \t]", re.MULTILINE)
# After a response that ends the connection, more bytes may still be under way; this bounds the look, in seconds.
_LINGER = 1.0
# A server that says that the connection ends, and leaves it open all the same, so often: it is waited for so long then.
_OFTEN, _SHORT_LINGER = 8, 0.1


@dataclass(slots=True)
class WireResponse:
    """A final response before content decoding; ``elapsed`` is in seconds.

    ``line_flaws`` are what is wrong with the lines of its header section and does not hinder their reading.
    """

    status: int
    reason: str
    version: str
    pairs: tuple[tuple[str, str], ...]
    content: bytearray = field(default_factory=bytearray)
    truncated: bool = False
    incomplete: str | None = None
    unsolicited: bytes = b""
    line_flaws: tuple[str, ...] = ()
    elapsed: float = 0.0


def line_flaws(section: bytes) -> tuple[str, ...]:
    """Return what is wrong with the lines of a header section that h11 reads all the same (RFC 9112, section 2.1)."""
    found = []
    # To look for what these begin with takes a hundredth of the time that a long line takes otherwise.
    if (b"\n " in section or b"\n\t" in section) and (folded := _FOLDED.search(section)):
        found.append(f"{folded[1].decode('latin-1')} is folded")
    if section.count(b"\n") > section.count(b"\r\n"):
        found.append("a line ends with LF alone")
    return tuple(found)


class _Sections:
    """The header sections of a response and of the interim ones before it, looked at one after the other."""

    def __init__(self, begun: bytes) -> None:
        self._head: bytearray | None = bytearray(begun)
        self._interim = 0
        self.flaws: tuple[str, ...] = ()

    def add(self, data: bytes) -> None:
        """Take what was received; after the final response it is content."""
        if self._head is not None:
            self._head += data

    def end(self, rest: bytes, *, final: bool) -> None:
        """Look at a section that is complete: all that was received but for the ``rest``.

        Raises WireError when those of the interim responses are larger together than one may be.
        """
        head = bytes(self._head or b"")
        size = len(head) - len(rest)
        self._interim += 0 if final else size
        if self._interim > MAX_HEADER_SECTION:
            raise WireError(f"the interim responses have more than {MAX_HEADER_SECTION} bytes")
        self.flaws = self.flaws or line_flaws(head[:size])
        self._head = None if final else bytearray(rest)


def _begun_by(event: h11.Response, flaws: tuple[str, ...]) -> WireResponse:
    """Return the response whose header section is ``event``. Raises WireError when that has too many lines."""
    if len(event.headers) > MAX_LINES:
        raise WireError(f"the header section has more than {MAX_LINES} lines")
    return WireResponse(
        status=event.status_code,
        reason=event.reason.decode("latin-1"),
        version=event.http_version.decode("latin-1"),
        pairs=tuple((name.decode("latin-1"), value.decode("latin-1")) for name, value in event.headers.raw_items()),
        line_flaws=flaws,
    )


class Ends:
    """How the connections to one server end, so that nobody waits a thousand times for one that leaves them open."""

    def __init__(self) -> None:
        """Begin with a server that closes what it says to close."""
        self._left_open = 0

    @property
    def seconds(self) -> float:
        """Seconds that are given to what may follow a last response."""
        return _LINGER if self._left_open < _OFTEN else _SHORT_LINGER

    def note_left_open(self) -> None:
        """Remember that a connection was neither used nor closed within that time."""
        self._left_open += 1


class Connection:
    """One connection to an origin, kept alive over several exchanges, one at a time."""

    def __init__(self, origin: Origin, context: ssl.SSLContext | None, number: int, ends: Ends, route: Route) -> None:
        """Prepare a connection; it is opened by the first exchange. ``context`` is for https."""
        self._ends, self._route = ends, route
        self._origin = origin
        self._context = context
        self._socket: socket.socket | None = None
        self._protocol: h11.Connection | None = None
        self.number = number
        self.ordinal = 0
        self.reusable = False
        self._started = 0.0
        self._aborted = False

    def _remaining(self, deadline: float) -> float:
        left = deadline - time.monotonic()
        if left <= 0:
            raise WireError(TOO_SLOW)
        return left

    def open(self, deadline: float) -> None:
        """Connect. ``deadline`` is a time of the monotonic clock; raises WireError, and ssl.SSLError unwrapped."""
        self._socket = plain = self._route.connect(self._origin, deadline)
        if self._context is not None:
            plain.settimeout(self._remaining(deadline))
            try:
                self._socket = self._context.wrap_socket(plain, server_hostname=self._origin.host)
            except ssl.SSLError:
                self.close()
                raise
            except OSError as error:
                self.close()
                raise WireError(f"no TLS handshake: {error.strerror or error}") from error
        self._protocol = h11.Connection(h11.CLIENT, max_incomplete_event_size=MAX_HEADER_SECTION)
        if self._aborted:
            self.close()
            raise WireError("the run was interrupted", closed=True)

    def unsolicited(self) -> bytes:
        """Return bytes that arrived while no request was outstanding."""
        if self._socket is None or not self.reusable:
            return b""
        # Session tickets make a TLS socket readable: only a read shows whether there is data.
        try:
            self._socket.setblocking(False)
            return self._socket.recv(_CHUNK)
        except OSError:
            return b""

    def exchange(self, method: str, head: bytes, body: bytes, deadline: float, max_body: int) -> WireResponse:
        """Send ``head`` and ``body`` as they are and read one final response.

        Raises WireError when there is none before ``deadline``. At most ``max_body`` bytes of content are kept.
        """
        fresh = self._socket is None
        if fresh:
            self.open(deadline)
        assert self._socket is not None
        assert self._protocol is not None
        self.ordinal += 1
        self._started = time.monotonic()
        # h11 needs to know the method for framing; what is sent are the caller's own bytes.
        known = method if method.isalnum() and method != "CONNECT" else "GET"
        self._protocol.send(h11.Request(method=known, target="/", headers=[("Host", "x")]))
        self._protocol.send(h11.EndOfMessage())
        try:
            self._socket.settimeout(self._remaining(deadline))
            self._socket.sendall(head + body)
        except OSError as error:
            # A server may answer early and close, e.g. when the request is too large: read what it sent.
            if fresh and isinstance(error, TimeoutError):
                self.close()
                raise WireError("the request could not be sent within the time limit") from error
        try:
            response = self._read(deadline, max_body, fresh=fresh)
        except BaseException:
            self.close()
            raise
        response.elapsed = response.elapsed or time.monotonic() - self._started
        return response

    def _receive(self, deadline: float) -> bytes:
        assert self._socket is not None
        self._socket.settimeout(self._remaining(deadline))
        try:
            return self._socket.recv(_CHUNK)
        except TimeoutError as error:
            raise WireError(TOO_SLOW) from error
        except OSError as error:
            raise WireError(f"connection lost: {error.strerror or error}", closed=True) from error

    def _read(self, deadline: float, max_body: int, *, fresh: bool, begun: bytes = b"") -> WireResponse:
        """Read one response, of which the parser has got the bytes ``begun`` already."""
        assert self._protocol is not None
        response: WireResponse | None = None
        received, chunks, most_chunks = b"", 0, max(_MOST_CHUNKS, max_body // _OF_A_CHUNK)
        sections = _Sections(begun)
        while True:
            try:
                event = self._protocol.next_event()
                if event is h11.NEED_DATA:
                    data = self._receive(deadline)
                    received = received or data
                    self._check_beginning(received)
                    sections.add(data)
                    self._protocol.receive_data(data)
                    continue
            except h11.RemoteProtocolError as error:
                if response is None:
                    malformed = WireError(f"not a well-formed HTTP response: {error}")
                    malformed.malformed = True
                    # On a kept-alive connection these may be bytes that belong to the response before.
                    malformed.stale, malformed.unsolicited = not fresh, b"" if fresh else received
                    raise malformed from error
                response.incomplete = f"the message is not complete: {error}"
                self.close()
                return response
            except WireError as error:
                if response is None:
                    error.stale = error.closed and not fresh and not received
                    raise
                response.incomplete = str(error)
                self.close()
                return response
            if isinstance(event, (h11.InformationalResponse, h11.Response)):
                sections.end(self._protocol.trailing_data[0], final=isinstance(event, h11.Response))
            if isinstance(event, h11.Response):
                response = _begun_by(event, sections.flaws)
            elif isinstance(event, h11.Data) and response is not None:
                response.content += event.data
                chunks += 1
                if len(response.content) > max_body or chunks > most_chunks:
                    del response.content[max_body:]
                    response.truncated = True
                    self.close()
                    return response
            elif isinstance(event, h11.EndOfMessage) and response is not None:
                self._finish(response, deadline)
                return response

    @staticmethod
    def _check_beginning(received: bytes) -> None:
        """Raise WireError or h11.RemoteProtocolError unless a response can begin with ``received``."""
        if not received:
            raise WireError("connection closed without an answer", closed=True)
        # h11 would wait for a line end; what does not begin so never becomes a status line.
        if not _STATUS_LINE.startswith(received[: len(_STATUS_LINE)]):
            raise h11.RemoteProtocolError("it does not begin with a status line")

    def _finish(self, response: WireResponse, deadline: float) -> None:
        """Take what follows the response and decide whether the connection can serve another exchange."""
        assert self._protocol is not None
        # The look at what may follow is not a time that the server took.
        response.elapsed = time.monotonic() - self._started
        response.unsolicited = bytes(self._protocol.trailing_data[0])[:_CHUNK]
        ended = self._protocol.trailing_data[1]
        if ended or self._protocol.our_state is h11.MUST_CLOSE or self._protocol.their_state is not h11.DONE:
            if not response.unsolicited and not ended:
                response.unsolicited = self._until_closed(min(deadline, time.monotonic() + self._ends.seconds))
            self.close()
        elif response.unsolicited:
            self.close()
        else:
            self._protocol.start_next_cycle()
            self.reusable = True

    def _until_closed(self, deadline: float) -> bytes:
        try:
            return self._receive(deadline)
        except WireError as error:
            if not error.closed:
                self._ends.note_left_open()
            return b""

    def abort(self) -> None:
        """End what another thread waits for on this connection, or will when it is open: that gets a WireError."""
        self._aborted = True
        if (opened := self._socket) is not None:
            with contextlib.suppress(OSError):
                opened.shutdown(socket.SHUT_RDWR)

    def close(self) -> None:
        """Close the connection; it cannot be used again."""
        self.reusable = False
        if self._socket is not None:
            self._socket.close()
            self._socket = None
