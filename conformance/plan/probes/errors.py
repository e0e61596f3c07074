"""Refusals that are compared with others of the same kind, and with their HEAD."""

from __future__ import annotations

from conformance.plan.probe import get
from conformance.plan.probes.base import unacceptable_item, unknown_include

second_unknown_item = get("/invoices/{second_unknown_id}")
unknown_include_head = unknown_include.but(method="HEAD")
unacceptable_item_head = unacceptable_item.but(method="HEAD")
