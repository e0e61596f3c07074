"""A connection for messages that are written as they stand, malformed or several at once, and all that comes back."""

from __future__ import annotations

import ssl
import time
from collections.abc import Sequence
from dataclasses import dataclass, field

import h11

from conformance.observe.connection import MAX_HEADER_SECTION, Connection, WireResponse
from conformance.observe.wire_error import WireError

# Seconds for which a server that should close the connection is waited for.
_PATIENCE = 3.0
# More answers than that show nothing new.
_MOST_ANSWERS = 4


@dataclass(slots=True)
class Received:
    """The answers in order. ``closed``: the server was seen to end the connection; ``failure``: what else ended it."""

    responses: list[WireResponse] = field(default_factory=list)
    closed: bool = False
    failure: str | None = None


class RawConnection(Connection):
    """One connection, used for one exchange of messages."""

    _leftover = b""
    _over = False

    def send_each(self, messages: Sequence[bytes], deadline: float, max_body: int, *, until_closed: bool) -> Received:
        """Write each message once the one before is answered; an answer that ends the connection ends that.

        ``deadline`` is a time of the monotonic clock. At most ``max_body`` bytes of the content of an answer are kept.
        """
        received = Received()
        try:
            self.open(deadline)
            for message in messages:
                if self._over or self._socket is None:
                    break  # a cut answer ends the connection, too
                self._write(message, deadline)
                method = message.partition(b" ")[0].decode("latin-1")
                received.responses.append(self._answer_to(method, deadline, max_body))
            if until_closed:
                self._listen(received, min(deadline, time.monotonic() + _PATIENCE), max_body)
        except WireError as error:
            received.closed, received.failure = error.closed, str(error)
        except ssl.SSLError as error:
            received.failure = f"TLS: {error.reason or error}"
        return received

    def _write(self, message: bytes, deadline: float) -> None:
        assert self._socket is not None
        self._socket.settimeout(self._remaining(deadline))
        try:
            self._socket.sendall(message)
        except TimeoutError as error:
            raise WireError("the request could not be sent within the time limit") from error
        except OSError:
            # A server may refuse early and close: read what it sent.
            return

    def _answer_to(self, method: str, deadline: float, max_body: int) -> WireResponse:
        """Read one answer; h11 needs to know the method for framing."""
        self._protocol = h11.Connection(h11.CLIENT, max_incomplete_event_size=MAX_HEADER_SECTION)
        self._protocol.send(
            h11.Request(method="HEAD" if method == "HEAD" else "GET", target="/", headers=[("Host", "x")])
        )
        self._protocol.send(h11.EndOfMessage())
        if self._leftover:
            try:
                self._check_beginning(self._leftover)
            except h11.RemoteProtocolError as error:
                raise WireError(f"not a well-formed HTTP response: {error}") from error
            self._protocol.receive_data(self._leftover)
        begun, self._leftover = self._leftover, b""
        return self._read(deadline, max_body, fresh=True, begun=begun)

    def _finish(self, response: WireResponse, deadline: float) -> None:  # noqa: ARG002 - nothing is waited for here
        """Keep what follows the response: it may be the next one."""
        assert self._protocol is not None
        self._leftover, ended = self._protocol.trailing_data
        self._over = ended or self._protocol.their_state is not h11.DONE

    def _listen(self, received: Received, deadline: float, max_body: int) -> None:
        """Read what else comes until the server closes the connection."""
        while len(received.responses) < _MOST_ANSWERS and self._socket is not None:
            try:
                self._leftover = self._leftover or self._receive(deadline)
                if not self._leftover:
                    received.closed = True
                    return
                received.responses.append(self._answer_to("GET", deadline, max_body))
            except WireError as error:
                received.closed = error.closed
                if self._leftover:
                    received.responses[-1].unsolicited = self._leftover
                return
