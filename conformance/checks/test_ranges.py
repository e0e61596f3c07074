"""Range requests: ignored, or answered as RFC 9110, sections 14 and 15.3.7, have it."""

from __future__ import annotations

import re

from conformance.checks.support.header_lint import second_opinion
from conformance.judge.api import NotObserved, expect, expect_status, require, requirement, status_line
from conformance.judge.preconditions import expect_same_invoice, require_status
from conformance.model.exchange import Exchange
from conformance.reading.header_fields import opaque

_CONTENT_RANGE = re.compile(r"bytes ([0-9]{1,18})-([0-9]{1,18})/([0-9]{1,18}|\*)")
# What the 200 answer would have had, a 206 has too.
_REPEATED = ("Cache-Control", "Content-Location", "Expires", "Vary")


def _expect_part(exchange: Exchange, item: Exchange, last: int) -> None:
    """Judge a 206 for the bytes 0 to ``last``; a server may send fewer than were asked for."""
    value = exchange.fields.get("Content-Range")
    match = _CONTENT_RANGE.fullmatch(value or "")
    expect(match, "Content-Range: bytes first-last/length", value or "none", exchange, part="Content-Range")
    assert match
    start, end = int(match[1]), int(match[2])
    expect(start == 0 and end <= last, f"bytes within 0-{last}", value, exchange, part="Content-Range")
    if "Content-Encoding" in item.fields or "Content-Encoding" in exchange.fields:
        raise NotObserved("the bytes of a coded representation are not kept")
    length = str(len(item.body))
    expect(match[3] in {"*", length}, f"a length of {length}", value, exchange, part="Content-Range")
    part = item.body[start : end + 1]
    expect(exchange.body == part, f"the bytes {part!r}", repr(exchange.body[:40]), exchange)
    for name in _REPEATED:
        expect(name in exchange.fields or name not in item.fields, f"{name}, as in a 200", "none", exchange, part=name)
    if "ETag" in item.fields:
        expect(opaque(exchange.etag) == opaque(item.etag), item.etag, exchange.etag, exchange, part="ETag")
    second_opinion(exchange, "COND-015")


@requirement("COND-015")
def test_a_range_is_ignored_or_sent(item: Exchange, item_again: Exchange, range_first_bytes: Exchange) -> None:
    require_status(item, 200)
    require(len(item.body) > 10, "the invoice has fewer bytes than the range")
    expect_status(range_first_bytes, 200, 206)
    if range_first_bytes.status == 206:
        _expect_part(range_first_bytes, item, 9)
    else:
        expect_same_invoice(range_first_bytes, item, item_again, "the range is ignored")


@requirement("COND-015")
def test_a_range_beyond_the_end_is_ignored_or_refused(item: Exchange, range_beyond_end: Exchange) -> None:
    require_status(item, 200)
    expect_status(range_beyond_end, 200, 416, why=f"the invoice has {len(item.body)} bytes")


@requirement("COND-015")
def test_head_ignores_a_range(item_head: Exchange, range_head: Exchange) -> None:
    require_status(item_head, 200)
    expect_status(range_head, 200, why="ranges are defined for GET only")


@requirement("COND-016")
def test_a_range_in_an_unknown_unit_is_ignored(item: Exchange, range_in_unknown_unit: Exchange) -> None:
    require_status(item, 200)
    expect_status(range_in_unknown_unit, 200, 416, why="items is not a range unit")


@requirement("COND-016")
def test_a_range_of_another_version_is_ignored(range_first_bytes: Exchange, range_if_range_other: Exchange) -> None:
    require_status(range_first_bytes, 200, 206)
    expect_status(range_if_range_other, 200, why="If-Range names another entity tag")


@requirement("COND-016")
def test_a_range_with_a_weak_tag_is_ignored(range_first_bytes: Exchange, range_if_range_weak: Exchange) -> None:
    require_status(range_first_bytes, 200, 206)
    # A client must not send it, so that a refusal is right, too.
    status = range_if_range_weak.status
    expect(
        status == 200 or (400 <= status < 500 and status != 416),
        "200 (a weak entity tag matches none in If-Range)",
        status_line(range_if_range_weak),
        range_if_range_weak,
    )
