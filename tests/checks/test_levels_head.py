"""A server without HEAD refuses it to everybody: that is one finding, and not one of tokens or customers."""

from __future__ import annotations

from conformance.checks import test_authentication, test_isolation, test_load
from tests.support.exchanges import exchange, refusal
from tests.support.judged import outcome

NOBODY = refusal(405, "item_head", body=b"")


def test_head_that_nobody_gets_says_nothing_of_tokens() -> None:
    check = test_authentication.test_every_resource_and_method_needs_credentials
    refused = refusal(405, "without_token[head]", body=b"")
    assert outcome(check, without_token=refused) == "violated"
    assert outcome(check, without_token=refused, item_head=NOBODY) == "not observed"


def test_head_that_nobody_gets_says_nothing_of_customers() -> None:
    check = test_isolation.test_head_of_an_invoice_of_another_customer_is_not_served
    refused = refusal(405, "other_item_head", body=b"")
    assert outcome(check, other_item_head=refused) == "violated"
    assert outcome(check, other_item_head=refused, item_head=NOBODY) == "not observed"


def test_a_burst_may_be_limited_with_503() -> None:
    names = [f"burst[{number}]" for number in range(4)]
    limited = tuple(refusal(503, name) for name in names[:2]) + tuple(exchange(name) for name in names[2:])
    failed = tuple(refusal(500, name) for name in names[:2]) + tuple(exchange(name) for name in names[2:])
    assert outcome(test_load.test_a_burst_is_survived, every_burst=limited) == "passed"
    assert outcome(test_load.test_a_burst_is_survived, every_burst=failed) == "violated"
