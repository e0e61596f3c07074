"""The only module that talks to the target: sends, limits, redacts and records."""

from __future__ import annotations

import contextlib
import email.utils
import ssl
import threading
import time
import zlib
from collections.abc import Callable, Iterable, Iterator, Mapping
from concurrent.futures import FIRST_COMPLETED, Future, ThreadPoolExecutor, wait
from dataclasses import replace
from datetime import UTC, datetime
from typing import TYPE_CHECKING

from conformance import forge, plan
from conformance.exchange import Answer, Exchange, Fields, NotObserved, Request
from conformance.plan import Step
from conformance.wire import Connection, WireError, WireResponse

if TYPE_CHECKING:
    from conformance.target import Target

# How often, and for how many seconds at most, a target that says "later" is waited for (RFC 9110, section 10.2.3).
_ATTEMPTS, _LONGEST_WAIT = 3, 30.0
_LATER = (429, 503)


class RateLimit:
    """Spaces requests so that at most ``per_second`` are sent; None does not limit."""

    def __init__(self, per_second: float | None) -> None:
        """Start with nothing sent."""
        self._interval = 1 / per_second if per_second else 0.0
        self._next = 0.0
        self._lock = threading.Lock()
        self._pause = threading.Event()

    def acquire(self) -> None:
        """Wait for one's turn."""
        with self._lock:
            now = time.monotonic()
            turn = max(now, self._next)
            self._next = turn + self._interval
        if turn > now:
            self._pause.wait(turn - now)

    def hold(self, seconds: float) -> None:
        """Let nobody send for ``seconds``."""
        with self._lock:
            self._next = max(self._next, time.monotonic() + seconds)


def retry_after(fields: Fields, now: datetime) -> float | None:
    """Return the seconds that Retry-After asks for, or None (RFC 9110, section 10.2.3)."""
    value = fields.get("Retry-After")
    if value is None:
        return None
    if value.isascii() and value.isdigit() and len(value) < 9:
        return float(value)
    with contextlib.suppress(ValueError, TypeError):
        return max(0.0, (email.utils.parsedate_to_datetime(value) - now).total_seconds())
    return None


def decode_content(content: bytes, codings: Iterable[str], limit: int) -> tuple[bytes, str | None]:
    """Undo content codings (RFC 9110, section 8.4); return at most ``limit`` octets and what went wrong, if anything.

    Codings are named in the order in which they were applied.
    """
    data = content
    for coding in reversed([name.strip().lower() for name in codings]):
        if coding in {"identity", ""}:
            continue
        if coding not in {"gzip", "x-gzip", "deflate"}:
            return content, f"content coding {coding} is not known here"
        try:
            inflater = zlib.decompressobj(wbits=zlib.MAX_WBITS | 32)
            decoded = inflater.decompress(data, limit)
            if not inflater.eof and len(decoded) < limit:
                return content, f"the {coding} stream is not complete"
            data = decoded
        except zlib.error as error:
            return content, f"the content is not {coding}: {error}"
    return data, None


class Observer:
    """Sends each step of a plan once and keeps the exchanges, in plan order."""

    def __init__(self, target: Target) -> None:
        """Prepare to talk to ``target``; nothing is sent yet."""
        self.target = target
        self.record: dict[Step, Exchange] = {}
        # Answers that asked to come back later, and the steps that could not be built.
        self.deferred: list[Exchange] = []
        self.unbuilt: dict[Step, str] = {}
        self.sent = 0
        self._rate = RateLimit(target.settings["rate-limit"])
        self._lock = threading.Lock()
        self._idle: list[tuple[Connection, Step | None]] = []
        self._connections = 0
        self._stray: dict[Step, bytes] = {}
        self._tls = self._tls_context() if target.origin.scheme == "https" else None

    def _tls_context(self) -> ssl.SSLContext:
        context = ssl.create_default_context(cafile=self.target.settings["ca-bundle"])
        context.set_alpn_protocols(["http/1.1"])
        if self.target.settings["insecure"]:
            context.check_hostname = False
            context.verify_mode = ssl.CERT_NONE
        return context

    def observe(self, steps: Iterable[Step], progress: Callable[[int, int], None] | None = None) -> None:
        """Send what is not yet recorded, dependencies first, as many at once as the settings allow.

        An interruption ends it at once; what has been received stays in the record.
        """
        wanted = [step for step in plan.closure(steps) if step not in self.record and step not in self.unbuilt]
        waiting = dict.fromkeys(wanted)
        executor = ThreadPoolExecutor(self.target.settings["concurrency"], thread_name_prefix="observer")
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
                    if isinstance(outcome, str):
                        self.unbuilt[step] = outcome
                    else:
                        received[step] = outcome
                if progress:
                    progress(len(wanted) - len(waiting) - len(running), len(wanted))
        finally:
            executor.shutdown(wait=False, cancel_futures=True)
            self.record.update({step: received[step] for step in wanted if step in received})
        self._collect_stray()

    def _step(self, step: Step, earlier: Mapping[Step, Exchange]) -> Exchange | str:
        try:
            known = {}
            for before in step.dependencies():
                if before not in earlier:
                    raise NotObserved(self.unbuilt.get(before, f"{before.probe} was not sent"))
                known[before.probe] = earlier[before]
            request = plan.build(step, self.target, known)
            return self._send(step, request)
        except (NotObserved, forge.ForgeError) as reason:
            return str(reason)

    def fetch(self, request: Request) -> Exchange:
        """Send one request outside of the plan; it is not recorded. Raises forge.ForgeError."""
        return self._send(Step("", ""), request)

    def obtain(self, step: Step) -> Exchange:
        """Return the exchange of ``step``, sending it now if that has not happened. Raises NotObserved."""
        if step not in self.record:
            self.observe([step])
        if step in self.unbuilt:
            raise NotObserved(self.unbuilt[step])
        return self.record[step]

    def forget(self, steps: Iterable[Step]) -> None:
        """Drop the exchanges of ``steps`` and of all that they depend on, so that they are sent anew."""
        for step in plan.closure(steps):
            self.record.pop(step, None)
            self.unbuilt.pop(step, None)

    def _send(self, step: Step, request: Request) -> Exchange:
        exchange = self._attempt(step, request)
        if exchange.answer is None and exchange.lost:
            # A lost connection may be the network's fault; a second one in a row is not.
            self.deferred.append(exchange)
            exchange = replace(self._attempt(step, request), retries=1)
        for retry in range(1, _ATTEMPTS):
            answer = exchange.answer
            if answer is None or answer.status not in _LATER or exchange.started is None:
                break
            pause = retry_after(answer.fields, exchange.started)
            if pause is None and answer.status != 429:
                break
            if (pause := pause if pause is not None else float(retry)) > _LONGEST_WAIT:
                break
            self.deferred.append(exchange)
            self._rate.hold(pause)
            exchange = replace(self._attempt(step, request), retries=retry)
        return exchange

    def _attempt(self, step: Step, request: Request) -> Exchange:
        """Send once; a kept-alive connection that the server had closed meanwhile is replaced by a new one."""
        head = self._head(request)
        limit = self.target.settings["request-timeout"]
        while True:
            self._rate.acquire()
            connection = self._connection()
            started, clock = datetime.now(UTC), time.monotonic()
            exchange = Exchange(
                probe=step.probe,
                request=request,
                answer=None,
                invoice_id=step.invoice_id,
                started=started,
                connection=connection.number,
                ordinal=connection.ordinal + 1,
            )
            try:
                response = connection.exchange(
                    request.method, head, request.body, clock + limit, self.target.settings["max-body"]
                )
            except WireError as error:
                connection.close()
                if error.stale:
                    continue
                return replace(exchange, failure=str(error), lost=error.closed, elapsed=time.monotonic() - clock)
            except ssl.SSLError as error:
                connection.close()
                return replace(exchange, failure=f"TLS: {error.reason or error}", elapsed=time.monotonic() - clock)
            finally:
                with self._lock:
                    self.sent += 1
            if connection.reusable:
                with self._lock:
                    self._idle.append((connection, step))
            return replace(exchange, answer=self._answer(response), elapsed=response.elapsed)

    def _head(self, request: Request) -> bytes:
        lines = [f"{request.method} {self.target.reveal(request.target)} HTTP/1.1"]
        lines += [f"{name}: {self.target.reveal(value)}" for name, value in request.headers]
        return ("\r\n".join(lines) + "\r\n\r\n").encode("latin-1")

    def _connection(self) -> Connection:
        with self._lock:
            idle = self._idle.pop() if self._idle else None
            if idle is None:
                self._connections += 1
                return Connection(self.target.origin, self._tls, self._connections)
        connection, last = idle
        if stray := connection.stray():
            self._note_stray(last, stray)
            connection.close()
            return self._connection()
        return connection

    def _note_stray(self, step: Step | None, stray: bytes) -> None:
        if step is not None:
            with self._lock:
                self._stray[step] = stray

    def _collect_stray(self) -> None:
        """Octets that followed a complete response belong to the exchange before them."""
        for connection, last in self._idle:
            if stray := connection.stray():
                self._note_stray(last, stray)
                connection.close()
        self._idle = [(connection, last) for connection, last in self._idle if connection.reusable]
        for step, stray in self._stray.items():
            exchange = self.record.get(step)
            if exchange and exchange.answer:
                kept = self.target.redactor.bytes(stray)
                self.record[step] = replace(exchange, answer=replace(exchange.answer, excess=kept))
        self._stray.clear()

    def _answer(self, response: WireResponse) -> Answer:
        redact, found = self.target.redactor, []
        pairs = []
        for name, value in response.pairs:
            clean = redact.text(value)
            if clean != value:
                found.append(f"header {name}")
            pairs.append((redact.text(name), clean))
        fields = Fields(tuple(pairs))
        raw = bytes(response.content)
        coding = fields.get("Content-Encoding")
        body, problem = raw, None
        if coding and raw:
            body, problem = decode_content(raw, coding.split(","), self.target.settings["max-body"])
        clean_body = redact.bytes(body)
        if clean_body != body:
            found.append("body")
        return Answer(
            status=response.status,
            reason=redact.text(response.reason),
            version=response.version,
            fields=fields,
            body=clean_body,
            wire_length=len(raw),
            truncated=response.truncated,
            excess=redact.bytes(response.excess),
            coding_problem=problem,
            incomplete=response.incomplete,
            secrets_found=tuple(found),
        )

    def exchanges(self) -> Iterator[Exchange]:
        """Iterate over all that was received, retried answers included."""
        yield from self.record.values()
        yield from self.deferred

    def close(self) -> None:
        """Close every connection."""
        for connection, _ in self._idle:
            connection.close()
        self._idle.clear()
