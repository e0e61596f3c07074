"""The collection of invoices, its document, its count, its order, and whether it agrees with the invoices."""

from __future__ import annotations

from contextlib import suppress
from itertools import pairwise
from typing import Any

from conformance.checks.support import documents, resources
from conformance.checks.support.conditions import conditions, outcome
from conformance.judge.api import Violation, expect, expect_status, observe_each, require, requirement
from conformance.judge.preconditions import require_status
from conformance.model import contract
from conformance.model.exchange import Exchange, NotObserved
from conformance.reading import collection_pages
from conformance.reading.attribute_names import shown_name
from conformance.syntax.json_text import IntegerLexeme
from conformance.syntax.scalars import Instant, is_same_value, shown

Exchanges = tuple[Exchange, ...]


@requirement("COLL-001")
def test_the_collection_is_an_array_of_resources(listing: Exchange) -> None:
    expect_status(listing, 200, why="it is the collection")
    _expect_array(listing)


@requirement("COLL-001")
def test_a_part_of_the_collection_is_an_array(
    listing: Exchange,
    every_filtered_by_value: Exchanges,
    every_unmatched_filter: Exchanges,
    every_page_past_the_end: Exchanges,
) -> None:
    collection_pages.data_of(listing)

    def judge(page: Exchange) -> None:
        require_status(page, 200)
        _expect_array(page)

    observe_each((*every_filtered_by_value, *every_unmatched_filter, *every_page_past_the_end), judge)


def _expect_array(page: Exchange) -> None:
    data = documents.primary_data(page)
    expect(isinstance(data, list), "an array, empty when there is nothing", shown(data), page, part="/data")
    for place, element in enumerate(data):
        expect(isinstance(element, dict), "a resource object", shown(element), page, part=f"/data/{place}")


@requirement("ITEM-007")
def test_the_type_of_an_element_is_invoices(listing: Exchange, listing_with_account: Exchange) -> None:
    def judge(page: Exchange) -> None:
        for place, element in enumerate(collection_pages.elements(page).values()):
            kind = element.get("type")
            require(isinstance(kind, str), "an element has no type")
            expect(kind == "invoices", '"invoices"', shown(kind), page, part=f"/data/{place}/type")

    observe_each((listing, listing_with_account), judge)


@requirement("ITEM-032")
def test_elements_show_no_internal_attributes(listing: Exchange, listing_with_account: Exchange) -> None:
    def judge(page: Exchange) -> None:
        for kind in ("invoices", "accounts"):
            for pointer, resource in documents.of_type(page, kind):
                resources.expect_nothing_internal(page, pointer, resource)

    observe_each((listing, listing_with_account), judge)


@requirement("ITEM-023")
def test_elements_show_no_further_attributes(listing: Exchange, listing_with_account: Exchange) -> None:
    def judge(page: Exchange) -> None:
        for pointer, element in documents.of_type(page, "invoices"):
            resources.expect_no_further_attributes(page, pointer, element, contract.attribute_names())

    observe_each((listing, listing_with_account), judge)


@requirement("COLL-002")
def test_no_resource_occurs_twice(
    listing: Exchange, listing_with_account: Exchange, every_page_of_three: Exchanges
) -> None:
    def judge(page: Exchange) -> None:
        seen: set[tuple[str, str]] = set()
        for place, part in (
            ("/data", collection_pages.data_of(page)),
            ("/included", page.document.get("included", [])),
        ):
            for identity in resources.identities(part):
                expect(identity not in seen, "every resource once", f"{' '.join(identity)} twice", page, part=place)
                seen.add(identity)
        require(seen, "the page is empty")

    observe_each((listing, listing_with_account, *every_page_of_three), judge)


@requirement("COLL-003")
def test_elements_equal_the_invoices(listing: Exchange, every_item: Exchanges) -> None:
    observe_each(every_item, lambda item: _expect_as_by_itself(listing, item))


@requirement("COLL-003")
def test_elements_of_every_page_equal_the_invoices(
    listing: Exchange, listing_with_account: Exchange, every_page_of_three: Exchanges, every_item: Exchanges
) -> None:
    _expect_alike_as_on(listing, (listing_with_account, *every_page_of_three), every_item)


@requirement("COLL-003")
def test_selected_elements_equal_the_invoices(
    listing: Exchange, sorted_by_two: Exchange, every_filtered_by_value: Exchanges, every_item: Exchanges
) -> None:
    _expect_alike_as_on(listing, (sorted_by_two, *every_filtered_by_value), every_item)


def _expect_alike_as_on(listing: Exchange, pages: Exchanges, items: Exchanges) -> None:
    # What differs without parameters already is the finding of another check.
    alike = []
    for item in items:
        with suppress(Violation):
            # An invoice that stands on a later page is judged there alone.
            with suppress(NotObserved):
                _expect_as_by_itself(listing, item)
            alike.append(item)
    observe_each(pages, lambda page: observe_each(alike, lambda item: _expect_as_by_itself(page, item)))


def _expect_as_by_itself(page: Exchange, item: Exchange) -> None:
    known = collection_pages.elements(page)
    identifier = str(item.resource.get("id")).lower()
    require(identifier in known, "the invoice is not on this page of the collection")
    place = list(known).index(identifier)
    # A server may show a part of the fields in a list; what it shows is the same.
    for part in ("attributes", "links"):
        alone, listed = (documents.member_object(each, part) for each in (item.resource, known[identifier]))
        for name in listed.keys() & alone.keys():
            pointer = f"/data/{place}/{part}/{name}"
            _expect_same(alone[name], listed[name], page, pointer, is_link=part == "links")
    alone, listed = map(_account_links, (item.resource, known[identifier]))
    for name in listed.keys() & alone.keys():
        pointer = f"/data/{place}/relationships/account/links/{name}"
        _expect_same(alone[name], listed[name], page, pointer, is_link=True)


def _expect_same(alone: Any, listed: Any, page: Exchange, pointer: str, *, is_link: bool) -> None:
    if is_link:
        # A link object leads where its href does.
        alone, listed = (each.get("href") if isinstance(each, dict) else each for each in (alone, listed))
    expect(is_same_value(alone, listed), f"{shown(alone)} as by itself", shown(listed), page, part=pointer)


def _account_links(resource: documents.Object) -> documents.Object:
    relationships: Any = documents.member_object(resource, "relationships")
    account: Any = documents.member_object(relationships, "account")
    return documents.member_object(account, "links")


@requirement("COLL-004")
def test_the_total_count_is_an_integer(listing: Exchange) -> None:
    collection_pages.data_of(listing)
    require(collection_pages.has_total_count(listing), "there is no total count", owner="COLL-007")
    count = collection_pages.total_count(listing)
    expect(isinstance(count, IntegerLexeme), "an integer", shown(count), listing, part="/meta/total-count")


@requirement("COLL-004")
def test_the_total_count_is_the_same_on_every_page(
    listing: Exchange, every_page_of_three: Exchanges, every_page_of_one: Exchanges
) -> None:
    expected = _count(listing)

    def judge(page: Exchange) -> None:
        collection_pages.data_of(page)
        observed = _count(page)
        expect(observed == expected, f"{expected} as on the first page", observed, page, part="/meta/total-count")

    observe_each((*every_page_of_three, *every_page_of_one), judge)


@requirement("COLL-004")
def test_the_total_count_is_that_of_the_invoices(
    listing: Exchange, every_page_of_listing: Exchanges, every_page_of_three: Exchanges
) -> None:
    found: set[str] = set()
    given_on_pages: set[int] = set()
    for pages in (every_page_of_listing, every_page_of_three):
        with suppress(NotObserved):
            walked = collection_pages.walked(pages)
            found.update(identifier for page in walked for identifier in collection_pages.elements(page))
            given_on_pages.add(sum(len(collection_pages.data_of(page)) for page in walked))
    require(given_on_pages, "no walk over the pages came to its end")
    # That elements come again on another page, and others not at all, is PAGE-003.
    right = _count(listing) in {len(found), *given_on_pages}
    expect(right, str(len(found)), _count(listing), listing, part="/meta/total-count")


@requirement("COLL-004")
def test_the_total_count_is_that_of_what_was_asked_for(  # noqa: PLR0913, PLR0917 - one argument per kind of listing
    every_filtered_by_account: Exchanges,
    every_filtered_by_range: Exchanges,
    every_filtered_by_value: Exchanges,
    every_unmatched_filter: Exchanges,
    every_sorted_by: Exchanges,
    every_listing_arranged: Exchanges,
) -> None:
    def judge(page: Exchange) -> None:
        found = collection_pages.elements(page)
        require(collection_pages.has_total_count(page), "there is no total count", owner="COLL-007")
        count = collection_pages.total_count(page)
        expect(isinstance(count, IntegerLexeme), "an integer", shown(count), page, part="/meta/total-count")
        # The first page of several is not empty.
        whole = collection_pages.is_whole(page) or not found
        require(whole, f"the answer to {page.described} is one page of several")
        expect(count == len(found), str(len(found)), shown(count), page, part="/meta/total-count")

    filtered = (*every_filtered_by_account, *every_filtered_by_range, *every_filtered_by_value, *every_unmatched_filter)
    observe_each((*filtered, *every_sorted_by, *every_listing_arranged), judge)


@requirement("COLL-004")
def test_the_total_count_of_several_pages_is_that_of_the_filter(
    listing_with_account: Exchange, every_page_of_view: Exchanges
) -> None:
    first, *_ = every_page_of_view
    require(collection_pages.is_whole(listing_with_account), "not all of the collection is known")
    asked = conditions(first)
    outcomes = [outcome(asked, each) for each in collection_pages.elements(listing_with_account).values()]
    heeded = all(outcome(asked, each) for each in collection_pages.elements(first).values())
    require(heeded and None not in outcomes, "the filter has no effect, or its effect is not known")
    expected = outcomes.count(True)
    expect(_count(first) == expected, str(expected), _count(first), first, part="/meta/total-count")


def _count(page: Exchange) -> int:
    count = collection_pages.total_count(page)
    if not isinstance(count, IntegerLexeme):
        raise NotObserved("the total count is not an integer")
    return int(count)


# JSON:API has no such member: paging works by the links.
@requirement("COLL-007")
def test_there_is_a_total_count(listing: Exchange) -> None:
    collection_pages.data_of(listing)
    expect(collection_pages.has_total_count(listing), "the number of invoices", "none", listing, part="/meta")


@requirement("COLL-005")
def test_the_newest_comes_first(listing: Exchange) -> None:
    elements = [*collection_pages.elements(listing).values()]
    starts = [start for start in collection_pages.values(elements, "start-date") if isinstance(start, Instant)]
    require(len(starts) == len(elements), "an element has no start date")
    require(len(set(starts)) > 1, "the collection does not show two different start dates")
    for place, (one, other) in enumerate(pairwise(starts), 1):
        part = f"/data/{place}/attributes/{shown_name(elements[place]['attributes'], 'start-date')}"
        expect(
            one >= other,
            "a start-date not later than that of the element before",
            "a later start-date",
            listing,
            part=part,
        )


@requirement("COLL-006")
def test_periods_of_one_account_do_not_overlap(listing_with_account: Exchange) -> None:
    periods: dict[str, list[tuple[Instant, Instant, str]]] = {}
    for identifier, element in collection_pages.elements(listing_with_account).items():
        start, end = (_time(element, name) for name in ("start-date", "end-date"))
        if start < end:
            periods.setdefault(collection_pages.account_id(element), []).append((start, end, identifier))
    pairs = [pair for each in periods.values() for pair in pairwise(sorted(each))]
    require(pairs, "no account has two invoices")
    for (_, end, one), (start, _, other) in pairs:
        observed = f"invoice {other} begins before {one} ends"
        expect(end <= start, "periods one after the other", observed, listing_with_account, part="/data")


def _time(element: documents.Object, name: str) -> Instant:
    found = collection_pages.value(element, name)
    if not isinstance(found, Instant):
        raise NotObserved(f"{name} of an element is not a time")
    return found
