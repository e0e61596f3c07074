"""Requests about one invoice: its own links, ids that name nothing, other spellings of its id."""

from __future__ import annotations

from conformance.model.exchange import link_of
from conformance.plan.probe import family, get
from conformance.plan.probes.base import item

# The resource-level self link of the invoice, and the self links of whole documents, where there are any.
item_from_self_link = get(lambda item: item.self_link)
item_from_document_link = get(lambda item: link_of(item.ok_document, "self", item))
included_from_document_link = get(
    lambda item_with_account: link_of(item_with_account.ok_document, "self", item_with_account)
)

# No UUID in any notation, so that lenient readers of UUIDs have nothing to find either.
malformed_id = family(
    {
        "number": get("/invoices/1"),
        "longer": get("/invoices/{invoice_id}x"),
        "shorter": get(lambda invoice_id: f"/invoices/{invoice_id[:-1]}"),
    }
)

item_upper_case = item.but(path=lambda invoice_id: f"/invoices/{invoice_id.upper()}", each_invoice=False)
item_percent_encoded = item.but(
    path=lambda invoice_id: f"/invoices/%{ord(invoice_id[0]):02X}{invoice_id[1:]}", each_invoice=False
)
