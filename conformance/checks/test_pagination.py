"""Pages of the collection, judged through the links of the server as far as its strategy is its own."""

from __future__ import annotations

from itertools import pairwise
from typing import Any

from conformance.checks.support import documents
from conformance.checks.support.conditions import conditions, outcome
from conformance.checks.support.ordering import disorder, is_unsorted
from conformance.judge.api import Violation, expect, expect_status, observe_each, require, requirement
from conformance.judge.preconditions import require_status
from conformance.model.exchange import Exchange, NotObserved
from conformance.plan.probes.paging import PAGE_SIZE, VIEW_SIZE
from conformance.reading import collection_pages
from conformance.reading.classification import says_later
from conformance.syntax.scalars import shown
from conformance.syntax.urls import target_of

Exchanges = tuple[Exchange, ...]

# JSON:API 1.1, document-top-level: what the links of a document may be called.
_KNOWN_LINKS = {"self", "related", "describedby", *collection_pages.PAGE_LINKS}
_DOCUMENTED_MAXIMUM = 1000
# The parameters that say which elements there are, in which order, and those that say what of them is shown.
_OF_THE_DATA, _OF_THE_VIEW = ("sort", "filter["), ("include", "fields[")


def _links(page: Exchange) -> documents.Object:
    collection_pages.data_of(page)
    return documents.member_object(page.document, "links")


@requirement("PAGE-001")
def test_pagination_links_have_their_names(listing: Exchange, every_page_of_three: Exchanges) -> None:
    def judge(page: Exchange) -> None:
        links = _links(page)
        require(links, "there are no links")
        here = _target(page, page.request.url)
        for name in documents.unknown_members(page, links, _KNOWN_LINKS):
            link = collection_pages.page_link(page, name)
            target = here if link is None else _target(page, link)
            another = target != here and target[0] == here[0]
            expected = "pagination links named first, last, prev and next"
            expect(not another, expected, f"a link {shown(name)} to the collection", page, part=f"/links/{name}")

    observe_each((listing, *every_page_of_three), judge)


def _target(page: Exchange, link: str) -> tuple[str, list[tuple[str, str]]]:
    return target_of(link, page.request.url)


@requirement("PAGE-001")
def test_pagination_links_stand_in_links(listing: Exchange, every_page_of_three: Exchanges) -> None:
    def judge(page: Exchange) -> None:
        links = _links(page)
        for place, holder in _other_holders(page.document):
            for name in collection_pages.PAGE_LINKS:
                value = holder.get(name)
                misplaced = name not in links and isinstance(value, str) and value.startswith(("http", "/", "?"))
                observed = f"{name} in {place}"
                expect(not misplaced, f"{name} in /links", observed, page, part=f"{place}/{name}")

    observe_each((listing, *every_page_of_three), judge)


def _other_holders(document: documents.Object) -> list[tuple[str, documents.Object]]:
    """Return where pagination links are put by mistake: the document, its meta, and the objects in that."""
    meta: Any = document.get("meta")
    found = [("", document)]
    if isinstance(meta, dict):
        found.append(("/meta", meta))
        found += [(f"/meta/{name}", each) for name, each in meta.items() if isinstance(each, dict)]
    return found


@requirement("PAGE-001")
def test_the_first_page_has_no_page_before(listing: Exchange, first_of_three: Exchange) -> None:
    def judge(page: Exchange) -> None:
        _links(page)
        require(collection_pages.has_page_links(page), "there are no pagination links")
        link = collection_pages.page_link(page, "prev")
        expect(link is None, "no link prev on the first page", shown(link), page, part="/links/prev")

    observe_each((listing, first_of_three), judge)


@requirement("PAGE-001")
def test_the_last_page_has_no_next_one(every_page_of_three: Exchanges, every_page_of_listing: Exchanges) -> None:
    def judge(page: Exchange) -> None:
        _links(page)
        here = _target(page, page.request.url)
        following, last = (collection_pages.page_link(page, name) for name in ("next", "last"))
        require(following is not None, "there is no link next")
        assert following is not None
        expect(_target(page, following) != here, "another page as next", "this page itself", page, part="/links/next")
        expect(not _is_circular(page), "a later page as next", "the first page", page, part="/links/next")
        is_last = last is not None and _target(page, last) == here
        expect(not is_last, "no link next on the last page", shown(following), page, part="/links/next")

    observe_each((*every_page_of_three, *every_page_of_listing), judge)


@requirement("PAGE-001")
def test_the_next_link_leads_to_a_page(
    every_page_of_three: Exchanges,
    every_page_of_listing: Exchanges,
    every_page_of_tied: Exchanges,
    every_page_of_view: Exchanges,
) -> None:
    walks = (every_page_of_three, every_page_of_listing, every_page_of_tied, every_page_of_view)

    before = {page.probe: previous for pages in walks for previous, page in pairwise(pages)}

    def judge(page: Exchange) -> None:
        require_status(before[page.probe], 200)
        link = collection_pages.page_link(before[page.probe], "next") or ""
        lost = _lost(before[page.probe], link, (*_OF_THE_DATA, *_OF_THE_VIEW))
        require(not lost, "the links do not keep the parameters", owner="PAGE-004")
        require(not says_later(page), "an answer about the load")
        expect_status(page, 200, why="it is a link next")

    observe_each([page for pages in walks for page in pages[1:]], judge)


@requirement("PAGE-001")
def test_no_next_link_leads_past_what_is_counted(
    every_page_of_three: Exchanges, every_page_of_listing: Exchanges
) -> None:
    # Of a page that says how many there are: without a count a server may not know that none follows.
    def judge(walk: Exchanges) -> None:
        shown_so_far = 0
        for page, following in pairwise(walk):
            shown_so_far += len(_ids(page))
            counted = collection_pages.counted(page) == shown_so_far
            beyond = counted and following.status == 200 and not collection_pages.data_of(following)
            expected = f"no link next where all {shown_so_far} elements have been shown"
            link = shown(collection_pages.page_link(page, "next"))
            expect(not beyond, expected, f"{link}, which gives none", page, part="/links/next")

    walks = [each for each in (every_page_of_three, every_page_of_listing) if len(each) > 1]
    require(walks, "there is one page only")
    for walk in walks:
        judge(walk)


def _is_circular(page: Exchange) -> bool:
    """Return whether next leads back to the first page."""
    following, first = (collection_pages.page_link(page, name) for name in ("next", "first"))
    return following is not None and first is not None and _target(page, following) == _target(page, first)


@requirement("PAGE-001")
def test_the_last_link_leads_to_the_last_page(
    listing: Exchange, every_page_of_three: Exchanges, last_of_three: Exchange
) -> None:
    pages = collection_pages.walked(every_page_of_three)
    require(
        {each for page in pages for each in _ids(page)}.issuperset(_ids(listing)), "a page is missing", owner="PAGE-003"
    )
    _expect_page(last_of_three, pages[-1], "last")


@requirement("PAGE-001")
def test_the_prev_link_leads_to_the_page_before(
    every_page_of_three: Exchanges, last_of_three: Exchange, before_last_of_three: Exchange
) -> None:
    pages = collection_pages.walked(every_page_of_three)
    require(len(pages) > 1, "there is one page only")
    require(_ids(last_of_three) == _ids(pages[-1]), "the link last leads elsewhere")
    _expect_page(before_last_of_three, pages[-2], "prev")


def _ids(page: Exchange) -> list[str]:
    return list(collection_pages.elements(page))


def _expect_page(reached: Exchange, wanted: Exchange, name: str) -> None:
    """Raise Violation unless a link led to the page that following next led to; ties may come in another order."""
    expect_status(reached, 200, why=f"it is a link {name}")
    expected, observed = _ids(wanted), _ids(reached)
    same = sorted(expected) == sorted(observed)
    what = "that page" if name == "last" else "the page before"
    expect(same, f"{what}, {len(expected)} elements", f"{len(observed)} elements, others", reached, part="/data")


@requirement("PAGE-008")
def test_the_page_size_limits_the_elements(listing: Exchange, every_page_of_three: Exchanges) -> None:
    require(len(_ids(listing)) > PAGE_SIZE, "there are too few invoices")

    def judge(page: Exchange) -> None:
        count = len(_ids(page))
        expect(count <= PAGE_SIZE, f"at most {PAGE_SIZE} elements", count, page, part="/data")

    observe_each(every_page_of_three, judge)


@requirement("PAGE-008")
def test_a_page_size_of_one_gives_one_element(
    listing: Exchange, first_of_three: Exchange, page_of_one: Exchange
) -> None:
    require(len(_ids(first_of_three)) <= PAGE_SIZE < len(_ids(listing)), "other sizes have no effect either")
    count = len(_ids(page_of_one))
    expect(count == 1, "one element", count, page_of_one, part="/data")


@requirement("PAGE-008")
def test_the_page_size_holds_beside_other_parameters(first_of_three: Exchange, every_page_of_view: Exchanges) -> None:
    require(len(_ids(first_of_three)) <= PAGE_SIZE, "page[size] has no effect alone either; another check judges that")
    first, *_ = every_page_of_view
    count = len(_ids(first))
    expect(count <= VIEW_SIZE, f"at most {VIEW_SIZE} elements", count, first, part="/data")


@requirement("PAGE-002")
def test_links_page_by_the_page_parameters(listing: Exchange, first_of_three: Exchange) -> None:
    def judge(page: Exchange) -> None:
        _links(page)
        own = {name for name, _ in collection_pages.parameters(page.request.url)}
        links = [
            link for name in collection_pages.PAGE_LINKS if (link := collection_pages.page_link(page, name)) is not None
        ]
        added = {name for link in links for name, _ in collection_pages.parameters(link)} - own
        require(added, "the links add no parameter")
        foreign = sorted(name for name in added if not collection_pages.is_page_parameter(name))
        observed = ", ".join(map(shown, foreign[:3]))
        expect(not foreign, "parameters such as page[number]", observed, page, part="/links")

    observe_each((listing, first_of_three), judge)


@requirement("PAGE-003")
def test_next_leads_through_all_pages(listing: Exchange, every_page_of_three: Exchanges) -> None:
    _expect_each_once(listing, every_page_of_three)


@requirement("PAGE-003")
def test_next_leads_through_all_pages_of_the_default_size(
    listing: Exchange, every_page_of_listing: Exchanges, every_page_of_three: Exchanges
) -> None:
    _expect_each_once(listing, every_page_of_listing, every_page_of_three)


@requirement("PAGE-003")
def test_next_leads_through_all_pages_with_a_limit(listing: Exchange, every_page_of_limited: Exchanges) -> None:
    _expect_each_once(listing, every_page_of_limited)


@requirement("PAGE-003")
def test_next_leads_through_all_pages_of_tied_invoices(listing: Exchange, every_page_of_tied: Exchanges) -> None:
    _expect_each_once(listing, every_page_of_tied)
    rows = []
    for page in every_page_of_tied:
        own = list(collection_pages.elements(page).values())
        require(disorder(own, "service-transactions-count") is None, "a page by itself is not sorted", owner="SORT-001")
        rows += own
    wrong = disorder(rows, "service-transactions-count")
    expected = "the order of the sort from one page to the next"
    expect(wrong is None, expected, wrong, every_page_of_tied[-1], part="/data")


@requirement("PAGE-003")
def test_the_default_order_goes_on_from_page_to_page(listing: Exchange, every_page_of_three: Exchanges) -> None:
    own = list(collection_pages.elements(listing).values())
    require(disorder(own, "start-date", descending=True) is None, "the newest does not come first", owner="COLL-005")
    _expect_order(every_page_of_three, "start-date")


@requirement("PAGE-003")
def test_the_order_goes_on_from_page_to_page(every_sorted_by: Exchanges, every_page_of_view: Exchanges) -> None:
    # A page that is in order by chance shows nothing about a server that does not sort.
    require(not any(map(is_unsorted, every_sorted_by)), "one page by itself is not sorted either", owner="SORT-001")
    first = collection_pages.elements(every_page_of_view[0])
    require(
        disorder(first.values(), "amount-spent", descending=True) is None,
        "the first page is not sorted",
        owner="SORT-001",
    )
    _expect_order(every_page_of_view, "amount-spent")


def _expect_order(pages: Exchanges, name: str) -> None:
    """Raise Violation unless ``name`` descends over all pages."""
    for page in pages:
        _require_kept(page)
    rows = [element for page in pages for element in collection_pages.elements(page).values()]
    wrong = disorder(rows, name, descending=True)
    expect(wrong is None, f"descending {name} from one page to the next", wrong, pages[-1], part="/data")


@requirement("ITEM-031")
def test_the_document_link_of_a_page_can_be_fetched(
    first_of_three: Exchange, page_from_document_link: Exchange
) -> None:
    require_status(first_of_three, 200)
    expect_status(page_from_document_link, 200, why="the self link of the document can be fetched")
    documents.primary_data(page_from_document_link)


@requirement("ITEM-019")
def test_the_document_link_of_a_page_leads_to_that_page(
    first_of_three: Exchange, page_from_document_link: Exchange
) -> None:
    require(page_from_document_link.status == 200, "it cannot be fetched", owner="ITEM-031")
    wanted, reached = sorted(_ids(first_of_three)), sorted(_ids(page_from_document_link))
    observed = f"{len(reached)} elements, others"
    expect(wanted == reached, f"the same {len(wanted)} elements", observed, page_from_document_link, part="/data")


def _expect_each_once(listing: Exchange, pages: Exchanges, others: Exchanges = ()) -> None:
    """Raise Violation unless following next visits every invoice of ``listing`` and ``others``, none on two pages."""
    known = list(
        dict.fromkeys(identifier for page in (listing, *others) if page.succeeded for identifier in _ids(page))
    )
    require(len(pages) > 1 or len(known) > len(_ids(pages[0])), "all invoices fit on one page")
    visited: dict[str, Exchange] = {}
    for page in pages:
        require_status(page, 200)
        _require_kept(page)
        require(not _is_circular(page), "next leads back to the first page", owner="PAGE-001")
        for identifier in _ids(page):
            if identifier in visited:
                observed = f"{identifier} also on the answer to {visited[identifier].described}"
                raise Violation(
                    "every invoice on one page", observed, page, part="/data", others=(visited[identifier],)
                )
        visited.update(dict.fromkeys(_ids(page), page))
    collection_pages.walked(pages)
    missing = [identifier for identifier in known if identifier not in visited]
    observed = f"{len(missing)} of {len(known)} are missing, such as {missing[0]}" if missing else ""
    expect(not missing, "every invoice of the collection", observed, pages[-1], part="/data")


def _require_kept(page: Exchange) -> None:
    """Raise NotObserved when a link of a page loses parameters of the request: PAGE-004 owns that."""
    for name in collection_pages.PAGE_LINKS:
        link = collection_pages.page_link(page, name)
        require(link is None or not _lost(page, link), "the links do not keep the parameters", owner="PAGE-004")


def _lost(page: Exchange, link: str, families: tuple[str, ...] = _OF_THE_DATA) -> list[str]:
    """Return the parameters of ``families`` of the request that a pagination link does not have.

    A link to an opaque position may hold them there, so nothing follows from it.
    """
    kept = collection_pages.parameters(link)
    if any(collection_pages.is_page_parameter(name) and not value.isdecimal() for name, value in kept):
        return []
    asked = collection_pages.parameters(page.request.url)
    return [name for name, value in asked if name.startswith(families) and (name, value) not in kept]


@requirement("PAGE-004")
def test_links_keep_sort_and_filter(
    every_page_of_view: Exchanges,
    every_page_of_tied: Exchanges,
    every_filtered_by_account: Exchanges,
    every_filtered_by_range: Exchanges,
    every_filtered_by_value: Exchanges,
) -> None:
    filtered = (*every_filtered_by_range, *every_filtered_by_value)
    heeded = [page for page in filtered if _is_heeded(page)]
    pages = (*every_page_of_view, *every_page_of_tied, *every_filtered_by_account, *heeded)
    observe_each(pages, lambda page: _expect_kept(page, _OF_THE_DATA))


def _is_heeded(page: Exchange) -> bool:
    """Return whether a page shows nothing but what fulfils its filters: else the filter was dropped, links and all."""
    asked = conditions(page)
    try:
        return all(outcome(asked, each) is not False for each in collection_pages.elements(page).values())
    except NotObserved:
        return False


@requirement("PAGE-009")
def test_links_keep_include_and_fields(
    every_page_of_view: Exchanges,
    every_filtered_by_account: Exchanges,
    listing_with_account: Exchange,
    listing_sparse: Exchange,
) -> None:
    pages = (*every_page_of_view, *every_filtered_by_account, listing_with_account, listing_sparse)
    observe_each(pages, lambda page: _expect_kept(page, _OF_THE_VIEW))


@requirement("PAGE-009")
def test_links_keep_the_page_size(
    listing: Exchange, every_page_of_three: Exchanges, every_page_of_view: Exchanges, every_page_of_one: Exchanges
) -> None:
    def judge(page: Exchange) -> None:
        _links(page)
        size = dict(collection_pages.parameters(page.request.url)).get("page[size]", "")
        heeded = size.isdecimal() and len(_ids(page)) <= int(size) < len(_ids(listing))
        require(heeded, "page[size] has no effect", owner="PAGE-008")
        for name in collection_pages.PAGE_LINKS:
            link = collection_pages.page_link(page, name)
            # Other servers count by other parameters.
            kept = dict(collection_pages.parameters(link or ""))
            if link is not None and (not kept or "page[number]" in kept):
                observed = kept.get("page[size]", "none")
                expect(observed == size, f"page[size]={size}", observed, page, part=f"/links/{name}")

    observe_each((*every_page_of_three, *every_page_of_view, *every_page_of_one), judge)


def _expect_kept(page: Exchange, families: tuple[str, ...]) -> None:
    """Raise Violation unless the links of a page have the parameters of ``families`` that the request has."""
    _links(page)
    links = {
        name: link
        for name in collection_pages.PAGE_LINKS
        if (link := collection_pages.page_link(page, name)) is not None
    }
    require(links, "there are no pagination links")
    for name, link in links.items():
        lost = _lost(page, link, families)
        observed = f"without {', '.join(map(shown, lost))}"
        expect(not lost, "the parameters of the request", observed, page, part=f"/links/{name}")


@requirement("PAGE-005")
def test_an_invalid_page_is_refused(listing: Exchange, first_of_three: Exchange, invalid_page: Exchange) -> None:
    _require_numbered(listing, first_of_three)
    expect_status(invalid_page, 400, why="it is not a page number or size")


@requirement("PAGE-010")
def test_a_page_that_begins_with_a_number_is_refused(
    listing: Exchange, first_of_three: Exchange, half_numeric_page: Exchange
) -> None:
    _require_numbered(listing, first_of_three)
    expect_status(half_numeric_page, 400, why="it is not a whole number")


def _require_numbered(listing: Exchange, first_of_three: Exchange) -> None:
    """Raise NotObserved unless the server pages by page[number] and page[size]: else their values mean nothing."""
    require(len(_ids(listing)) > PAGE_SIZE, "there are too few invoices")
    require(len(_ids(first_of_three)) <= PAGE_SIZE, "page[size] has no effect", owner="PAGE-008")
    links = {
        name: {parameter for parameter, _ in collection_pages.parameters(link)}
        for name in collection_pages.PAGE_LINKS
        if (link := collection_pages.page_link(first_of_three, name)) is not None
    }
    # The first page may be reached without a number: its link shows nothing then.
    if not any(name.startswith("page[") for name in links.get("first", set()) - {"page[size]"}):
        links.pop("first", None)
    numbered = any("page[number]" in names for names in links.values())
    require(numbered or not links, "the server does not page by page[number]")


@requirement("PAGE-006")
def test_the_page_size_has_an_upper_bound(listing: Exchange, first_of_three: Exchange, huge_page: Exchange) -> None:
    _require_numbered(listing, first_of_three)
    if 400 <= huge_page.status < 500:
        return
    count = len(_ids(huge_page))
    # Fewer than that show nothing: there may be no more invoices.
    require(
        count > _DOCUMENTED_MAXIMUM or not collection_pages.is_whole(huge_page),
        "there are not enough invoices to judge",
    )
    expected = f"400, or at most {_DOCUMENTED_MAXIMUM} elements"
    expect(count <= _DOCUMENTED_MAXIMUM, expected, f"{count} elements", huge_page, part="/data")


@requirement("PAGE-007")
def test_there_is_nothing_past_the_end(
    listing: Exchange, first_of_three: Exchange, page_past_the_end: Exchange
) -> None:
    _require_numbered(listing, first_of_three)
    if 400 <= page_past_the_end.status < 500:
        return
    expect_status(page_past_the_end, 200, why="there is no such page; a client error will do as well")
    data = collection_pages.data_of(page_past_the_end)
    expect(not data, "an empty array, or a client error", shown(data), page_past_the_end, part="/data")
