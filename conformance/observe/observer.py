"""Observes the target: sends what a plan needs, each request once, and records the exchanges."""

from __future__ import annotations

from collections import ChainMap
from collections.abc import Callable, Iterable, Iterator, Mapping
from concurrent.futures import Future
from dataclasses import replace
from graphlib import TopologicalSorter
from queue import SimpleQueue
from typing import TYPE_CHECKING
from weakref import WeakMethod

from conformance.model.exchange import Doubt, Exchange, NotObserved, Request
from conformance.observe.canonical import canonical_request
from conformance.observe.rate_limit import LONGEST_WAIT, retry_after
from conformance.observe.sender import USUAL, Pacing, Sender
from conformance.observe.threads import Threads, undisturbed
from conformance.observe.unpack import culprit
from conformance.plan.requests import build_request, request_of
from conformance.plan.steps import Step, closure, in_words, is_alone, is_burst, probe_of
from conformance.reading.classification import BUSY
from conformance.tokens import altered

if TYPE_CHECKING:
    from conformance.config.target import Target
    from conformance.observe.progress import Progress
    from conformance.observe.record.recorder import Recorder
    from conformance.plan.probe import Probe

_BACKOFF = (0.5, 2.0, 8.0)
# Requests under way at once where a load is wanted.
_BURST = 20
# What a server may have at a path with a slash at its end, and with all that is below.
_COLLECTIONS = ("/invoices", "/accounts")


def _nothing() -> None:
    """Leave uncounted what is sent by the way."""


def _counted(progress: Progress, total: int, name: str) -> Callable[[], None]:
    """Return what is called for each answer, and reports how many of ``total`` there are."""
    done = 0

    def advance() -> None:
        nonlocal done
        done += 1
        progress.advance(done, total)

    progress.phase(name)
    progress.advance(0, total)
    return advance


class Observer:
    """Sends each step of a plan once and keeps the exchanges, in plan order."""

    def __init__(self, target: Target, recorder: Recorder | None = None) -> None:
        """Prepare to talk to ``target``; nothing is sent yet. Raises SettingError for unusable certificates."""
        self.target = target
        self.recorder = recorder
        self.record: dict[Step, Exchange] = {}
        # Exchanges in whose place a later one is judged, and the steps that could not be built.
        self.superseded: list[Exchange] = []
        self.unbuilt: dict[Step, NotObserved] = {}
        # Counts the changes of the record.
        self.version = 0
        # Seconds before each further attempt of a request that has to succeed.
        self.backoff: tuple[float, ...] = _BACKOFF
        # What is done with each exchange while others are waited for.
        self.meanwhile: Callable[[Exchange], object] | None = None
        self._advance: Callable[[], None] = _nothing
        # If both knew each other, the record would be kept until the garbage is collected.
        known = WeakMethod(self._supersede)

        def supersede(step: Step, exchange: Exchange) -> None:
            if (method := known()) is not None:
                method(step, exchange)

        self._sender = Sender(target, supersede)

    @property
    def sent(self) -> int:
        """How many requests were sent."""
        return self._sender.sent

    @property
    def serial_reason(self) -> str | None:
        """What the target does that makes serial access necessary, None when it is not."""
        return self._sender.serial_reason

    @property
    def most_at_once(self) -> int | None:
        """The most requests under way at once since the target refused some of more; None when it refused none."""
        return self._sender.most_at_once

    def observe(self, steps: Iterable[Step], progress: Progress | None = None, name: str = "sending") -> None:
        """Send what is not yet recorded, dependencies first, as many at once as the settings allow.

        ``progress`` is called with ``name`` and how far the sending is. An interruption ends it at once; what has been
        received stays in the record.
        """
        if not (wanted := self._unknown(steps)):
            return
        self._advance = _counted(progress, len(wanted), name) if progress else _nothing
        try:
            self._observe(wanted)
        finally:
            self._advance = _nothing

    def _observe(self, steps: Iterable[Step]) -> None:
        if not (wanted := self._unknown(steps)):
            return
        burst = [step for step in wanted if is_burst(step)]
        if burst and len(burst) < len(wanted):
            self._observe([step for step in wanted if not is_burst(step)])
            self._observe(burst)
            return
        for quiet in [step for step in wanted if is_alone(step)] if len(wanted) > 1 else ():
            self._observe(closure([quiet])[:-1])
            self._observe([quiet])
        wanted = [step for step in wanted if not self._known(step)]
        unsent = set(wanted)
        order = TopologicalSorter({step: unsent.intersection(step.dependencies()) for step in wanted})
        order.prepare()
        workers = _BURST if burst else self._sender.pacing.workers or self.target.settings["concurrency"]
        executor = Threads(workers, thread_name_prefix="observer")
        running: dict[Future[Exchange | NotObserved], Step] = {}
        finished: SimpleQueue[Future[Exchange | NotObserved]] = SimpleQueue()
        received: dict[Step, Exchange] = {}
        earlier = ChainMap(received, self.record)
        fresh: list[Exchange] = []
        try:
            while order.is_active():
                for step in order.get_ready():
                    with undisturbed():
                        future = executor.submit(self._step, step, earlier)
                        running[future] = step
                        future.add_done_callback(finished.put)
                while self.meanwhile and fresh and finished.empty():
                    self.meanwhile(fresh.pop())
                future = finished.get()
                step = running[future]
                self._take(step, future.result(), received)
                del running[future]
                if step in received:
                    fresh.append(received[step])
                order.done(step)
                self._advance()
        except BaseException:
            # What was received while the others were looked at is not lost.
            for future, step in running.items():
                if future.done() and not future.exception():
                    self._take(step, future.result(), received)
            self.target.redactor.abandon()
            self._end()
            raise
        finally:
            self.version += 1
            executor.shutdown(wait=False, cancel_futures=True)
            self.record.update({step: received[step] for step in wanted if step in received})
        self._collect_unsolicited()

    def _take(self, step: Step, outcome: Exchange | NotObserved, received: dict[Step, Exchange]) -> None:
        if self.recorder:
            self.recorder.outcome(step, outcome)
        if isinstance(outcome, NotObserved):
            self.unbuilt[step] = outcome
        else:
            received[step] = outcome

    def observe_at(self, pacing: Pacing, steps: Iterable[Step], progress: Progress | None = None) -> None:
        """Send ``steps`` in their order and at this pacing; one with a limit begins with new connections."""
        self._sender.pacing = pacing
        if pacing.workers or pacing.per_connection:
            self._sender.pool.close_idle()
        try:
            self.observe(steps, progress, "sending again")
        finally:
            self._sender.pacing = USUAL

    def _unknown(self, steps: Iterable[Step]) -> list[Step]:
        """Return what is not yet recorded of ``steps``, dependencies first."""
        record, unbuilt = self.record, self.unbuilt
        missing = [step for step in steps if step not in record and step not in unbuilt]
        return [step for step in closure(missing) if step not in record and step not in unbuilt] if missing else []

    def _known(self, step: Step) -> bool:
        return step in self.record or step in self.unbuilt

    def _step(self, step: Step, earlier: Mapping[Step, Exchange]) -> Exchange | NotObserved:
        try:
            known = {}
            for before in step.dependencies():
                if before not in earlier and before in self.unbuilt and before.probe in probe_of(step).dispensable:
                    continue
                if before not in earlier:
                    raise self.unbuilt.get(before) or NotObserved(f"{in_words(before)} was not sent", doubt=Doubt.LOST)
                known[before.probe] = earlier[before]
            request = build_request(step, self.target, known)
            exchange = self._unpacked(step, self._send(step, request), known)
        except NotObserved as reason:
            # It is kept, and would keep all that this call knows.
            return reason.with_traceback(None)
        except altered.ForgeError as reason:
            return NotObserved(str(reason))
        return exchange

    def _unpacked(self, step: Step, exchange: Exchange, known: Mapping[str, Exchange]) -> Exchange:
        """Return the exchange that names which of many odd values had an effect; ``exchange`` when none had.

        What is divided is superseded. Raises NotObserved when the run was interrupted.
        """
        probe = probe_of(step)
        if step.round or probe.packed is None:
            return exchange
        sent = [exchange]

        def send(part: Probe) -> Exchange:
            sent.append(self._send(step, request_of(part, step, self.target, known)))
            return sent[-1]

        found = culprit(probe, known[probe.packed.counterpart.name], exchange, send)
        for other in sent:
            if other is not found:
                self._supersede(step, other)
        return found

    def fetch(self, request: Request) -> Exchange:
        """Send one request outside of the plan; it is not recorded. Raises forge.ForgeError."""
        return self._send(Step("", ""), request)

    def fetch_persistently(self, request: Request) -> Exchange:
        """Send a request outside of the plan, again after growing pauses while the network or a limit prevents it.

        Its exchange counts the retries. Raises forge.ForgeError, and NotObserved when the observer was closed.
        """
        retries = 0
        for pause in (*self.backoff, None):
            exchange = self._send(Step("", ""), request, past_gateways=False)
            prevented = exchange.answer is None or exchange.answer.incomplete or exchange.answer.status in BUSY
            if not prevented or pause is None:
                break
            retries += 1 + exchange.retries
            asked = 0.0
            if exchange.answer is not None and exchange.started is not None:
                asked = retry_after(exchange.answer.fields, exchange.started) or 0.0
            self._sender.rate.hold(max(pause, min(asked, LONGEST_WAIT)))
        return replace(exchange, retries=retries + exchange.retries)

    def obtain(self, step: Step) -> Exchange:
        """Return the exchange of ``step``, sending it now if that has not happened.

        Raises NotObserved when it could not be built, or when all that the target says is "later".
        """
        if step not in self.record:
            self.observe([step])
        if step in self.unbuilt:
            unmet = self.unbuilt[step]
            raise NotObserved(str(unmet), owner=unmet.owner, doubt=unmet.doubt, lawful=unmet.lawful)
        exchange = self.record[step]
        if exchange.answer is not None and exchange.status == 429:
            raise NotObserved(f"{exchange.described} was answered 429: the target limits requests", doubt=Doubt.LIMIT)
        if exchange.answer is not None and exchange.status == 503 and self._is_overloaded():
            raise NotObserved(f"{exchange.described} was answered 503, as others were for a time", doubt=Doubt.LIMIT)
        return exchange

    def _is_overloaded(self) -> bool:
        """Return whether a request was answered with 503 and, when it was sent again, otherwise."""
        refused = [each for each in self.superseded if each.answer and each.status == 503]
        again = [self.record.get(Step(each.probe, each.invoice_id or "", each.round)) for each in refused]
        return any(each is not None and each.answer and each.status != 503 for each in again)

    def forget(self, steps: Iterable[Step]) -> None:
        """Supersede the exchanges of ``steps`` and of all that they depend on, so that they are sent anew."""
        self.version += 1
        for step in closure(steps):
            if step in self.record:
                self.superseded.append(self.record.pop(step))
            self.unbuilt.pop(step, None)

    def _send(self, step: Step, request: Request, *, past_gateways: bool = True) -> Exchange:
        """Send a request, and once more where a collection redirects to its canonical form: that is judged."""
        exchange = self._sender.send(step, request, past_gateways=past_gateways)
        canonical = canonical_request(exchange, [self.target.url(path) for path in _COLLECTIONS])
        if canonical is None:
            return exchange
        if step.probe:
            # The redirect is judged as an answer of its own.
            self._supersede(step, exchange)
        return self._sender.send(step, canonical, past_gateways=past_gateways)

    def _supersede(self, step: Step, exchange: Exchange) -> None:
        self.superseded.append(exchange)
        self.version += 1
        if self.recorder:
            self.recorder.superseded(step, exchange)

    def _collect_unsolicited(self) -> None:
        """Add the bytes that followed a complete response to the exchange before them."""
        self._sender.pool.look_for_unsolicited()
        for step, found in self._sender.pool.unsolicited.items():
            exchange = self.record.get(step)
            if exchange and exchange.answer:
                kept = self.target.redactor.content(found)
                self.record[step] = replace(exchange, answer=replace(exchange.answer, unsolicited=kept))
                if self.recorder:
                    self.recorder.amend(step, self.record[step])
        self._sender.pool.unsolicited.clear()

    def exchanges(self) -> Iterator[Exchange]:
        """Iterate over all that was received, superseded answers included."""
        yield from self.record.values()
        yield from self.superseded

    def _end(self) -> None:
        """Let the threads that still send or wait come to an end at once."""
        self._sender.end()

    def close(self) -> None:
        """Close every connection; nothing can be sent any more."""
        self._end()
        self._sender.pool.close_idle()
