"""A server without HEAD refuses it to everybody: that is one finding, and not one of tokens or customers."""

from __future__ import annotations

from conformance.checks import test_authentication, test_isolation, test_load
from tests.support import customer_answers, policy_answers
from tests.support.exchanges import exchange, refusal
from tests.support.judged import said_by


def test_head_that_nobody_gets_says_nothing_of_tokens() -> None:
    check = test_authentication.test_every_resource_and_method_needs_credentials
    given = {**policy_answers.answers(), "without_token": refusal(405, "without_token[head]", body=b"")}
    assert said_by(check, given) == "violated"
    assert said_by(check, {**given, "item_head": refusal(405, "item_head", body=b"")}) == "not observed"


def test_head_that_nobody_gets_says_nothing_of_customers() -> None:
    check = test_isolation.test_head_of_an_invoice_of_another_customer_is_not_served
    given = {**customer_answers.answers(), "other_item_head": refusal(405, "other_item_head", body=b"")}
    assert said_by(check, given) == "violated"
    assert said_by(check, {**given, "item_head": refusal(405, "item_head", body=b"")}) == "not observed"


def test_a_burst_may_be_limited_with_503() -> None:
    names = [f"burst[{number}]" for number in range(4)]
    limited = tuple(refusal(503, name) for name in names[:2]) + tuple(exchange(name) for name in names[2:])
    failed = tuple(refusal(500, name) for name in names[:2]) + tuple(exchange(name) for name in names[2:])
    assert said_by(test_load.test_a_burst_is_survived, {}, every_burst=limited) == "passed"
    assert said_by(test_load.test_a_burst_is_survived, {}, every_burst=failed) == "violated"
