"""Checks of documents and collections judge what their sentence says: lawful differences are not findings."""

from __future__ import annotations

import copy
from typing import Any

import pytest

from conformance.checks import test_attributes as attributes
from conformance.checks import test_collection as collection
from conformance.checks import test_filtering as filtering
from conformance.checks import test_sorting as sorting
from conformance.model.exchange import Exchange
from tests.support.exchanges import exchange
from tests.support.judged import outcome
from tests.support.pages import ACCOUNTS, element, elements, page, refused, walk, whole

ROWS = [element(number) for number in range(1, 8)]


def _alone(number: int) -> Exchange:
    return exchange("item", body={"data": element(number)})


def _listed(**changes: Any) -> Exchange:
    shown = copy.deepcopy(element(1))
    for part, members in changes.items():
        owner = shown["relationships"]["account"]["links"] if part == "account" else shown[part]
        for name, value in members.items():
            if value is None:
                del owner[name]
            else:
                owner[name] = value
    return whole([shown])


SELF = element(1)["links"]["self"]


@pytest.mark.parametrize(
    ("changes", "expected"),
    [
        ({"attributes": {"has-pdf": None}, "links": {"self": None}, "account": {"self": None}}, "passed"),
        ({"attributes": {"status": "paid"}, "links": {"describedby": "/x"}, "account": {"about": "/x"}}, "passed"),
        ({"links": {"self": {"href": SELF, "meta": {"count": 1}}}}, "passed"),
        ({"links": {"self": {"href": "/x"}}}, "violated"),
        ({"account": {"related": "/x"}}, "violated"),
        ({"attributes": {"amount-spent": "7.0"}}, "violated"),
    ],
)
def test_an_element_is_compared_in_what_both_show(changes: dict[str, Any], expected: str) -> None:
    assert outcome(collection.test_elements_equal_the_invoices, _listed(**changes), (_alone(1),)) == expected


@pytest.mark.parametrize(
    ("rows", "total", "expected"),
    [
        ([1, 2, 3, 4, 5, 6, 7], 7, "passed"),
        ([1, 2, 3, 4, 4, 6, 7], 7, "passed"),
        ([1, 2, 3, 4, 4, 6, 7], 6, "passed"),
        ([1, 2, 3, 4, 5, 6, 7], 8, "violated"),
        ([1, 2, 3, 4, 4, 6, 7], 8, "violated"),
    ],
)
def test_the_total_count_is_that_of_the_elements(rows: list[int], total: int, expected: str) -> None:
    pages = tuple(walk([element(number) for number in rows], 4))
    listing = page(ROWS[:4], total=total)
    check = collection.test_the_total_count_is_that_of_the_invoices
    assert outcome(check, listing, pages, pages) == expected
    assert outcome(check, listing, pages[:1], pages[:1]) == "not observed"


@pytest.mark.parametrize("status", [400, 403, 404, 422])
def test_a_filter_that_is_not_there_may_be_refused_with_any_client_error(status: int) -> None:
    known = whole(ROWS, f"filter[account_id_eq]={ACCOUNTS[0]}")
    unmatched = refused(status, "filter[account_id_eq]=x")
    check = filtering.test_what_matches_nothing_gives_nothing
    assert outcome(check, whole(ROWS), refused(), (known,), unmatched) == "not observed"
    right, wrong = whole(ROWS, "filter[start_date_gteq]=2024-01-01"), refused(status, "filter[start_date_gteq]=abc")
    mistyped = filtering.test_a_value_of_the_wrong_type_selects_nothing
    assert outcome(mistyped, whole(ROWS), refused(), (right,), wrong) == "passed"


def test_a_refusal_for_want_of_a_token_is_not_one_of_the_filter() -> None:
    known = whole(ROWS, f"filter[account_id_eq]={ACCOUNTS[0]}")
    check = filtering.test_what_matches_nothing_gives_nothing
    assert outcome(check, whole(ROWS), refused(), (known,), refused(401)) == "violated"


def test_a_filter_that_is_ignored_like_unknown_ones_belongs_to_another_requirement() -> None:
    query = f"filter[account_id_eq]={ACCOUNTS[0]}"
    rows = [element(number, account=number % 2) for number in range(1, 5)]
    check = filtering.test_a_filter_by_account_selects_the_invoices_of_the_accounts
    assert outcome(check, whole(rows), whole(rows), whole(rows, query)) == "not observed"
    assert outcome(check, whole(rows), refused(), whole(rows, query)) == "violated"


@pytest.mark.parametrize(
    ("field", "values", "sorts", "by_value"),
    [
        ("amount-spent", ["8.5", "9.5", "10.25"], "passed", "passed"),
        ("amount-spent", ["10.25", "8.5", "9.5"], "passed", "violated"),
        ("-amount-spent", ["9.5", "8.5", "10.25"], "passed", "violated"),
        ("amount-spent", ["9.5", "10.25", "8.5"], "violated", "not observed"),
        ("start-date", ["2024-10-05T12:00:00+00:00", "2024-10-05T13:00:00+02:00"], "passed", "violated"),
        ("start-date", ["2024-10-05T13:00:00+02:00", "2024-10-05T12:00:00+00:00"], "passed", "passed"),
        ("originated-calls-count", [10, 9], "violated", "not observed"),
        ("originated-calls-count", [9, 10], "passed", "not observed"),
        ("amount-spent", ["0.5", "0.50"], "not observed", "not observed"),
    ],
)
def test_texts_may_be_sorted_as_texts(field: str, values: list[Any], sorts: str, by_value: str) -> None:
    answer = whole(elements(field.removeprefix("-"), values), f"sort={field}")
    assert outcome(sorting.test_a_sort_field_orders_by_value, answer) == sorts
    assert outcome(sorting.test_amounts_and_times_are_ordered_by_their_values, answer) == by_value


@pytest.mark.parametrize(
    ("query", "values", "expected"),
    [
        ("sort=START-DATE", ["2024-10-05T12:00:00Z", "2024-10-06T12:00:00Z"], "not observed"),
        ("sort=START-DATE", ["2024-10-06T12:00:00Z", "2024-10-05T12:00:00Z"], "violated"),
        ("sort=START-DATE", ["2024-10-05T12:00:00Z", "2024-10-05T12:00:00Z"], "violated"),
        ("sort=START-DATE,nosuch", ["2024-10-05T12:00:00Z", "2024-10-06T12:00:00Z"], "violated"),
        ("sort=nosuch", ["2024-10-05T12:00:00Z", "2024-10-06T12:00:00Z"], "violated"),
    ],
)
def test_a_name_that_is_really_sorted_by_is_known(query: str, values: list[str], expected: str) -> None:
    answer = whole(elements("start-date", values), query)
    assert outcome(sorting.test_an_unsupported_sort_is_refused, whole(ROWS), answer) == expected


@pytest.mark.parametrize(
    ("amount", "value", "decimals"),
    [
        ("1.5", "passed", "passed"),
        ("1.50", "passed", "violated"),
        ("1.6", "violated", "not observed"),
    ],
)
def test_an_amount_with_other_decimals_has_the_same_value(amount: str, value: str, decimals: str) -> None:
    pages = (_page_of_amount("1.5", "sort=reference"), _page_of_amount(amount, "sort=-reference"))
    assert outcome(attributes.test_amounts_are_the_same_in_every_answer, pages) == value
    assert outcome(attributes.test_amounts_have_the_same_decimals_in_every_answer, pages) == decimals


def _page_of_amount(amount: str, query: str) -> Exchange:
    row = element(1)
    row["attributes"] = {"amount-spent": amount}
    return whole([row], query)
