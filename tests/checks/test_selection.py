"""The checks of what collections select and where they end; the reported examples are among the cases."""

from __future__ import annotations

from typing import Any
from urllib.parse import quote

import pytest

from conformance.checks import test_selection as selection
from conformance.model.exchange import Exchange
from conformance.plan.probes.selection import ODD_TEXT
from tests.support.changes import changed
from tests.support.exchanges import exchange, refusal
from tests.support.judged import outcome
from tests.support.pages import COLLECTION, at, element, identifier, page, refused, walk, whole

FIVE = [element(number) for number in range(5)]
LISTING = whole(FIVE)
PAGES = tuple(walk(FIVE, 3))


def by_itself(number: int) -> Exchange:
    return exchange("item", body={"data": element(number)}, path=f"{COLLECTION}/{identifier(number)}")


def test_what_is_listed() -> None:
    check = selection.test_every_known_invoice_is_listed
    seen: dict[str, Any] = {"every_page_of_listing": (LISTING,), "every_page_of_three": PAGES}
    assert outcome(check, every_item=(by_itself(4),), listing=LISTING, **seen) == "passed"
    assert outcome(check, every_item=(by_itself(7),), listing=LISTING, **seen) == "violated"
    other: dict[str, Any] = {"every_page_of_listing": PAGES, "every_page_of_three": (refused(),)}
    assert outcome(check, every_item=(by_itself(4),), listing=PAGES[0], **other) == "passed"
    part: dict[str, Any] = {"every_page_of_listing": PAGES[:1], "every_page_of_three": PAGES[:1]}
    assert outcome(check, every_item=(by_itself(7),), listing=PAGES[0], **part) == "not observed"
    fetched = selection.test_what_is_listed_can_be_fetched
    assert outcome(fetched, listed_item=refusal(404)) == "violated"
    assert outcome(fetched, listed_item=by_itself(4)) == "passed"


@pytest.mark.parametrize(
    ("answer", "expected"),
    [
        (LISTING, "passed"),
        (whole(FIVE[::-1]), "passed"),
        (whole(FIVE[:4]), "violated"),
        (whole(FIVE, total=10), "violated"),
        (refused(), "not observed"),
        (page(FIVE[:2], None, {"next": at("page[number]=2")}, 5), "not observed"),
        (page(FIVE[:2], None, {"next": at("page[number]=2")}, 4), "violated"),
    ],
)
def test_what_selects_nothing(answer: Exchange, expected: str) -> None:
    check = selection.test_inclusion_and_sorting_select_nothing
    alone = {"listing": LISTING, "listing_sparse": refused(), "every_sorted_by": (refused(),)}
    for place in ("listing_with_account", "every_sorted_by_two", "every_listing_arranged"):
        others = {"listing_with_account": refused(), "every_sorted_by_two": (), "every_listing_arranged": ()}
        given = answer if place == "listing_with_account" else (answer,)
        assert outcome(check, **alone, **{**others, place: given}) == expected


@pytest.mark.parametrize(
    ("answer", "expected"),
    [
        (refused(400), "passed"),
        (refused(404), "passed"),
        (LISTING, "passed"),
        (whole([]), "passed"),
        (refused(500), "violated"),
        (whole(FIVE, total=25), "violated"),
        (page(None, total=5), "violated"),
    ],
)
def test_an_odd_query(answer: Exchange, expected: str) -> None:
    check = selection.test_an_odd_query_is_refused_or_selects_invoices
    assert outcome(check, listing=LISTING, odd_listing_query=answer) == expected


@pytest.mark.parametrize(
    ("mistyped", "together", "expected"),
    [
        (refused(400), refused(400), "passed"),
        (LISTING, whole([]), "passed"),
        (refused(400), refused(500), "violated"),
        (refused(500), refused(500), "not observed"),
    ],
)
def test_odd_parameters_together(mistyped: Exchange, together: Exchange, expected: str) -> None:
    check = selection.test_odd_parameters_of_the_collection_are_survived
    given = {"every_mistyped_filter": (mistyped,), "odd_listing_parameters": together}
    assert outcome(check, listing=LISTING, **given) == expected


@pytest.mark.parametrize(("answer", "expected"), [(refused(), "passed"), (LISTING, "violated")])
def test_an_unknown_key_of_page(answer: Exchange, expected: str) -> None:
    assert outcome(selection.test_an_unknown_key_of_page_is_refused, LISTING, answer) == expected


def test_the_last_of_full_pages() -> None:
    check = selection.test_the_last_of_pages_that_are_all_full_has_elements
    first, *_, last = walk(FIVE, 1)
    further = page(FIVE[-1:], "page[number]=5&page[size]=1", {"next": at("page[number]=6&page[size]=1")}, 5)
    assert outcome(check, LISTING, first, last) == "passed"
    assert outcome(check, LISTING, first, page([], "page[number]=6&page[size]=1", {}, 5)) == "violated"
    assert outcome(check, LISTING, first, refused(404)) == "violated"
    assert outcome(check, LISTING, first, further) == "violated"
    assert outcome(check, LISTING, LISTING, last) == "not observed"


def test_the_last_page_of_nothing() -> None:
    check = selection.test_the_last_page_of_nothing_can_be_fetched
    assert outcome(check, whole([]), whole([])) == "passed"
    assert outcome(check, whole([]), refused(400)) == "violated"
    assert outcome(check, LISTING, refused(400)) == "not observed"


@pytest.mark.parametrize(
    ("link", "expected"),
    [
        (f"{COLLECTION}?filter%5Breference_cont%5D={quote(ODD_TEXT, safe='')}&page%5Bnumber%5D=1", "passed"),
        (f"{COLLECTION}?filter%5Breference_cont%5D=a&b=c%2Bd%25%23%3B%C3%A9", "violated"),
        (f"{COLLECTION}?filter%5Breference_cont%5D=a%26b%3Dc+d%25%23%3B%C3%A9", "violated"),
        (f"{COLLECTION}?page%5Bnumber%5D=1", "violated"),
        (f"{COLLECTION}?page%5Bcursor%5D=bmV4dA", "not observed"),
        (f"{COLLECTION}?filter%5Breference_cont%5D={quote(ODD_TEXT, safe='')}&page%5Bcursor%5D=bmV4dA", "passed"),
    ],
)
def test_parameters_in_links(link: str, expected: str) -> None:
    check = selection.test_links_keep_characters_that_have_to_be_encoded
    assert outcome(check, empty_page=page([], None, {"first": link, "last": link}, 0)) == expected


@pytest.mark.parametrize(
    ("data", "links", "expected"),
    [
        (FIVE, {"first": "page[number]=1", "last": "page[number]=1"}, "passed"),
        (FIVE, {"first": "page[number]=1"}, "passed"),
        (FIVE, {"first": "page[number]=1", "last": "page[number]=2"}, "violated"),
        ([], {"first": "page[number]=0", "last": "page[number]=1"}, "violated"),
        ([], {"first": "page[number]=1", "next": "page[number]=2"}, "violated"),
        (FIVE, {"first": "page[number]=1", "next": "page[number]=2", "last": "page[number]=2"}, "not observed"),
        (FIVE, {"first": "page[cursor]=x"}, "not observed"),
    ],
)
def test_the_links_of_the_only_page(data: list[Any], links: dict[str, str], expected: str) -> None:
    answer = page(data, None, {name: at(query) for name, query in links.items()}, len(data))
    check = selection.test_the_links_of_the_only_page_lead_to_it
    assert outcome(check, refused(), (), (), (), (answer,), ()) == expected
    assert outcome(check, refused(), (answer,), (), (), (), ()) == expected


def test_the_last_link_and_the_first() -> None:
    check = selection.test_the_last_link_leads_to_where_the_pages_end
    wrong = page(FIVE[:3], "page[size]=3", {"next": at("page[number]=2"), "last": at("page[number]=3")}, 5)
    assert outcome(check, LISTING, PAGES) == "passed"
    assert outcome(check, LISTING, (wrong, *PAGES[1:])) == "violated"
    assert outcome(check, whole([*FIVE, element(9)]), (wrong, *PAGES[1:])) == "not observed"
    assert outcome(check, LISTING, (LISTING,)) == "not observed"
    first = selection.test_the_first_link_leads_to_the_first_page
    second = page(FIVE[3:], "page[number]=2&page[size]=3", {"first": at("page[number]=2")}, 5)
    assert outcome(first, PAGES) == "passed"
    assert outcome(first, (PAGES[0], second)) == "violated"
    past = selection.test_nothing_follows_what_lies_past_the_end
    end, further = ({"first": at("page[number]=1")}, {"next": at("page[number]=9")})
    assert outcome(past, LISTING, (page([], "page[number]=8", end, 5),)) == "passed"
    assert outcome(past, LISTING, (page([], "page[number]=8", further, 5),)) == "violated"
    assert outcome(past, LISTING, (refused(404),)) == "not observed"


def test_the_next_page_of_a_filter() -> None:
    check = selection.test_a_page_of_what_is_filtered_has_a_link_next
    rows = [{**element(number), "attributes": {"has-pdf": number < 4}} for number in range(5)]
    everything = whole(rows)
    asked = "filter[has_pdf_eq]=true&page[size]=2"
    ends = page(rows[:2], asked, {"first": at("page[number]=1")}, 4)
    assert outcome(check, everything, (ends,)) == "violated"
    assert outcome(check, everything, (page(rows[:2], asked, {"next": at("page[number]=2")}, 4),)) == "passed"
    assert outcome(check, everything, (page(rows[:4], asked, {}, 4),)) == "not observed"
    assert outcome(check, everything, (page(rows[3:], asked, {}, 4),)) == "not observed"
    assert outcome(check, everything, (page([], asked, {}, 4),)) == "not observed"
    assert outcome(check, everything, (page(rows[:2], "page[size]=2", {}, 4),)) == "not observed"


def test_links_between_pages() -> None:
    check = selection.test_a_page_of_several_has_the_documented_links
    assert outcome(check, PAGES[0], PAGES) == "passed"
    links = {name: at("page[number]=1") for name in ("first", "last", "prev")}
    for missing in links:
        others = {name: link for name, link in links.items() if name != missing}
        bare = page(FIVE[3:], "page[number]=2&page[size]=3", others, 5)
        assert outcome(check, PAGES[0], (PAGES[0], bare)) == "violated"
    assert outcome(check, LISTING, (LISTING,)) == "not observed"
    following = selection.test_a_page_of_several_has_a_link_next
    assert outcome(following, LISTING, PAGES[0]) == "passed"
    assert outcome(following, LISTING, page(FIVE[:3], "page[size]=3", {"first": at("page[number]=1")}, 5)) == "violated"
    assert outcome(following, LISTING, LISTING) == "not observed"


def test_accounts_of_others() -> None:
    check = selection.test_a_filter_by_account_reveals_nothing_of_other_customers
    nothing = changed("unmatched_filter[account]")
    assert outcome(check, every_unmatched_filter=tuple(nothing.values())) == "passed"
    (foreign,) = changed("listing_of_foreign[account]", status=403).values()
    assert outcome(check, every_listing_of_foreign=(foreign,)) == "violated"
    others = tuple(changed("unmatched_filter[reference]").values())
    assert outcome(check, every_unmatched_filter=others) == "not observed"


def test_accounts_of_known_invoices() -> None:
    check = selection.test_the_accounts_of_known_invoices_are_listed
    assert outcome(check) == "passed"
    assert outcome(check, accounts_listing=whole([])) == "violated"
    assert outcome(check, accounts_listing=refused(404)) == "not observed"
    assert outcome(check, every_related=None, accounts_listing=whole([])) == "violated"
    assert outcome(check, every_related=None) == "passed"
