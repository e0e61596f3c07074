"""The check that compares the answers to one request: what may differ, what may not, and what is another state."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

from conformance.checks import test_repetition
from conformance.judge.api import Violation
from conformance.model.exchange import Exchange
from tests.support.exchanges import document, exchange, refusal
from tests.support.judged import outcome

CHECK = test_repetition.test_the_same_request_gets_the_same_answer


def twenty(usual: Exchange, *others: Exchange) -> tuple[Exchange, ...]:
    """Return twenty answers to one request, ``others`` among them."""
    answers = [*[usual] * 5, *others, *[usual] * (15 - len(others))]
    return tuple(replace(each, round=number) for number, each in enumerate(answers))


DOCUMENT = exchange().document
NOT_FOUND = {"title": "Not Found", "code": "404", "status": "404"}


def result(*answers: Exchange) -> str:
    return outcome(CHECK, answers)


def with_reference(text: str, tag: str) -> Exchange:
    data = {**DOCUMENT["data"], "attributes": {**DOCUMENT["data"]["attributes"], "reference": text}}
    return exchange(body={"data": data}, headers={"ETag": tag})


@pytest.mark.parametrize(
    "answers",
    [
        twenty(exchange()),
        twenty(exchange(), exchange(headers={"Date": "Fri, 15 Nov 2024 09:57:08 GMT", "Age": "7"})),
        twenty(exchange(), exchange(headers={"X-Request-Id": "other", "X-Runtime": "0.5", "Server-Timing": "db"})),
        twenty(exchange(), exchange(headers={"Set-Cookie": "session=1", "Content-Length": None})),
        twenty(exchange(), exchange(headers={"Cache-Control": "private,  must-revalidate, MAX-AGE=0"})),
        twenty(exchange(), with_reference("other", 'W/"other"')),
        twenty(exchange(), exchange(body={**DOCUMENT, "meta": {"now": 1}})),
        twenty(exchange(), exchange(status=429), refusal(503, "item"), exchange(status=502, body="<html>", headers=())),
        (*twenty(exchange())[:10], *(replace(refusal(404, "item"), round=number) for number in range(10, 20))),
        twenty(
            exchange(request_headers={"If-None-Match": 'W/"0"'}, status=304),
            exchange(request_headers={"If-None-Match": 'W/"0"'}),
        ),
        twenty(
            refusal(404),
            refusal(
                404, body={"errors": [{"title": "Not Found", "code": "404", "status": "404", "id": "1", "detail": "x"}]}
            ),
        ),
    ],
    ids=(
        *("equal", "date", "ids", "cookie", "spelling", "other-state", "meta", "limits", "vanished"),
        *("precondition", "occurrence"),
    ),
)
def test_answers_that_may_differ(answers: tuple[Exchange, ...]) -> None:
    assert result(*answers) == "passed"


@pytest.mark.parametrize(
    "other",
    [
        refusal(404, "item"),
        refusal(401, "item"),
        exchange(headers={"Content-Type": "application/json"}),
        exchange(headers={"Content-Type": "application/vnd.api+json; charset=utf-8"}),
        exchange(headers={"Cache-Control": "public"}),
        exchange(headers={"Vary": None}),
        exchange(headers={"Vary": "Accept, Origin"}),
        exchange(headers={"ETag": None}),
        exchange(headers={"X-Content-Type-Options": None}),
        exchange(headers={"X-Request-Id": None}),
        with_reference("other", exchange().etag),
        exchange(body={"data": None}),
    ],
    ids=(
        *("404", "401", "type", "parameter", "public", "no-vary", "more-vary", "no-etag", "sniffable", "no-id"),
        *("data-under-tag", "null-under-tag"),
    ),
)
def test_answers_that_may_not_differ(other: Exchange) -> None:
    assert result(*twenty(exchange(), other)) == "violated"


@pytest.mark.parametrize("name", ["Content-Type", "X-Content-Type-Options", "X-Frame-Options", "Referrer-Policy"])
def test_a_field_that_does_not_depend_on_the_data_has_one_value(name: str) -> None:
    usual = exchange(headers={name: "a; b=c"})
    assert result(*twenty(usual, exchange(headers={name: "A;b=C"}))) == "passed"
    assert result(*twenty(usual, exchange(headers={name: "d"}))) == "violated"
    assert result(*twenty(usual, exchange(headers={name: None}))) == "violated"


@pytest.mark.parametrize("name", ["Cache-Control", "Vary", "Allow"])
def test_a_list_has_the_same_members_in_any_order(name: str) -> None:
    usual = exchange(headers={name: "one, two"})
    assert result(*twenty(usual, exchange(headers={name: ["TWO", "one"]}))) == "passed"
    assert result(*twenty(usual, exchange(headers={name: "one"}))) == "violated"
    # Empty is not absent: an empty Allow allows nothing.
    assert result(*twenty(exchange(headers={name: ""}), exchange(headers={name: None}))) == "violated"


@pytest.mark.parametrize("name", ["ETag", "Location", "WWW-Authenticate", "X-Request-Id"])
def test_a_field_that_is_new_each_time_is_always_there(name: str) -> None:
    usual = exchange("item_head", headers={name: '"a"'}, method="HEAD")
    assert result(*twenty(usual, exchange("item_head", headers={name: '"b"'}, method="HEAD"))) == "passed"
    assert result(*twenty(usual, exchange("item_head", headers={name: None}, method="HEAD"))) == "violated"


@pytest.mark.parametrize("status", [200, 206, 304, 412, 416])
def test_a_condition_may_be_answered_otherwise_when_the_data_change(status: int) -> None:
    asked = {"If-None-Match": 'W/"0"'}
    usual = exchange(status=304 if status != 304 else 200, request_headers=asked)
    other = exchange(status=status, request_headers=asked, headers={"ETag": '"new"'})
    assert result(*twenty(usual, other)) == "passed"
    assert result(*twenty(usual, exchange(status=404, request_headers=asked))) == "violated"
    # Without a condition nothing but the state of the resource decides.
    usual, other = (replace(each, request=exchange().request) for each in (usual, other))
    assert result(*twenty(usual, other)) == "violated"


@pytest.mark.parametrize(
    ("places", "expected"),
    [((0,), "passed"), ((19,), "passed"), ((1,), "violated"), ((18,), "violated"), ((0, 1, 2), "passed")],
)
def test_what_appears_or_vanishes_for_good_is_another_state(places: tuple[int, ...], expected: str) -> None:
    answers = [refusal(404, "item") if number in places else exchange() for number in range(20)]
    answers = [replace(each, round=number, request=exchange().request) for number, each in enumerate(answers)]
    assert result(*answers) == expected
    assert result(*answers[::-1]) == expected


def test_answers_of_one_state_are_alike_whatever_other_states_say() -> None:
    gone = [refusal(404, "item", headers={"Vary": "Accept, Origin"})] * 3
    later = [
        replace(each, round=number, request=exchange().request) for number, each in enumerate([exchange()] * 5 + gone)
    ]
    assert result(*later) == "passed"
    later[-1] = replace(refusal(404, "item"), round=7, request=exchange().request)
    assert result(*later) == "violated"


@pytest.mark.parametrize("probe", ["item", "item_with_account"])
def test_what_lasts_is_compared_in_a_compound_document(probe: str) -> None:
    def compound(changes: dict[str, Any]) -> Exchange:
        return exchange(probe, body=document(changes, "invoice-with-account"))

    usual = compound({})
    for pointer in ("/included/0/attributes/name", "/included/0/id", "/data/relationships/account/data/id"):
        assert result(*twenty(usual, compound({pointer: "other"}))) == "violated"
    for pointer in ("/data/links/self", "/data/relationships/account/links/self", "/included/0/meta", "/meta"):
        assert result(*twenty(usual, compound({pointer: {"href": "other"}}))) == "passed"
    # What attributes are named is theirs alone.
    named = compound({"/data/attributes/meta": 1})
    assert result(*twenty(named, compound({"/data/attributes/meta": 2}))) == "violated"


@pytest.mark.parametrize(
    "parts",
    [
        {"method": "HEAD", "body": b"{}"},
        {"truncated": True, "body": {"data": None}},
        {"incomplete": "closed", "body": {"data": None}},
        {"coding_problem": "no gzip", "body": {"data": None}},
        {"body": "<html>"},
        {"body": "[]"},
        {"status": 206, "body": {"data": None}},
    ],
)
def test_content_that_is_not_at_hand_is_not_compared(parts: dict[str, Any]) -> None:
    usual = exchange(method=parts.get("method", "GET"), status=parts.get("status", 200))
    assert result(*twenty(usual, exchange(**parts))) == "passed"


@pytest.mark.parametrize("tag", ["x", "", None])
def test_without_an_entity_tag_the_data_may_have_changed(tag: str | None) -> None:
    usual, other = exchange(headers={"ETag": tag}), exchange(headers={"ETag": tag}, body={"data": None})
    assert result(*twenty(usual, other)) == "passed"
    strong, other = exchange(headers={"ETag": '"x"'}), exchange(headers={"ETag": '"x"'}, body={"data": None})
    assert result(*twenty(strong, other)) == "violated"


@pytest.mark.parametrize(
    ("member", "expected"),
    [("title", "violated"), ("code", "violated"), ("status", "violated"), ("detail", "passed"), ("id", "passed")],
)
def test_errors_to_the_same_mistake_are_the_same(member: str, expected: str) -> None:
    for status in (400, 404):
        other = refusal(status, body={"errors": [{**NOT_FOUND, member: "other"}]})
        assert result(*twenty(refusal(status, body={"errors": [NOT_FOUND]}), other)) == expected
    # Only a JSON:API document with an error status is one.
    for status, headers in ((404, {"Content-Type": "text/html"}), (200, {"ETag": None})):
        pages = [refusal(status, headers=headers, body={"errors": [{member: text}]}) for text in "ab"]
        assert result(*twenty(*pages)) == "passed"


@pytest.mark.parametrize(
    "other",
    [
        exchange("item_again", headers={"Vary": None}),
        exchange(headers={"Vary": None}, invoice_id="6b0d549b-6f03-475a-9600-a35a099950d8"),
        exchange(headers={"Vary": None}, query="include=account"),
    ],
)
def test_each_request_is_compared_with_itself(other: Exchange) -> None:
    assert result(*twenty(exchange()), *twenty(other)) == "passed"


def test_answers_come_in_any_order() -> None:
    usual = twenty(exchange(), refusal(404, "item"))
    answers = tuple(replace(each, request=exchange().request) for each in usual)
    assert result(*answers) == result(*answers[::-1]) == result(*answers[10:], *answers[:10]) == "violated"


def test_the_most_frequent_answer_is_the_usual_one() -> None:
    rare, usual = exchange(headers={"Vary": None}), exchange()
    answers = [replace(each, round=number) for number, each in enumerate([rare, usual, usual, rare, usual])]
    with pytest.raises(Violation) as found:
        CHECK(tuple(answers))
    assert found.value.exchange == answers[0]
    assert found.value.others == (answers[3],)
    assert found.value.expected.startswith("Vary: Accept")


def test_the_answer_with_other_data_is_named() -> None:
    answers = twenty(exchange(), with_reference("other", exchange().etag))
    with pytest.raises(Violation) as found:
        CHECK(answers)
    assert (found.value.exchange, found.value.others) == (answers[5], ())


@pytest.mark.parametrize("rounds", [(0,), (0, 0)])
def test_what_was_not_sent_to_be_compared_is_not_compared(rounds: tuple[int, ...]) -> None:
    answers = [exchange(), exchange(headers={"Vary": None})][: len(rounds)]
    assert (
        result(*(replace(each, round=number) for each, number in zip(answers, rounds, strict=True))) == "not observed"
    )
    assert result(replace(answers[0], round=0), replace(exchange(status=429), round=1)) == "not observed"
    assert result(replace(answers[0], round=1)) == "not observed"


def test_two_answers_are_enough_to_differ() -> None:
    assert result(exchange(), replace(exchange(headers={"Vary": None}), round=1)) == "violated"


def test_what_options_describes_is_not_data() -> None:
    usual, other = (exchange(method="OPTIONS", body={"data": {"id": each}}) for each in "ab")
    assert result(*twenty(usual, other)) == "passed"


def test_another_error_to_the_same_mistake_is_found() -> None:
    other = refusal(404, body={"errors": [{**NOT_FOUND, "title": "Gone away"}]})
    answers = twenty(refusal(404), other)
    assert result(*answers) == "violated"


def test_single_answers_are_not_compared() -> None:
    answers = (exchange(), exchange("item_again", headers={"Vary": None}))
    assert result(*answers) == "not observed"


def test_what_succeeds_only_when_it_is_sent_again() -> None:
    check = test_repetition.test_requests_are_answered_when_they_are_sent_first
    lost = [replace(exchange("item", None, failure="closed", lost=True), round=number) for number in range(4)]
    answered = [replace(exchange(), round=number, retries=1) for number in range(4)]
    gateway = replace(refusal(502), probe="item", round=2)
    others = [replace(exchange(), round=number) for number in range(10, 400)]
    assert outcome(check, (*lost, *answered)) == "violated"
    assert outcome(check, (*lost[:2], gateway, *answered)) == "violated"
    assert outcome(check, (*lost[:1], *answered)) == "passed"
    # A network may lose one of hundreds, and what is lost again is the finding of HTTP-017.
    assert outcome(check, (*lost[:3], *answered, *others)) == "passed"
    assert outcome(check, (*lost, exchange())) == "not observed"
    assert outcome(check, tuple(answered)) == "not observed"
    assert outcome(check, (*lost, *(replace(each, retries=1) for each in lost))) == "not observed"
