"""The reference server on a loopback port, in a thread of this process or alone."""

from __future__ import annotations

import asyncio
import contextlib
import json
import signal
import socket
import ssl
import threading
from typing import TYPE_CHECKING, Any

from uvicorn.server import ServerState

from conformance.reference import data, tokens
from conformance.reference.app import Api
from conformance.reference.clock import Clock, frozen_clock
from conformance.reference.protocol import WireProtocol, configuration
from conformance.reference.store import MemoryStore, SqliteStore

if TYPE_CHECKING:
    from collections.abc import Iterable
    from types import TracebackType

    from conformance.reference.faults import Fault
    from conformance.reference.reduced import Reduced
    from conformance.reference.variants import Variant

DAY = 24 * 3600.0


class ReferenceServer:
    """A correct server, or one with the given faults; a context manager. With variants it is correct in another way.

    ``base_url`` is its origin, known once it is started; ``token`` the documented customer's token, ``other_token`` a
    second customer's, both valid for a day; ``signing_key`` the HS256 key, fresh for every server.

    With ``tls`` it serves https with a certificate that ``ca_pem`` signs, made for this server, and ``plain_url`` is
    where it answers plain http. That needs trustme, which is there for development only.

    ``invoices`` is how many the documented customer's collection holds; 0 stands for the constant data set.

    ``frozen`` stops its clock and gives it the signing key that all frozen servers of this process share, so that
    equal requests are answered with equal bytes, by every one of them.

    Raises:
        ValueError: When ``invoices`` is less than the constant data set has.
    """

    def __init__(  # noqa: PLR0913 - each is independent of the others
        self,
        *,
        port: int = 0,
        faults: Iterable[Fault] = (),
        variants: Iterable[Variant | Reduced] = (),
        tls: bool = False,
        invoices: int = 0,
        frozen: bool = False,
    ) -> None:
        """Prepare the server; it listens from ``start`` on."""
        self.ca_pem = b""
        self.plain_url = ""
        self._tls = self._certified() if tls else None
        self._generated = SqliteStore(invoices) if invoices else None
        key, clock = (tokens.frozen_key(), frozen_clock()) if frozen else (tokens.new_key(), Clock())
        self.api = Api(self._generated or MemoryStore(), key, clock)
        for variant in variants:
            variant.apply(self.api)
        for fault in faults:
            fault.apply(self.api)
        self.signing_key = self.api.signing_key
        expiry = int(clock.now() + DAY)
        self.token = tokens.mint(data.CUSTOMER.subject, self.signing_key, exp=expiry)
        self.other_token = tokens.mint(data.OTHER_CUSTOMER.subject, self.signing_key, exp=expiry)
        self.base_url = ""
        self._port = port
        self._config = configuration(self.api)
        self._sockets: list[socket.socket] = []
        self._stopped = asyncio.Event()
        self._thread = threading.Thread(target=self._run, name="reference-server", daemon=True)

    def _certified(self) -> ssl.SSLContext:
        import trustme

        authority = trustme.CA()
        self.ca_pem = authority.cert_pem.bytes()
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        authority.issue_cert("localhost", "127.0.0.1").configure_cert(context)
        return context

    def _listen(self, port: int) -> int:
        """Listen from here on, so that nobody has to wait for the thread. Returns the port."""
        self._sockets.append(socket.create_server(("127.0.0.1", port), backlog=512))
        number: int = self._sockets[-1].getsockname()[1]
        return number

    def start(self) -> None:
        """Start to serve.

        Raises:
            OSError: When the port is taken.
        """
        port = self._listen(self._port)
        self.base_url = f"http://127.0.0.1:{port}"
        if self._tls:
            # By name: what RFC 6797 asks for does not hold for addresses.
            self.base_url = self.api.secure_origin = f"https://localhost:{port}"
            self.plain_url = f"http://localhost:{self._listen(0)}"
        self._loop = asyncio.new_event_loop()
        self._thread.start()

    def serve(self, api: Api) -> None:
        """Let ``api`` answer what comes on connections from now on."""
        self.api, self._config = api, configuration(api)

    def __enter__(self) -> ReferenceServer:
        """Start the server."""
        self.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        """Stop the server."""
        self.stop()

    def stop(self) -> None:
        """Close every connection and end the thread. A second call does nothing."""
        if self._thread.is_alive():
            self._loop.call_soon_threadsafe(self._stopped.set)
            self._thread.join()
        if self._generated is not None:
            self._generated.close()

    def describe(self) -> dict[str, Any]:
        """Return everything that a user of the server needs to judge it, as JSON values."""
        return {
            "base_url": self.base_url,
            "auth_token": self.token,
            "other_auth_token": self.other_token,
            "invoice_ids": list(data.INVOICE_IDS),
            "other_invoice_id": data.OTHER_INVOICE_ID,
            "hidden_invoice_ids": list(data.HIDDEN_INVOICE_IDS),
            "expendable_invoice_id": data.EXPENDABLE_INVOICE_ID,
            "signing_key": self.signing_key,
        }

    def _run(self) -> None:
        with contextlib.closing(self._loop):
            self._loop.run_until_complete(self._main())

    async def _main(self) -> None:
        state = ServerState()
        loop = asyncio.get_running_loop()
        listeners = [
            await loop.create_server(lambda: WireProtocol(self._config, state, self.api), sock=listening, ssl=tls)
            for listening, tls in zip(self._sockets, (self._tls, None), strict=False)
        ]
        await self._stopped.wait()
        for listener in listeners:
            listener.close()
        for task in list(state.tasks):
            task.cancel()
        for connection in list(state.connections):
            connection.transport.abort()
        # One round of the loop for the cancelled and the aborted.
        await asyncio.sleep(0)


def serve(port: int, faults: Iterable[Fault] = (), invoices: int = 0, variants: Iterable[Variant] = ()) -> None:
    """Run a server until SIGINT or SIGTERM. First it prints ``describe()`` as one line of JSON.

    Raises:
        ValueError: For an impossible number of ``invoices``.
        OSError: When the port is taken.
    """
    stopped = threading.Event()
    with ReferenceServer(port=port, faults=faults, variants=variants, invoices=invoices) as server:
        for number in (signal.SIGINT, signal.SIGTERM):
            signal.signal(number, lambda *_: stopped.set())
        print(json.dumps(server.describe()), flush=True)  # noqa: T201 - the interface of the command
        stopped.wait()
