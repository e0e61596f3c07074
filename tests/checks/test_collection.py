"""The checks of the collection pass on correct answers and name each fault; parameters of the collection included."""

from __future__ import annotations

from typing import Any

import pytest

from conformance.checks import test_collection as collection
from conformance.checks import test_collection_parameters as parameters
from conformance.checks import test_related as related
from conformance.model.exchange import Exchange
from conformance.plan.probes.paging import first_of_view
from tests.support.exchanges import exchange
from tests.support.judged import outcome
from tests.support.pages import ACCOUNTS, COLLECTION, at, element, identifier, page, refused, walk, whole

NOVEMBER = {"start-date": "2024-11-01T00:00:00.000Z", "end-date": "2024-12-01T00:00:00.000Z"}
OCTOBER = {"start-date": "2024-10-01T00:00:00.000+02:00", "end-date": "2024-11-01T00:00:00.000Z"}
LATE_OCTOBER = {"start-date": "2024-10-31T00:00:00.000Z", "end-date": "2024-11-02T00:00:00.000Z"}
TWO = [element(1, NOVEMBER), element(2, OCTOBER)]
LISTING = whole(TWO)
EMPTY = whole([])


def by_itself(number: int, attributes: dict[str, Any]) -> Exchange:
    return exchange("item", body={"data": element(number, attributes)}, path=f"{COLLECTION}/{identifier(number)}")


@pytest.mark.parametrize(
    ("answer", "expected"),
    [
        (LISTING, "passed"),
        (EMPTY, "passed"),
        (page({"1": TWO[0]}), "violated"),
        (page(TWO[0]), "violated"),
        (page(None), "violated"),
        (page([1]), "violated"),
        (refused(404), "violated"),
    ],
)
def test_the_document(answer: Exchange, expected: str) -> None:
    assert outcome(collection.test_the_collection_is_an_array_of_resources, answer) == expected


@pytest.mark.parametrize(
    ("part", "expected"),
    [(page(TWO[:1]), "passed"), (page([]), "passed"), (page(None), "violated"), (page(TWO[0]), "violated")],
)
def test_the_document_of_a_part(part: Exchange, expected: str) -> None:
    check = collection.test_a_part_of_the_collection_is_an_array
    assert outcome(check, LISTING, (refused(),), (refused(),), (part,)) == expected
    assert outcome(check, LISTING, (part,), (refused(),), (refused(),)) == expected
    assert outcome(check, LISTING, (refused(),), (part,), (refused(),)) == expected
    assert outcome(check, page(None), (part,), (part,), (part,)) == "not observed"


def test_each_resource_once() -> None:
    accounts = [{"type": "accounts", "id": each} for each in ACCOUNTS]
    check = collection.test_no_resource_occurs_twice
    assert outcome(check, LISTING, whole(TWO, included=accounts), ()) == "passed"
    assert outcome(check, whole([*TWO, TWO[0]]), LISTING, ()) == "violated"
    assert outcome(check, EMPTY, EMPTY, ()) == "not observed"
    assert outcome(check, LISTING, whole(TWO, included=accounts[:1] * 2), ()) == "violated"
    assert outcome(check, LISTING, LISTING, (whole(TWO[:1] * 2),)) == "violated"


def test_elements_are_compared_with_the_item() -> None:
    check = collection.test_elements_equal_the_invoices
    other = by_itself(1, NOVEMBER | {"amount-spent": "0.01"})
    assert outcome(check, LISTING, (by_itself(1, NOVEMBER), by_itself(2, OCTOBER))) == "passed"
    # One value, whatever zeros it ends with.
    assert outcome(check, LISTING, (by_itself(1, NOVEMBER | {"amount-spent": "0.00"}),)) == "passed"
    assert outcome(check, LISTING, (by_itself(2, OCTOBER), other)) == "violated"
    assert outcome(check, LISTING, (by_itself(3, NOVEMBER),)) == "not observed"
    lean = element(1, NOVEMBER)
    lean["attributes"] = {"reference": "23"}
    del lean["relationships"]
    assert outcome(check, whole([lean]), (by_itself(1, NOVEMBER),)) == "passed"
    for links in (lean["links"], element(1)["relationships"]["account"]["links"]):
        assert links
    moved = element(1, NOVEMBER)
    moved["relationships"]["account"]["links"]["self"] += "?"
    assert outcome(check, whole([moved]), (by_itself(1, NOVEMBER),)) == "violated"


def test_elements_of_other_pages_are_compared() -> None:
    alone = (by_itself(1, NOVEMBER), by_itself(2, OCTOBER))
    other = whole([element(1, NOVEMBER | {"has-pdf": True}), TWO[1]])
    for check in (
        collection.test_elements_of_every_page_equal_the_invoices,
        collection.test_selected_elements_equal_the_invoices,
    ):
        assert outcome(check, LISTING, LISTING, (LISTING,), alone) == "passed"
        assert outcome(check, LISTING, other, (LISTING,), alone) == "violated"
        assert outcome(check, LISTING, LISTING, (other,), alone) == "violated"
        # Not on the first page.
        assert outcome(check, whole([TWO[1]]), other, (LISTING,), alone) == "violated"
        # On every page the same: the finding of the check before.
        assert outcome(check, other, other, (other,), alone) == "passed"
        assert outcome(check, LISTING, EMPTY, (refused(),), alone) == "not observed"


def test_further_attributes_of_elements() -> None:
    check = collection.test_elements_show_no_further_attributes
    further = whole([TWO[0], element(2, OCTOBER | {"profit": "1.0"})])
    assert outcome(check, LISTING, LISTING) == "passed"
    assert outcome(check, LISTING, further) == outcome(check, further, refused()) == "violated"
    assert outcome(check, EMPTY, EMPTY) == "not observed"


def test_internal_attributes_of_elements() -> None:
    check = collection.test_elements_show_no_internal_attributes
    inside = whole([element(1, {"password-digest": "x"})])
    account = {"type": "accounts", "id": ACCOUNTS[0], "attributes": {"password-digest": "x"}}
    assert outcome(check) == "passed"
    for answer in (inside, whole(TWO, included=[account])):
        assert outcome(check, listing_with_account=answer) == "violated"


def test_further_attributes_of_accounts() -> None:
    check = related.test_accounts_of_the_collection_show_no_further_attributes
    accounts: list[dict[str, Any]] = [
        {"type": "accounts", "id": each, "attributes": {"name": "x"}} for each in ACCOUNTS
    ]
    assert outcome(check, whole(TWO, included=accounts)) == "passed"
    accounts[-1]["attributes"] = {"contractor": 7}
    assert outcome(check, whole(TWO, included=accounts)) == "violated"
    assert outcome(check, LISTING) == "not observed"


def test_the_type_of_elements() -> None:
    check = collection.test_the_type_of_an_element_is_invoices
    singular = {**element(2, OCTOBER), "type": "invoice"}
    assert outcome(check, LISTING, LISTING) == "passed"
    assert outcome(check, LISTING, whole([TWO[0], singular])) == "violated"
    assert outcome(check, whole([singular]), refused()) == "violated"
    assert outcome(check, whole([{**singular, "type": 1}]), refused()) == "not observed"


@pytest.mark.parametrize(
    ("count", "expected"), [(2, "passed"), ("2", "violated"), (2.5, "violated"), (None, "violated")]
)
def test_the_form_of_the_total_count(count: Any, expected: str) -> None:
    assert outcome(collection.test_the_total_count_is_an_integer, whole(TWO, total=count)) == expected
    assert outcome(collection.test_there_is_a_total_count, whole(TWO, total=count)) == "passed"


def test_a_collection_may_do_without_a_total_count() -> None:
    uncounted = exchange("listing", body={"data": TWO}, path=COLLECTION)
    assert outcome(collection.test_the_total_count_is_an_integer, uncounted) == "not observed"
    assert outcome(collection.test_there_is_a_total_count, uncounted) == "violated"


def test_the_total_count_over_pages() -> None:
    ten = [element(number) for number in range(10)]
    listing, pages = whole(ten), tuple(walk(ten, 3))
    same = collection.test_the_total_count_is_the_same_on_every_page
    right = collection.test_the_total_count_is_that_of_the_invoices
    assert outcome(same, listing, pages, pages[:1]) == "passed"
    assert outcome(same, listing, (*pages[:3], page(ten[9:], total=1)), ()) == "violated"
    assert outcome(same, listing, pages, (page(ten[:1], total=1),)) == "violated"
    assert outcome(same, listing, (page(None, total=1), refused()), ()) == "not observed"
    assert outcome(right, listing, (listing,), pages) == "passed"
    assert outcome(right, whole(ten, total=11), (listing,), pages) == "violated"
    assert outcome(right, whole(ten, total=9), (refused(),), pages) == "violated"
    # A walk that was cut short shows nothing.
    assert outcome(right, whole(ten, total=11), (refused(),), pages[:2]) == "not observed"


def test_the_total_count_of_a_filter() -> None:
    check = collection.test_the_total_count_is_that_of_what_was_asked_for
    none = ((), (), (), ())
    assert outcome(check, (whole(TWO),), (EMPTY,), *none) == "passed"
    assert outcome(check, (whole(TWO),), (whole([], total=2),), *none) == "violated"
    assert outcome(check, (whole(TWO),), (page([], links={}, total=2),), *none) == "violated"
    assert outcome(check, (page(TWO, links={}, total=9),), (), *none) == "not observed"
    assert outcome(check, (whole(TWO, total=9),), (EMPTY,), *none) == "violated"
    assert outcome(check, (whole(TWO, total="2"),), (), *none) == "violated"
    several = page(TWO, links={"next": at("page[number]=2")}, total=9)
    assert outcome(check, (refused(),), (several,), *none) == "not observed"


@pytest.mark.parametrize(
    ("data", "expected"),
    [
        (TWO, "passed"),
        (TWO[::-1], "violated"),
        ([element(1), element(2)], "not observed"),
        ([element(1), element(2, {"start-date": 5})], "not observed"),
        # The same point in time, written with another offset, is a tie.
        ([*TWO, element(3, {"start-date": "2024-09-30T22:00:00Z"})], "passed"),
    ],
)
def test_the_default_order(data: list[Any], expected: str) -> None:
    assert outcome(collection.test_the_newest_comes_first, whole(data)) == expected


@pytest.mark.parametrize(
    ("data", "expected"),
    [
        ([element(1, NOVEMBER, 0), element(2, OCTOBER, 0)], "passed"),
        ([element(1, NOVEMBER, 0), element(2, LATE_OCTOBER, 1)], "not observed"),
        ([element(1, NOVEMBER, 0), element(2, LATE_OCTOBER, 1), element(3, OCTOBER, 0)], "passed"),
        ([element(1, NOVEMBER, 0), element(2, LATE_OCTOBER, 0)], "violated"),
        (TWO, "not observed"),
    ],
)
def test_periods(data: list[Any], expected: str) -> None:
    assert outcome(collection.test_periods_of_one_account_do_not_overlap, whole(data)) == expected


def included(*resources: tuple[str, str], linked: tuple[str, str] | None = None) -> Exchange:
    data = [element(1, account=0), element(2, account=1)]
    if linked:
        data[0]["relationships"]["contractor"] = {"data": {"type": linked[0], "id": linked[1]}}
    return whole(data, "include=account", included=[{"type": kind, "id": each} for kind, each in resources])


BOTH = tuple(("accounts", each) for each in ACCOUNTS)
CONTRACTOR = ("contractors", "7")


@pytest.mark.parametrize(
    ("answer", "outcomes"),
    [
        (included(*BOTH), ["passed"] * 3),
        (included(*BOTH[:1]), ["violated", "passed", "passed"]),
        (whole([element(1, account=0)]), ["violated", "not observed", "not observed"]),
        (included(*BOTH, CONTRACTOR), ["passed", "violated", "passed"]),
        (included(*BOTH, CONTRACTOR, linked=CONTRACTOR), ["passed", "passed", "violated"]),
        (included(), ["violated", "not observed", "not observed"]),
        (refused(), ["not observed"] * 3),
        (whole(TWO, included=[]), ["not observed"] * 3),
        # One of two shows no account, which is a finding of its own.
        (whole([element(1, account=0), element(2)], included=[]), ["not observed"] * 3),
        (
            whole(
                [included(linked=CONTRACTOR).document["data"][0], element(2)],
                included=[{"type": kind, "id": each} for kind, each in (*BOTH, CONTRACTOR)],
            ),
            ["not observed", "violated", "not observed"],
        ),
    ],
)
def test_inclusion(answer: Exchange, outcomes: list[str]) -> None:
    checks = (
        parameters.test_the_accounts_of_the_collection_are_included,
        parameters.test_included_resources_are_linked_from_the_collection,
        parameters.test_nothing_but_accounts_is_included,
    )
    assert [outcome(check, answer) for check in checks] == outcomes


@pytest.mark.parametrize(
    "check",
    [
        parameters.test_an_unknown_include_path_is_refused_by_the_collection,
        parameters.test_an_unknown_field_is_refused_by_the_collection,
        parameters.test_an_undefined_parameter_is_refused_by_the_collection,
        parameters.test_a_sort_of_the_wrong_shape_is_refused,
    ],
)
def test_refusals(check: Any) -> None:
    assert outcome(check, LISTING, refused()) == "passed"
    assert outcome(check, LISTING, LISTING) == "violated"
    assert outcome(check, refused(404), LISTING) == "not observed"


def test_sparse_elements() -> None:
    check = parameters.test_elements_have_only_the_named_fields
    sparse = element(1)
    sparse["attributes"] = {"reference": "23", "amount-spent": "0.0"}
    assert outcome(check, LISTING, whole([sparse])) == "violated"
    del sparse["relationships"]
    assert outcome(check, LISTING, whole([sparse])) == "passed"
    assert outcome(check, LISTING, refused()) == "passed"
    assert outcome(check, LISTING, LISTING) == "violated"
    assert outcome(check, EMPTY, LISTING) == "not observed"
    assert outcome(check, LISTING, refused(404)) == "violated"
    # Nothing can be left out of what has these fields alone, and none of them chosen from what lacks one.
    assert outcome(check, whole([sparse]), whole([sparse])) == "passed"
    del sparse["attributes"]["reference"]
    assert outcome(check, whole([sparse]), whole([sparse])) == "not observed"


def test_an_empty_collection_with_inclusion() -> None:
    check = parameters.test_an_empty_collection_is_a_compound_document_too
    compound = whole(TWO, included=[])
    assert outcome(check, compound, whole([], included=[])) == "passed"
    assert outcome(check, compound, EMPTY) == "violated"
    assert outcome(check, compound, LISTING) == "not observed"
    assert outcome(check, compound, whole([], jsonapi={"version": "1.0"})) == "not observed"
    # Without inclusion there is nothing to ask for.
    assert outcome(check, LISTING, EMPTY) == "not observed"


def test_sparse_elements_beside_other_parameters() -> None:
    check = parameters.test_fields_hold_beside_other_parameters
    alone, view = element(1), element(1, account=0)
    alone["attributes"] = {"reference": "23", "amount-spent": "0.0"}
    del alone["relationships"]
    assert outcome(check, whole([alone]), (whole([view], "sort=-amount-spent"),)) == "violated"
    view["attributes"] = {"amount-spent": "0.0"}
    assert outcome(check, whole([alone]), (whole([view], "sort=-amount-spent"),)) == "passed"
    assert outcome(check, whole([element(1)]), (whole([element(1)], "sort=-amount-spent"),)) == "not observed"
    assert outcome(check, whole([alone]), (refused(),)) == "not observed"


@pytest.mark.parametrize(
    ("owners", "amounts", "left_out"),
    [
        # The first account owns the largest amount, and the other fills two pages.
        ((0, 1, 1, 1), ("9", "3", "2", "1"), 0),
        # Without the first one there would be one page; the second is among the four largest.
        ((0, 0, 0, 1), ("9", "8", "7", "6"), 1),
        ((0, 0, 0, 0, 1), ("9", "8", "7", "6", "1"), None),
        ((0, 0, 0), ("9", "8", "7"), None),
        ((0, 1, 1, 1), ("9", None, "2", "1"), None),
    ],
)
def test_the_filter_of_the_view(owners: tuple[int, ...], amounts: tuple[Any, ...], left_out: int | None) -> None:
    rows = [
        element(number, {"amount-spent": amount}, account=owner)
        for number, (owner, amount) in enumerate(zip(owners, amounts, strict=True))
    ]
    wanted = [ACCOUNTS[owner] for owner in dict.fromkeys(owners) if owner != left_out]
    path = first_of_view.path
    assert callable(path)
    assert f"filter%5Baccount_id_in%5D={','.join(wanted)}&" in path(whole(rows))
