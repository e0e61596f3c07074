"""Servers that send exactly the bytes that a test wants, right or wrong, each in threads of the test's process."""

from __future__ import annotations

import contextlib
import socket
import ssl
import threading
from collections.abc import Callable, Iterator

PATIENCE = 10.0

OK = b"HTTP/1.1 200 OK\r\nContent-Type: application/vnd.api+json\r\nContent-Length: 2\r\n\r\n{}"


class Talk:
    """The server's side of one connection; ``number`` counts the connections from 1."""

    def __init__(self, connection: socket.socket, number: int, requests: list[bytes]) -> None:
        """Add what is received to ``requests``."""
        self.connection = connection
        self.number = number
        self._requests = requests
        self._buffer = b""

    def request(self) -> bytes:
        """Return the head of the next request, without its content; empty when the client has gone."""
        while b"\r\n\r\n" not in self._buffer:
            data = self.connection.recv(65536)
            if not data:
                return b""
            self._buffer += data
        head, _, self._buffer = self._buffer.partition(b"\r\n\r\n")
        self._requests.append(head)
        return head

    def send(self, data: bytes) -> None:
        """Send ``data``."""
        self.connection.sendall(data)

    def until_gone(self) -> None:
        """Wait until the client closes the connection."""
        while self.connection.recv(65536):
            pass


Script = Callable[[Talk], None]


class RawServer:
    """``base_url`` is where it listens, ``requests`` the heads received, in order of arrival."""

    def __init__(self, script: Script, context: ssl.SSLContext | None) -> None:
        """Run ``script`` on each connection, over TLS with a ``context``."""
        self.requests: list[bytes] = []
        self.connections = 0
        self._script = script
        self._context = context
        self._listener = socket.create_server(("127.0.0.1", 0))
        self._open: set[socket.socket] = set()
        self._threads = [threading.Thread(target=self._accept, daemon=True)]
        scheme = "http" if context is None else "https"
        self.base_url = f"{scheme}://127.0.0.1:{self._listener.getsockname()[1]}"
        self._threads[0].start()

    def _accept(self) -> None:
        with contextlib.suppress(OSError):
            while True:
                connection, _ = self._listener.accept()
                self.connections += 1
                self._open.add(connection)
                thread = threading.Thread(target=self._serve, args=(connection, self.connections), daemon=True)
                self._threads.append(thread)
                thread.start()

    def _serve(self, connection: socket.socket, number: int) -> None:
        # The client may give up at any time: that is what many of the tests are about.
        with contextlib.suppress(OSError), connection:
            connection.settimeout(PATIENCE)
            if self._context is not None:
                connection = self._context.wrap_socket(connection, server_side=True)
                self._open.add(connection)
            with connection:
                self._script(Talk(connection, number, self.requests))

    def close(self) -> None:
        """End every connection and thread."""
        for each in [self._listener, *self._open]:
            with contextlib.suppress(OSError):
                each.shutdown(socket.SHUT_RDWR)
            each.close()
        for thread in self._threads:
            thread.join(PATIENCE)


@contextlib.contextmanager
def raw_server(script: Script, context: ssl.SSLContext | None = None) -> Iterator[RawServer]:
    """Run a server that lets ``script`` talk on every connection; it is closed when the script returns."""
    server = RawServer(script, context)
    try:
        yield server
    finally:
        server.close()


def always(*answers: bytes) -> Script:
    """Answer the requests of the whole server with ``answers`` in order, then with the last one; keep alive."""
    left = list(answers)
    lock = threading.Lock()

    def script(talk: Talk) -> None:
        while talk.request():
            with lock:
                answer = left.pop(0) if len(left) > 1 else left[0]
            talk.send(answer)

    return script


def hang_up(talk: Talk) -> None:
    """Take one request per connection and close it without an answer."""
    talk.request()


def once(answer: bytes) -> Script:
    """Answer one request per connection and close it."""

    def script(talk: Talk) -> None:
        talk.request()
        talk.send(answer)

    return script


def answer(status: str = "200 OK", body: bytes = b"{}", *lines: str) -> bytes:
    """Return a correct answer of media type application/vnd.api+json, unless ``lines`` name another."""
    fields = list(lines)
    if not any(line.lower().startswith("content-type:") for line in lines):
        fields.append("Content-Type: application/vnd.api+json")
    fields.append(f"Content-Length: {len(body)}")
    return f"HTTP/1.1 {status}\r\n{''.join(f'{field}{chr(13)}{chr(10)}' for field in fields)}\r\n".encode() + body
