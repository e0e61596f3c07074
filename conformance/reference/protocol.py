"""HTTP/1.1 on the wire: uvicorn's h11 protocol, its refusals in the error format, and the bytes open to change."""

from __future__ import annotations

import asyncio
import sys
import time
from typing import TYPE_CHECKING, Any

import h11
from uvicorn.config import Config
from uvicorn.protocols.http.h11_impl import STATUS_PHRASES, H11Protocol

from conformance.reference.message import Connection, Problem, Request

if TYPE_CHECKING:
    from uvicorn.server import ServerState

    from conformance.reference.app import Api

LINGER = 2.0
"""Seconds for which input is still read and dropped after a refusal, so that the client can read it."""


def configuration(api: Api) -> Config:
    """Return how uvicorn serves ``api``: nothing is added to its answers, and nothing is written to a log."""
    config = Config(
        api,
        interface="asgi3",
        http=WireProtocol,
        ws="none",
        lifespan="off",
        log_config=None,
        log_level="critical",
        access_log=False,
        timeout_keep_alive=75,
        # What a client says about proxies is not to be believed.
        proxy_headers=False,
        server_header=False,
        date_header=False,
        h11_max_incomplete_event_size=64 * 1024,
    )
    config.load()
    return config


class ResponseTransport(asyncio.Transport):
    """Collects what is written until the response is complete, and lets the server alter it."""

    def __init__(self, transport: asyncio.Transport, protocol: WireProtocol) -> None:
        """Write to ``transport`` what ``protocol`` answers."""
        super().__init__()
        self._transport = transport
        self._protocol = protocol
        self._written: list[bytes] = []

    def write(self, data: bytes | bytearray | memoryview) -> None:
        """Keep the bytes; an interim response cannot wait."""
        if not self._written and bytes(data[:10]) == b"HTTP/1.1 1":
            self._transport.write(data)
        else:
            self._written.append(bytes(data))

    def flush(self) -> None:
        """Write the response."""
        data = b"".join(self._written)
        self._written.clear()
        if data:
            self._protocol.write_response(self._transport, data)

    def can_write_eof(self) -> bool:
        """Return whether one direction can be ended alone."""
        return self._transport.can_write_eof()

    def end(self) -> None:
        """Let the client see that nothing more comes, while its input can still be taken (RFC 9112, section 9.6)."""
        if self.can_write_eof():
            self._transport.write_eof()

    def close(self) -> None:
        """Write what is left and close."""
        self.flush()
        self._transport.close()

    def abort(self) -> None:
        """Close at once."""
        self._transport.abort()

    def is_closing(self) -> bool:
        """See asyncio."""
        return self._transport.is_closing()

    def pause_reading(self) -> None:
        """See asyncio."""
        self._transport.pause_reading()

    def resume_reading(self) -> None:
        """See asyncio."""
        self._transport.resume_reading()

    def get_extra_info(self, name: str, default: Any = None) -> Any:
        """See asyncio."""
        return self._transport.get_extra_info(name, default)


class WireProtocol(H11Protocol):
    """One connection."""

    def __init__(
        self,
        config: Config,
        server_state: ServerState,
        api: Api,
        connection: Connection | None = None,
        loop: asyncio.AbstractEventLoop | None = None,
    ) -> None:
        """Serve ``api``; by default as the next connection of this process, in the loop that runs."""
        super().__init__(config, server_state, {"connection": connection or Connection()}, loop)
        self._api = api
        self._refused = False

    def connection_made(self, transport: asyncio.Transport) -> None:  # type: ignore[override]
        """Put the collecting transport in between."""
        super().connection_made(ResponseTransport(transport, self))

    def is_idle(self) -> bool:
        """Return whether everything that was asked for is answered, or nothing more will be."""
        return self._refused or self.transport.is_closing() or (bool(self.cycle) and self.cycle.response_complete)

    def data_received(self, data: bytes) -> None:
        """Take input. Empty lines before a request line are skipped (RFC 9112, section 2.2)."""
        if self._refused:
            return
        for hook in self._api.input_hooks:
            data = hook(data)
        if self.conn.their_state is h11.IDLE and not self.conn.trailing_data[0]:
            data = data.lstrip(b"\r\n")
        if data:
            super().data_received(data)

    def on_response_complete(self) -> None:
        """Write the response before the next one begins."""
        if isinstance(self.transport, ResponseTransport):
            self.transport.flush()
        super().on_response_complete()

    def write_response(self, transport: asyncio.Transport, data: bytes) -> None:
        """Write one response, altered where the server has hooks for it."""
        exchange = self.scope["state"].pop("exchange", None) if self.scope else None
        if exchange is None:
            transport.write(data)
            return
        request, answer = exchange
        transport.write(self._api.wire_bytes(request, answer, data))
        if answer.cut:
            transport.close()

    def send_400_response(self, msg: str) -> None:
        """Refuse what is not HTTP, with the status that fits, and close once the client could read that."""
        status = getattr(sys.exception(), "error_status_hint", 400)
        if status == 431 and b"\n" not in self.conn.trailing_data[0]:
            status = 414
        self._refused = True
        if self.conn.our_state not in (h11.IDLE, h11.SEND_RESPONSE):
            self.transport.close()
            return
        problem = Problem(status, STATUS_PHRASES[status].decode(), msg)
        problem.headers.append(("Connection", "close"))
        request = Request("", "", "", [], "", scheme=self.scheme or "http", connection=self.app_state["connection"])
        answer = self._api.error_answer(request, problem)
        self._api.finish(request, answer, time.perf_counter())
        headers = [(name.encode("latin-1"), value.encode("latin-1")) for name, value in answer.headers]
        parts = (
            h11.Response(status_code=status, headers=headers, reason=STATUS_PHRASES[status]),
            h11.Data(data=answer.body),
            h11.EndOfMessage(),
        )
        for part in parts:
            self.transport.write(self.conn.send(part) or b"")
        if isinstance(self.transport, ResponseTransport):
            self.transport.flush()
            self.transport.end()
        # TLS cannot end one direction alone; asyncio lets it read what still comes before it closes.
        self.loop.call_later(LINGER if self.transport.can_write_eof() else 0.0, self.transport.close)
