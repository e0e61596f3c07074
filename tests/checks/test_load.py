"""The checks of several requests on one connection and of many at once."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from conformance.checks import test_connections, test_load
from conformance.model.exchange import Exchange
from tests.support.changes import altered, content, shown
from tests.support.correct import answers
from tests.support.exchanges import INVOICE_ID, lost, refusal
from tests.support.judged import outcome

# Several requests on one connection.

MESSAGES = {name: answers()[name] for name in ("if_none_match_any", "item_head", "item_without_token", "item")}
LISTED = list(MESSAGES.values())


def pipelined(*answers: Exchange, **parts: Any) -> Exchange:
    first, *rest = (each.answer for each in answers)
    return replace(shown("turns"), answer=first, later=tuple(each for each in rest if each), **parts)


@pytest.mark.parametrize(
    ("answers", "expected"),
    [
        (LISTED, "passed"),
        ([*LISTED[:2], LISTED[3]], "violated"),
        ([*LISTED[:2], shown(), LISTED[3]], "violated"),
        ([*LISTED[:3], shown(document={"/data/attributes/reference": "another"})], "violated"),
        (LISTED[:2], "violated"),
        ([*LISTED[:2], refusal(401, headers={"Connection": "close"})], "passed"),
        ([*LISTED[:2], refusal(401, version="1.0")], "passed"),
        ([*LISTED[:2], refusal(401, version="1.0", headers={"Connection": "Keep-Alive"})], "violated"),
        # Other content of the same length is the invoice at another time.
        ([*LISTED[:3], shown(document={"/data/attributes/reference": "99"})], "passed"),
        # So is the same invoice with a longer meta.
        ([*LISTED[:3], shown(document={"/meta": {"took": "0.001 s"}})], "passed"),
        # The same content in another coding; content that was cut off has another owner.
        ([*LISTED[:3], shown(wire_length=7)], "passed"),
        ([*LISTED[:3], shown(body=b"{", incomplete="the message is not complete")], "passed"),
        *(([*LISTED[:2], refusal(status)], "not observed") for status in (429, 503, 308)),
    ],
)
def test_answers_stay_in_step(answers: list[Exchange], expected: str) -> None:
    check = test_connections.test_answers_on_one_connection_stay_in_step
    assert outcome(check, turns=pipelined(*answers)) == expected


SHARED = answers()["shared_connection_of_two_customers"]
INCLUDED = altered(answers()["other_item_of_owner"], body={**answers()["other_item_of_owner"].document, "included": []})


@pytest.mark.parametrize(
    ("number", "answered", "expected"),
    [
        (0, answers()["item"], "passed"),
        (0, answers()["other_item_of_owner"], "violated"),
        (0, refusal(404), "violated"),
        (1, answers()["other_item_of_owner"], "passed"),
        (1, answers()["item"], "violated"),
        (1, refusal(404), "violated"),
        (1, INCLUDED, "violated"),
        (1, refusal(429), "not observed"),
        (1, refusal(500), "not observed"),
    ],
)
def test_customers_on_one_connection(number: int, answered: Exchange, expected: str) -> None:
    """The second customer begins, so that the first of the ``later`` answers is that of the first customer."""
    check = test_connections.test_customers_that_share_a_connection_get_their_own
    assert answered.answer
    later = (*SHARED.later[:number], answered.answer, *SHARED.later[number + 1 :])
    assert outcome(check, shared_connection_of_two_customers=replace(SHARED, later=later)) == expected


@pytest.mark.parametrize("counterpart", MESSAGES)
def test_what_is_not_answered_completely_by_itself_is_not_judged(counterpart: str) -> None:
    check = test_connections.test_answers_on_one_connection_stay_in_step
    for broken in (
        lost(counterpart),
        replace(MESSAGES[counterpart], answer=pipelined(shown(incomplete="closed")).answer),
    ):
        assert outcome(check, turns=pipelined(*LISTED[:2]), **{counterpart: broken}) == "not observed"


@pytest.mark.parametrize("counterpart", ["if_none_match_any", "item_head"])
def test_content_where_none_may_be_has_an_owner(counterpart: str) -> None:
    check = test_connections.test_answers_on_one_connection_stay_in_step
    assert outcome(check, turns=pipelined(*LISTED[:2])) == "violated"
    longer = altered(MESSAGES[counterpart], unsolicited=b"{}")
    assert outcome(check, turns=pipelined(*LISTED[:2]), **{counterpart: longer}) == "not observed"


def test_content_behind_another_answer_has_no_owner_here() -> None:
    check = test_connections.test_answers_on_one_connection_stay_in_step
    longer = refusal(401, unsolicited=b"{}")
    assert outcome(check, turns=pipelined(*LISTED[:2]), item_without_token=longer) == "violated"


def test_a_connection_without_any_answer_is_found() -> None:
    check = test_connections.test_answers_on_one_connection_stay_in_step
    assert outcome(check, turns=lost("turns")) == "violated"


# Load.


def burst(*answers: Exchange) -> tuple[Exchange, ...]:
    return (shown("burst"), *answers)


def test_a_burst_is_survived() -> None:
    check = test_load.test_a_burst_is_survived
    assert outcome(check, every_burst=burst(refusal(500))) == "violated"
    assert outcome(check, every_burst=burst(lost("burst"))) == "violated"
    assert outcome(check, every_burst=burst(refusal(429))) == "passed"


@pytest.mark.parametrize(
    ("answer", "expected"),
    [
        (shown("burst"), "passed"),
        (refusal(500), "passed"),
        (refusal(404), "violated"),
        (shown("burst", document={"/data/id": INVOICE_ID[::-1]}), "violated"),
        (shown("burst", headers={"ETag": '"another"'}), "violated"),
    ],
)
def test_parallel_requests_get_the_same_invoice(answer: Exchange, expected: str) -> None:
    assert outcome(test_load.test_parallel_requests_get_the_same_invoice, every_burst=burst(answer)) == expected


def test_where_one_request_alone_is_not_answered_nothing_is_judged() -> None:
    for check, answer in (
        (test_load.test_a_burst_is_survived, refusal(500)),
        (test_load.test_parallel_requests_get_the_same_invoice, refusal(404)),
    ):
        assert outcome(check, every_burst=burst(answer)) == "violated"
        assert outcome(check, item=refusal(404), every_burst=burst(answer)) == "not observed"
    check, changing = test_load.test_parallel_requests_get_the_same_invoice, content({"/data/id": INVOICE_ID[::-1]})
    assert outcome(check, item_again=shown(body=changing), every_burst=burst(shown(body=changing))) == "not observed"


def test_parallel_requests_get_no_other_invoice() -> None:
    check = test_load.test_parallel_requests_get_the_same_invoice
    other = "3f1f6f1c-3d1c-4e5c-9b57-0e3d8a1f2b4c"
    changed = content({"/data/id": other, "/data/attributes/reference": "changed"})
    for body, expected in ((changed, "passed"), (content({}), "violated")):
        answers = burst(replace(shown("burst", body=body), invoice_id=other))
        known = (shown("item"), replace(shown("item"), invoice_id=other))
        assert outcome(check, every_item=known, every_burst=answers) == expected
        assert outcome(check, every_item=known[:1], every_burst=answers) == "passed"


def test_parallel_requests_are_answered_in_time() -> None:
    check = test_load.test_parallel_requests_are_answered_in_time
    slow = [shown("burst", elapsed=2.0), shown("burst", elapsed=2.0)]
    assert outcome(check, every_burst=burst(*slow), max_latency=1.0) == "violated"
    assert outcome(check, every_burst=burst(*slow), max_latency=3.0) == "passed"
    late = shown("burst", headers={"X-Runtime": "2.000000"})
    assert outcome(check, every_burst=(late, late), max_latency=1.0) == "violated"
    assert outcome(check, every_burst=burst(*slow), max_latency=2.0) == "passed"
    assert outcome(check, every_burst=(late, late), max_latency=2.0) == "passed"
    # What failed, or got no answer, shows nothing about the time.
    others = (lost("burst", elapsed=9.0), refusal(500, elapsed=9.0), refusal(429, elapsed=9.0))
    assert outcome(check, every_burst=burst(*others), max_latency=1.0) == "passed"
    assert outcome(check, every_burst=others, max_latency=1.0) == "not observed"
    # One of twenty may be slow, and no second one.
    assert outcome(check, every_burst=(*slow, *[shown("burst", elapsed=0.1)] * 18), max_latency=1.0) == "violated"
    assert outcome(check, every_burst=(slow[0], *[shown("burst", elapsed=0.1)] * 19), max_latency=1.0) == "passed"


@pytest.mark.parametrize(("pause", "expected"), [(1.9, "passed"), (2.0, "not observed")])
def test_requests_that_follow_each_other_are_not_a_load(pause: float, expected: str) -> None:
    start = datetime(2026, 1, 1, tzinfo=UTC)
    answers = [shown("burst", elapsed=2.0, started=start + timedelta(seconds=number * pause)) for number in (2, 0, 1)]
    for check in (
        test_load.test_a_burst_is_survived,
        test_load.test_parallel_requests_get_the_same_invoice,
        test_load.test_parallel_requests_are_answered_in_time,
    ):
        assert outcome(check, every_burst=tuple(answers), max_latency=3.0) == expected
