"""The checks of error answers: each fault is found by the requirement that owns it, and by no other."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

import pytest

from conformance.checks import test_error_documents
from conformance.model.exchange import JSON_API, Exchange
from tests.support.changes import altered, changed, content
from tests.support.correct import answers
from tests.support.exchanges import DEFAULT_REQUEST, PREFIX, REMOVED, exchange, refusal
from tests.support.judged import POLICY, outcome

HTML: dict[str, Any] = {"headers": {"Content-Type": "text/html"}, "body": b"<h1>Not found</h1>"}
PLAIN = {"Content-Type": "application/json"}
ERROR: dict[str, Any] = answers()["unknown_item"].document["errors"][0]


def errors(changes: Mapping[str, Any], *statuses: int) -> dict[str, Exchange]:
    """Return all error answers, or those with ``statuses``, with members of the error object changed."""
    found = {}
    for key, given in POLICY.answers.items():
        if given.status >= 400 and given.body and (not statuses or given.status in statuses):
            members = {**given.document["errors"][0], **changes}
            error = {name: value for name, value in members.items() if value is not REMOVED}
            found[key] = altered(given, body={"errors": [error]})
    return found


def sources(source: Any) -> dict[str, Exchange]:
    return {key: each for key, each in errors({"source": source}).items() if key == "unknown_include"}


def made(status: int, path: str, query: str | None = None, **parts: Any) -> dict[str, Exchange]:
    """Return a refusal of a request that no probe of these areas makes."""
    return {"other": refusal(status, "other", path=f"{PREFIX}{path}", query=query, **parts)}


FAULTS: dict[str, tuple[set[str], dict[str, Exchange]]] = {
    "errors is an object": ({"ERR-001"}, POLICY.throughout(400, 401, 404, 406, 415, body={"errors": ERROR})),
    "errors is an empty object": ({"ERR-001"}, changed("unknown_include", body={"errors": {}})),
    "errors are strings": ({"ERR-001"}, changed("unknown_include", body={"errors": ["unknown path"]})),
    "an error is null": ({"ERR-001"}, changed("unknown_item", body={"errors": [ERROR, None]})),
    "included beside errors": ({"ERR-001"}, changed("unknown_item", body={"errors": [ERROR], "included": []})),
    "empty error object": ({"ERR-002"}, changed("unknown_item", body={"errors": [{}]})),
    "own member only": ({"ERR-002", "ERR-003"}, changed("unknown_include", body={"errors": [{"message": "x"}]})),
    "own member": ({"ERR-003"}, errors({"timestamp": 1731578228})),
    "member of no extension": ({"ERR-003"}, errors({"ext:trace": "x"})),
    "own member of source": ({"ERR-003"}, sources({"path": "include"})),
    "source is a string": ({"ERR-003"}, sources("include")),
    "own link": ({"ERR-003"}, errors({"links": {"self": "https://example.com/"}})),
    "links are an array": ({"ERR-003"}, errors({"links": []})),
    "status is a number": ({"ERR-004"}, {**errors({"status": 404}, 404), **errors({"status": 401}, 401)}),
    "status is a phrase": ({"ERR-004"}, errors({"status": "404 Not Found"}, 404)),
    "code is a number": ({"ERR-004"}, errors({"code": 404})),
    "detail is null": ({"ERR-004"}, errors({"detail": None})),
    "id is a number": ({"ERR-004"}, errors({"id": 1})),
    "another status": ({"ERR-005"}, errors({"status": "422"}, 400)),
    "another class": (
        {"ERR-005"},
        changed("unknown_include", body={"errors": [{**ERROR, "status": "500"}, {**ERROR, "status": "503"}]}),
    ),
    "title with the id": ({"ERR-006"}, {"unknown_item": errors({"title": "Invoice 6f2c not found"})["unknown_item"]}),
    "title with the path": (
        {"ERR-006"},
        {"include_unsupported[nested]": errors({"title": "account.nosuch is wrong"})["include_unsupported[nested]"]},
    ),
    "another parameter": ({"ERR-007"}, sources({"parameter": "page"})),
    "no parameter": ({"ERR-007"}, sources({"pointer": "/include"})),
    "empty source": ({"ERR-007"}, sources({})),
    "pointer without slash": ({"ERR-007"}, sources({"parameter": "include", "pointer": "include"})),
    "parameter is a list": ({"ERR-007"}, sources({"parameter": ["include"]})),
    "pointer is a list": ({"ERR-007"}, sources({"parameter": "include", "pointer": ["include"]})),
    "HTML": ({"ERR-008"}, changed("unknown_include", **HTML)),
    "empty 400": ({"ERR-008"}, changed("unknown_include", body=b"")),
    "blank 500": ({"ERR-008", "ERR-011"}, made(500, "/invoices/1", body=b" ", headers={"Content-Type": None})),
    "own JSON": ({"ERR-008"}, changed("fields_unknown[type]", headers=PLAIN, body={"error": "unknown type"})),
    "empty errors": ({"ERR-008"}, changed("unknown_include", body={"errors": []})),
    "errors in a success": ({"ERR-009"}, changed("item_for_browser", body=content({"/errors": []}))),
    "HEAD finds it": ({"ERR-010"}, changed("unknown_item_head", status=200, body=b"")),
    "HEAD ignores the query": ({"ERR-010"}, changed("unknown_include_head", status=200, body=b"")),
    "HEAD ignores Accept": ({"ERR-010"}, changed("unacceptable_item_head", status=200, body=b"")),
    "500": ({"ERR-011"}, made(500, "/invoices/%00")),
    "502": ({"ERR-011"}, made(502, "/invoices/1", method="DELETE", retries=1)),
    "HTML 500": ({"ERR-011"}, made(500, "/invoices", **HTML)),
    "501 to HEAD": ({"ERR-011"}, made(501, "/invoices/1", method="HEAD", body=b"")),
    "501 to GET": ({"ERR-011"}, made(501, "/invoices/1")),
    "no time": ({"ERR-012"}, made(429, "/invoices/1")),
    "time in words": ({"ERR-012"}, made(503, "/invoices/1", headers={"Retry-After": "soon"})),
    "two times": ({"ERR-012"}, made(429, "/invoices/1", headers={"Retry-After": ["1", "2"]})),
    "no status": ({"ERR-013"}, errors({"status": REMOVED})),
    "HTML 405": ({"ERR-016"}, changed("write_unknown[PUT]", **HTML)),
    "HTML 404": ({"ERR-014"}, changed("unknown_item", **HTML)),
    "HTML for a bad token": ({"ERR-014", "AUTH-005"}, changed("altered_token[signature-changed]", **HTML)),
    "title that is not a string, of one": ({"ERR-004"}, {"unknown_item": errors({"title": 7})["unknown_item"]}),
    "HTML 401": ({"ERR-014"}, POLICY.throughout(401, **HTML)),
    "HTML 401 of the relationship": ({"ERR-014"}, changed("without_token[relationship]", **HTML)),
    "HTML 401 with the account": ({"ERR-014"}, changed("included_without_token", **HTML)),
    "HTML 401 of an account": ({"ERR-014"}, changed("account_from_self_link_without_token", **HTML)),
    "HTML 401 of the collection": ({"ERR-014"}, changed("listing_without_token", **HTML)),
    "HTML 401 for a bad token": ({"AUTH-005", "ERR-014"}, changed("related_with_altered_token", **HTML)),
    "empty 404": ({"ERR-014"}, changed("unknown_item", body=b"", headers={"Content-Type": None})),
    "404 without errors": ({"ERR-014"}, changed("unknown_item", body={"meta": {}})),
    "no code": ({"ERR-015"}, errors({"code": REMOVED}, 404)),
    "title alone": (
        {"ERR-013", "ERR-015"},
        errors({"detail": REMOVED, "code": REMOVED, "status": REMOVED}, 404),
    ),
    "empty detail": ({"ERR-015"}, errors({"detail": ""}, 401)),
    "no detail": ({"ERR-015"}, errors({"detail": REMOVED}, 401)),
}


@pytest.mark.parametrize(("wanted", "answers_changed"), FAULTS.values(), ids=FAULTS)
def test_a_fault_is_found_by_its_requirement(wanted: set[str], answers_changed: dict[str, Exchange]) -> None:
    assert POLICY.violated(answers_changed) == wanted


CORRECT: dict[str, dict[str, Exchange]] = {
    "further members that JSON:API has": errors(
        {"id": "1", "links": {"about": "https://example.com/", "type": "x"}, "meta": {"trace": 1}, "@note": "x"}
    ),
    "member of an extension": {
        "other": refusal(
            400,
            "other",
            request_headers={"Accept": f'{JSON_API};ext="https://example.com/"'},
            headers={"Content-Type": f'{JSON_API};ext="https://example.com/"'},
            body={"errors": [{**ERROR, "status": "400", "ext:trace": "x"}]},
        )
    },
    "several errors": changed("unknown_include", body={"errors": [{**ERROR, "status": "400"}] * 2}),
    "the source of a query error": sources({"parameter": "include"}),
    "a header as the source": sources({"header": "Accept"}),
    "the base name of the parameter": {
        "fields_unknown[type]": errors({"source": {"parameter": "fields"}})["fields_unknown[type]"]
    },
    "a pointer to the root": sources({"parameter": "include", "pointer": ""}),
    "HTML for a malformed id": made(404, "/invoices/undefined", **HTML),
    "HTML for another path": made(404, "/invoices/6f2c1d0e-93b4-4c57-8a1d-0e5b7f3a9c42/nosuch", **HTML),
    "HTML for an upper-case id": made(404, "/invoices/6F2C1D0E-93B4-4C57-8A1D-0E5B7F3A9C42", **HTML),
    "HTML for the path of another interface": {
        "other": refusal(404, "other", path="/api/rest/admin/invoices", **HTML),
    },
    "HTML for a field on two lines": made(400, "/invoices", request_headers=(("If-None-Match", '"1"'),) * 2, **HTML),
    "HTML for a malformed escape": made(400, "/invoices", "include=%ZZ", **HTML),
    "HTML for invalid UTF-8": made(400, "/invoices", "include=%FF%FE", **HTML),
    "HTML of a firewall": made(403, "/invoices", "include=account", **HTML),
    "HTML for a strange query": made(400, "/invoices", "include='%20OR%201=1", **HTML),
    "HTML for a method": made(405, "/invoices", method="TRACE", **HTML),
    "HTML for a host": made(421, "/invoices", request_headers={"Host": "evil.example"}, **HTML),
    "HTML for another host": made(400, "/invoices", request_headers={"X-Forwarded-Host": "evil.example"}, **HTML),
    "text for an expectation": made(417, "/invoices", request_headers={"Expect": "x"}, **HTML),
    "HTML for a long header section": made(400, "/invoices", request_headers={"X-Long": "x" * 5000}, **HTML),
    "HTML for many fields": made(
        400, "/invoices", request_headers={f"X-{number}": "1" for number in range(60)}, **HTML
    ),
    "HTML for a range, which a proxy cuts out": made(416, "/invoices", request_headers={"Range": "bytes=9-"}, **HTML),
    "nothing from a parser that does not know the method": made(
        400, "/invoices", method="CONFORM", body=b"", headers={"Content-Type": None}
    ),
    "HTML where JSON:API is refused": made(400, "/invoices", request_headers={"Accept": "text/html"}, **HTML),
    "HTML from a gateway that is overloaded": made(503, "/invoices", headers={"Retry-After": "5"}, body=b"<p>"),
    "HTML from a gateway that asks once more": made(
        502, "/invoices", body=b"<p>", headers={"Content-Type": "text/html"}
    ),
    "a date to try again": made(429, "/invoices", headers={"Retry-After": "Thu, 14 Nov 2024 09:58:08 GMT"}),
    "HTML for a write that is forbidden": changed("write_unknown[PUT]", status=403, **HTML),
    "501 for a method": made(501, "/invoices", method="CONFORM"),
    "504": made(504, "/invoices/1", retries=1),
    "505": made(505, "/invoices/1"),
    "an answer that was cut": changed("unknown_include", body=b"", truncated=True),
    "a 404 that was cut": changed("unknown_item", headers=PLAIN, body=b'{"errors"', incomplete="closed"),
    "a 401 that was cut": changed("without_token[relationship]", headers=PLAIN, body=b'{"errors"', truncated=True),
    "404 for HEAD": made(404, "/invoices", method="HEAD", body=b""),
    "other documents with 2xx": {"other": exchange("other", body=[1])},
    "a document of no interest with 2xx": {"other": exchange("other", body={"errors": []}, method="OPTIONS")},
}


@pytest.mark.parametrize("answers_changed", CORRECT.values(), ids=CORRECT)
def test_a_correct_server_is_correct(answers_changed: dict[str, Exchange]) -> None:
    assert POLICY.violated(answers_changed) == set()


def test_the_fields_that_every_request_carries_make_no_difference() -> None:
    always = (*DEFAULT_REQUEST, ("X-Forwarded-Host", "api.example.org"))
    item = answers()["item"]
    behind_proxy = replace(item, request=replace(item.request, headers=always))
    assert POLICY.violated(
        {"item": behind_proxy, **made(400, "/invoices", "include=nosuch", request_headers=always, **HTML)}
    ) == {"ERR-008"}


def test_a_server_error_for_the_documented_request_is_not_a_mistake_of_the_client() -> None:
    assert "ERR-011" not in POLICY.violated(changed("item", status=500))


@pytest.mark.parametrize("name", ["title", "detail", "code", "status", "id", "source"])
def test_an_error_object_with_one_member_lacks_the_others(name: str) -> None:
    value = {"parameter": "x"} if name == "source" else "404"
    assert "ERR-015" in POLICY.violated(changed("unknown_item", body={"errors": [{name: value}]}))
    assert "ERR-015" not in POLICY.violated(changed("unknown_item", body={"errors": [{"message": value}]}))


def test_json_api_1_0_allows_an_empty_error_object() -> None:
    old = changed("unknown_item", body={"errors": [{}], "jsonapi": {"version": "1.0"}})
    assert POLICY.violated(old) == set()


@pytest.mark.parametrize(
    ("status", "source", "expected"),
    [
        (422, {"parameter": "page"}, "violated"),
        (403, {"parameter": "page"}, "not observed"),
        (422, {"parameter": "include"}, "passed"),
        (422, {"pointer": "/include"}, "not observed"),
        (404, {"parameter": "id"}, "not observed"),
    ],
)
def test_the_source_of_another_status_counts_where_it_names_a_parameter(
    status: int, source: dict[str, str], expected: str
) -> None:
    check = test_error_documents.test_the_source_of_a_query_error_names_the_parameter
    error = {**ERROR, "status": str(status), "source": source}
    refused = changed("unknown_include", status=status, body={"errors": [error]})
    assert outcome(check, every_error=tuple(refused.values())) == expected


def test_every_check_of_the_area_is_violated_by_a_fault() -> None:
    assert POLICY.unviolated([answers_changed for _, answers_changed in FAULTS.values()], "ERR") == set()


def test_errors_of_another_media_type_are_not_those_of_json_api() -> None:
    plain = changed("unknown_item", headers=PLAIN, body={"errors": "not found"})
    check = test_error_documents.test_errors_are_an_array_of_objects
    assert outcome(check, every_error=tuple(plain.values())) == "not observed"


@pytest.mark.parametrize("name", ["item_without_token", "malformed_token", "altered_token", "unknown_item"])
def test_a_refusal_without_a_code_is_found(name: str) -> None:
    error = {member: value for member, value in ERROR.items() if member != "code"}
    assert "ERR-015" in POLICY.violated(changed(name, body={"errors": [error]}))
