"""The way to a server: straight or through a proxy, to the address of its name or to another one."""

from __future__ import annotations

import socket
import time
from dataclasses import dataclass
from typing import TYPE_CHECKING

import h11

from conformance.observe.wire_error import TOO_SLOW, WireError
from conformance.syntax.urls import Origin, place_of

if TYPE_CHECKING:
    from conformance.config.settings import Settings

# Bytes of an answer of the proxy that are read, and of one read.
_MOST, _CHUNK = 16 * 1024, 4 * 1024

Place = tuple[str, int]


@dataclass(frozen=True, slots=True)
class Route:
    """Where to connect to instead of the origin, and through which proxy; None for neither."""

    connect_to: Place | None = None
    proxy: Place | None = None

    @classmethod
    def of(cls, settings: Settings) -> Route:
        """Return the way that the settings name."""
        return cls(place_of(settings["connect-to"]), place_of(settings["proxy"].rstrip("/").rpartition("/")[2]))

    def connect(self, origin: Origin, deadline: float) -> socket.socket:
        """Return a connection to ``origin``. ``deadline`` is a time of the monotonic clock. Raises WireError."""
        place = self.connect_to or (origin.host, origin.port)
        if self.proxy is None:
            return _connect(place, deadline, "cannot connect")
        connection = _connect(self.proxy, deadline, "cannot connect to the proxy")
        try:
            _ask_for(place, connection, deadline)
        except BaseException:
            connection.close()
            raise
        return connection


def _connect(place: Place, deadline: float, problem: str) -> socket.socket:
    try:
        made = socket.create_connection(place, _left(deadline))
    except OSError as error:
        raise WireError(f"{problem}: {error.strerror or error}") from error
    made.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
    return made


def _left(deadline: float) -> float:
    left = deadline - time.monotonic()
    if left <= 0:
        raise WireError(TOO_SLOW)
    return left


def _ask_for(place: Place, connection: socket.socket, deadline: float) -> None:
    """Let the proxy connect to ``place`` (RFC 9110, section 9.3.6). Raises WireError when it does not."""
    host, port = place
    authority = f"[{host}]:{port}" if ":" in host else f"{host}:{port}"
    protocol = h11.Connection(h11.CLIENT, max_incomplete_event_size=_MOST)
    request = h11.Request(method="CONNECT", target=authority, headers=[("Host", authority)])
    try:
        connection.sendall((protocol.send(request) or b"") + (protocol.send(h11.EndOfMessage()) or b""))
        while not isinstance(event := protocol.next_event(), h11.Response):
            if event is h11.NEED_DATA:
                connection.settimeout(_left(deadline))
                protocol.receive_data(connection.recv(_CHUNK))
    except OSError as error:
        raise WireError(f"cannot connect: the proxy is lost: {error.strerror or error}") from error
    except h11.RemoteProtocolError as error:
        raise WireError(f"cannot connect: the proxy does not answer in HTTP: {error}") from error
    if not 200 <= event.status_code < 300:
        raise WireError(f"cannot connect: the proxy answers {event.status_code} to CONNECT {authority}")
