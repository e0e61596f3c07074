"""Filters, judged by the values that the collection shows with and without them."""

from __future__ import annotations

from conformance.checks.support.conditions import Condition, conditions, outcome
from conformance.judge.api import Violation, expect, expect_status, observe_each, require, requirement, status_line
from conformance.judge.preconditions import is_refusal, require_status
from conformance.model.exchange import Exchange, NotObserved
from conformance.reading import collection_pages
from conformance.syntax.scalars import shown

Exchanges = tuple[Exchange, ...]


@requirement("FILT-001")
def test_an_unknown_filter_is_refused(listing: Exchange, unknown_filter: Exchange) -> None:
    require_status(listing, 200)
    expect_status(unknown_filter, 400, why="there is no filter nosuch")


@requirement("FILT-001")
def test_an_undefined_filter_is_refused(listing: Exchange, undefined_filter: Exchange) -> None:
    require_status(listing, 200)
    expect_status(undefined_filter, 400, why="there is no such operator or attribute")


@requirement("FILT-001")
def test_a_filter_without_an_operator_is_refused_or_selects(
    listing: Exchange, unknown_filter: Exchange, filter_without_operator: Exchange
) -> None:
    require_status(listing, 200)
    require(collection_pages.elements(listing), "the collection is empty")
    require(is_refusal(unknown_filter), "no unknown filter is refused; another check judges that")
    # A server may have such a filter, too.
    selects = filter_without_operator.status == 200 and not collection_pages.data_of(filter_without_operator)
    observed = status_line(filter_without_operator)
    expect(selects or filter_without_operator.status == 400, "400, or none", observed, filter_without_operator)


@requirement("FILT-001")
def test_an_unknown_operator_is_refused(
    listing: Exchange, every_filtered_by_value: Exchanges, unknown_filter_operator: Exchange
) -> None:
    require_status(listing, 200)
    known = any(page.status == 200 and _name(page) == "reference" for page in every_filtered_by_value)
    require(known, "there is no filter by reference")
    expect_status(unknown_filter_operator, 400, why="there is no operator nosuch")


@requirement("FILT-002")
def test_a_filter_by_account_selects_the_invoices_of_the_accounts(
    listing_with_account: Exchange, unknown_filter: Exchange, filtered_by_account: Exchange
) -> None:
    _require_filters_matter(listing_with_account, unknown_filter, filtered_by_account)
    _expect_selection(listing_with_account, filtered_by_account)


@requirement("FILT-002")
def test_a_filter_holds_beside_other_parameters(
    listing_with_account: Exchange,
    unknown_filter: Exchange,
    every_filtered_by_account: Exchanges,
    every_page_of_view: Exchanges,
) -> None:
    alone = [page for page in every_filtered_by_account if conditions(page)[0].operator == "in"]
    require(
        alone and alone[0].status == 200 and not _unwanted(alone[0]),
        "the filter does not select alone either; another check judges that",
    )
    # Where all are of the named accounts, a filter that is ignored seems to work alone.
    _require_filters_matter(listing_with_account, unknown_filter, alone[0])

    def judge(page: Exchange) -> None:
        require_status(page, 200)
        unwanted = _unwanted(page)
        observed = f"{len(unwanted)} invoices of others, such as {unwanted[0]}" if unwanted else ""
        expect(not unwanted, "invoices of the named accounts alone", observed, page, part="/data")

    observe_each(every_page_of_view, judge)


def _unwanted(page: Exchange) -> list[str]:
    """Return the ids of invoices that do not fulfil the filters of the request."""
    asked = conditions(page)
    return [each for each, element in collection_pages.elements(page).items() if outcome(asked, element) is False]


@requirement("FILT-003")
def test_what_matches_nothing_gives_nothing(
    listing: Exchange, unknown_filter: Exchange, every_filtered_by_account: Exchanges, unmatched_filter: Exchange
) -> None:
    _require_filters_matter(listing, unknown_filter, unmatched_filter)
    # A server without this filter refuses it with any value.
    known = any(page.status == 200 for page in every_filtered_by_account)
    require(known or "account" not in unmatched_filter.probe, "the filter by account is refused")
    require(not is_refusal(unmatched_filter), "the value is refused")
    expect_status(unmatched_filter, 200, why="no invoice has that value")
    data = collection_pages.data_of(unmatched_filter)
    expect(not data, "an empty array", shown(data), unmatched_filter, part="/data")


@requirement("FILT-004")
def test_a_value_of_the_wrong_type_selects_nothing(  # noqa: PLR0913, PLR0917 - one argument per kind of filter
    listing: Exchange,
    unknown_filter: Exchange,
    every_filtered_by_range: Exchanges,
    every_filtered_by_account: Exchanges,
    every_filtered_by_value: Exchanges,
    mistyped_filter: Exchange,
) -> None:
    _require_filters_matter(listing, unknown_filter, mistyped_filter)
    typed = (*every_filtered_by_range, *every_filtered_by_account, *every_filtered_by_value)
    right = next((page for page in typed if _name(page) == _name(mistyped_filter)), None)
    if right is None or right.status != 200:
        raise NotObserved("the filter was not accepted with a value of the right type")
    if is_refusal(mistyped_filter):
        return
    expect_status(mistyped_filter, 200, 400, why="the value is of the wrong type")
    data = collection_pages.data_of(mistyped_filter)
    expect(not data, "400, or an empty array", shown(data), mistyped_filter, part="/data")


def _name(page: Exchange) -> str:
    return conditions(page)[0].name


@requirement("FILT-005")
def test_a_range_selects_by_the_shown_values(
    listing: Exchange, unknown_filter: Exchange, filtered_by_range: Exchange
) -> None:
    _require_filters_matter(listing, unknown_filter, filtered_by_range)
    _expect_selection(listing, filtered_by_range)


@requirement("FILT-006")
def test_a_value_selects_by_the_shown_values(
    listing: Exchange, unknown_filter: Exchange, filtered_by_value: Exchange
) -> None:
    _require_filters_matter(listing, unknown_filter, filtered_by_value)
    _expect_selection(listing, filtered_by_value)


def _require_filters_matter(listing: Exchange, unknown_filter: Exchange, filtered: Exchange) -> None:
    """Raise NotObserved when the server ignores this filter as it ignores unknown ones: FILT-001 owns that."""
    if unknown_filter.status != 200 or filtered.status != 200:
        return
    everything = collection_pages.elements(listing).keys()
    ignores = collection_pages.elements(unknown_filter).keys() == everything
    # Of filters by several attributes it may know some and ignore the others.
    several = len({each.name for each in conditions(filtered)}) > 1
    ignored = ignores and (several or collection_pages.elements(filtered).keys() == everything)
    require(not ignored, "the server ignores filters that it does not know", owner="FILT-001")


def _expect_selection(listing: Exchange, filtered: Exchange) -> None:
    """Raise Violation unless a filter keeps what fulfils it by the shown values, and nothing else."""
    require(filtered.status == 200, "the filter was refused")
    asked = conditions(filtered)
    everything, selected = collection_pages.elements(listing), collection_pages.elements(filtered)
    outcomes = {identifier: outcome(asked, element) for identifier, element in everything.items()}
    complete = collection_pages.is_whole(filtered)
    require(
        False in outcomes.values() or (complete and True in outcomes.values()),
        "no invoice shows whether the filter works",
    )
    expected = f"the invoices that fulfil {' and '.join(map(str, asked))}"
    for place, (identifier, element) in enumerate(selected.items()):
        if outcome(asked, element) is False:
            observed = f"invoice {identifier} with {_shown(asked, element)}"
            raise Violation(expected, observed, filtered, part=f"/data/{place}")
    if complete:
        missing = [each for each, fulfils in outcomes.items() if fulfils and each not in selected]
        observed = f"not invoice {missing[0]} with {_shown(asked, everything[missing[0]])}" if missing else ""
        expect(not missing, expected, observed, filtered, part="/data")


def _shown(asked: list[Condition], element: collection_pages.Object) -> str:
    """Return the value of an element whose outcome is known, so that it can be read."""
    name = next((each for each in asked if each.holds(element) is False), asked[0]).name
    value = collection_pages.account_id(element) if name == "account-id" else collection_pages.written(element, name)
    return f"{name} {shown(value)}"
