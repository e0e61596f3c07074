"""Requests for what another customer owns, and for what must stay invisible, each beside one for an unknown id."""

from __future__ import annotations

import re
from dataclasses import replace
from urllib.parse import quote

from conformance.model.exchange import Exchange, NotObserved
from conformance.plan.probe import PathFunction, Probe, family, get
from conformance.plan.probes.caching import other_item
from conformance.syntax.redaction import OTHER_AUTH_TOKEN

_SECOND = ("second-customer",)
_LISTING = ("second-customer", "collection")
_HIDDEN = ("hidden-invoice",)
_OTHER_CUSTOMER = {"Authorization": OTHER_AUTH_TOKEN}
_OTHER = "/invoices/{other_invoice_id}"
# What is sent back of an answer.
_PLAIN = re.compile("[ -~]{1,64}")

# other_item is the GET of the invoice; base has most of the unknown ones.
other_item_head = other_item.but(method="HEAD")
other_relationship = get(f"{_OTHER}/relationships/account", needs=_SECOND)
other_related = get(f"{_OTHER}/account", needs=_SECOND)
other_item_with_account = other_item.but(query="include=account")
other_account_by_itself = get(lambda other_account_of_owner: other_account_of_owner.self_link, needs=_SECOND)
other_item_unknown_include = other_item.but(query="include=nosuch")
unknown_item_unknown_include = get("/invoices/{unknown_id}", needs=_SECOND).but(query="include=nosuch")
unknown_item_with_account = get("/invoices/{unknown_id}", needs=_SECOND).but(query="include=account")

# The other customer itself: its invoice exists. Later, so that no stored copy of it is at hand for the first one.
other_item_of_owner = replace(
    get(_OTHER, needs=_SECOND).but(headers=_OTHER_CUSTOMER, after=(other_item, other_item_head)), alone=True
)
other_account_of_owner = get(f"{_OTHER}/account", needs=_SECOND).but(headers=_OTHER_CUSTOMER, after=(other_related,))
other_relationship_of_owner = other_relationship.but(headers=_OTHER_CUSTOMER, after=(other_relationship,))


def _with_tag_of_other(probe: Probe) -> Probe:
    return probe.but(headers=lambda other_item_of_owner: {"If-None-Match": other_item_of_owner.tag_as_sent})


other_item_if_none_match = other_item.but(headers={"If-None-Match": "*"})
other_item_if_none_match_tag = _with_tag_of_other(other_item)
unknown_item_if_none_match_tag = _with_tag_of_other(get("/invoices/{unknown_id}", needs=_SECOND))
other_item_if_match = other_item.but(headers={"If-Match": '"conformance"'})
unknown_item_if_match = get("/invoices/{unknown_id}", needs=_SECOND).but(headers={"If-Match": '"conformance"'})

# Each way to look at an invoice by which only a part of a server may forget to whom it belongs.
_SPARSE, _INCLUDE = "fields%5Binvoices%5D=reference", "include=account"
_SPARSE_ACCOUNT = "fields%5Baccounts%5D=name"


def _views(invoice: str, needs: tuple[str, ...]) -> dict[str, Probe]:
    item = get(f"/invoices/{invoice}", needs=needs)
    relationship = get(f"/invoices/{invoice}/relationships/account", needs=needs)
    related = get(f"/invoices/{invoice}/account", needs=needs)
    if_none_match = {"If-None-Match": "*"}
    return {
        "sparse": item.but(query=_SPARSE, headers={"Accept": "*/*"}),
        "sparse-with-account": item.but(query=f"{_INCLUDE}&{_SPARSE}"),
        "head-with-account": item.but(method="HEAD", query=_INCLUDE),
        "relationship-head": relationship.but(method="HEAD"),
        "relationship-if-none-match": relationship.but(headers=if_none_match),
        "relationship-with-account": relationship.but(query=_INCLUDE),
        "related-head": related.but(method="HEAD"),
        "related-if-none-match": related.but(headers=if_none_match),
        "related-sparse": related.but(query=_SPARSE_ACCOUNT),
    }


other_view = family(_views("{other_invoice_id}", _SECOND))
hidden_view = family(
    {
        "with-account": get("/invoices/{hidden_invoice_id}", needs=_HIDDEN).but(query=_INCLUDE),
        **_views("{hidden_invoice_id}", _HIDDEN),
    }
)
# Their counterparts, for either purpose.
unknown_view_for_other = family(_views("{unknown_id}", _SECOND))
unknown_view_for_hidden = family(
    {
        "with-account": get("/invoices/{unknown_id}", needs=_HIDDEN).but(query=_INCLUDE),
        **_views("{unknown_id}", _HIDDEN),
    }
)


def _nth_hidden(index: int) -> Probe:
    def path(hidden_invoice_ids: str) -> str:
        given = hidden_invoice_ids.split(",")
        if index >= len(given):
            raise NotObserved(f"{len(given)} hidden invoices are given")
        return f"/invoices/{given[index]}"

    return get(path, needs=_HIDDEN)


hidden_item = family({name: _nth_hidden(index) for index, name in enumerate(("first", "second", "third", "fourth"))})
hidden_item_head = get("/invoices/{hidden_invoice_id}", needs=_HIDDEN).but(method="HEAD")
hidden_relationship = get("/invoices/{hidden_invoice_id}/relationships/account", needs=_HIDDEN)
hidden_related = get("/invoices/{hidden_invoice_id}/account", needs=_HIDDEN)
hidden_item_if_none_match = get("/invoices/{hidden_invoice_id}", needs=_HIDDEN).but(headers={"If-None-Match": "*"})

# What the other customer sees, and ways in which the first one may try to see it, too; the rest is in every listing.
listing_of_other_customer = get("/invoices", needs=_LISTING).but(headers=_OTHER_CUSTOMER, query="page%5Bnumber%5D=1")


def _of_foreign_account(filtered: str) -> PathFunction:
    """Return the path of a filter by the account of the other customer, by itself or else as the linkage names it."""

    def path(other_account_of_owner: Exchange, other_relationship_of_owner: Exchange) -> str:
        owner = other_account_of_owner if other_account_of_owner.status == 200 else other_relationship_of_owner
        number = owner.resource.get("id")
        if not isinstance(number, str) or not number.replace("-", "").isalnum() or not number.isascii():
            raise NotObserved(f"the answer to {owner.described} has no id that fits into a query")
        return f"/invoices?{filtered}={number}"

    return path


def _by_reference(other_item_of_owner: Exchange) -> str:
    reference = other_item_of_owner.attributes.get("reference")
    if not isinstance(reference, str) or not _PLAIN.fullmatch(reference):
        raise NotObserved("the other customer's invoice has no reference that fits into a query")
    return f"/invoices?filter%5Breference_eq%5D={quote(reference)}"


# Nothing of the first customer fits these filters, but for the last: two invoices may have one reference.
listing_of_foreign = family(
    {
        "account": get(_of_foreign_account("filter%5Baccount_id_eq%5D"), needs=_LISTING),
        "accounts": get(_of_foreign_account("include=account&filter%5Baccount_id_in%5D"), needs=_LISTING),
        "invoice": get(lambda other_invoice_id: f"/invoices?filter%5Bid_eq%5D={other_invoice_id}", needs=_LISTING),
        "invoices": get(lambda other_invoice_id: f"/invoices?filter%5Bid_in%5D={other_invoice_id}", needs=_LISTING),
        "reference": get(_by_reference, needs=_LISTING),
    }
)
# Where accounts are not offered by themselves, nothing is there.
accounts_listing = get("/accounts", needs=("collection",))
accounts_listing_of_other_customer = get("/accounts", needs=_LISTING).but(
    headers=_OTHER_CUSTOMER, after=(accounts_listing,)
)
listing_of_hidden = get(
    lambda hidden_invoice_id: f"/invoices?filter%5Bid_eq%5D={hidden_invoice_id}", needs=("hidden-invoice", "collection")
)

# Sent together, alternately; a small burst.
interleaved = family(
    {
        f"{whose}-{number}": get(path, needs=_SECOND).but(headers=headers)
        for number in range(1, 4)
        for whose, path, headers in (("own", "/invoices/{invoice_id}", {}), ("other", _OTHER, _OTHER_CUSTOMER))
    }
)
