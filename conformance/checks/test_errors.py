"""Error answers: when they are given, which status they have, and that they explain themselves."""

from __future__ import annotations

from conformance.judge.api import Violation, expect, observe_each, require, requirement, status_line
from conformance.judge.preconditions import require_status
from conformance.model.exchange import JSON_API, Exchange
from conformance.plan.probes.http import OVERRIDES
from conformance.reading.classification import (
    accepts_json_api,
    error_objects,
    is_complete,
    is_documented_request,
    is_of_gateway,
    looks_like_error_document,
    made_by_application,
    may_be_refused_early,
)
from conformance.reading.header_fields import MalformedError, fixdate
from conformance.syntax.scalars import shown


def _expect_error_document(exchange: Exchange) -> None:
    if exchange.media_type == JSON_API:
        # Other faults of the document are judged by JSON-001, ITEM-002 and ERR-001.
        errors = exchange.document.get("errors", [])
        require(isinstance(errors, list), "errors is not an array", owner="ERR-001")
        expect(errors, "a document with errors", shown(exchange.document), exchange)
    else:
        # A wrong label on the right document is judged by NEGO-001.
        label = exchange.fields.get("Content-Type") or "without media type"
        expect(looks_like_error_document(exchange), "a JSON:API document with errors", f"content {label}", exchange)


@requirement("ERR-008")
def test_errors_have_explaining_content(item: Exchange, every_error: tuple[Exchange, ...]) -> None:
    def judge(exchange: Exchange) -> None:
        require(exchange.request.method != "HEAD" and is_complete(exchange), "the content cannot be judged")
        require(exchange.status not in {406, 415}, "judged by NEGO-013")
        require(not may_be_refused_early(exchange), "refused by the HTTP layer")
        require(exchange.status != 401 and exchange.probe != "unknown_item", "judged by ERR-014")
        expect(exchange.body.strip(), "content that explains the error", status_line(exchange), exchange)
        # The format of a 5xx answer is not the fault to report: ERR-011.
        if exchange.status < 500 and accepts_json_api(exchange) and made_by_application(exchange, item):
            _expect_error_document(exchange)

    observe_each(every_error, judge)


@requirement("ERR-009")
def test_a_success_has_no_errors(every_success: tuple[Exchange, ...]) -> None:
    def judge(exchange: Exchange) -> None:
        require(exchange.request.method == "GET", "not a document of this interface")
        found = "errors" in exchange.document
        expect(not found, "no errors in an answer with 2xx", status_line(exchange), exchange, part="/errors")

    observe_each(every_success, judge)


def _expect_same_status(get: Exchange, head: Exchange, item_head: Exchange) -> None:
    # HEAD without a token is judged by AUTH-001, a server without HEAD by HTTP-005.
    require_status(item_head, 200)
    require(400 <= get.status < 500, "GET was not refused")
    expect(head.status == get.status, f"{get.status}, as for GET", status_line(head), head)


@requirement("ERR-010")
def test_head_of_an_unknown_invoice_is_refused(
    item_head: Exchange, unknown_item: Exchange, unknown_item_head: Exchange
) -> None:
    _expect_same_status(unknown_item, unknown_item_head, item_head)


@requirement("ERR-010")
def test_head_with_an_unknown_include_path_is_refused(
    item_head: Exchange, unknown_include: Exchange, unknown_include_head: Exchange
) -> None:
    _expect_same_status(unknown_include, unknown_include_head, item_head)


@requirement("ERR-010")
def test_head_with_an_unacceptable_accept_is_refused(
    item_head: Exchange, unacceptable_item: Exchange, unacceptable_item_head: Exchange
) -> None:
    _expect_same_status(unacceptable_item, unacceptable_item_head, item_head)


@requirement("ERR-011")
def test_no_mistake_of_the_client_is_a_server_error(item: Exchange, every_answer: tuple[Exchange, ...]) -> None:
    def judge(exchange: Exchange) -> None:
        require(not is_documented_request(exchange, item), "no mistake of the client")
        # Overload (503), a slow network behind a gateway (504) and another version of HTTP (505) are not a reaction to
        # the mistake; 501 is the right answer to a method that the server does not have.
        require(exchange.status not in {503, 504, 505}, "not about this request")
        require(not is_of_gateway(exchange) or exchange.retries, "it was sent once more, and is judged then")
        # Whether an override of the method counts is for HTTP-012.
        other_method = exchange.request.method not in {"GET", "HEAD"} or any(map(exchange.request.header, OVERRIDES))
        require(exchange.status != 501 or not other_method, "the method is not implemented")
        expect(exchange.status < 500, "a client error or a success", status_line(exchange), exchange)

    observe_each(every_answer, judge)


def _is_retry_after(value: str) -> bool:
    if value.isascii() and value.isdigit():
        return True
    try:
        fixdate(value)
    except MalformedError:
        return False
    return True


@requirement("ERR-012")
def test_a_limit_says_when_to_try_again(every_error: tuple[Exchange, ...]) -> None:
    def judge(exchange: Exchange) -> None:
        require(exchange.status in {429, 503}, "no limit")
        lines = exchange.fields.lines("Retry-After")
        well_formed = len(lines) == 1 and _is_retry_after(lines[0])
        expect(well_formed, "seconds or an HTTP date", ", ".join(lines) or "absent", exchange, part="Retry-After")

    observe_each(every_error, judge)


def _documented_refusals(unknown_item: Exchange, *refused: Exchange) -> list[Exchange]:
    unknown = [unknown_item] if unknown_item.status == 404 else []
    return [*unknown, *(exchange for exchange in refused if exchange.status == 401)]


@requirement("ERR-014")
def test_the_documented_refusals_are_error_documents(
    item_without_token: Exchange,
    every_malformed_token: tuple[Exchange, ...],
    every_altered_token: tuple[Exchange, ...],
    unknown_item: Exchange,
) -> None:
    def judge(exchange: Exchange) -> None:
        require(is_complete(exchange), "the content was not received completely")
        _expect_error_document(exchange)

    tokens = (item_without_token, *every_malformed_token, *every_altered_token)
    observe_each(_documented_refusals(unknown_item, *tokens), judge)


@requirement("ERR-016")
def test_the_refusal_of_a_write_is_an_error_document(write_unknown: Exchange) -> None:
    require(write_unknown.status == 405, f"a write was answered {write_unknown.status}")
    require(is_complete(write_unknown), "the content was not received completely")
    _expect_error_document(write_unknown)


def _expect_refusals_as_of_the_invoice(item_without_token: Exchange, *refused: Exchange) -> None:
    require_status(item_without_token, 401)
    require(
        looks_like_error_document(item_without_token),
        "the refusal of the invoice is not an error document either, which ERR-014 reports",
    )

    def judge(exchange: Exchange) -> None:
        require(exchange.status == 401 and exchange.request.method == "GET", "no 401 to GET")
        require(is_complete(exchange), "the content was not received completely")
        _expect_error_document(exchange)

    observe_each(refused, judge)


@requirement("ERR-014")
def test_the_refusal_of_a_token_is_an_error_document_on_every_resource(
    item_without_token: Exchange,
    every_without_token: tuple[Exchange, ...],
    included_without_token: Exchange,
    related_with_altered_token: Exchange | None,
) -> None:
    refused = (*every_without_token, included_without_token)
    if related_with_altered_token is not None:
        refused = (*refused, related_with_altered_token)
    _expect_refusals_as_of_the_invoice(item_without_token, *refused)


@requirement("ERR-014")
def test_the_refusal_of_a_token_is_an_error_document_for_an_account(
    item_without_token: Exchange, account_from_self_link: Exchange, account_from_self_link_without_token: Exchange
) -> None:
    require_status(account_from_self_link, 200)
    _expect_refusals_as_of_the_invoice(item_without_token, account_from_self_link_without_token)


@requirement("ERR-014")
def test_the_refusal_of_a_token_is_an_error_document_for_the_collection(
    item_without_token: Exchange, listing: Exchange, listing_without_token: Exchange
) -> None:
    require_status(listing, 200)
    _expect_refusals_as_of_the_invoice(item_without_token, listing_without_token)


@requirement("ERR-015")
def test_the_documented_refusals_have_the_documented_members(
    item_without_token: Exchange,
    every_malformed_token: tuple[Exchange, ...],
    every_altered_token: tuple[Exchange, ...],
    unknown_item: Exchange,
) -> None:
    def judge(exchange: Exchange) -> None:
        for error in error_objects(exchange):
            missing = [name for name in ("title", "detail", "code") if error.get(name, "") == ""]
            # An error object without anything is judged by ERR-002, the status by ERR-013.
            if missing and not error.keys().isdisjoint({"title", "detail", "code", "status", "id", "source"}):
                raise Violation("title, detail and code", f"no {', '.join(missing)}", exchange, part="/errors")

    tokens = (item_without_token, *every_malformed_token, *every_altered_token)
    observe_each(_documented_refusals(unknown_item, *tokens), judge)
