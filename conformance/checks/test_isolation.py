"""Isolation: what belongs to another customer, or must stay invisible, is as if it did not exist."""

from __future__ import annotations

from collections.abc import Iterator

from conformance.checks.support.isolation import (
    asked_id,
    difference,
    identifiers,
    marks,
    require_concealed,
    require_two_customers,
    shown_marks,
)
from conformance.judge.api import Violation, expect, expect_status, observe_each, require, requirement, status_line
from conformance.judge.preconditions import require_status
from conformance.model.exchange import Exchange, NotObserved
from conformance.reading import collection_pages
from conformance.reading.classification import says_later
from conformance.syntax.redaction import OTHER_AUTH_TOKEN
from conformance.syntax.scalars import shown

Exchanges = tuple[Exchange, ...]
# What belongs to one customer alone.
_OF_ONE_CUSTOMER = frozenset({"invoices", "accounts"})


def _expect_nothing_of(owner: Exchange, exchange: Exchange, *elsewhere: Exchange) -> None:
    expect_status(exchange, 404, 403, why="the invoice belongs to another customer")
    found = shown_marks(exchange, marks(owner, *elsewhere))
    expect(not found, "nothing of the other customer's invoice", ", ".join(map(shown, found[:3])), exchange)


@requirement("SEC-001")
def test_an_invoice_of_another_customer_is_not_served(
    item: Exchange, other_item_of_owner: Exchange, other_item: Exchange, unknown_item: Exchange
) -> None:
    require_two_customers(item, other_item_of_owner)
    _expect_nothing_of(other_item_of_owner, other_item, item, unknown_item)


@requirement("SEC-001")
def test_head_of_an_invoice_of_another_customer_is_not_served(
    item: Exchange, item_head: Exchange, other_item_of_owner: Exchange, other_item_head: Exchange
) -> None:
    require_two_customers(item, other_item_of_owner)
    require(item_head.status == 200, "HEAD is not served to the owner of an invoice either", owner="HTTP-005")
    # A field of it, such as its entity tag, is the finding of SEC-003.
    expect_status(other_item_head, 404, 403, why="the invoice belongs to another customer")


@requirement("SEC-002")
def test_the_relationship_of_another_customer_is_not_served(
    item: Exchange, other_item_of_owner: Exchange, other_relationship_of_owner: Exchange, other_relationship: Exchange
) -> None:
    require_two_customers(item, other_item_of_owner)
    require_status(other_relationship_of_owner, 200)
    _expect_nothing_of(other_relationship_of_owner, other_relationship, item)


@requirement("SEC-002")
def test_the_account_of_another_customer_is_not_served(
    item: Exchange, other_item_of_owner: Exchange, other_account_of_owner: Exchange, other_related: Exchange
) -> None:
    require_two_customers(item, other_item_of_owner)
    require_status(other_account_of_owner, 200)
    _expect_nothing_of(other_account_of_owner, other_related, item)


@requirement("SEC-002")
def test_the_included_account_of_another_customer_is_not_served(
    item: Exchange, other_item_of_owner: Exchange, other_item: Exchange, other_item_with_account: Exchange
) -> None:
    require_two_customers(item, other_item_of_owner)
    require(not other_item.succeeded, "the invoice itself is shown", owner="SEC-001")
    require(other_item_with_account.status != 400, "inclusion is not supported")
    _expect_nothing_of(other_item_of_owner, other_item_with_account, item)


def _is_of_account(exchange: Exchange) -> bool:
    """Return whether the request is for the account of an invoice, or for the invoice with its account."""
    query = exchange.request.target.partition("?")[2]
    return _path(exchange).endswith("/account") or "include=" in query


def _path(exchange: Exchange) -> str:
    # A redirect may have added a slash.
    return exchange.request.target.partition("?")[0].rstrip("/")


def _expect_not_served(exchange: Exchange) -> None:
    # Refusals of other kinds are compared with those of an unknown invoice: SEC-003.
    expect(
        not exchange.succeeded, "404 or 403 (the invoice belongs to another customer)", status_line(exchange), exchange
    )


@requirement("SEC-001")
def test_no_view_of_an_invoice_of_another_customer_is_served(
    item: Exchange, other_item_of_owner: Exchange, other_item: Exchange, other_view: Exchange
) -> None:
    require_two_customers(item, other_item_of_owner)
    require(not other_item.succeeded, "the invoice itself is shown", owner="SEC-001")
    require(not _is_of_account(other_view), "a view of the account: SEC-002")
    _expect_not_served(other_view)


@requirement("SEC-002")
def test_no_view_of_an_account_of_another_customer_is_served(
    item: Exchange, other_item_of_owner: Exchange, other_item: Exchange, other_view: Exchange
) -> None:
    require_two_customers(item, other_item_of_owner)
    require(not other_item.succeeded, "the invoice itself is shown", owner="SEC-001")
    require(_is_of_account(other_view), "a view of the invoice: SEC-001")
    _expect_not_served(other_view)


@requirement("SEC-002")
def test_the_account_of_another_customer_is_not_served_by_itself(
    item: Exchange,
    other_item_of_owner: Exchange,
    other_account_of_owner: Exchange,
    other_related: Exchange,
    other_account_by_itself: Exchange,
) -> None:
    require_two_customers(item, other_item_of_owner)
    require_status(other_account_of_owner, 200)
    require(not other_related.succeeded, "the related account of the invoice is shown", owner="SEC-002")
    _expect_nothing_of(other_account_of_owner, other_account_by_itself, item)


@requirement("SEC-003")
def test_a_bad_query_reveals_nothing_of_an_invoice_of_another_customer(
    item: Exchange,
    other_item_of_owner: Exchange,
    other_item: Exchange,
    other_item_unknown_include: Exchange,
    unknown_item_unknown_include: Exchange,
) -> None:
    require_two_customers(item, other_item_of_owner)
    require(not other_item.succeeded, "the invoice itself is shown", owner="SEC-001")
    _expect_alike(other_item_unknown_include, unknown_item_unknown_include)


def _expect_like_unknown(exchange: Exchange, unknown: Exchange) -> None:
    require(not says_later(exchange) and not says_later(unknown), "an answer about the load, not about the invoice")
    if found := difference(exchange, unknown):
        expected, observed, part = found
        wanted = f"{expected}, as for an unknown id"
        raise Violation(wanted, observed, exchange, part=part, others=(unknown,), always=part is not None)


def _expect_alike(exchange: Exchange, unknown: Exchange) -> None:
    # What is served as one's own is the finding of SEC-001 or SEC-002.
    require(not exchange.succeeded and not unknown.succeeded, "not refused")
    require(unknown.status < 500, "a server error for an unknown invoice", owner="ERR-011")
    _expect_like_unknown(exchange, unknown)


@requirement("SEC-003")
def test_an_invoice_of_another_customer_is_like_an_unknown_one(
    item: Exchange, other_item_of_owner: Exchange, other_item: Exchange, unknown_item: Exchange
) -> None:
    require_two_customers(item, other_item_of_owner)
    _expect_alike(other_item, unknown_item)


@requirement("SEC-003")
def test_it_is_like_an_unknown_one_for_head(
    item: Exchange, other_item_of_owner: Exchange, other_item_head: Exchange, unknown_item_head: Exchange
) -> None:
    require_two_customers(item, other_item_of_owner)
    _expect_alike(other_item_head, unknown_item_head)


@requirement("SEC-003")
def test_its_relationship_is_like_that_of_an_unknown_one(
    item: Exchange, other_item_of_owner: Exchange, other_relationship: Exchange, unknown_relationship: Exchange
) -> None:
    require_two_customers(item, other_item_of_owner)
    _expect_alike(other_relationship, unknown_relationship)


@requirement("SEC-003")
def test_its_account_is_like_that_of_an_unknown_one(
    item: Exchange, other_item_of_owner: Exchange, other_related: Exchange, unknown_related: Exchange
) -> None:
    require_two_customers(item, other_item_of_owner)
    _expect_alike(other_related, unknown_related)


@requirement("SEC-003")
def test_it_is_like_an_unknown_one_with_its_account(
    item: Exchange,
    other_item_of_owner: Exchange,
    other_item_with_account: Exchange,
    unknown_item_with_account: Exchange,
) -> None:
    require_two_customers(item, other_item_of_owner)
    _expect_alike(other_item_with_account, unknown_item_with_account)


@requirement("SEC-003")
def test_if_none_match_does_not_reveal_that_it_exists(
    item: Exchange,
    other_item_of_owner: Exchange,
    other_item_if_none_match: Exchange,
    unknown_item_if_none_match: Exchange,
) -> None:
    require_two_customers(item, other_item_of_owner)
    _expect_alike(other_item_if_none_match, unknown_item_if_none_match)


@requirement("SEC-003")
def test_its_entity_tag_does_not_reveal_that_it_exists(
    item: Exchange,
    other_item_of_owner: Exchange,
    other_item_if_none_match_tag: Exchange,
    unknown_item_if_none_match_tag: Exchange,
) -> None:
    require_two_customers(item, other_item_of_owner)
    _expect_alike(other_item_if_none_match_tag, unknown_item_if_none_match_tag)


@requirement("SEC-003")
def test_if_match_does_not_reveal_that_it_exists(
    item: Exchange, other_item_of_owner: Exchange, other_item_if_match: Exchange, unknown_item_if_match: Exchange
) -> None:
    require_two_customers(item, other_item_of_owner)
    _expect_alike(other_item_if_match, unknown_item_if_match)


def _counterpart(exchange: Exchange, unknown: Exchanges) -> Exchange:
    """Return the answer to the same request for an unknown invoice."""
    _, _, variant = exchange.probe.partition("[")
    found = [each for each in unknown if each.probe.endswith(f"[{variant}")]
    require(found, "the same was not asked for an unknown invoice")
    return found[0]


@requirement("SEC-003")
def test_no_view_reveals_that_it_exists(  # noqa: PLR0913, PLR0917 - each is an exchange that it compares
    item: Exchange,
    other_item_of_owner: Exchange,
    other_item: Exchange,
    other_related: Exchange | None,
    other_relationship: Exchange | None,
    other_view: Exchange,
    every_unknown_view_for_other: Exchanges,
) -> None:
    require_two_customers(item, other_item_of_owner)
    below = (each for each in (other_related, other_relationship) if each is not None)
    require_concealed(other_item, next((each for each in below if _path(each) == _path(other_view)), None))
    _expect_alike(other_view, _counterpart(other_view, every_unknown_view_for_other))


@requirement("SEC-005")
def test_no_view_reveals_that_a_hidden_invoice_exists(
    item: Exchange, hidden_view: Exchange, every_unknown_view_for_hidden: Exchanges
) -> None:
    require_status(item, 200)
    _expect_hidden(hidden_view, _counterpart(hidden_view, every_unknown_view_for_hidden))


def _expect_hidden(exchange: Exchange, unknown: Exchange) -> None:
    require(400 <= unknown.status < 500, "an unknown invoice is not refused")
    _expect_like_unknown(exchange, unknown)


@requirement("SEC-005")
def test_a_hidden_invoice_is_like_an_unknown_one(
    item: Exchange, every_hidden_item: Exchanges, unknown_item: Exchange
) -> None:
    require_status(item, 200)
    observe_each(every_hidden_item, lambda exchange: _expect_hidden(exchange, unknown_item))


@requirement("SEC-005")
def test_a_hidden_invoice_is_like_an_unknown_one_for_head(
    item: Exchange, hidden_item_head: Exchange, unknown_item_head: Exchange
) -> None:
    require_status(item, 200)
    _expect_hidden(hidden_item_head, unknown_item_head)


@requirement("SEC-005")
def test_the_relationship_of_a_hidden_invoice_is_hidden(
    item: Exchange, hidden_relationship: Exchange, unknown_relationship: Exchange
) -> None:
    require_status(item, 200)
    _expect_hidden(hidden_relationship, unknown_relationship)


@requirement("SEC-005")
def test_the_account_of_a_hidden_invoice_is_hidden(
    item: Exchange, hidden_related: Exchange, unknown_related: Exchange
) -> None:
    require_status(item, 200)
    _expect_hidden(hidden_related, unknown_related)


@requirement("SEC-005")
def test_preconditions_do_not_reveal_that_a_hidden_invoice_exists(
    item: Exchange, hidden_item_if_none_match: Exchange, unknown_item_if_none_match: Exchange
) -> None:
    require_status(item, 200)
    _expect_hidden(hidden_item_if_none_match, unknown_item_if_none_match)


def _expect_not_listed(listing: Exchange, forbidden: set[tuple[str, str]], whose: str) -> None:
    document = listing.ok_document
    found = sorted(forbidden.intersection(identifiers(document)))
    expect(not found, f"nothing {whose}", ", ".join(shown("/".join(each)) for each in found[:3]), listing, part="/data")


def _listings(exchanges: Exchanges) -> Iterator[Exchange]:
    """Yield the answers to the first customer that list invoices: pages, sorted, filtered, with inclusion."""
    for exchange in exchanges:
        own = OTHER_AUTH_TOKEN not in (exchange.request.header("Authorization") or "")
        if own and _path(exchange).endswith("/invoices"):
            yield exchange


def _foreign(item: Exchange, owner: Exchange, listing: Exchange | None, *accounts: Exchange) -> set[tuple[str, str]]:
    """Return what only the other customer may see: the invoice ``owner``, and what ``accounts`` name."""
    require_two_customers(item, owner)
    found = {*identifiers(owner.document.get("data"))}
    for account in accounts:
        if account.succeeded and account.json.readable:
            found |= {*identifiers(account.json.value)}
    own = set(identifiers(item.document))
    listed = set(identifiers(listing.document)) if listing is not None and listing.status == 200 else set()
    # A listing that shows what is not the other customer's shows nothing: ROB-008, CACHE-009.
    foreign = (found | listed if own.isdisjoint(listed) else found) - own
    # Both customers may well be linked to one currency or one contact.
    return {(kind, number) for kind, number in foreign if kind in _OF_ONE_CUSTOMER}


@requirement("SEC-004")
def test_listings_show_nothing_of_another_customer(
    item: Exchange,
    other_item_of_owner: Exchange,
    other_account_of_owner: Exchange,
    listing_of_other_customer: Exchange | None,
    every_success: Exchanges,
) -> None:
    foreign = _foreign(item, other_item_of_owner, listing_of_other_customer, other_account_of_owner)
    observe_each(
        _listings(every_success), lambda listing: _expect_not_listed(listing, foreign, "of the other customer")
    )


@requirement("SEC-004")
def test_the_listing_of_the_other_customer_shows_nothing_of_the_first(
    other_item_of_owner: Exchange, every_item: Exchanges, listing: Exchange | None, listing_of_other_customer: Exchange
) -> None:
    require_two_customers(every_item[0], other_item_of_owner)
    # Where both get the same answer, it is one stored for whoever asks.
    same = listing is not None and listing.body == listing_of_other_customer.body
    require(not same, "both customers get the same answer", owner="CACHE-009")
    own = {identity for item in every_item if item.status == 200 for identity in identifiers(item.document["data"])}
    invoices = {each for each in own if each[0] == "invoices"}
    _expect_not_listed(listing_of_other_customer, invoices, "of the first customer")


@requirement("SEC-004")
def test_filters_show_nothing_of_another_customer(
    item: Exchange,
    other_item_of_owner: Exchange,
    other_account_of_owner: Exchange,
    every_listing_of_foreign: Exchanges,
) -> None:
    foreign = _foreign(item, other_item_of_owner, None, other_account_of_owner)
    observe_each(
        every_listing_of_foreign, lambda listing: _expect_not_listed(listing, foreign, "of the other customer")
    )


@requirement("SEC-004")
def test_counts_reveal_nothing_of_another_customer(
    item: Exchange, other_item_of_owner: Exchange, every_listing_of_foreign: Exchanges
) -> None:
    require_two_customers(item, other_item_of_owner)

    def judge(listing: Exchange) -> None:
        require(listing.ok_document.get("data") == [], "something is shown")
        count = collection_pages.counted(listing)
        expect(not count, "0, as none is shown", count, listing, part="/meta/total-count")

    observe_each(every_listing_of_foreign, judge)


@requirement("SEC-024")
def test_the_accounts_of_another_customer_are_not_listed(
    item: Exchange,
    other_item_of_owner: Exchange,
    other_account_of_owner: Exchange,
    other_relationship_of_owner: Exchange,
    accounts_listing: Exchange,
) -> None:
    # Either names the account.
    foreign = _foreign(item, other_item_of_owner, None, other_account_of_owner, other_relationship_of_owner)
    require(any(kind == "accounts" for kind, _ in foreign), "no account of the other customer is known")
    _expect_not_listed(accounts_listing, foreign, "of the other customer")


@requirement("SEC-024")
def test_the_accounts_of_the_first_customer_are_not_listed_for_the_other(  # noqa: PLR0913, PLR0917 - two customers
    item: Exchange,
    other_item_of_owner: Exchange,
    other_account_of_owner: Exchange,
    related: Exchange,
    accounts_listing: Exchange,
    accounts_listing_of_other_customer: Exchange,
) -> None:
    require_two_customers(item, other_item_of_owner)
    require_status(accounts_listing, 200)
    require_status(related, 200)
    own = {*identifiers(related.document["data"])} - {*identifiers(other_account_of_owner.ok_document["data"])}
    accounts = {each for each in own if each[0] == "accounts"}
    require(accounts, "both customers have one account")
    _expect_not_listed(accounts_listing_of_other_customer, accounts, "of the first customer")


@requirement("SEC-005")
def test_listings_do_not_show_hidden_invoices(
    item: Exchange, every_hidden_item: Exchanges, listing_of_hidden: Exchange, every_success: Exchanges
) -> None:
    require_status(item, 200)
    hidden = {("invoices", asked_id(exchange).lower()) for exchange in every_hidden_item}
    observe_each(
        (listing_of_hidden, *_listings(every_success)),
        lambda listing: _expect_not_listed(listing, hidden, "that must stay invisible"),
    )


@requirement("ROB-008")
def test_interleaved_requests_of_two_customers_do_not_mix(
    item: Exchange, other_item_of_owner: Exchange, every_interleaved: Exchanges
) -> None:
    require_two_customers(item, other_item_of_owner)

    def judge(exchange: Exchange) -> None:
        require(exchange.status in {200, 401, 403, 404}, "neither served nor taken for somebody else's")
        expect(exchange.status == 200, "the customer's own invoice", status_line(exchange), exchange)
        try:
            number = exchange.resource.get("id")
        except NotObserved:
            return  # not readable: others judge the form
        same = not isinstance(number, str) or number.lower() == asked_id(exchange).lower()
        expect(same, f"invoice {asked_id(exchange)}", f"invoice {shown(number)}", exchange, part="/data/id")

    observe_each(every_interleaved, judge)
