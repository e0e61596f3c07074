"""Fields that servers and what stands before them read on their own account: no value of them breaks a request."""

from __future__ import annotations

from conformance.checks.support.oddities import expect_same_data
from conformance.judge.api import require, requirement
from conformance.model.exchange import Exchange


@requirement("ROB-014")
def test_an_odd_field_does_not_matter(item: Exchange, odd_fields: Exchange) -> None:
    expect_same_data(item, odd_fields)


@requirement("ROB-014")
def test_an_odd_field_that_looks_like_an_attack_does_not_matter(
    item: Exchange, odd_fields_like_an_attack: Exchange
) -> None:
    require(not odd_fields_like_an_attack.lost, "the connection was closed, perhaps by a firewall")
    expect_same_data(item, odd_fields_like_an_attack)
