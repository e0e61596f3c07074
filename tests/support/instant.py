"""A network that takes no time: what is sent to a port of this computer is answered by an application, called here."""

from __future__ import annotations

import socket
from collections.abc import Callable, Iterator
from concurrent.futures import Executor, Future
from contextlib import contextmanager, nullcontext
from typing import TypeVar
from unittest.mock import patch

from conformance.observe import concurrent_access, observer
from conformance.observe.rate_limit import RateLimit
from conformance.reference.app import Api
from conformance.reference.bare import BareConnection, shows_in_answers
from conformance.reference.message import Connection
from conformance.reference.protocol import configuration

Result = TypeVar("Result")


class _Socket:
    """A connection to an application, whose time passes as it likes.

    What has not come by now does not come within any time limit, and what came too late not either.
    """

    def __init__(self, connection: BareConnection) -> None:
        self._connection = connection
        self._received = b""
        self._limit: float | None = None
        self._took = 0.0

    def setsockopt(self, level: int, name: int, value: int) -> None:
        """Do nothing: there is no network."""

    def settimeout(self, seconds: float) -> None:
        """Set how many seconds of the application's time an answer may take."""
        self._limit = seconds

    def setblocking(self, flag: bool) -> None:
        """Do nothing: nothing takes time."""

    def sendall(self, data: bytes) -> None:
        """Let the application answer."""
        answer = self._connection.answer(data)
        self._received += answer.written
        self._took = answer.waited

    def recv(self, most: int) -> bytes:
        """Return what has come."""
        late = self._limit is not None and self._took > self._limit
        if late or (not self._received and self._connection.end == "open"):
            raise TimeoutError
        if not self._received and self._connection.end == "aborted":
            raise ConnectionResetError
        data, self._received = self._received[:most], self._received[most:]
        return data

    def close(self) -> None:
        """Let the application see that its client has gone."""
        self._connection.close()


class AtOnce(Executor):
    """Does what it is asked for before it returns."""

    def __init__(self, workers: int, thread_name_prefix: str = "") -> None:
        """Take what a pool of threads is made with."""

    def submit(self, function: Callable[..., Result], /, *arguments: object, **named: object) -> Future[Result]:
        """Return what the call has given."""
        future = Future[Result]()
        future.set_result(function(*arguments, **named))
        return future


def _hold(rate: RateLimit, seconds: float) -> None:
    """Count what is to be waited for, and do not wait."""
    rate.held += seconds


@contextmanager
def quickly(api: Api) -> Iterator[None]:
    """Let ``api`` answer in this thread meanwhile, unless it waits or touches bytes: then it does on connections."""
    with answering(api) if shows_in_answers(api) else nullcontext():
        yield


@contextmanager
def answering(api: Api) -> Iterator[None]:
    """Let ``api`` answer, in this thread, all that an observer sends meanwhile, over plain http."""
    config = configuration(api)

    def connect(address: tuple[str, int], _: float) -> _Socket:
        return _Socket(BareConnection(api, config, Connection(), port=address[1]))

    with (
        patch.object(socket, "create_connection", connect),
        patch.object(observer, "Threads", AtOnce),
        patch.object(RateLimit, "hold", _hold),
        patch.object(concurrent_access, "PAUSE", 0),
    ):
        yield
