"""The checks of filters compare what is selected with the values shown, where these leave nothing open."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

from conformance.checks import test_filtering as filtering
from conformance.model.exchange import Exchange
from tests.support.judged import outcome
from tests.support.pages import ACCOUNTS, at, element, elements, identifier, page, refused, whole

ACCOUNT_ROWS = [element(1, account=0), element(2, account=1), element(3, account=0)]
EVERYTHING = whole(ACCOUNT_ROWS)
AMOUNTS = elements("amount-spent", ["0.5", "9.5", "9.50", "10.25", "12345678901234567890.1"])
TIMES = elements(
    "start-date", ["2024-10-01T00:00:00.500Z", "2024-10-01T02:00:00.100+02:00", "2024-11-01T00:00:00Z", None]
)
CALLS = elements("originated-first-call-at", ["2024-10-01T00:00:00Z", "2024-11-01T00:00:00Z", None])
TEXTS = elements("reference", ["huge", "HUGE", "tiny", None, ""])
FLAGS = elements("has-pdf", [True, False, True])
COUNTS = elements("originated-calls-count", [0, 1024, 9007199254740993, 5])


def chosen(rows: list[dict[str, Any]], numbers: str, query: str) -> Exchange:
    return whole([row for row in rows if row["id"] in [identifier(int(each)) for each in numbers]], query)


@pytest.mark.parametrize(
    ("operator", "operand", "numbers", "expected"),
    [
        ("eq", ACCOUNTS[0], "13", "passed"),
        ("eq", ACCOUNTS[0].upper(), "13", "passed"),
        ("eq", ACCOUNTS[0], "1", "violated"),
        ("eq", ACCOUNTS[0], "123", "violated"),
        ("not_eq", ACCOUNTS[0], "2", "passed"),
        ("not_eq", ACCOUNTS[0], "13", "violated"),
        ("in", ",".join(ACCOUNTS), "123", "passed"),
        ("in", ",".join(ACCOUNTS), "13", "violated"),
        ("not_in", ACCOUNTS[0], "2", "passed"),
        ("not_in", ACCOUNTS[0], "", "violated"),
    ],
)
def test_accounts(operator: str, operand: str, numbers: str, expected: str) -> None:
    check = filtering.test_a_filter_by_account_selects_the_invoices_of_the_accounts
    query = f"include=account&filter[account_id_{operator}]={operand}"
    assert outcome(check, EVERYTHING, refused(), chosen(ACCOUNT_ROWS, numbers, query)) == expected
    assert outcome(check, EVERYTHING, refused(), refused(400, query)) == "not observed"


def test_a_filter_beside_other_parameters() -> None:
    check = filtering.test_a_filter_holds_beside_other_parameters
    query = f"include=account&filter[account_id_in]={ACCOUNTS[0]}"
    view = f"sort=-amount-spent&{query}&page[size]=2"
    alone, deaf = chosen(ACCOUNT_ROWS, "13", query), chosen(ACCOUNT_ROWS, "123", query)
    assert outcome(check, EVERYTHING, refused(), (alone,), (chosen(ACCOUNT_ROWS, "13", view),)) == "passed"
    assert outcome(check, EVERYTHING, refused(), (alone,), (chosen(ACCOUNT_ROWS, "12", view),)) == "violated"
    assert (
        outcome(
            check, EVERYTHING, refused(), (alone,), (chosen(ACCOUNT_ROWS, "13", view), chosen(ACCOUNT_ROWS, "2", view))
        )
        == "violated"
    )
    # A link to the second page that has lost the filter, or holds it in an opaque position, is not this finding.
    lost = chosen(ACCOUNT_ROWS, "2", "page[cursor]=bmV4dA")
    assert outcome(check, EVERYTHING, refused(), (alone,), (chosen(ACCOUNT_ROWS, "13", view), lost)) == "passed"
    assert outcome(check, EVERYTHING, refused(), (deaf,), (chosen(ACCOUNT_ROWS, "12", view),)) == "not observed"
    assert outcome(check, EVERYTHING, refused(), (), (chosen(ACCOUNT_ROWS, "12", view),)) == "not observed"
    assert outcome(check, EVERYTHING, refused(), (alone,), (refused(400, view),)) == "not observed"
    assert (
        outcome(check, EVERYTHING, refused(), (refused(400, query),), (chosen(ACCOUNT_ROWS, "12", view),))
        == "not observed"
    )
    # Where all are of the named accounts, one that is ignored seems to work alone.
    every = chosen(ACCOUNT_ROWS, "123", f"include=account&filter[account_id_in]={','.join(ACCOUNTS)}")
    beside = chosen(ACCOUNT_ROWS, "12", view)
    assert outcome(check, EVERYTHING, EVERYTHING, (every,), (beside,)) == "not observed"
    assert outcome(check, EVERYTHING, refused(), (every,), (beside,)) == "violated"


@pytest.mark.parametrize(
    ("rows", "query", "numbers", "expected"),
    [
        (AMOUNTS, "filter[amount_spent_gt]=9.5", "45", "passed"),
        (AMOUNTS, "filter[amount_spent_gt]=9.5", "345", "violated"),
        (AMOUNTS, "filter[amount_spent_gteq]=9.5", "2345", "passed"),
        (AMOUNTS, "filter[amount_spent_gteq]=9.5", "5", "violated"),
        (AMOUNTS, "filter[amount_spent_gt]=0.5&filter[amount_spent_lt]=10.25", "23", "passed"),
        (AMOUNTS, "filter[amount_spent_gt]=0.5&filter[amount_spent_lt]=10.25", "234", "violated"),
        (AMOUNTS, "filter[amount_spent_eq]=9.5", "23", "passed"),
        (AMOUNTS, "filter[amount_spent_eq]=12345678901234567890.1", "", "violated"),
        (COUNTS, "filter[originated_calls_count_in]=0,5", "14", "passed"),
        (COUNTS, "filter[originated_calls_count_in]=0,5", "1", "violated"),
        (COUNTS, "filter[originated_calls_count_not_in]=0,9007199254740992", "234", "passed"),
        (COUNTS, "filter[originated_calls_count_not_in]=0,9007199254740992", "24", "violated"),
        # Within a second of the border either is right, and null is in no range.
        (TIMES, "filter[start_date_gteq]=2024-10-01T00:00:00Z", "123", "passed"),
        (TIMES, "filter[start_date_gteq]=2024-10-01T00:00:01Z", "13", "passed"),
        (TIMES, "filter[start_date_gteq]=2024-10-01T00:00:02Z", "3", "passed"),
        (TIMES, "filter[start_date_gteq]=2024-10-01T00:00:02Z", "23", "violated"),
        (TIMES, "filter[start_date_gteq]=2024-10-01T00:00:02Z", "34", "violated"),
        (CALLS, "filter[originated_first_call_at_lteq]=2024-10-02T00:00:00Z", "1", "passed"),
        (CALLS, "filter[originated_first_call_at_lteq]=2024-10-02T00:00:00Z", "12", "violated"),
        # Whether letters of another case are the same, and whether null is unlike a text, is open.
        (TEXTS, "filter[reference_eq]=huge", "1", "passed"),
        (TEXTS, "filter[reference_eq]=huge", "12", "passed"),
        (TEXTS, "filter[reference_eq]=huge", "13", "violated"),
        (TEXTS, "filter[reference_not_eq]=huge", "35", "passed"),
        (TEXTS, "filter[reference_not_eq]=huge", "2345", "passed"),
        (TEXTS, "filter[reference_not_eq]=huge", "135", "violated"),
        (TEXTS, "filter[reference_not_eq]=huge", "3", "violated"),
        (TEXTS, "filter[reference_start]=hu", "1", "passed"),
        (TEXTS, "filter[reference_cont]=ug", "1", "passed"),
        (TEXTS, "filter[reference_end]=ge", "1", "passed"),
        (TEXTS, "filter[reference_end]=ge", "3", "violated"),
        (FLAGS, "filter[has_pdf_eq]=true", "13", "passed"),
        (FLAGS, "filter[has_pdf_eq]=true", "123", "violated"),
        (FLAGS, "filter[has_pdf_eq]=true", "1", "violated"),
    ],
)
def test_values(rows: list[dict[str, Any]], query: str, numbers: str, expected: str) -> None:
    for check in (
        filtering.test_a_range_selects_by_the_shown_values,
        filtering.test_a_value_selects_by_the_shown_values,
    ):
        assert outcome(check, whole(rows), refused(), chosen(rows, numbers, query)) == expected


def test_an_element_that_cannot_be_read_is_another_finding() -> None:
    filtered = whole([{**AMOUNTS[0], "attributes": "none"}], "filter[amount_spent_eq]=0.5")
    check = filtering.test_a_value_selects_by_the_shown_values
    assert outcome(check, whole(AMOUNTS), refused(), filtered) == "not observed"


def test_a_page_of_several_may_lack_what_another_page_has() -> None:
    query = "filter[has_pdf_eq]=true"
    first = page(FLAGS[:1], query, {"next": at(f"{query}&page[number]=2")})
    assert outcome(filtering.test_a_value_selects_by_the_shown_values, whole(FLAGS), refused(), first) == "passed"


def test_a_server_that_ignores_unknown_filters_is_judged_by_the_known_ones() -> None:
    unknown = chosen(FLAGS, "123", "filter[nosuch]=1")
    wrong = chosen(FLAGS, "1", "filter[has_pdf_eq]=true")
    assert outcome(filtering.test_a_value_selects_by_the_shown_values, whole(FLAGS), unknown, wrong) == "violated"
    several = chosen(FLAGS, "13", "filter[has_pdf_eq]=true&filter[reference_eq]=huge")
    check = filtering.test_a_value_selects_by_the_shown_values
    assert outcome(check, whole(FLAGS), unknown, several) == "not observed"
    # One that gives nothing for an unknown filter does not ignore it.
    nothing, ignored = (
        chosen(FLAGS, each, f"filter[{name}]=true") for each, name in (("", "nosuch"), ("123", "has_pdf_eq"))
    )
    assert outcome(filtering.test_a_value_selects_by_the_shown_values, whole(FLAGS), nothing, ignored) == "violated"


def test_a_server_without_the_filter_by_account_is_not_asked_for_nothing() -> None:
    check = filtering.test_what_matches_nothing_gives_nothing
    unmatched = named(refused(404), "unmatched_filter[account]")
    assert outcome(check, EVERYTHING, refused(), (refused(400),), unmatched) == "not observed"
    other = named(EVERYTHING, "unmatched_filter[reference]")
    assert outcome(check, EVERYTHING, refused(), (refused(400),), other) == "violated"


def test_an_unknown_operator_is_that_of_a_known_filter() -> None:
    check = filtering.test_an_unknown_operator_is_refused
    asked = "filter[reference_eq]=huge"
    assert outcome(check, EVERYTHING, (whole(TEXTS, asked),), EVERYTHING) == "violated"
    assert outcome(check, EVERYTHING, (refused(400, asked),), EVERYTHING) == "not observed"
    assert outcome(check, EVERYTHING, (chosen(FLAGS, "1", "filter[has_pdf_eq]=true"),), EVERYTHING) == "not observed"


def test_a_server_that_ignores_filters_has_one_fault() -> None:
    ignored = chosen(FLAGS, "123", "filter[has_pdf_eq]=true")
    unknown = chosen(FLAGS, "123", "filter[nosuch]=1")
    assert outcome(filtering.test_an_unknown_filter_is_refused, whole(FLAGS), unknown) == "violated"
    for check in (
        filtering.test_a_range_selects_by_the_shown_values,
        filtering.test_a_value_selects_by_the_shown_values,
    ):
        assert outcome(check, whole(FLAGS), unknown, ignored) == "not observed"


@pytest.mark.parametrize(
    ("answer", "nothing_found", "mistyped"),
    [
        (whole([]), "passed", "passed"),
        (EVERYTHING, "violated", "violated"),
        (refused(400), "not observed", "passed"),
        (refused(500), "violated", "violated"),
        (page(None), "not observed", "not observed"),
    ],
)
def test_values_that_match_nothing(answer: Exchange, nothing_found: str, mistyped: str) -> None:
    counterpart = chosen(ACCOUNT_ROWS, "13", f"filter[account_id_eq]={ACCOUNTS[0]}")
    check = filtering.test_what_matches_nothing_gives_nothing
    assert (
        outcome(check, EVERYTHING, refused(), (counterpart,), named(answer, "unmatched_filter[account]"))
        == nothing_found
    )
    asked = "filter[start_date_gteq]="
    counterparts = (chosen(TIMES, "3", f"{asked}2024-10-01T00:00:02Z"),)
    wrong = with_query(answer, f"{asked}abc")
    of_wrong_type = filtering.test_a_value_of_the_wrong_type_selects_nothing
    assert outcome(of_wrong_type, EVERYTHING, refused(), counterparts, (), (), wrong) == mistyped
    for refusing in ((refused(400, f"{asked}2024-10-01T00:00:02Z"),), ()):
        assert outcome(of_wrong_type, EVERYTHING, refused(), refusing, (), (), wrong) == "not observed"


def named(answer: Exchange, probe: str) -> Exchange:
    return replace(answer, probe=probe)


def with_query(answer: Exchange, query: str) -> Exchange:
    return replace(answer, request=whole([], query).request)
