"""The checks of pagination follow the links of any strategy, and name each way in which they lead elsewhere."""

from __future__ import annotations

from typing import Any, Final

import pytest

from conformance.checks import test_pagination as pagination
from conformance.model.exchange import Exchange
from tests.support.exchanges import ORIGIN
from tests.support.judged import outcome
from tests.support.pages import COLLECTION, at, element, elements, page, refused, walk, whole

TEN: Final = [element(number, {"service-transactions-count": number // 4}) for number in range(10)]
LISTING: Final = whole(TEN)
PAGES: Final = tuple(walk(TEN, 3, "page[number]=1"))
FIRST, SECOND, _, LAST = PAGES


def relinked(answer: Exchange, **changes: Any) -> Exchange:
    """Return a page with other links; None takes one away."""
    links = {name: link for name, link in {**answer.document["links"], **changes}.items() if link is not None}
    return page(answer.document["data"], _query(answer), links, len(TEN), probe=answer.probe)


def _query(answer: Exchange) -> str:
    return answer.request.target.partition("?")[2].replace("%5B", "[").replace("%5D", "]")


def cursors(data: list[dict[str, Any]], query: str = "") -> tuple[Exchange, ...]:
    """Return the pages of a server with opaque positions: no last, no prev, and nothing else in its links."""
    first = page(data[:4], query or None, {"first": f"{COLLECTION}", "next": "?page[cursor]=bmV4dA"}, probe="page[1]")
    second = page(data[4:8], "page[cursor]=bmV4dA", {"next": {"href": "?page[cursor]=bGFzdA=="}}, probe="page[2]")
    third = page(data[8:], "page[cursor]=bGFzdA==", {"prev": "?page[cursor]=bmV4dA", "next": None}, probe="page[3]")
    return first, second, third


def offsets(data: list[dict[str, Any]]) -> tuple[Exchange, ...]:
    """Return the pages of a server that counts by offset and limit, with relative links."""
    starts = range(0, len(data), 4)
    return tuple(
        page(
            data[start : start + 4],
            f"page[limit]=4&page[offset]={start}" if start else "page[limit]=4",
            {"first": "?page[limit]=4&page[offset]=0"}
            | ({"next": f"?page[limit]=4&page[offset]={start + 4}"} if start + 4 < len(data) else {}),
            probe=f"page[{start // 4 + 1}]",
        )
        for start in starts
    )


@pytest.mark.parametrize("pages", [PAGES, cursors(TEN), offsets(TEN), (LISTING,)])
def test_any_strategy_is_judged_by_its_links(pages: tuple[Exchange, ...]) -> None:
    listing = pages[0] if len(pages[0].document["data"]) == len(TEN) else LISTING
    assert outcome(pagination.test_pagination_links_have_their_names, listing, pages) == "passed"
    assert outcome(pagination.test_pagination_links_stand_in_links, listing, pages) == "passed"
    assert outcome(pagination.test_the_first_page_has_no_page_before, listing, pages[0]) == "passed"
    expected = "passed" if len(pages) > 1 else "not observed"
    assert outcome(pagination.test_the_last_page_has_no_next_one, pages, (listing,)) == expected
    for check in (
        pagination.test_next_leads_through_all_pages,
        pagination.test_next_leads_through_all_pages_with_a_limit,
    ):
        assert outcome(check, listing, pages) == expected


@pytest.mark.parametrize(
    ("links", "expected"),
    [
        ({"previous": at("page[number]=1")}, "violated"),
        ({"self": at("page[number]=2")}, "passed"),
        ({"describedby": f"{ORIGIN}/openapi"}, "passed"),
        ({"related": f"{ORIGIN}/accounts"}, "passed"),
        *(({name: at("page[number]=1")}, "passed") for name in ("self", "related", "describedby", "last")),
        ({"help": f"{ORIGIN}/help"}, "passed"),
        ({"help": None}, "passed"),
        ({"canonical": at("page[number]=2")}, "passed"),
        ({"canonical": "?page[number]=2"}, "passed"),
        ({"@next": at("page[number]=1")}, "passed"),
        ({"next": None, "prev": {"href": at("page[number]=1")}}, "passed"),
    ],
)
def test_names(links: dict[str, Any], expected: str) -> None:
    answer = page(TEN[:3], "page[number]=2", {"first": at("page[number]=1"), **links})
    assert outcome(pagination.test_pagination_links_have_their_names, LISTING, (answer,)) == expected


@pytest.mark.parametrize(
    ("members", "expected"),
    [
        ({"meta": {"next": at("page[number]=2")}}, "violated"),
        ({"meta": {"pagination": {"next": "/invoices?page=2"}}}, "violated"),
        ({"next": at("page[number]=2")}, "violated"),
        ({"meta": {"pagination": {"next": 2, "first": 1}}}, "passed"),
        ({"meta": {"next": "tomorrow"}}, "passed"),
    ],
)
def test_places(members: dict[str, Any], expected: str) -> None:
    check = pagination.test_pagination_links_stand_in_links
    assert outcome(check, LISTING, (page(TEN[:3], **members),)) == expected


def test_borders() -> None:
    first = pagination.test_the_first_page_has_no_page_before
    assert outcome(first, LISTING, relinked(FIRST, prev=at("page[number]=1"))) == "violated"
    assert outcome(first, page(TEN), page(TEN[:3])) == "not observed"
    none = page(None, links={"prev": at("page[number]=1")})
    assert outcome(first, none, none) == "not observed"
    last = pagination.test_the_last_page_has_no_next_one
    itself = LAST.request.url
    assert outcome(last, (*PAGES[:3], relinked(LAST, next=itself)), (LISTING,)) == "violated"
    beyond = at("page[number]=5&page[size]=3")
    assert outcome(last, (FIRST, relinked(LAST, next=beyond, last=itself)), (LISTING,)) == "violated"
    first_page = FIRST.document["links"]["first"]
    assert outcome(last, (FIRST, relinked(LAST, next=first_page)), ()) == "violated"
    assert outcome(last, (FIRST, relinked(LAST, next=first_page, last=None)), ()) == "violated"


def test_a_next_link_past_the_count_is_found() -> None:
    check = pagination.test_no_next_link_leads_past_what_is_counted
    beyond = at("page[number]=5&page[size]=3")
    nothing = page([], "page[number]=5&page[size]=3", total=10)
    on = relinked(LAST, next=beyond, last=None)
    assert outcome(check, PAGES, (LISTING,)) == "passed"
    assert outcome(check, (LISTING,), (LISTING,)) == "not observed"
    assert outcome(check, (*PAGES[:3], on, nothing), (LISTING,)) == "violated"
    assert outcome(check, (LISTING,), (*PAGES[:3], on, nothing)) == "violated"
    # A page that is refused is the finding of another check, and an invoice may have gone meanwhile.
    assert outcome(check, (*PAGES[:3], on, refused(404)), (LISTING,)) == "passed"
    assert outcome(check, (*PAGES[:2], relinked(PAGES[2], next=beyond), nothing), (LISTING,)) == "passed"


def test_where_last_and_prev_lead() -> None:
    last = pagination.test_the_last_link_leads_to_the_last_page
    prev = pagination.test_the_prev_link_leads_to_the_page_before
    assert outcome(last, LISTING, PAGES, LAST) == "passed"
    assert outcome(last, LISTING, PAGES, PAGES[2]) == "violated"
    assert outcome(last, LISTING, PAGES, page([])) == "violated"
    assert outcome(last, LISTING, PAGES, refused(404)) == "violated"
    # A walk that misses a page shows nothing of the link.
    assert outcome(last, LISTING, (FIRST, relinked(SECOND, next=None)), LAST) == "not observed"
    assert outcome(prev, PAGES, LAST, PAGES[2]) == "passed"
    assert outcome(prev, PAGES, LAST, SECOND) == "violated"
    assert outcome(prev, PAGES, page([]), LAST) == "not observed"


def test_the_page_size() -> None:
    check = pagination.test_the_page_size_limits_the_elements
    assert outcome(check, LISTING, PAGES) == "passed"
    assert outcome(check, LISTING, (LISTING,)) == "violated"
    assert outcome(check, whole(TEN[:3]), (whole(TEN[:3]),)) == "not observed"
    assert outcome(check, LISTING, (refused(),)) == "not observed"


def test_the_page_size_beside_other_parameters() -> None:
    check = pagination.test_the_page_size_holds_beside_other_parameters
    assert outcome(check, FIRST, (page(TEN[:2], VIEW),)) == "passed"
    assert outcome(check, FIRST, (page(TEN[:3], VIEW),)) == "violated"
    assert outcome(check, LISTING, (page(TEN[:3], VIEW),)) == "not observed"
    assert outcome(check, FIRST, (refused(),)) == "not observed"


@pytest.mark.parametrize(
    ("link", "expected"),
    [
        ("page[number]=2", "passed"),
        ("page[cursor]=x", "passed"),
        ("page=2", "passed"),
        ("offset=3&limit=3", "violated"),
    ],
)
def test_the_parameters_of_links(link: str, expected: str) -> None:
    check = pagination.test_links_page_by_the_page_parameters
    assert outcome(check, page(TEN, links={"next": at(link)}), refused()) == expected
    assert outcome(check, page(TEN, link, links={"next": at(link)}), refused()) == "not observed"


def test_the_document_link_of_a_page() -> None:
    check = pagination.test_the_document_link_of_a_page_leads_to_that_page
    assert outcome(check, FIRST, FIRST) == "passed"
    assert outcome(check, FIRST, SECOND) == "violated"
    assert outcome(check, FIRST, refused(404)) == "not observed"
    fetched = pagination.test_the_document_link_of_a_page_can_be_fetched
    assert outcome(fetched, FIRST, FIRST) == "passed"
    assert outcome(fetched, FIRST, refused(404)) == "violated"
    assert outcome(fetched, refused(404), refused(404)) == "not observed"


def test_every_invoice_on_one_page() -> None:
    check = pagination.test_next_leads_through_all_pages
    twice = page([TEN[3], *LAST.document["data"]], _query(LAST), LAST.document["links"], probe=LAST.probe)
    assert outcome(check, LISTING, (*PAGES[:3], twice)) == "violated"
    assert outcome(check, LISTING, (FIRST, SECOND, LAST)) == "violated"
    assert outcome(check, LISTING, (FIRST, relinked(SECOND, next=None))) == "violated"
    assert outcome(check, LISTING, (relinked(FIRST, next=None),)) == "violated"
    # The walk was cut short, refused on the way, or is a circle.
    assert outcome(check, LISTING, PAGES[:2]) == "not observed"
    assert outcome(check, LISTING, (FIRST, refused(500))) == "not observed"
    back = relinked(SECOND, next=SECOND.document["links"]["first"])
    assert outcome(check, LISTING, (FIRST, back)) == "not observed"
    assert outcome(check, LISTING, (FIRST, back, FIRST)) == "not observed"
    assert outcome(check, LISTING, (page(TEN[:3]),)) == "not observed"


def test_other_walks_show_what_is_missing() -> None:
    check = pagination.test_next_leads_through_all_pages_of_the_default_size
    pages = offsets(TEN)
    assert outcome(check, pages[0], pages, PAGES) == "passed"
    assert outcome(check, pages[0], (pages[0], pages[2]), PAGES) == "violated"


def test_the_order_over_pages() -> None:
    check = pagination.test_next_leads_through_all_pages_of_tied_invoices
    query = "sort=service-transactions-count"
    pages = tuple(walk(TEN, 4, query))
    assert outcome(check, LISTING, pages) == "passed"
    swapped = tuple(walk([*TEN[4:8], *TEN[:4], *TEN[8:]], 4, query))
    assert outcome(check, LISTING, swapped) == "violated"
    unsorted = tuple(walk(TEN[::-1], 4, query))
    assert outcome(check, LISTING, unsorted) == "not observed"
    assert outcome(check, LISTING, (refused(),)) == "not observed"
    forgetful = tuple(walk(TEN, 4))
    lost = page(TEN[:4], query, forgetful[0].document["links"], probe="page[1]")
    assert outcome(check, LISTING, (lost, *forgetful[1:])) == "not observed"


@pytest.mark.parametrize(
    ("order", "expected"),
    [("9876543210", "passed"), ("9876501234", "violated"), ("9876345210", "violated"), ("6789543210", "not observed")],
)
def test_the_order_of_amounts_over_pages(order: str, expected: str) -> None:
    rows = [element(number, {"amount-spent": f"{number}.5"}) for number in map(int, order)]
    pages = tuple(walk(rows, 4, "sort=-amount-spent"))
    check = pagination.test_the_order_goes_on_from_page_to_page
    # What a link does not keep is not sorted either.
    forgetful = tuple(walk(rows, 4))
    lost = page(rows[:4], "sort=-amount-spent", forgetful[0].document["links"], probe="page[1]")
    assert outcome(check, (), (lost, *forgetful[1:])) == "not observed"
    deaf = whole(elements("amount-spent", ["10.25", "9.5"]), "sort=amount-spent")
    able = whole(elements("amount-spent", ["9.5", "10.25"]), "sort=amount-spent")
    assert outcome(check, (refused(400, "sort=amount-spent"), able), pages) == expected
    assert outcome(check, (deaf,), pages) == "not observed"


VIEW: Final = "sort=-amount-spent&include=account&fields[invoices]=account&filter[account_id_in]=a,b"


@pytest.mark.parametrize(
    ("link", "expected"),
    [
        (f"{VIEW}&page[number]=2", "passed"),
        (
            "page[number]=2&filter[account_id_in]=a,b&fields[invoices]=account&include=account&sort=-amount-spent",
            "passed",
        ),
        (VIEW.replace(",", "%2C"), "passed"),
        ("page[cursor]=b3BhcXVl", "passed"),
        *(
            ("&".join(part for part in VIEW.split("&") if not part.startswith(lost)), "violated")
            for lost in ("sort", "filter")
        ),
        *(
            ("&".join(part for part in VIEW.split("&") if not part.startswith(lost)), "passed")
            for lost in ("include", "fields")
        ),
        (f"{VIEW}&page[number]=2".replace("=-", "="), "violated"),
    ],
)
def test_kept_sort_and_filter(link: str, expected: str) -> None:
    check = pagination.test_links_keep_sort_and_filter
    answer = page(TEN[:2], VIEW, {"next": f"?{link}"})
    for place in range(3):
        lists = [(answer,) if number == place else () for number in range(5)]
        assert outcome(check, *lists) == expected
    assert outcome(check, (page(TEN),), (), (), (), ()) == "not observed"


@pytest.mark.parametrize(
    ("link", "expected"),
    [("filter[has_pdf_eq]=true&page[number]=2", "passed"), ("page[number]=2", "violated")],
)
def test_links_keep_a_filter_that_is_heeded(link: str, expected: str) -> None:
    check = pagination.test_links_keep_sort_and_filter
    rows = elements("has-pdf", [True, False])
    for shown, wanted in ((rows[:1], expected), (rows, "not observed")):
        answer = page(shown, "filter[has_pdf_eq]=true", {"next": f"?{link}"})
        for lists in (((answer,), ()), ((), (answer,))):
            assert outcome(check, (), (), (), *lists) == wanted
    unread = page(elements("has-pdf", [5]), "filter[has_pdf_eq]=true")
    heeded = page(rows[:1], "filter[has_pdf_eq]=true", {"next": f"?{link}"})
    assert outcome(check, (), (), (), (unread, refused(404, "filter[has_pdf_eq]=true")), (heeded,)) == expected


@pytest.mark.parametrize(
    ("link", "expected"),
    [
        ("page[number]=2&page[size]=3", "passed"),
        ("page[cursor]=b3BhcXVl", "passed"),
        ("page[number]=2&page[size]=4", "violated"),
        ("page[number]=2", "violated"),
        ("", "violated"),
    ],
)
def test_kept_page_size(link: str, expected: str) -> None:
    check = pagination.test_links_keep_the_page_size
    for name in ("first", "last", "prev", "next"):
        links = {name: f"{ORIGIN}{COLLECTION}?{link}"}
        heeded, ignored = (page(TEN[:count], "page[size]=3", links) for count in (3, 4))
        for place in range(3):
            lists = [(heeded,) if number == place else (ignored,) for number in range(3)]
            assert outcome(check, LISTING, *lists) == expected
        assert outcome(check, LISTING, (ignored,), (), ()) == "not observed"


@pytest.mark.parametrize(
    ("link", "expected"),
    [
        (VIEW, "passed"),
        ("page[cursor]=b3BhcXVl", "passed"),
        ("include=account&fields[invoices]=account", "passed"),
        ("sort=-amount-spent&fields[invoices]=account", "violated"),
        ("include=account", "violated"),
    ],
)
def test_kept_include_and_fields(link: str, expected: str) -> None:
    check = pagination.test_links_keep_include_and_fields
    answer = page(TEN[:2], VIEW, {"next": f"?{link}"})
    for place in range(2):
        lists = [(answer,) if number == place else () for number in range(2)]
        assert outcome(check, *lists, refused(), refused()) == expected
    for others in ((answer, refused()), (refused(), answer)):
        assert outcome(check, (), (), *others) == expected


@pytest.mark.parametrize(
    ("answer", "invalid", "past", "huge"),
    [
        (refused(400), "passed", "passed", "passed"),
        (refused(404), "violated", "passed", "passed"),
        (refused(500), "violated", "violated", "not observed"),
        (LISTING, "violated", "violated", "not observed"),
        (whole([]), "violated", "passed", "not observed"),
        (page(None), "violated", "not observed", "not observed"),
        (whole([element(number) for number in range(1000)]), "violated", "violated", "not observed"),
        (whole([element(number) for number in range(1001)]), "violated", "violated", "violated"),
        (page(TEN, links={"next": at("page[number]=2")}), "violated", "violated", "passed"),
    ],
)
def test_values_that_are_not_a_page(answer: Exchange, invalid: str, past: str, huge: str) -> None:
    expected = {
        pagination.test_an_invalid_page_is_refused: invalid,
        pagination.test_a_page_that_begins_with_a_number_is_refused: invalid,
        pagination.test_there_is_nothing_past_the_end: past,
        pagination.test_the_page_size_has_an_upper_bound: huge,
    }
    for check, wanted in expected.items():
        assert outcome(check, LISTING, FIRST, answer) == wanted
        # A server without links is taken at its word: it limits the page.
        assert outcome(check, LISTING, page(TEN[:3]), answer) == wanted
        # The first page needs no number.
        assert outcome(check, LISTING, page(TEN[:3], links={"first": COLLECTION}), answer) == wanted
        # They mean nothing to a server that pages by other parameters, or does not page at all.
        for other in (refused(), LISTING, offsets(TEN[:3])[0], cursors(TEN[:3])[0]):
            assert outcome(check, LISTING, other, answer) == "not observed"
