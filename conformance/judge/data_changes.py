"""Whether the data stayed the same around an answer, as far as the answers to the same request show.

Data may change while a run lasts: then two answers differ, and nothing is wrong. What a server answers now and then,
and then answers as before, is another matter.
"""

from __future__ import annotations

import itertools
from collections.abc import Iterable, Mapping
from itertools import pairwise
from typing import TYPE_CHECKING

from conformance.judge.endings import Violation
from conformance.model.exchange import Exchange
from conformance.observe import repeat
from conformance.observe.sender import Pacing
from conformance.plan import probes
from conformance.plan.steps import closure, steps_for
from conformance.reading.classification import is_conditional, says_later

if TYPE_CHECKING:
    from conformance.plan.steps import Step
    from conformance.run import Run

# Further rounds that may show whether the data stayed the same until after the last one.
_CLOSING = 2
# Data that have another state in more than this share of the answers, again and again, are not compared.
_VOLATILE_SHARE, _VOLATILE_CHANGES = 0.25, 3
# Fewer answers than the first number do not show whether data go to and fro. Then the second number of requests is sent
# in a row; the data go to and fro when at least the third number of the answers differ from the one before.
_ENOUGH, _ROW, _VOLATILE_IN_A_ROW = 8, 6, 4
# What a 200 answer shows: its content, as JSON where it is that, and its entity tag.
_State = tuple[object, str | None]
# How often a request is sent after a comparison: data that go to and fro do not look the same twice in a row.
_AFTERWARDS = 2
_SERIAL = Pacing("one after the other", workers=1)


class Repetitions:
    """What the repeated answers of a run say about its data; ``times`` is how often each request was sent."""

    def __init__(self, run: Run) -> None:
        """Keep the steps; no request is sent before its answer is needed."""
        self._run = run
        self._times: int = run.settings["repeat"]

    def counts(self, steps: list[Step], number: int) -> bool:
        """Return whether a finding about the exchanges of ``steps`` in round ``number`` is one about the requirement.

        Two exchanges, and a conditional request, depend on the data at more than one time.
        """
        record = self._run.observer.record
        compares = len(steps) > 1 or any(is_conditional(record[step]) for step in steps)
        return (not compares or self._settled(steps, number)) and self._is_own(steps, number)

    def _is_own(self, steps: list[Step], number: int) -> bool:
        """Return whether more is wrong in round ``number`` than that the server at times refuses requests of all kinds.

        Where the documented request itself gets another status now and then, that is the finding; an error of the
        server now and then is one of ERR-011.
        """
        if len(steps) == 1 and probes.by_key()[steps[0].probe].each_invoice:
            return True
        found = [(self._statuses(step), step.again(number)) for step in steps]
        if all(statuses.get(step) in {None, _usual(statuses)} for statuses, step in found):
            return True
        if any(statuses.get(step, 0) >= 500 > (_usual(statuses) or 500) for statuses, step in found):
            return False
        documented = steps_for("item", self._run.target)
        return all(len(set(self._statuses(step).values())) < 2 for step in documented)

    def _statuses(self, step: Step) -> dict[Step, int]:
        found = ((each, self._run.observer.record.get(each)) for each in self._rounds(step))
        return {each: it.status for each, it in found if it is not None and it.answer and not says_later(it)}

    def _rounds(self, step: Step) -> Iterable[Step]:
        return (step.again(number) for number in range(self._times))

    def _settled(self, steps: list[Step], number: int) -> bool:
        """Return whether what the requests ask for was the same before round ``number`` and after it.

        What is shown in the round itself does not count: it may be what is wrong. When round 0 has a finding, it was
        sent anew after all others.
        """
        needed = [step for step in closure(steps) if repeat.is_repeated(self._run.observer, step)]
        if any(map(self._is_volatile, needed)):
            return False
        before = range(number - 1, -1, -1) if number else range(self._times - 1, 0, -1)
        after = range(number + 1 if number else self._times, self._times + _CLOSING)
        built_from = {each for step in steps for each in closure([step])[:-1]}
        for step in needed:
            earlier, later = self._nearest(step, before), self._nearest(step, after)
            if earlier is None or later is None:
                continue
            same = [later] if step not in built_from or not number else [later, *self._first_states(step)]
            if any(state[0] != earlier[0] for state in same):
                return False
        return True

    def _nearest(self, step: Step, numbers: Iterable[int]) -> _State | None:
        """Return the first state that the rounds ``numbers`` show; rounds after the last one are sent now."""
        for number in numbers:
            again = step.again(number)
            if number >= self._times:
                self._run.observer.observe([again])
            if state := _state(self._run.observer.record.get(again)):
                return state
        return None

    def _first_states(self, step: Step) -> list[_State]:
        """Return what round 0 showed, each time that it was sent: later requests were built from one of them."""
        observer = self._run.observer
        named = (step.probe, step.invoice_id, 0)
        given_up = [each for each in observer.superseded if (each.probe, each.invoice_id, each.round) == named]
        return [state for each in (*given_up, observer.record.get(step)) if (state := _state(each))]

    def _is_volatile(self, step: Step) -> bool:
        """Return whether the data of ``step`` go back and forth, so that it is unknown which state an answer is of."""
        found = [state for each in self._rounds(step) if (state := _state(self._run.observer.record.get(each)))]
        if not found:
            return False
        usual = max(found, key=found.count)
        other = [state[0] != usual[0] and state[1] != usual[1] for state in found]
        if sum(other) > _VOLATILE_SHARE * len(found) and _changes(found) >= _VOLATILE_CHANGES:
            return True
        return self._times < _ENOUGH and _changes(self._in_a_row(step)) >= _VOLATILE_IN_A_ROW

    def _in_a_row(self, step: Step) -> list[_State]:
        """Return what ``step`` shows when it is sent several times, one after the other."""
        first = self._times + _CLOSING
        rounds = [step.again(number) for number in range(first, first + _ROW)]
        self._run.observer.observe_at(_SERIAL, rounds)
        return [state for each in rounds if (state := _state(self._run.observer.record.get(each)))]


def _changes(states: list[_State]) -> int:
    """Return how often a state differs from the one before."""
    return sum(one[0] != later[0] for one, later in pairwise(states))


class Watch:
    """Finds out whether what the requests of ``steps`` ask for stays the same while they are compared."""

    def __init__(self, run: Run, steps: Iterable[Step]) -> None:
        """Keep what the record shows now, before the requests are sent anew."""
        self._run = run
        self._steps = closure(steps)
        self._before = self._shown()

    def is_steady(self, finding: Violation) -> bool:
        """Return whether the data that ``finding`` compares were the same before, in and after the exchanges judged.

        Sends the requests once more when they were the same so far. A server that shows other data under the same
        entity tag contradicts itself, and data that are not shown twice do not count.
        """
        now = self._shown()
        whole = concerns_whole_documents(finding)
        before = {step: state for step, state in self._before.items() if step in now}
        if not all(is_same(state, now[step], whole=whole) for step, state in before.items()):
            return False
        again = look_again(self._run, now)
        return all(is_same(state, later, whole=whole) for step, state in now.items() for later in again[step])

    def _shown(self) -> dict[Step, Exchange]:
        record = self._run.observer.record
        found = ((step, record.get(step)) for step in self._steps)
        shown = {step: each for step, each in found if each and _state(each)}
        return {step: each for step, each in shown.items() if repeat.is_stable(step.probe, each.request)}


def look_again(run: Run, steps: Iterable[Step]) -> dict[Step, list[Exchange]]:
    """Send each of ``steps`` twice more, and return the answers that show data.

    These are rounds beyond those that are sent and judged in any case.
    """
    record, first = run.observer.record, run.settings["repeat"] + _CLOSING
    rounds = {}
    for step in steps:
        free = (number for number in itertools.count(first) if step.again(number) not in record)
        rounds[step] = [step.again(number) for number in itertools.islice(free, _AFTERWARDS)]
    # What alternates from one request to the next differs between two that follow each other.
    run.observer.observe_at(_SERIAL, [each for found in rounds.values() for each in found])
    received = {step: map(record.get, found) for step, found in rounds.items()}
    return {step: [each for each in found if each and _state(each)] for step, found in received.items()}


def answer_again(run: Run, steps: Iterable[Step], times: int) -> range:
    """Send each of ``steps`` that may be repeated until it has ``times`` answers; return the numbers of the rounds."""
    numbers = range(times)
    repeated = [step for step in steps if repeat.is_repeated(run.observer, step)]
    run.observer.observe_at(_SERIAL, [step.again(number) for number in numbers for step in repeated])
    return numbers


def concerns_whole_documents(finding: Violation) -> bool:
    """Return whether ``finding`` depends on more than resources: on all that an entity tag or a length is made from."""
    if finding.exchange is None:
        return False
    return finding.part in {"ETag", "Content-Length"} or is_conditional(finding.exchange)


def shows_data(exchange: Exchange) -> bool:
    """Return whether ``exchange`` is a GET that was answered with 200, so that later data can be compared with it."""
    return _state(exchange) is not None


def is_same(one: Exchange, other: Exchange, *, whole: bool) -> bool:
    """Return whether two answers show the same resources; with ``whole``, the same documents.

    A server that shows other data under the same entity tag contradicts itself: no data have changed.
    """
    tag = one.fields.get("ETag")
    if tag is not None and tag == other.fields.get("ETag"):
        return True
    return _shown_by(one, whole=whole) == _shown_by(other, whole=whole)


def _shown_by(exchange: Exchange, *, whole: bool) -> object:
    document = exchange.json.value if exchange.json.readable else exchange.body
    return (document.get("data"), document.get("included")) if isinstance(document, dict) and not whole else document


def _usual(found: Mapping[Step, int]) -> int | None:
    return max(found.values(), key=list(found.values()).count, default=None)


def _state(exchange: Exchange | None) -> _State | None:
    """Return what a 200 answer to GET shows; None for other answers."""
    if exchange is None or exchange.answer is None or exchange.request.method != "GET" or exchange.status != 200:
        return None
    content = exchange.json.value if exchange.json.readable else exchange.body
    return content, exchange.fields.get("ETag")
