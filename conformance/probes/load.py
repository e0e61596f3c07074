"""A bounded load: the same request many times, several at once."""

from __future__ import annotations

from dataclasses import replace

from conformance.probe import family, get

burst = family(
    {f"{number:02}": replace(get("/invoices/{invoice_id}", needs=("load",)), burst=True) for number in range(1, 51)}
)
