"""What proves nothing about validators, conditions and ranges: data that change, twins that fail, too few invoices."""

from __future__ import annotations

import pytest

from conformance.checks import test_ranges
from tests.support.exchanges import document
from tests.support.http_answers import (
    ETAG,
    answers,
    by_name,
    head,
    judge,
    not_modified,
    ok,
    other,
    outcomes,
    refused,
    throughout,
    violated,
)

FRESH = 'W/"00000000000000000000000000000009"'
RANGED = {"Range": "bytes=0-9"}


def test_data_that_changes_between_requests_are_no_fault() -> None:
    fresh = {"headers": {"ETag": FRESH}, "body": document({"/data/attributes/reference": "new"})}
    assert violated(by_name(ok("item_again", **fresh))) == set()
    assert violated(by_name(ok("item_not_modified", **fresh))) == set()


def test_a_last_modified_takes_the_place_of_its_absence() -> None:
    modified = "Thu, 14 Nov 2024 09:00:00 GMT"
    changed = {**throughout({"Last-Modified": modified}, 200), **by_name(not_modified("if_modified_since_future"))}
    changed.update(by_name(refused("if_unmodified_since_old", 412), not_modified("if_modified_since_last_modified")))
    assert violated(changed) == set()
    assert violated({**changed, **by_name(not_modified("if_modified_since_invalid"))}) == {"COND-010"}


@pytest.mark.parametrize(
    "answer",
    [
        {"item_again": {"Last-Modified": "Thu, 14 Nov 2024 09:30:00 GMT"}},
        {"item": {"Last-Modified": ["Thu, 14 Nov 2024 09:00:00 GMT"] * 2}},
        {"if_modified_since_last_modified": {"Last-Modified": "Thu, 14 Nov 2024 09:30:00 GMT"}},
    ],
)
def test_a_last_modified_that_does_not_stay_the_same_proves_nothing(answer: dict[str, dict[str, str]]) -> None:
    given = throughout({"Last-Modified": "Thu, 14 Nov 2024 09:00:00 GMT"}, 200)
    given.update(by_name(*(ok(probe, headers=headers) for probe, headers in answer.items())))
    check = ("COND-018", "test_an_invoice_that_was_not_modified_since_is_not_sent")
    assert outcomes(given)[check] == "not observed"


def test_one_tag_for_all_needs_two_invoices() -> None:
    check = ("ETAG-006", "test_invoices_do_not_share_one_entity_tag")
    for second in (ok("item_of_second"), refused("item_of_second"), other(headers={"ETag": None})):
        assert outcomes(by_name(second))[check] == "not observed"


def test_head_is_not_compared_where_the_second_get_fails() -> None:
    failing = by_name(refused("item_again", 503, headers={"ETag": ETAG}), head(headers={"ETag": FRESH}))
    assert "ETAG-007" not in violated(failing)


def test_coded_content_that_is_not_served_is_no_twin() -> None:
    coded = {"Content-Encoding": "gzip", "ETag": FRESH}
    sent = by_name(*(ok(name, headers=coded) for name in ("item_in_gzip", "item_in_gzip_not_modified")))
    check = ("COND-001", "test_the_current_tag_of_coded_content_is_not_modified")
    assert outcomes(sent)[check] == "violated"
    assert outcomes({**sent, **by_name(refused("item_in_gzip", 406, headers=coded))})[check] == "not observed"


@pytest.mark.parametrize(("content", "expected"), [(b'{"data":1}', "not observed"), (b'{"data":11}', "violated")])
def test_a_range_that_is_longer_than_the_invoice_says_nothing(content: bytes, expected: str) -> None:
    given = {**answers(), **by_name(ok("item", body=content), refused("range_first_bytes", 416, RANGED))}
    assert judge(test_ranges.test_a_range_is_ignored_or_sent, given) == expected
