"""The response header fields of the documented example."""

from __future__ import annotations

import re
from collections.abc import Callable

from conformance.judge.api import Violation, expect, observe_each, require, requirement
from conformance.judge.preconditions import require_status
from conformance.model.exchange import Exchange, NotObserved
from conformance.reading.classification import asks_another_host, made_by_application
from conformance.syntax.scalars import is_uuid, shown

_SAFE_FRAMING = frozenset({"sameorigin", "deny"})
_STRICT_REFERRERS = frozenset({"no-referrer", "same-origin", "strict-origin", "strict-origin-when-cross-origin"})
_REFERRERS = _STRICT_REFERRERS | {"no-referrer-when-downgrade", "origin", "origin-when-cross-origin", "unsafe-url"}
_SECONDS = re.compile(r"[0-9]+\.[0-9]{6}")
# One digit on each side is enough: more of them would be looked at from each digit on.
_VERSION = re.compile(r"[0-9]\.[0-9]")
# Where a product stands, not after the slash before its version.
_ADDRESS = re.compile(r"(?<![\w./])(?:[0-9]{1,3}\.){3}[0-9]{1,3}(?![\w.])")
# The measured time starts a little after the server could start its clock, and clocks have a resolution.
_CLOCK_TOLERANCE = 0.05
_LONGEST_REQUEST_ID = 255


def _values(exchange: Exchange, name: str) -> list[str]:
    """Return the different values of a field, in lower case: a proxy may repeat what the server has sent."""
    combined = exchange.fields.get(name) or ""
    return list(dict.fromkeys(value.strip().lower() for value in combined.split(",") if value.strip()))


def _expect_value(exchange: Exchange, name: str, fits: Callable[[list[str]], bool], expected: str) -> None:
    expect(fits(_values(exchange, name)), expected, exchange.fields.get(name) or "absent", exchange, part=name)


@requirement("HDR-001")
def test_framing_is_limited(item: Exchange) -> None:
    require_status(item, 200)
    # CSP frame-ancestors supersedes the field wherever it is understood.
    policy = (item.fields.get("Content-Security-Policy") or "").lower()
    require("frame-ancestors" not in policy, "Content-Security-Policy frame-ancestors takes its place")
    _expect_value(
        item, "X-Frame-Options", lambda values: len(values) == 1 and values[0] in _SAFE_FRAMING, "SAMEORIGIN or DENY"
    )


@requirement("HDR-002")
def test_the_xss_filter_is_off(item: Exchange) -> None:
    require_status(item, 200)
    _expect_value(item, "X-XSS-Protection", lambda values: values == ["0"], "0")


@requirement("HDR-003")
def test_content_is_not_to_be_sniffed(every_success: tuple[Exchange, ...]) -> None:
    def judge(exchange: Exchange) -> None:
        require(exchange.request.method == "GET" and exchange.body, "no content")
        require(not asks_another_host(exchange), "perhaps another site")
        _expect_value(exchange, "X-Content-Type-Options", lambda values: values == ["nosniff"], "nosniff")

    observe_each(every_success, judge)


@requirement("HDR-004")
def test_downloads_are_not_opened(item: Exchange) -> None:
    require_status(item, 200)
    _expect_value(item, "X-Download-Options", lambda values: values == ["noopen"], "noopen")


@requirement("HDR-005")
def test_there_is_no_cross_domain_policy(item: Exchange) -> None:
    require_status(item, 200)
    _expect_value(item, "X-Permitted-Cross-Domain-Policies", lambda values: values == ["none"], "none")


@requirement("HDR-006")
def test_the_referrer_policy_is_strict(item: Exchange) -> None:
    require_status(item, 200)

    def fits(values: list[str]) -> bool:
        # The last value that a client knows counts (Referrer Policy, section 8.1).
        known = [value for value in values if value in _REFERRERS]
        return bool(known) and known[-1] in _STRICT_REFERRERS

    _expect_value(item, "Referrer-Policy", fits, "strict-origin-when-cross-origin or stricter")


@requirement("HDR-007")
def test_successful_answers_have_a_request_id(every_success: tuple[Exchange, ...]) -> None:
    def judge(exchange: Exchange) -> None:
        require(exchange.request.method == "GET" and exchange.status == 200, "no 200 to GET")
        require(not asks_another_host(exchange), "perhaps another site")
        expect(exchange.fields.get("X-Request-Id"), "an X-Request-Id", "none", exchange, part="X-Request-Id")

    observe_each(every_success, judge)


def _own_request_id(exchange: Exchange) -> str:
    """Return the id that the server chose. Raises NotObserved when there is none, or when the client sent one."""
    require(exchange.request.header("X-Request-Id") is None, "the client sent an X-Request-Id")
    lines = exchange.fields.lines("X-Request-Id")
    require(len(lines) == 1 and lines[0], "no single X-Request-Id")
    return lines[0]


@requirement("HDR-008")
def test_a_request_id_of_the_client_is_cleaned(item_with_request_id: Exchange) -> None:
    value = item_with_request_id.fields.get("X-Request-Id")
    if value is None:
        raise NotObserved("no X-Request-Id in the answer")
    special = any(character in value for character in '<>"')
    expect(not special, "no special characters", shown(value), item_with_request_id, part="X-Request-Id")
    limit, length = f"at most {_LONGEST_REQUEST_ID} characters", len(value)
    expect(length <= _LONGEST_REQUEST_ID, limit, f"{length} characters", item_with_request_id, part="X-Request-Id")


@requirement("HDR-009")
def test_the_runtime_is_plausible(item: Exchange) -> None:
    require_status(item, 200)
    value = item.fields.get("X-Runtime")
    expect(value and _SECONDS.fullmatch(value), "seconds with six decimals", value or "absent", item, part="X-Runtime")
    expect(
        float(value or "0") <= item.elapsed + _CLOCK_TOLERANCE,
        f"at most the {item.elapsed:.3f} s that the request took",
        value,
        item,
        part="X-Runtime",
    )


@requirement("HDR-009")
def test_a_runtime_is_a_number_on_every_answer(item: Exchange, every_answer: tuple[Exchange, ...]) -> None:
    require(_SECONDS.fullmatch(item.fields.get("X-Runtime") or ""), "the invoice has no such number either")

    def judge(exchange: Exchange) -> None:
        value = exchange.fields.get("X-Runtime")
        require(value is not None, "no X-Runtime")
        expect(_SECONDS.fullmatch(value or ""), "seconds with six decimals", shown(value), exchange, part="X-Runtime")

    observe_each(every_answer, judge)


@requirement("HDR-010")
def test_no_product_version_is_revealed(every_answer: tuple[Exchange, ...]) -> None:
    def judge(exchange: Exchange) -> None:
        for name in ("Server", "X-Powered-By", "X-AspNet-Version", "X-AspNetMvc-Version"):
            for value in exchange.fields.lines(name):
                found = _VERSION.search(_ADDRESS.sub("", value))
                expect(not found, "no version of a product", shown(value), exchange, part=name)

    observe_each(every_answer, judge)


# Referrer-Policy is for what is shown as HTML, says the cheat sheet.
_SECURITY_FIELDS = ("X-Content-Type-Options", "X-Frame-Options")


@requirement("HDR-011")
def test_security_fields_are_on_every_kind_of_answer(item: Exchange, every_answer: tuple[Exchange, ...]) -> None:
    require_status(item, 200)
    # What the invoice does not have is judged by HDR-001 and HDR-003.
    usual = [name for name in _SECURITY_FIELDS if name in item.fields]
    require(usual, "the invoice itself has none of these fields")

    def judge(exchange: Exchange) -> None:
        require(exchange.request.method == "GET" and exchange.body, "no content")
        # A router or a gateway that refuses a malformed request has its own header fields.
        require(made_by_application(exchange, item), "perhaps not an answer of the application")
        # nosniff on successful answers is judged by HDR-003.
        judged = usual if exchange.status >= 400 else [name for name in usual if name != _SECURITY_FIELDS[0]]
        missing = [name for name in judged if name not in exchange.fields]
        expect(not missing, f"{', '.join(judged)}, as on the invoice", f"no {', '.join(missing)}", exchange)

    observe_each(every_answer, judge)


@requirement("HDR-013")
def test_no_request_id_occurs_twice(every_answer: tuple[Exchange, ...]) -> None:
    seen: dict[str, Exchange] = {}
    for exchange in every_answer:
        try:
            value = _own_request_id(exchange)
        except NotObserved:
            continue
        if value in seen:
            raise Violation(
                "an X-Request-Id of its own for every answer",
                f"{shown(value)} also on the answer to {seen[value].described}",
                exchange,
                part="X-Request-Id",
                others=(seen[value],),
            )
        seen[value] = exchange
    require(len(seen) > 1, "no two answers have an X-Request-Id")


@requirement("HDR-014")
def test_request_ids_are_uuids(every_answer: tuple[Exchange, ...]) -> None:
    def judge(exchange: Exchange) -> None:
        value = _own_request_id(exchange)
        expect(is_uuid(value), "a UUID", shown(value), exchange, part="X-Request-Id")

    observe_each(every_answer, judge)
