"""Fields that hold lists and parameters: they end where HTTP says, and are read in no time."""

from __future__ import annotations

from conformance.checks.support.oddities import expect_same_data, odd_lines
from conformance.judge.api import Doubt, Violation, expect_status, require, requirement, status_line
from conformance.judge.preconditions import contents, require_current_tag, require_status, require_validation
from conformance.model.exchange import Exchange
from conformance.reading.effects import Effect, on_understood_data

# Seconds: far more than reading a field costs, and fewer than a crafted one does.
_LONGEST = 5.0


@requirement("HTTP-029")
def test_quotes_and_empty_elements_are_understood(item: Exchange, item_again: Exchange, quoted_lists: Exchange) -> None:
    require_status(item, 200, owner="ITEM-001")
    changes = quoted_lists.status == 200 and contents(item) != contents(item_again)
    require(not changes, "the invoice changes from one request to the next", doubt=Doubt.CHANGE)
    if on_understood_data(item, quoted_lists) is Effect.SHOWN:
        odd = odd_lines(item, quoted_lists)
        observed, by_itself = status_line(quoted_lists), quoted_lists.status != 200
        expected = f"200 and the same data with {odd}"
        raise Violation(expected, observed, quoted_lists, others=(item,), alone=by_itself)


@requirement("HTTP-029")
def test_quotes_in_other_fields_do_not_matter(item: Exchange, fields_with_quotes: Exchange) -> None:
    expect_same_data(item, fields_with_quotes)


@requirement("HTTP-029")
def test_the_last_of_many_tags_counts(
    item: Exchange, item_not_modified: Exchange, if_none_match_of_many: Exchange
) -> None:
    require_validation(item, item_not_modified)
    require(if_none_match_of_many.status not in {400, 403, 431}, "the request is refused")
    require_current_tag(if_none_match_of_many, item.etag)
    expect_status(if_none_match_of_many, 304, why=f"the current entity tag {item.etag} is the last of many")


@requirement("HTTP-029")
def test_a_tag_with_a_comma_does_not_hide_the_next(
    item: Exchange, item_not_modified: Exchange, if_none_match_behind_comma: Exchange
) -> None:
    require_validation(item, item_not_modified)
    require_current_tag(if_none_match_behind_comma, item.etag)
    expect_status(if_none_match_behind_comma, 304, why=f"the current entity tag {item.etag} is listed")


@requirement("HTTP-028")
def test_a_crafted_value_costs_no_time(item: Exchange, slow_to_read: Exchange) -> None:
    require_status(item, 200, owner="ITEM-001")
    require(not slow_to_read.lost, "the connection was closed")
    limit = max(_LONGEST, 10 * item.elapsed)
    if slow_to_read.answer is None or slow_to_read.elapsed > limit:
        took = slow_to_read.failure or f"an answer after {slow_to_read.elapsed:.1f} s"
        expected = f"an answer within {limit:.0f} s with {odd_lines(item, slow_to_read)}"
        raise Violation(expected, took, slow_to_read, others=(item,))
