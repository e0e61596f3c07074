"""Sends one request and returns what came; sends it again where the network, a limit or a gateway was in the way."""

from __future__ import annotations

import ssl
import threading
import time
from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from typing import TYPE_CHECKING

from conformance.model.exchange import Answer, Doubt, Exchange, NotObserved, Request
from conformance.observe.concurrent_access import PAUSE, ConnectionTests
from conformance.observe.connection import WireResponse
from conformance.observe.message_bytes import head_of, revealed
from conformance.observe.patience import LATER, Patience
from conformance.observe.pool import Pool
from conformance.observe.rate_limit import RateLimit
from conformance.observe.receive import answer_of, failure_of, size_of
from conformance.observe.serial_access import SerialAccess
from conformance.observe.under_way import UnderWay
from conformance.observe.wire_error import TOO_SLOW, WireError
from conformance.plan.steps import Step, is_alone, is_burst, until_closed
from conformance.reading.classification import is_of_gateway

if TYPE_CHECKING:
    from conformance.config.target import Target

# How often a request is sent to a target that closes connections while there are many.
_ATTEMPTS = 3
# Bytes of answers that a run keeps, and that an answer may have even after that. Of large answers it keeps a few.
_MOST_KEPT, _SURELY_KEPT, _FEW = 128 * 1024 * 1024, 65_536, 16
# Seconds for a request over plain http: many hosts drop what comes to that port.
_PLAIN_LIMIT = 3.0
# Reasons to send one request at a time, as the summary has them.
IDLE_STOPS, MANY_REFUSED = "serves one connection at a time", "closes connections while several others are open"
# What a failure begins with when there was no connection to send on.
_UNCONNECTED = ("cannot connect", "no TLS handshake", "TLS: ")


@dataclass(frozen=True, slots=True)
class Pacing:
    """How requests follow each other: ``workers`` at once at most, ``per_connection`` on one; None does not limit."""

    name: str
    workers: int | None = None
    per_connection: int | None = None


USUAL = Pacing("as the settings allow")


def _is_refused(exchange: Exchange) -> bool:
    """Return whether the server, or what stands before it, closed the connection before an answer."""
    return exchange.answer is None and (exchange.lost or (exchange.failure or "").startswith(_UNCONNECTED))


class Sender:
    """Sends to one target, for several threads.

    ``pacing`` says how requests share connections.
    """

    def __init__(self, target: Target, supersede: Callable[[Step, Exchange], None]) -> None:
        """Give ``supersede`` what a later exchange replaces. Raises SettingError for unusable certificates."""
        self._target = target
        self._supersede = supersede
        self.pacing = USUAL
        # About how many bytes the run keeps already.
        self._kept = 0
        self.rate = RateLimit(target.settings["rate-limit"])
        self.pool = Pool(target)
        self._tests = ConnectionTests(target, self.pool, self.rate)
        self._serial = SerialAccess()
        self._patience = Patience(self.rate)
        self._under_way = UnderWay()
        self._lock = threading.Lock()
        self._sent = 0
        # Whether anything was ever answered.
        self._reached = False

    @property
    def sent(self) -> int:
        """How many requests were sent."""
        return self._sent + self._tests.sent

    @property
    def serial_reason(self) -> str | None:
        """What the target does that makes serial access necessary, None when it is not."""
        return self._serial.reason

    @property
    def most_at_once(self) -> int | None:
        """The most requests under way at once since the target refused some of more; None when it refused none."""
        return self._under_way.most

    def send(self, step: Step, request: Request, *, past_gateways: bool = True) -> Exchange:
        """Return the exchange of ``request``, asked for once more where a gateway was in the way if ``past_gateways``.

        Raises NotObserved when the run was interrupted.
        """
        exchange = self._send_once(step, request)
        if request.raw:
            return exchange
        if exchange.answer is None and exchange.lost:
            # A lost connection may be the network's fault; a second one in a row is not.
            self._supersede(step, exchange)
            exchange = replace(self._send_once(step, request), retries=1)
        if self._reached and _is_refused(exchange) and not is_burst(step):
            exchange = self._unless_crowded(step, request, exchange)
        if past_gateways and is_of_gateway(exchange) and not is_burst(step):
            # So may a gateway's, which had no answer from the server behind it.
            self._supersede(step, exchange)
            exchange = replace(self._send_once(step, request), retries=exchange.retries + 1)
        return exchange if is_burst(step) else self._unless_later(step, request, exchange)

    def _unless_later(self, step: Step, request: Request, exchange: Exchange) -> Exchange:
        """Return ``exchange``; where the target answered "later", wait and return the next one."""
        times, retries, most = 1, 0, self._under_way.most
        while (pause := self._patience.pause(exchange, times)) is not None:
            self._supersede(step, exchange)
            self.rate.hold(pause)
            retries += 1
            exchange = replace(self._send_once(step, request), retries=retries)
            # What is refused while fewer are under way than before is as if it were sent for the first time.
            times = times + 1 if most == self._under_way.most else 1
            most = self._under_way.most
        self._patience.answered(exchange, times)
        return exchange

    def _send_once(self, step: Step, request: Request) -> Exchange:
        """Send once; send again where the request only waited until another connection of ours ended."""
        send = self._send_raw if request.raw else self._attempt
        with self._under_way.one() as number, self._serial.taken():
            exchange = send(step, request)
        if exchange.answer is not None and exchange.status in LATER and not is_burst(step):
            self._under_way.refused(number)
        silent = exchange.answer is None and exchange.failure == TOO_SLOW
        if not silent or self._serial.unlikely(IDLE_STOPS) or self.pool.is_empty:
            return exchange
        if not self._serial.find_out(IDLE_STOPS, self._tests.is_served_serially):
            return exchange
        with self._serial.taken():
            return send(step, request)

    def _unless_crowded(self, step: Step, request: Request, exchange: Exchange) -> Exchange:
        """Return ``exchange``, which lost its connection; send it again where too many connections were the reason."""
        if not self._serial.find_out(MANY_REFUSED, self._tests.is_crowded):
            return exchange
        for _ in range(_ATTEMPTS):
            if not _is_refused(exchange):
                break
            # That there was no connection shows nothing about the request, and is not kept. The server has to notice
            # that the connections before have gone.
            self.rate.hold(PAUSE)
            exchange = replace(self._send_once(step, request), retries=exchange.retries + 1)
        return exchange

    def _attempt(self, step: Step, request: Request) -> Exchange:
        """Send once; a kept-alive connection that the server had closed meanwhile is replaced by a new one."""
        head = head_of(request, self._target)
        plain = self.pool.tls is not None and request.url.startswith("http://")
        limit = self._target.settings["request-timeout"]
        limit = min(limit, _PLAIN_LIMIT) if plain else limit
        before: dict[Step | None, bytes] = {}
        while True:
            single = plain or is_alone(step) or self._serial.needed
            if not self.rate.acquire():
                raise NotObserved("the run was interrupted", doubt=Doubt.LOST)
            connection, last = (self.pool.single(plain=plain), None) if single else self.pool.take()
            started, clock = datetime.now(UTC), time.monotonic()
            exchange = Exchange(
                probe=step.probe,
                request=request,
                answer=None,
                invoice_id=step.invoice_id,
                started=started,
                connection=connection.number,
                ordinal=connection.ordinal + 1,
                round=step.round,
            )
            try:
                response = connection.exchange(request.method, head, request.body, clock + limit, self._most)
            except WireError as error:
                connection.close()
                if error.stale:
                    before[last] = error.unsolicited
                    continue
                # What is malformed on a new connection, too, is the answer to this request and belongs to none before.
                self._note_unsolicited({} if error.malformed else before)
                failure = failure_of(str(error), self._target)
                return replace(exchange, failure=failure, lost=error.closed, elapsed=time.monotonic() - clock)
            except ssl.SSLError as error:
                reason = getattr(error, "verify_message", "") or error.reason or error
                return replace(exchange, failure=f"TLS: {reason}", elapsed=time.monotonic() - clock)
            finally:
                self.pool.release(connection)
                with self._lock:
                    self._sent += 1
            self._reached = True
            self._note_unsolicited(before)
            if response.status == 408 and last is not None and not connection.reusable:
                continue  # about the idle connection, not of this request (RFC 9110, section 15.5.9)
            used_up = connection.ordinal == self.pacing.per_connection
            if single or used_up or self._serial.needed:
                connection.close()
            elif connection.reusable:
                self.pool.keep(connection, step)
            return replace(exchange, answer=self._kept_of(step, response, request), elapsed=response.elapsed)

    def _note_unsolicited(self, found: dict[Step | None, bytes]) -> None:
        for step, received in found.items():
            self.pool.note_unsolicited(step, received)

    def _send_raw(self, step: Step, request: Request) -> Exchange:
        """Write what stands in ``raw`` on a connection of its own, and keep all answers."""
        messages = [revealed(text, self._target) for text in request.raw]
        if not self.rate.acquire():
            raise NotObserved("the run was interrupted", doubt=Doubt.LOST)
        connection = self.pool.raw()
        started, clock = datetime.now(UTC), time.monotonic()
        deadline = clock + self._target.settings["request-timeout"]
        try:
            received = connection.send_each(messages, deadline, self._most, until_closed=until_closed(step))
        finally:
            connection.close()
            self.pool.release(connection)
            with self._lock:
                self._sent += len(messages)
        answers = [self._kept_of(step, response, request) for response in received.responses]
        return Exchange(
            probe=step.probe,
            request=request,
            answer=answers[0] if answers else None,
            failure=failure_of(received.failure, self._target) if received.failure else None,
            lost=not answers and received.closed,
            invoice_id=step.invoice_id,
            started=started,
            elapsed=time.monotonic() - clock,
            connection=connection.number,
            ordinal=1,
            later=tuple(answers[1:]),
            closed=received.closed,
        )

    def _kept_of(self, step: Step, response: WireResponse, request: Request) -> Answer:
        answer = answer_of(response, request, self._target, self._most)
        # What is outside of the plan, as the pages of a sweep, is judged and given up.
        if step.probe:
            with self._lock:
                self._kept += size_of(answer)
        return answer

    @property
    def _most(self) -> int:
        """Bytes of content that an answer may have: less when much is kept already."""
        most: int = self._target.settings["max-body"]
        return min(most, max(_SURELY_KEPT, _MOST_KEPT - self._kept, _FEW * most - self._kept))

    def end(self) -> None:
        """Let the threads that still send or wait come to an end at once; nothing can be sent any more."""
        self.rate.end()
        self.pool.abort()
