"""Contradictions between attributes are found by the requirement that owns them, and by exact arithmetic."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

import pytest

from tests.support.changes import attributes, changed, everywhere
from tests.support.judged import INVOICES

FIRST, LAST = "originated-first-call-at", "originated-last-call-at"
NO_CALLS = {
    "originated-calls-count": 0,
    "originated-successful-calls-count": 0,
    "originated-calls-duration": 0,
    "originated-billing-duration": 0,
    "originated-first-call-at": None,
    "originated-last-call-at": None,
    "originated-amount-spent": "0.0",
    "amount-spent": "0.1",
}
NO_SERVICES = {"service-transactions-count": 0, "services-amount-spent": "0.0"}
NO_SUCCESS = {"originated-successful-calls-count": 0}


def found(changes: dict[str, Any]) -> set[str]:
    return INVOICES.violated(everywhere(attributes(changes)))


CONTRADICTIONS: list[tuple[str, dict[str, Any]]] = [
    ("INV-001", {"amount-spent": "1234568.00012345678901234"}),
    ("INV-001", {"amount-spent": "1234567.990123456789"}),
    ("INV-001", {"amount-spent": "1234567.89012345678901234"}),
    ("INV-001", {"amount-spent": "0.30000000000000004", "originated-amount-spent": "0.2"}),
    ("INV-002", {"originated-successful-calls-count": 13}),
    ("INV-002", {"terminated-successful-calls-count": 1}),
    ("INV-003", {"start-date": "2024-11-14T00:00:00.001Z"}),
    ("INV-003", {"start-date": "2024-11-14T00:00:00.000Z", "end-date": "2024-11-07T00:00:00.000Z"}),
    ("INV-013", {**NO_CALLS, "start-date": "2024-11-14T00:00:00.000Z"}),
    (
        "INV-004",
        {
            "originated-first-call-at": "2024-11-13T23:59:59.999Z",
            "originated-last-call-at": "2024-11-08T00:00:00.000Z",
        },
    ),
    ("INV-005", {LAST: None}),
    ("INV-005", {"terminated-last-call-at": "2024-11-08T00:00:00.000Z"}),
    ("INV-006", {FIRST: None, LAST: None}),
    ("INV-006", {f"terminated-{which}-call-at": "2024-11-08T00:00:00.000Z" for which in ("first", "last")}),
    ("INV-007", {"terminated-calls-duration": 1}),
    ("INV-007", {"terminated-billing-duration": 60}),
    ("INV-007", {"terminated-amount-spent": "0.00000000001", "amount-spent": "1234567.99012345679901234"}),
    ("INV-008", {"service-transactions-count": 0}),
    ("INV-009", {FIRST: "2024-11-06T23:59:59.999Z"}),
    ("INV-009", {LAST: "2024-11-14T00:00:00.001Z"}),
    ("INV-011", NO_SUCCESS),
]


@pytest.mark.parametrize(("owner", "changes"), CONTRADICTIONS)
def test_a_contradiction_is_found_by_its_owner_alone(owner: str, changes: dict[str, Any]) -> None:
    assert found(changes) == {owner}


@pytest.mark.parametrize(("owner", "changes"), CONTRADICTIONS)
def test_a_contradiction_is_found_with_include_only(owner: str, changes: dict[str, Any]) -> None:
    # What is shown then differs from what is shown without include.
    found = INVOICES.violated(changed("item_with_account", document=attributes(changes)))
    assert found - {"ITEM-030", "SEM-012"} == {owner}


@pytest.mark.parametrize(("owner", "changes"), CONTRADICTIONS)
def test_a_contradiction_is_found_without_include_only(owner: str, changes: dict[str, Any]) -> None:
    views = everywhere(attributes(changes))
    del views["item_with_account"]
    assert INVOICES.violated(views) - {"ITEM-030", "SEM-012"} == {owner}


def test_offsets_do_not_hide_the_order() -> None:
    changes = {"start-date": "2024-11-14T00:30:00.000+01:00", "end-date": "2024-11-13T23:00:00.000Z"}
    assert found(changes) == {"SEM-015", "INV-003"}


@pytest.mark.parametrize(
    "changes",
    [
        NO_CALLS,
        {**NO_SERVICES, "amount-spent": "1234567.89012345678901234"},
        {"services-amount-spent": "0.0", "amount-spent": "1234567.89012345678901234"},
        {**NO_SUCCESS, "originated-calls-duration": 0},
        {LAST: "2024-11-14T00:00:00.000Z"},
        {FIRST: "2024-11-13T23:59:59.999Z"},
        {"amount-spent": "1234567.990123456789012340"},
        {"originated-successful-calls-count": 12},
    ],
)
def test_another_correct_invoice_is_not_a_finding(changes: dict[str, Any]) -> None:
    assert found(changes) == set()


def test_amounts_of_any_length_are_added_exactly() -> None:
    huge = "9" * 5000 + "." + "9" * 5000
    changes = {"originated-amount-spent": huge, "services-amount-spent": "0.0", "amount-spent": huge}
    assert found(changes) == set()
    assert found({**changes, "amount-spent": f"{huge[:-1]}8"}) == {"INV-001"}


@pytest.mark.parametrize(
    ("now", "owners"),
    [
        ("Thu, 14 Nov 2024 00:00:00 GMT", set()),
        ("Wed, 13 Nov 2024 20:00:00 GMT", {"INV-010"}),
        ("yesterday", set()),
        ("Fri, 31 Dec 9999 23:59:59 -1200", set()),
    ],
)
def test_the_end_of_the_period_is_compared_with_the_time_of_the_answer(now: str, owners: set[str]) -> None:
    for names in (("item", "item_with_account"), ("item_with_account",)):
        assert INVOICES.violated(changed(*names, headers={"Date": now}, started=None)) == owners


def test_a_slow_clock_of_the_server_is_not_a_finding() -> None:
    slow = {"Date": "Thu, 01 Jan 1970 00:00:00 GMT"}
    started = datetime(2024, 11, 15, tzinfo=UTC)
    assert INVOICES.violated(changed("item", "item_with_account", headers=slow, started=started)) == set()
