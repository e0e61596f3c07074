"""What was received is judged, and what may be shown is described: a redacted text is not a finding."""

from __future__ import annotations

import pytest

from conformance.judge.endings import NotJudged, Passed, Violation, end_of
from conformance.model.exchange import Exchange, Fields, NotObserved, Received
from conformance.observe.connection import WireResponse
from conformance.observe.receive import answer_of
from conformance.plan.requests import build_request
from conformance.plan.steps import Step
from conformance.reference import data
from conformance.reference.server import ReferenceServer
from tests.support import detection
from tests.support.exchanges import INVOICE_ID, ORIGIN, exchange
from tests.support.targets import target_of

SECRET = "relationships/account of 6513270e"
REDACTED = exchange(
    body=b'{"data": "[redacted]"}',
    received=Received(Fields((("ETag", '"1"'),)), b'{"data": "what was received"}'),
)


def _holds(item: Exchange) -> None:
    if item.document["data"] != "what was received":
        raise Violation("what was received", "something else", item)


def _fails(item: Exchange) -> None:
    if "received" in item.document["data"]:
        raise Violation("nothing", item.document["data"], item, part="/data", others=(item,))


def _fails_for_both(item: Exchange) -> None:
    raise Violation("nothing", str(item.document["data"]), item, part="/data")


def _sees_nothing(item: Exchange) -> None:
    if "received" in item.document["data"]:
        raise NotObserved("there is nothing")


def test_a_redacted_text_is_not_a_finding() -> None:
    assert end_of(_holds, REDACTED) == Passed()
    assert end_of(_holds, item=REDACTED) == Passed()


def test_what_is_redacted_is_found_and_not_shown() -> None:
    ending = end_of(_fails, REDACTED)
    assert isinstance(ending, Violation)
    assert (ending.expected, ending.part) == ("", None)
    assert "received" not in ending.observed
    assert ending.exchange is ending.others[0] is REDACTED


def test_what_both_show_is_described_without_secrets() -> None:
    ending = end_of(_fails_for_both, REDACTED)
    assert isinstance(ending, Violation)
    assert (ending.observed, ending.part) == ("[redacted]", "/data")
    assert ending.exchange is REDACTED


def test_what_was_received_decides_whether_there_is_something_to_judge() -> None:
    assert end_of(_sees_nothing, REDACTED) == NotJudged("there is nothing")


def test_sets_of_exchanges_are_judged_as_received() -> None:
    def each(several: tuple[Exchange, ...]) -> None:
        for one in several:
            _holds(one)

    assert end_of(each, (REDACTED, REDACTED)) == Passed()


def _received(body: bytes, *lines: tuple[str, str], headers: list[str]) -> Exchange:
    target = target_of(request_header=headers)
    response = WireResponse(200, "OK", "1.1", lines, bytearray(body))
    request = exchange().request
    return Exchange("item", request, answer_of(response, request, target, 1000))


def test_only_what_was_redacted_is_kept_twice() -> None:
    usual = _received(b"{}", ("Set-Cookie", "n=0123456789abcdef"), headers=[f"X-Place: {SECRET}"])
    assert usual.answer is not None
    assert usual.answer.received is None
    assert usual.as_received is usual
    echoed = _received(b'{"a": "6513270e"}', ("Set-Cookie", f"n={SECRET}"), headers=[f"X-Place: {SECRET}"])
    assert echoed.body == b'{"a": "[redacted]"}'
    assert echoed.as_received.body == b'{"a": "6513270e"}'
    assert echoed.as_received.fields == echoed.fields
    assert "6513270e" not in repr(echoed)


def test_requests_are_made_of_what_was_received() -> None:
    tag = '"tag-0123456789"'
    item = _received(b"{}", ("ETag", tag), headers=[f"X-Tag: {tag}"])
    request = build_request(Step("item_not_modified", INVOICE_ID), target_of(base_url=ORIGIN), {"item": item})
    assert request.header("If-None-Match") == tag


def test_no_request_repeats_a_credential() -> None:
    item = _received(b"{}", ("ETag", '"key-0123456789"'), headers=["X-Api-Key: key-0123456789"])
    assert item.answer is not None
    assert item.answer.secrets_found == ("header ETag",)
    with pytest.raises(NotObserved) as raised:
        build_request(Step("item_not_modified", INVOICE_ID), target_of(base_url=ORIGIN), {"item": item})
    assert raised.value.owner == "SEC-006"


def test_values_of_header_fields_that_answers_have_are_not_findings() -> None:
    account = next(each.account.id for each in data.INVOICES if each.id == data.KNOWN_INVOICE_IDS[0])
    headers = [f"X-Place: {SECRET}", f"X-Account-Id: {account}", "X-Date: 2024-11-07T09:56:08.253Z"]
    with ReferenceServer() as server:
        given = {**detection.settings_for(server, {"collection"}), "request_header": headers}
        judgements = detection.judge_target(server.base_url, {**given, "invoice_id": [INVOICE_ID]})
    assert not detection.caught(judgements)
