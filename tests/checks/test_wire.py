"""The checks of HTTP on the wire: a fault is found, what is correct, guarded or closed is not."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

from conformance.checks import test_connections, test_wire
from conformance.model.exchange import Exchange
from conformance.plan.probes.wire import OTHER_HOST
from tests.support.changes import content, shown
from tests.support.exchanges import ITEM_PATH, hung, lost, refusal
from tests.support.judged import outcome

REFUSED = [
    (test_wire.test_a_wrong_host_is_refused, "wrong_host"),
    (test_wire.test_white_space_before_a_colon_is_refused, "space_before_colon"),
    (test_wire.test_a_wrong_length_is_refused, "wrong_length"),
]
JUDGED = [
    *REFUSED,
    (test_wire.test_a_folded_line_is_not_a_line_of_its_own, "folded_field"),
    (test_wire.test_a_folded_line_is_not_lost, "folded_accept"),
    (test_wire.test_two_framings_end_the_connection, "two_framings"),
    (test_wire.test_a_target_in_absolute_form_is_accepted, "absolute_form"),
    (test_wire.test_the_host_of_the_target_counts, "absolute_form_with_other_host"),
    (test_wire.test_what_is_not_a_request_is_refused, "garbage"),
    (test_wire.test_an_empty_line_before_a_request_is_skipped, "leading_empty_line"),
    (test_wire.test_a_method_has_its_case, "lower_case_method"),
    (test_wire.test_an_announced_close_is_obeyed, "announced_close"),
    (test_wire.test_an_announced_close_is_obeyed_however_it_is_spelled, "announced_close_spelled"),
    (test_wire.test_content_without_an_end_is_refused, "unreadable_coding"),
    (test_wire.test_a_chunk_size_has_nothing_but_digits, "wrong_chunk_size"),
    (test_wire.test_an_invalid_target_is_refused, "invalid_target"),
]


def closed(given: Exchange) -> Exchange:
    return replace(given, closed=True)


def doubled(given: Exchange) -> Exchange:
    assert given.answer
    return replace(given, later=(given.answer,), closed=True)


@pytest.mark.parametrize(("check", "name"), JUDGED)
def test_what_guards_a_server_and_a_closed_connection_are_not_a_finding(check: Any, name: str) -> None:
    for answer in (*(refusal(status, name) for status in (403, 429, 503)), lost(name, closed=True)):
        assert outcome(check, **{name: answer}) == "not observed"


@pytest.mark.parametrize(("check", "name"), JUDGED)
def test_silence_is_found(check: Any, name: str) -> None:
    expected = "violated" if name != "absolute_form_with_other_host" else {"violated"}
    assert outcome(check, **{name: hung(name)}) in expected


@pytest.mark.parametrize(("check", "name"), [*JUDGED, (test_wire.test_http_1_0_gets_no_transfer_coding, "http_1_0")])
def test_nothing_is_judged_where_the_valid_message_is_not_served(check: Any, name: str) -> None:
    assert outcome(check, wire_valid=refusal(400), **{name: refusal(500, name)}) == "not observed"


@pytest.mark.parametrize(("check", "name"), REFUSED)
def test_a_malformed_message_is_refused(check: Any, name: str) -> None:
    assert outcome(check, **{name: closed(refusal(400, name))}) == "passed"
    for answer in (shown(name), refusal(404, name), refusal(500, name)):
        assert outcome(check, **{name: closed(answer)}) == "violated"


@pytest.mark.parametrize(
    ("name", "check"),
    [
        ("wrong_length", test_wire.test_a_wrong_length_is_refused),
        ("two_framings", test_wire.test_two_framings_end_the_connection),
        ("announced_close", test_wire.test_an_announced_close_is_obeyed),
        ("announced_close_spelled", test_wire.test_an_announced_close_is_obeyed_however_it_is_spelled),
        ("unreadable_coding", test_wire.test_content_without_an_end_is_refused),
        ("wrong_chunk_size", test_wire.test_a_chunk_size_has_nothing_but_digits),
    ],
)
def test_the_connection_ends_with_the_answer(name: str, check: Any) -> None:
    answer = refusal(400, name) if not name.startswith("announced_close") else shown(name)
    assert outcome(check, **{name: closed(answer)}) == "passed"
    assert outcome(check, **{name: answer}) == "violated"
    assert outcome(check, **{name: doubled(answer)}) == "violated"


def test_either_framing_may_be_read_when_the_connection_ends() -> None:
    check = test_wire.test_two_framings_end_the_connection
    assert outcome(check, two_framings=closed(shown("two_framings"))) == "passed"
    assert outcome(check, two_framings=closed(refusal(500))) == "violated"


@pytest.mark.parametrize("status", [304, 406, 500])
def test_a_folded_line_is_refused_or_joined(status: int) -> None:
    folded = {
        "folded_field": test_wire.test_a_folded_line_is_not_a_line_of_its_own,
        "folded_accept": test_wire.test_a_folded_line_is_not_lost,
    }
    for name, check in folded.items():
        assert outcome(check, **{name: shown(name, status=status)}) == "violated"
        assert outcome(check, **{name: refusal(400, name)}) == "passed"
        assert outcome(check, **{name: shown(name)}) == "passed"


def test_a_target_in_absolute_form_names_the_resource() -> None:
    check = test_wire.test_a_target_in_absolute_form_is_accepted
    assert outcome(check, absolute_form=shown()) == "passed"
    for status in (400, 404, 421):
        assert outcome(check, absolute_form=refusal(status)) == "violated"


def at(host: str, **parts: Any) -> Exchange:
    given = shown("absolute_form_with_other_host", **parts)
    return replace(given, request=replace(given.request, url=f"http://{host}{ITEM_PATH}"))


def test_host_does_not_count_beside_a_target_in_absolute_form() -> None:
    check = test_wire.test_the_host_of_the_target_counts
    own = content({"/data/links/self": "http://api.example/x", "/data/relationships/account/links": {}})
    other = content({"/data/links/self": f"http://{OTHER_HOST}/x"})
    assert outcome(check, absolute_form_with_other_host=at("api.example", body=own)) == "passed"
    assert outcome(check, absolute_form_with_other_host=at("api.example", body=other)) == "violated"
    assert outcome(check, absolute_form_with_other_host=at(OTHER_HOST, body=other)) == "not observed"
    assert outcome(check, absolute_form_with_other_host=refusal(404)) == "violated"
    for status in (400, 421):
        assert outcome(check, absolute_form_with_other_host=refusal(status)) == "not observed"
    unknown = {"absolute_form": refusal(400), "absolute_form_with_other_host": refusal(404)}
    assert outcome(check, **unknown) == "not observed"


def test_http_1_0_gets_no_transfer_coding() -> None:
    check = test_wire.test_http_1_0_gets_no_transfer_coding
    assert outcome(check, http_1_0=shown(headers={"Transfer-Encoding": "chunked"})) == "violated"
    assert outcome(check, http_1_0=shown()) == "passed"


@pytest.mark.parametrize(
    ("check", "name", "statuses"),
    [
        (test_wire.test_what_is_not_a_request_is_refused, "garbage", {400, 405, 501, 505}),
        (test_wire.test_a_method_has_its_case, "lower_case_method", {400, 405, 501}),
    ],
)
def test_what_is_not_a_request_may_be_refused_in_several_ways(check: Any, name: str, statuses: set[int]) -> None:
    possible = (400, 404, 405, 415, 500, 501, 502, 504, 505)
    assert {status for status in possible if outcome(check, **{name: refusal(status, name)}) == "passed"} == statuses


@pytest.mark.parametrize(
    ("check", "name", "good", "bad"),
    [
        (test_wire.test_what_is_not_a_request_is_refused, "garbage", refusal(400), shown()),
        (test_wire.test_an_empty_line_before_a_request_is_skipped, "leading_empty_line", shown(), refusal(400)),
        (test_wire.test_a_method_has_its_case, "lower_case_method", refusal(501), shown()),
    ],
)
def test_the_beginning_of_a_message(check: Any, name: str, good: Exchange, bad: Exchange) -> None:
    assert outcome(check, **{name: good}) == "passed"
    assert outcome(check, **{name: bad}) == "violated"


def test_content_without_an_end_is_refused() -> None:
    check = test_wire.test_content_without_an_end_is_refused
    for status in (400, 501):
        assert outcome(check, unreadable_coding=closed(refusal(status))) == "passed"
    for answer in (shown(), refusal(404), refusal(500)):
        assert outcome(check, unreadable_coding=closed(answer)) == "violated"


def test_a_wrong_chunk_size_may_be_seen_after_the_answer() -> None:
    check = test_wire.test_a_chunk_size_has_nothing_but_digits
    for answer in (shown(), refusal(400), refusal(501)):
        assert outcome(check, wrong_chunk_size=closed(answer)) == "passed"
    assert outcome(check, wrong_chunk_size=closed(refusal(500))) == "violated"


def test_a_token_in_a_trailer_does_not_authenticate() -> None:
    check = test_wire.test_a_token_in_a_trailer_does_not_authenticate
    assert outcome(check, token_in_trailer=shown()) == "violated"
    assert outcome(check, token_in_trailer=shown(), item_without_token=refusal(400)) == "violated"
    for status in (400, 401):
        assert outcome(check, token_in_trailer=refusal(status)) == "passed"
    assert outcome(check, token_in_trailer=refusal(500)) == "not observed"
    for around in ({"item_without_token": shown()}, {"wire_valid": refusal(400)}):
        assert outcome(check, token_in_trailer=shown(), **around) == "not observed"


def test_an_invalid_target_is_not_served() -> None:
    check = test_wire.test_an_invalid_target_is_refused
    for status in (200, 500, 501):
        assert outcome(check, invalid_target=shown(status=status)) == "violated"
    for status in (301, 308, 400, 404, 414):
        assert outcome(check, invalid_target=refusal(status)) == "passed"


def behind(first: Exchange, second: Exchange | None, **parts: Any) -> Exchange:
    """Return what a request with content and the one behind it were answered, None when nothing came."""
    later = (second.answer,) if second and second.answer else ()
    return replace(first, later=later, **parts)


def test_content_that_is_not_wanted_is_not_a_request() -> None:
    check = test_connections.test_content_that_is_not_wanted_is_not_a_request
    refused, ending = refusal(405), refusal(405, headers={"Connection": "close"})
    good = (behind(refused, shown()), behind(refused, None, closed=True), behind(ending, None))
    bad = (behind(refused, refusal(400)), behind(refused, shown(status=501)), behind(refused, None, failure="too slow"))
    assert {outcome(check, item_behind_content=each) for each in good[1:]} == {"not observed"}
    assert outcome(check, item_behind_content=good[0]) == "passed"
    assert {outcome(check, item_behind_content=each) for each in bad} == {"violated"}
    for limited in (
        behind(refused, refusal(429)),
        behind(refusal(503), refusal(400)),
        # The redirect that leads to the invoice is not followed on the same connection.
        behind(refused, refusal(308)),
        lost("item_behind_content[get]"),
    ):
        assert outcome(check, item_behind_content=limited) == "not observed"
    assert outcome(check, item=refusal(404), item_behind_content=bad[0]) == "not observed"
