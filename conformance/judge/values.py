"""What the parameters of a check get in a run: exchanges, and a few facts about the target."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Any

from conformance.model.exchange import Exchange, NotObserved
from conformance.observe import repeat
from conformance.plan.parameters import RECORD_WIDE, Argument

if TYPE_CHECKING:
    from conformance.judge.suite import Case
    from conformance.run import Run

Values = dict[str, Any]

_WANTED: dict[str, Callable[[Exchange], bool]] = {
    "every_exchange": lambda _: True,
    "every_answer": lambda exchange: exchange.answer is not None,
    "every_error": lambda exchange: exchange.answer is not None and exchange.status >= 400,
    "every_success": lambda exchange: exchange.succeeded,
}
# Secrets stay outside of the checks: of a key they get the length, of a token what it contains.
_FACTS: dict[str, Callable[[Run, Case], object]] = {
    "invoice_id": lambda run, case: case.invoice_id or run.target.invoice_ids[0],
    "token_facts": lambda run, _: run.token_facts,
    "signing_key_bits": lambda run, _: run.target.signing_key_bits,
    "link_origin": lambda run, _: f"{run.target.link_origin.scheme}://{run.target.link_origin.authority}",
    "max_latency": lambda run, _: run.settings["max-latency"],
}


def value_of(run: Run, argument: Argument, invoice_id: str | None, number: int = 0) -> Exchange | tuple[Exchange, ...]:
    """Return what ``argument`` stands for in this run; of what is repeated, the answers of round ``number``.

    Raises NotObserved when there is nothing.
    """
    if argument.name in RECORD_WIDE:
        run.observe_everything()
        return run.received(argument.name, _WANTED[argument.name])
    steps = argument.steps(run.target, invoice_id)
    found = run.exchanges(repeat.steps_of(number, steps, run.observer), need_all=not argument.several)
    return found if argument.several else found[0]


def values_of(run: Run, case: Case, number: int = 0) -> Values:
    """Return the values of all parameters of ``case``. Raises NotObserved when one of them has none.

    What the check can do without is None then.
    """
    return {
        name: _exchanges(run, case, name, number) if name in case.arguments else _FACTS[name](run, case)
        for name in case.check.parameters
    }


def _exchanges(run: Run, case: Case, name: str, number: int) -> Exchange | tuple[Exchange, ...] | None:
    try:
        return value_of(run, case.arguments[name], case.invoice_id, number)
    except NotObserved as unmet:
        if name in case.check.optional and unmet.doubt is None:
            return None
        raise


def exchanges_in(values: Values) -> list[Exchange]:
    """Return the exchanges among ``values`` that a check gets by themselves, not in a set."""
    return [value for value in values.values() if isinstance(value, Exchange)]


def all_exchanges_in(values: Values) -> list[Exchange]:
    """Return all exchanges among ``values``, those in sets too."""
    found: list[Exchange] = []
    for value in values.values():
        if isinstance(value, Exchange):
            found.append(value)
        elif isinstance(value, tuple):
            found += value
    return found
