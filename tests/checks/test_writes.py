"""The checks of writes: what is accepted, and what is obeyed however it is answered."""

from __future__ import annotations

from typing import Any

import pytest

from conformance.checks import test_writes
from conformance.model.exchange import Exchange
from conformance.observe.repeat import is_stable
from conformance.plan.parameters import can_be_observed_again
from conformance.plan.requests import build_request
from conformance.plan.steps import steps_for
from tests.support.changes import content
from tests.support.exchanges import exchange, lost, refusal
from tests.support.judged import outcome
from tests.support.targets import target_of

# What is sent once, whatever is found.
WRITES = ("expendable_item", "write_expendable", "expendable_item_afterwards")
SUCCEEDS = test_writes.test_no_write_to_an_invoice_succeeds
CHANGES = test_writes.test_writes_to_an_invoice_change_nothing


def test_what_may_have_been_lost_is_not_asked_for_again() -> None:
    target = target_of(expendable_invoice_id="z")
    steps = [step for name in WRITES for step in steps_for(name, target)]
    assert len(steps) == 7
    assert not can_be_observed_again(steps)
    assert not any(is_stable(step.probe, build_request(step, target, {})) for step in steps)


def written(status: int) -> Exchange:
    return exchange("write_expendable[PATCH]", status, method="PATCH")


@pytest.mark.parametrize(
    ("answer", "expected"),
    [
        (written(200), "violated"),
        (written(202), "violated"),
        (written(204), "violated"),
        (refusal(405, "write_expendable[PATCH]"), "passed"),
        (refusal(500, "write_expendable[PATCH]"), "passed"),
        (lost("write_expendable[PATCH]"), "not observed"),
    ],
)
def test_a_write_is_refused(answer: Exchange, expected: str) -> None:
    assert outcome(SUCCEEDS, write_expendable=answer) == expected
    assert outcome(SUCCEEDS, write_expendable=answer, expendable_item=refusal(404)) == "not observed"


@pytest.mark.parametrize(
    ("changes", "expected"),
    [
        ({"/data/attributes/reference": "conformance"}, "violated"),
        ({"/data/relationships/account/data": None}, "violated"),
        ({}, "passed"),
    ],
)
def test_what_is_shown_afterwards_is_as_before(changes: dict[str, Any], expected: str) -> None:
    after = exchange("expendable_item_afterwards", body=content(changes))
    before = exchange("expendable_item", body=content({}))
    assert outcome(CHANGES, expendable_item=before, expendable_item_afterwards=after) == expected


@pytest.mark.parametrize(("status", "expected"), [(404, "violated"), (410, "violated"), (429, "not observed")])
def test_an_invoice_is_not_lost(status: int, expected: str) -> None:
    assert outcome(CHANGES, expendable_item_afterwards=refusal(status)) == expected
    assert outcome(CHANGES, expendable_item=refusal(404), expendable_item_afterwards=refusal(status)) == "not observed"
