"""The reference server without sockets: the bytes of a request in, the bytes of its answer out, in this thread.

What happens between the two is the same as on the wire, HTTP parser and every hook included; only TCP, TLS and the
passing of time are missing. A wait costs no time, and is reported.
"""

from __future__ import annotations

import asyncio
from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING, Any, Literal

from starlette.requests import Request as Incoming
from uvicorn.server import ServerState

from conformance.reference.instant import InstantLoop
from conformance.reference.message import Answer, Connection
from conformance.reference.protocol import WireProtocol, configuration

if TYPE_CHECKING:
    from collections.abc import Iterable

    from starlette.types import Message, Receive, Scope, Send
    from uvicorn.config import Config

    from conformance.reference.app import Api

End = Literal["open", "ended", "closed", "aborted"]
Lines = tuple[tuple[str, str], ...]


@dataclass(frozen=True)
class BareAnswer:
    """What was written in answer to some bytes.

    ``end`` is what became of the connection: it stays open; its writing half was ended, as after a refusal; it was
    closed; it was aborted. ``waited`` is for how many seconds the server waited before it had answered, which includes
    waiting for what never came. Two answers are equal when a client could see no difference.
    """

    written: bytes
    end: End
    waited: float

    @cached_property
    def _parts(self) -> tuple[list[str], bytes]:
        rest = self.written
        while rest.startswith(b"HTTP/1.1 1"):
            rest = rest.partition(b"\r\n\r\n")[2]
        head, _, body = rest.partition(b"\r\n\r\n")
        return head.decode("latin-1").split("\r\n"), body

    @property
    def status(self) -> int | None:
        """The status of the final answer; None when there is no status line."""
        code = self._parts[0][0].split(" ")[1:2]
        return int(code[0]) if code and code[0].isdecimal() else None

    @property
    def reason(self) -> str:
        """The reason phrase; empty when there is none."""
        return " ".join(self._parts[0][0].split(" ")[2:])

    @property
    def headers(self) -> Lines:
        """The names and values of the header lines, as written."""
        pairs = (line.partition(":") for line in self._parts[0][1:])
        return tuple((name, value.strip(" \t")) for name, _, value in pairs)

    @property
    def body(self) -> bytes:
        """What follows the header section, its framing not removed."""
        return self._parts[1]


class _Written(asyncio.Transport):
    """A connection of which only the bytes that the server writes are left."""

    def __init__(self, scheme: str, port: int = 80) -> None:
        super().__init__()
        self.data: list[bytes] = []
        self.end: End = "open"
        # What uvicorn asks for.
        self._facts = {"sockname": ("127.0.0.1", port), "peername": ("127.0.0.1", 1), "sslcontext": scheme == "https"}

    def write(self, data: bytes | bytearray | memoryview) -> None:
        """Keep the bytes; what is written to a closed connection gets lost."""
        if self.end == "open":
            self.data.append(bytes(data))

    def can_write_eof(self) -> bool:
        """See asyncio."""
        return True

    def write_eof(self) -> None:
        """See asyncio."""
        self.end = "ended" if self.end == "open" else self.end

    def close(self) -> None:
        """See asyncio."""
        self.end = "closed" if self.end == "open" else self.end

    def abort(self) -> None:
        """See asyncio."""
        self.end = "aborted"

    def is_closing(self) -> bool:
        """See asyncio."""
        return self.end in ("closed", "aborted")

    def pause_reading(self) -> None:
        """Do nothing: all that is to be read was read."""

    def resume_reading(self) -> None:
        """Do nothing: all that is to be read was read."""

    def get_extra_info(self, name: str, default: Any = None) -> Any:
        """See asyncio."""
        return self._facts.get(name) or default


class BareServer:
    """A reference server that is called, without a socket.

    ``scheme`` is that of the requests.
    """

    def __init__(self, api: Api, *, scheme: Literal["http", "https"] = "http") -> None:
        """Configure the application to be called."""
        self._api = api
        self._scheme = scheme
        self._config = configuration(api)

    def answer(self, method: str, target: str, lines: Iterable[tuple[str, str]], body: bytes = b"") -> BareAnswer:
        """Answer one request, the first of its connection. ``lines`` has Host and Content-Length, too."""
        head = [f"{method} {target} HTTP/1.1", *(f"{name}: {value}" for name, value in lines)]
        return self.answers_on_one_connection(["\r\n".join(head).encode("latin-1") + b"\r\n\r\n" + body])[0]

    def answers_on_one_connection(self, messages: Iterable[bytes]) -> list[BareAnswer]:
        """Answer what is written on one connection, each message once the one before it has been answered.

        The connection is not counted among those of the process, so that its number is always the same.
        """
        connection = BareConnection(self._api, self._config, Connection(number=0), scheme=self._scheme)
        answers = [connection.answer(message) for message in messages]
        connection.close()
        return answers


class BareConnection:
    """A connection to an application that is called. ``connection`` is how that knows it."""

    def __init__(
        self,
        api: Api,
        config: Config,
        connection: Connection,
        *,
        scheme: Literal["http", "https"] = "http",
        port: int = 80,
    ) -> None:
        """Open the connection; ``port`` is that of the client."""
        self._loop = InstantLoop()
        self._transport = _Written(scheme, port)
        self._protocol = WireProtocol(config, ServerState(), api, connection, self._loop.loop)
        self._protocol.connection_made(self._transport)

    @property
    def end(self) -> End:
        """What became of the connection."""
        return self._transport.end

    def answer(self, message: bytes) -> BareAnswer:
        """Return what is written in answer to ``message``; nothing when the connection has ended."""
        began = self._loop.time()
        self._transport.data.clear()
        if self.end == "open":
            self._protocol.data_received(message)
            self._loop.run(self._protocol.is_idle)
        return BareAnswer(b"".join(self._transport.data), self.end, self._loop.time() - began)

    def close(self) -> None:
        """Close as a client does: what still waits for more from it ends."""
        self._protocol.connection_lost(None)
        self._loop.run(lambda: True)


@dataclass(frozen=True)
class Parsed:
    """A request whose bytes have been read: what the application is called with."""

    scope: Scope
    content: bytes

    def answer(self, api: Api, connection: Connection) -> Answer | str:
        """Return the answer of ``api``, before it is written; the error as text when it has none.

        What is not written, as with HEAD, is left out. ``connection`` is the one that the request comes from.
        """
        scope = {**self.scope, "state": {"connection": connection}}
        responding = api.respond(api.incoming(scope), Incoming(scope, self._receive))
        try:
            responding.send(None)
        except StopIteration as end:
            answer: Answer | None = end.value
        except Exception as error:  # noqa: BLE001 - what a server without an answer breaks with is a fault of it
            return repr(error)
        else:
            raise RuntimeError("the application waits")
        if answer is None:
            return "no answer"
        if scope["method"] == "HEAD" or answer.status in (204, 304):
            answer.body = b""
        return answer

    async def _receive(self) -> Message:
        return {"type": "http.request", "body": self.content, "more_body": False}


def parsed(message: bytes, api: Api) -> Parsed | None:
    """Return the request that ``message`` is to ``api``; None unless it is exactly one, and well-formed."""
    found: list[Parsed] = []

    async def keep(scope: Scope, receive: Receive, send: Send) -> None:
        content = b"".join([chunk async for chunk in Incoming(scope, receive).stream()])
        found.append(Parsed(scope, content))
        await send({"type": "http.response.start", "status": 204, "headers": []})
        await send({"type": "http.response.body"})

    config = configuration(api)
    config.loaded_app = keep
    loop, transport = InstantLoop(), _Written("http")
    protocol = WireProtocol(config, ServerState(), api, Connection(number=0), loop.loop)
    protocol.connection_made(transport)
    protocol.data_received(message)
    loop.run(protocol.is_idle)
    alone = len(found) == 1 and transport.end == "open" and protocol.conn.trailing_data == (b"", False)
    protocol.connection_lost(None)
    loop.run(lambda: True)
    return found[0] if alone else None


def shows_in_answers(api: Api) -> bool:
    """Return whether all that ``api`` does shows in what ``Parsed`` answers: nothing waits or touches bytes."""
    return not (api.bytes_hooks or api.input_hooks or {"wire_bytes", "arrive"} & vars(api).keys())
