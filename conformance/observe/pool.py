"""The connections of an observer: kept alive and used again, or each used once."""

from __future__ import annotations

import ssl
import threading
from typing import TYPE_CHECKING

from conformance.config.settings import SettingError
from conformance.observe.connection import Connection, Ends
from conformance.observe.raw_connection import RawConnection
from conformance.observe.route import Route
from conformance.plan.steps import Step

if TYPE_CHECKING:
    from conformance.config.target import Target


def _tls_context(target: Target) -> ssl.SSLContext:
    try:
        context = ssl.create_default_context(cafile=target.settings["ca-bundle"])
    except OSError as error:
        raise SettingError(f"--ca-bundle: no certificates (PEM) can be read from it: {error}") from None
    # As Python 3.13 trusts, and no stricter than 3.12 is: whom a run trusts does not depend on who runs it, and any
    # certificate of the bundle will do, the server's own included.
    context.verify_flags |= ssl.VERIFY_X509_PARTIAL_CHAIN
    context.verify_flags &= ~ssl.VERIFY_X509_STRICT
    context.set_alpn_protocols(["http/1.1"])
    if target.settings["insecure"]:
        context.check_hostname = False
        context.verify_mode = ssl.CERT_NONE
    if target.settings["client-cert"]:
        _show(context, target.settings["client-cert"], target.settings["client-key"])
    return context


def _show(context: ssl.SSLContext, certificate: str, key: str | None) -> None:
    """Let the server see a certificate. Raises SettingError when it or its key cannot be used."""
    try:
        # Nobody is asked for the password of a key.
        context.load_cert_chain(certificate, key, password="")
    except OSError as error:
        named = "--client-cert, --client-key" if key else "--client-cert"
        problem = getattr(error, "reason", None) or error.strerror or error
        raise SettingError(f"{named}: no certificate (PEM) with its unencrypted key can be read: {problem}") from None


class Pool:
    """Connections to one target, for several threads.

    ``unsolicited`` are bytes that came after a complete response, by the step that was answered before.
    """

    def __init__(self, target: Target) -> None:
        """Open nothing yet. Raises SettingError for certificates that cannot be used."""
        self._origin, self._plain_origin = target.origin, target.plain_origin
        self._route = Route.of(target.settings)
        self._lock = threading.Lock()
        self._idle: list[tuple[Connection, Step | None]] = []
        self._busy: set[Connection] = set()
        self._opened = 0
        self._aborted = False
        self._ends = Ends()
        self.unsolicited: dict[Step, bytes] = {}
        self.tls = _tls_context(target) if target.origin.scheme == "https" else None

    @property
    def is_empty(self) -> bool:
        """Whether no connection is open."""
        return not (self._idle or self._busy)

    def take(self) -> tuple[Connection, Step | None]:
        """Return a connection, and the step that it served last; None when it is new."""
        while True:
            with self._lock:
                if not self._idle:
                    break
                connection, last = self._idle.pop()
                self._busy.add(connection)
            if not (found := connection.unsolicited()):
                return connection, last
            self.note_unsolicited(last, found)
            connection.close()
            self.release(connection)
        return self.single(plain=False), None

    def single(self, *, plain: bool) -> Connection:
        """Return a new connection, to where an https target answers plain http if ``plain``."""
        origin, context = (self._plain_origin, None) if plain else (self._origin, self.tls)
        assert origin is not None
        with self._lock:
            self._opened += 1
            route = Route() if plain else self._route
            connection = Connection(origin, context, self._opened, self._ends, route)
            self._add(connection)
        return connection

    def raw(self) -> RawConnection:
        """Return a new connection for messages that are written as they stand."""
        with self._lock:
            self._opened += 1
            connection = RawConnection(self._origin, self.tls, self._opened, self._ends, self._route)
            self._add(connection)
        return connection

    def _add(self, connection: Connection) -> None:
        """Count ``connection`` as busy; one that is made while the run ends comes too late."""
        self._busy.add(connection)
        if self._aborted:
            connection.abort()

    def release(self, *connections: Connection) -> None:
        """Count connections as busy no more."""
        with self._lock:
            self._busy.difference_update(connections)

    def keep(self, connection: Connection, step: Step) -> None:
        """Keep a connection that served ``step`` for later."""
        with self._lock:
            self._idle.append((connection, step))

    def note_unsolicited(self, step: Step | None, found: bytes) -> None:
        """Remember what came after the answer to ``step``."""
        if step is not None and found:
            with self._lock:
                self.unsolicited[step] = found

    def look_for_unsolicited(self) -> None:
        """See what came on idle connections, and close those that cannot be used any more."""
        for connection, last in self._idle:
            if found := connection.unsolicited():
                self.note_unsolicited(last, found)
                connection.close()
        self._idle = [(connection, last) for connection, last in self._idle if connection.reusable]

    def close_idle(self) -> None:
        """Close the connections that nobody uses."""
        with self._lock:
            idle, self._idle = self._idle, []
        for connection, last in idle:
            if found := connection.unsolicited():
                self.note_unsolicited(last, found)
            connection.close()

    def abort(self) -> None:
        """Let the threads that wait for an answer come to an end at once, and those that begin to."""
        with self._lock:
            self._aborted = True
            for connection in self._busy:
                connection.abort()
