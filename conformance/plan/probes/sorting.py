"""Requests for the collection in the order of each attribute, of two of them, and of a name that is not one."""

from __future__ import annotations

from conformance.model import contract
from conformance.plan.probe import query_family
from conformance.plan.probes.collection import listing

# Alternately ascending and descending: of every kind of value there are attributes with either direction.
sorted_by = query_family(
    listing,
    {name: f"sort={'-' if place % 2 else ''}{name}" for place, name in enumerate(contract.attribute_names())},
)
# The first field leaves most invoices tied. The second one is not that of the default order, in which they may stand by
# chance.
sorted_by_two = listing.but(
    query="sort=service-transactions-count,-amount-spent", headers={"Accept-Language": "de-DE, de;q=0.9"}
)

unsupported_sort = query_family(
    listing,
    {
        "unknown": "sort=nosuch",
        "path": "sort=account.nosuch",
        "capitals": "sort=START-DATE",
        "second": "sort=start-date,nosuch",
    },
)
