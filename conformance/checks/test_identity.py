"""Who asks: the documented field says so, and nothing else that a client sends."""

from __future__ import annotations

from conformance.checks.support.isolation import require_two_customers
from conformance.checks.support.oddities import expect_same_data, expect_still_refused
from conformance.judge.api import requirement
from conformance.judge.preconditions import require_status
from conformance.model.exchange import Exchange

# A refusal with another status than 401 is the finding of AUTH-001, and hides nothing of what opens.
_REFUSED = (401, 403, 404)


@requirement("SEC-028")
def test_fields_of_gateways_are_not_trusted(
    item: Exchange, item_without_token: Exchange, trusted_fields_without_token: Exchange
) -> None:
    require_status(item, 200)
    expect_still_refused(item_without_token, trusted_fields_without_token, *_REFUSED)


@requirement("SEC-028")
def test_a_token_counts_in_the_documented_field_alone_and_a_name_is_not_one(
    item: Exchange, item_without_token: Exchange, names_without_token: Exchange
) -> None:
    require_status(item, 200)
    expect_still_refused(item_without_token, names_without_token, *_REFUSED)


@requirement("SEC-028")
def test_nothing_else_authenticates(
    item: Exchange, item_without_token: Exchange, identified_otherwise: Exchange
) -> None:
    require_status(item, 200)
    expect_still_refused(item_without_token, identified_otherwise, *_REFUSED)


@requirement("SEC-029")
def test_nothing_else_opens_an_invoice_of_another_customer(
    item: Exchange, other_item_of_owner: Exchange, other_item: Exchange, other_customer_named_otherwise: Exchange
) -> None:
    require_two_customers(item, other_item_of_owner)
    expect_still_refused(other_item, other_customer_named_otherwise, 404, 403)


@requirement("SEC-029")
def test_a_field_opens_no_invoice_of_another_customer(
    item: Exchange, other_item_of_owner: Exchange, other_item: Exchange, names_of_other_customer: Exchange
) -> None:
    require_two_customers(item, other_item_of_owner)
    expect_still_refused(other_item, names_of_other_customer, 404, 403)


@requirement("SEC-029")
def test_a_field_does_not_choose_whose_invoices_are_listed(
    item: Exchange, other_item_of_owner: Exchange, listing: Exchange, names_of_other_customer_for_listing: Exchange
) -> None:
    require_two_customers(item, other_item_of_owner)
    expect_same_data(listing, names_of_other_customer_for_listing)
