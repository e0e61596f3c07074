"""Writes to an invoice that its owner gives up for them, each with content that would change it, and what is left."""

from __future__ import annotations

import json

from conformance.model.exchange import JSON_API
from conformance.plan.probe import Family, family, get

_EXPENDABLE = ("expendable-invoice",)
_ITEM = "/invoices/{expendable_invoice_id}"
_TYPE = {"Content-Type": JSON_API}

# What the writes would change.
WRITTEN = {"reference": "conformance"}

expendable_item = get(_ITEM, needs=_EXPENDABLE)


def _document(expendable_invoice_id: str) -> bytes:
    return json.dumps({"data": {"type": "invoices", "id": expendable_invoice_id, "attributes": WRITTEN}}).encode()


def _writes() -> Family:
    """Return the writes, each after the one before: what is deleted cannot be changed any more."""
    relationship = get(f"{_ITEM}/relationships/account", needs=_EXPENDABLE)
    declared = {
        **{name: expendable_item.but(method=name, headers=_TYPE, body=_document) for name in ("PATCH", "PUT", "POST")},
        "PATCH-relationship": relationship.but(method="PATCH", headers=_TYPE, body=b'{"data":null}'),
        "DELETE": expendable_item.but(method="DELETE"),
    }
    before = expendable_item
    for name, probe in declared.items():
        declared[name] = before = probe.but(after=(before,))
    return family(declared)


write_expendable = _writes()
expendable_item_afterwards = expendable_item.but(after=tuple(write_expendable))
