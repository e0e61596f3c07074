"""Single faults about messages and methods: each is found, and by no other requirement."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from datetime import timedelta
from typing import Any

import h11
import pytest

from conformance.judge.preconditions import unread
from conformance.model.exchange import Exchange
from conformance.observe.wire_error import TOO_SLOW
from conformance.plan.probes.http import THROW_AWAY
from conformance.syntax.redaction import OTHER_AUTH_TOKEN
from tests.support.changes import CODED, altered, changed, coded, content
from tests.support.correct import NOW, answers
from tests.support.exchanges import exchange
from tests.support.judged import HTTP

WHOLE = answers()["item"].body
LENGTH = str(len(WHOLE))
# Writes on what does not exist, also beside preconditions.
WRITES = ("write_unknown", *(f"refused_with_other_preconditions[{name}]" for name in ("write", "delete")))
CHUNKED = {"Transfer-Encoding": "chunked", "Content-Length": None}
HERE, QUERY = answers()["item_trailing_slash"].request.url.split("/?")


def redirect(location: str | None, origin: str = "http://example.org", status: int = 308) -> dict[str, Exchange]:
    """Return a redirect of the path with a slash at its end and a query."""
    given = answers()["item_trailing_slash"]
    asked = replace(given, request=replace(given.request, url=given.request.url.replace("http://example.org", origin)))
    return {given.probe: altered(asked, status=status, body=b"", headers={"Location": location})}


def options(
    status: int = 200, headers: Mapping[str, str] | None = None, unsolicited: bytes = b""
) -> dict[str, Exchange]:
    fields = {"Content-Type": None, "Allow": None, **(headers or {})}
    return changed(
        "item_options",
        "item_options_with_preconditions",
        status=status,
        body=b"",
        headers=fields,
        unsolicited=unsolicited,
    )


def traced(body: str) -> dict[str, Exchange]:
    return changed("trace", status=200, body=body, headers={"Content-Type": "message/http", "ETag": None})


def unanswered(probe: str = "item_for_browser", **parts: Any) -> dict[str, Exchange]:
    """Return no answer to a request, by default because the connection was lost."""
    return {probe: replace(answers()[probe], answer=None, **(parts or {"lost": True}))}


FAULTS: dict[str, tuple[set[str], dict[str, Exchange]]] = {
    "no-head-of-relationship": ({"HTTP-025"}, changed("relationship_head", status=404, body=b"")),
    "no-head-of-account": ({"HTTP-025"}, changed("related_head", status=404, body=b"")),
    "no-head-of-collection": ({"HTTP-025"}, changed("listing_head", status=404, body=b"")),
    "no-length-of-error-for-head": (
        {"HTTP-018"},
        changed("unknown_item_head", headers={"Content-Length": "0"}),
    ),
    "no-date": ({"HTTP-001"}, HTTP.throughout(headers={"Date": None})),
    "no-date-on-200": ({"HTTP-001"}, HTTP.throughout(200, headers={"Date": None})),
    "no-date-on-304": ({"HTTP-001"}, HTTP.throughout(304, headers={"Date": None})),
    "date-in-iso-form": ({"HTTP-001"}, HTTP.throughout(headers={"Date": "2024-11-14T09:57:08Z"})),
    "date-in-obsolete-form": ({"HTTP-001"}, HTTP.throughout(headers={"Date": "Thursday, 14-Nov-24 09:57:08 GMT"})),
    "date-of-another-zone": ({"HTTP-001"}, HTTP.throughout(headers={"Date": "Thu, 14 Nov 2024 10:57:08 CET"})),
    "date-of-another-day": ({"HTTP-001"}, HTTP.throughout(headers={"Date": "Mon, 14 Nov 2024 09:57:08 GMT"})),
    "last-modified-on-another-day": (
        {"HTTP-023"},
        changed("accept_any", headers={"Last-Modified": "Fri, 07 Nov 2024 09:57:09 GMT"}),
    ),
    "date-twice": ({"HTTP-021"}, HTTP.throughout(headers={"Date": ["Thu, 14 Nov 2024 09:57:08 GMT"] * 2})),
    "clock-ahead": ({"HTTP-002"}, HTTP.throughout(headers={"Date": "Thu, 14 Nov 2024 10:57:08 GMT"})),
    "clock-behind": ({"HTTP-002"}, HTTP.throughout(headers={"Date": "Wed, 13 Nov 2024 09:57:08 GMT"})),
    "length-too-small": ({"HTTP-003"}, HTTP.throughout(unsolicited=b"}")),
    "length-of-another-content": ({"HTTP-003"}, changed("item_for_browser", headers={"Content-Length": "7"})),
    "length-in-words": ({"HTTP-003"}, changed("item_for_browser", headers={"Content-Length": "1 kB"})),
    "length-beside-chunks": (
        {"HTTP-003"},
        changed("accept_any", headers={"Content-Length": LENGTH, "Transfer-Encoding": "chunked"}),
    ),
    "no-length": ({"HTTP-004"}, HTTP.throughout(200, headers=CHUNKED)),
    "head-refused": (
        {"HTTP-005"},
        changed("item_head", "range_head", "item_head_not_modified", status=405, headers={"Allow": "GET, HEAD"}),
    ),
    "head-with-content": ({"HTTP-005"}, changed("item_head", unsolicited=WHOLE)),
    "head-without-content-type": ({"HTTP-006"}, changed("item_head", headers={"Content-Type": None})),
    "head-with-other-cache-control": ({"HTTP-006"}, changed("item_head", headers={"Cache-Control": "no-cache"})),
    "head-with-other-vary": ({"HTTP-006"}, changed("item_head", headers={"Vary": "Origin"})),
    "head-of-relationship-without-content-type": (
        {"HTTP-006"},
        changed("relationship_head", headers={"Content-Type": None}),
    ),
    "head-of-account-with-other-cache-control": (
        {"HTTP-006"},
        changed("related_head", headers={"Cache-Control": "no-cache"}),
    ),
    "head-of-collection-without-vary": (
        {"HTTP-006"},
        changed("listing_head", headers={"Vary": None}),
    ),
    "head-in-no-coding": ({"HTTP-006"}, coded() | changed("item_head_in_gzip")),
    "head-with-length-without-coding": (
        {"HTTP-018"},
        coded() | changed("item_head_in_gzip", headers={**CODED, "Content-Length": "7"}),
    ),
    "head-of-relationship-with-length-zero": (
        {"HTTP-018"},
        changed("relationship_head", headers={"Content-Length": "0"}),
    ),
    "head-of-account-with-length-zero": (
        {"HTTP-018"},
        changed("related_head", headers={"Content-Length": "0"}),
    ),
    "head-of-collection-with-length-zero": (
        {"HTTP-018"},
        changed("listing_head", headers={"Content-Length": "0"}),
    ),
    "head-without-request-id": ({"HTTP-006"}, changed("item_head", headers={"X-Request-Id": None})),
    "head-with-length-zero": ({"HTTP-018"}, changed("item_head", headers={"Content-Length": "0"})),
    "write-conflicts": ({"HTTP-007"}, changed(*WRITES, status=409)),
    "write-that-nobody-can-read-succeeds": ({"HTTP-007"}, changed("write_unknown_with_content", status=200)),
    "write-succeeds": ({"HTTP-022"}, changed("write_unknown", status=204)),
    "created": ({"HTTP-022"}, changed("write_unknown", status=201)),
    "405-without-allow": ({"HTTP-008"}, changed("write_unknown", headers={"Allow": None})),
    "405-without-get": ({"HTTP-008"}, changed("write_unknown", headers={"Allow": "POST"})),
    "405-with-the-method": (
        {"HTTP-008"},
        changed("write_unknown[PUT]", headers={"Allow": "GET, PUT"}),
    ),
    "undefined-method-not-found": ({"HTTP-009"}, changed("undefined_method", status=404)),
    "undefined-method-is-get": ({"HTTP-009"}, changed("undefined_method", status=200)),
    "odd-method-not-found": ({"HTTP-009"}, changed("odd_method", status=404)),
    "odd-method-of-unknown-invoice-succeeds": ({"HTTP-009"}, changed("odd_method_of_unknown", status=200)),
    "odd-method-elsewhere-succeeds": ({"HTTP-009"}, changed("odd_method_elsewhere", status=200)),
    "options-elsewhere-without-get": (
        {"HTTP-010"},
        options(headers={"Allow": "GET, HEAD"})
        | changed("options_elsewhere", status=200, body=b"", headers={"Content-Type": None, "Allow": "POST"}),
    ),
    "options-without-allow": ({"HTTP-010"}, options()),
    "options-without-get": ({"HTTP-010"}, options(headers={"Allow": "POST"})),
    "trace-echoes": (
        {"HTTP-011"},
        traced(f"TRACE / HTTP/1.1\r\nAuthorization: {THROW_AWAY}"),
    ),
    "override-to-options": ({"HTTP-012"}, changed("item_override_options", status=204)),
    "override-without-content": ({"HTTP-012"}, changed("item_override_options", body=b"")),
    "override-to-undefined-without-content": ({"HTTP-012"}, changed("item_override_undefined", body=b"")),
    "override-to-delete": (
        {"HTTP-012"},
        changed("unknown_item_override_delete", status=405, headers={"Allow": "GET, HEAD"}),
    ),
    "override-to-delete-forbidden": (
        {"HTTP-012"},
        changed("unknown_item_override_delete", *WRITES, status=403),
    ),
    "override-by-a-form": ({"HTTP-024"}, changed("post_unacceptable_form", status=406)),
    "override-of-a-post": ({"HTTP-024"}, changed("post_unacceptable_override_get", status=404)),
    "override-of-a-post-unacceptable": (
        {"HTTP-024"},
        changed("post_unacceptable_override_get", status=406),
    ),
    "override-of-a-post-to-success": ({"HTTP-024"}, changed("post_unacceptable_override_get", status=200)),
    "content-is-parameters": (
        {"HTTP-013"},
        changed("item_with_content", body=content(probe="item_with_account")),
    ),
    "control-character-in-a-value": ({"HTTP-014"}, HTTP.throughout(headers={"X-Request-Id": "a\x01b"})),
    "folded-line": ({"HTTP-026"}, changed("accept_any", line_flaws=("X-Backend is folded",))),
    "field-name-with-a-blank": ({"HTTP-014"}, HTTP.throughout(headers={"X Runtime": "1"})),
    "redirect-without-location": ({"HTTP-027"}, redirect(None)),
    # httplint does not look at the longest lines.
    "redirect-to-a-long-location": (set(), redirect(f"{HERE}?{QUERY}#{'x' * 5000}")),
    "redirect-drops-the-query": ({"HTTP-015"}, redirect(HERE)),
    "redirect-elsewhere": ({"HTTP-015"}, redirect(f"http://other.example/x?{QUERY}")),
    "redirect-to-plain-http": ({"HTTP-015"}, redirect(f"{HERE}?{QUERY}", "https://example.org")),
    "unknown-field-refused": (
        {"HTTP-016"},
        changed("unknown_fields", status=400),
    ),
    "connection-lost-twice": ({"HTTP-017"}, unanswered(lost=True, retries=1)),
    "no-answer-in-time": ({"HTTP-028"}, unanswered(failure=TOO_SLOW)),
    "read-as-head": (set(), unanswered("odd_method[lower-case-head]", failure=TOO_SLOW)),
    "cut-off-by-time": ({"HTTP-028"}, changed("accept_any", incomplete=TOO_SLOW, body=b'{"data"')),
    "never-connected": (set(), unanswered(failure="cannot connect: Connection refused")),
    "no-answer": ({"HTTP-017"}, unanswered(failure="no complete answer")),
    "length-not-read": (
        {"HTTP-003"},
        unanswered("accept_any[anything]", failure="not a well-formed HTTP response: bad Content-Length"),
    ),
    "length-too-large": (
        {"HTTP-003", "HTTP-017"},
        changed("accept_any[anything]", headers={"Content-Length": f"{LENGTH}0"}, incomplete="peer closed connection"),
    ),
    "field-line-not-read": (
        {"HTTP-014"},
        unanswered("accept_any[anything]", failure="illegal header line: bytearray(b'Content-Length : 1')"),
    ),
    "write-fails": ({"HTTP-007"}, changed("write_unknown", status=500)),
    "cut-off": ({"HTTP-017"}, changed("accept_any", incomplete="the message is not complete", body=b'{"data"')),
    "more-after-chunks": (
        {"HTTP-017"},
        changed("accept_any", headers=CHUNKED, unsolicited=b"\r\n"),
    ),
    "two-answers": ({"HTTP-017"}, changed("accept_any", unsolicited=b"HTTP/1.1 200 OK\r\n\r\n")),
    "modified-in-the-future": (
        {"HTTP-019"},
        changed("accept_any", headers={"Last-Modified": "Thu, 14 Nov 2024 09:57:09 GMT"}),
    ),
    "204-with-length": ({"HTTP-020"}, options(204, {"Allow": "GET", "Content-Length": "0"})),
    "204-with-content": (
        {"HTTP-020"},
        options(204, {"Allow": "GET"}, unsolicited=b"{}"),
    ),
    "content-type-twice": (
        {"HTTP-021"},
        HTTP.throughout(404, headers={"Content-Type": ["application/vnd.api+json"] * 2}),
    ),
    "via-without-version": ({"HTTP-023"}, HTTP.throughout(headers={"Via": "kong/3.4.0"})),
    "vary-without-commas": ({"HTTP-023"}, HTTP.throughout(headers={"Vary": "Accept Accept-Encoding"})),
    "allow-without-commas": ({"HTTP-023"}, HTTP.throughout(405, headers={"Allow": "GET HEAD"})),
    "last-modified-in-iso-form": (
        {"HTTP-023"},
        HTTP.throughout(200, headers={"Last-Modified": "2024-11-14T09:57:08Z"}),
    ),
    "redirect-to-no-uri": ({"HTTP-023"}, redirect("http://[::1")),
}


@pytest.mark.parametrize("fault", FAULTS)
def test_a_fault_is_found_by_exactly_one_requirement(fault: str) -> None:
    expected, changes = FAULTS[fault]
    assert HTTP.violated(changes) == expected


# Correct servers that differ from the one that all other tests start from.
@pytest.mark.parametrize(
    "changes",
    [
        HTTP.throughout(
            headers={"Server": "nginx", "Connection": "keep-alive", "Via": "1.1 google", "Set-Cookie": ["a=b", "c=d"]}
        ),
        HTTP.throughout(headers={"Age": "3600", "Date": "Thu, 14 Nov 2024 08:57:08 GMT"}),
        HTTP.throughout(404, 405, headers={"Content-Length": None, "Connection": "close"}),
        changed(*WRITES, status=403),
        changed(*WRITES, status=501) | changed("undefined_method", status=400),
        changed("undefined_method", status=405, headers={"Allow": "GET"}) | changed("item_options", status=404),
        changed("item_override_options", "unknown_item_override_delete", status=403),
        changed("post_unacceptable", "post_unacceptable_override_get", "post_unacceptable_form", status=404),
        changed("post_unacceptable_override_get", status=403),
        # The suffix decides, whatever is accepted.
        changed("respelled_path[json]", status=200, headers={"Vary": None})
        | changed("suffixed_path_unacceptable", status=200),
        changed("item_with_content", status=400),
        unanswered("item_with_content[form]") | unanswered("undefined_method"),
        unanswered(),
        changed("undefined_method", status=400, headers={"Date": None}),
        changed("excessive_query[many]", status=414, headers={"Date": None}),
        unanswered("burst[07]", failure="no complete answer within the time limit"),
        traced("TRACE / HTTP/1.1"),
        redirect(f"{HERE.removeprefix('http://example.org')}?{QUERY}"),
        redirect("/login", status=302),
        redirect("https://example.org/login", "https://example.org"),
        changed("item_for_browser", unsolicited=b"HTTP/1.1 408 Request Timeout\r\nConnection: close\r\n\r\n"),
        changed("item_for_browser", truncated=True, body=WHOLE[:100], headers={"Content-Length": LENGTH}),
        changed("item", headers={"Vary": "Accept, Accept-Encoding"}),
        # One digit more or less.
        changed("related", document={"/meta": {"took-ms": 10}}),
        # A gateway that counts GET alone, and a cache that reports it.
        changed("item", "related", headers={"X-RateLimit-Remaining": "9", "X-Cache": "MISS"}),
        changed("accept_any", headers={"Last-Modified": "Thu, 14 Nov 2024 09:57:08 GMT"}),
    ],
)
def test_a_correct_server_is_correct(changes: dict[str, Exchange]) -> None:
    assert HTTP.violated(changes) == set()


def test_a_slow_answer_does_not_make_the_clock_wrong() -> None:
    late = NOW + timedelta(minutes=20)
    slow = changed("item_for_browser", headers={"Date": f"{late:%a, %d %b %Y %H:%M:%S} GMT"}, elapsed=1200.0)
    assert HTTP.violated(slow) == set()


def test_what_is_not_json_or_not_an_invoice_is_left_to_others() -> None:
    # The lengths are still those of what was sent before.
    pages = {
        name: replace(each, answer=replace(each.answer, body=b"<html>", wire_length=6))
        for name, each in HTTP.answers.items()
        if each.answer and each.body and each.request.header("Authorization") != OTHER_AUTH_TOKEN
    }
    assert HTTP.violated(pages) == {"HTTP-003", "HTTP-018"}


def test_a_server_that_refuses_everything_has_no_finding_but_what_refusals_have() -> None:
    everything = {name: altered(each, status=401) for name, each in HTTP.answers.items()}
    assert HTTP.violated(everything) <= {"HTTP-005", "HTTP-007", "HTTP-009"}


@pytest.mark.parametrize(
    ("name", "value"),
    [
        *(("Age", "1"), ("Content-Location", "/x"), ("Content-Type", "application/vnd.api+json"), ("Server", "nginx")),
        *((name, "Thu, 14 Nov 2024 09:00:00 GMT") for name in ("Expires", "Last-Modified")),
        *(("Location", "/x"), ("Retry-After", "1"), ("Content-Range", "bytes 0-9/10"), ("ETag", '"x"')),
    ],
)
def test_a_field_that_is_not_a_list_stands_once(name: str, value: str) -> None:
    assert "HTTP-021" in HTTP.violated(changed("accept_any", headers={name: [value, value]}))


@pytest.mark.parametrize("status", [403, 404, 405, 501])
def test_a_write_may_be_refused_in_several_ways(status: int) -> None:
    refusal_of_write = changed(*WRITES, status=status)
    assert HTTP.violated(refusal_of_write) == set()


@pytest.mark.parametrize("status", [301, 302, 303, 307, 308])
def test_a_redirect_to_another_host_is_found(status: int) -> None:
    elsewhere = changed("item_trailing_slash", status=status, body=b"", headers={"Location": "http://other.example/"})
    assert "HTTP-015" in HTTP.violated(elsewhere)


def test_every_check_of_the_area_is_violated_by_a_fault() -> None:
    assert HTTP.unviolated([changes for _, changes in FAULTS.values()], "HTTP") == set()


def test_a_304_to_head_is_not_a_finding_of_head() -> None:
    answer = changed("item_head_not_modified", unsolicited=b"x")
    assert HTTP.violated(answer) == {"COND-006"}


@pytest.mark.parametrize(
    ("line", "found"),
    [
        (b"Content-Length: +5", "length"),
        (b"Content-Length: 5, 6", "length"),
        (b"X-Backend : a", "line"),
        (b"x", "line"),
    ],
)
def test_what_kept_an_answer_from_being_read_is_known_by_the_words_of_h11(line: bytes, found: str) -> None:
    client = h11.Connection(h11.CLIENT)
    client.send(h11.Request(method="GET", target="/", headers=[("Host", "x")]))
    client.send(h11.EndOfMessage())
    client.receive_data(b"HTTP/1.1 200 OK\r\n" + line + b"\r\n\r\n")
    with pytest.raises(h11.RemoteProtocolError) as error:
        client.next_event()
    assert unread(exchange("item", None, failure=f"not a well-formed HTTP response: {error.value}")) == found


def test_a_malformed_field_does_not_hide_another() -> None:
    headers = {"Via": "kong/3.4.0", "Age": "3.5"}
    found = HTTP.violations(HTTP.throughout(headers=headers) | HTTP.throughout(405, headers={"Allow": "GET HEAD"}))
    assert {check for requirement, check in found if requirement == "HTTP-023"} == {
        "test_the_fields_of_the_content_follow_their_grammar",
        "test_the_fields_of_the_resource_follow_their_grammar",
        "test_the_fields_of_the_way_follow_their_grammar",
    }


def test_a_date_on_another_day_does_not_hide_another_field_of_the_same_answer() -> None:
    headers = {"Via": "kong/3.4.0", "Last-Modified": "Fri, 07 Nov 2024 09:57:09 GMT"}
    found = HTTP.violations(HTTP.throughout(headers=headers))
    assert {check for requirement, check in found if requirement == "HTTP-023"} == {
        "test_the_fields_of_the_content_follow_their_grammar",
        "test_the_fields_of_the_way_follow_their_grammar",
    }
