"""Fields that servers and what stands before them read on their own account: no value of them breaks a request."""

from __future__ import annotations

from conformance.checks.support.oddities import expect_same_data, odd_lines
from conformance.judge.api import Violation, require, requirement, status_line
from conformance.judge.preconditions import require_validation
from conformance.model.exchange import Exchange
from conformance.reading.effects import Effect, on_not_modified


@requirement("ROB-014")
def test_an_odd_field_does_not_matter(item: Exchange, odd_fields: Exchange) -> None:
    expect_same_data(item, odd_fields)


@requirement("ROB-014")
def test_an_odd_field_that_looks_like_an_attack_does_not_matter(
    item: Exchange, odd_fields_like_an_attack: Exchange
) -> None:
    require(not odd_fields_like_an_attack.lost, "the connection was closed, perhaps by a firewall")
    expect_same_data(item, odd_fields_like_an_attack)


@requirement("ROB-014")
def test_no_field_beside_an_entity_tag_matters(
    item: Exchange, item_not_modified: Exchange, fields_beside_a_tag: Exchange
) -> None:
    require_validation(item, item_not_modified)
    if on_not_modified(item_not_modified, fields_beside_a_tag) is Effect.SHOWN:
        expected = f"304 with {odd_lines(item_not_modified, fields_beside_a_tag)}"
        observed = status_line(fields_beside_a_tag)
        raise Violation(expected, observed, fields_beside_a_tag, others=(item_not_modified,))
