"""Keeps what is sent and received in a file, from the first exchange on, so that it can be judged again."""

from __future__ import annotations

import contextlib
import threading
import time
from collections import Counter
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any

from conformance.model.exchange import Answer, Exchange, Fields, NotObserved
from conformance.observe.record import har
from conformance.observe.record.whole_files import is_special, replace_file

if TYPE_CHECKING:
    from conformance.plan.steps import Step
    from conformance.syntax.redaction import Redactor

FORMAT = 1
# Seconds between two savings while requests are under way, and how often a saving fits into that time.
_PAUSE, _SHARE = 1.0, 20


class Recorder:
    """Collects the exchanges of a run and saves them: at times, so that a killed run keeps them, and at its end.

    ``facts`` is what is kept of the run beside its exchanges; it can be changed until the last saving.
    """

    def __init__(self, path: str, redactor: Redactor, facts: dict[str, Any]) -> None:
        """Keep the name of the file; write nothing before the first exchange."""
        self._path = Path(path)
        self._redactor = redactor
        self.facts = {"format": FORMAT, **facts}
        self._lock = threading.Lock()
        self._entries: list[har.Entry] = []
        self._latest: dict[Step, har.Entry] = {}
        self._observations: Counter[Step] = Counter()
        self._unbuilt: list[dict[str, Any]] = []
        self._next = time.monotonic() + _PAUSE

    def superseded(self, step: Step, exchange: Exchange) -> None:
        """Keep an answer that is not the last one of its observation. Safe to call from threads."""
        with self._lock:
            self._entries.append(har.Entry(exchange, self._observations[step], superseded=True))

    def outcome(self, step: Step, outcome: Exchange | NotObserved) -> None:
        """Keep the exchange that is judged, or the reason why there is none."""
        with self._lock:
            number = self._observations[step]
            self._observations[step] += 1
            if isinstance(outcome, NotObserved):
                named = {"probe": step.probe, "invoice_id": step.invoice_id, "turn": step.round}
                why = {"reason": str(outcome), "owner": outcome.owner, "doubt": outcome.doubt, "lawful": outcome.lawful}
                self._unbuilt.append({**named, "observation": number, **why})
            else:
                self._latest[step] = har.Entry(outcome, number, superseded=False)
                self._entries.append(self._latest[step])
        if time.monotonic() >= self._next:
            started = time.monotonic()
            # Who cannot write now may be able to at the end, where it is reported.
            with contextlib.suppress(OSError):
                # A stream would get one record after the other.
                if not is_special(self._path):
                    self.save()
            self._next = time.monotonic() + max(_PAUSE, _SHARE * (time.monotonic() - started))

    def amend(self, step: Step, exchange: Exchange) -> None:
        """Replace the latest exchange of ``step``: more has become known of it."""
        if step in self._latest:
            entry = self._latest[step]
            entry.exchange, entry.cleaned = exchange, None

    def save(self) -> None:
        """Write all that has been kept, in place of the file. Raises OSError."""
        with self._lock:
            # Some secrets become known only later, such as a cookie that the target sets.
            size = self._redactor.size
            for entry in self._entries:
                if entry.cleaned != size:
                    entry.exchange, entry.cleaned = self._clean(entry.exchange), size
            unbuilt = [{**each, "reason": self._redactor.text(each["reason"])} for each in self._unbuilt]
            pieces = har.pieces(self._entries, {**self._redactor.plain(self.facts), "unbuilt": unbuilt})
            replace_file(self._path, pieces)

    def _clean(self, exchange: Exchange) -> Exchange:
        text = self._redactor.text
        request = exchange.request
        request = replace(
            request,
            url=text(request.url),
            headers=tuple((name, text(value)) for name, value in request.headers),
            body=self._redactor.content(request.body),
            raw=tuple(map(text, request.raw)),
        )
        return replace(
            exchange,
            request=request,
            failure=None if exchange.failure is None else text(exchange.failure),
            answer=None if exchange.answer is None else self._clean_answer(exchange.answer),
            later=tuple(map(self._clean_answer, exchange.later)),
        )

    def _clean_answer(self, answer: Answer) -> Answer:
        text, content = self._redactor.text, self._redactor.content
        return replace(
            answer,
            reason=text(answer.reason),
            fields=self._clean_fields(answer.fields),
            body=content(answer.body),
            unsolicited=content(answer.unsolicited),
            coding_problem=None if answer.coding_problem is None else text(answer.coding_problem),
            incomplete=None if answer.incomplete is None else text(answer.incomplete),
            # A name, too, can be a cookie that became known later.
            secrets_found=tuple(map(text, answer.secrets_found)),
            line_flaws=tuple(map(text, answer.line_flaws)),
        )

    def _clean_fields(self, fields: Fields) -> Fields:
        text = self._redactor.text
        pairs = tuple((text(name), text(value)) for name, value in fields)
        # What stays as it is need not be in memory twice.
        return fields if pairs == fields.pairs else Fields(pairs)


def now() -> str:
    """Return the time as a record keeps it."""
    return datetime.now(UTC).isoformat(timespec="seconds")
