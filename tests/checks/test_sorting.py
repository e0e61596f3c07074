"""The checks of sorting read values by what they mean, and leave open what collections may order differently."""

from __future__ import annotations

from typing import Any

import pytest

from conformance.checks import test_sorting as sorting
from conformance.model.exchange import NotObserved
from tests.support.judged import outcome
from tests.support.pages import element, elements, refused, whole

NINE, TEN = "2024-10-05T09:00:00.000+00:00", "2024-10-05T09:30:00.000-02:00"


@pytest.mark.parametrize(
    ("field", "values", "expected"),
    [
        ("amount-spent", ["9.5", "10.25", "12345678901234567890.1", "12345678901234567890.2"], "passed"),
        ("-amount-spent", ["12345678901234567890.2", "12345678901234567890.1", "0.0", "-1.0"], "passed"),
        ("amount-spent", ["10.25", "8.5", "9.5"], "passed"),
        ("amount-spent", ["9.5", "10.25", "8.5"], "violated"),
        ("amount-spent", ["12345678901234567890.2", "12345678901234567890.1"], "violated"),
        ("amount-spent", ["0.5", "0.50"], "not observed"),
        ("amount-spent", ["9.5", 10.25], "passed"),
        ("amount-spent", [8.5, 10.25, 9.5], "violated"),
        ("amount-spent", ["9.5", "1e1"], "not observed"),
        ("originated-calls-count", [2, 10, 9007199254740992, 9007199254740993], "passed"),
        ("originated-calls-count", [10, 2], "violated"),
        ("-originated-calls-duration", [10, 2], "passed"),
        ("start-date", [NINE, TEN], "passed"),
        ("-start-date", [NINE, TEN], "violated"),
        ("start-date", ["2024-10-05T09:00:00", "2024-10-05T09:30:00"], "passed"),
        ("start-date", ["2024-10-05T09:30:00", "2024-10-05T09:00:00"], "violated"),
        ("start-date", ["2024-10-05T09:30:00", NINE], "not observed"),
        ("originated-first-call-at", [None, NINE, None, TEN, None], "passed"),
        ("originated-first-call-at", [TEN, None, NINE], "violated"),
        ("originated-first-call-at", [None, NINE, None], "not observed"),
        ("has-pdf", [False, False, True], "passed"),
        ("has-pdf", [True, None, False], "passed"),
        ("has-pdf", [False, True, False], "violated"),
        ("has-pdf", [True, True], "not observed"),
        ("reference", [None, "huge", "leap day", "Äpfel", "no", "tiny", ""], "passed"),
        ("-reference", ["huge", "tiny"], "violated"),
        ("reference", ["B", "a", "10", "9", "chalk"], "not observed"),
    ],
)
def test_one_field(field: str, values: list[Any], expected: str) -> None:
    name = field.removeprefix("-")
    assert (
        outcome(sorting.test_a_sort_field_orders_by_value, whole(elements(name, values), f"sort={field}")) == expected
    )


def test_a_refused_field_is_not_judged_by_its_order() -> None:
    assert outcome(sorting.test_a_sort_field_orders_by_value, refused(400, "sort=reference")) == "not observed"


def test_a_sort_beside_other_parameters() -> None:
    check = sorting.test_a_sort_holds_beside_other_parameters
    view = "sort=-amount-spent&filter[account_id_in]=a&page[size]=2"
    falling, rising = elements("amount-spent", ["9.25", "8.5"]), elements("amount-spent", ["8.5", "9.25"])
    alone, deaf = whole(rising, "sort=amount-spent"), whole(falling, "sort=amount-spent")
    assert outcome(check, (alone,), (whole(falling, view),)) == "passed"
    assert outcome(check, (alone,), (whole(rising, view),)) == "violated"
    assert outcome(check, (alone,), (whole(elements("amount-spent", ["1", "1"]), view),)) == "not observed"
    assert outcome(check, (deaf,), (whole(rising, view),)) == "not observed"
    assert outcome(check, (refused(400, "sort=amount-spent"),), (whole(rising, view),)) == "not observed"
    assert outcome(check, (alone,), (refused(400, view),)) == "not observed"


ROWS = [(0, NINE), (0, TEN), (3, NINE), (3, TEN)]


def rows(order: list[int]) -> list[dict[str, Any]]:
    return [element(at, {"service-transactions-count": ROWS[at][0], "start-date": ROWS[at][1]}) for at in order]


@pytest.mark.parametrize(
    ("order", "expected"),
    [
        ([1, 0, 3, 2], "passed"),
        ([0, 1, 2, 3], "violated"),
        ([1, 3, 0, 2], "violated"),
        ([0, 3], "not observed"),
    ],
)
def test_two_fields(order: list[int], expected: str) -> None:
    check = sorting.test_the_second_sort_field_orders_what_the_first_leaves_tied
    both = "sort=service-transactions-count,-start-date"
    first = whole(rows([0, 1, 2, 3]), "sort=service-transactions-count")
    second, wrong = (whole(rows(each), "sort=-start-date") for each in ([1, 3, 0, 2], [0, 1, 2, 3]))
    assert outcome(check, whole(rows(order), both), (first, second)) == expected
    assert outcome(check, whole(rows(order), both), (first, wrong)) == "not observed"
    wrong_first = whole(rows([2, 3, 0, 1]), "sort=service-transactions-count")
    assert outcome(check, whole(rows(order), both), (wrong_first, second)) == "not observed"
    assert outcome(check, refused(400, both), (first, second)) == "not observed"


@pytest.mark.parametrize(("order", "expected"), [([0, 1, 2, 3], "passed"), ([1, 0, 3, 2], "violated")])
def test_two_fields_that_ascend(order: list[int], expected: str) -> None:
    check = sorting.test_the_second_sort_field_orders_what_the_first_leaves_tied
    first = whole(rows([0, 1, 2, 3]), "sort=service-transactions-count")
    second = whole(rows([0, 2, 1, 3]), "sort=start-date")
    both = whole(rows(order), "sort=service-transactions-count,start-date")
    assert outcome(check, both, (first, second)) == expected


def test_the_second_field_may_be_sorted_by_its_texts() -> None:
    check = sorting.test_the_second_sort_field_orders_what_the_first_leaves_tied
    invoices = [element(number, {"amount-spent": amount}) for number, amount in enumerate(("9.5", "80.0", "700.0"))]
    first = whole(invoices, "sort=service-transactions-count")
    second = whole(invoices, "sort=amount-spent")
    for order, expected in (((0, 1, 2), "passed"), ((2, 1, 0), "passed"), ((1, 0, 2), "violated")):
        both = whole([invoices[place] for place in order], "sort=service-transactions-count,amount-spent")
        assert outcome(check, both, (first, second)) == expected


def test_a_sort_that_is_refused_leaves_nothing_open() -> None:
    with pytest.raises(NotObserved) as unread:
        sorting.test_a_sort_field_orders_by_value(refused(400, "sort=reference"))
    assert (unread.value.owner, unread.value.lawful) == ("SORT-004", True)


def test_what_cannot_be_sorted_by_is_refused() -> None:
    listing = whole(rows([0, 1]), "sort=nosuch")
    assert outcome(sorting.test_an_unsupported_sort_is_refused, listing, refused()) == "passed"
    assert outcome(sorting.test_an_unsupported_sort_is_refused, listing, listing) == "violated"
    assert outcome(sorting.test_an_unsupported_sort_is_refused, refused(404), listing) == "not observed"
    for answer, expected in ((listing, "passed"), (refused(), "passed"), (refused(404), "violated")):
        assert outcome(sorting.test_every_attribute_sorts_or_is_refused, listing, answer) == expected
    assert outcome(sorting.test_every_attribute_sorts_or_is_refused, refused(404), refused(404)) == "not observed"


@pytest.mark.parametrize(("order", "expected"), [([0, 3], "not observed"), ([3, 0], "violated"), ([0, 1], "violated")])
def test_a_name_in_another_case_may_be_known(order: list[int], expected: str) -> None:
    page = whole(rows(order), "sort=Service-Transactions-Count")
    assert outcome(sorting.test_an_unsupported_sort_is_refused, page, page) == expected
