"""Requests for the collection that show what it selects, and where it ends: odd queries, odd texts, and links."""

from __future__ import annotations

from urllib.parse import quote

from conformance.model.exchange import Exchange, NotObserved, link_of
from conformance.plan.odd_queries import LISTING, LISTING_SHAPES, LISTING_VALUES
from conformance.plan.probe import Parameter, family, get, pack, query_family
from conformance.plan.probes.collection import listing
from conformance.reading.collection_pages import elements
from conformance.reading.effects import on_reading
from conformance.syntax.scalars import is_uuid

_NEEDS = ("collection",)


def _another(listing: Exchange, invoice_id: str) -> str:
    """Return the path of the last invoice of a page that is not a known one."""
    others = [each for each in elements(listing) if each != invoice_id.lower() and is_uuid(each)]
    if not others:
        raise NotObserved("the collection shows no other invoice")
    return f"/invoices/{others[-1]}"


listed_item = get(_another, needs=_NEEDS)
# What is not a sort, a page or a filter, to readers that take queries apart at the wrong places.
odd_listing_query = family(
    query_family(
        listing,
        {
            "semicolon": "sort=start-date;page%5Bsize%5D=3",
            "sort-twice": "sort=start-date,start-date",
            "comma-behind": "sort=start-date,",
            "filter-without-name": "filter=x",
            "include-behind-comma": "include=,account",
        },
    ),
    query_family(listing.but(needs=("collection", "contested")), LISTING),
)
odd_listing_parameters = family(
    {
        name: pack(listing, map(Parameter, parameters), on_reading, listing)
        for name, parameters in {"shapes": LISTING_SHAPES, "values": LISTING_VALUES}.items()
    }
)
unknown_page_key = listing.but(query="page%5Bnosuch%5D=1")

listing_arranged = listing.but(
    query="include=account&sort=-originated-calls-count&fields%5Binvoices%5D=originated-calls-count,account",
    headers={"Accept-Encoding": "identity"},
)

# Every total is divided by one.
page_of_one = listing.but(query="page%5Bsize%5D=1", headers={"Accept-Encoding": "deflate"})
last_of_one = get(lambda page_of_one: link_of(page_of_one.ok_document, "last", page_of_one), needs=_NEEDS)

# No invoice has such a reference. In the links the same characters mean the same only when they are encoded.
ODD_TEXT = "a&b=c+d%#;\u00e9 /\\,:@(B)[]*?!~\u6771\U0001f4de"
empty_page = listing.but(query=f"filter%5Breference_cont%5D={quote(ODD_TEXT)}&page%5Bsize%5D=5")
last_of_empty = get(lambda empty_page: link_of(empty_page.ok_document, "last", empty_page), needs=_NEEDS)
