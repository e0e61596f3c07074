"""A client that sends messages on kept-alive connections, reads the answers, and looks at nothing."""

from __future__ import annotations

import contextlib
import http.client
import socket
from collections.abc import Iterable, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass

from conformance.config.target import Target
from conformance.model.exchange import Exchange
from conformance.observe.message_bytes import head_of, revealed

SECONDS = 10.0
# Share of the messages that have to be answered.
ENOUGH = 0.95


@dataclass(frozen=True)
class Message:
    """The bytes of a request with its secrets; ``parts`` are several that share a connection of their own."""

    parts: tuple[bytes, ...]
    own_connection: bool = False


def messages(exchanges: Iterable[Exchange], target: Target) -> list[Message]:
    """Return what was sent to ``target`` and answered."""
    answered = [each for each in exchanges if each.answer is not None]
    return [_message(each, target) for each in answered]


def _message(exchange: Exchange, target: Target) -> Message:
    request = exchange.request
    if request.raw:
        return Message(tuple(revealed(text, target) for text in request.raw), own_connection=True)
    return Message((head_of(request, target) + request.body,))


class Client:
    """One connection at a time, kept as long as the server keeps it."""

    def __init__(self, host: str, port: int) -> None:
        """Connect with the first message."""
        self._address = (host, port)
        self._socket: socket.socket | None = None

    def send(self, message: Message) -> bool:
        """Send a message and read the answers to all its parts; return whether there was any."""
        answered = False
        if message.own_connection:
            self.close()
        with contextlib.suppress(OSError, http.client.HTTPException):
            for part in message.parts:
                self._exchange(part)
                answered = True
        if message.own_connection:
            self.close()
        return answered

    def _exchange(self, content: bytes) -> None:
        if self._socket is None:
            self._socket = socket.create_connection(self._address, SECONDS)
            self._socket.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        try:
            self._socket.sendall(content)
            # The answer to HEAD has no content.
            answer = http.client.HTTPResponse(self._socket, method=content.split(maxsplit=1)[0].decode("latin-1"))
            answer.begin()
            answer.read()
        except BaseException:
            self.close()
            raise
        if answer.will_close:
            self.close()

    def close(self) -> None:
        """Close the connection, if there is one."""
        if self._socket is not None:
            self._socket.close()
            self._socket = None


def send_all(target: Target, todo: Sequence[Message], connections: int) -> None:
    """Send messages over several connections at once, each of them as fast as the answers come.

    Raises RuntimeError when many get no answer: then nothing was measured.
    """

    def send(share: Sequence[Message]) -> int:
        client = Client(target.origin.host, target.origin.port)
        answered = [client.send(message) for message in share]
        client.close()
        return sum(answered)

    with ThreadPoolExecutor(connections) as executor:
        answers = sum(executor.map(send, [todo[start::connections] for start in range(connections)]))
    if answers < ENOUGH * len(todo):
        raise RuntimeError(f"{answers} of {len(todo)} messages were answered")
