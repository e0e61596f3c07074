"""What blocks: only what fails in the same run; nothing that was not judged passes silently."""

from __future__ import annotations

from dataclasses import replace

import pytest

from conformance.model.blocked import settled
from conformance.model.exchange import Doubt
from conformance.model.outcome import Judgement, Outcome
from conformance.model.verdict import Verdict, decide
from tests.model.test_verdict import REGISTRY


def blocked(requirement: str, owner: str) -> Judgement:
    return Judgement(requirement, Outcome.BLOCKED, f"{requirement}::test", "it is missing", owner=owner)


def judged(requirement: str, outcome: Outcome, doubt: str = "") -> Judgement:
    return Judgement(requirement, outcome, f"{requirement}::test", doubt=doubt)


def verdict_of(*judgements: Judgement) -> Verdict:
    return decide(judgements, REGISTRY)


@pytest.mark.parametrize("outcome", [Outcome.FAILED, Outcome.WARNED, Outcome.NOTED, Outcome.WAIVED, Outcome.ERROR])
def test_what_fails_blocks(outcome: Outcome) -> None:
    verdict = verdict_of(blocked("AAA-001", "AAA-002"), judged("AAA-002", outcome))
    assert verdict.outcomes["AAA-001"] is Outcome.BLOCKED
    assert verdict.blocked == {"AAA-001": "AAA-002"}
    assert not verdict.holes


@pytest.mark.parametrize("outcome", [Outcome.PASSED, Outcome.NOT_APPLICABLE, Outcome.INCONCLUSIVE])
def test_what_does_not_fail_leaves_a_hole(outcome: Outcome) -> None:
    verdict = verdict_of(blocked("AAA-001", "AAA-002"), judged("AAA-002", outcome), judged("BBB-001", Outcome.PASSED))
    assert verdict.outcomes["AAA-001"] is Outcome.INCONCLUSIVE
    assert verdict.exit_code == 5
    assert "AAA-002" in verdict.inconclusive["AAA-001"].reason


def test_a_blocked_variant_is_a_hole_beside_one_that_passes() -> None:
    found = verdict_of(
        blocked("AAA-001", "AAA-002"), judged("AAA-001", Outcome.PASSED), judged("AAA-002", Outcome.PASSED)
    )
    assert found.outcomes["AAA-001"] is Outcome.INCONCLUSIVE
    found = verdict_of(
        blocked("AAA-001", "AAA-002"), judged("AAA-001", Outcome.PASSED), judged("AAA-002", Outcome.FAILED)
    )
    assert found.outcomes["AAA-001"] is Outcome.PASSED


@pytest.mark.parametrize(
    ("owner", "expected"), [(Outcome.FAILED, Outcome.BLOCKED), (Outcome.PASSED, Outcome.NOT_OFFERED)]
)
def test_what_is_lawful_unless_another_fails_is_not_offered_then(owner: Outcome, expected: Outcome) -> None:
    unjudged = replace(blocked("AAA-001", "AAA-002"), outcome=Outcome.NOT_OFFERED)
    verdict = verdict_of(unjudged, judged("AAA-002", owner), judged("BBB-001", Outcome.PASSED))
    assert verdict.outcomes["AAA-001"] is expected
    assert not verdict.holes


def test_what_was_not_selected_blocks_nothing() -> None:
    assert verdict_of(blocked("AAA-001", "AAA-002")).exit_code == 5


def test_what_the_owner_is_not_offered_it_is_not_either() -> None:
    verdict = verdict_of(blocked("AAA-001", "AAA-002"), judged("AAA-002", Outcome.NOT_OFFERED))
    assert verdict.outcomes["AAA-001"] is Outcome.NOT_OFFERED


def test_what_blocks_may_be_blocked() -> None:
    chain = [blocked("AAA-001", "AAA-002"), blocked("AAA-002", "BBB-001")]
    assert verdict_of(*chain, judged("BBB-001", Outcome.WARNED)).outcomes["AAA-001"] is Outcome.BLOCKED
    assert verdict_of(*chain, judged("BBB-001", Outcome.PASSED)).outcomes["AAA-001"] is Outcome.INCONCLUSIVE


def test_what_blocks_itself_is_inconclusive() -> None:
    found = settled([blocked("AAA-001", "AAA-002"), blocked("AAA-002", "AAA-001")])
    assert [each.outcome for each in found] == [Outcome.INCONCLUSIVE] * 2


def test_the_verdict_says_what_to_do() -> None:
    verdict = verdict_of(judged("AAA-001", Outcome.INCONCLUSIVE, Doubt.LIMIT), judged("AAA-002", Outcome.PASSED))
    assert verdict.exit_code == 5
    assert verdict.sentence == (
        "inconclusive: 1 requirement could not be judged, as the target limits requests: "
        "run again with --rate-limit, or with --concurrency=1"
    )


def test_the_most_frequent_reason_comes_first() -> None:
    doubts = {"AAA-001": Doubt.LOST, "AAA-002": Doubt.LIMIT, "BBB-001": Doubt.LIMIT}
    found = [judged(name, Outcome.INCONCLUSIVE, doubt) for name, doubt in doubts.items()]
    sentence = decide(found, REGISTRY, fail_on=REGISTRY["BBB-001"].level).sentence
    assert "3 requirements could not be judged" in sentence
    assert "--rate-limit" in sentence
    assert "stays up" not in sentence


def test_a_limit_on_what_makes_no_run_fail_is_not_a_hole() -> None:
    found = [judged("BBB-001", Outcome.INCONCLUSIVE, Doubt.LIMIT), judged("AAA-002", Outcome.PASSED)]
    assert verdict_of(*found).exit_code == 0
    assert decide(found, REGISTRY, fail_on=REGISTRY["BBB-001"].level).exit_code == 5
