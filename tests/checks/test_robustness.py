"""The checks of odd input: what breaks a server is found; what is refused, limited or nobody's fault is not."""

from __future__ import annotations

from typing import Any

import pytest

from conformance.checks import test_injection, test_odd_fields, test_robustness
from conformance.model.exchange import Exchange
from conformance.reading.classification import is_oversized, may_be_cut_off
from tests.support.changes import shown
from tests.support.exchanges import PREFIX, exchange, hung, lost, refusal
from tests.support.judged import outcome

# Check, argument: what must be survived.
ODD = [
    (test_robustness.test_odd_ids_are_survived, "odd_id"),
    (test_robustness.test_a_long_target_is_survived, "long_target"),
    (test_robustness.test_a_target_that_is_too_long_is_refused, "too_long_target"),
    (test_robustness.test_a_malformed_target_is_survived, "malformed_target"),
    (test_robustness.test_an_excessive_query_is_survived, "excessive_query"),
    (test_robustness.test_an_empty_parameter_is_survived, "listing_empty_parameter"),
    (test_robustness.test_a_large_header_section_is_survived, "large_section"),
    (test_robustness.test_excessive_parameters_are_bounded, "excessive_parameter"),
    (test_robustness.test_another_path_gives_the_same_or_nothing, "respelled_path"),
    (test_robustness.test_a_trailing_slash_gives_the_same_or_nothing, "item_trailing_slash"),
    (test_robustness.test_an_expectation_is_answered, "expectation"),
    (test_injection.test_an_injected_id_matches_nothing, "injected_id"),
    (test_injection.test_an_injected_parameter_is_not_run, "injected_parameter"),
    (test_injection.test_an_injected_condition_matches_nothing, "injected_listing"),
    (test_injection.test_a_path_trick_leads_nowhere_else, "path_trick"),
]
MAY_CLOSE = {"too_long_target", "large_section", "injected_id", "injected_parameter", "injected_listing", "path_trick"}


@pytest.mark.parametrize(("check", "name"), ODD)
def test_server_errors_and_closed_connections_are_found(check: Any, name: str) -> None:
    assert outcome(check, **{name: refusal(500, name)}) == "violated"
    # No answer in time is found by HTTP-028.
    assert outcome(check, **{name: hung(name)}) == "not observed"
    assert outcome(check, **{name: lost(name)}) == ("not observed" if name in MAY_CLOSE else "violated")


@pytest.mark.parametrize(("check", "name"), ODD)
@pytest.mark.parametrize("status", [400, 403, 404, 414, 431, 503])
def test_refusals_and_overload_are_not_a_finding(check: Any, name: str, status: int) -> None:
    expected = {"passed", "not observed"} if name != "expectation" or status in {400, 403, 503} else {"violated"}
    assert outcome(check, **{name: refusal(status, name)}) in expected


@pytest.mark.parametrize(("check", "name"), ODD)
def test_a_server_whose_invoice_is_not_served_is_not_judged(check: Any, name: str) -> None:
    given = {"item": refusal(500, "item"), "item_with_account": refusal(500), "listing": refusal(500)}
    assert outcome(check, **{**given, name: refusal(500, name)}) == "not observed"


@pytest.mark.parametrize(
    ("check", "counterpart", "name"),
    [
        (test_robustness.test_odd_ids_are_survived, "every_malformed_id", "odd_id"),
        (test_robustness.test_a_malformed_target_is_survived, "every_odd_id", "malformed_target"),
        (test_robustness.test_an_excessive_query_is_survived, "unknown_include", "excessive_query"),
        (test_robustness.test_excessive_parameters_are_bounded, "every_fields_unknown", "excessive_parameter"),
        (test_robustness.test_a_large_header_section_is_survived, "item_without_token", "large_section"),
        (test_injection.test_an_injected_parameter_is_not_run, "unknown_include", "injected_parameter"),
    ],
)
def test_where_usual_mistakes_fail_already_nothing_is_added(check: Any, counterpart: str, name: str) -> None:
    assert outcome(check, **{counterpart: refusal(500, counterpart), name: refusal(500, name)}) == "not observed"


def test_a_long_id_is_not_found() -> None:
    check = test_robustness.test_a_long_target_is_survived
    for status in (300, 308, 404, 414):
        assert outcome(check, long_target=refusal(status, "long_target")) == "passed"
    assert outcome(check, long_target=shown("long_target")) == "violated"


def test_an_incomplete_answer_to_an_odd_id_is_found() -> None:
    cut = refusal(404, "odd_id", incomplete="the message is not complete")
    assert outcome(test_robustness.test_odd_ids_are_survived, odd_id=cut) == "violated"
    too_long = refusal(404, "odd_id", truncated=True)
    assert outcome(test_robustness.test_odd_ids_are_survived, odd_id=too_long) == "not observed"
    usual = refusal(404, incomplete="the message is not complete")
    assert outcome(test_robustness.test_odd_ids_are_survived, unknown_item=usual, odd_id=cut) == "not observed"


RESPELLED = test_robustness.test_another_path_gives_the_same_or_nothing


@pytest.mark.parametrize(
    ("answer", "expected"),
    [
        (shown("respelled_path"), "passed"),
        *((refusal(status, "respelled_path"), "passed") for status in (301, 302, 303, 307, 308)),
        (refusal(304, "respelled_path"), "violated"),
        (shown("respelled_path", headers={"Content-Type": "application/xml"}), "violated"),
        (shown("respelled_path", document={"/data/attributes/reference": "another"}), "violated"),
        (shown("respelled_path", status=204, body=b""), "violated"),
    ],
)
def test_a_respelled_path_gives_the_same(answer: Exchange, expected: str) -> None:
    assert outcome(RESPELLED, respelled_path=answer) == expected


def test_a_suffix_may_choose_another_representation() -> None:
    for path, expected in (("x.json", "not observed"), ("x.xml?y=1", "not observed"), ("x.jsonx", "violated")):
        asked = exchange("respelled_path", headers={"Content-Type": "text/xml"}, body="<x/>", path=f"{PREFIX}/{path}")
        assert outcome(RESPELLED, respelled_path=asked) == expected


def test_a_media_type_that_is_wrong_anyway_is_not_judged_again() -> None:
    wrong = shown(headers={"Content-Type": "application/json"})
    assert outcome(RESPELLED, item=wrong, respelled_path=wrong) == "not observed"


@pytest.mark.parametrize(
    ("answer", "expected"),
    [(shown(), "passed"), (refusal(417), "passed"), (refusal(416), "violated"), (refusal(403), "not observed")],
)
def test_an_expectation_is_met_or_refused_as_such(answer: Exchange, expected: str) -> None:
    assert outcome(test_robustness.test_an_expectation_is_answered, expectation=answer) == expected


# Which requests may be cut off, or refused before the application sees them.


@pytest.mark.parametrize(
    ("path", "query", "headers", "expected"),
    [
        ("/invoices/x", None, {}, False),
        ("/invoices/%F0%9F%92%A3", None, {}, False),
        ("/invoices/%27%20OR", None, {}, True),
        ("/invoices/%252e%252e/x", None, {}, True),
        ("/invoices/x", "include=%3Csvg%3E", {}, True),
        ("/invoices/x", None, {"Expect": "100-continue"}, True),
        ("/invoices/" + "a" * 8000, None, {}, True),
        ("/invoices/x", None, {"X-Conformance": "a" * 8000}, True),
    ],
)
def test_what_may_be_cut_off(path: str, query: str | None, headers: dict[str, str], expected: bool) -> None:
    asked = exchange("odd", path=PREFIX + path, query=query, request_headers=headers)
    assert may_be_cut_off(asked) is expected


def test_many_lines_may_be_refused_for_their_number() -> None:
    assert is_oversized(exchange(request_headers={f"X-{number}": "1" for number in range(100)}))
    assert not is_oversized(shown())


def test_a_connection_that_is_closed_for_what_looks_like_an_attack_is_not_a_finding() -> None:
    check = test_odd_fields.test_an_odd_field_that_looks_like_an_attack_does_not_matter
    assert outcome(check, odd_fields_like_an_attack=lost("odd_fields_like_an_attack")) == "not observed"
    assert outcome(check, odd_fields_like_an_attack=refusal(500)) == "violated"
