"""One exchange with a server that misbehaves, and the usual ways to do so."""

from __future__ import annotations

import threading

from conformance.model.exchange import Answer, Exchange
from tests.servers.raw import Script, Talk, raw_server
from tests.support.targets import ITEM, observer_of

SHORT = {"request_timeout": "0.3"}
HEAD = b"HTTP/1.1 200 OK\r\nContent-Type: application/vnd.api+json\r\n"


def observed(script: Script, **given: str) -> Exchange:
    """Return the exchange of the documented request with a server that runs ``script``."""
    with raw_server(script) as server:
        observer = observer_of(server.base_url, **given)
        try:
            observer.observe([ITEM])
            return observer.record[ITEM]
        finally:
            observer.close()


def answered(script: Script, **given: str) -> Answer:
    """Return the answer of a server that follows ``script``."""
    exchange = observed(script, **given)
    assert exchange.answer is not None, exchange.failure
    return exchange.answer


def sending(*parts: bytes, forever: bytes = b"") -> Script:
    """Send ``parts``, then ``forever`` again and again, then wait for the client to go."""

    def script(talk: Talk) -> None:
        talk.request()
        for part in parts:
            talk.send(part)
        while forever:
            talk.send(forever)
        talk.until_gone()

    return script


def dripping(start: bytes, drop: bytes) -> Script:
    """Send ``drop`` every few milliseconds: always something, never the end."""

    def script(talk: Talk) -> None:
        talk.request()
        talk.send(start)
        pause = threading.Event()
        while True:
            talk.send(drop)
            pause.wait(0.02)

    return script
