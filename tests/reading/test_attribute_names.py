"""Attributes are found under other spellings of their names, and no others."""

from __future__ import annotations

import pytest

from conformance.reading.attribute_names import shown_name


@pytest.mark.parametrize("name", ["amount-spent", "amount_spent", "amountSpent", "AmountSpent", "AMOUNT-SPENT"])
def test_another_spelling_is_the_same_attribute(name: str) -> None:
    assert shown_name({"reference": 1, name: 2}, "amount-spent") == name


@pytest.mark.parametrize(
    "attributes",
    [
        {"amount-spent", "amount_spent"},
        {"amountSpent", "amount_spent"},
        {"originated-amount-spent"},
        set(),
    ],
)
def test_the_documented_name_goes_first_and_what_is_not_clear_does_not_count(attributes: set[str]) -> None:
    assert shown_name(attributes, "amount-spent") == "amount-spent"
