"""The checks of what collections select and where they end; the reported examples are among the cases."""

from __future__ import annotations

from typing import Any

import pytest

from conformance.checks import test_selection as selection
from conformance.model.exchange import Exchange
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
    assert outcome(check, listing_with_account=answer, **alone) == expected


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
        (f"{COLLECTION}?filter%5Breference_cont%5D=a%26b%3Dc%2Bd%25%23%3B%C3%A9&page%5Bnumber%5D=1", "passed"),
        (f"{COLLECTION}?filter%5Breference_cont%5D=a&b=c%2Bd%25%23%3B%C3%A9", "violated"),
        (f"{COLLECTION}?filter%5Breference_cont%5D=a%26b%3Dc+d%25%23%3B%C3%A9", "violated"),
        (f"{COLLECTION}?page%5Bnumber%5D=1", "violated"),
        (f"{COLLECTION}?page%5Bcursor%5D=bmV4dA", "not observed"),
    ],
)
def test_parameters_in_links(link: str, expected: str) -> None:
    check = selection.test_links_keep_characters_that_have_to_be_encoded
    assert outcome(check, empty_page=page([], None, {"first": link, "last": link}, 0)) == expected


def test_links_between_pages() -> None:
    check = selection.test_a_page_of_several_has_the_documented_links
    assert outcome(check, PAGES[0], PAGES) == "passed"
    bare = page(FIVE[3:], "page[number]=2&page[size]=3", {"first": at("page[number]=1")}, 5)
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
