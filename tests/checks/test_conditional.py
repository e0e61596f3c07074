"""What proves nothing about validators, conditions and ranges: data that change, failing counterparts, few invoices."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import pytest

from conformance.checks import test_conditional, test_not_modified, test_ranges
from conformance.model.exchange import Exchange, NotObserved
from tests.support.changes import altered, changed, content
from tests.support.correct import SECOND, answers
from tests.support.judged import HTTP, Function, judged, outcome

FRESH = 'W/"00000000000000000000000000000009"'
MODIFIED = {"Last-Modified": "Thu, 14 Nov 2024 09:00:00 GMT"}
CONDITION = "if_modified_since_last_modified"


def on_the_condition(headers: Mapping[str, str | list[str]] = MODIFIED, **parts: Any) -> dict[str, Exchange]:
    """Return the invoice as it is answered to a request that names its Last-Modified, which a correct one may lack."""
    return {CONDITION: altered(answers()["item"], probe=CONDITION, headers=headers, **parts)}


def test_data_that_changes_between_requests_are_not_a_fault() -> None:
    fresh = {"headers": {"ETag": FRESH}, "body": content({"/data/attributes/reference": "new"})}
    assert HTTP.violated(changed("item_again", **fresh)) == set()
    assert HTTP.violated(changed("item_not_modified", status=200, **fresh)) == set()


def test_a_tag_without_quotes_hides_nothing_that_does_not_need_it() -> None:
    asked = {"If-None-Match": "bare"}
    bare = changed("item", headers={"ETag": "bare"})
    bare |= changed("item_not_modified", asked=asked, headers={"ETag": "bare"})
    assert HTTP.violated(bare) == {"ETAG-002"}
    ignored = changed("item_not_modified", "if_none_match_any", status=200, headers={"ETag": "bare"})
    assert HTTP.violated(bare | ignored) == {"ETAG-002", "COND-003"}
    assert HTTP.violated(bare | changed("item_not_modified", asked=asked, headers={"ETag": None})) == {
        "ETAG-002",
        "COND-007",
    }


def test_a_tag_that_never_stays_hides_nothing_that_does_not_need_it() -> None:
    fresh = changed("item_not_modified", status=200, headers={"ETag": FRESH})
    assert HTTP.violated(fresh | changed("if_none_match_any", status=200)) == {"COND-003", "ETAG-004"}
    with pytest.raises(NotObserved) as unread:
        test_conditional.test_the_current_tag_is_not_modified(answers()["item"], fresh["item_not_modified"])
    assert (unread.value.owner, unread.value.lawful) == ("ETAG-004", True)


def test_one_tag_of_two_urls_leaves_nothing_open() -> None:
    shared = changed("item_with_account", headers={"ETag": answers()["item"].etag})["item_with_account"]
    with pytest.raises(NotObserved) as unread:
        test_conditional.test_the_tag_of_the_invoice_is_not_that_of_the_compound_document(
            answers()["item"], shared, answers()["if_none_match_other"], answers()["included_if_none_match_item"]
        )
    assert unread.value.owner is None


def test_what_head_would_show_is_blocked_where_it_is_not_served() -> None:
    head = changed("item_head_not_modified", status=405)["item_head_not_modified"]
    with pytest.raises(NotObserved) as unread:
        test_not_modified.test_content_length_of_a_304_to_head_is_that_of_the_200(answers()["item"], head)
    assert unread.value.owner == "HTTP-005"


def test_what_needs_an_answer_that_is_refused_is_blocked_by_what_says_so() -> None:
    head = changed("item_head", status=404)["item_head"]
    with pytest.raises(NotObserved) as unread:
        test_not_modified.test_a_304_to_head_repeats_what_caches_need(
            answers()["item"], head, answers()["item_head_not_modified"]
        )
    assert unread.value.owner == "HTTP-005"


@pytest.mark.parametrize("digits", ["\xb9", "9" * 5000])
def test_lifetimes_that_python_does_not_convert_are_compared(digits: str) -> None:
    line = f'max-age="{digits}", private, must-revalidate'
    assert "COND-007" not in HTTP.violated(HTTP.throughout(200, 304, headers={"Cache-Control": line}))
    assert "COND-007" in HTTP.violated(HTTP.throughout(200, headers={"Cache-Control": line}))


def test_a_last_modified_takes_the_place_of_its_absence() -> None:
    dated = HTTP.throughout(200, headers=MODIFIED) | on_the_condition(status=304)
    dated |= changed("if_modified_since_future", status=304) | changed("if_unmodified_since_old", status=412)
    assert HTTP.violated(dated) == set()
    assert HTTP.violated(dated | changed("if_modified_since_invalid", status=304)) == {"COND-010"}


@pytest.mark.parametrize(
    "answer",
    [
        {"item_again": {"Last-Modified": "Thu, 14 Nov 2024 09:30:00 GMT"}},
        {"item": {"Last-Modified": ["Thu, 14 Nov 2024 09:00:00 GMT"] * 2}},
        {"if_modified_since_last_modified": {"Last-Modified": "Thu, 14 Nov 2024 09:30:00 GMT"}},
    ],
)
def test_a_last_modified_that_does_not_stay_the_same_proves_nothing(answer: dict[str, dict[str, str]]) -> None:
    given = HTTP.throughout(200, headers=MODIFIED) | on_the_condition()
    for probe, headers in answer.items():
        given |= on_the_condition(headers) if probe == CONDITION else changed(probe, headers=headers)
    check = ("COND-018", "test_an_invoice_that_was_not_modified_since_is_not_sent")
    assert HTTP.outcomes(HTTP.throughout(200, headers=MODIFIED) | on_the_condition())[check] == "violated"
    assert HTTP.outcomes(given)[check] == "not observed"


def test_one_tag_for_all_needs_two_invoices() -> None:
    check = ("ETAG-006", "test_invoices_do_not_share_one_entity_tag")
    second = f"{SECOND}item"
    for change in (
        {second: answers()["item"]},
        changed(second, status=404),
        changed(second, headers={"ETag": None}),
    ):
        assert HTTP.outcomes(change)[check] == "not observed"


def test_head_is_not_compared_where_the_second_get_fails() -> None:
    failing = changed("item_again", status=503, headers={"ETag": answers()["item"].etag}) | changed(
        "item_head", headers={"ETag": FRESH}
    )
    assert "ETAG-007" not in HTTP.violated(failing)


def test_coded_content_that_is_not_served_is_not_a_counterpart() -> None:
    coded = {"Content-Encoding": "gzip", "ETag": FRESH}
    sent = changed("item_in_gzip", "item_in_gzip_not_modified", status=200, headers=coded)
    check = ("COND-001", "test_the_current_tag_of_coded_content_is_not_modified")
    assert HTTP.outcomes(sent)[check] == "violated"
    assert HTTP.outcomes({**sent, **changed("item_in_gzip", status=406, headers=coded)})[check] == "not observed"
    assert HTTP.outcomes({**sent, **changed("item_not_modified", status=200)})[check] == "not observed"


@pytest.mark.parametrize(
    ("view", "answered", "check"),
    [
        ("relationship", "relationship_not_modified", "test_the_current_tag_of_the_relationship_is_not_modified"),
        (
            "item_with_account",
            "included_not_modified",
            "test_the_current_tag_of_the_invoice_with_its_account_is_not_modified",
        ),
        ("fields_of_attributes", "sparse_not_modified", "test_the_current_tag_of_sparse_fields_is_not_modified"),
        ("listing", "listing_not_modified", "test_the_current_tag_of_the_collection_is_not_modified"),
    ],
)
def test_a_view_that_is_refused_or_a_server_without_304_says_nothing(view: str, answered: str, check: str) -> None:
    sent = changed(answered, status=200)
    found = {name: result for (_, name), result in HTTP.outcomes(sent).items()}
    assert found[check] == "violated"
    for unmet in (changed(view, status=400), changed("item_not_modified", status=200)):
        assert HTTP.outcomes(sent | unmet)["COND-001", check] == "not observed"


@pytest.mark.parametrize(("body", "expected"), [(b'{"data":1}', "not observed"), (b'{"data":11}', "violated")])
def test_a_range_that_is_longer_than_the_invoice_says_nothing(body: bytes, expected: str) -> None:
    given = answers() | changed("item", body=body) | changed("range_first_bytes", status=416)
    assert judged(test_ranges.test_a_range_is_ignored_or_sent, given) == expected


@pytest.mark.parametrize(
    ("status", "expected"), [(204, "passed"), (412, "violated"), (304, "violated"), (400, "violated")]
)
def test_options_with_preconditions(status: int, expected: str) -> None:
    given = answers() | changed("item_options_with_preconditions", status=status)
    assert judged(test_conditional.test_options_takes_no_notice_of_preconditions, given) == expected


def test_a_304_lacks_no_field_that_caches_need() -> None:
    check = test_not_modified.test_a_304_repeats_what_caches_need
    for name in ("Cache-Control", "Content-Location", "ETag", "Expires", "Vary"):
        fields = {"Content-Location": "/invoices/1", "Expires": "Thu, 14 Nov 2024 09:57:08 GMT"}
        given = answers() | changed("item", headers=fields) | changed("item_not_modified", headers=fields)
        assert judged(check, given) == "passed"
        assert judged(check, given | changed("item_not_modified", headers={**fields, name: None})) == "violated"


@pytest.mark.parametrize(
    ("check", "name"),
    [
        (test_not_modified.test_a_304_repeats_what_caches_need, "item_not_modified"),
        (test_not_modified.test_a_304_for_any_tag_repeats_what_caches_need, "if_none_match_any"),
        (test_not_modified.test_a_304_to_head_repeats_what_caches_need, "item_head_not_modified"),
        (test_not_modified.test_a_304_of_the_account_repeats_what_caches_need, "related_not_modified"),
        (test_not_modified.test_a_304_of_the_relationship_repeats_what_caches_need, "relationship_not_modified"),
        (
            test_not_modified.test_a_304_of_the_invoice_with_its_account_repeats_what_caches_need,
            "included_not_modified",
        ),
        (test_not_modified.test_a_304_of_sparse_fields_repeats_what_caches_need, "sparse_not_modified"),
        (test_not_modified.test_a_304_of_the_collection_repeats_what_caches_need, "listing_not_modified"),
    ],
)
def test_what_is_sent_again_or_is_of_another_state_is_not_compared(check: Function, name: str) -> None:
    bare = {"headers": {"Cache-Control": None}}
    assert outcome(check, **changed(name, **bare)) == "violated"
    assert outcome(check, **changed(name, status=200, **bare)) == "not observed"
    other = changed(name, asked={"If-None-Match": FRESH}, **bare)
    assert outcome(check, **other) == "not observed"


def test_a_head_of_which_every_field_differs_is_not_compared() -> None:
    check = test_not_modified.test_a_304_to_head_repeats_what_caches_need
    other = {"Cache-Control": "no-store", "ETag": FRESH, "Vary": "*"}
    given = answers() | changed("item_head", headers=other)
    given |= changed("item_head_not_modified", asked={"If-None-Match": FRESH})
    assert judged(check, answers()) == "passed"
    assert judged(check, given) == "not observed"


@pytest.mark.parametrize("name", ["Authorization", "Cookie", "Accept"])
def test_a_304_to_another_request_than_the_200_is_not_judged(name: str) -> None:
    check = test_not_modified.test_a_304_does_not_describe_content
    described = changed("item_not_modified", headers={"Content-Type": "text/html"})
    record = {"item": answers()["item"]}
    assert judged(check, record | described) == "violated"
    other = changed("item_not_modified", asked={name: "x"}, headers={"Content-Type": "text/html"})
    assert judged(check, record | other) == "not observed"


def test_what_is_not_served_has_no_precondition_to_judge() -> None:
    nothing = changed("item", status=404) | changed("if_none_match_any", status=404)
    any_tag = test_conditional.test_any_tag_is_not_modified
    assert outcome(any_tag, item_not_modified=None, **nothing) == "not observed"
    failed = changed("unknown_item", "unknown_item_if_none_match", status=412)
    check = test_conditional.test_a_precondition_does_not_hide_that_nothing_exists
    assert judged(check, answers() | failed) == "not observed"
