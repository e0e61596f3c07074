"""Requests for pages of the collection: walks of several sizes, borders, and values that are not a page."""

from __future__ import annotations

from conformance.model.exchange import Exchange, NotObserved, link_of
from conformance.plan.probe import family, get, query_family, walk
from conformance.plan.probes.collection import listing
from conformance.reading.collection_pages import account_id, account_ids, elements, value

_NEEDS = ("collection",)
# Small, so that few invoices fill several pages.
PAGE_SIZE = 3

first_of_three = listing.but(query=f"page%5Bnumber%5D=1&page%5Bsize%5D={PAGE_SIZE}")
page_of_three = walk(first_of_three, max_pages=6)
last_of_three = get(lambda first_of_three: link_of(first_of_three.ok_document, "last", first_of_three), needs=_NEEDS)
before_last_of_three = get(
    lambda last_of_three: link_of(last_of_three.ok_document, "prev", last_of_three), needs=_NEEDS
)

page_from_document_link = get(
    lambda first_of_three: link_of(first_of_three.ok_document, "self", first_of_three), needs=_NEEDS
)

# Most invoices have the same number of transactions, none. Few totals are divided by seven.
first_of_tied = listing.but(query="sort=service-transactions-count&page%5Bsize%5D=7")
page_of_tied = walk(first_of_tied, max_pages=4)

# A size by another usual name: the walk of a server that counts by offset and limit.
first_of_limited = listing.but(query="page%5Blimit%5D=4")
page_of_limited = walk(first_of_limited, max_pages=4)

VIEW_SIZE = 2
VIEW_FIELDS = ("amount-spent", "account")
_VIEW_PAGES = 2
_MOST_ACCOUNTS = 20


def _accounts_of_view(page: Exchange) -> list[str]:
    """Return accounts of a page, without one whose invoices a view would show if it had no filter.

    That is the account of one of the largest amounts, as long as the others fill more than one page; else all.
    """
    accounts = account_ids(page)
    try:
        rows = sorted(elements(page).values(), key=lambda element: (value(element, "amount-spent"),), reverse=True)
    except (NotObserved, TypeError):
        return accounts[:_MOST_ACCOUNTS]
    owners = list(map(account_id, rows))
    for left_out in dict.fromkeys(owners[: VIEW_SIZE * _VIEW_PAGES]):
        others = [account for account in accounts if account != left_out][:_MOST_ACCOUNTS]
        if sum(owner in others for owner in owners) > VIEW_SIZE:
            return others
    return accounts[:_MOST_ACCOUNTS]


# Every kind of parameter: the links have to keep them, and none is dropped because of another.
first_of_view = get(
    lambda listing_with_account: (
        f"/invoices?sort=-amount-spent&include=account&fields%5Binvoices%5D={','.join(VIEW_FIELDS)}"
        f"&filter%5Baccount_id_in%5D={','.join(_accounts_of_view(listing_with_account))}&page%5Bsize%5D={VIEW_SIZE}"
    ),
    needs=_NEEDS,
)
page_of_view = walk(first_of_view, max_pages=_VIEW_PAGES)

invalid_page = query_family(
    listing,
    {
        "number-zero": "page%5Bnumber%5D=0",
        "number-negative": "page%5Bnumber%5D=-1",
        "number-empty": "page%5Bnumber%5D=",
        "number-word": "page%5Bnumber%5D=last",
        "size-zero": "page%5Bsize%5D=0",
        "size-negative": "page%5Bsize%5D=-1",
        "size-word": "page%5Bsize%5D=abc",
    },
)
# What some readers of numbers take for one.
half_numeric_page = family(
    query_family(
        listing,
        {
            "number-fraction": "page%5Bnumber%5D=1.5",
            "number-with-letters": "page%5Bnumber%5D=1abc",
            "size-with-underscore": "page%5Bsize%5D=1_0",
        },
    ),
    # More than a run by default may cost.
    query_family(
        listing.but(needs=("collection", "contested")),
        {
            "number-hexadecimal": "page%5Bnumber%5D=0x1",
            "number-with-exponent": "page%5Bnumber%5D=1e0",
            "number-of-full-width": "page%5Bnumber%5D=%EF%BC%91",
            "number-of-arabic": "page%5Bnumber%5D=%D9%A1",
            "size-with-exponent": "page%5Bsize%5D=1e1",
            "size-with-fraction": "page%5Bsize%5D=3.0",
            "size-of-words": "page%5Bsize%5D=1%202",
        },
    ),
)
huge_page = listing.but(query="page%5Bsize%5D=1000000")
page_past_the_end = family(
    query_family(
        listing, {"far": "page%5Bnumber%5D=999999999", "beyond-64-bits": "page%5Bnumber%5D=99999999999999999999"}
    ),
    # Only where it begins is beyond them.
    query_family(
        listing.but(needs=("collection", "contested")),
        {"begins-beyond-64-bits": "page%5Bnumber%5D=999999999999999999&page%5Bsize%5D=1000"},
    ),
)
