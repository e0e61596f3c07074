"""The checks of writes: what is accepted, and what is obeyed however it is answered."""

from __future__ import annotations

from typing import Any

import pytest

from conformance.checks import test_writes
from conformance.judge.endings import NotJudged, end_of
from conformance.model.exchange import Exchange
from conformance.observe.repeat import is_stable
from conformance.plan.parameters import can_be_observed_again
from conformance.plan.requests import build_request
from conformance.plan.steps import steps_for
from tests.support.changes import content
from tests.support.exchanges import REMOVED, exchange, lost, refusal
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
        ({"/data/attributes/has-pdf": REMOVED}, "violated"),
        ({"/data/attributes/amount-spent": None}, "violated"),
        ({"/data/attributes": REMOVED}, "violated"),
        # It may have changed by itself.
        ({"/data/attributes/amount-spent": "0.25"}, "passed"),
        ({}, "passed"),
    ],
)
def test_what_is_shown_afterwards_is_as_before(changes: dict[str, Any], expected: str) -> None:
    after = exchange("expendable_item_afterwards", body=content(changes))
    before = exchange("expendable_item", body=content({}))
    assert outcome(CHANGES, expendable_item=before, expendable_item_afterwards=after) == expected
    nothing_written = {"expendable_item": before, "every_write_expendable": (), "expendable_item_afterwards": after}
    assert outcome(CHANGES, **nothing_written) == "not observed"


def test_attributes_that_appear_are_found() -> None:
    before = exchange("expendable_item", body=content({"/data/attributes": REMOVED}))
    assert outcome(CHANGES, expendable_item=before, expendable_item_afterwards=exchange()) == "violated"


@pytest.mark.parametrize(("status", "owner"), [(404, None), (410, None), (403, "ITEM-001")])
def test_an_invoice_that_is_not_there_is_not_the_fault_of_the_server(status: int, owner: str | None) -> None:
    ending = end_of(SUCCEEDS, refusal(status, "expendable_item"), written(200))
    assert isinstance(ending, NotJudged)
    assert ending.owner == owner


@pytest.mark.parametrize(
    ("status", "expected"), [(404, "violated"), (410, "violated"), (429, "not observed"), (500, "not observed")]
)
def test_an_invoice_is_not_lost(status: int, expected: str) -> None:
    assert outcome(CHANGES, expendable_item_afterwards=refusal(status)) == expected
    assert outcome(CHANGES, expendable_item=refusal(404), expendable_item_afterwards=refusal(status)) == "not observed"
