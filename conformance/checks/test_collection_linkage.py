"""Which account the elements of the collection name."""

from __future__ import annotations

from typing import Any

from conformance.checks.support import documents, resources
from conformance.judge.api import expect, observe_each, require, requirement
from conformance.model.exchange import Exchange
from conformance.reading import collection_pages
from conformance.syntax.scalars import shown

Exchanges = tuple[Exchange, ...]


def _linkage(element: documents.Object) -> tuple[Any, ...]:
    """Return the data of the relationship account, alone; nothing where the element has none."""
    relationships: Any = documents.member_object(element, "relationships")
    account: Any = documents.member_object(relationships, "account")
    return (account["data"],) if "data" in account else ()


def _linkages(page: Exchange) -> dict[str, tuple[str, Any]]:
    """Return JSON Pointer and linkage of the elements that show theirs, by id. Raises NotObserved without any."""
    found = {
        identifier: (f"/data/{place}/relationships/account/data", data)
        for place, (identifier, element) in enumerate(collection_pages.elements(page).items())
        for data in _linkage(element)
    }
    require(found, f"no element of the answer to {page.described} shows linkage")
    return found


@requirement("ITEM-021")
def test_the_linkage_of_an_element_is_one_identifier_or_null(listing: Exchange, listing_with_account: Exchange) -> None:
    def judge(page: Exchange) -> None:
        for pointer, data in _linkages(page).values():
            right = data is None or resources.is_identifier(data)
            expect(right, "one resource identifier object or null", shown(data), page, part=pointer)

    observe_each((listing, listing_with_account), judge)


@requirement("REL-008")
def test_an_element_names_the_account_of_its_invoice(
    every_item_with_account: Exchanges, listing: Exchange, listing_with_account: Exchange
) -> None:
    def judge(page: Exchange) -> None:
        found = _linkages(page)
        observe_each(every_item_with_account, lambda item: _expect_same_account(page, found, item))

    observe_each((listing, listing_with_account), judge)


def _expect_same_account(page: Exchange, found: dict[str, tuple[str, Any]], item: Exchange) -> None:
    """Raise Violation when the element of an invoice names another account than the invoice with its account does."""
    own: Any = item.account_relationship.get("data")
    identifier = str(item.resource.get("id")).lower()
    require(resources.is_identifier(own) and identifier in found, "one of the two shows no linkage")
    pointer, data = found[identifier]
    require(data is None or resources.is_identifier(data), "no identifier object", owner="ITEM-021")
    expected, observed = str(own["id"]), data and str(data["id"])
    wanted = f"account {shown(expected)}, as the answer to {item.described} has it"
    expect(observed == expected, wanted, shown(observed), page, part=pointer)
