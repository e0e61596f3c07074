"""What else is lawful where HTTP and JSON:API leave a choice."""

from __future__ import annotations

import pytest

from conformance.checks import test_conditional, test_methods, test_negotiation
from tests.support.exchanges import exchange, refusal
from tests.support.judged import outcome


@pytest.mark.parametrize(
    ("status", "expected"),
    [(405, "passed"), (400, "passed"), (411, "passed"), (415, "passed"), (409, "violated"), (500, "violated")],
)
def test_a_write_may_be_refused_before_it_is_routed(status: int, expected: str) -> None:
    refused = refusal(status, "write_unknown[post]", method="POST")
    assert outcome(test_methods.test_a_write_is_refused_as_not_allowed, write_unknown=refused) == expected


@pytest.mark.parametrize(
    ("status", "expected"),
    [(412, "passed"), (400, "passed"), (200, "violated"), (500, "violated"), (429, "not observed")],
)
def test_a_false_precondition_lets_nothing_be_served(status: int, expected: str) -> None:
    answer = exchange("if_match_other") if status == 200 else refusal(status, "if_match_other")
    assert outcome(test_conditional.test_a_false_if_match_fails, if_match_other=answer) == expected


@pytest.mark.parametrize(
    ("other", "weak", "expected"),
    [(412, 412, "passed"), (400, 400, "passed"), (412, 200, "violated"), (200, 200, "not observed")],
)
def test_a_weak_tag_is_compared_where_others_are(other: int, weak: int, expected: str) -> None:
    usual = {
        name: exchange(name) if status == 200 else refusal(status, name)
        for name, status in (("if_match_other", other), ("if_match_weak", weak))
    }
    assert outcome(test_conditional.test_if_match_compares_strongly, **usual) == expected


def test_application_types_are_not_any_type() -> None:
    refused = refusal(406, "accept_any[application]")
    documented, recommended = (
        test_negotiation.test_an_open_accept_gets_the_invoice,
        test_negotiation.test_an_accept_of_application_types_gets_the_invoice,
    )
    assert outcome(documented, accept_any=refused) == "not observed"
    assert outcome(recommended, every_accept_any=refused) == "violated"
    assert outcome(recommended, every_accept_any=exchange("accept_any[application]")) == "passed"
