"""Every fault is caught by exactly the requirements that it names; a correct server by none."""

from __future__ import annotations

from collections.abc import Iterable

import pytest

from conformance.judge.suite import checks
from conformance.model.outcome import JUDGED, Judgement, Outcome
from conformance.model.requirements import Level, registry
from conformance.reference.faults import all_faults
from conformance.reference.message import Request
from conformance.reference.server import ReferenceServer
from tests.support import detection, differential

# What only generated requests, or a sweep, find has a test of its own.
FAULTS = {name: fault for name, fault in all_faults().items() if not fault.area.startswith(("generated", "swept"))}


def _observed(judgements: dict[str, Judgement], names: set[str]) -> str:
    return "; ".join(f"{name}: {judgements[name].observed}" for name in sorted(names))


def _sample() -> list[str]:
    """Return a fault of every area that has one which the short way can judge."""
    found: dict[str, str] = {}
    for name, fault in FAULTS.items():
        if not differential.takes_the_full_way(fault):
            found.setdefault(fault.area, name)
    return sorted(found.values())


BOTH_WAYS = frozenset(_sample())
RECURRING = frozenset(name for name, fault in FAULTS.items() if detection.REPEAT in fault.needs)
# What leaves little to see of others in the same server.
HIDING = frozenset({"if-none-match-ignored", "json-text-before"})
# Requirements of which several faults in one server may be reported: that answers to one request differ.
SHARED = frozenset({"ROB-013"})


def _packed(names: Iterable[str], most: int) -> list[tuple[str, ...]]:
    """Return faults in groups, of at ``most`` so many, that no requirement but the shared ones reports twice."""
    groups: list[list[str]] = []
    for name in sorted(names):
        for group in groups:
            if len(group) < most and not _reporting([name]) & _reporting(group) - SHARED:
                group.append(name)
                break
        else:
            groups.append([name])
    return [tuple(group) for group in groups]


def _packed_by_needs(names: Iterable[str]) -> list[tuple[str, ...]]:
    """Return faults in groups, all of one group with the same needs: what one of them needs costs requests."""
    by_needs: dict[frozenset[str], list[str]] = {}
    for name in sorted(set(names) - HIDING):
        by_needs.setdefault(FAULTS[name].needs, []).append(name)
    packed = [group for alike in by_needs.values() for group in _packed(alike, 4)]
    return packed + [(name,) for name in sorted(HIDING.intersection(names))]


def _reporting(names: Iterable[str]) -> frozenset[str]:
    return frozenset().union(*({*FAULTS[name].caught_by, *FAULTS[name].also} for name in names))


def pytest_generate_tests(metafunc: pytest.Metafunc) -> None:
    """Judge what recurs together: each such server is asked for everything many times. With ``--full`` one by one."""
    full = metafunc.config.getoption("full")
    if "names" in metafunc.fixturenames:
        metafunc.parametrize("names", _packed(RECURRING, 6), ids="+".join)
    elif "together" in metafunc.fixturenames:
        metafunc.parametrize("together", _packed_by_needs(BOTH_WAYS), ids="+".join)
    elif "name" in metafunc.fixturenames:
        by_name = sorted(FAULTS if full else FAULTS.keys() - RECURRING)
        ordered = sorted(by_name, key=_needs)
        metafunc.parametrize("name", ordered)


def _needs(name: str) -> list[str]:
    """Return what decides where a fault comes: those with equal needs together, as they have one clean run."""
    return sorted(detection.capabilities_for([FAULTS[name]]))


def test_faults_that_recur_are_caught_by_exactly_what_they_name(names: tuple[str, ...]) -> None:
    judgements = differential.judge_repeatedly([FAULTS[name] for name in names])
    found = detection.caught(judgements)
    missing = {name: sorted(FAULTS[name].caught_by - set(found)) for name in names}
    assert not any(missing.values()), missing
    assert not set(found) - _reporting(names), _observed(found, set(found) - _reporting(names))
    assert not [each.reason for each in judgements if each.outcome is Outcome.ERROR]


def test_every_fault_that_recurs_is_judged() -> None:
    assert {name for names in _packed(RECURRING, 6) for name in names} == RECURRING


def test_a_fault_is_caught_by_exactly_what_it_names(name: str, request: pytest.FixtureRequest) -> None:
    fault = FAULTS[name]
    short = None if request.config.getoption("full") else differential.judge(fault)
    judgements = detection.judge([fault]) if short is None else short
    found = detection.caught(judgements)
    missing = set(fault.caught_by) - set(found)
    unexpected = set(found) - set(fault.caught_by) - set(fault.also)
    errors = [judgement.reason for judgement in judgements if judgement.outcome is Outcome.ERROR]
    assert not missing, f"not caught by {sorted(missing)}"
    assert not unexpected, f"also caught by {_observed(found, unexpected)}"
    assert not errors, errors[0]


def test_both_ways_of_judging_agree(together: tuple[str, ...]) -> None:
    """The short way finds what a fault names, as the test above shows; so does judging everything on connections."""
    found = detection.caught(detection.judge([FAULTS[name] for name in together])).keys()
    assert not frozenset().union(*(FAULTS[name].caught_by for name in together)) - found
    assert not found - _reporting(together)


def test_every_area_has_a_fault_that_is_judged_both_ways() -> None:
    short = {fault.area for fault in FAULTS.values() if not differential.takes_the_full_way(fault)}
    assert {FAULTS[name].area for name in BOTH_WAYS} == short
    assert len(short) > 40


@pytest.mark.parametrize(
    "capabilities",
    [
        detection.EVERYTHING,
        *(detection.EVERYTHING - {capability} for capability in sorted(detection.EVERYTHING)),
        frozenset(),
    ],
    ids=lambda capabilities: "with " + (" ".join(sorted(capabilities)) or "nothing"),
)
def test_nothing_is_found_on_a_correct_server(capabilities: frozenset[str]) -> None:
    judgements = differential.judge_correct(capabilities)
    wrong = [judgement for judgement in judgements if judgement.outcome in detection.CAUGHT | {Outcome.ERROR}]
    assert not wrong, [(judgement.requirement, judgement.observed or judgement.reason) for judgement in wrong]
    assert any(judgement.outcome is Outcome.PASSED for judgement in judgements)


def test_one_invoice_is_enough_and_judged_by_few_requests() -> None:
    received: list[Request] = []
    with ReferenceServer() as server:
        server.api.on_request(received.append)
        given = detection.settings_for(server)
        judgements = detection.judge_target(
            server.base_url, {"auth_token": given["auth_token"], "invoice_id": given["invoice_id"][:1]}
        )
    assert not detection.caught(judgements)
    assert len(received) <= 1.25 * len({each.requirement for each in judgements if each.outcome in JUDGED})


def test_every_binding_requirement_that_is_judged_has_a_fault() -> None:
    """A check that no fault trips could be empty, and nobody would notice."""
    with_fault = {name for fault in all_faults().values() for name in fault.caught_by}
    judged = {check.requirement for check in checks()}
    without = sorted(name for name in judged - with_fault if registry()[name].level in {Level.MUST, Level.SHOULD})
    assert not without, f"no fault names {', '.join(without)}"


def test_faults_name_requirements_of_the_registry() -> None:
    unknown = {name: sorted({*fault.caught_by, *fault.also} - set(registry())) for name, fault in all_faults().items()}
    assert not {name: ids for name, ids in unknown.items() if ids}
