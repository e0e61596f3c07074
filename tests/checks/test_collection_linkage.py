"""The account that an element of the collection names is one identifier, and that of its invoice."""

from __future__ import annotations

from typing import Any

import pytest

from conformance.checks import test_collection_linkage as linkage
from conformance.model.exchange import Exchange
from tests.support.exchanges import exchange
from tests.support.judged import outcome
from tests.support.pages import ACCOUNTS, COLLECTION, element, identifier, refused, whole

UNLINKED = whole([element(1), element(2)])
LINKED = whole([element(1, account=0), element(2, account=1)])
SWAPPED = whole([element(1, account=1), element(2, account=0)])


def naming(data: Any) -> Exchange:
    """Return a page of which the first element has ``data`` as its linkage."""
    first = element(1, account=0)
    first["relationships"]["account"]["data"] = data
    return whole([first, element(2, account=1)])


def alone(number: int, account: int | None) -> Exchange:
    """Return an invoice with its account."""
    body = {"data": element(number, account=account)}
    return exchange("item_with_account", body=body, path=f"{COLLECTION}/{identifier(number)}")


IDENTIFIERS = [{"type": "accounts", "id": ACCOUNTS[0]}]
INVOICES = (alone(1, 0), alone(2, 1))


@pytest.mark.parametrize(
    ("answer", "expected"),
    [
        (LINKED, "passed"),
        (naming(None), "passed"),
        (naming(IDENTIFIERS), "violated"),
        (naming({"type": "accounts"}), "violated"),
        (naming(ACCOUNTS[0]), "violated"),
        (UNLINKED, "not observed"),
        (refused(), "not observed"),
    ],
)
def test_the_form(answer: Exchange, expected: str) -> None:
    check = linkage.test_the_linkage_of_an_element_is_one_identifier_or_null
    assert outcome(check, answer, UNLINKED) == expected
    assert outcome(check, UNLINKED, answer) == expected


@pytest.mark.parametrize(
    ("answer", "invoices", "expected"),
    [
        (LINKED, INVOICES, "passed"),
        (SWAPPED, INVOICES, "violated"),
        (SWAPPED, INVOICES[1:], "violated"),
        (naming(None), INVOICES, "violated"),
        # The other invoice can be compared still.
        (naming(IDENTIFIERS), INVOICES, "passed"),
        (naming(IDENTIFIERS), INVOICES[:1], "not observed"),
        (SWAPPED, (alone(1, None),), "not observed"),
        (SWAPPED, (alone(3, 0),), "not observed"),
        (UNLINKED, INVOICES, "not observed"),
        (refused(), INVOICES, "not observed"),
    ],
)
def test_the_account_of_the_invoice(answer: Exchange, invoices: tuple[Exchange, ...], expected: str) -> None:
    check = linkage.test_an_element_names_the_account_of_its_invoice
    assert outcome(check, invoices, answer, UNLINKED) == expected
    assert outcome(check, invoices, UNLINKED, answer) == expected
