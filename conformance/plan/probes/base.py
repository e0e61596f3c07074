"""The requests that many checks share: the resources, their HEAD, and the usual ways to be refused."""

from __future__ import annotations

from conformance.model.exchange import Exchange, NotObserved
from conformance.plan.probe import get

# The documented request.
item = get("/invoices/{invoice_id}", each_invoice=True)
# The same again: what may not change between two requests is compared with the first.
item_again = get("/invoices/{invoice_id}").but(after=(item,))
item_head = item.but(method="HEAD", each_invoice=False)
item_with_account = item.but(query="include=account")

# The links of the relationship, followed; path and query are sent to the base URL whatever the link's authority.
relationship = get(lambda item: item.account_link("self"), each_invoice=True)
related = get(lambda item: item.account_link("related"), each_invoice=True)

relationship_head = relationship.but(method="HEAD", each_invoice=False)
related_head = related.but(method="HEAD", each_invoice=False)

item_not_modified = item.but(headers=lambda item: {"If-None-Match": item.tag_as_sent})

unknown_item = get("/invoices/{unknown_id}")
unknown_item_head = unknown_item.but(method="HEAD")
unknown_relationship = get("/invoices/{unknown_id}/relationships/account")
unknown_related = get("/invoices/{unknown_id}/account")

item_without_token = item.but(headers={"Authorization": None}, each_invoice=False)
unacceptable_item = item.but(headers={"Accept": "application/vnd.api+json;charset=utf-8"}, each_invoice=False)

unknown_include = item.but(query="include=nosuch", each_invoice=False)


def account_url(invoice_id: str, item: Exchange, related: Exchange | None = None) -> str:
    """Return where the account is: the related link; without one the documented path, where it may be as well."""
    try:
        return item.account_link("related") if related is None else related.request.url
    except NotObserved:
        return f"/invoices/{invoice_id}/account"


def relationship_url(invoice_id: str, item: Exchange, relationship: Exchange | None = None) -> str:
    """Return where the relationship is: its self link; without one the documented path, where it may be as well."""
    try:
        return item.account_link("self") if relationship is None else relationship.request.url
    except NotObserved:
        return f"/invoices/{invoice_id}/relationships/account"


def account_or_invoice(item: Exchange, related: Exchange | None = None) -> str:
    """Return the URL of the account; where that is not shown, the URL of the invoice."""
    return (related if related is not None and related.succeeded else item).request.url


def relationship_or_invoice(item: Exchange, relationship: Exchange | None = None) -> str:
    """Return the URL of the relationship; where that is not shown, the URL of the invoice."""
    return (relationship if relationship is not None and relationship.succeeded else item).request.url


def included_or_invoice(item: Exchange, item_with_account: Exchange) -> str:
    """Return the URL of the invoice with its account; where that is not shown, the URL of the invoice alone."""
    return (item_with_account if item_with_account.succeeded else item).request.url
