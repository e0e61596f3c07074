"""What a 304 answer holds, and what it does not (RFC 9110, section 15.4.5)."""

from __future__ import annotations

import re
from collections.abc import Collection

from conformance.checks.support.header_lint import second_opinion
from conformance.judge.api import NotObserved, expect, observe_each, require, requirement
from conformance.judge.comparison import describes_the_exchange
from conformance.judge.preconditions import require_status, require_validation, sent_length, unsolicited_content
from conformance.model.exchange import Exchange
from conformance.reading.header_fields import cache_directives, declared_length, number, opaque, varies_by

_REPEATED = ("Cache-Control", "Content-Location", "ETag", "Expires", "Vary")


@requirement("COND-006")
def test_a_304_has_no_content(every_answer: tuple[Exchange, ...]) -> None:
    def judge(exchange: Exchange) -> None:
        require_status(exchange, 304)
        answer = exchange.answer
        length = len(unsolicited_content(exchange)) + (answer.wire_length if answer else 0)
        expect(not length, "nothing after the header section", f"{length} bytes", exchange)

    observe_each(every_answer, judge)


@requirement("COND-007")
def test_a_304_repeats_what_caches_need(item: Exchange, item_not_modified: Exchange) -> None:
    require_validation(item, item_not_modified)
    _expect_repeated(item, item_not_modified)


@requirement("COND-007")
def test_a_304_for_any_tag_repeats_what_caches_need(item: Exchange, if_none_match_any: Exchange) -> None:
    require_status(item, 200)
    require_status(if_none_match_any, 304, owner="COND-003")
    # Nothing was sent that says which entity tag it should have.
    _expect_repeated(item, if_none_match_any, {*_REPEATED} - {"ETag"})


@requirement("COND-007")
def test_a_304_to_head_repeats_what_caches_need(
    item: Exchange, item_head: Exchange, item_head_not_modified: Exchange
) -> None:
    require_validation(item_head, item_head_not_modified, owner="HTTP-005")
    # What HEAD does not send as GET does is the finding of HTTP-006 and ETAG-007.
    shared = {name for name in _REPEATED if item_head.fields.get(name) == item.fields.get(name) is not None}
    require(shared, "HEAD has other fields than GET")
    _expect_repeated(item_head, item_head_not_modified, shared)


@requirement("COND-007")
def test_a_304_of_the_account_repeats_what_caches_need(related: Exchange, related_not_modified: Exchange) -> None:
    require_validation(related, related_not_modified, owner="RELD-001")
    _expect_repeated(related, related_not_modified)


@requirement("COND-007")
def test_a_304_of_the_relationship_repeats_what_caches_need(
    relationship: Exchange, relationship_not_modified: Exchange
) -> None:
    require_validation(relationship, relationship_not_modified, owner="REL-001")
    _expect_repeated(relationship, relationship_not_modified)


@requirement("COND-007")
def test_a_304_of_the_invoice_with_its_account_repeats_what_caches_need(
    item_with_account: Exchange, included_not_modified: Exchange
) -> None:
    require_validation(item_with_account, included_not_modified, owner="INCL-007")
    _expect_repeated(item_with_account, included_not_modified)


@requirement("COND-007")
def test_a_304_of_sparse_fields_repeats_what_caches_need(
    fields_of_attributes: Exchange, sparse_not_modified: Exchange
) -> None:
    require_validation(fields_of_attributes, sparse_not_modified, owner=None)
    _expect_repeated(fields_of_attributes, sparse_not_modified)


@requirement("COND-007")
def test_a_304_of_the_collection_repeats_what_caches_need(listing: Exchange, listing_not_modified: Exchange) -> None:
    require_validation(listing, listing_not_modified, owner="COLL-001")
    _expect_repeated(listing, listing_not_modified)


def _expect_repeated(full: Exchange, short: Exchange, names: Collection[str] = _REPEATED) -> None:
    asked = short.request.header("If-None-Match") or ""
    any_state = asked == "*" or "ETag" not in full.fields
    require(any_state or opaque(full.tag_as_sent) in asked, "the 200 answer is that of another state")
    for name in _REPEATED:
        if name not in full.fields or name not in names:
            continue
        wanted, observed = full.fields.get(name), short.fields.get(name)
        expect(observed is not None, f"{name}: {wanted}, as in the 200 answer", "none", short, part=name)
        same = _same_for_caches(name, full, short)
        expect(same, f"{wanted}, as in the 200 answer", observed, short, part=name)


def _same_for_caches(name: str, full: Exchange, short: Exchange) -> bool:
    try:
        match name:
            case "Cache-Control":
                return _storing(full) == _storing(short)
            case "ETag":
                # What compresses on the way makes the tag of what it compresses weak.
                same, tag = full.tag_as_sent == short.etag, opaque(short.etag)
                return same or ("Content-Encoding" in full.fields and opaque(full.tag_as_sent) == tag)
            case "Vary":
                # A compressing proxy names Accept-Encoding only where there is content to compress.
                return varies_by(full) - {"accept-encoding"} <= varies_by(short)
            case "Expires":
                # A time after the Date, which is another one.
                return True
    except NotObserved:
        # Malformed: another requirement owns that.
        return True
    return full.fields.lines(name) == short.fields.lines(name)


def _storing(exchange: Exchange) -> dict[str, str | None]:
    # A cache on the way may count a lifetime down.
    return {
        name: "some" if value and re.fullmatch("[0-9]+", value) and number(value) else value
        for name, value in cache_directives(exchange).items()
    }


def _asked_for(exchange: Exchange) -> tuple[str | None, ...]:
    request = exchange.request
    return request.url, *(request.header(name) for name in ("Authorization", "Cookie", "Accept"))


@requirement("COND-008")
def test_a_304_does_not_describe_content(every_answer: tuple[Exchange, ...]) -> None:
    full = {_asked_for(exchange) for exchange in every_answer if exchange.status == 200}

    def judge(exchange: Exchange) -> None:
        require_status(exchange, 304)
        require(exchange.request.method in {"GET", "HEAD"}, "no other method has a 304", owner="COND-019")
        require(_asked_for(exchange) in full, "without conditions it would not be a 200", owner="COND-013")
        for name in ("Content-Type", "Content-Encoding", "Content-Language"):
            value = exchange.fields.get(name)
            expect(value is None, f"no {name}", value or "(empty)", exchange, part=name)
        second_opinion(exchange, "COND-008")

    observe_each(every_answer, judge)


@requirement("COND-017")
def test_content_length_of_a_304_is_that_of_the_200(item: Exchange, item_not_modified: Exchange) -> None:
    _expect_length_of_whole(item, item_not_modified)


@requirement("COND-017")
def test_content_length_of_a_304_to_head_is_that_of_the_200(item: Exchange, item_head_not_modified: Exchange) -> None:
    _expect_length_of_whole(item, item_head_not_modified)


@requirement("COND-017")
def test_content_length_of_a_304_of_the_account_is_that_of_the_200(
    related: Exchange, related_not_modified: Exchange
) -> None:
    _expect_length_of_whole(related, related_not_modified, owner="RELD-001")


@requirement("COND-017")
def test_content_length_of_a_304_of_the_relationship_is_that_of_the_200(
    relationship: Exchange, relationship_not_modified: Exchange
) -> None:
    _expect_length_of_whole(relationship, relationship_not_modified, owner="REL-001")


@requirement("COND-017")
def test_content_length_of_a_304_of_a_view_is_that_of_the_200(
    item_with_account: Exchange,
    included_not_modified: Exchange,
    fields_of_attributes: Exchange,
    sparse_not_modified: Exchange,
) -> None:
    whole = {included_not_modified.probe: item_with_account, sparse_not_modified.probe: fields_of_attributes}
    observe_each(
        (included_not_modified, sparse_not_modified),
        lambda short: _expect_length_of_whole(whole[short.probe], short, owner=None),
    )


@requirement("COND-017")
def test_content_length_of_a_304_of_the_collection_is_that_of_the_200(
    listing: Exchange, listing_not_modified: Exchange
) -> None:
    _expect_length_of_whole(listing, listing_not_modified, owner="COLL-001")


@requirement("COND-017")
def test_content_length_of_a_304_for_any_tag_is_that_of_the_200(item: Exchange, if_none_match_any: Exchange) -> None:
    require_status(item, 200)
    require_status(if_none_match_any, 304, owner="COND-003")
    _expect_same_length(item, if_none_match_any)


def _expect_length_of_whole(whole: Exchange, short: Exchange, owner: str | None = "ITEM-001") -> None:
    require_validation(whole, short, owner)
    _expect_same_length(whole, short)


def _expect_same_length(whole: Exchange, short: Exchange) -> None:
    require(not describes_the_exchange(whole), "each answer may have another length")
    length = declared_length(short)
    require(length is not None, "the 304 has no Content-Length")
    wanted = sent_length(whole)
    expect(length == wanted, f"{wanted} bytes, as in the 200 answer", length, short, part="Content-Length")
