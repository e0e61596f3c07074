"""Writes to an invoice that exists, which its owner gives up for that."""

from __future__ import annotations

from typing import Any

from conformance.judge.api import Violation, expect, require, requirement, status_line
from conformance.judge.preconditions import require_status
from conformance.model.exchange import Exchange
from conformance.plan.probes.writes import WRITTEN


def _require_there(expendable_item: Exchange) -> None:
    """Raise NotObserved unless the invoice is there before anything is written."""
    require(expendable_item.status not in {404, 410}, "there is no invoice of the id --expendable-invoice-id")
    require_status(expendable_item, 200, owner="ITEM-001")


@requirement("HTTP-030")
def test_no_write_to_an_invoice_succeeds(expendable_item: Exchange, write_expendable: Exchange) -> None:
    _require_there(expendable_item)
    method, status = write_expendable.request.method, write_expendable.status
    expect(not 200 <= status < 300, f"a refusal of {method}", status_line(write_expendable), write_expendable)


@requirement("HTTP-031")
def test_writes_to_an_invoice_change_nothing(
    expendable_item: Exchange, every_write_expendable: tuple[Exchange, ...], expendable_item_afterwards: Exchange
) -> None:
    _require_there(expendable_item)
    require(every_write_expendable, "nothing was written")
    after = expendable_item_afterwards
    require(after.status < 500 and after.status != 429, "the invoice is not answered afterwards", owner="ERR-011")
    if after.status != 200:
        raise Violation("200, as before the writes", status_line(after), after, others=(expendable_item,))
    if changed := _written(expendable_item.resource, after.resource):
        raise Violation(
            "the invoice as before the writes",
            f"other {', '.join(changed)}",
            after,
            part="/data",
            others=(expendable_item,),
        )


def _written(before: dict[str, Any], after: dict[str, Any]) -> list[str]:
    """Return the names of what a write may have changed: attributes written or lost, and the relationships.

    Other attributes may have changed by themselves.
    """
    old, new = (each.get("attributes") for each in (before, after))
    if not isinstance(old, dict) or not isinstance(new, dict):
        return ["attributes"] if old != new else []
    differing = [name for name in sorted({*old, *new}) if old.get(name) != new.get(name)]
    found = [name for name in differing if name in WRITTEN or new.get(name) is None]
    return found + (["relationships"] if before.get("relationships") != after.get("relationships") else [])
