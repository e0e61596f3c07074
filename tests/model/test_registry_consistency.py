"""Registry, checks and probes fit together: what is claimed is there, and what is there is used."""

from __future__ import annotations

import inspect
import re
import sys
from collections import Counter
from collections.abc import Callable, Iterator
from functools import cache
from pathlib import Path

import pytest

from conformance import fuzzing
from conformance.config.target import Target
from conformance.judge import suite
from conformance.judge.api import claimed
from conformance.model.requirements import HINTS, registry
from conformance.plan import probes
from conformance.plan.parameters import EVERY, RECORD_WIDE, is_exchange_argument
from conformance.plan.probe import CONTEXT_NAMES, Probe
from conformance.plan.steps import applicable, closure, everything
from conformance.syntax import redaction
from tests.support.targets import INVOICE_ID, target_of

# Reviewed: what no check judges yet, so that a check that gets lost is noticed.
NOT_YET_JUDGED: frozenset[str] = frozenset()

# A capability of probes alone: an address beside the base URL.
OF_PROBES = {"plain-http"}

Check = Callable[..., None]


@cache
def claims() -> dict[str, list[Check]]:
    """Return the checks of each requirement id."""
    found: dict[str, list[Check]] = {}
    for check in all_checks():
        if requirement := claimed(check):
            found.setdefault(requirement, []).append(check)
    return found


def all_checks() -> Iterator[Check]:
    """Yield what stands as a check in the modules that have one, whether it claims a requirement or not."""
    modules = dict.fromkeys(sys.modules[check.function.__module__] for check in suite.checks())
    for module in modules:
        yield from (value for name, value in vars(module).items() if name.startswith("test_") and callable(value))


def test_the_name_of_a_check_is_taken_once() -> None:
    names = Counter(check.name for check in suite.checks())
    assert {name for name, count in names.items() if count > 1} == set()


@cache
def generated_claims() -> set[str]:
    """Return the ids that the generated part names in its rules."""
    sources = (path.read_text(encoding="utf-8") for path in Path(fuzzing.__path__[0]).glob("*.py"))
    return {name for source in sources for name in re.findall(r'"([A-Z]{3,5}-[0-9]{3})"', source)}


def arguments_of(check: Check) -> set[str]:
    return set(inspect.signature(check).parameters)


def test_every_check_claims_one_requirement() -> None:
    for check in all_checks():
        assert claimed(check), check.__qualname__


def test_no_unknown_requirement_is_claimed() -> None:
    assert (set(claims()) | generated_claims()) - set(registry()) == set()


def test_no_excluded_requirement_is_claimed() -> None:
    assert {name for name in set(claims()) | generated_claims() if registry()[name].excluded} == set()


def test_every_requirement_is_claimed_or_excluded_or_known_to_be_open() -> None:
    judged = set(claims()) | generated_claims()
    assert {name for name, entry in registry().items() if not entry.excluded} - judged == NOT_YET_JUDGED


def test_every_check_judges_exchanges_that_are_declared() -> None:
    for check in all_checks():
        unknown = {name for name in arguments_of(check) if not is_exchange_argument(name)} - suite.VALUES
        assert not unknown, f"{check.__qualname__} has arguments that stand for nothing: {unknown}"
        assert arguments_of(check), f"{check.__qualname__} judges nothing"


def test_every_probe_is_judged_or_needed_for_one_that_is() -> None:
    named = {name.removeprefix(EVERY) for check in all_checks() for name in arguments_of(check)} - set(RECORD_WIDE)
    judged = {name for name in named if name in probes.declared()}
    for name, probe in probes.by_key().items():
        if name.partition("[")[0] in judged:
            judged.update(each.partition("[")[0] for each in probe.dependencies)
    assert set(probes.declared()) - judged == set()


def test_what_a_probe_is_built_from_is_declared() -> None:
    for probe in probes.by_key().values():
        assert set(probe.dependencies) <= set(probes.by_key()), probe.name


def test_each_capability_that_a_requirement_needs_can_be_explained() -> None:
    assert {need for entry in registry().values() for need in entry.needs} <= set(HINTS)


def test_probes_need_capabilities_that_exist() -> None:
    assert {need for probe in probes.by_key().values() for need in probe.needs} <= set(HINTS) | OF_PROBES


def context_names(probe: Probe) -> set[str]:
    parts = [probe.path, *probe.layers]
    used = {name for part in parts if callable(part) for name in inspect.signature(part).parameters}
    if isinstance(probe.path, str):
        used |= {name for name in CONTEXT_NAMES if f"{{{name}}}" in probe.path}
    return used & CONTEXT_NAMES


@pytest.mark.parametrize(
    ("name", "capability"),
    [
        ("other_invoice_id", "second-customer"),
        ("hidden_invoice_id", "hidden-invoice"),
        ("expendable_invoice_id", "expendable-invoice"),
    ],
)
def test_a_probe_says_that_it_needs_an_invoice_that_may_not_be_given(name: str, capability: str) -> None:
    for probe in probes.by_key().values():
        if name in context_names(probe):
            assert capability in probe.needs, probe.name


@pytest.fixture(params=[None, "collection"], ids=["item alone", "with collection"])
def bare(request: pytest.FixtureRequest) -> Target:
    return target_of(enable=request.param)


def test_a_probe_of_the_other_customer_says_so(bare: Target) -> None:
    for probe in probes.by_key().values():
        layers = [layer for layer in probe.layers if not callable(layer)]
        values = [value for layer in layers for value in layer.values()]
        if any(redaction.OTHER_AUTH_TOKEN in value for value in values if isinstance(value, str)):
            assert not applicable(probe, bare), probe.name


# Requests for each requirement that is judged. Pages have to be walked, and each attribute has to be sorted by:
# requests that no other requirement can use.
MOST_FOR_EACH = {"item alone": 1.25, "with collection": 1.5}


def test_a_minimal_target_needs_few_requests(bare: Target) -> None:
    steps = closure(everything(bare))
    judged = [entry for name, entry in registry().items() if name in claims() and set(entry.needs) <= bare.capabilities]
    collection = "with collection" if "collection" in bare.capabilities else "item alone"
    assert len(steps) <= MOST_FOR_EACH[collection] * len(judged)


def test_only_safe_methods_are_sent_to_what_exists(bare: Target) -> None:
    for step in closure(everything(bare)):
        probe = probes.by_key()[step.probe]
        if probe.method in {"POST", "PUT", "PATCH", "DELETE"}:
            path = probe.path if isinstance(probe.path, str) else ""
            assert "{unknown_id}" in path or "{second_unknown_id}" in path, step.probe
            assert INVOICE_ID not in path
