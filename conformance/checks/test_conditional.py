"""Conditional requests: which answer they get (RFC 9110, section 13)."""

from __future__ import annotations

from conformance.judge.api import expect, expect_status, require, requirement, status_line
from conformance.judge.preconditions import (
    expect_same_invoice,
    has_other_tag,
    require_current_tag,
    require_status,
    require_validation,
    variant,
)
from conformance.model.exchange import ENTITY_TAG, Exchange, Fields
from conformance.reading.header_fields import date_of, opaque


def _expect_not_modified(exchange: Exchange, tag: str) -> None:
    require_current_tag(exchange, tag)
    expect_status(exchange, 304, why=f"the current entity tag is {tag}")


@requirement("COND-001")
def test_the_current_tag_is_not_modified(item: Exchange, item_not_modified: Exchange) -> None:
    require_status(item, 200)
    _expect_not_modified(item_not_modified, item.etag)


@requirement("COND-001")
def test_the_current_tag_is_not_modified_for_head(
    item: Exchange, item_head: Exchange, item_head_not_modified: Exchange
) -> None:
    require_status(item, 200)
    require_status(item_head, 200)
    _expect_not_modified(item_head_not_modified, item.etag)


@requirement("COND-001")
def test_the_current_tag_of_the_relationship_is_not_modified(
    item: Exchange, item_not_modified: Exchange, relationship: Exchange, relationship_not_modified: Exchange
) -> None:
    require_validation(item, item_not_modified)
    require_status(relationship, 200)
    _expect_not_modified(relationship_not_modified, relationship.tag_as_sent)


@requirement("COND-001")
def test_the_current_tag_of_the_invoice_with_its_account_is_not_modified(
    item: Exchange, item_not_modified: Exchange, item_with_account: Exchange, included_not_modified: Exchange
) -> None:
    require_validation(item, item_not_modified)
    require_status(item_with_account, 200)
    _expect_not_modified(included_not_modified, item_with_account.tag_as_sent)


@requirement("COND-001")
def test_the_current_tag_of_sparse_fields_is_not_modified(
    item: Exchange, item_not_modified: Exchange, fields_of_attributes: Exchange, sparse_not_modified: Exchange
) -> None:
    require_validation(item, item_not_modified)
    require_status(fields_of_attributes, 200)
    _expect_not_modified(sparse_not_modified, fields_of_attributes.tag_as_sent)


@requirement("COND-001")
def test_the_current_tag_of_the_collection_is_not_modified(
    item: Exchange, item_not_modified: Exchange, listing: Exchange, listing_not_modified: Exchange
) -> None:
    require_validation(item, item_not_modified)
    require_status(listing, 200)
    _expect_not_modified(listing_not_modified, listing.tag_as_sent)


@requirement("COND-001")
def test_the_current_tag_of_coded_content_is_not_modified(
    item: Exchange, item_not_modified: Exchange, item_in_gzip: Exchange, item_in_gzip_not_modified: Exchange
) -> None:
    require_validation(item, item_not_modified)
    require_status(item_in_gzip, 200)
    require("Content-Encoding" in item_in_gzip.fields, "the invoice comes in no coding")
    _expect_not_modified(item_in_gzip_not_modified, item_in_gzip.tag_as_sent)


@requirement("COND-002")
def test_the_current_tag_in_a_list_is_not_modified(
    item: Exchange, item_not_modified: Exchange, if_none_match_list: Exchange
) -> None:
    require_validation(item, item_not_modified)
    repeated = len(Fields(if_none_match_list.request.headers).lines("If-None-Match")) > 1
    # nginx, for one, refuses a second line of most fields before it forwards anything.
    require(not (repeated and if_none_match_list.status == 400), "the repeated field is refused, perhaps by a proxy")
    _expect_not_modified(if_none_match_list, item.etag)


@requirement("COND-003")
def test_any_tag_is_not_modified(
    item: Exchange, item_not_modified: Exchange | None, if_none_match_any: Exchange
) -> None:
    require_status(item, 200, owner="ITEM-001")
    # A tag that is malformed, or does not stay, does not show whether preconditions are understood.
    shows = ENTITY_TAG.fullmatch(item.tag_as_sent)
    if item_not_modified is not None and shows and not has_other_tag(item_not_modified, item.tag_as_sent):
        require_validation(item, item_not_modified)
    expect_status(if_none_match_any, 304, why="* matches whatever exists")


@requirement("COND-004")
def test_tags_compare_weakly(
    item: Exchange, item_not_modified: Exchange, if_none_match_other_weakness: Exchange
) -> None:
    require_validation(item, item_not_modified)
    _expect_not_modified(if_none_match_other_weakness, item.etag)


@requirement("COND-005")
def test_another_tag_gets_the_whole_invoice(
    item: Exchange, item_again: Exchange, if_none_match_other: Exchange
) -> None:
    require_status(item, 200)
    expect_same_invoice(if_none_match_other, item, item_again, "the current entity tag is another one")


@requirement("COND-005")
def test_a_tag_that_contains_the_current_one_gets_the_whole_invoice(
    item: Exchange, item_again: Exchange, if_none_match_longer: Exchange
) -> None:
    require_status(item, 200)
    expect_same_invoice(if_none_match_longer, item, item_again, f"the entity tag only ends like {item.etag}")


@requirement("COND-005")
def test_a_tag_that_is_only_like_the_current_one_gets_the_whole_invoice(
    item: Exchange, item_again: Exchange, if_none_match_other: Exchange, if_none_match_alike: Exchange
) -> None:
    require_status(item, 200)
    require_status(if_none_match_other, 200)
    sent = if_none_match_alike.request.header("If-None-Match")
    current = item.fields.get("ETag") or "an entity tag, of which there is none"
    expect_same_invoice(if_none_match_alike, item, item_again, f"{sent} is not {current}")


@requirement("COND-005")
def test_the_tag_of_the_invoice_is_not_that_of_the_compound_document(
    item: Exchange, item_with_account: Exchange, if_none_match_other: Exchange, included_if_none_match_item: Exchange
) -> None:
    require_status(item_with_account, 200)
    require_status(if_none_match_other, 200)
    # Two URLs may have one tag: that it is wise to give them two, ETAG-008 says.
    require(opaque(item.etag) != opaque(item_with_account.etag), "both have the same entity tag")
    require(included_if_none_match_item.status != 400, "inclusion is refused")
    expect_status(included_if_none_match_item, 200, why=f"the current entity tag is {item_with_account.etag}")


@requirement("COND-005")
def test_another_tag_gets_the_whole_account(
    related: Exchange, if_none_match_other: Exchange, related_if_none_match_other: Exchange
) -> None:
    _expect_whole(related_if_none_match_other, related, if_none_match_other)


@requirement("COND-005")
def test_another_tag_gets_the_whole_collection(
    listing: Exchange, if_none_match_other: Exchange, listing_if_none_match_other: Exchange
) -> None:
    _expect_whole(listing_if_none_match_other, listing, if_none_match_other)


def _expect_whole(exchange: Exchange, plain: Exchange, if_none_match_other: Exchange) -> None:
    require_status(plain, 200)
    require_status(if_none_match_other, 200)
    expect_status(exchange, 200, why="the current entity tag is another one")


@requirement("COND-009")
def test_a_matching_tag_prevails_over_an_old_date(
    item: Exchange, item_not_modified: Exchange, if_none_match_current_and_old_date: Exchange
) -> None:
    require_validation(item, item_not_modified)
    _expect_not_modified(if_none_match_current_and_old_date, item.etag)


@requirement("COND-009")
def test_another_tag_prevails_over_a_future_date(
    item: Exchange, if_none_match_other: Exchange, if_none_match_other_and_future_date: Exchange
) -> None:
    require_status(item, 200)
    require_status(if_none_match_other, 200)
    expect_status(if_none_match_other_and_future_date, 200, why="If-None-Match does not match, so the date is ignored")


@requirement("COND-010")
def test_a_date_is_ignored_without_last_modified(item: Exchange, if_modified_since_future: Exchange) -> None:
    require_status(item, 200)
    require("Last-Modified" not in item.fields, "the invoice has a Last-Modified")
    expect_status(if_modified_since_future, 200, why="there is no Last-Modified to compare with")


@requirement("COND-010")
def test_an_invalid_date_is_ignored(
    item: Exchange, if_modified_since_future: Exchange, if_modified_since_invalid: Exchange
) -> None:
    require_status(item, 200)
    # Without a Last-Modified, 304 for whatever date is the finding of another check.
    require("Last-Modified" in item.fields or if_modified_since_future.status == 200, "every date gives 304")
    value = if_modified_since_invalid.request.header("If-Modified-Since")
    expect_status(if_modified_since_invalid, 200, why=f"{value} is not an HTTP date")


@requirement("COND-018")
def test_an_invoice_that_was_not_modified_since_is_not_sent(
    item: Exchange, item_again: Exchange, if_modified_since_last_modified: Exchange
) -> None:
    dates = [each.fields.lines("Last-Modified") for each in (item, item_again, if_modified_since_last_modified)]
    require_status(item, 200)
    # What is not a date, or lies ahead, may be ignored.
    modified = date_of(item, "Last-Modified")
    require("Date" not in item.fields or modified <= date_of(item, "Date"), "a time ahead", owner="HTTP-019")
    require(len(dates[0]) == 1 and dates[0] == dates[1], "the invoice has no Last-Modified that stays the same")
    require(if_modified_since_last_modified.status != 200 or dates[2] == dates[0], "the invoice was modified meanwhile")
    expect_status(if_modified_since_last_modified, 304, why=f"Last-Modified is {dates[0][0]}")


@requirement("COND-011")
def test_a_false_if_match_fails(item: Exchange, if_match_other: Exchange) -> None:
    require_status(item, 200)
    _expect_not_served(if_match_other, "the invoice has no such entity tag")


@requirement("COND-011")
def test_if_match_is_evaluated_before_if_none_match(
    item: Exchange, if_match_other: Exchange, if_match_other_and_any: Exchange
) -> None:
    require_status(item, 200)
    require(400 <= if_match_other.status < 500, "If-Match alone is ignored, too; another check judges that")
    _expect_not_served(if_match_other_and_any, "If-Match comes first")


@requirement("COND-011")
def test_if_match_any_is_true(item: Exchange, if_match_any: Exchange) -> None:
    require_status(item, 200)
    expect_status(if_match_any, 200, why="* matches whatever exists")


@requirement("COND-012")
def test_if_match_compares_strongly(item: Exchange, if_match_other: Exchange, if_match_weak: Exchange) -> None:
    require_status(item, 200)
    require(400 <= if_match_other.status < 500, "If-Match is ignored with another entity tag, too", owner="COND-011")
    _expect_not_served(if_match_weak, "a weak entity tag matches none in strong comparison")


def _expect_not_served(exchange: Exchange, why: str) -> None:
    """Expect a client error, of which 412 is the usual one (RFC 9110, section 13.1.1)."""
    require(exchange.status != 429, "the target limits requests")
    expect(400 <= exchange.status < 500, f"412 ({why})", status_line(exchange), exchange)


@requirement("COND-012")
def test_if_unmodified_since_is_ignored_without_last_modified(
    item: Exchange, if_unmodified_since_old: Exchange
) -> None:
    require_status(item, 200)
    require("Last-Modified" not in item.fields, "the invoice has a Last-Modified")
    expect_status(if_unmodified_since_old, 200, why="there is no Last-Modified to compare with")


def _expect_precondition_ignored(conditional: Exchange, plain: Exchange) -> None:
    # RFC 6585, section 3: 428 asks for a precondition.
    refused = 400 <= plain.status < 500 and plain.status not in {412, 428}
    require(refused, f"{plain.described} was answered {plain.status}")
    expect_status(conditional, plain.status, why="as without If-None-Match")


@requirement("COND-013")
def test_a_precondition_does_not_hide_that_nothing_exists(
    unknown_item: Exchange, unknown_item_if_none_match: Exchange
) -> None:
    _expect_precondition_ignored(unknown_item_if_none_match, unknown_item)


@requirement("COND-013")
def test_that_nothing_exists_is_not_a_state_that_a_client_can_have(
    unknown_item: Exchange, unknown_item_if_none_match_own: Exchange
) -> None:
    _expect_precondition_ignored(unknown_item_if_none_match_own, unknown_item)


@requirement("COND-013")
def test_a_precondition_does_not_mend_a_query(
    unknown_include: Exchange, unknown_include_if_none_match: Exchange
) -> None:
    _expect_precondition_ignored(unknown_include_if_none_match, unknown_include)


@requirement("COND-013")
def test_a_precondition_does_not_replace_a_token(
    item_without_token: Exchange, item_without_token_if_none_match: Exchange
) -> None:
    _expect_precondition_ignored(item_without_token_if_none_match, item_without_token)


@requirement("COND-013")
def test_a_precondition_does_not_mend_a_token(
    every_altered_token: tuple[Exchange, ...], altered_token_if_none_match: Exchange
) -> None:
    plain = variant(every_altered_token, "signature-changed")
    _expect_precondition_ignored(altered_token_if_none_match, plain)


@requirement("COND-013")
def test_a_precondition_does_not_make_a_request_acceptable(
    unacceptable_item: Exchange, unacceptable_item_if_none_match: Exchange
) -> None:
    _expect_precondition_ignored(unacceptable_item_if_none_match, unacceptable_item)


@requirement("COND-013")
def test_no_other_precondition_hides_a_refusal(  # noqa: PLR0913, PLR0917 - one argument per refusal
    unknown_item: Exchange,
    unknown_include: Exchange,
    unacceptable_item: Exchange,
    item_without_token: Exchange,
    every_write_unknown: tuple[Exchange, ...],
    refused_with_other_preconditions: Exchange,
) -> None:
    plain = {
        "unknown": unknown_item,
        "unknown-include": unknown_include,
        "unacceptable": unacceptable_item,
        "without-token": item_without_token,
        "write": variant(every_write_unknown, "POST"),
        "delete": variant(every_write_unknown, "DELETE"),
    }
    name = refused_with_other_preconditions.probe.partition("[")[2].removesuffix("]")
    _expect_precondition_ignored(refused_with_other_preconditions, plain[name])


@requirement("COND-019")
def test_options_takes_no_notice_of_preconditions(
    item_options: Exchange, item_options_with_preconditions: Exchange
) -> None:
    require(item_options.succeeded, f"OPTIONS was answered {item_options.status}")
    expect_status(item_options_with_preconditions, item_options.status, why="as without preconditions")


@requirement("COND-020")
def test_a_reload_is_validated(
    item: Exchange, item_not_modified: Exchange, if_none_match_of_a_reload: Exchange
) -> None:
    require_validation(item, item_not_modified)
    expect_status(if_none_match_of_a_reload, 304, why="what caches are to do does not matter to the server")


@requirement("COND-014")
def test_a_malformed_tag_matches_nothing(
    item: Exchange, if_none_match_other: Exchange, if_none_match_malformed: Exchange
) -> None:
    require_status(item, 200)
    require_status(if_none_match_other, 200)
    status, observed = if_none_match_malformed.status, status_line(if_none_match_malformed)
    expect(status == 200 or 400 <= status < 500, "200 or a client error", observed, if_none_match_malformed)


@requirement("COND-014")
def test_a_malformed_if_match_is_survived(item: Exchange, if_match_malformed: Exchange) -> None:
    require_status(item, 200)
    status, observed = if_match_malformed.status, status_line(if_match_malformed)
    expect(status == 200 or 400 <= status < 500, "200 or a client error", observed, if_match_malformed)
