"""What the host of an https target answers to those who come over plain http: nobody's token is sent there."""

from __future__ import annotations

from dataclasses import replace

from conformance.plan.probe import get

item_over_plain_http = replace(
    get("/invoices/{invoice_id}", needs=("plain-http",)).but(headers={"Authorization": None}), plain=True
)
