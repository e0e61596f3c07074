"""Requests with fields that a server may copy into its answer."""

from __future__ import annotations

from conformance.plan.probe import get

# Longer than the 255 characters that are usual for it, and with characters that are special in HTML and in logs.
item_with_request_id = get("/invoices/{invoice_id}").but(headers={"X-Request-Id": 'conformance<b>"' + "x" * 300})
