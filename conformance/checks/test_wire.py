"""HTTP/1.1 on the wire, as the server and what stands before it speak it together."""

from __future__ import annotations

from conformance.checks.support.documents import urls
from conformance.judge.api import Violation, expect, expect_status, require, requirement, status_line
from conformance.judge.preconditions import require_status
from conformance.model.exchange import Exchange
from conformance.plan.probes.wire import OTHER_HOST
from conformance.syntax.scalars import shown
from conformance.syntax.urls import host_of
from conformance.syntax.wording import counted

# From what guards a server: they show nothing about how it reads a message.
_GUARDED = (403, 429, 503)


def _require_valid(wire_valid: Exchange) -> None:
    """Raise NotObserved unless the valid counterpart of a malformed message is served."""
    require_status(wire_valid, 200)


def _require_answered(exchange: Exchange) -> None:
    """Raise Violation when nothing happens. Raises NotObserved for a closed connection, which is a refusal, too."""
    if exchange.answer is None:
        require(not exchange.closed, "the connection was closed without an answer")
        raise Violation("an answer", exchange.failure or "none", exchange)
    require(exchange.status not in _GUARDED, f"{exchange.described} was answered {exchange.status}")


def _expect_refused(exchange: Exchange, wire_valid: Exchange, why: str) -> None:
    _require_valid(wire_valid)
    _require_answered(exchange)
    expect_status(exchange, 400, why=why)


def _expect_closed(exchange: Exchange) -> None:
    """Raise Violation unless one request was answered, and the connection closed then."""
    count = 1 + len(exchange.later)
    expect(count == 1, "one answer", f"{counted(count, 'answer')}, the first {status_line(exchange)}", exchange)
    expect(exchange.closed, "a connection that the server closes", "it stays open", exchange)


@requirement("WIRE-001")
def test_a_wrong_host_is_refused(wire_valid: Exchange, wrong_host: Exchange) -> None:
    _expect_refused(wrong_host, wire_valid, "Host is not exactly one valid line")


@requirement("WIRE-002")
def test_white_space_before_a_colon_is_refused(wire_valid: Exchange, space_before_colon: Exchange) -> None:
    _expect_refused(space_before_colon, wire_valid, "X-Conformance : 1")


@requirement("WIRE-002")
def test_white_space_before_the_colon_of_a_framing_is_refused(
    wire_valid: Exchange, framing_before_colon: Exchange
) -> None:
    _expect_refused(framing_before_colon, wire_valid, "Transfer-Encoding : chunked")


@requirement("WIRE-003")
def test_a_folded_line_is_not_a_line_of_its_own(wire_valid: Exchange, folded_field: Exchange) -> None:
    _require_valid(wire_valid)
    _require_answered(folded_field)
    expect_status(folded_field, 400, 200, why="refused, or read as one line")


@requirement("WIRE-003")
def test_a_folded_line_is_not_lost(wire_valid: Exchange, folded_accept: Exchange) -> None:
    _require_valid(wire_valid)
    _require_answered(folded_accept)
    expect_status(folded_accept, 400, 200, why="refused, or read as one line")


@requirement("WIRE-003")
def test_a_line_that_follows_no_field_is_not_one(wire_valid: Exchange, folded_first_field: Exchange) -> None:
    _require_valid(wire_valid)
    _require_answered(folded_first_field)
    expect_status(folded_first_field, 400, 200, why="refused, or dropped")


@requirement("WIRE-004")
def test_a_wrong_length_is_refused(wire_valid: Exchange, wrong_length: Exchange) -> None:
    _expect_refused(wrong_length, wire_valid, "Content-Length does not have one length")
    _expect_closed(wrong_length)


@requirement("WIRE-005")
def test_two_framings_end_the_connection(wire_valid: Exchange, two_framings: Exchange) -> None:
    _require_valid(wire_valid)
    _require_answered(two_framings)
    expect(two_framings.status < 500, "a refusal, or the usual answer", status_line(two_framings), two_framings)
    _expect_closed(two_framings)


@requirement("WIRE-006")
def test_a_target_in_absolute_form_is_accepted(wire_valid: Exchange, absolute_form: Exchange) -> None:
    _require_valid(wire_valid)
    _require_answered(absolute_form)
    expect_status(absolute_form, 200, why="the target names the same resource")


@requirement("WIRE-006")
def test_the_host_of_the_target_counts(
    wire_valid: Exchange, absolute_form: Exchange, absolute_form_with_other_host: Exchange
) -> None:
    _require_valid(wire_valid)
    require_status(absolute_form, 200)
    answer = absolute_form_with_other_host
    _require_answered(answer)
    # What stands before a server may take two hosts for an attack.
    require(answer.status not in {400, 421}, "two hosts are refused")
    expect_status(answer, 200, why="Host is ignored")
    require(host_of(answer.request.url, "") != OTHER_HOST, "the server has that name")
    for part, link in urls(answer):
        own = host_of(link, answer.request.url) != OTHER_HOST
        expect(own, "links to the host of the target", shown(link), answer, part=part)


@requirement("WIRE-007")
def test_http_1_0_gets_no_transfer_coding(wire_valid: Exchange, http_1_0: Exchange) -> None:
    _require_valid(wire_valid)
    coding = http_1_0.fields.get("Transfer-Encoding")
    expect(coding is None, "no Transfer-Encoding to HTTP/1.0", coding, http_1_0, part="Transfer-Encoding")


@requirement("WIRE-008")
def test_what_is_not_a_request_is_refused(wire_valid: Exchange, garbage: Exchange) -> None:
    _require_valid(wire_valid)
    _require_answered(garbage)
    expect_status(garbage, 400, 405, 501, 505, why="that is not HTTP")


@requirement("WIRE-008")
def test_a_malformed_request_line_is_refused(wire_valid: Exchange, malformed_request_line: Exchange) -> None:
    _require_valid(wire_valid)
    _require_answered(malformed_request_line)
    # It may be redirected to the right spelling, or name nothing.
    refused = 300 <= malformed_request_line.status < 500 or malformed_request_line.status in {501, 505}
    expect(refused, "400, or another refusal", status_line(malformed_request_line), malformed_request_line)


@requirement("WIRE-008")
def test_an_empty_line_before_a_request_is_skipped(wire_valid: Exchange, leading_empty_line: Exchange) -> None:
    _require_valid(wire_valid)
    _require_answered(leading_empty_line)
    expect_status(leading_empty_line, 200, why="an empty line before the request line does not count")


@requirement("WIRE-008")
def test_a_method_has_its_case(wire_valid: Exchange, lower_case_method: Exchange) -> None:
    _require_valid(wire_valid)
    _require_answered(lower_case_method)
    expect_status(lower_case_method, 400, 405, 501, why="no method is called get")


@requirement("WIRE-009")
def test_an_announced_close_is_obeyed(wire_valid: Exchange, announced_close: Exchange) -> None:
    _require_valid(wire_valid)
    _require_answered(announced_close)
    _expect_closed(announced_close)


@requirement("WIRE-009")
def test_an_announced_close_is_obeyed_however_it_is_spelled(
    wire_valid: Exchange, announced_close_spelled: Exchange
) -> None:
    _require_valid(wire_valid)
    _require_answered(announced_close_spelled)
    _expect_closed(announced_close_spelled)


@requirement("WIRE-010")
def test_content_without_an_end_is_refused(wire_valid: Exchange, unreadable_coding: Exchange) -> None:
    _require_valid(wire_valid)
    _require_answered(unreadable_coding)
    expect_status(unreadable_coding, 400, 501, why="where the content ends is not known")
    _expect_closed(unreadable_coding)


@requirement("WIRE-011")
def test_a_chunk_size_has_nothing_but_digits(wire_valid: Exchange, wrong_chunk_size: Exchange) -> None:
    _require_valid(wire_valid)
    _require_answered(wrong_chunk_size)
    # It may be answered before anybody looks at its content.
    status, observed = wrong_chunk_size.status, status_line(wrong_chunk_size)
    expect(status < 500 or status == 501, "a refusal, or the usual answer", observed, wrong_chunk_size)
    _expect_closed(wrong_chunk_size)


@requirement("WIRE-012")
def test_a_token_in_a_trailer_does_not_authenticate(
    wire_valid: Exchange, item_without_token: Exchange, token_in_trailer: Exchange
) -> None:
    _require_valid(wire_valid)
    require(item_without_token.status >= 400, "the invoice is open to everybody", owner="AUTH-001")
    require(token_in_trailer.status < 500, "the server fails", owner="ERR-011")
    observed = status_line(token_in_trailer)
    expect(not token_in_trailer.succeeded, "a refusal, as without a token", observed, token_in_trailer)


@requirement("WIRE-014")
def test_an_invalid_target_is_refused(wire_valid: Exchange, invalid_target: Exchange) -> None:
    _require_valid(wire_valid)
    _require_answered(invalid_target)
    # It may be redirected to the right spelling, or name nothing.
    refused = 300 <= invalid_target.status < 500
    expect(refused, "400, or another refusal", status_line(invalid_target), invalid_target)
