"""Which requests of the plan are sent several times, and how these follow each other.

A round sends all of them once. It is over before the next one begins, so that the answers to one request come
one after the other. A fixed shuffle gives a request other neighbours in each round, and the pacing changes from round
to round: what depends on the order, on the place in a connection or on requests under way at once does not stay hidden.
"""

from __future__ import annotations

import random
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import TYPE_CHECKING

from conformance.model.exchange import Exchange, Request
from conformance.observe.sender import Pacing
from conformance.plan import probes
from conformance.plan.steps import closure
from conformance.reading.classification import may_be_cut_off, says_later

if TYPE_CHECKING:
    from conformance.observe.observer import Observer
    from conformance.observe.progress import Progress
    from conformance.plan.steps import Step

PACINGS = (
    Pacing("several at once, on connections that stay open"),
    Pacing("two on each connection", per_connection=2),
    Pacing("one after the other, on one connection", workers=1),
)
# Methods that are safe (RFC 9110, section 9.2.1), so that it does not matter how often.
_SAFE = frozenset({"GET", "HEAD", "OPTIONS"})
# A request that names its id gets that id back; one that names another method may be taken for it.
_UNSTABLE_FIELDS = frozenset({"x-request-id", "x-http-method-override", "x-http-method", "x-method-override"})
# Needs of what shows something else at another time.
_OF_A_MOMENT = frozenset({"signing-key", "expendable-invoice"})
# Characters of a request target; what is longer is meant to be a burden.
_LONG_TARGET = 1000


@lru_cache(maxsize=4096)
def is_stable(name: str, request: Request) -> bool:
    """Return whether ``request`` of the probe ``name`` may be sent again, and should then be answered in the same way.

    Left out are methods that are not safe, messages written as they stand, loads, requests sent alone, pages of a walk
    (their links may serve once), tokens that are minted (they depend on the time), an invoice that writes are tried on,
    and what a firewall may take for an attack, or a server for a burden.
    """
    probe = probes.by_key()[name]
    if request.method not in _SAFE or request.body or request.raw or may_be_cut_off(Exchange(name, request, None)):
        return False
    if probe.burst or probe.alone or probe.plain or probe.previous is not None:
        return False
    if not _OF_A_MOMENT.isdisjoint(probe.needs):
        return False
    given = {name.lower() for name, _ in request.headers}
    return given.isdisjoint(_UNSTABLE_FIELDS) and len(request.target) <= _LONG_TARGET


def is_repeated(observer: Observer, step: Step) -> bool:
    """Return whether ``step`` was answered, and is sent again."""
    exchange = observer.record.get(step)
    if exchange is None or exchange.answer is None or says_later(exchange):
        return False
    return is_stable(step.probe, exchange.request)


def steps_of(number: int, steps: Iterable[Step], observer: Observer) -> list[Step]:
    """Return ``steps``, those that are repeated as they are sent in round ``number``."""
    return [step.again(number) if number and is_repeated(observer, step) else step for step in steps]


@dataclass(frozen=True, slots=True)
class Tally:
    """What was repeated: ``requests`` of which each got ``times`` answers; ``set_aside`` counts by status.

    What is set aside is about a limit or a gateway, and is not judged.
    """

    times: int
    requests: int
    set_aside: Mapping[int, int]


def tally(observer: Observer, times: int) -> Tally | None:
    """Return what was repeated, None when nothing should be."""
    if times < 2:
        return None
    later = {step: exchange for step, exchange in observer.record.items() if step.round}
    aside = Counter(exchange.status for exchange in later.values() if says_later(exchange))
    return Tally(times, sum(step.round == 1 for step in later), dict(sorted(aside.items())))


def send(observer: Observer, steps: Sequence[Step], times: int, progress: Progress | None = None) -> None:
    """Send what is stable of ``steps``, all that they depend on included, until each has been sent ``times`` times."""
    if times < 2:
        return
    missing = [step for step in closure(steps) if step.again(times - 1) not in observer.record]
    repeated = [step for step in missing if is_repeated(observer, step)]
    if not repeated:
        return
    for number in range(1, times):
        order = [step.again(number) for step in repeated]
        random.Random(number).shuffle(order)  # noqa: S311 - an order, no secret
        observer.observe_at(PACINGS[(number - 1) % len(PACINGS)], order, progress)
