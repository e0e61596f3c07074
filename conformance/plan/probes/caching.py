"""What stored answers and content codings depend on: who asks, and which coding is wanted (RFC 9111)."""

from __future__ import annotations

from conformance.plan.probe import get
from conformance.plan.probes.base import item_again, item_without_token, related
from conformance.plan.probes.collection import listing, listing_with_account
from conformance.syntax import redaction

_ITEM = "/invoices/{invoice_id}"

item_in_gzip = get(_ITEM).but(headers={"Accept-Encoding": "gzip"})
item_head_in_gzip = item_in_gzip.but(method="HEAD")
item_with_account_in_gzip = item_in_gzip.but(query="include=account")
# The largest answer of all: a server that compresses in pieces needs several of them here.
listing_with_account_in_gzip = listing_with_account.but(headers={"Accept-Encoding": "gzip"})
item_in_no_coding = get(_ITEM).but(headers={"Accept-Encoding": "identity, gzip;q=0.0, *;q=0"})

item_in_gzip_not_modified = item_in_gzip.but(headers=lambda item_in_gzip: {"If-None-Match": item_in_gzip.etag})

# The URL has just been asked for with a token, twice: a stored answer would be at hand.
item_without_token_after = item_without_token.but(after=(item_again,))
# Nobody asks for this URL with a token. No answer to it can be stored, so it shows whether a token is needed at all.
second_unknown_related_without_token = get("/invoices/{second_unknown_id}/account").but(headers={"Authorization": None})

_OTHER_CUSTOMER = {"Authorization": redaction.OTHER_AUTH_TOKEN}
# The same URL for every customer.
listing_for_other_customer = get("/invoices", needs=("second-customer", "collection")).but(
    headers=_OTHER_CUSTOMER, after=(listing,)
)
related_for_other_customer = related.but(
    headers=_OTHER_CUSTOMER, needs=("second-customer",), after=(related,), each_invoice=False
)
item_for_other_customer = get(_ITEM, needs=("second-customer",)).but(headers=_OTHER_CUSTOMER, after=(item_again,))
other_item = get("/invoices/{other_invoice_id}", needs=("second-customer",))

# Browsers name what they can show and take the rest as it comes. By the language, some frameworks choose how numbers
# and times are written.
item_for_browser = get(_ITEM).but(
    headers={
        "Accept": "text/html,application/xhtml+xml,application/xml;q=0.9,*/*;q=0.8",
        "Accept-Language": "de-DE, de;q=0.9, en;q=0.8, *;q=0.5",
    }
)
