"""The only module that talks to the target: sends, limits, redacts and records."""

from __future__ import annotations

import contextlib
import ssl
import threading
import time
from collections.abc import Callable, Iterable, Iterator, Mapping
from concurrent.futures import FIRST_COMPLETED, Future, ThreadPoolExecutor, wait
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from typing import TYPE_CHECKING

from conformance import forge, plan
from conformance.circumstances import is_of_gateway
from conformance.exchange import Exchange, NotObserved, Request
from conformance.pacing import RateLimit, retry_after
from conformance.plan import Step
from conformance.pool import Pool
from conformance.reception import answer_of, failure_of
from conformance.turns import Turns
from conformance.wire import TOO_SLOW, WireError

if TYPE_CHECKING:
    from conformance.recording import Recorder
    from conformance.target import Target

# How often, and for how many seconds at most, a target that says "later" is waited for: for one request, and in the
# whole run. A minute is the usual window of a rate limit (RFC 9110, section 10.2.3).
_ATTEMPTS, _LONGEST_WAIT, _PATIENCE = 3, 60.0, 300.0
_LATER = (429, 503)
# A 503 without a time may be a limit (nginx has it so) or there to stay: less patience, in the whole run.
_DOUBT = 15.0
_BUSY = (429, 502, 503, 504)
_BACKOFF = (0.5, 2.0, 8.0)
# Octets of content that a run keeps, and that an answer may have even after that.
_MOST_KEPT, _SURELY_KEPT = 256 * 1024 * 1024, 65_536
# Requests under way at once where a load is wanted.
_BURST = 20
# Seconds for a request over plain http: many hosts drop what comes to that port.
_PLAIN_LIMIT = 3.0
# Seconds for an answer while another connection is idle, beyond a few times what the answer took there.
_IDLE_LIMIT = 0.8
# Reasons to speak in turn, as the summary has them; seconds within which a server notices that connections have come
# or gone; how many are idle when it is tried whether it minds that, how often, and how often it does at least.
IDLE_STOPS, MANY_REFUSED = "serves one connection at a time", "closes connections while several others are open"
_PAUSE, _SEVERAL, _TRIALS, _ENOUGH = 0.1, 8, 4, 2
# What a failure begins with when there was no connection to speak on.
_UNCONNECTED = ("cannot connect", "no TLS handshake", "TLS: ")


@dataclass(frozen=True, slots=True)
class Manner:
    """How requests follow each other: ``workers`` at once at most, ``per_connection`` on one; None does not limit."""

    name: str
    workers: int | None = None
    per_connection: int | None = None


_USUAL = Manner("as the settings allow")


def _is_refused(exchange: Exchange) -> bool:
    """Tell whether the server, or what stands before it, closed the connection before an answer."""
    return exchange.answer is None and (exchange.lost or (exchange.failure or "").startswith(_UNCONNECTED))


class _Unshown(bytes):
    """Octets with secrets: a traceback with local variables does not show them."""

    def __repr__(self) -> str:
        return "<the head of the request>"


class Observer:
    """Sends each step of a plan once and keeps the exchanges, in plan order."""

    def __init__(self, target: Target, recorder: Recorder | None = None) -> None:
        """Prepare to talk to ``target``; nothing is sent yet. Raises SettingError for an unusable ca-bundle."""
        self.target = target
        self.recorder = recorder
        self.record: dict[Step, Exchange] = {}
        # Exchanges in whose place a later one is judged, and the steps that could not be built.
        self.superseded: list[Exchange] = []
        self.unbuilt: dict[Step, str] = {}
        self.sent = 0
        self._octets = 0
        # Whether anything was ever answered.
        self._reached = False
        # Seconds before each further attempt of a request that has to succeed.
        self.backoff: tuple[float, ...] = _BACKOFF
        self._rate = RateLimit(target.settings["rate-limit"])
        self._lock = threading.Lock()
        self._turns = Turns()
        self._manner = _USUAL
        self._pool = Pool(target)

    def observe(self, steps: Iterable[Step], progress: Callable[[int, int], None] | None = None) -> None:
        """Send what is not yet recorded, dependencies first, as many at once as the settings allow.

        An interruption ends it at once; what has been received stays in the record.
        """
        if not (missing := [step for step in steps if not self._known(step)]):
            return
        wanted = [step for step in plan.closure(missing) if not self._known(step)]
        burst = [step for step in wanted if plan.is_burst(step)]
        if burst and len(burst) < len(wanted):
            self.observe([step for step in wanted if step not in burst], progress)
            self.observe(burst, progress)
            return
        for quiet in [step for step in wanted if plan.is_alone(step)] if len(wanted) > 1 else ():
            self.observe(plan.closure([quiet])[:-1], progress)
            self.observe([quiet], progress)
        wanted = [step for step in wanted if not self._known(step)]
        waiting = dict.fromkeys(wanted)
        workers = _BURST if burst else self._manner.workers or self.target.settings["concurrency"]
        executor = ThreadPoolExecutor(workers, thread_name_prefix="observer")
        running: dict[Future[Exchange | str], Step] = {}
        received: dict[Step, Exchange] = {}
        try:
            while waiting or running:
                pending = set(waiting) | set(running.values())
                for step in [each for each in waiting if not pending.intersection(each.dependencies())]:
                    del waiting[step]
                    running[executor.submit(self._step, step, {**self.record, **received})] = step
                done, _ = wait(running, return_when=FIRST_COMPLETED)
                for future in done:
                    step, outcome = running.pop(future), future.result()
                    if self.recorder:
                        self.recorder.outcome(step, outcome)
                    if isinstance(outcome, str):
                        self.unbuilt[step] = outcome
                    else:
                        received[step] = outcome
                if progress:
                    progress(len(wanted) - len(waiting) - len(running), len(wanted))
        except BaseException:
            self._end()
            raise
        finally:
            executor.shutdown(wait=False, cancel_futures=True)
            self.record.update({step: received[step] for step in wanted if step in received})
        self._collect_stray()

    def observe_in(self, manner: Manner, steps: Iterable[Step]) -> None:
        """Send ``steps`` in their order and in this manner; a manner with a limit begins with new connections."""
        self._manner = manner
        if manner.workers or manner.per_connection:
            self._pool.close_idle()
        try:
            self.observe(steps)
        finally:
            self._manner = _USUAL

    def _known(self, step: Step) -> bool:
        return step in self.record or step in self.unbuilt

    def _step(self, step: Step, earlier: Mapping[Step, Exchange]) -> Exchange | str:
        try:
            known = {}
            for before in step.dependencies():
                if before not in earlier:
                    raise NotObserved(self.unbuilt.get(before, f"{before.probe} was not sent"))
                known[before.probe] = earlier[before]
            request = plan.build(step, self.target, known)
            exchange = self._send(step, request)
        except (NotObserved, forge.ForgeError) as reason:
            return str(reason)
        with self._lock:
            self._octets += len(exchange.body) if exchange.answer else 0
        return exchange

    def fetch(self, request: Request) -> Exchange:
        """Send one request outside of the plan; it is not recorded. Raises forge.ForgeError."""
        return self._send(Step("", ""), request)

    def fetch_persistently(self, request: Request) -> Exchange:
        """Send a request outside of the plan, again after growing pauses while the network or a limit prevents it.

        Its exchange counts the retries. Raises forge.ForgeError, and NotObserved when the observer was closed.
        """
        retries = 0
        for pause in (*self.backoff, None):
            exchange = self._send(Step("", ""), request)
            prevented = exchange.answer is None or exchange.answer.incomplete or exchange.answer.status in _BUSY
            if not prevented or pause is None:
                break
            retries += 1 + exchange.retries
            asked = 0.0
            if exchange.answer is not None and exchange.started is not None:
                asked = retry_after(exchange.answer.fields, exchange.started) or 0.0
            self._rate.hold(max(pause, min(asked, _LONGEST_WAIT)))
        return replace(exchange, retries=retries + exchange.retries)

    def obtain(self, step: Step) -> Exchange:
        """Return the exchange of ``step``, sending it now if that has not happened.

        Raises NotObserved when it could not be built, or when all that the target says is "later".
        """
        if step not in self.record:
            self.observe([step])
        if step in self.unbuilt:
            raise NotObserved(self.unbuilt[step])
        exchange = self.record[step]
        if exchange.answer is not None and exchange.status == 429:
            raise NotObserved(f"{step.probe} was answered 429: the target limits requests; --rate-limit is for that")
        if exchange.answer is not None and exchange.status == 503 and self._is_overloaded():
            raise NotObserved(f"{step.probe} was answered 503, as others were for a time; --rate-limit may help")
        return exchange

    def _is_overloaded(self) -> bool:
        """Tell whether a request was answered with 503 and, when it was sent again, otherwise."""
        refused = [each for each in self.superseded if each.answer and each.status == 503]
        again = [self.record.get(Step(each.probe, each.invoice_id or "", each.turn)) for each in refused]
        return any(each is not None and each.answer and each.status != 503 for each in again)

    def forget(self, steps: Iterable[Step]) -> None:
        """Supersede the exchanges of ``steps`` and of all that they depend on, so that they are sent anew."""
        for step in plan.closure(steps):
            if step in self.record:
                self.superseded.append(self.record.pop(step))
            self.unbuilt.pop(step, None)

    def _send(self, step: Step, request: Request) -> Exchange:
        exchange = self._in_turn(step, request)
        if request.raw:
            return exchange
        if exchange.answer is None and exchange.lost:
            # A lost connection may be the network's fault; a second one in a row is not.
            self._supersede(step, exchange)
            exchange = replace(self._in_turn(step, request), retries=1)
        if self._reached and _is_refused(exchange) and not plan.is_burst(step):
            exchange = self._unless_crowded(step, request, exchange)
        if is_of_gateway(exchange) and not plan.is_burst(step):
            # So may a gateway's, which had no answer from the server behind it.
            self._supersede(step, exchange)
            exchange = replace(self._in_turn(step, request), retries=exchange.retries + 1)
        for retry in range(1, 1 if plan.is_burst(step) else _ATTEMPTS):
            answer = exchange.answer
            if answer is None or answer.status not in _LATER or exchange.started is None:
                break
            asked = retry_after(answer.fields, exchange.started)
            pause = asked if asked is not None else float(retry)
            patience = _DOUBT if asked is None and answer.status == 503 else _PATIENCE
            if pause > _LONGEST_WAIT or self._rate.held + pause > patience:
                break
            self._supersede(step, exchange)
            self._rate.hold(pause)
            exchange = replace(self._in_turn(step, request), retries=retry)
        return exchange

    def _in_turn(self, step: Step, request: Request) -> Exchange:
        """Send once; once more where it was only waiting for the end of another connection of ours."""
        send = self._converse if request.raw else self._attempt
        with self._turns.taken():
            exchange = send(step, request)
        silent = exchange.answer is None and exchange.failure == TOO_SLOW
        if not silent or self._turns.unlikely(IDLE_STOPS) or self._pool.is_empty:
            return exchange
        if not self._turns.find_out(IDLE_STOPS, self._is_served_in_turn):
            return exchange
        with self._turns.taken():
            return send(step, request)

    @property
    def in_turn(self) -> str | None:
        """What the target does so that it is asked for one thing after the other, None when it is not."""
        return self._turns.reason

    def _unless_crowded(self, step: Step, request: Request, exchange: Exchange) -> Exchange:
        """Return ``exchange``, which lost its connection, or a later one where that was for the number of them."""
        if not self._turns.find_out(MANY_REFUSED, self._is_crowded):
            return exchange
        for _ in range(_ATTEMPTS):
            if not _is_refused(exchange):
                break
            # That there was no connection says nothing of the request, and is not kept. The server has to notice that
            # the connections before have gone.
            self._rate.hold(_PAUSE)
            exchange = replace(self._in_turn(step, request), retries=exchange.retries + 1)
        return exchange

    def _is_crowded(self) -> bool:
        """Tell whether the documented request is answered while no connection is idle, and not while several are."""
        self._pool.close_idle()
        limit = self.target.settings["request-timeout"]
        # Others that are under way come to their end first.
        if not self._is_answered(time.monotonic() + limit):
            return False
        refused = 0
        for _ in range(_TRIALS):
            time.sleep(_PAUSE)  # until the server has noticed which connections have gone
            idle = [self._pool.single(plain=False) for _ in range(_SEVERAL)]
            try:
                for connection in idle:
                    with contextlib.suppress(WireError, ssl.SSLError):
                        connection.open(time.monotonic() + limit)
                time.sleep(_PAUSE)
                refused += not self._is_answered(time.monotonic())
            finally:
                for connection in idle:
                    connection.close()
                self._pool.release(*idle)
            time.sleep(_PAUSE)
            if not self._is_answered(time.monotonic()):
                return False
            if refused == _ENOUGH:
                return True
        return False

    def _is_answered(self, until: float) -> bool:
        """Tell whether the documented request is answered on a new connection, trying once at least, and ``until``."""
        request = plan.build(Step("item", self.target.invoice_ids[0]), self.target, {})
        while self._rate.acquire():
            connection = self._pool.single(plain=False)
            deadline = time.monotonic() + self.target.settings["request-timeout"]
            try:
                connection.exchange("GET", self._head(request), b"", deadline, self.target.settings["max-body"])
            except (WireError, ssl.SSLError):
                if time.monotonic() > until:
                    return False
                time.sleep(_PAUSE)
            else:
                return True
            finally:
                connection.close()
                self._pool.release(connection)
                with self._lock:
                    self.sent += 1
        return False

    def _is_served_in_turn(self) -> bool:
        """Tell whether a second connection gets no answer while a first one, which got it, is idle."""
        self._pool.close_idle()
        request = plan.build(Step("item", self.target.invoice_ids[0]), self.target, {})
        first, second = (self._pool.single(plain=False) for _ in range(2))
        limit, most, elapsed = self.target.settings["request-timeout"], self.target.settings["max-body"], 0.0
        try:
            for connection in (first, second):
                if not self._rate.acquire():
                    return False
                deadline = time.monotonic() + (limit if connection is first else _IDLE_LIMIT + 3 * elapsed)
                answer = connection.exchange("GET", self._head(request), b"", deadline, most)
                if not connection.reusable:
                    return False
                elapsed = answer.elapsed
        except (WireError, ssl.SSLError) as error:
            return first.reusable and str(error) == TOO_SLOW
        finally:
            for connection in (first, second):
                connection.close()
            self._pool.release(first, second)
            with self._lock:
                self.sent += 2
        return False

    def _supersede(self, step: Step, exchange: Exchange) -> None:
        self.superseded.append(exchange)
        if self.recorder:
            self.recorder.superseded(step, exchange)

    def _attempt(self, step: Step, request: Request) -> Exchange:
        """Send once; a kept-alive connection that the server had closed meanwhile is replaced by a new one."""
        head = self._head(request)
        plain = self._pool.tls is not None and request.url.startswith("http://")
        limit = self.target.settings["request-timeout"]
        limit = min(limit, _PLAIN_LIMIT) if plain else limit
        while True:
            single = plain or plan.is_alone(step) or self._turns.needed
            if not self._rate.acquire():
                raise NotObserved("the run was interrupted")
            connection, last = (self._pool.single(plain=plain), None) if single else self._pool.take()
            started, clock = datetime.now(UTC), time.monotonic()
            exchange = Exchange(
                probe=step.probe,
                request=request,
                answer=None,
                invoice_id=step.invoice_id,
                started=started,
                connection=connection.number,
                ordinal=connection.ordinal + 1,
                turn=step.turn,
            )
            try:
                response = connection.exchange(request.method, head, request.body, clock + limit, self._most)
            except WireError as error:
                connection.close()
                if error.stale:
                    self._pool.note_stray(last, error.stray)
                    continue
                failure = failure_of(str(error), self.target)
                return replace(exchange, failure=failure, lost=error.closed, elapsed=time.monotonic() - clock)
            except ssl.SSLError as error:
                said = getattr(error, "verify_message", "") or error.reason or error
                return replace(exchange, failure=f"TLS: {said}", elapsed=time.monotonic() - clock)
            finally:
                self._pool.release(connection)
                with self._lock:
                    self.sent += 1
            self._reached = True
            if response.status == 408 and last is not None and not connection.reusable:
                continue  # said of the idle connection, not of this request (RFC 9110, section 15.5.9)
            used_up = connection.ordinal == self._manner.per_connection
            if single or used_up or self._turns.needed:
                connection.close()
            elif connection.reusable:
                self._pool.keep(connection, step)
            return replace(
                exchange, answer=answer_of(response, request, self.target, self._most), elapsed=response.elapsed
            )

    def _converse(self, step: Step, request: Request) -> Exchange:
        """Write what stands in ``raw`` on a connection of its own, and keep all answers."""
        messages = [_Unshown(self.target.reveal(text).encode("latin-1")) for text in request.raw]
        if not self._rate.acquire():
            raise NotObserved("the run was interrupted")
        connection = self._pool.dialogue()
        started, clock = datetime.now(UTC), time.monotonic()
        deadline = clock + self.target.settings["request-timeout"]
        try:
            heard = connection.converse(messages, deadline, self._most, until_closed=plan.until_closed(step))
        finally:
            connection.close()
            self._pool.release(connection)
            with self._lock:
                self.sent += len(messages)
        answers = [answer_of(response, request, self.target, self._most) for response in heard.responses]
        return Exchange(
            probe=step.probe,
            request=request,
            answer=answers[0] if answers else None,
            failure=failure_of(heard.failure, self.target) if heard.failure else None,
            lost=not answers and heard.closed,
            invoice_id=step.invoice_id,
            started=started,
            elapsed=time.monotonic() - clock,
            connection=connection.number,
            ordinal=1,
            later=tuple(answers[1:]),
            closed=heard.closed,
        )

    @property
    def _most(self) -> int:
        """Octets of content that an answer may have: less when much is kept already."""
        most: int = self.target.settings["max-body"]
        return min(most, max(_SURELY_KEPT, _MOST_KEPT - self._octets))

    def _head(self, request: Request) -> bytes:
        head = plan.text_of(replace(request, body=b""))
        return _Unshown(self.target.reveal(head).encode("latin-1"))

    def _collect_stray(self) -> None:
        """Octets that followed a complete response belong to the exchange before them."""
        self._pool.look_for_stray()
        for step, stray in self._pool.stray.items():
            exchange = self.record.get(step)
            if exchange and exchange.answer:
                kept = self.target.redactor.bytes(stray)
                self.record[step] = replace(exchange, answer=replace(exchange.answer, excess=kept))
                if self.recorder:
                    self.recorder.amend(step, self.record[step])
        self._pool.stray.clear()

    def exchanges(self) -> Iterator[Exchange]:
        """Iterate over all that was received, superseded answers included."""
        yield from self.record.values()
        yield from self.superseded

    def _end(self) -> None:
        """Let the threads that still send or wait come to an end at once."""
        self._rate.end()
        self._pool.abort()

    def close(self) -> None:
        """Close every connection; nothing can be sent any more."""
        self._end()
        self._pool.close_idle()
