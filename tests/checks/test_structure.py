"""What is wrong with the structure of a document is found by the requirement that owns it, wherever it stands."""

from __future__ import annotations

from typing import Any

import pytest

from conformance.model.exchange import JSON_API, Exchange
from tests.support.changes import VIEWS, changed, content
from tests.support.exchanges import REMOVED, exchange
from tests.support.judged import INVOICES, judged

ACCOUNT = "/data/relationships/account"

FAULTS: list[tuple[str, dict[str, Any]]] = [
    ("ITEM-003", {"/status": "ok"}),
    ("ITEM-003", {"/ext:page": 1}),
    ("ITEM-005", {"/included/0/id": 42}),
    ("ITEM-005", {"/included/0/type": REMOVED}),
    ("ITEM-005", {"/data/lid": 7}),
    ("ITEM-006", {"/data/reference": "23"}),
    ("ITEM-006", {"/included/0/name": "main"}),
    ("ITEM-009", {"/data/attributes/reference.": "23"}),
    ("ITEM-009", {f"{ACCOUNT}/links/-self": "/x"}),
    ("ITEM-009", {"/data/relationships/sub account+": {"data": None}}),
    ("ITEM-010", {f"{ACCOUNT}/links/über": "/x"}),
    ("ITEM-010", {"/links": {"the account": "/x"}}),
    ("ITEM-011", {"/meta": []}),
    ("ITEM-011", {"/links": "http://example.org/"}),
    ("ITEM-011", {"/data/meta": None}),
    ("ITEM-011", {"/data/attributes": []}),
    ("ITEM-011", {"/data/relationships": []}),
    ("ITEM-011", {ACCOUNT: None}),
    ("ITEM-011", {f"{ACCOUNT}/meta": "x"}),
    ("ITEM-011", {f"{ACCOUNT}/data/meta": []}),
    ("ITEM-012", {"/included/0/relationships": {"name": {"data": None}}}),
    ("ITEM-012", {"/data/relationships/type": {"data": None}}),
    ("ITEM-013", {"/included/0/attributes/currency_id": 7}),
    ("ITEM-013", {"/data/relationships/reseller": {"data": None}, "/data/attributes/reseller-id": 7}),
    ("ITEM-014", {"/data/relationships/currency": {}}),
    ("ITEM-014", {"/data/relationships/currency": {"links": {"about": "/x"}}}),
    ("ITEM-016", {"/links": {"about": "http://example.org/a b"}}),
    ("ITEM-016", {"/links": {"about": "/invoices/{id}"}}),
    ("ITEM-016", {"/links": {"about": 7}}),
    ("ITEM-016", {"/links": {"about": {"title": "no href"}}}),
    ("ITEM-016", {"/links": {"about": {"href": None}}}),
    ("ITEM-016", {"/data/links/about": "http://exa mple.org/"}),
    ("ITEM-016", {f"{ACCOUNT}/links/about": "http://example.org/%zz"}),
    ("ITEM-034", {"/links": {"about": {"href": "/x", "templated": False}}}),
    ("ITEM-034", {"/data/links/about": {"href": "/x", "hreflang": ["en", 7]}}),
    ("ITEM-034", {f"{ACCOUNT}/links/about": {"href": "/x", "meta": []}}),
    ("ITEM-034", {"/links": {"about": {"href": "/x", "describedby": 7}}}),
    ("ITEM-020", {"/jsonapi": "1.1"}),
    ("ITEM-020", {"/jsonapi": {"version": 1.1}}),
    ("ITEM-020", {"/jsonapi": {"version": "1.1", "implementation": "x"}}),
    ("ITEM-020", {"/jsonapi": {"ext": "https://example.org/ext"}}),
    ("ITEM-020", {"/jsonapi": {"profile": ["cursor"]}}),
    ("ITEM-020", {"/jsonapi": {"meta": []}}),
    ("REL-003", {f"{ACCOUNT}/data/attributes": {}}),
]

LEGAL: list[dict[str, Any]] = [
    {"/jsonapi": {"version": "1.1", "ext": [], "profile": ["https://example.org/p"], "meta": {"a b.": 1}}},
    {"/meta": {"any.name ": 1}, "/@note": {"_": 1}},
    {"/data/@note": 1, f"{ACCOUNT}/@note": 1, f"{ACCOUNT}/data/@note": 1, f"{ACCOUNT}/data/meta": {}},
    {"/data/lid": "1", "/data/meta": {}, "/data/attributes/@note": {"_x": 1}},
    {"/links": {"about": None, "describedby": {"href": "/doc", "title": "x"}, "first": "?page[number]=1"}},
    {"/data/relationships/currency": {"data": None}, "/data/relationships/notes": {"data": []}},
    {"/data/relationships/notes": {"meta": {}}},
    {"/included/0/relationships": {"owner": {"links": {"related": None}}}},
]


def compound(changes: dict[str, Any]) -> dict[str, Exchange]:
    return changed("item_with_account", document=changes)


@pytest.mark.parametrize(("owner", "changes"), FAULTS)
def test_a_fault_in_a_compound_document_is_found_by_its_owner_alone(owner: str, changes: dict[str, Any]) -> None:
    assert INVOICES.violated(compound(changes)) == {owner}


def test_member_names_are_judged_at_any_depth() -> None:
    # That the name of the account is not a string is a finding of its own.
    assert INVOICES.violated(compound({"/included/0/attributes/name": {"per hour ": 1}})) == {"ITEM-009", "RELD-010"}


@pytest.mark.parametrize("changes", LEGAL)
def test_what_json_api_allows_is_not_a_finding(changes: dict[str, Any]) -> None:
    assert INVOICES.violated(compound(changes)) == set()


def test_members_of_an_applied_extension_are_not_a_finding() -> None:
    changes = {"/ext:page": 1, "/data/ext:x": 1, "/data/relationships/notes": {"ext:y": 1}}
    headers = {"Content-Type": f'{JSON_API};ext="https://example.org/ext"'}
    assert INVOICES.violated(changed("item_with_account", headers=headers, document=changes)) == set()


@pytest.mark.parametrize(
    ("owner", "body"),
    [
        ("ITEM-002", {"error": "not found"}),
        ("ITEM-002", []),
        ("ITEM-002", {"errors": [{"status": "404"}], "data": None}),
        ("ITEM-003", {"errors": [{"status": "404"}], "timestamp": 0}),
        ("ITEM-011", {"errors": [{"status": "404"}], "meta": None}),
        ("ITEM-016", {"errors": [{"status": "404"}], "links": {"about": "a b"}}),
        ("ITEM-020", {"errors": [{"status": "404"}], "jsonapi": None}),
    ],
)
def test_a_fault_in_error_documents_only_is_found(owner: str, body: Any) -> None:
    assert INVOICES.violated(changed("unknown_item", body=body)) == {owner}


@pytest.mark.parametrize(
    ("owner", "body"),
    [
        ("ITEM-002", {}),
        ("ITEM-002", {"status": "ok", "result": {}}),
        ("ITEM-004", {"data": [content()["data"]]}),
        ("ITEM-004", {"data": None}),
        ("ITEM-004", {"meta": {}}),
        ("ITEM-004", {"data": "x"}),
        ("ITEM-005", {"data": {**content()["data"], "type": 7}}),
        ("ITEM-007", {"data": {**content()["data"], "type": "Invoice"}}),
    ],
)
def test_a_fault_in_the_primary_data_is_found_by_its_owner_alone(owner: str, body: Any) -> None:
    assert INVOICES.violated(changed(*VIEWS, body=body)) == {owner}


@pytest.mark.parametrize(
    "answer",
    [
        exchange("other", 200, {"Content-Type": "text/html"}, "<html>", request_headers={"Accept": "text/html"}),
        exchange("other", 200, {"Content-Type": "application/json"}, {"id": 1}, request_headers={"Accept": "*/*"}),
        exchange("other", 502, {"Content-Type": "application/json"}, {"message": "upstream"}),
        exchange("other", 200, {"Content-Type": "application/json"}, {"name": "Invoice"}, method="OPTIONS"),
        exchange("other", 200, method="HEAD"),
        *(
            exchange("other", status, body=body)
            for status in (204, 205, 206, 304)
            for body in (b"", b"{}", b'{"data":')
        ),
        exchange("other", body=b'{"data":', truncated=True),
        exchange("other", body=b'{"data":', incomplete="closed"),
        exchange("other", None),
    ],
)
def test_what_is_not_a_whole_json_api_document_is_not_judged(answer: Exchange) -> None:
    assert INVOICES.violated({"other": answer}) == set()
    given = {"other": answer}
    alone = {each.requirement for each in INVOICES.checks if judged(each.function, given) != "not observed"}
    assert alone <= {"JSON-001", "JSON-002", "JSON-003", "JSON-004", "JSON-005"}


def test_json_under_a_wrong_label_is_judged_when_only_json_api_is_accepted() -> None:
    answer = exchange("other", headers={"Content-Type": "text/plain"}, body={"data": {"type": "invoices", "id": 1}})
    assert INVOICES.violated({"other": answer}) == {"ITEM-005"}


def test_identifiers_of_a_relationship_are_not_resources() -> None:
    account = content(probe="related")["data"]
    assert INVOICES.violated(changed("relationship", document={"/data": account})) == {"REL-003"}


@pytest.mark.parametrize(
    ("owner", "member"),
    [("ITEM-011", {"meta": []}), ("ITEM-011", {"links": "x"}), ("ITEM-016", {"links": {"about": 7}})],
)
def test_a_fault_of_an_error_object_is_found_by_its_owner_alone(owner: str, member: dict[str, Any]) -> None:
    body = {"errors": [{"title": "Not Found", "status": "404", **member}]}
    assert INVOICES.violated(changed("unknown_item", body=body)) == {owner}
