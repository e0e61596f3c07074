"""The checks of content negotiation: each fault is found by the requirement that owns it, and by no other."""

from __future__ import annotations

from dataclasses import replace

import pytest

from conformance.checks import test_negotiation
from conformance.model.exchange import JSON_API, Exchange
from tests.support.changes import changed, content
from tests.support.exchanges import PREFIX, exchange, refusal
from tests.support.judged import POLICY, outcome

PLAIN = {"Content-Type": "application/json"}
PROFILED = f'{JSON_API}; profile="https://example.com/a;b, c https://example.com/d"'

FAULTS: dict[str, tuple[set[str], dict[str, Exchange]]] = {
    "application/json": ({"NEGO-001"}, changed("item", headers=PLAIN)),
    "no media type": ({"NEGO-001"}, changed("item", headers={"Content-Type": None})),
    "application/json for errors": ({"NEGO-001"}, POLICY.throughout(400, 401, 404, headers=PLAIN)),
    "application/json for the account by itself": (
        {"NEGO-001"},
        {"account_from_self_link": exchange("account_from_self_link", headers=PLAIN, path=f"{PREFIX}/accounts/x")},
    ),
    "HTML for the account": ({"NEGO-001"}, changed("related", headers={"Content-Type": "text/html"}, body=b"<p>")),
    "charset": ({"NEGO-002"}, POLICY.throughout(headers={"Content-Type": f"{JSON_API}; charset=utf-8"})),
    "charset on errors": ({"NEGO-002"}, changed("unknown_item", headers={"Content-Type": f"{JSON_API};charset=utf-8"})),
    "extension unasked": ({"NEGO-020"}, changed("item", headers={"Content-Type": f'{JSON_API};ext="urn:x:a"'})),
    "extension on errors": ({"NEGO-020"}, changed("unknown_item", headers={"Content-Type": f"{JSON_API};ext=a"})),
    "parameter without value": ({"NEGO-002"}, changed("item", headers={"Content-Type": f"{JSON_API}; charset"})),
    "Accept needed": ({"NEGO-003"}, changed("accept_any[absent]", status=406)),
    "no application/*": ({"NEGO-018"}, changed("accept_any[application]", status=406)),
    "no browser": ({"NEGO-018"}, changed("item_for_browser", status=406)),
    "q is a parameter": ({"NEGO-004"}, changed("accept_with_weight[alone]", status=406)),
    "Q is a parameter beside others": ({"NEGO-004"}, changed("accept_with_weight[beside-other-type]", status=406)),
    "case": ({"NEGO-005"}, changed("accept_spelled[capitals]", status=406)),
    "first line": ({"NEGO-005"}, changed("accept_spelled[several-lines]", status=406)),
    "empty elements": ({"NEGO-005"}, changed("accept_spelled[empty-element]", status=400)),
    "charset served": ({"NEGO-006"}, changed("unacceptable_item", status=200)),
    "version served": ({"NEGO-006"}, changed("accept_foreign_parameter", status=200)),
    "wildcard serves": ({"NEGO-015"}, changed("accept_foreign_parameter_or_any", status=200)),
    "profile is not acceptable": ({"NEGO-016"}, changed("accept_unknown_profile", status=406)),
    "served beside another type": ({"NEGO-006"}, changed("accept_foreign_parameter[beside-other-type]", status=200)),
    "relationship served": ({"NEGO-006"}, changed("unacceptable_relationship", status=200)),
    "account served": ({"NEGO-006"}, changed("unacceptable_related", status=200)),
    "collection served": ({"NEGO-006"}, changed("unacceptable_listing", status=200)),
    "language of numbers": (
        {"NEGO-017"},
        changed("item_for_browser", body=content({"/data/attributes/amount-spent": "0,0"})),
    ),
    "first entry": ({"NEGO-007"}, changed("accept_beside_clean", status=406)),
    "split at every comma": ({"NEGO-007"}, changed("accept_beside_clean", status=406)),
    "extension served": ({"NEGO-008"}, changed("accept_unsupported_extension", status=200)),
    "profile refused": ({"NEGO-009"}, changed("accept_unknown_profile", status=400)),
    "HTML page": (
        {"NEGO-010"},
        changed("accept_excluding[html]", status=200, headers={"Content-Type": "text/html"}, body=b"<p>"),
    ),
    "mislabelled": ({"NEGO-010"}, changed("accept_excluding[json]", status=200, headers=PLAIN, body=content())),
    "not found": ({"NEGO-010"}, changed("accept_excluding[html]", status=404)),
    "parameters of the request": ({"NEGO-011"}, changed("content_type_with_parameter", status=200)),
    "Content-Type refused": ({"NEGO-019"}, changed("content_type_without_content", status=415)),
    "Content-Type needed": ({"NEGO-012"}, changed("related", status=415)),
    "empty 406": ({"NEGO-013"}, changed("unacceptable_item", body=b"")),
    "blank 415": ({"NEGO-013"}, changed("content_type_with_parameter[charset]", body=b"\n")),
    "language of a list": (
        {"NEGO-017"},
        changed("sorted_by_two", document={"/data/0/attributes/reference": "Rechnung"}),
    ),
    "language redirects": ({"NEGO-014"}, changed("unusual_preference[language-and-charset]", status=302)),
    "coding crashes": ({"NEGO-014", "ERR-011"}, changed("unusual_preference[coding]", status=500)),
}


@pytest.mark.parametrize(("wanted", "answers_changed"), FAULTS.values(), ids=FAULTS)
def test_a_fault_is_found_by_its_requirement(wanted: set[str], answers_changed: dict[str, Exchange]) -> None:
    assert POLICY.violated(answers_changed) == wanted


@pytest.mark.parametrize(
    "answers_changed",
    [
        {},
        POLICY.throughout(headers={"Content-Type": PROFILED}),
        POLICY.throughout(headers={"Content-Type": "Application/Vnd.Api+JSON ;"}),
        changed("item", headers={"Content-Type": [JSON_API, "application/json"]}),
        changed("accept_excluding", status=200),
        # The client refuses JSON:API, so the refusal may come in its own format.
        changed("accept_excluding[html]", headers={"Content-Type": "text/html"}, body=b"<p>Not acceptable"),
        changed("accept_excluding[json]", headers=PLAIN),
        changed("unusual_preference[coding]", status=406),
        # HEAD has no content to explain a refusal.
        changed("unacceptable_item_head", headers={"Age": "0"}),
        # A gateway's own format is not JSON:API with a wrong label.
        changed("unknown_include", headers=PLAIN, body={"errors": [{"message": "x"}]}),
    ],
    ids=range(10),
)
def test_a_correct_server_is_correct(answers_changed: dict[str, Exchange]) -> None:
    assert POLICY.violated(answers_changed) <= {"ERR-008"}


def test_an_answer_without_content_is_not_a_document() -> None:
    empty = changed("item_for_browser", body=b"", headers={"Content-Type": "text/html"})
    assert "NEGO-001" not in POLICY.violated(empty)


def test_a_page_for_browsers_says_nothing_about_their_language() -> None:
    page = changed("item_for_browser", body=b"<p>", headers={"Content-Type": "text/html"})
    assert POLICY.violated(page) == set()
    assert POLICY.violated(changed("item_for_browser", status=302)) == {"NEGO-018"}


def test_version_1_1_ignores_unknown_profiles() -> None:
    declared = changed("item", body=content({"/jsonapi": {"version": "1.1"}}))
    assert POLICY.violated(declared) == set()
    assert POLICY.violated({**declared, **changed("accept_unknown_profile", status=406)}) == {"NEGO-009"}
    older = changed("item", body=content({"/jsonapi": {"version": "1.0"}}))
    assert POLICY.violated({**older, **changed("accept_unknown_profile", status=406)}) == set()


def test_nothing_is_concluded_from_refusals_when_the_invoice_is_refused() -> None:
    everything = {name: refusal(503, name, request_headers={}) for name in POLICY.answers}
    assert {name for name in POLICY.violated(everything) if name.startswith("NEGO")} == set()


def test_every_check_of_the_area_is_violated_by_a_fault() -> None:
    assert POLICY.unviolated([answers_changed for _, answers_changed in FAULTS.values()], "NEGO") == set()


def test_content_without_a_content_type_may_be_refused_for_that() -> None:
    check = test_negotiation.test_a_get_without_content_has_no_unsupported_media_type
    answer = refusal(415)
    assert outcome(check, every_answer=(answer,)) == "violated"
    for changes in ({"body": b"{}"}, {"method": "POST"}, {"headers": (("Content-Type", "text/plain"),)}):
        other = replace(answer, request=replace(answer.request, **changes))
        assert outcome(check, every_answer=(other,)) == "not observed"
