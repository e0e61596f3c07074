"""Runs all checks in this process against a server with a fault, and compares what they say with what they must say.

pytest itself costs more than the judging when hundreds of servers are judged one after the other. So this does by
hand what the plugin does through hooks; ``test_detection_runner.py`` holds both together.
"""

from __future__ import annotations

import importlib
import inspect
import pkgutil
import traceback
from collections.abc import Callable, Collection, Iterable, Iterator
from dataclasses import dataclass
from functools import cache
from typing import Any

from conformance import checks
from conformance.config.settings import read_settings
from conformance.judge import outcomes, stability
from conformance.judge.api import Violation
from conformance.model.exchange import NotObserved
from conformance.model.outcome import ExitCode, Judgement, Outcome
from conformance.model.requirements import registry
from conformance.plan.parameters import Argument, for_each_invoice, is_exchange_argument, record_wide
from conformance.plan.probe import Family
from conformance.plan.probes import declared
from conformance.pytest_hooks.fixtures import value_of
from conformance.reference import data
from conformance.reference.faults import Fault
from conformance.reference.server import ReferenceServer
from conformance.run import Run

CAUGHT = frozenset({Outcome.FAILED, Outcome.WARNED, Outcome.NOTED})


class Aborted(Exception):  # noqa: N818 - an outcome of the smoke request
    """The target cannot be judged."""

    def __init__(self, code: ExitCode, message: str) -> None:
        """Keep the exit code that the run would end with."""
        super().__init__(message)
        self.code = code


@dataclass(frozen=True)
class Case:
    """One call of a check: what pytest would make an item of."""

    requirement: str
    function: Callable[..., None]
    arguments: tuple[Argument, ...]
    others: tuple[str, ...]
    invoice_id: str | None

    @property
    def name(self) -> str:
        """A name as in a node id."""
        parts = [argument.variant for argument in self.arguments if argument.variant] + [self.invoice_id or ""]
        return f"{self.function.__module__}::{self.function.__name__}[{'-'.join(parts)}]"


@cache
def functions() -> tuple[tuple[str, Callable[..., None]], ...]:
    """Return every check with the requirement that it claims."""
    found = []
    for module in pkgutil.iter_modules(checks.__path__):
        if module.name.startswith("test_"):
            namespace = vars(importlib.import_module(f"{checks.__name__}.{module.name}"))
            for name, function in namespace.items():
                if name.startswith("test_"):
                    marks = [mark for mark in function.pytestmark if mark.name == "requirement"]
                    found += [(mark.args[0], function) for mark in marks]
    return tuple(found)


def _combinations(names: list[str]) -> Iterator[tuple[Argument, ...]]:
    if not names:
        yield ()
        return
    entry = declared().get(names[0])
    variants: list[str | None] = list(entry.variants) if isinstance(entry, Family) else [None]
    for variant in variants:
        for rest in _combinations(names[1:]):
            yield (Argument(names[0], variant), *rest)


def cases(invoice_ids: Iterable[str]) -> Iterator[Case]:
    """Yield every call of every check; those over the whole record last."""
    late = []
    for requirement, function in functions():
        names = list(inspect.signature(function).parameters)
        exchanges = [name for name in names if is_exchange_argument(name)]
        others = tuple(name for name in names if name not in exchanges)
        for arguments in _combinations(exchanges):
            ids: list[str | None] = list(invoice_ids) if for_each_invoice(exchanges) else [None]
            for invoice_id in ids:
                case = Case(requirement, function, arguments, others, invoice_id)
                if record_wide(exchanges):
                    late.append(case)
                else:
                    yield case
    yield from late


def _values(run: Run, case: Case) -> dict[str, Any]:
    values: dict[str, Any] = {argument.name: value_of(run, argument, case.invoice_id) for argument in case.arguments}
    others: dict[str, Callable[[], object]] = {
        "invoice_id": lambda: case.invoice_id or run.target.invoice_ids[0],
        "token_facts": lambda: run.token_facts,
        "signing_key_bits": lambda: run.target.signing_key_bits,
        "max_latency": lambda: run.settings["max-latency"],
    }
    values.update({name: others[name]() for name in case.others})
    return values


def _call(run: Run, case: Case) -> Judgement:
    values: dict[str, Any] = {}
    error: BaseException | None = None
    try:
        if missing := set(registry()[case.requirement].needs) - run.target.capabilities:
            raise outcomes.NotApplicable(", ".join(sorted(missing)))
        values = _values(run, case)
        first: stability.Finding | NotObserved | None = None
        arguments = {argument.name: argument for argument in case.arguments}
        about = (run, lambda later: case.function(**{**values, **later}), arguments, case.invoice_id)
        try:
            case.function(**values)
        except NotObserved as reason:
            first = reason
        except (Violation, AssertionError) as finding:
            first, fresh = stability.reconsider(*about, finding)
            values = {**values, **fresh}
        stability.conclude(*about, first)
    except BaseException as caught_error:  # noqa: BLE001 - judged like any end of a check
        error = caught_error
    said = "" if error is None or outcomes.is_judged(error) else "".join(traceback.format_exception(error))
    exchanges = [value for value in values.values() if outcomes.is_evidence(value)]
    return outcomes.judge((case.requirement, case.name), error, exchanges, run, said)


def judge_target(base_url: str, given: dict[str, Any]) -> list[Judgement]:
    """Judge the server at ``base_url`` with the settings ``given``, named as options are in pytest. Raises Aborted."""
    run = Run(base_url, read_settings(given.get, lambda _: None, {}, {}), dry=False)
    try:
        run.start()
        if run.abort:
            raise Aborted(run.abort.code, run.abort.message)
        todo = list(cases(run.target.invoice_ids))
        run.observe(
            step
            for case in todo
            if set(registry()[case.requirement].needs) <= run.target.capabilities
            for argument in case.arguments
            for step in argument.steps(run.target, case.invoice_id)
        )
        return [_call(run, case) for case in todo]
    finally:
        run.stop()


# What a target must be given, and what enabled, to have a capability.
_GIVEN = {
    "second-customer": ("other_auth_token", "other_invoice_id"),
    "hidden-invoice": ("hidden_invoice_id",),
    "signing-key": ("signing_key",),
}
_ENABLED = frozenset({"collection", "contested", "cookie", "wire", "load"})
# Sends each request several times, and is judged apart.
REPEAT, TIMES = "repeat", "10"
_REPEATING = {
    "repeat": TIMES,
    # One after the other, so that what comes and goes does so at the same places in every run.
    "concurrency": "1",
    "invoice_id": list(data.KNOWN_INVOICE_IDS[:3]),
}
EVERYTHING = _ENABLED | _GIVEN.keys()


def settings_for(server: ReferenceServer, capabilities: Collection[str] = EVERYTHING) -> dict[str, Any]:
    """Return the settings that tell of ``server`` what ``capabilities`` need."""
    known = {
        "other_auth_token": server.other_token,
        "other_invoice_id": data.OTHER_INVOICE_ID,
        "hidden_invoice_id": list(data.HIDDEN_INVOICE_IDS),
        "signing_key": server.signing_key,
    }
    given = {name: known[name] for need in sorted(capabilities) for name in _GIVEN.get(need, ())}
    enabled = sorted(set(capabilities) & _ENABLED)
    return {
        **given,
        "auth_token": server.token,
        "enable": [",".join(enabled)] if enabled else None,
        "request_timeout": "4",
        "invoice_id": list(data.KNOWN_INVOICE_IDS),
        **(_REPEATING if REPEAT in capabilities else {}),
    }


def judge(faults: Collection[Fault], capabilities: Collection[str] | None = None) -> list[Judgement]:
    """Judge a reference server with ``faults``.

    By default with the capabilities that they need and no others: that is what makes hundreds of them affordable.
    """
    if capabilities is None:
        capabilities = {"contested"}.union(*(fault.needs for fault in faults)) if faults else EVERYTHING
    tls = "https" in capabilities
    with ReferenceServer(faults=faults, tls=tls) as server:
        given = settings_for(server, capabilities)
        if not any(fault.area == "intermittent" for fault in faults):
            # Client and server share a processor here: more threads would only take turns.
            given = {"concurrency": "2", **given}
        secure = {"insecure": True, "plain_url": server.plain_url} if tls else {}
        return judge_target(server.base_url, {**given, **secure})


def caught(judgements: Iterable[Judgement]) -> dict[str, Judgement]:
    """Return the first violation of each requirement that is violated."""
    found: dict[str, Judgement] = {}
    for judgement in judgements:
        if judgement.outcome in CAUGHT:
            found.setdefault(judgement.requirement, judgement)
    return found
