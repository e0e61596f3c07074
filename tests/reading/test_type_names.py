"""Types in another spelling than the documented one."""

from __future__ import annotations

import pytest

from conformance.reading.type_names import documented_type


@pytest.mark.parametrize(
    "kind",
    ["invoices", "invoice", "Invoice", "INVOICES", "invoice--invoice", "App\\Models\\Invoice", "Billing::Invoice"],
)
def test_a_documented_type_is_known_in_another_spelling(kind: str) -> None:
    assert documented_type(kind) == "invoices"


@pytest.mark.parametrize("kind", ["invoice-lines", "bank-accounts", "BankAccount", "accounting", "invoices--lines", ""])
def test_another_type_stays_another(kind: str) -> None:
    assert documented_type(kind) == kind
