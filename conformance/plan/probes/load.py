"""A bounded load: the same request many times, several at once, with requests for the other invoices between them."""

from __future__ import annotations

from dataclasses import replace

from conformance.plan.probe import family, get

burst = family(
    {
        f"{number:02}": replace(
            get("/invoices/{invoice_id}", needs=("load",)), burst=True, place=0 if number % 2 else number // 2
        )
        for number in range(1, 51)
    }
)
