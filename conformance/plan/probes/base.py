"""The requests that many checks share: the resources, their HEAD, and the usual ways to be refused."""

from __future__ import annotations

from conformance.model.exchange import Exchange, NotObserved
from conformance.plan.probe import PathFunction, get

# The documented request.
item = get("/invoices/{invoice_id}", each_invoice=True)
# The same again: what may not change between two requests is compared with the first.
item_again = get("/invoices/{invoice_id}").but(after=(item,))
item_head = item.but(method="HEAD", each_invoice=False)
item_with_account = item.but(query="include=account")


def _linked(name: str, documented: str) -> PathFunction:
    """Return the URL to which the link ``name`` of the account leads; without one its ``documented`` path."""

    def path(invoice_id: str, item: Exchange) -> str:
        try:
            return item.account_link(name)
        except NotObserved:
            # Where no invoice is shown, there is nothing below it.
            if not isinstance(item.ok_document.get("data"), dict):
                raise
            return f"/invoices/{invoice_id}/{documented}"

    return path


# Path and query of a link are sent to the base URL whatever its authority.
relationship = get(_linked("self", "relationships/account"), each_invoice=True)
related = get(_linked("related", "account"), each_invoice=True)

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


def account_or_invoice(item: Exchange, related: Exchange | None = None) -> str:
    """Return the URL of the account; where that is not shown, the URL of the invoice."""
    return (related if related is not None and related.succeeded else item).request.url


def relationship_or_invoice(item: Exchange, relationship: Exchange | None = None) -> str:
    """Return the URL of the relationship; where that is not shown, the URL of the invoice."""
    return (relationship if relationship is not None and relationship.succeeded else item).request.url


def included_or_invoice(item: Exchange, item_with_account: Exchange) -> str:
    """Return the URL of the invoice with its account; where that is not shown, the URL of the invoice alone."""
    return (item_with_account if item_with_account.succeeded else item).request.url
