"""Odd input: it is refused, or does not matter; it never breaks the server."""

from __future__ import annotations

import re
from typing import Any

from conformance.judge.api import Doubt, expect, expect_status, require, requirement, status_line
from conformance.judge.preconditions import contents, expect_survived, require_status
from conformance.model.exchange import JSON_API, Exchange
from conformance.reading.classification import is_complete

_REDIRECTS = (301, 302, 303, 307, 308)
_SUFFIX = re.compile(r"\.(?:json|xml)(?:\?|$)")


def _without_links(value: Any) -> Any:
    """Return a JSON value without its links."""
    if isinstance(value, dict):
        return {name: _without_links(member) for name, member in value.items() if name != "links"}
    return [_without_links(member) for member in value] if isinstance(value, list | tuple) else value


def _require_usual(item: Exchange, *refusals: Exchange) -> None:
    """Raise NotObserved unless a valid request is answered and usual mistakes are refused without a server error."""
    require_status(item, 200)
    for refusal in refusals:
        require(is_complete(refusal) and refusal.status < 500, f"{refusal.described} is not answered as usual either")


@requirement("ROB-001")
def test_odd_ids_are_survived(
    item: Exchange, unknown_item: Exchange, every_malformed_id: tuple[Exchange, ...], odd_id: Exchange
) -> None:
    _require_usual(item, unknown_item, *every_malformed_id)
    expect_survived(odd_id)
    odd_id.require_all_read()
    expect(is_complete(odd_id), "a complete answer", status_line(odd_id), odd_id)


@requirement("ROB-002")
def test_a_long_target_is_survived(
    item: Exchange, unknown_item: Exchange, every_malformed_id: tuple[Exchange, ...], long_target: Exchange
) -> None:
    _require_usual(item, unknown_item, *every_malformed_id)
    expect_survived(long_target)
    expect(long_target.status >= 300, "a client error", status_line(long_target), long_target)


@requirement("ROB-002")
def test_a_target_that_is_too_long_is_refused(
    item: Exchange, unknown_include: Exchange, too_long_target: Exchange
) -> None:
    _require_usual(item, unknown_include)
    expect_survived(too_long_target, may_be_cut_off=True)


@requirement("ROB-003")
def test_a_malformed_target_is_survived(
    item: Exchange,
    unknown_include: Exchange,
    every_malformed_id: tuple[Exchange, ...],
    every_odd_id: tuple[Exchange, ...],
    malformed_target: Exchange,
) -> None:
    _require_usual(item, unknown_include, *every_malformed_id, *every_odd_id)
    expect_survived(malformed_target)


@requirement("ROB-004")
def test_an_excessive_query_is_survived(item: Exchange, unknown_include: Exchange, excessive_query: Exchange) -> None:
    _require_usual(item, unknown_include)
    expect_survived(excessive_query)


@requirement("ROB-004")
def test_an_empty_parameter_is_survived(
    listing: Exchange, listing_unknown_include: Exchange, listing_empty_parameter: Exchange
) -> None:
    _require_usual(listing, listing_unknown_include)
    expect_survived(listing_empty_parameter)


@requirement("ROB-005")
def test_a_large_header_section_is_survived(
    item: Exchange, item_without_token: Exchange, large_section: Exchange
) -> None:
    _require_usual(item, item_without_token)
    # What stands before a server may stop to read, and the answer then gets lost.
    expect_survived(large_section, may_be_cut_off=True)


@requirement("ROB-006")
def test_excessive_parameters_are_bounded(
    item: Exchange, unknown_include: Exchange, every_fields_unknown: tuple[Exchange, ...], excessive_parameter: Exchange
) -> None:
    _require_usual(item, unknown_include, *every_fields_unknown)
    expect_survived(excessive_parameter)


def _expect_same_or_nothing(exchange: Exchange, item: Exchange, item_again: Exchange) -> None:
    require_status(item, 200)
    expect_survived(exchange)
    # Where a redirect leads to is judged by HTTP-015.
    if exchange.status in _REDIRECTS or 400 <= exchange.status < 500:
        return
    wanted = _without_links(contents(item))
    require(_without_links(contents(item_again)) == wanted, "the invoice changes", doubt=Doubt.CHANGE)
    suffixed = _SUFFIX.search(exchange.request.target) is not None
    require(not suffixed or exchange.media_type == JSON_API, "the suffix asks for another representation")
    expect_status(exchange, 200, why="or a redirect or a client error")
    # Links may begin as the request was spelt.
    same = exchange.json.readable and _without_links(contents(exchange)) == wanted
    expect(same, "the same invoice, a redirect or a client error", f"other data, {status_line(exchange)}", exchange)
    require(item.media_type == JSON_API, "the media type is wrong anyway", owner="NEGO-001")
    observed = exchange.fields.get("Content-Type") or "absent"
    expect(exchange.media_type == JSON_API, f"{JSON_API}, as always", observed, exchange, part="Content-Type")


@requirement("ROB-010")
def test_another_path_gives_the_same_or_nothing(item: Exchange, item_again: Exchange, respelled_path: Exchange) -> None:
    _expect_same_or_nothing(respelled_path, item, item_again)


@requirement("ROB-010")
def test_a_trailing_slash_gives_the_same_or_nothing(item_with_account: Exchange, item_trailing_slash: Exchange) -> None:
    _expect_same_or_nothing(item_trailing_slash, item_with_account, item_with_account)


@requirement("ROB-011")
def test_an_expectation_is_answered(item: Exchange, expectation: Exchange) -> None:
    require_status(item, 200)
    expect_survived(expectation)
    require(expectation.status not in {400, 403}, "refused by what stands before the server")
    expect_status(expectation, 200, 417)
