"""Every fault is caught by exactly the requirements that it names; a correct server by none."""

from __future__ import annotations

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


@pytest.mark.parametrize("name", sorted(FAULTS))
def test_a_fault_is_caught_by_exactly_what_it_names(name: str, request: pytest.FixtureRequest) -> None:
    fault = FAULTS[name]
    judgements = None if request.config.getoption("full") else differential.judge(fault)
    if judgements is None:
        judgements = detection.judge([fault])
    found = detection.caught(judgements)
    missing = set(fault.caught_by) - set(found)
    unexpected = set(found) - set(fault.caught_by) - set(fault.also)
    errors = [judgement.reason for judgement in judgements if judgement.outcome is Outcome.ERROR]
    assert not missing, f"not caught by {sorted(missing)}"
    assert not unexpected, f"also caught by {_observed(found, unexpected)}"
    assert not errors, errors[0]


@pytest.mark.parametrize("name", _sample())
def test_both_ways_of_judging_a_fault_agree(name: str) -> None:
    short = differential.judge(FAULTS[name])
    assert short is not None
    full = detection.judge([FAULTS[name]])
    # A requirement that sees nothing of the fault is not judged on the short way.
    assert detection.caught(short).keys() == detection.caught(full).keys()
    by_requirement = {(each.requirement, each.outcome) for each in full}
    assert {(each.requirement, each.outcome) for each in short} <= by_requirement


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
    with ReferenceServer() as server:
        judgements = detection.judge_target(server.base_url, detection.settings_for(server, capabilities))
    wrong = [judgement for judgement in judgements if judgement.outcome in detection.CAUGHT | {Outcome.ERROR}]
    assert not wrong, [(judgement.requirement, judgement.observed or judgement.reason) for judgement in wrong]
    assert any(judgement.outcome is Outcome.PASSED for judgement in judgements)


def test_one_invoice_is_enough_and_judged_by_fewer_requests_than_requirements() -> None:
    received: list[Request] = []
    with ReferenceServer() as server:
        server.api.on_request(received.append)
        given = detection.settings_for(server)
        judgements = detection.judge_target(
            server.base_url, {"auth_token": given["auth_token"], "invoice_id": given["invoice_id"][:1]}
        )
    assert not detection.caught(judgements)
    assert len(received) < len({each.requirement for each in judgements if each.outcome in JUDGED})


def test_every_binding_requirement_that_is_judged_has_a_fault() -> None:
    """A check that no fault trips could be empty, and nobody would notice."""
    with_fault = {name for fault in all_faults().values() for name in fault.caught_by}
    judged = {check.requirement for check in checks()}
    without = sorted(name for name in judged - with_fault if registry()[name].level in {Level.MUST, Level.SHOULD})
    assert not without, f"no fault names {', '.join(without)}"


def test_faults_name_requirements_of_the_registry() -> None:
    unknown = {name: sorted({*fault.caught_by, *fault.also} - set(registry())) for name, fault in all_faults().items()}
    assert not {name: ids for name, ids in unknown.items() if ids}
