"""The gate: one rule from outcomes to the verdict, which exit code, terminal and JUnit report all show."""

from __future__ import annotations

from itertools import pairwise
from typing import Any

import pytest

from conformance.judge.api import Violation
from conformance.model.outcome import ExitCode, Judgement, Outcome, outcome_of_violation, worst
from conformance.model.requirements import Level, Requirement
from conformance.model.verdict import Verdict, decide

LEVELS = {"AAA-001": Level.MUST, "AAA-002": Level.MUST, "BBB-001": Level.SHOULD, "CCC-001": Level.MAY}
REGISTRY = {
    name: Requirement(name, "It holds.", level, "http", "RFC 9110", None, (), "1.0", None)
    for name, level in LEVELS.items()
}


def verdict_of(*judged: tuple[str, Outcome], fail_on: Level = Level.MUST) -> Verdict:
    judgements = [Judgement(name, outcome, f"{name}::test") for name, outcome in judged]
    return decide(judgements, REGISTRY, fail_on=fail_on)


@pytest.mark.parametrize(
    ("judged", "code", "sentence"),
    [
        ([("AAA-001", Outcome.PASSED)], ExitCode.CONFORMS, "conforms"),
        ([("AAA-001", Outcome.PASSED), ("BBB-001", Outcome.WARNED)], ExitCode.CONFORMS, "conforms"),
        ([("CCC-001", Outcome.NOTED)], ExitCode.CONFORMS, "conforms"),
        ([("AAA-001", Outcome.WAIVED)], ExitCode.CONFORMS, "conforms, with 1 requirement waived"),
        (
            [("AAA-001", Outcome.FAILED), ("BBB-001", Outcome.WARNED)],
            ExitCode.DOES_NOT_CONFORM,
            "does not conform: 1 MUST requirement failed",
        ),
        (
            [("AAA-001", Outcome.FAILED), ("AAA-002", Outcome.FAILED), ("AAA-002", Outcome.FAILED)],
            ExitCode.DOES_NOT_CONFORM,
            "does not conform: 2 MUST requirements failed",
        ),
        ([], ExitCode.INCONCLUSIVE, "inconclusive: nothing was judged"),
        ([("AAA-001", Outcome.NOT_OFFERED)], ExitCode.INCONCLUSIVE, "inconclusive: nothing was judged"),
        ([("AAA-001", Outcome.NOT_APPLICABLE)], ExitCode.INCONCLUSIVE, "inconclusive: nothing was judged"),
        (
            [("AAA-001", Outcome.ERROR), ("AAA-002", Outcome.FAILED)],
            ExitCode.SUITE_ERROR,
            "no verdict: the suite itself failed on 1 requirement",
        ),
        (
            [("AAA-001", Outcome.PASSED), ("ZZZ-999", Outcome.ERROR)],
            ExitCode.SUITE_ERROR,
            "no verdict: the suite itself failed on 1 requirement",
        ),
    ],
)
def test_the_gate(judged: list[tuple[str, Outcome]], code: ExitCode, sentence: str) -> None:
    verdict = verdict_of(*judged)
    assert (verdict.exit_code, verdict.sentence) == (code, sentence)


@pytest.mark.parametrize(
    ("judged", "code", "sentence"),
    [
        (
            [("BBB-001", Outcome.WARNED)],
            ExitCode.DOES_NOT_CONFORM,
            "does not conform: 1 SHOULD requirement failed",
        ),
        (
            [("AAA-001", Outcome.FAILED), ("BBB-001", Outcome.WARNED)],
            ExitCode.DOES_NOT_CONFORM,
            "does not conform: 1 MUST requirement failed, 1 SHOULD requirement failed",
        ),
        ([("CCC-001", Outcome.NOTED)], ExitCode.CONFORMS, "conforms"),
    ],
)
def test_the_gate_for_a_should(judged: list[tuple[str, Outcome]], code: ExitCode, sentence: str) -> None:
    verdict = verdict_of(*judged, fail_on=Level.SHOULD)
    assert (verdict.exit_code, verdict.sentence) == (code, sentence)


def test_the_worst_outcome_of_several_checks_counts() -> None:
    order = list(Outcome)
    assert order[0] is Outcome.ERROR
    for first, second in pairwise(order):
        assert worst([second, first]) is first
    verdict = verdict_of(("AAA-001", Outcome.PASSED), ("AAA-001", Outcome.NOT_OFFERED), ("AAA-001", Outcome.FAILED))
    assert verdict.outcomes == {"AAA-001": Outcome.FAILED}
    assert verdict_of(("AAA-001", Outcome.NOT_OFFERED), ("AAA-001", Outcome.PASSED)).of(Outcome.PASSED)


@pytest.mark.parametrize(
    ("level", "outcome"),
    [(Level.MUST, Outcome.FAILED), (Level.SHOULD, Outcome.WARNED), (Level.MAY, Outcome.NOTED)],
)
def test_the_level_decides_what_a_violation_is(level: Level, outcome: Outcome) -> None:
    assert outcome_of_violation(level) is outcome


def test_requirements_are_listed_in_the_order_of_the_registry() -> None:
    verdict = verdict_of(("BBB-001", Outcome.PASSED), ("AAA-002", Outcome.PASSED), ("AAA-001", Outcome.PASSED))
    assert [entry.id for entry in verdict.of(Outcome.PASSED)] == ["AAA-001", "AAA-002", "BBB-001"]
    assert [entry.id for entry in verdict.of(Outcome.PASSED, level=Level.MUST)] == ["AAA-001", "AAA-002"]
    assert [entry.id for entry in verdict.of(Outcome.PASSED, source="http")] == ["AAA-001", "AAA-002", "BBB-001"]
    assert verdict.of(Outcome.PASSED, source="json") == []


def test_a_judgement_crosses_process_borders() -> None:
    judgement = Judgement("AAA-001", Outcome.FAILED, "a::b", "", "this", "that", "b", {"answer": ["HTTP/1.1 200 OK"]})
    sent = judgement.to_dict()
    received = Judgement.from_dict(sent)
    assert received == judgement
    # An outcome is recognised by identity; what is sent may be no more than plain data.
    assert type(sent["outcome"]) is str
    assert received.outcome is Outcome.FAILED


def test_a_violation_names_both_sides() -> None:
    assert str(Violation("this", "that")) == "expected this; observed that"


def test_what_ci_relies_on_has_its_documented_value() -> None:
    codes = {code.name: int(code) for code in ExitCode}
    assert codes == {
        "CONFORMS": 0,
        "DOES_NOT_CONFORM": 1,
        "SUITE_ERROR": 3,
        "USAGE": 4,
        "INCONCLUSIVE": 5,
        "UNREACHABLE": 6,
    }
    names = [
        "error",
        "failed",
        "warned",
        "noted",
        "waived",
        "inconclusive",
        "passed",
        "blocked",
        "not offered",
        "not applicable",
    ]
    assert [str(outcome) for outcome in Outcome] == names


@pytest.mark.parametrize(
    ("parts", "line"),
    [
        ({}, ""),
        ({"reason": "none"}, "none"),
        ({"expected": "this", "observed": "that"}, "expected this; observed that"),
        ({"expected": "this", "reason": "known"}, "expected this; observed ; known"),
        ({"observed": "that"}, "expected ; observed that"),
    ],
)
def test_a_judgement_has_a_summary_in_one_line(parts: dict[str, Any], line: str) -> None:
    assert Judgement("AAA-001", Outcome.FAILED, "a::b", **parts).summary == line
