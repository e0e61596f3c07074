"""The checks of other origins: what lets foreign sites use credentials is found, and what is open to all is not."""

from __future__ import annotations

from typing import Any

import pytest

from conformance.checks import test_cross_origin
from conformance.model.exchange import Exchange
from tests.support.exchanges import exchange, lost, refusal
from tests.support.judged import outcome

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
    checks = {
        "foreign_origin": test_cross_origin.test_a_foreign_origin_gets_no_credentials,
        "own_origin_extended": test_cross_origin.test_an_origin_that_is_like_the_own_one_gets_no_credentials,
        "preflight": test_cross_origin.test_a_preflight_promises_no_credentials,
    }
    for name, check in checks.items():
        assert outcome(check, **{name: from_origin(headers, origin)}) == expected


@pytest.mark.parametrize(
    ("headers", "expected"),
    [
        ({ALLOW: [ORIGIN, "*"]}, "violated"),
        ({ALLOW: f"{ORIGIN}, https://partner.example"}, "violated"),
        ({ALLOW: "*", CREDENTIALS: "true"}, "violated"),
        ({ALLOW: ORIGIN, CREDENTIALS: "TRUE"}, "violated"),
        ({ALLOW: ORIGIN, CREDENTIALS: ["true", "true"]}, "violated"),
        ({ALLOW: ORIGIN, CREDENTIALS: "true"}, "passed"),
        ({CREDENTIALS: "false"}, "violated"),
        ({CREDENTIALS: "true"}, "passed"),
        ({}, "not observed"),
    ],
)
def test_origin_and_credentials_are_consistent(headers: dict[str, Any], expected: str) -> None:
    check = test_cross_origin.test_origin_and_credentials_are_consistent
    for given in (
        {"every_foreign_origin": (from_origin(headers),)},
        {"every_foreign_origin": (), "item": exchange(headers=headers)},
        {"every_foreign_origin": (), "preflight": exchange("preflight", 204, headers, b"", method="OPTIONS")},
    ):
        assert outcome(check, **given) == expected


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
    assert outcome(check, every_foreign_origin=(from_origin(headers), from_origin({}, "null"))) == expected
    # The answer without Origin is one to compare with, too, and is nothing to rely on when it failed.
    assert outcome(check, every_foreign_origin=(from_origin(headers),)) == expected
    every = (from_origin(headers), from_origin({}, "null"))
    assert outcome(check, item=refusal(500), every_foreign_origin=every) == "not observed"


def test_the_origin_that_is_named_in_every_answer_needs_no_vary() -> None:
    check = test_cross_origin.test_what_depends_on_the_origin_says_so
    partner = {ALLOW: "https://partner.example"}
    blocked = refusal(403, "foreign_origin")
    assert outcome(check, item=exchange(headers=partner), every_foreign_origin=(from_origin(partner), blocked)) == (
        "not observed"
    )


def test_only_what_is_served_depends_on_the_origin() -> None:
    check = test_cross_origin.test_what_depends_on_the_origin_says_so
    allowed = from_origin({ALLOW: ORIGIN, "Vary": "Origin"})
    assert outcome(check, every_foreign_origin=(allowed, refusal(403, headers={ALLOW: ORIGIN}))) == "passed"
    assert outcome(check, every_foreign_origin=(from_origin({ALLOW: ORIGIN}), lost("foreign_origin"))) == "violated"


def test_no_writing_is_offered() -> None:
    check = test_cross_origin.test_no_writing_is_offered_to_other_sites
    methods = "Access-Control-Allow-Methods"
    for writing in ("POST", "PUT", "PATCH", "DELETE", "*", "post"):
        offered = exchange("preflight", headers={ALLOW: "*", methods: f"GET, {writing}"})
        assert outcome(check, preflight=offered) == "violated"
    assert outcome(check, preflight=exchange("preflight", headers={ALLOW: "*", methods: "GET, HEAD"})) == "passed"
    assert outcome(check, preflight=exchange("preflight", headers={methods: "GET, POST"})) == "not observed"
