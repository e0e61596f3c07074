"""Requests about the relationship of an invoice to its account, and about the account itself."""

from __future__ import annotations

from conformance.model.exchange import JSON_API, Exchange, NotObserved, link_of
from conformance.plan.probe import get
from conformance.plan.probes.base import related, relationship

unknown_relationship_name = get("/invoices/{invoice_id}/relationships/nosuch")
unknown_below_item = get("/invoices/{invoice_id}/nosuch")

relationship_with_account = relationship.but(query="include=account", each_invoice=False)
relationship_unknown_include = relationship.but(query="include=account.nosuch", each_invoice=False)

# No JSON: a server that would obey finds nothing to store, not even null.
relationship_update = relationship.but(
    method="PATCH",
    headers={"Content-Type": JSON_API},
    body=b"{",
    each_invoice=False,
    needs=("contested",),
    after=(relationship,),
)
relationship_after_update = relationship.but(each_invoice=False, needs=("contested",), after=(relationship_update,))


def _self_link_of_account(item_with_account: Exchange, related: Exchange | None = None) -> str:
    """Return the self link of the account: of the related one, else of the only included one."""
    if related is not None and related.status == 200:
        return related.self_link
    included = item_with_account.ok_document.get("included")
    if not isinstance(included, list) or len(included) != 1 or not isinstance(included[0], dict):
        raise NotObserved("neither the related account nor an included one is shown", owner="RELD-001")
    return link_of(included[0], "self", item_with_account)


account_from_self_link = get(_self_link_of_account)
related_sparse = related.but(query="fields%5Baccounts%5D=name", each_invoice=False)
related_unknown_include = related.but(query="include=nosuch", each_invoice=False)
_UNACCEPTABLE = {"Accept": f"{JSON_API};charset=utf-8"}
unacceptable_relationship = relationship.but(headers=_UNACCEPTABLE, each_invoice=False)
unacceptable_related = related.but(headers=_UNACCEPTABLE, each_invoice=False)
related_not_modified = related.but(headers=lambda related: {"If-None-Match": related.tag_as_sent}, each_invoice=False)
