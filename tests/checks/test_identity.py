"""The checks of fields that name somebody: what they open is found, what refuses them is not."""

from __future__ import annotations

from conformance.checks import test_identity
from tests.support.changes import shown
from tests.support.exchanges import refusal
from tests.support.judged import outcome


def test_a_field_that_opens_is_found() -> None:
    check = test_identity.test_fields_of_gateways_are_not_trusted
    assert outcome(check, trusted_fields_without_token=shown("trusted_fields_without_token")) == "violated"
    for status in (301, 400, 401, 403, 404, 421, 431):
        assert outcome(check, trusted_fields_without_token=refusal(status)) == "passed"
    for status in (403, 404):
        opened = {"trusted_fields_without_token": shown(), "item_without_token": refusal(status)}
        assert outcome(check, **opened) == "violated"
    opened = {"trusted_fields_without_token": shown(), "item_without_token": shown()}
    assert outcome(check, **opened) == "not observed"


def test_a_field_that_chooses_is_found() -> None:
    check = test_identity.test_a_field_opens_no_invoice_of_another_customer
    assert outcome(check, names_of_other_customer=shown("names_of_other_customer")) == "violated"
    assert outcome(check, names_of_other_customer=refusal(404)) == "passed"
    assert outcome(check, names_of_other_customer=shown(), other_item=shown()) == "not observed"
    assert outcome(check, names_of_other_customer=shown(), other_item=refusal(403)) == "violated"
    other = test_identity.test_nothing_else_opens_an_invoice_of_another_customer
    assert outcome(other, other_customer_named_otherwise=shown(), other_item=refusal(403)) == "violated"
