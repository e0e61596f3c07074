"""The relationship of an invoice to its account."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import suppress

from conformance.checks.support import documents, invoices, resources
from conformance.judge.api import Violation, expect, expect_status, observe_each, require, requirement
from conformance.model.exchange import Exchange, NotObserved, link_of
from conformance.syntax.scalars import is_uuid, shown
from conformance.syntax.urls import target_of

Exchanges = tuple[Exchange, ...]
_IDENTIFIER = ("type", "id", "lid", "meta")
# Refusals of the content that was sent, or for want of a precondition, and not of the update.
_CONTENT_REFUSED = (400, 409, 411, 415, 422, 428)


def _linkage(exchange: Exchange) -> resources.Object:
    """Return the identifier that a relationship answers. Raises NotObserved when it is empty or of another form."""
    data = exchange.ok_document.get("data")
    if not resources.is_identifier(data):
        raise NotObserved(f"the answer to {exchange.described} shows no linkage")
    assert isinstance(data, dict)
    return data


@requirement("REL-001")
def test_the_relationship_can_be_fetched(item: Exchange, relationship: Exchange) -> None:
    invoices.expect_usable_link(item, "self")
    expect_status(relationship, 200, why="it is the self link of the relationship")


@requirement("REL-002")
def test_primary_data_is_linkage(item: Exchange, relationship: Exchange) -> None:
    # Without a usable link it was fetched where it is documented.
    elsewhere = invoices.is_documented(item, relationship.request.url, invoices.ACCOUNT_LINKS["related"])
    require(not elsewhere, "the link self of the account leads where related belongs", owner="ITEM-018")
    data = documents.primary_data(relationship)
    legal = data is None or resources.is_identifier(data)
    expect(legal, "null, or an object with a string type and a string id", shown(data), relationship, part="/data")


@requirement("REL-003")
def test_identifiers_have_no_other_members(every_answer: Exchanges) -> None:
    def judge(exchange: Exchange) -> None:
        for pointer, identifier in documents.some(documents.identifiers(exchange)):
            unknown = documents.unknown_members(exchange, identifier, _IDENTIFIER)
            observed = ", ".join(map(shown, unknown))
            expect(not unknown, "no members but type, id and meta", observed, exchange, part=pointer)

    observe_each(every_answer, judge)


def _names_an_account(exchange: Exchange, identifier: resources.Object, part: str) -> None:
    kind, number = identifier["type"], identifier["id"]
    expect(kind == "accounts", 'the type "accounts"', shown(kind), exchange, part=f"{part}/type")
    expect(is_uuid(number), "a UUID", shown(number), exchange, part=f"{part}/id")


@requirement("REL-004")
def test_the_linkage_names_an_account(relationship: Exchange) -> None:
    _names_an_account(relationship, _linkage(relationship), "/data")


@requirement("REL-004")
def test_the_linkage_of_the_invoice_names_an_account(item: Exchange, item_with_account: Exchange) -> None:
    def judge(exchange: Exchange) -> None:
        data = exchange.account_relationship.get("data")
        if not resources.is_identifier(data):
            raise NotObserved("the invoice shows no linkage")
        assert isinstance(data, dict)
        _names_an_account(exchange, data, "/data/relationships/account/data")

    observe_each((item, item_with_account), judge)


@requirement("REL-005")
def test_the_links_are_those_of_the_invoice(item: Exchange, relationship: Exchange) -> None:
    invoices.expect_usable_link(item, "self")
    document = relationship.ok_document
    judged = 0
    for name in ("self", "related"):
        try:
            observed = invoices.well_formed(link_of(document, name, relationship))
            expected = invoices.well_formed(item.account_link(name))
        except NotObserved:
            continue
        if not invoices.is_documented(item, expected, invoices.ACCOUNT_LINKS[name]) or "?" in expected:
            continue  # that the link of the invoice is wrong is a finding of its own
        judged += 1
        # Path and query decide; the authority may be a public name in one of them.
        same = target_of(observed, relationship.request.url) == target_of(expected, item.request.url)
        expect(same, f"the link of the invoice, {expected}", shown(observed), relationship, part=f"/links/{name}")
    if not judged:
        raise NotObserved("the document of the relationship has no such links")


def _expect_offered(relationship: Exchange | None, unknown: Exchange) -> None:
    """Raise NotObserved when relationships are not served: nothing says then how such paths are refused."""
    served = relationship is not None and relationship.status == 200
    require(served or unknown.succeeded, "no relationship is served", owner="REL-001")


@requirement("REL-006")
def test_the_relationship_of_an_unknown_invoice_is_not_found(
    relationship: Exchange | None, unknown_relationship: Exchange
) -> None:
    _expect_offered(relationship, unknown_relationship)
    expect_status(unknown_relationship, 404, why="no invoice has that id")


@requirement("REL-006")
def test_an_unknown_relationship_is_not_found(
    relationship: Exchange | None, unknown_relationship_name: Exchange
) -> None:
    _expect_offered(relationship, unknown_relationship_name)
    expect_status(unknown_relationship_name, 404, why="invoices have no such relationship")


@requirement("REL-007")
def test_include_on_the_relationship_is_not_ignored(
    relationship: Exchange, relationship_with_account: Exchange
) -> None:
    invoices.expect_served(relationship)
    expect_status(relationship_with_account, 200, 400, why="include is honoured or refused")
    if relationship_with_account.status == 200:
        # Other requirements judge which account it is.
        document = relationship_with_account.document
        included = document.get("included")
        complete = isinstance(included, list) and (included or document.get("data") is None)
        observed = f"included {shown(included)}" if "included" in document else "no included"
        expect(complete, "400, or the account included", observed, relationship_with_account, part="/included")


@requirement("REL-007")
def test_an_unknown_include_on_the_relationship_is_refused(
    relationship: Exchange, relationship_unknown_include: Exchange
) -> None:
    invoices.expect_served(relationship)
    expect_status(relationship_unknown_include, 400, why="there is no such path")


@requirement("REL-008")
def test_all_name_the_same_account(
    item: Exchange,
    item_with_account: Exchange | None,
    relationship: Exchange | None,
    related: Exchange | None,
) -> None:
    owners: tuple[tuple[Exchange | None, Callable[[Exchange], resources.Object]], ...] = (
        (relationship, lambda exchange: exchange.ok_document),
        (related, lambda exchange: exchange.ok_document),
        (item_with_account, lambda exchange: exchange.account_relationship),
        # Linkage may be there without include.
        (item, lambda exchange: exchange.account_relationship),
    )
    seen: list[tuple[Exchange, str | None]] = []
    for exchange, owner in owners:
        with suppress(NotObserved):
            if exchange is not None:
                seen.append((exchange, _account_in(owner(exchange))))
    if len(seen) < 2:
        raise NotObserved("the account is shown in one place only")
    (first, expected), *others = seen
    for exchange, observed in others:
        if observed != expected:
            expectation = f"account {shown(expected)}, as the answer to {first.described} has it"
            raise Violation(expectation, shown(observed), exchange, others=(first,))


def _account_in(owner: resources.Object) -> str | None:
    """Return the id in the data of ``owner``, None when they are null. Raises NotObserved when unreadable."""
    data = owner.get("data", ())
    if data is None:
        return None
    if not resources.is_identifier(data):
        raise NotObserved("there is no account")
    return str(data["id"])


@requirement("REL-009")
def test_an_update_of_the_relationship_is_refused(
    relationship: Exchange, relationship_update: Exchange, relationship_after_update: Exchange
) -> None:
    before = _account_in(relationship.ok_document)
    if relationship_update.status in _CONTENT_REFUSED:
        raise NotObserved("the content of the update was refused, so that nothing is known of others")
    expect_status(relationship_update, 403, 405, 501, why="the interface is read-only")
    after = _account_in(relationship_after_update.ok_document)
    expect(after == before, f"{shown(before)}, as before", shown(after), relationship_after_update, part="/data/id")
