"""Single faults about entity tags, conditions and ranges: each is found, and by no other requirement."""

from __future__ import annotations

import pytest

from conformance.model.contract import documented_example
from conformance.model.exchange import Exchange
from tests.support.exchanges import document
from tests.support.http_answers import (
    ETAG,
    UNKNOWN,
    answers,
    by_name,
    head,
    not_modified,
    ok,
    other,
    outcomes,
    refused,
    throughout,
    violated,
    with_account,
)

STRONG = '"253f5160b8ebcfba91cd3a9a98178ce6"'
FRESH = 'W/"00000000000000000000000000000009"'
RANGED = {"Range": "bytes=0-9"}
LIST = f'"other", {ETAG}'
SPARSE = answers()["fields_of_attributes"]
OF_VIEWS = [answers()[name] for name in ("included_not_modified", "sparse_not_modified")]


def part(probe: str = "range_first_bytes", body: bytes = documented_example()[:10], **headers: str | None) -> Exchange:
    fields = {"Content-Range": f"bytes 0-9/{len(documented_example())}"}
    named = {name.replace("_", "-"): value for name, value in headers.items()}
    return ok(probe, RANGED, status=206, body=body, headers={**fields, **named})


CODED = {"Content-Encoding": "gzip", "Vary": "Accept, Accept-Encoding"}

FAULTS: dict[str, tuple[set[str], dict[str, Exchange]]] = {
    "no-etag-of-view": ({"ETAG-001"}, by_name(with_account(headers={"ETag": None}))),
    "coded-content-always-sent": (
        {"COND-001"},
        by_name(
            ok("item_in_gzip", {"Accept-Encoding": "gzip"}, headers=CODED),
            ok("item_in_gzip_not_modified", {"Accept-Encoding": "gzip"}, headers=CODED),
        ),
    ),
    "no-etag-of-coded-content": ({"ETAG-001"}, by_name(ok("item_in_gzip", headers={**CODED, "ETag": None}))),
    "no-etag": ({"ETAG-001"}, by_name(ok("item", headers={"ETag": None}))),
    "etag-without-quotes": ({"ETAG-002"}, throughout({"ETag": "253f5160"}, 200)),
    "etag-in-single-quotes": ({"ETAG-002"}, throughout({"ETag": "'253f5160'"}, 200)),
    "etag-with-lower-case-w": ({"ETAG-002"}, throughout({"ETag": 'w/"253f5160"'}, 200)),
    "etag-empty": ({"ETAG-002"}, throughout({"ETag": ""}, 200)),
    "etag-of-two-tags": ({"ETAG-002"}, throughout({"ETag": '"a", "b"'}, 200)),
    "etag-twice": ({"HTTP-021"}, throughout({"ETag": [ETAG, ETAG]}, 200)),
    "etag-in-another-form": (
        {"ETAG-003"},
        {**throughout({"ETag": 'W/"1-2-3"'}, 200, 304), **by_name(other(), with_account(), SPARSE, *OF_VIEWS)},
    ),
    "etag-new-each-time": ({"ETAG-004"}, by_name(ok("item_again", headers={"ETag": FRESH}))),
    "strong-etag-for-other-bytes": (
        {"ETAG-005"},
        by_name(
            ok("accept_any", {"Accept": "*/*"}, headers={"ETag": STRONG}),
            ok(
                "item_for_browser", {"Accept": "text/html"}, headers={"ETag": STRONG}, body=documented_example() + b"\n"
            ),
        ),
    ),
    "strong-etag-for-another-coding": (
        {"ETAG-005"},
        by_name(
            ok(
                "item_in_gzip",
                {"Accept-Encoding": "gzip"},
                headers={"ETag": STRONG, "Content-Encoding": "gzip", "Vary": "Accept, Accept-Encoding"},
            ),
            ok("item_in_no_coding", {"Accept-Encoding": "identity"}, headers={"ETag": STRONG}),
        ),
    ),
    "one-etag-for-all": (
        {"ETAG-006"},
        by_name(
            other(headers={"ETag": ETAG}),
            with_account(headers={"ETag": ETAG}),
            not_modified("included_not_modified"),
        ),
    ),
    "etag-ignores-fields": (
        {"ETAG-008"},
        by_name(
            ok("fields_of_attributes", headers={"ETag": ETAG}, body=SPARSE.body), not_modified("sparse_not_modified")
        ),
    ),
    "etag-ignores-the-query": (
        {"ETAG-008"},
        by_name(with_account(headers={"ETag": ETAG}), not_modified("included_not_modified")),
    ),
    "etag-of-view-in-another-form": (
        {"ETAG-003"},
        by_name(
            with_account(headers={"ETag": 'W/"1-2-3"'}),
            not_modified("included_not_modified", headers={"ETag": 'W/"1-2-3"'}),
        ),
    ),
    "relationship-always-sent": ({"COND-001"}, by_name(ok("relationship_not_modified"))),
    "compound-document-always-sent": ({"COND-001"}, by_name(with_account("included_not_modified"))),
    "sparse-fields-always-sent": ({"COND-001"}, by_name(with_account("sparse_not_modified"))),
    "collection-always-sent": ({"COND-001"}, by_name(ok("listing_not_modified"))),
    "half-a-tag-matches": ({"COND-005"}, by_name(not_modified("if_none_match_alike", 'W/"253f"'))),
    "compound-document-by-tag-of-invoice": ({"COND-005"}, by_name(not_modified("included_if_none_match_item"))),
    "account-never-sent": ({"COND-005"}, by_name(not_modified("related_if_none_match_other", '"x"'))),
    "collection-never-sent": ({"COND-005"}, by_name(not_modified("listing_if_none_match_other", '"x"'))),
    "304-to-head-without-etag": (
        {"COND-007"},
        by_name(not_modified("item_head_not_modified", method="HEAD", headers={"ETag": None})),
    ),
    "304-of-account-public": (
        {"COND-007"},
        by_name(not_modified("related_not_modified", headers={"Cache-Control": "public, max-age=60"})),
    ),
    "date-never-counts": ({"COND-018"}, throughout({"Last-Modified": "Thu, 14 Nov 2024 09:00:00 GMT"}, 200)),
    "304-for-bad-token": ({"COND-013"}, by_name(not_modified("altered_token_if_none_match"))),
    "304-for-bad-query": ({"COND-013"}, by_name(not_modified("unknown_include_if_none_match", "*"))),
    "etag-missing-on-head": ({"ETAG-007"}, by_name(head(headers={"ETag": None}))),
    "etag-missing-on-head-of-relationship": (
        {"ETAG-007"},
        by_name(head("relationship_head", headers={"ETag": None})),
    ),
    "etag-missing-on-head-of-account": ({"ETAG-007"}, by_name(head("related_head", headers={"ETag": None}))),
    "etag-differs-on-head-of-collection": ({"ETAG-007"}, by_name(head("listing_head", headers={"ETag": FRESH}))),
    "etag-differs-on-head": ({"ETAG-007"}, by_name(head(headers={"ETag": FRESH}))),
    "conditions-ignored": (
        {"COND-001"},
        by_name(
            *(
                ok(probe, {"If-None-Match": ETAG})
                for probe in (
                    *("item_not_modified", "if_none_match_list", "if_none_match_any"),
                    *("if_none_match_other_weakness", "if_none_match_current_and_old_date"),
                )
            ),
            head("item_head_not_modified"),
        ),
    ),
    "conditions-ignored-for-head": ({"COND-001"}, by_name(head("item_head_not_modified"))),
    "list-ignored": ({"COND-002"}, by_name(ok("if_none_match_list", {"If-None-Match": LIST}))),
    "list-refused": ({"COND-002"}, by_name(refused("if_none_match_list", 400, {"If-None-Match": LIST}))),
    "star-ignored": ({"COND-003"}, by_name(ok("if_none_match_any", {"If-None-Match": "*"}))),
    "strong-comparison": ({"COND-004"}, by_name(ok("if_none_match_other_weakness", {"If-None-Match": STRONG}))),
    "everything-matches": (
        {"COND-005"},
        by_name(
            *(
                not_modified(probe, '"conformance"')
                for probe in (
                    *("if_none_match_other", "if_none_match_longer", "if_none_match_malformed"),
                    "if_none_match_other_and_future_date",
                )
            )
        ),
    ),
    "a-part-matches": ({"COND-005"}, by_name(not_modified("if_none_match_longer", 'W/"conformance-253f"'))),
    "no-match-without-content": ({"COND-005"}, by_name(ok("if_none_match_other", body=b""))),
    "304-with-content": ({"COND-006"}, by_name(not_modified("item_not_modified", excess=b'{"data":'))),
    "304-with-chunks": ({"COND-006"}, by_name(not_modified("item_not_modified", excess=b"0\r\n\r\n"))),
    "304-without-etag": ({"COND-007"}, throughout({"ETag": None}, 304)),
    "304-without-vary": ({"COND-007"}, throughout({"Vary": None}, 304)),
    "304-with-other-vary": ({"COND-007"}, throughout({"Vary": "Origin"}, 304)),
    "304-with-other-etag": ({"COND-007"}, throughout({"ETag": 'W/"x"'}, 304)),
    "304-with-strong-etag": ({"COND-007"}, throughout({"ETag": ETAG.removeprefix("W/")}, 304)),
    "304-cacheable": ({"COND-007"}, throughout({"Cache-Control": "max-age=60, private, must-revalidate"}, 304)),
    "304-with-content-type": ({"COND-008"}, throughout({"Content-Type": "text/html"}, 304)),
    "date-beats-tag": ({"COND-009"}, by_name(ok("if_none_match_current_and_old_date"))),
    "date-or-tag": ({"COND-009"}, by_name(not_modified("if_none_match_other_and_future_date", '"x"'))),
    "date-without-last-modified": (
        {"COND-010"},
        by_name(not_modified("if_modified_since_future"), not_modified("if_modified_since_invalid")),
    ),
    "invalid-date-matches": ({"COND-010"}, by_name(not_modified("if_modified_since_invalid"))),
    "invalid-date-refused": ({"COND-010"}, by_name(refused("if_modified_since_invalid", 400))),
    "if-match-ignored": ({"COND-011"}, by_name(ok("if_match_other"), ok("if_match_weak"))),
    "if-match-star-refused": ({"COND-011"}, by_name(refused("if_match_any", 412))),
    "if-match-weak": ({"COND-012"}, by_name(ok("if_match_weak"))),
    "if-unmodified-since-honoured": ({"COND-012"}, by_name(refused("if_unmodified_since_old", 412))),
    "304-for-unknown": ({"COND-013"}, by_name(not_modified("unknown_item_if_none_match", "*"))),
    "304-without-token": ({"COND-013"}, by_name(not_modified("item_without_token_if_none_match"))),
    "304-for-unacceptable": ({"COND-013"}, by_name(not_modified("unacceptable_item_if_none_match"))),
    "malformed-tag-fails": ({"COND-014"}, by_name(refused("if_none_match_malformed", 500))),
    "one-etag-is-another": ({"ETAG-004"}, by_name(ok("unknown_fields", headers={"ETag": FRESH}))),
    "304-without-token-describes-content": (
        {"COND-013"},
        by_name(
            not_modified(
                "item_without_token_if_none_match",
                request_headers={"Authorization": None, "If-None-Match": ETAG},
                headers={"Content-Type": "text/html"},
            )
        ),
    ),
    "304-of-an-error": (
        {"COND-013"},
        by_name(not_modified("unknown_item_if_none_match", "*", path=UNKNOWN, headers={"Content-Type": "text/html"})),
    ),
    "malformed-tag-matches": ({"COND-014"}, by_name(not_modified("if_none_match_malformed", '"'))),
    "206-without-content-range": ({"COND-015"}, by_name(part(Content_Range=None))),
    "206-with-malformed-content-range": ({"COND-015"}, by_name(part(Content_Range="bytes 0-9"))),
    "206-of-other-bytes": ({"COND-015"}, by_name(part(body=documented_example()[1:11]))),
    "206-with-whole-content": ({"COND-015"}, by_name(part(body=documented_example()))),
    "206-of-wrong-length": ({"COND-015"}, by_name(part(Content_Range="bytes 0-9/10"))),
    "206-of-more": ({"COND-015"}, by_name(part(body=documented_example()[:20], Content_Range="bytes 0-19/1092"))),
    "206-of-a-later-part": (
        {"COND-015"},
        by_name(part(Content_Range=f"bytes 1-9/{len(documented_example())}", body=documented_example()[1:10])),
    ),
    "206-without-vary": ({"COND-015"}, by_name(part(Vary=None))),
    "206-with-other-etag": ({"COND-015"}, by_name(part(ETag='W/"x"'))),
    "range-ignored-in-part": ({"COND-015"}, by_name(ok("range_first_bytes", RANGED, body=documented_example()[:10]))),
    "range-refused": ({"COND-015"}, by_name(refused("range_first_bytes", 416, RANGED))),
    "range-beyond-end-sent": ({"COND-015"}, by_name(part("range_beyond_end", Content_Range="bytes */1092"))),
    "range-on-head": (
        {"COND-015"},
        by_name(head("range_head", RANGED, status=206, headers={"Content-Range": "bytes 0-9/1092"})),
    ),
    "unknown-unit-sent": ({"COND-016"}, by_name(part("range_in_unknown_unit"))),
    "if-range-ignored": ({"COND-016"}, by_name(part("range_if_range_other"))),
    "if-range-weak-not-satisfiable": ({"COND-016"}, by_name(refused("range_if_range_weak", 416))),
    "if-range-weak": ({"COND-016"}, by_name(part("range_if_range_weak"))),
    "if-range-ignored-where-ranges-are-sent": ({"COND-016"}, by_name(part(), part("range_if_range_other"))),
    "if-range-weak-where-ranges-are-sent": ({"COND-016"}, by_name(part(), part("range_if_range_weak"))),
    "etag-of-view-is-that-of-another-invoice": (
        {"ETAG-001", "ETAG-008"},
        by_name(
            ok("item", headers={"ETag": None}),
            with_account(headers={"ETag": other().etag}),
            not_modified("included_not_modified", headers={"ETag": other().etag}),
        ),
    ),
    "304-with-length-zero": ({"COND-017"}, throughout({"Content-Length": "0"}, 304)),
}


@pytest.mark.parametrize("fault", FAULTS)
def test_a_fault_is_found_by_exactly_one_requirement(fault: str) -> None:
    expected, changed = FAULTS[fault]
    assert violated(changed) == expected


# Correct servers that differ from the one that all other tests start from.
@pytest.mark.parametrize(
    "changed",
    [
        {},
        by_name(part()),
        by_name(part(Content_Range="bytes 0-4/*", body=documented_example()[:5])),
        by_name(refused("range_beyond_end", 416, headers={"Content-Range": "bytes */1092"})),
        by_name(refused("range_in_unknown_unit", 416), refused("range_if_range_weak", 400)),
        by_name(not_modified("item_not_modified", headers={"Content-Length": "1092"})),
        by_name(not_modified("item_not_modified", headers={"Vary": "Origin, accept"})),
        # One digit more or less.
        by_name(
            ok("related", body={**document(), "meta": {"took-ms": 10}}),
            not_modified("related_not_modified", headers={"Content-Length": "1092"}),
        ),
        # Compressed on the way, where no 304 has anything to compress.
        by_name(
            ok("item", {"Accept-Encoding": "gzip"}, headers={**CODED, "ETag": ETAG}),
            not_modified("item_not_modified", headers={"ETag": STRONG}),
        ),
        by_name(not_modified("item_not_modified", excess=b"HTTP/1.1 408 Request Timeout\r\n\r\n")),
        by_name(refused("if_none_match_malformed", 400)),
        by_name(refused("if_none_match_list", 400, {"If-None-Match": ['"other"', ETAG]})),
        throughout({"Cache-Control": "no-store"}, 200, 304),
        # A strong tag of the same content, but for what HEAD leaves out and for a coding that changes nothing.
        by_name(
            ok("accept_any", {"Accept": "*/*"}, headers={"ETag": STRONG}),
            head("related_head", headers={"ETag": STRONG}),
            ok(
                "item_in_no_coding",
                {"Accept-Encoding": "identity"},
                headers={"ETag": STRONG, "Content-Encoding": "identity"},
            ),
        ),
        # The language is a part of the tag.
        by_name(ok("unknown_fields", {"Accept-Language": "de"}, headers={"ETag": FRESH})),
        by_name(refused("item_again", 503, headers={"ETag": FRESH}, body=documented_example())),
        throughout({"Expires": "0"}, 200, 304),
    ],
)
def test_a_correct_server_is_correct(changed: dict[str, Exchange]) -> None:
    assert violated(changed) == set()


def test_every_check_of_the_area_is_violated_by_a_fault() -> None:
    found = {
        check for _, changed in FAULTS.values() for check, outcome in outcomes(changed).items() if outcome == "violated"
    }
    areas = ("ETAG", "COND")
    assert {check for check in outcomes({}) if check[0].startswith(areas)} <= found
