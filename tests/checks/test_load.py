"""The checks of several requests on one connection and of many at once."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from functools import partial
from typing import Any

import pytest

from conformance.checks import test_connections, test_load
from conformance.model.exchange import Exchange
from tests.support.exchanges import INVOICE_ID, document, exchange, refusal
from tests.support.judged import lost, said_by

said: Callable[..., str] = partial(said_by, usual={})

# Several requests on one connection.

TURNS: dict[str, Exchange] = {
    "if_none_match_any": exchange("if_none_match_any", 304),
    "item_head": exchange("item_head", method="HEAD"),
    "item_without_token": refusal(401, "item_without_token"),
    "item": exchange(),
}
LISTED = list(TURNS.values())


def turns(*answers: Exchange, **parts: Any) -> Exchange:
    first, *rest = (each.answer for each in answers)
    return replace(exchange("turns"), answer=first, later=tuple(each for each in rest if each), **parts)


@pytest.mark.parametrize(
    ("answers", "expected"),
    [
        (LISTED, "passed"),
        ([*LISTED[:2], LISTED[3]], "violated"),
        ([*LISTED[:2], exchange(), LISTED[3]], "violated"),
        ([*LISTED[:3], exchange(body=document({"/data/attributes/reference": "another"}))], "violated"),
        (LISTED[:2], "violated"),
        ([*LISTED[:2], refusal(401, headers={"Connection": "close"})], "passed"),
        ([*LISTED[:2], refusal(401, version="1.0")], "passed"),
        ([*LISTED[:2], refusal(401, version="1.0", headers={"Connection": "Keep-Alive"})], "violated"),
        # Other content of the same length is the invoice at another time.
        ([*LISTED[:3], exchange(body=document({"/data/attributes/reference": "99"}))], "passed"),
        # So is the same invoice with a longer meta.
        ([*LISTED[:3], exchange(body=document({"/meta": {"took": "0.001 s"}}))], "passed"),
        # The same content in another coding; content that was cut off has another owner.
        ([*LISTED[:3], exchange(wire_length=7)], "passed"),
        ([*LISTED[:3], exchange(body=b"{", incomplete="the message is not complete")], "passed"),
        *(([*LISTED[:2], refusal(status)], "not observed") for status in (429, 503)),
    ],
)
def test_answers_stay_in_step(answers: list[Exchange], expected: str) -> None:
    check = test_connections.test_answers_on_one_connection_stay_in_step
    assert said_by(check, TURNS, turns=turns(*answers)) == expected


@pytest.mark.parametrize("twin", TURNS)
def test_what_is_not_answered_completely_by_itself_is_not_judged(twin: str) -> None:
    check = test_connections.test_answers_on_one_connection_stay_in_step
    for broken in (lost(twin), replace(TURNS[twin], answer=turns(exchange(incomplete="closed")).answer)):
        assert said_by(check, TURNS, turns=turns(*LISTED[:2]), **{twin: broken}) == "not observed"


@pytest.mark.parametrize("twin", ["if_none_match_any", "item_head"])
def test_content_where_none_may_be_has_an_owner(twin: str) -> None:
    check = test_connections.test_answers_on_one_connection_stay_in_step
    assert said_by(check, TURNS, turns=turns(*LISTED[:2])) == "violated"
    longer = turns(exchange(twin, TURNS[twin].status, method="HEAD", excess=b"{}")).answer
    assert said_by(check, TURNS, turns=turns(*LISTED[:2]), **{twin: replace(TURNS[twin], answer=longer)}) == (
        "not observed"
    )


def test_content_behind_another_answer_has_no_owner_here() -> None:
    check = test_connections.test_answers_on_one_connection_stay_in_step
    longer = refusal(401, excess=b"{}")
    assert said_by(check, TURNS, turns=turns(*LISTED[:2]), item_without_token=longer) == "violated"


def test_a_connection_without_any_answer_is_found() -> None:
    check = test_connections.test_answers_on_one_connection_stay_in_step
    assert said_by(check, TURNS, turns=lost("turns")) == "violated"


# Load.


def burst(*answers: Exchange) -> tuple[Exchange, ...]:
    return (exchange("burst"), *answers)


def test_a_burst_is_survived() -> None:
    check = test_load.test_a_burst_is_survived
    assert said(check, every_burst=burst(refusal(500))) == "violated"
    assert said(check, every_burst=burst(lost("burst"))) == "violated"
    assert said(check, every_burst=burst(refusal(429))) == "passed"


@pytest.mark.parametrize(
    ("answer", "expected"),
    [
        (exchange("burst"), "passed"),
        (refusal(500), "passed"),
        (refusal(404), "violated"),
        (exchange("burst", body=document({"/data/id": INVOICE_ID[::-1]})), "violated"),
        (exchange("burst", headers={"ETag": '"another"'}), "violated"),
    ],
)
def test_parallel_requests_get_the_same_invoice(answer: Exchange, expected: str) -> None:
    assert said(test_load.test_parallel_requests_get_the_same_invoice, every_burst=burst(answer)) == expected


def test_where_one_request_alone_is_not_answered_nothing_is_judged() -> None:
    for check, answer in (
        (test_load.test_a_burst_is_survived, refusal(500)),
        (test_load.test_parallel_requests_get_the_same_invoice, refusal(404)),
    ):
        assert said(check, every_burst=burst(answer)) == "violated"
        assert said(check, item=refusal(404), every_burst=burst(answer)) == "not observed"
    check, changing = test_load.test_parallel_requests_get_the_same_invoice, document({"/data/id": INVOICE_ID[::-1]})
    assert said(check, item_again=exchange(body=changing), every_burst=burst(exchange(body=changing))) == "not observed"


def test_parallel_requests_get_no_other_invoice() -> None:
    check = test_load.test_parallel_requests_get_the_same_invoice
    other = "3f1f6f1c-3d1c-4e5c-9b57-0e3d8a1f2b4c"
    changed = document({"/data/id": other, "/data/attributes/reference": "changed"})
    for body, expected in ((changed, "passed"), (document({}), "violated")):
        answers = burst(replace(exchange("burst", body=body), invoice_id=other))
        known = (exchange("item"), replace(exchange("item"), invoice_id=other))
        assert said(check, every_item=known, every_burst=answers) == expected
        assert said(check, every_item=known[:1], every_burst=answers) == "passed"


def test_parallel_requests_are_answered_in_time() -> None:
    check = test_load.test_parallel_requests_are_answered_in_time
    slow = [exchange("burst", elapsed=2.0), exchange("burst", elapsed=2.0)]
    assert said(check, every_burst=burst(*slow), max_latency=1.0) == "violated"
    assert said(check, every_burst=burst(*slow), max_latency=3.0) == "passed"
    told = exchange("burst", headers={"X-Runtime": "2.000000"})
    assert said(check, every_burst=(told, told), max_latency=1.0) == "violated"
    assert said(check, every_burst=burst(*slow), max_latency=2.0) == "passed"
    assert said(check, every_burst=(told, told), max_latency=2.0) == "passed"
    # What failed, or got no answer, says nothing of the time.
    others = (lost("burst", elapsed=9.0), refusal(500, elapsed=9.0), refusal(429, elapsed=9.0))
    assert said(check, every_burst=burst(*others), max_latency=1.0) == "passed"
    assert said(check, every_burst=others, max_latency=1.0) == "not observed"
    # One of twenty may be slow, and no second one.
    assert said(check, every_burst=(*slow, *[exchange("burst", elapsed=0.1)] * 18), max_latency=1.0) == "violated"
    assert said(check, every_burst=(slow[0], *[exchange("burst", elapsed=0.1)] * 19), max_latency=1.0) == "passed"


@pytest.mark.parametrize(("pause", "expected"), [(1.9, "passed"), (2.0, "not observed")])
def test_requests_that_follow_each_other_are_no_load(pause: float, expected: str) -> None:
    start = datetime(2026, 1, 1, tzinfo=UTC)
    answers = [
        exchange("burst", elapsed=2.0, started=start + timedelta(seconds=number * pause)) for number in (2, 0, 1)
    ]
    for check in (
        test_load.test_a_burst_is_survived,
        test_load.test_parallel_requests_get_the_same_invoice,
        test_load.test_parallel_requests_are_answered_in_time,
    ):
        assert said(check, every_burst=tuple(answers), max_latency=3.0) == expected
