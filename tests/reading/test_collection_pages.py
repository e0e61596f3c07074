"""Collections as their pages show them."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

import pytest

from conformance.model.exchange import NotObserved
from conformance.reading import collection_pages
from conformance.syntax.json_text import RealLexeme
from conformance.syntax.scalars import Instant
from tests.support.exchanges import exchange
from tests.support.pages import walk


def test_a_walk_without_a_page_is_not_judged() -> None:
    with pytest.raises(NotObserved, match="no page was received"):
        collection_pages.walked(())
    pages = walk([{"type": "invoices", "id": str(number)} for number in range(3)], 2)
    assert collection_pages.walked(pages) == pages


def test_values_are_read_whatever_the_spelling_of_their_name_and_their_quotes() -> None:
    element = {"attributes": {"amount_spent": RealLexeme("12.50"), "start-date": "2024-11-07"}}
    assert collection_pages.value(element, "amount-spent") == Decimal("12.5")
    assert collection_pages.written(element, "amount-spent") == 12.5
    with pytest.raises(NotObserved, match="not in its form") as unread:
        collection_pages.value(element, "start-date")
    assert (unread.value.owner, unread.value.lawful) == ("SEM-005", True)
    with pytest.raises(NotObserved, match="no attribute reference") as absent:
        collection_pages.value(element, "reference")
    assert (absent.value.owner, absent.value.lawful) == ("ITEM-022", True)


@pytest.mark.parametrize("end", ["", "+0000"])
def test_times_that_are_all_written_in_one_wrong_way_have_an_order(end: str) -> None:
    texts = (f"2024-11-07T09:00:00{end}", f"2024-11-06T09:00:00{end}")
    first, second = collection_pages.values([{"attributes": {"start-date": text}} for text in texts], "start-date")
    assert isinstance(first, Instant)
    assert isinstance(second, Instant)
    assert first > second
    mixed = [{"attributes": {"start-date": text}} for text in (texts[0], "2024-11-06T09:00:00Z")]
    with pytest.raises(NotObserved, match="not in its form"):
        collection_pages.values(mixed, "start-date")


@pytest.mark.parametrize(
    ("name", "owner"),
    [
        ("amount-spent", "SEM-009"),
        ("end-date", "SEM-005"),
        ("originated-last-call-at", "SEM-007"),
        ("originated-calls-count", "JSON-006"),
        ("has-pdf", None),
    ],
)
def test_what_is_not_in_its_form_is_blocked_by_what_says_so(name: str, owner: str | None) -> None:
    with pytest.raises(NotObserved) as unread:
        collection_pages.value({"attributes": {name: []}}, name)
    assert unread.value.owner == owner


@pytest.mark.parametrize(
    ("linkage", "owner"),
    [({}, "INCL-007"), ({"data": None}, "INCL-007"), ({"data": {"type": "accounts", "id": 7}}, "ITEM-021")],
)
def test_linkage_that_names_no_account_is_blocked_by_what_says_so(linkage: dict[str, Any], owner: str) -> None:
    with pytest.raises(NotObserved) as unread:
        collection_pages.account_id({"relationships": {"account": linkage}})
    assert unread.value.owner == owner


@pytest.mark.parametrize(("meta", "owner"), [({}, "COLL-007"), ({"total-count": "23"}, "COLL-004")])
def test_a_count_that_is_none_is_blocked_by_what_says_so(meta: dict[str, Any], owner: str) -> None:
    page = exchange(body={"data": [], "meta": meta})
    with pytest.raises(NotObserved) as unread:
        collection_pages.counted(page)
    assert unread.value.owner == owner
    assert collection_pages.counted(exchange(body={"data": [], "meta": {"total-count": 23}})) == 23
