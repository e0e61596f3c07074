"""Requests for the collection of invoices as a whole, with inclusion, sparse fieldsets and undefined parameters."""

from __future__ import annotations

from conformance.model.exchange import JSON_API
from conformance.plan.probe import family, get, query_family, walk

listing = get("/invoices", needs=("collection",))
# Whatever the strategy of the server is: its own links, from its own first page on.
page_of_listing = walk(listing, max_pages=5)

listing_head = listing.but(method="HEAD")

listing_with_account = listing.but(query="include=account")
listing_sparse = listing.but(query="fields%5Binvoices%5D=reference,amount-spent")

listing_unknown_field = listing.but(query="fields%5Binvoices%5D=reference,nosuch")
listing_unknown_include = listing.but(query="include=nosuch")
listing_unknown_parameter = listing.but(query="foo=1")
unacceptable_listing = listing.but(headers={"Accept": f"{JSON_API};charset=utf-8"})
listing_sort_list = listing.but(query="sort%5B%5D=start-date")
listing_empty_parameter = family(
    query_family(listing, {"page-list": "page%5B%5D=1", "sort-of-nothing": "sort=,"}),
    query_family(
        listing.but(needs=("collection", "contested")),
        {
            "sort-empty": "sort=",
            "sort-without-value": "sort",
            "size-of-many-digits": f"page%5Bsize%5D={'9' * 20}",
        },
    ),
)
