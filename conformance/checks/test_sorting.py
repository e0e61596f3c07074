"""The order that the parameter sort asks for, by the values that the collection shows."""

from __future__ import annotations

from collections.abc import Iterable

from conformance.checks.support.ordering import asked_order, differing, disorder, text_disorder, tied
from conformance.judge.api import expect, expect_status, require, requirement
from conformance.judge.preconditions import require_status
from conformance.model import contract
from conformance.model.exchange import Exchange, NotObserved
from conformance.reading import collection_pages


def _require_accepted(page: Exchange) -> None:
    """Raise NotObserved when the sort field was not accepted: that is lawful, unless SORT-004 reports how."""
    if page.status != 200:
        raise NotObserved("the sort was not accepted", owner="SORT-004", lawful=True)


@requirement("SORT-001")
def test_a_sort_field_orders_by_value(sorted_by: Exchange) -> None:
    _require_accepted(sorted_by)
    name, descending = asked_order(sorted_by)[0]
    elements = collection_pages.elements(sorted_by).values()
    require(differing(elements, name), f"there are no two invoices whose order by {name} is certain")
    wrong = _disorder(sorted_by, (name, descending))
    expected = f"{'descending' if descending else 'ascending'} {name}"
    expect(wrong is None, expected, wrong, sorted_by, part="/data")


@requirement("SORT-001")
def test_a_sort_holds_beside_other_parameters(
    every_sorted_by: tuple[Exchange, ...], every_page_of_view: tuple[Exchange, ...]
) -> None:
    first, *_ = every_page_of_view
    require_status(first, 200)
    field = asked_order(first)[0]
    alone = next((page for page in every_sorted_by if asked_order(page)[0][0] == field[0]), None)
    require(
        alone is not None and alone.status == 200 and not _disorder(alone, asked_order(alone)[0]),
        "it does not work alone either",
    )
    elements = collection_pages.elements(first).values()
    require(differing(elements, field[0]), f"there are no two invoices whose order by {field[0]} is certain")
    wrong = _disorder(first, field)
    expect(wrong is None, f"descending {field[0]}, with a filter and a page, too", wrong, first, part="/data")


@requirement("SORT-002")
def test_the_second_sort_field_orders_what_the_first_leaves_tied(
    sorted_by_two: Exchange, every_sorted_by: tuple[Exchange, ...]
) -> None:
    require_status(sorted_by_two, 200)
    first, second = asked_order(sorted_by_two)
    # A server that cannot sort by one field alone, or not rightly, has that fault only.
    for field in (first, second):
        alone = next((page for page in every_sorted_by if asked_order(page)[0][0] == field[0]), None)
        require(
            alone is not None and alone.status == 200 and not _disorder(alone, asked_order(alone)[0]),
            "one field alone",
            owner="SORT-001",
        )
    wrong = _disorder(sorted_by_two, first)
    expect(wrong is None, f"the order of the first field, {first[0]}", wrong, sorted_by_two, part="/data")
    runs = tied(list(collection_pages.elements(sorted_by_two).values()), first[0])
    runs = [run for run in runs if differing(run, second[0])]
    require(runs, f"the first field leaves none tied that differ in {second[0]}")
    wrong = next((each for each in (_disorder_of(run, second) for run in runs) if each), None)
    direction = "descending" if second[1] else "ascending"
    expect(wrong is None, f"{direction} {second[0]} where {first[0]} is the same", wrong, sorted_by_two, part="/data")


def _disorder(page: Exchange, field: tuple[str, bool]) -> str | None:
    """Return where a page is in none of the orders that its sort field can have, by value or by text."""
    return _disorder_of(collection_pages.elements(page).values(), field)


def _disorder_of(elements: Iterable[collection_pages.Object], field: tuple[str, bool]) -> str | None:
    # JSON:API defines no order of values.
    rows = [*elements]
    wrong = disorder(rows, field[0], descending=field[1])
    if not _is_written_as_text(field[0]):
        return wrong
    return None if text_disorder(rows, field[0], descending=field[1]) is None else wrong


def _disorder_of_values(page: Exchange, field: tuple[str, bool]) -> str | None:
    return disorder(collection_pages.elements(page).values(), field[0], descending=field[1])


def _is_written_as_text(name: str) -> bool:
    """Return whether an attribute is a number or a time that JSON has as a text."""
    return name in {*contract.amounts(), *contract.dates(), *contract.call_times()}


@requirement("SORT-003")
def test_an_unsupported_sort_is_refused(listing: Exchange, unsupported_sort: Exchange) -> None:
    require_status(listing, 200)
    require(not _is_sorted_by_a_known_name(unsupported_sort), "the server knows the name in this spelling, too")
    expect_status(unsupported_sort, 400, why="there is no such field; names are case-sensitive")


def _is_sorted_by_a_known_name(page: Exchange) -> bool:
    """Return whether a page was really sorted by an attribute whose name is written in another case."""
    if page.status != 200:
        return False
    (name, descending), *others = asked_order(page)
    known = name.lower()
    if others or known not in contract.attribute_names():
        return False
    elements = collection_pages.elements(page).values()
    return differing(elements, known) and _disorder(page, (known, descending)) is None


@requirement("SORT-004")
def test_every_attribute_sorts_or_is_refused(listing: Exchange, sorted_by: Exchange) -> None:
    require_status(listing, 200)
    expect_status(sorted_by, 200, 400, why="an attribute sorts, or is refused as sort field")


@requirement("SORT-005")
def test_amounts_and_times_are_ordered_by_their_values(sorted_by: Exchange) -> None:
    _require_accepted(sorted_by)
    field = asked_order(sorted_by)[0]
    name, descending = field
    require(_is_written_as_text(name), "neither an amount nor a time")
    elements = collection_pages.elements(sorted_by).values()
    require(differing(elements, name), f"there are no two invoices whose order by {name} is certain")
    require(_disorder(sorted_by, field) is None, "not sorted at all", owner="SORT-001")
    wrong = _disorder_of_values(sorted_by, field)
    expected = f"{'descending' if descending else 'ascending'} {name}, by value and not as text"
    expect(wrong is None, expected, wrong, sorted_by, part="/data")
