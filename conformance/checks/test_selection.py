"""What the collection selects whatever else is asked for, queries of odd syntax, and where it ends."""

from __future__ import annotations

import re

from conformance.checks.support import documents
from conformance.checks.support.conditions import conditions, outcome
from conformance.checks.support.isolation import require_two_customers
from conformance.judge.api import expect, expect_status, observe_each, require, requirement
from conformance.judge.preconditions import expect_survived, is_refusal, require_status
from conformance.model.exchange import Exchange, NotObserved
from conformance.plan.probes.selection import ODD_TEXT
from conformance.reading import collection_pages
from conformance.syntax.json_text import IntegerLexeme
from conformance.syntax.scalars import shown
from conformance.syntax.urls import target_of

Exchanges = tuple[Exchange, ...]


@requirement("COLL-009")
def test_every_known_invoice_is_listed(
    every_item: Exchanges, listing: Exchange, every_page_of_listing: Exchanges, every_page_of_three: Exchanges
) -> None:
    listed = set().union(*(_ids(page) for page in (listing, *every_page_of_listing, *every_page_of_three)))
    whole = collection_pages.is_whole(listing) or any(
        map(_comes_to_its_end, (every_page_of_listing, every_page_of_three))
    )

    def judge(item: Exchange) -> None:
        identifier = str(item.resource.get("id")).lower()
        require(identifier in listed or whole, "not all of the collection was seen")
        expect(identifier in listed, f"invoice {identifier}", "not in the collection", listing, part="/data")

    observe_each(every_item, judge)


def _ids(page: Exchange) -> list[str]:
    return list(collection_pages.elements(page)) if page.status == 200 else []


def _comes_to_its_end(pages: Exchanges) -> bool:
    try:
        return bool(collection_pages.walked(pages))
    except NotObserved:
        return False


@requirement("COLL-009")
def test_what_is_listed_can_be_fetched(item: Exchange, listed_item: Exchange) -> None:
    require_status(item, 200, owner="ITEM-001")
    expect_status(listed_item, 200, why="it is in the collection")


@requirement("COLL-010")
def test_inclusion_and_sorting_select_nothing(  # noqa: PLR0913, PLR0917 - one argument per kind of listing
    listing: Exchange,
    listing_with_account: Exchange,
    listing_sparse: Exchange,
    every_sorted_by: Exchanges,
    every_sorted_by_two: Exchanges,
    every_listing_arranged: Exchanges,
) -> None:
    total = _count(listing)
    whole = collection_pages.is_whole(listing)

    def judge(page: Exchange) -> None:
        found = _ids(page)
        require(page.status == 200, "refused")
        count = _count(page)
        if count is not None and total is not None:
            expect(count == total, f"{total} as without", count, page, part="/meta/total-count")
        require(whole and collection_pages.is_whole(page), "one page of several")
        expect(set(found) == set(_ids(listing)), "the invoices as without", f"{len(found)}, others", page, part="/data")

    arranged = (*every_sorted_by, *every_sorted_by_two, *every_listing_arranged)
    observe_each((listing_with_account, listing_sparse, *arranged), judge)


def _count(page: Exchange) -> int | None:
    count = collection_pages.total_count(page)
    return int(count) if isinstance(count, IntegerLexeme) else None


@requirement("COLL-011")
def test_the_accounts_of_known_invoices_are_listed(
    every_related: Exchanges | None, every_item_with_account: Exchanges | None, accounts_listing: Exchange
) -> None:
    require_status(accounts_listing, 200)
    listed = _ids(accounts_listing)
    require(collection_pages.is_whole(accounts_listing), "not the whole list")

    def judge(exchange: Exchange) -> None:
        for _, account in documents.of_type(exchange, "accounts"):
            identifier = str(account.get("id")).lower()
            expect(identifier in listed, f"account {identifier}", "not in the list", accounts_listing, part="/data")

    # Where no link leads to the accounts, those that are included with the invoices are known.
    observe_each(every_related or every_item_with_account or (), judge)


@requirement("SEC-031")
def test_a_filter_by_account_reveals_nothing_of_other_customers(
    item: Exchange,
    other_item_of_owner: Exchange,
    every_unmatched_filter: Exchanges,
    every_listing_of_foreign: Exchanges,
) -> None:
    require_two_customers(item, other_item_of_owner)
    counterparts = {_variant(page): page for page in every_unmatched_filter}

    def judge(foreign: Exchange) -> None:
        unknown = counterparts.get(_variant(foreign))
        require(unknown is not None, "nothing that does not exist is asked for in the same way")
        assert unknown is not None
        require(foreign.status != 200 or not _ids(foreign), "invoices of others are shown", owner="SEC-004")
        expected = f"{_selected(unknown)}, as for what does not exist"
        expect(_selected(foreign) == _selected(unknown), expected, _selected(foreign), foreign)

    observe_each([page for page in every_listing_of_foreign if _variant(page) != "reference"], judge)


def _variant(page: Exchange) -> str:
    return page.probe.partition("[")[2].removesuffix("]")


def _selected(page: Exchange) -> str:
    return f"200 with {len(_ids(page))} invoices" if page.status == 200 else str(page.status)


@requirement("QRY-009")
def test_an_odd_query_is_refused_or_selects_invoices(listing: Exchange, odd_listing_query: Exchange) -> None:
    known = _ids(listing)
    require(known, "the collection is empty")
    if is_refusal(odd_listing_query):
        return
    expect_status(odd_listing_query, 200, 400, why="it is understood, or refused")
    found = documents.primary_data(odd_listing_query)
    expect(isinstance(found, list), "an array, or 400", shown(found), odd_listing_query, part="/data")
    total, count = collection_pages.counted(listing), collection_pages.counted(odd_listing_query)
    expected = f"{total} invoices as without, none, or 400"
    expect(count in {total, 0}, expected, count, odd_listing_query, part="/meta/total-count")


@requirement("QRY-009")
def test_odd_parameters_of_the_collection_are_survived(
    listing: Exchange, every_mistyped_filter: Exchanges, odd_listing_parameters: Exchange
) -> None:
    require_status(listing, 200)
    # What one odd value breaks by itself is reported by that.
    require(not any(each.status >= 500 for each in every_mistyped_filter), "a mistyped filter does", owner="ERR-011")
    expect_survived(odd_listing_parameters)


@requirement("QRY-010")
def test_an_unknown_key_of_page_is_refused(listing: Exchange, unknown_page_key: Exchange) -> None:
    require_status(listing, 200)
    expect_status(unknown_page_key, 400, why="there is no page[nosuch]")


@requirement("PAGE-011")
def test_the_links_of_the_only_page_lead_to_it(  # noqa: PLR0913, PLR0917 - one argument per kind of listing
    listing: Exchange,
    every_filtered_by_account: Exchanges,
    every_filtered_by_value: Exchanges,
    every_unmatched_filter: Exchanges,
    every_empty_page: Exchanges,
    every_accounts_listing: Exchanges,
) -> None:
    filtered = (*every_filtered_by_account, *every_filtered_by_value, *every_unmatched_filter)
    observe_each((listing, *filtered, *every_empty_page, *every_accounts_listing), _expect_alone)


def _expect_alone(page: Exchange) -> None:
    """Raise Violation when a page without others, or one of nothing, has links to others."""
    empty = collection_pages.data_of(page) == []
    require(empty or collection_pages.is_whole(page), "one page of several")
    for name in ("first", "last", *(["next"] if empty else [])):
        number = _number(page, name)
        allowed = number is None or (number == 1 and name != "next")
        expect(allowed, "page 1, the only one", f"page {number}", page, part=f"/links/{name}")


def _number(page: Exchange, name: str) -> int | None:
    """Return the page that a link names; None without it. Raises NotObserved where pages have no numbers."""
    link = collection_pages.page_link(page, name)
    if link is None:
        return None
    number = dict(collection_pages.parameters(link)).get("page[number]", "")
    if not re.fullmatch("-?[0-9]{1,9}", number):
        raise NotObserved("the links do not name numbers of pages")
    return int(number)


@requirement("PAGE-011")
def test_the_last_link_leads_to_where_the_pages_end(listing: Exchange, every_page_of_tied: Exchanges) -> None:
    first, *others = collection_pages.walked(every_page_of_tied)
    require(others, "there is one page only")
    visited = [each for page in (first, *others) for each in _ids(page)]
    complete = len(visited) == len(set(visited)) and set(visited) >= set(_ids(listing))
    require(complete, "next does not lead through all pages", owner="PAGE-003")
    number = _number(first, "last")
    require(number is not None, "there is no link last")
    count = len(others) + 1
    expect(number == count, f"page {count}, where next ends", f"page {number}", first, part="/links/last")


@requirement("PAGE-001")
def test_the_first_link_leads_to_the_first_page(every_page_of_three: Exchanges) -> None:
    def judge(page: Exchange) -> None:
        number = _number(page, "first")
        require(number is not None, "there is no link first")
        expect(number == 1, "page 1", f"page {number}", page, part="/links/first")

    observe_each(every_page_of_three, judge)


@requirement("PAGE-001")
def test_nothing_follows_what_lies_past_the_end(listing: Exchange, every_page_past_the_end: Exchanges) -> None:
    require_status(listing, 200)

    def judge(page: Exchange) -> None:
        require(collection_pages.data_of(page) == [], "something is shown", owner="PAGE-007")
        link = collection_pages.page_link(page, "next")
        expect(link is None, "no link next behind the last page", shown(link), page, part="/links/next")

    observe_each(every_page_past_the_end, judge)


@requirement("PAGE-011")
def test_the_last_of_pages_that_are_all_full_has_elements(
    listing: Exchange, page_of_one: Exchange, last_of_one: Exchange
) -> None:
    require(len(_ids(page_of_one)) == 1 and len(_ids(listing)) > 1, "page[size] has no effect", owner="PAGE-008")
    expect_status(last_of_one, 200, why="it is a link last")
    count = len(_ids(last_of_one))
    expect(count == 1, "one element", count, last_of_one, part="/data")
    following = collection_pages.page_link(last_of_one, "next")
    expect(following is None, "no link next on the last page", shown(following), last_of_one, part="/links/next")


@requirement("PAGE-011")
def test_the_last_page_of_nothing_can_be_fetched(empty_page: Exchange, last_of_empty: Exchange) -> None:
    require(empty_page.status == 200 and not _ids(empty_page), "not an empty page")
    expect_status(last_of_empty, 200, why="it is a link last")


@requirement("PAGE-004")
def test_links_keep_characters_that_have_to_be_encoded(empty_page: Exchange) -> None:
    require_status(empty_page, 200)
    asked = ("filter[reference_cont]", ODD_TEXT)
    links = {
        name: link for name in collection_pages.PAGE_LINKS if (link := collection_pages.page_link(empty_page, name))
    }
    require(links, "there are no pagination links")
    for name, link in links.items():
        kept = [pair for pair in collection_pages.parameters(link) if pair[0] == asked[0]]
        # A link to an opaque position may hold them there.
        require(kept or not _is_opaque(link), "the link leads to an opaque position")
        observed = shown(kept[0][1]) if kept else "no filter"
        expect(kept == [asked], f"{asked[0]}={asked[1]}", observed, empty_page, part=f"/links/{name}")


def _is_opaque(link: str) -> bool:
    return any(
        collection_pages.is_page_parameter(name) and not value.isdecimal()
        for name, value in collection_pages.parameters(link)
    )


@requirement("PAGE-012")
def test_a_page_of_several_has_the_documented_links(first_of_three: Exchange, every_page_of_three: Exchanges) -> None:
    require(len(every_page_of_three) > 1, "there is one page only, or no link next")
    following = collection_pages.page_link(first_of_three, "next") or ""
    numbered = "page[number]" in dict(collection_pages.parameters(following))
    require(numbered, "the server pages in another way, in which not every page is known")

    def judge(page: Exchange) -> None:
        require_status(page, 200)
        here, start = (target_of(each.request.url, page.request.url) for each in (page, first_of_three))
        wanted = ["first", "last", *(["prev"] if here != start else [])]
        missing = [name for name in wanted if collection_pages.page_link(page, name) is None]
        expect(not missing, f"links {', '.join(wanted)}", f"no {', '.join(missing)}", page, part="/links")

    observe_each(every_page_of_three, judge)


@requirement("PAGE-012")
def test_a_page_of_several_has_a_link_next(listing: Exchange, first_of_three: Exchange) -> None:
    shown_here, known = _ids(first_of_three), _ids(listing)
    more = len(known) > len(shown_here) or (_count(listing) or 0) > len(shown_here)
    require(shown_here and more, "there is one page only")
    following = collection_pages.page_link(first_of_three, "next")
    expect(following is not None, "a link next", "none", first_of_three, part="/links/next")


@requirement("PAGE-012")
def test_a_page_of_what_is_filtered_has_a_link_next(
    listing_with_account: Exchange, every_page_of_view: Exchanges
) -> None:
    first, *_ = every_page_of_view
    asked = conditions(first)
    selected = [each for each in collection_pages.elements(listing_with_account).values() if outcome(asked, each)]
    kept = [each for each in _ids(first) if outcome(asked, collection_pages.elements(first)[each]) is not False]
    require(kept == _ids(first), "the filter has no effect")
    require(len(selected) > len(kept) > 0, "there is one page only")
    following = collection_pages.page_link(first, "next")
    expect(following is not None, "a link next", "none", first, part="/links/next")
