"""Spellings of URLs: whatever leads to a resource obeys the same authorisation."""

from __future__ import annotations

from conformance.checks.support.isolation import identifiers, require_concealed, require_two_customers
from conformance.checks.support.refusals import shows_data
from conformance.judge.api import expect, expect_status, require, requirement, status_line
from conformance.judge.preconditions import require_status
from conformance.model.exchange import Exchange
from conformance.syntax.scalars import shown


def _expect_no_data(exchange: Exchange) -> None:
    expect(not shows_data(exchange), "no data without a token", f"data, {status_line(exchange)}", exchange)


@requirement("SEC-025")
def test_no_spelling_shows_an_invoice_without_a_token(
    item: Exchange, item_without_token: Exchange, respelled_without_token: Exchange
) -> None:
    require_status(item, 200)
    require(item_without_token.status >= 400, "the invoice is open to everybody", owner="AUTH-001")
    _expect_no_data(respelled_without_token)


@requirement("SEC-025")
def test_no_spelling_shows_an_account_without_a_token(
    account_from_self_link: Exchange,
    account_from_self_link_without_token: Exchange,
    respelled_account_without_token: Exchange,
) -> None:
    require_status(account_from_self_link, 200)
    require(account_from_self_link_without_token.status >= 400, "the account is open to everybody", owner="AUTH-001")
    _expect_no_data(respelled_account_without_token)


@requirement("SEC-025")
def test_no_spelling_shows_the_collection_without_a_token(
    listing_without_token: Exchange, respelled_listing_without_token: Exchange
) -> None:
    require(listing_without_token.status >= 400, "the collection is open to everybody", owner="AUTH-001")
    _expect_no_data(respelled_listing_without_token)


def _expect_nothing_of(exchange: Exchange, owned: set[tuple[str, str]], whose: str) -> None:
    require(exchange.status < 500, "a server error", owner="ERR-011")
    found = sorted(owned.intersection(identifiers(exchange.json.value))) if exchange.status < 300 else []
    observed = f"{', '.join(shown('/'.join(each)) for each in found)}, {status_line(exchange)}"
    expect(not found, f"nothing {whose}", observed, exchange)


@requirement("SEC-026")
def test_no_spelling_shows_an_invoice_of_another_customer(  # noqa: PLR0913, PLR0917 - each is an exchange that it compares
    item: Exchange,
    other_item_of_owner: Exchange,
    other_account_of_owner: Exchange | None,
    other_item: Exchange,
    other_related: Exchange | None,
    other_relationship: Exchange | None,
    respelled_foreign: Exchange,
) -> None:
    require_two_customers(item, other_item_of_owner)
    resource = respelled_foreign.probe.partition("[")[2].partition("-")[0]
    require_concealed(other_item, {"related": other_related, "relationship": other_relationship}.get(resource))
    account = None
    if other_account_of_owner is not None and other_account_of_owner.status == 200:
        account = other_account_of_owner.json.value
    owned = {*identifiers(other_item_of_owner.document.get("data")), *identifiers(account)}
    _expect_nothing_of(respelled_foreign, owned - set(identifiers(item.document)), "of the other customer")


@requirement("SEC-027")
def test_no_spelling_shows_a_hidden_invoice(
    item: Exchange, every_hidden_item: tuple[Exchange, ...], respelled_hidden: Exchange
) -> None:
    require_status(item, 200)
    require(not any(each.succeeded for each in every_hidden_item), "it is shown in its usual spelling", owner="SEC-005")
    observed = f"data, {status_line(respelled_hidden)}"
    expect(not shows_data(respelled_hidden), "nothing that must stay invisible", observed, respelled_hidden)


@requirement("ITEM-025")
def test_a_part_of_an_id_names_nothing(item: Exchange, part_of_id: Exchange) -> None:
    require_status(item, 200)
    # A gateway may redirect to a path without dots, and refuse what looks like an attack in its own words.
    if part_of_id.probe in {"part_of_id[above]", "part_of_id[any]", "part_of_id[asterisk]"}:
        expect(not part_of_id.succeeded, "404 or another refusal", status_line(part_of_id), part_of_id)
    else:
        expect_status(part_of_id, 404, 400, why="no invoice has this id")
