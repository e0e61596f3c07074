"""Single faults about messages and methods: each is found, and by no other requirement."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from datetime import timedelta
from typing import Any

import h11
import pytest

from conformance.judge.preconditions import unread
from conformance.model.contract import documented_example
from conformance.model.exchange import Exchange
from conformance.plan.probes.http import THROW_AWAY
from tests.support.exchanges import document, exchange
from tests.support.http_answers import (
    CLOCK,
    answered,
    answers,
    by_name,
    head,
    head_of_listing,
    not_modified,
    ok,
    outcomes,
    refused,
    throughout,
    violated,
)

OVERRIDDEN = {"X-HTTP-Method-Override": "DELETE"}
SLASH: dict[str, Any] = {
    "path": "/api/rest/customer/v1/invoices/x/",
    "query": "include=account",
    "status": 308,
    "body": b"",
}
HERE = "http://example.org/api/rest/customer/v1/invoices/x"


def redirect(location: str | None, **parts: Any) -> Exchange:
    return refused("item_trailing_slash", **{**SLASH, "headers": {"Location": location}, **parts})


def options(status: int = 200, headers: Mapping[str, str] | None = None, excess: bytes = b"") -> Exchange:
    fields = {"Content-Type": None, **(headers or {})}
    return ok("item_options", method="OPTIONS", status=status, body=b"", headers=fields, excess=excess)


def emptied(probe: str, **parts: Any) -> Exchange:
    return ok(probe, status=204, body=b"", headers={"Content-Type": None}, **parts)


def traced(body: str) -> Exchange:
    return ok("trace", method="TRACE", body=body, headers={"Content-Type": "message/http", "ETag": None})


def lost(probe: str = "item_for_browser", **parts: Any) -> Exchange:
    return exchange(probe, None, lost=True, **parts)


def with_content(given: Exchange) -> Exchange:
    return replace(given, request=replace(given.request, body=b"{}"))


def over_https(given: Exchange) -> Exchange:
    return replace(given, request=replace(given.request, url=given.request.url.replace("http://", "https://")))


FAULTS: dict[str, tuple[set[str], dict[str, Exchange]]] = {
    "no-head-of-relationship": ({"HTTP-025"}, by_name(refused("relationship_head", method="HEAD", body=b""))),
    "no-head-of-account": ({"HTTP-025"}, by_name(refused("related_head", method="HEAD", body=b""))),
    "no-head-of-collection": ({"HTTP-025"}, by_name(refused("listing_head", method="HEAD", body=b""))),
    "no-length-of-error-for-head": (
        {"HTTP-018"},
        by_name(refused("unknown_item_head", method="HEAD", body=b"", headers={"Content-Length": "0"})),
    ),
    "no-date": ({"HTTP-001"}, throughout({"Date": None})),
    "no-date-on-200": ({"HTTP-001"}, throughout({"Date": None}, 200)),
    "no-date-on-304": ({"HTTP-001"}, throughout({"Date": None}, 304)),
    "date-in-iso-form": ({"HTTP-001"}, throughout({"Date": "2024-11-14T09:57:08Z"})),
    "date-in-obsolete-form": ({"HTTP-001"}, throughout({"Date": "Thursday, 14-Nov-24 09:57:08 GMT"})),
    "date-of-another-zone": ({"HTTP-001"}, throughout({"Date": "Thu, 14 Nov 2024 10:57:08 CET"})),
    "date-of-another-day": ({"HTTP-001"}, throughout({"Date": "Mon, 14 Nov 2024 09:57:08 GMT"})),
    "last-modified-on-another-day": (
        {"HTTP-023"},
        by_name(ok("accept_any", headers={"Last-Modified": "Fri, 07 Nov 2024 09:57:09 GMT"})),
    ),
    "date-twice": ({"HTTP-021"}, throughout({"Date": ["Thu, 14 Nov 2024 09:57:08 GMT"] * 2})),
    "clock-ahead": ({"HTTP-002"}, throughout({"Date": "Thu, 14 Nov 2024 10:57:08 GMT"})),
    "clock-behind": ({"HTTP-002"}, throughout({"Date": "Wed, 13 Nov 2024 09:57:08 GMT"})),
    "length-too-small": ({"HTTP-003"}, answered(excess=b"}")),
    "length-of-another-content": ({"HTTP-003"}, by_name(ok("item_for_browser", headers={"Content-Length": "7"}))),
    "length-in-words": ({"HTTP-003"}, by_name(ok("item_for_browser", headers={"Content-Length": "1 kB"}))),
    "length-beside-chunks": (
        {"HTTP-003"},
        by_name(ok("accept_any", headers={"Content-Length": "1092", "Transfer-Encoding": "chunked"})),
    ),
    "no-length": ({"HTTP-004"}, throughout({"Content-Length": None, "Transfer-Encoding": "chunked"}, 200)),
    "head-refused": (
        {"HTTP-005"},
        by_name(
            *(
                refused(name, 405, method="HEAD", headers={"Allow": "GET, HEAD"})
                for name in ("item_head", "range_head", "item_head_not_modified")
            )
        ),
    ),
    "head-with-content": ({"HTTP-005"}, by_name(head(excess=documented_example()))),
    "head-without-content-type": ({"HTTP-006"}, by_name(head(headers={"Content-Type": None}))),
    "head-with-other-cache-control": ({"HTTP-006"}, by_name(head(headers={"Cache-Control": "no-cache"}))),
    "head-with-other-vary": ({"HTTP-006"}, by_name(head(headers={"Vary": "Origin"}))),
    "head-of-relationship-without-content-type": (
        {"HTTP-006"},
        by_name(head("relationship_head", headers={"Content-Type": None})),
    ),
    "head-of-account-with-other-cache-control": (
        {"HTTP-006"},
        by_name(head("related_head", headers={"Cache-Control": "no-cache"})),
    ),
    "head-of-collection-without-vary": (
        {"HTTP-006"},
        by_name(head_of_listing(Vary=None)),
    ),
    "head-of-relationship-with-length-zero": (
        {"HTTP-018"},
        by_name(head("relationship_head", headers={"Content-Length": "0"})),
    ),
    "head-of-account-with-length-zero": (
        {"HTTP-018"},
        by_name(head("related_head", headers={"Content-Length": "0"})),
    ),
    "head-of-collection-with-length-zero": (
        {"HTTP-018"},
        by_name(head("listing_head", headers={"Content-Length": "0"})),
    ),
    "head-without-request-id": ({"HTTP-006"}, by_name(head(headers={"X-Request-Id": None}))),
    "head-with-length-zero": ({"HTTP-018"}, by_name(head(headers={"Content-Length": "0"}))),
    "write-conflicts": ({"HTTP-007"}, by_name(refused("write_unknown", 409, method="PUT"))),
    "write-succeeds": ({"HTTP-022"}, by_name(emptied("write_unknown", method="DELETE"))),
    "created": ({"HTTP-022"}, by_name(ok("write_unknown", method="POST", status=201))),
    "405-without-allow": ({"HTTP-008"}, by_name(refused("write_unknown", 405, method="PUT"))),
    "405-without-get": ({"HTTP-008"}, by_name(refused("write_unknown", 405, method="PUT", headers={"Allow": "POST"}))),
    "405-with-the-method": (
        {"HTTP-008"},
        by_name(refused("write_unknown", 405, method="PUT", headers={"Allow": "GET, PUT"})),
    ),
    "undefined-method-not-found": ({"HTTP-009"}, by_name(refused("undefined_method", 404, method="CONFORM"))),
    "undefined-method-is-get": ({"HTTP-009"}, by_name(ok("undefined_method", method="CONFORM"))),
    "options-without-allow": ({"HTTP-010"}, by_name(options())),
    "options-without-get": ({"HTTP-010"}, by_name(options(headers={"Allow": "POST"}))),
    "trace-echoes": (
        {"HTTP-011"},
        by_name(traced(f"TRACE / HTTP/1.1\r\nAuthorization: {THROW_AWAY}")),
    ),
    "override-to-options": ({"HTTP-012"}, by_name(emptied("item_override_options"))),
    "override-without-content": ({"HTTP-012"}, by_name(ok("item_override_options", body=b""))),
    "override-to-delete": (
        {"HTTP-012"},
        by_name(refused("unknown_item_override_delete", 405, OVERRIDDEN, headers={"Allow": "GET, HEAD"})),
    ),
    "override-to-delete-forbidden": (
        {"HTTP-012"},
        by_name(refused("unknown_item_override_delete", 403), refused("write_unknown", 403, method="DELETE")),
    ),
    "override-of-a-post": ({"HTTP-024"}, by_name(refused("post_unacceptable_override_get", 404, OVERRIDDEN))),
    "override-of-a-post-unacceptable": (
        {"HTTP-024"},
        by_name(refused("post_unacceptable_override_get", 406, OVERRIDDEN)),
    ),
    "override-of-a-post-to-success": ({"HTTP-024"}, by_name(ok("post_unacceptable_override_get", OVERRIDDEN))),
    "content-is-parameters": (
        {"HTTP-013"},
        by_name(ok("item_with_content", body=document(name="invoice-with-account"))),
    ),
    "control-character-in-a-value": ({"HTTP-014"}, throughout({"X-Request-Id": "a\x01b"})),
    "folded-line": ({"HTTP-026"}, by_name(ok("accept_any", line_flaws=("X-Backend is folded",)))),
    "field-name-with-a-blank": ({"HTTP-014"}, throughout({"X Runtime": "1"})),
    "redirect-without-location": ({"HTTP-015"}, by_name(redirect(None))),
    "redirect-drops-the-query": ({"HTTP-015"}, by_name(redirect(HERE))),
    "redirect-elsewhere": ({"HTTP-015"}, by_name(redirect("http://other.example/x?include=account"))),
    "redirect-to-plain-http": ({"HTTP-015"}, by_name(over_https(redirect(f"{HERE}?include=account")))),
    "unknown-field-refused": (
        {"HTTP-016"},
        by_name(refused("unknown_fields", 400, {"Version": "HTTP/1.0", "Cookie": ""})),
    ),
    "connection-lost-twice": ({"HTTP-017"}, by_name(lost(retries=1))),
    "no-answer-in-time": ({"HTTP-017"}, by_name(exchange("item_for_browser", None, failure="no complete answer"))),
    "length-not-read": (
        {"HTTP-003"},
        by_name(exchange("accept_any", None, failure="not a well-formed HTTP response: bad Content-Length")),
    ),
    "length-too-large": (
        {"HTTP-003", "HTTP-017"},
        by_name(ok("accept_any", headers={"Content-Length": "1100"}, incomplete="peer closed connection")),
    ),
    "field-line-not-read": (
        {"HTTP-014"},
        by_name(exchange("accept_any", None, failure="illegal header line: bytearray(b'Content-Length : 1')")),
    ),
    "write-fails": ({"HTTP-007"}, by_name(refused("write_unknown", 500, method="PUT"))),
    "cut-off": ({"HTTP-017"}, by_name(ok("accept_any", incomplete="the message is not complete", body=b'{"data"'))),
    "more-after-chunks": (
        {"HTTP-017"},
        by_name(ok("accept_any", headers={"Transfer-Encoding": "chunked"}, excess=b"\r\n")),
    ),
    "two-answers": ({"HTTP-017"}, by_name(ok("accept_any", excess=b"HTTP/1.1 200 OK\r\n\r\n"))),
    "modified-in-the-future": (
        {"HTTP-019"},
        by_name(ok("accept_any", headers={"Last-Modified": "Thu, 14 Nov 2024 09:57:09 GMT"})),
    ),
    "204-with-length": ({"HTTP-020"}, by_name(options(204, {"Allow": "GET", "Content-Length": "0"}))),
    "204-with-content": (
        {"HTTP-020"},
        by_name(options(204, {"Allow": "GET"}, excess=b"{}")),
    ),
    "content-type-twice": ({"HTTP-021"}, throughout({"Content-Type": ["application/vnd.api+json"] * 2}, 404)),
    "vary-without-commas": ({"HTTP-023"}, throughout({"Vary": "Accept Accept-Encoding"})),
    "allow-without-commas": ({"HTTP-023"}, throughout({"Allow": "GET HEAD"}, 405)),
    "last-modified-in-iso-form": ({"HTTP-023"}, throughout({"Last-Modified": "2024-11-14T09:57:08Z"}, 200)),
    "redirect-to-no-uri": ({"HTTP-023"}, by_name(redirect("http://[::1"))),
}


@pytest.mark.parametrize("fault", FAULTS)
def test_a_fault_is_found_by_exactly_one_requirement(fault: str) -> None:
    expected, changed = FAULTS[fault]
    assert violated(changed) == expected


# Correct servers that differ from the one that all other tests start from.
@pytest.mark.parametrize(
    "changed",
    [
        throughout({"Server": "nginx", "Connection": "keep-alive", "Via": "1.1 google", "Set-Cookie": ["a=b", "c=d"]}),
        throughout({"Age": "3600", "Date": "Thu, 14 Nov 2024 08:57:08 GMT"}),
        throughout({"Content-Length": None, "Connection": "close"}, 404, 405),
        by_name(refused("write_unknown", 403, method="PATCH")),
        by_name(refused("write_unknown", 501, method="PATCH"), refused("undefined_method", 400)),
        by_name(
            refused("undefined_method", 405, method="CONFORM", headers={"Allow": "GET"}), refused("item_options", 404)
        ),
        by_name(refused("item_override_options", 403), refused("unknown_item_override_delete", 403)),
        by_name(refused("post_unacceptable", 404), refused("post_unacceptable_override_get", 404)),
        by_name(refused("post_unacceptable_override_get", 403)),
        # The suffix decides, whatever is accepted.
        by_name(ok("respelled_path[json]", headers={"Vary": None}), ok("suffixed_path_unacceptable")),
        by_name(refused("item_with_content", 400)),
        by_name(with_content(lost("item_with_content")), lost("undefined_method", method="CONFORM")),
        by_name(lost()),
        by_name(refused("undefined_method", 400, method="CONFORM", headers={"Date": None})),
        by_name(refused("excessive_query[many]", 414, headers={"Date": None})),
        by_name(ok("burst[7]", status=None, failure="no complete answer within the time limit")),
        by_name(traced("TRACE / HTTP/1.1")),
        by_name(redirect("/api/rest/customer/v1/invoices/x?include=account"), redirect("/login", status=302)),
        by_name(over_https(redirect("https://example.org/login"))),
        by_name(ok("item_for_browser", excess=b"HTTP/1.1 408 Request Timeout\r\nConnection: close\r\n\r\n")),
        by_name(
            ok("item_for_browser", truncated=True, body=documented_example()[:100], headers={"Content-Length": "1092"})
        ),
        by_name(ok("item", headers={"Vary": "Accept, Accept-Encoding"})),
        # One digit more or less.
        by_name(ok("related", body={**document(), "meta": {"took-ms": 10}})),
        # A gateway that counts GET alone, and a cache that tells of it.
        by_name(*(ok(name, headers={"X-RateLimit-Remaining": "9", "X-Cache": "MISS"}) for name in ("item", "related"))),
        by_name(ok("accept_any", headers={"Last-Modified": "Thu, 14 Nov 2024 09:57:08 GMT"})),
    ],
)
def test_a_correct_server_is_correct(changed: dict[str, Exchange]) -> None:
    assert violated(changed) == set()


def test_a_slow_answer_does_not_make_the_clock_wrong() -> None:
    late = CLOCK["started"] + timedelta(minutes=20)
    slow = ok("item_for_browser", headers={"Date": f"{late:%a, %d %b %Y %H:%M:%S} GMT"}, elapsed=1200.0)
    assert violated(by_name(slow)) == set()


def test_what_is_not_json_or_not_an_invoice_is_left_to_others() -> None:
    # The lengths still speak of what was sent before.
    assert violated(answered(body=b"<html>", wire_length=6)) == {"HTTP-003", "HTTP-018"}


def test_a_server_that_refuses_everything_has_no_finding_but_what_refusals_have() -> None:
    everything = {name: refused(name, 401, method=each.request.method) for name, each in answers().items()}
    assert violated(everything) <= {"HTTP-005", "HTTP-007", "HTTP-009"}


@pytest.mark.parametrize(
    ("name", "value"),
    [
        *(("Age", "1"), ("Content-Location", "/x"), ("Content-Type", "application/vnd.api+json"), ("Server", "nginx")),
        *((name, "Thu, 14 Nov 2024 09:00:00 GMT") for name in ("Expires", "Last-Modified")),
        *(("Location", "/x"), ("Retry-After", "1"), ("Content-Range", "bytes 0-9/10"), ("ETag", '"x"')),
    ],
)
def test_a_field_that_is_no_list_stands_once(name: str, value: str) -> None:
    assert "HTTP-021" in violated(by_name(ok("accept_any", headers={name: [value, value]})))


@pytest.mark.parametrize("status", [403, 404, 405, 501])
def test_a_write_may_be_refused_in_several_ways(status: int) -> None:
    refusal_of_write = refused("write_unknown", status, method="DELETE", headers={"Allow": "GET, HEAD, OPTIONS"})
    assert violated(by_name(refusal_of_write)) == set()


@pytest.mark.parametrize("status", [301, 302, 303, 307, 308])
def test_a_redirect_to_another_host_is_found(status: int) -> None:
    elsewhere = ok("item_trailing_slash", status=status, headers={"Location": "http://other.example/"})
    assert "HTTP-015" in violated(by_name(elsewhere))


def test_every_check_of_the_area_is_violated_by_a_fault() -> None:
    found = {
        check for _, changed in FAULTS.values() for check, outcome in outcomes(changed).items() if outcome == "violated"
    }
    assert {check for check in outcomes({}) if check[0].startswith("HTTP")} <= found


def test_a_304_to_head_is_no_finding_of_head() -> None:
    answer = not_modified("item_head_not_modified", method="HEAD", excess=b"x")
    assert violated(by_name(answer)) == {"COND-006"}


@pytest.mark.parametrize(
    ("line", "found"),
    [
        (b"Content-Length: +5", "length"),
        (b"Content-Length: 5, 6", "length"),
        (b"X-Backend : a", "line"),
        (b"x", "line"),
    ],
)
def test_what_kept_an_answer_from_being_read_is_told_by_the_words_of_h11(line: bytes, found: str) -> None:
    client = h11.Connection(h11.CLIENT)
    client.send(h11.Request(method="GET", target="/", headers=[("Host", "x")]))
    client.send(h11.EndOfMessage())
    client.receive_data(b"HTTP/1.1 200 OK\r\n" + line + b"\r\n\r\n")
    with pytest.raises(h11.RemoteProtocolError) as error:
        client.next_event()
    assert unread(exchange("item", None, failure=f"not a well-formed HTTP response: {error.value}")) == found
