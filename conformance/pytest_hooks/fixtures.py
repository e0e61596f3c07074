"""Fixtures made from the declared probes: the name of a probe is the name of its fixture."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Any

import pytest

from conformance.model.exchange import Exchange
from conformance.observe import repeat
from conformance.plan import probes
from conformance.plan.parameters import EVERY, RECORD_WIDE, Argument
from conformance.plan.probe import Family

if TYPE_CHECKING:
    from conformance.run import Run

RUN: pytest.StashKey[Run] = pytest.StashKey()

_WANTED: dict[str, Callable[[Exchange], bool]] = {
    "every_exchange": lambda _: True,
    "every_answer": lambda exchange: exchange.answer is not None,
    "every_error": lambda exchange: exchange.answer is not None and exchange.status >= 400,
    "every_success": lambda exchange: exchange.succeeded,
}


def value_of(run: Run, argument: Argument, invoice_id: str | None, turn: int = 0) -> Exchange | tuple[Exchange, ...]:
    """Return what ``argument`` stands for in this run; of what is repeated, the answers of ``turn``.

    Raises NotObserved when there is nothing.
    """
    if argument.name in RECORD_WIDE:
        run.observe(argument.steps(run.target, invoice_id))
        return run.received(_WANTED[argument.name])
    steps = argument.steps(run.target, invoice_id)
    found = run.exchanges(repeat.steps_of(turn, steps, run.observer), need_all=not argument.several)
    return found if argument.several else found[0]


def _single(name: str) -> Callable[..., Any]:
    def probe(request: pytest.FixtureRequest, invoice_id: str) -> object:
        return value_of(request.config.stash[RUN], Argument(name), invoice_id)

    return probe


def _variant(name: str) -> Callable[..., Any]:
    def probe(request: pytest.FixtureRequest) -> object:
        return value_of(request.config.stash[RUN], Argument(name, request.param), None)

    return probe


def _set(name: str) -> Callable[..., Any]:
    def probe(request: pytest.FixtureRequest) -> object:
        return value_of(request.config.stash[RUN], Argument(name), None)

    return probe


def probe_fixtures() -> dict[str, Any]:
    """Return a fixture for every probe, family and set of exchanges, by name."""
    made: dict[str, Any] = {}
    for name, entry in probes.declared().items():
        if isinstance(entry, Family):
            made[name] = pytest.fixture(name=name, params=list(entry.variants))(_variant(name))
        else:
            made[name] = pytest.fixture(name=name)(_single(name))
        if isinstance(entry, Family) or entry.each_invoice:
            made[EVERY + name] = pytest.fixture(name=EVERY + name)(_set(EVERY + name))
    for name in RECORD_WIDE:
        made[name] = pytest.fixture(name=name)(_set(name))
    return made
