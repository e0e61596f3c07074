"""How odd values in a request are named in a finding."""

from __future__ import annotations

import pytest

from conformance.checks.support.oddities import expect_same_data, odd_lines
from conformance.judge.api import Violation
from conformance.model.exchange import Exchange
from tests.support.exchanges import exchange, lost, refusal

LINES = (("X-A", "1"), ("X-B", ""), ("X-C", "3"), ("X-D", "4"), ("X-E", "5"))


@pytest.mark.parametrize(
    ("number", "expected"),
    [
        (1, "X-A: 1"),
        (3, "X-A: 1 with an empty X-B with X-C: 3"),
        (4, "X-A: 1 with an empty X-B with X-C: 3 and 1 more"),
        (5, "X-A: 1 with an empty X-B with X-C: 3 and 2 more"),
    ],
)
def test_the_lines_that_are_odd_are_named(number: int, expected: str) -> None:
    assert odd_lines(exchange(), exchange(request_headers=LINES[:number])) == expected


@pytest.mark.parametrize(
    ("odd", "observed"),
    [
        (exchange("odd", body={"data": []}), "other data, 200 OK, 11 bytes"),
        (refusal(404, "odd"), "404 Not Found, 84 bytes"),
        (lost("odd"), "no answer: connection closed without an answer"),
    ],
)
def test_what_odd_lines_led_to_is_described(odd: Exchange, observed: str) -> None:
    with pytest.raises(Violation) as found:
        expect_same_data(exchange(), odd)
    assert found.value.observed == observed
