"""Single faults about entity tags, conditions and ranges: each is found, and by no other requirement."""

from __future__ import annotations

import pytest

from conformance.checks import test_validators
from conformance.model.exchange import Exchange
from tests.support.changes import CODED, altered, changed, coded
from tests.support.correct import SECOND, answers
from tests.support.exchanges import exchange
from tests.support.judged import HTTP, outcome

WHOLE = answers()["item"].body
LENGTH = str(len(WHOLE))
ETAG = answers()["item"].etag
STRONG = ETAG.removeprefix("W/")
STRONG_OF_ACCOUNT = answers()["related"].etag.removeprefix("W/")
OF_ANOTHER = answers()[SECOND + "item"].etag
OF_THE_INVOICE = [name for name, each in answers().items() if each.fields.get("ETag") == ETAG]
FRESH = 'W/"00000000000000000000000000000009"'


def part(probe: str = "range_first_bytes", body: bytes = WHOLE[:10], **headers: str | None) -> dict[str, Exchange]:
    fields = {"Content-Range": f"bytes 0-9/{LENGTH}"}
    named = {name.replace("_", "-"): value for name, value in headers.items()}
    return changed(probe, status=206, body=body, headers={**fields, **named})


# Sent only where there is a date to name.
CONDITION = "if_modified_since_last_modified"
MODIFIED = {"Last-Modified": "Thu, 14 Nov 2024 09:00:00 GMT"}

FAULTS: dict[str, tuple[set[str], dict[str, Exchange]]] = {
    "no-etag-of-view": ({"ETAG-001"}, changed("item_with_account", headers={"ETag": None})),
    "coded-content-always-sent": (
        {"COND-001"},
        coded() | changed("item_in_gzip_not_modified", status=200, headers=CODED),
    ),
    "nothing-exists-evaluated": (
        {"COND-013"},
        changed("unknown_item", headers={"ETag": FRESH})
        | {"unknown_item_if_none_match_own": exchange("unknown_item_if_none_match_own", 412, {"ETag": FRESH})},
    ),
    "reload-unconditional": ({"COND-020"}, changed("if_none_match_of_a_reload", status=200)),
    "options-evaluated": ({"COND-019"}, changed("item_options_with_preconditions", status=412)),
    "no-etag-of-coded-content": ({"ETAG-001"}, coded({**CODED, "ETag": None})),
    "no-etag": ({"ETAG-001"}, changed("item", "item_head", headers={"ETag": None})),
    "etag-without-quotes": ({"ETAG-002"}, HTTP.throughout(200, headers={"ETag": "253f5160"})),
    "etag-in-single-quotes": ({"ETAG-002"}, HTTP.throughout(200, headers={"ETag": "'253f5160'"})),
    "etag-with-lower-case-w": ({"ETAG-002"}, HTTP.throughout(200, headers={"ETag": 'w/"253f5160"'})),
    "etag-empty": ({"ETAG-002"}, HTTP.throughout(200, headers={"ETag": ""})),
    "etag-of-two-tags": ({"ETAG-002"}, HTTP.throughout(200, headers={"ETag": '"a", "b"'})),
    "etag-twice": ({"HTTP-021"}, HTTP.throughout(200, headers={"ETag": [ETAG, ETAG]})),
    "etag-in-another-form": (
        {"ETAG-003"},
        changed(*OF_THE_INVOICE, headers={"ETag": 'W/"1-2-3"'}),
    ),
    "etag-of-other-data": ({"ETAG-009"}, changed("accept_any", document={"/data/attributes/reference": "24"})),
    "etag-new-each-time": ({"ETAG-004"}, changed("item_again", headers={"ETag": FRESH})),
    "strong-etag-for-other-bytes": (
        {"ETAG-005"},
        changed("accept_any", headers={"ETag": STRONG})
        | changed("item_for_browser", headers={"ETag": STRONG}, body=WHOLE + b"\n"),
    ),
    "strong-etag-for-another-coding": (
        {"ETAG-005"},
        coded({**CODED, "ETag": STRONG}) | changed("item_in_no_coding", headers={"ETag": STRONG}),
    ),
    "one-etag-for-all": (
        {"ETAG-006"},
        changed(f"{SECOND}item", "item_with_account", "included_not_modified", headers={"ETag": ETAG}),
    ),
    "etag-ignores-fields": (
        {"ETAG-008"},
        changed("fields_of_attributes", "sparse_not_modified", headers={"ETag": ETAG}),
    ),
    "etag-ignores-the-query": (
        {"ETAG-008"},
        changed("item_with_account", "included_not_modified", headers={"ETag": ETAG}),
    ),
    "etag-of-view-in-another-form": (
        {"ETAG-003"},
        changed("item_with_account", headers={"ETag": 'W/"1-2-3"'})
        | changed("included_not_modified", headers={"ETag": 'W/"1-2-3"'}),
    ),
    "relationship-always-sent": ({"COND-001"}, changed("relationship_not_modified", status=200)),
    "compound-document-always-sent": ({"COND-001"}, changed("included_not_modified", status=200)),
    "sparse-fields-always-sent": ({"COND-001"}, changed("sparse_not_modified", status=200)),
    "collection-always-sent": ({"COND-001"}, changed("listing_not_modified", status=200)),
    "half-a-tag-matches": ({"COND-005"}, changed("if_none_match_alike", status=304)),
    "compound-document-by-tag-of-invoice": ({"COND-005"}, changed("included_if_none_match_item", status=304)),
    "account-never-sent": ({"COND-005"}, changed("related_if_none_match_other", status=304)),
    "collection-never-sent": ({"COND-005"}, changed("listing_if_none_match_other", status=304)),
    "304-to-head-without-etag": (
        {"COND-007"},
        changed("item_head_not_modified", headers={"ETag": None}),
    ),
    "304-of-account-public": (
        {"COND-007"},
        changed("related_not_modified", headers={"Cache-Control": "public, max-age=60"}),
    ),
    "date-never-counts": (
        {"COND-018"},
        HTTP.throughout(200, headers=MODIFIED)
        | {CONDITION: altered(answers()["item"], headers=MODIFIED, probe=CONDITION)},
    ),
    "304-for-bad-token": ({"COND-013"}, changed("altered_token_if_none_match", status=304)),
    "304-for-bad-query": ({"COND-013"}, changed("unknown_include_if_none_match", status=304)),
    "etag-missing-on-head": ({"ETAG-007"}, changed("item_head", headers={"ETag": None})),
    "etag-missing-on-head-of-relationship": (
        {"ETAG-007"},
        changed("relationship_head", headers={"ETag": None}),
    ),
    "etag-missing-on-head-of-account": ({"ETAG-007"}, changed("related_head", headers={"ETag": None})),
    "etag-differs-on-head-of-collection": ({"ETAG-007"}, changed("listing_head", headers={"ETag": FRESH})),
    "etag-differs-on-head": ({"ETAG-007"}, changed("item_head", headers={"ETag": FRESH})),
    "conditions-ignored": (
        {"COND-001"},
        changed(
            *("item_not_modified", "item_head_not_modified", "if_none_match_list", "if_none_match_any"),
            *("if_none_match_other_weakness", "if_none_match_current_and_old_date"),
            status=200,
        ),
    ),
    "conditions-ignored-for-head": ({"COND-001"}, changed("item_head_not_modified", status=200)),
    "list-ignored": ({"COND-002"}, changed("if_none_match_list", status=200)),
    "list-refused": ({"COND-002"}, changed("if_none_match_list", status=400)),
    "star-ignored": ({"COND-003"}, changed("if_none_match_any", status=200)),
    "strong-comparison": ({"COND-004"}, changed("if_none_match_other_weakness", status=200)),
    "everything-matches": (
        {"COND-005"},
        changed(
            *("if_none_match_other", "if_none_match_longer", "if_none_match_malformed"),
            "if_none_match_other_and_future_date",
            status=304,
        ),
    ),
    "a-part-matches": ({"COND-005"}, changed("if_none_match_longer", status=304)),
    "no-match-without-content": ({"COND-005"}, changed("if_none_match_other", body=b"")),
    "304-with-content": ({"COND-006"}, changed("item_not_modified", unsolicited=b'{"data":')),
    "304-with-chunks": ({"COND-006"}, changed("item_not_modified", unsolicited=b"0\r\n\r\n")),
    "304-without-etag": ({"COND-007"}, HTTP.throughout(304, headers={"ETag": None})),
    "304-without-vary": ({"COND-007"}, HTTP.throughout(304, headers={"Vary": None})),
    "304-with-other-vary": ({"COND-007"}, HTTP.throughout(304, headers={"Vary": "Origin"})),
    "304-with-other-etag": ({"COND-007"}, HTTP.throughout(304, headers={"ETag": 'W/"x"'})),
    "304-with-strong-etag": ({"COND-007"}, HTTP.throughout(304, headers={"ETag": STRONG})),
    "304-cacheable": (
        {"COND-007"},
        HTTP.throughout(304, headers={"Cache-Control": "max-age=60, private, must-revalidate"}),
    ),
    "304-with-content-type": ({"COND-008"}, HTTP.throughout(304, headers={"Content-Type": "text/html"})),
    "date-beats-tag": ({"COND-009"}, changed("if_none_match_current_and_old_date", status=200)),
    "date-or-tag": ({"COND-009"}, changed("if_none_match_other_and_future_date", status=304)),
    "date-without-last-modified": (
        {"COND-010"},
        changed("if_modified_since_future", status=304) | changed("if_modified_since_invalid", status=304),
    ),
    "invalid-date-matches": ({"COND-010"}, changed("if_modified_since_invalid", status=304)),
    "invalid-date-refused": ({"COND-010"}, changed("if_modified_since_invalid", status=400)),
    "if-match-ignored": ({"COND-011"}, changed("if_match_other", status=200) | changed("if_match_weak", status=200)),
    "if-none-match-first": ({"COND-011"}, changed("if_match_other_and_any", status=304)),
    "if-match-star-refused": ({"COND-011"}, changed("if_match_any", status=412)),
    "if-match-weak": ({"COND-012"}, changed("if_match_weak", status=200)),
    "if-unmodified-since-honoured": ({"COND-012"}, changed("if_unmodified_since_old", status=412)),
    "304-for-unknown": ({"COND-013"}, changed("unknown_item_if_none_match", status=304)),
    "304-without-token": ({"COND-013"}, changed("item_without_token_if_none_match", status=304)),
    "304-for-unacceptable": ({"COND-013"}, changed("unacceptable_item_if_none_match", status=304)),
    "412-for-unknown": ({"COND-013"}, changed("refused_with_other_preconditions[unknown]", status=412)),
    "malformed-tag-fails": ({"COND-014"}, changed("if_none_match_malformed", status=500)),
    "malformed-tag-of-if-match-fails": ({"COND-014"}, changed("if_match_malformed", status=500)),
    "one-etag-is-another": ({"ETAG-004"}, changed("unknown_fields", headers={"ETag": FRESH})),
    "304-without-token-describes-content": (
        {"COND-013"},
        changed("item_without_token_if_none_match", status=304, headers={"Content-Type": "text/html"}),
    ),
    "304-of-an-error": (
        {"COND-013"},
        changed("unknown_item_if_none_match", status=304, headers={"Content-Type": "text/html"}),
    ),
    "malformed-tag-matches": ({"COND-014"}, changed("if_none_match_malformed", status=304)),
    "206-without-content-range": ({"COND-015"}, part(Content_Range=None)),
    "206-with-malformed-content-range": ({"COND-015"}, part(Content_Range="bytes 0-9")),
    "206-of-other-bytes": ({"COND-015"}, part(body=WHOLE[1:11])),
    "206-with-whole-content": ({"COND-015"}, part(body=WHOLE)),
    "206-of-wrong-length": ({"COND-015"}, part(Content_Range="bytes 0-9/10")),
    "206-of-more": ({"COND-015"}, part(body=WHOLE[:20], Content_Range=f"bytes 0-19/{LENGTH}")),
    "206-of-a-later-part": (
        {"COND-015"},
        part(Content_Range=f"bytes 1-9/{LENGTH}", body=WHOLE[1:10]),
    ),
    "206-without-vary": ({"COND-015"}, part(Vary=None)),
    "206-with-other-etag": ({"COND-015"}, part(ETag='W/"x"')),
    "range-ignored-in-part": ({"COND-015"}, changed("range_first_bytes", body=WHOLE[:10])),
    "range-refused": ({"COND-015"}, changed("range_first_bytes", status=416)),
    "range-beyond-end-sent": ({"COND-015"}, part("range_beyond_end", Content_Range=f"bytes */{LENGTH}")),
    "range-on-head": (
        {"COND-015"},
        changed("range_head", status=206, headers={"Content-Range": f"bytes 0-9/{LENGTH}"}),
    ),
    "unknown-unit-sent": ({"COND-016"}, part("range_in_unknown_unit")),
    "if-range-ignored": ({"COND-016"}, part("range_if_range_other")),
    "if-range-weak-not-satisfiable": ({"COND-016"}, changed("range_if_range_weak", status=416)),
    "if-range-weak": ({"COND-016"}, part("range_if_range_weak")),
    "if-range-ignored-where-ranges-are-sent": ({"COND-016"}, part() | part("range_if_range_other")),
    "if-range-weak-where-ranges-are-sent": ({"COND-016"}, part() | part("range_if_range_weak")),
    "etag-of-view-is-that-of-another-invoice": (
        {"ETAG-001", "ETAG-008"},
        changed("item", "item_head", headers={"ETag": None})
        | changed("item_with_account", "included_not_modified", headers={"ETag": OF_ANOTHER}),
    ),
    "304-with-length-zero": ({"COND-017"}, HTTP.throughout(304, headers={"Content-Length": "0"})),
    "304-for-any-tag-with-length-zero": ({"COND-017"}, changed("if_none_match_any", headers={"Content-Length": "0"})),
    "tag-of-head-alone": ({"ETAG-001", "ETAG-007"}, changed("item", "item_again", headers={"ETag": None})),
    "304-with-well-formed-etag": (
        {"ETAG-002", "COND-007"},
        changed("item", headers={"ETag": "abc"}) | changed("item_not_modified", asked={"If-None-Match": "abc"}),
    ),
}


@pytest.mark.parametrize("fault", FAULTS)
def test_a_fault_is_found_by_exactly_one_requirement(fault: str) -> None:
    expected, changes = FAULTS[fault]
    assert HTTP.violated(changes) == expected


# Correct servers that differ from the one that all other tests start from.
@pytest.mark.parametrize(
    "changes",
    [
        {},
        part(),
        part(Content_Range="bytes 0-4/*", body=WHOLE[:5]),
        changed("range_beyond_end", status=416, headers={"Content-Range": f"bytes */{LENGTH}"}),
        changed("range_in_unknown_unit", status=416) | changed("range_if_range_weak", status=400),
        changed("item_not_modified", headers={"Content-Length": LENGTH}),
        changed("item_not_modified", headers={"Vary": "Origin, accept"}),
        # One digit more or less.
        changed("related", document={"/meta": {"took-ms": 10}})
        | changed("related_not_modified", headers={"Content-Length": str(len(answers()["related"].body))}),
        # Compressed on the way, where no 304 has anything to compress.
        changed("item", asked={"Accept-Encoding": "gzip"}, headers={**CODED, "ETag": ETAG})
        | changed("item_not_modified", headers={"ETag": STRONG}),
        changed("item_not_modified", unsolicited=b"HTTP/1.1 408 Request Timeout\r\n\r\n"),
        changed("if_none_match_malformed", status=400),
        changed("if_none_match_list", asked={"If-None-Match": ['"other"', ETAG]}, status=400),
        HTTP.throughout(200, 304, headers={"Cache-Control": "no-store"}),
        # A strong tag of the same content, but for what HEAD leaves out.
        changed("accept_any", headers={"ETag": STRONG})
        | changed("related_head", "related_if_none_match_other", headers={"ETag": STRONG_OF_ACCOUNT})
        | changed("item_in_no_coding", headers={"ETag": STRONG}),
        # The language is a part of the tag.
        changed("unknown_fields", asked={"Accept-Language": "de"}, headers={"ETag": FRESH}),
        changed("item_again", status=503, headers={"ETag": FRESH}, body=WHOLE),
        HTTP.throughout(200, 304, headers={"Expires": "0"}),
    ],
)
def test_a_correct_server_is_correct(changes: dict[str, Exchange]) -> None:
    assert HTTP.violated(changes) == set()


def test_every_check_of_the_area_is_violated_by_a_fault() -> None:
    assert HTTP.unviolated([changes for _, changes in FAULTS.values()], "ETAG", "COND") == set()


def test_the_tag_of_a_view_that_is_not_served_is_not_judged_by_its_form() -> None:
    check = test_validators.test_the_entity_tag_of_a_view_has_the_documented_form
    tag = {"headers": {"ETag": '"1"'}}
    assert outcome(check, **changed("item_with_account", **tag)) == "violated"
    assert outcome(check, **changed("item_with_account", status=404, **tag)) == "passed"
