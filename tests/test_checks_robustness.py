"""The checks of odd input, injection, other origins and load: a fault is found, what is correct or nobody's is not."""

from __future__ import annotations

import inspect
from collections.abc import Callable
from dataclasses import replace
from functools import partial
from typing import Any

import pytest

from conformance.checks import test_connections, test_cross_origin, test_injection, test_load, test_robustness
from conformance.circumstances import is_oversized, may_be_cut_off
from conformance.exchange import JSON_API, Exchange
from conformance.probes.injection import FOREIGN_HOST, INJECTED, MARKUP, PRODUCT
from tests.exchanges import INVOICE_ID, PREFIX, document, exchange, refusal
from tests.judged import USUAL, hung, lost, said_by

said: Callable[..., str] = partial(said_by, usual=USUAL)

# Check, argument: what must be survived.
ODD = [
    (test_robustness.test_odd_ids_are_survived, "odd_id"),
    (test_robustness.test_a_long_target_is_survived, "long_target"),
    (test_robustness.test_a_target_that_is_too_long_is_refused, "too_long_target"),
    (test_robustness.test_a_malformed_target_is_survived, "malformed_target"),
    (test_robustness.test_an_excessive_query_is_survived, "excessive_query"),
    (test_robustness.test_an_empty_parameter_is_survived, "listing_empty_parameter"),
    (test_robustness.test_a_large_header_section_is_survived, "large_section"),
    (test_robustness.test_excessive_parameters_are_bounded, "excessive_parameter"),
    (test_robustness.test_another_path_gives_the_same_or_nothing, "respelled_path"),
    (test_robustness.test_a_trailing_slash_gives_the_same_or_nothing, "item_trailing_slash"),
    (test_robustness.test_an_expectation_is_answered, "expectation"),
    (test_injection.test_an_injected_id_matches_nothing, "injected_id"),
    (test_injection.test_an_injected_parameter_is_not_run, "injected_parameter"),
    (test_injection.test_an_injected_condition_matches_nothing, "injected_listing"),
    (test_injection.test_a_path_trick_leads_nowhere_else, "path_trick"),
]
MAY_CLOSE = {"too_long_target", "large_section", "injected_id", "injected_parameter", "injected_listing", "path_trick"}


@pytest.mark.parametrize(("check", "name"), ODD)
def test_server_errors_and_silence_are_found(check: Any, name: str) -> None:
    assert said(check, **{name: refusal(500, name)}) == "violated"
    assert said(check, **{name: hung(name)}) == "violated"
    assert said(check, **{name: lost(name)}) == ("not observed" if name in MAY_CLOSE else "violated")


@pytest.mark.parametrize(("check", "name"), ODD)
@pytest.mark.parametrize("status", [400, 403, 404, 414, 431, 503])
def test_refusals_and_overload_are_no_finding(check: Any, name: str, status: int) -> None:
    expected = {"passed", "not observed"} if name != "expectation" or status in {400, 403, 503} else {"violated"}
    assert said(check, **{name: refusal(status, name)}) in expected


@pytest.mark.parametrize(("check", "name"), ODD)
def test_a_server_whose_invoice_is_not_served_is_not_judged(check: Any, name: str) -> None:
    given = {"item": refusal(500, "item"), "item_with_account": refusal(500), "listing": refusal(500)}
    own = {each: value for each, value in given.items() if each in inspect.signature(check).parameters}
    assert said(check, **{**own, name: refusal(500, name)}) == "not observed"


@pytest.mark.parametrize(
    ("check", "twin", "name"),
    [
        (test_robustness.test_odd_ids_are_survived, "every_malformed_id", "odd_id"),
        (test_robustness.test_a_malformed_target_is_survived, "every_odd_id", "malformed_target"),
        (test_robustness.test_an_excessive_query_is_survived, "unknown_include", "excessive_query"),
        (test_robustness.test_excessive_parameters_are_bounded, "every_fields_unknown", "excessive_parameter"),
        (test_robustness.test_a_large_header_section_is_survived, "item_without_token", "large_section"),
        (test_injection.test_an_injected_parameter_is_not_run, "unknown_include", "injected_parameter"),
    ],
)
def test_where_usual_mistakes_fail_already_nothing_is_added(check: Any, twin: str, name: str) -> None:
    assert said(check, **{twin: refusal(500, twin), name: refusal(500, name)}) == "not observed"


def test_a_long_id_is_not_found() -> None:
    check = test_robustness.test_a_long_target_is_survived
    assert said(check, long_target=refusal(404, "long_target")) == "passed"
    assert said(check, long_target=exchange("long_target")) == "violated"


def test_an_incomplete_answer_to_an_odd_id_is_found() -> None:
    cut = refusal(404, "odd_id", incomplete="the message is not complete")
    assert said(test_robustness.test_odd_ids_are_survived, odd_id=cut) == "violated"


RESPELLED = test_robustness.test_another_path_gives_the_same_or_nothing


@pytest.mark.parametrize(
    ("answer", "expected"),
    [
        (exchange("respelled_path"), "passed"),
        (refusal(301, "respelled_path"), "passed"),
        (exchange("respelled_path", headers={"Content-Type": "application/xml"}), "violated"),
        (exchange("respelled_path", body=document({"/data/attributes/reference": "another"})), "violated"),
        (exchange("respelled_path", 204, body=b""), "violated"),
    ],
)
def test_a_respelled_path_gives_the_same(answer: Exchange, expected: str) -> None:
    assert said(RESPELLED, respelled_path=answer) == expected


@pytest.mark.parametrize(
    ("answer", "expected"),
    [
        (exchange(), "passed"),
        (exchange(body=document({"/data/attributes/reference": "changed meanwhile"})), "passed"),
        (exchange(body=document(name="account")), "violated"),
        (exchange(body={"data": None}), "violated"),
        (refusal(404), "violated"),
        (refusal(403), "not observed"),
        (refusal(400), "not observed"),
        (exchange(body="<h1>Blocked</h1>"), "not observed"),
    ],
)
def test_a_url_in_the_fields(answer: Exchange, expected: str) -> None:
    check = test_injection.test_another_url_in_the_fields_is_not_looked_at
    assert said(check, other_url_in_fields=answer) == expected


@pytest.mark.parametrize(
    ("media_type", "nosniff", "body", "expected"),
    [
        ("text/html", "nosniff", f"<p>{MARKUP}</p>", "violated"),
        ("text/html", "nosniff", "<p>not found</p>", "not observed"),
        ("text/plain", "", MARKUP, "violated"),
        ("text/plain", "nosniff", MARKUP, "passed"),
        (JSON_API, "nosniff", {"errors": [{"detail": MARKUP}]}, "passed"),
        (JSON_API, "nosniff", f'{{"errors":[{{"detail":"{MARKUP}"}}]}}', "violated"),
    ],
)
def test_markup_comes_back_inert(media_type: str, nosniff: str, body: Any, expected: str) -> None:
    lines = {"Content-Type": media_type, "X-Content-Type-Options": nosniff}
    answer = exchange("reflected", 400, lines, body)
    assert said(test_injection.test_markup_that_comes_back_is_inert, reflected=answer) == expected


def test_what_injection_achieves_is_found() -> None:
    check = test_injection.test_an_injected_id_matches_nothing
    assert said(check, injected_id=exchange("injected_id")) == "violated"
    evaluated = refusal(400, body={"errors": [{"detail": PRODUCT}]})
    assert said(test_injection.test_an_injected_parameter_is_not_run, injected_parameter=evaluated) == "violated"


def test_an_injected_filter_is_judged_where_filters_have_an_effect() -> None:
    check = test_injection.test_an_injected_condition_matches_nothing
    everything = exchange("injected_listing", body={"data": [{}]}, query="filter%5Bid_eq%5D=x")
    nothing = exchange("listing_of_unknown", body={"data": []})
    assert said(check, injected_listing=everything, listing_of_unknown=nothing) == "violated"
    assert said(check, injected_listing=everything, listing_of_unknown=everything) == "not observed"
    assert said(check, injected_listing=replace(nothing, request=everything.request), listing_of_unknown=nothing) == (
        "passed"
    )


def test_a_path_trick_is_the_same_or_nothing() -> None:
    check = test_injection.test_a_path_trick_leads_nowhere_else
    assert said(check, path_trick=exchange("path_trick")) == "passed"
    assert said(check, path_trick=refusal(308, "path_trick")) == "passed"
    page = exchange("path_trick", headers={"Content-Type": "text/html"}, body="<title>Administration</title>")
    assert said(check, path_trick=page) == "violated"


def test_a_path_trick_needs_a_token() -> None:
    check = test_injection.test_a_path_trick_needs_a_token
    opened = exchange("path_trick_without_token")
    assert said(check, path_trick_without_token=opened) == "violated"
    assert said(check, path_trick_without_token=refusal(404)) == "passed"
    assert said(check, path_trick_without_token=opened, item_without_token=exchange()) == "not observed"


def test_an_injected_field_is_found() -> None:
    check = test_injection.test_encoded_line_ends_add_no_field
    assert said(check, line_end=exchange("line_end", headers={INJECTED: "yes"})) == "violated"
    assert said(check, line_end=exchange("line_end", headers={"X-Request-Id": f"%0d%0a{INJECTED}: yes"})) == "passed"


def test_links_of_a_foreign_host_are_found() -> None:
    check = test_injection.test_a_foreign_host_does_not_steer_the_links
    steered = document({"/data/links/self": f"http://{FOREIGN_HOST}/x"})
    as_object = document({"/data/links/self": {"href": f"http://{FOREIGN_HOST}/x"}})
    for body in (steered, as_object):
        assert said(check, foreign_host=exchange("foreign_host", body=body)) == "violated"
    moved = refusal(301, headers={"Location": f"https://{FOREIGN_HOST}/x"})
    assert said(check, foreign_host=moved) == "violated"
    assert said(check, foreign_host=exchange("foreign_host")) == "passed"
    assert said(check, foreign_host=refusal(421)) == "not observed"


def test_open_administration_is_found() -> None:
    check = test_injection.test_the_functions_of_administrators_are_closed
    assert said(check, administration=exchange("administration")) == "violated"
    assert said(check, administration=refusal(404)) == "passed"
    page = exchange("administration", headers={"Content-Type": "text/html"}, body="<form>")
    assert said(check, administration=page) == "not observed"


ORIGIN = "https://evil.example"
ALLOW, CREDENTIALS = "Access-Control-Allow-Origin", "Access-Control-Allow-Credentials"


def from_origin(headers: dict[str, Any], origin: str = ORIGIN, **parts: Any) -> Exchange:
    return exchange("foreign_origin", headers=headers, request_headers={"Origin": origin}, **parts)


@pytest.mark.parametrize(
    ("headers", "origin", "expected"),
    [
        ({ALLOW: ORIGIN, CREDENTIALS: "true"}, ORIGIN, "violated"),
        ({ALLOW: "null", CREDENTIALS: "true"}, "null", "violated"),
        ({ALLOW: "*"}, ORIGIN, "passed"),
        ({ALLOW: ORIGIN}, ORIGIN, "passed"),
        ({ALLOW: "https://partner.example", CREDENTIALS: "true"}, ORIGIN, "passed"),
        ({}, ORIGIN, "passed"),
    ],
)
def test_a_foreign_origin_gets_no_credentials(headers: dict[str, Any], origin: str, expected: str) -> None:
    check = test_cross_origin.test_a_foreign_origin_gets_no_credentials
    assert said(check, foreign_origin=from_origin(headers, origin)) == expected


@pytest.mark.parametrize(
    ("headers", "expected"),
    [
        ({ALLOW: [ORIGIN, "*"]}, "violated"),
        ({ALLOW: f"{ORIGIN}, https://partner.example"}, "violated"),
        ({ALLOW: "*", CREDENTIALS: "true"}, "violated"),
        ({ALLOW: ORIGIN, CREDENTIALS: "TRUE"}, "violated"),
        ({ALLOW: ORIGIN, CREDENTIALS: "true"}, "passed"),
        ({}, "not observed"),
    ],
)
def test_origin_and_credentials_are_consistent(headers: dict[str, Any], expected: str) -> None:
    check = test_cross_origin.test_origin_and_credentials_are_consistent
    assert said(check, every_foreign_origin=(from_origin(headers),)) == expected


@pytest.mark.parametrize(
    ("headers", "expected"),
    [
        ({ALLOW: ORIGIN}, "violated"),
        ({ALLOW: ORIGIN, "Vary": "Accept, origin"}, "passed"),
        ({ALLOW: ORIGIN, "Vary": "*"}, "passed"),
        ({ALLOW: "*"}, "not observed"),
    ],
)
def test_what_depends_on_the_origin_says_so(headers: dict[str, Any], expected: str) -> None:
    check = test_cross_origin.test_what_depends_on_the_origin_says_so
    assert said(check, every_foreign_origin=(from_origin(headers), from_origin({}, "null"))) == expected


def test_no_writing_is_offered() -> None:
    check = test_cross_origin.test_no_writing_is_offered_to_other_sites
    methods = "Access-Control-Allow-Methods"
    assert said(check, preflight=exchange("preflight", headers={ALLOW: "*", methods: "GET, POST"})) == "violated"
    assert said(check, preflight=exchange("preflight", headers={ALLOW: "*", methods: "GET, HEAD"})) == "passed"
    assert said(check, preflight=exchange("preflight", headers={methods: "GET, POST"})) == "not observed"


# Several requests on one connection.

TURNS: dict[str, Exchange] = {
    "if_none_match_any": exchange("if_none_match_any", 304),
    "item_head": exchange("item_head", method="HEAD"),
    "unknown_item": refusal(404),
    "item_without_token": refusal(401, "item_without_token"),
    "item": exchange(),
}
LISTED = list(TURNS.values())


def turns(*answers: Exchange, **parts: Any) -> Exchange:
    first, *rest = (each.answer for each in answers)
    return replace(exchange("turns"), answer=first, later=tuple(each for each in rest if each), **parts)


@pytest.mark.parametrize(
    ("answers", "expected"),
    [
        (LISTED, "passed"),
        ([*LISTED[:3], LISTED[4]], "violated"),
        ([*LISTED[:4], exchange(body=document({"/data/attributes/reference": "another"}))], "violated"),
        (LISTED[:3], "violated"),
        ([*LISTED[:3], refusal(401, headers={"Connection": "close"})], "passed"),
        ([*LISTED[:3], refusal(401, version="1.0")], "passed"),
        ([*LISTED[:2], refusal(429)], "not observed"),
    ],
)
def test_answers_stay_in_step(answers: list[Exchange], expected: str) -> None:
    check = test_connections.test_answers_on_one_connection_stay_in_step
    assert said_by(check, TURNS, turns=turns(*answers)) == expected


def test_content_after_head_has_an_owner() -> None:
    check = test_connections.test_answers_on_one_connection_stay_in_step
    head = exchange("item_head", method="HEAD", excess=b"{}")
    assert said_by(check, TURNS, turns=turns(*LISTED[:2]), item_head=head) == "not observed"


# Load.


def burst(*answers: Exchange) -> tuple[Exchange, ...]:
    return (exchange("burst"), *answers)


def test_a_burst_is_survived() -> None:
    check = test_load.test_a_burst_is_survived
    assert said(check, every_burst=burst(refusal(500))) == "violated"
    assert said(check, every_burst=burst(lost("burst"))) == "violated"
    assert said(check, every_burst=burst(refusal(429))) == "passed"


@pytest.mark.parametrize(
    ("answer", "expected"),
    [
        (exchange("burst"), "passed"),
        (refusal(500), "passed"),
        (refusal(404), "violated"),
        (exchange("burst", body=document({"/data/id": INVOICE_ID[::-1]})), "violated"),
        (exchange("burst", headers={"ETag": '"another"'}), "violated"),
    ],
)
def test_parallel_requests_get_the_same_invoice(answer: Exchange, expected: str) -> None:
    assert said(test_load.test_parallel_requests_get_the_same_invoice, every_burst=burst(answer)) == expected


def test_parallel_requests_get_no_other_invoice() -> None:
    check = test_load.test_parallel_requests_get_the_same_invoice
    other = "3f1f6f1c-3d1c-4e5c-9b57-0e3d8a1f2b4c"
    changed = document({"/data/id": other, "/data/attributes/reference": "changed"})
    for body, expected in ((changed, "passed"), (document({}), "violated")):
        answers = burst(replace(exchange("burst", body=body), invoice_id=other))
        known = (exchange("item"), replace(exchange("item"), invoice_id=other))
        assert said(check, every_item=known, every_burst=answers) == expected
        assert said(check, every_item=known[:1], every_burst=answers) == "passed"


def test_parallel_requests_are_answered_in_time() -> None:
    check = test_load.test_parallel_requests_are_answered_in_time
    slow = [exchange("burst", elapsed=2.0), exchange("burst", elapsed=2.0)]
    assert said(check, every_burst=burst(*slow), max_latency=1.0) == "violated"
    assert said(check, every_burst=burst(*slow), max_latency=3.0) == "passed"
    told = exchange("burst", headers={"X-Runtime": "2.000000"})
    assert said(check, every_burst=(told, told), max_latency=1.0) == "violated"
    # One of twenty may be slow.
    assert said(check, every_burst=(slow[0], *[exchange("burst", elapsed=0.1)] * 19), max_latency=1.0) == "passed"


# Which requests may be cut off, or refused before the application sees them.


@pytest.mark.parametrize(
    ("path", "query", "headers", "expected"),
    [
        ("/invoices/x", None, {}, False),
        ("/invoices/%F0%9F%92%A3", None, {}, False),
        ("/invoices/%27%20OR", None, {}, True),
        ("/invoices/%252e%252e/x", None, {}, True),
        ("/invoices/x", "include=%3Csvg%3E", {}, True),
        ("/invoices/x", None, {"Expect": "100-continue"}, True),
        ("/invoices/" + "a" * 8000, None, {}, True),
        ("/invoices/x", None, {"X-Conformance": "a" * 8000}, True),
    ],
)
def test_what_may_be_cut_off(path: str, query: str | None, headers: dict[str, str], expected: bool) -> None:
    asked = exchange("odd", path=PREFIX + path, query=query, request_headers=headers)
    assert may_be_cut_off(asked) is expected


def test_many_lines_may_be_refused_for_their_number() -> None:
    assert is_oversized(exchange(request_headers={f"X-{number}": "1" for number in range(100)}))
    assert not is_oversized(exchange())
