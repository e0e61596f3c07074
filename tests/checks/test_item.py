"""Which invoice is answered, and where its links lead: every fault is found by the requirement that owns it."""

from __future__ import annotations

import inspect
from typing import Any

import pytest

from conformance.checks import test_item, test_links
from conformance.model.exchange import Exchange
from tests.support.areas import Check, outcome, violated
from tests.support.correct import ACCOUNT_ID, LINKAGE, OTHER_ID, answers, attribute, busy, everywhere, with_account
from tests.support.exchanges import INVOICE_ID, ITEM_PATH, ORIGIN, PREFIX, REMOVED, exchange, refusal

LINKS = "/data/relationships/account/links"
SELF = f"{ORIGIN}{ITEM_PATH}"
SPARSE_LINKS = test_links.test_the_links_beside_sparse_fields_have_the_documented_paths


FAULTS: list[tuple[str, dict[str, Any]]] = [
    ("ITEM-008", {"/data/id": OTHER_ID}),
    ("ITEM-015", {f"{LINKS}/self": REMOVED}),
    ("ITEM-015", {f"{LINKS}/related": None}),
    ("ITEM-015", {"/data/relationships": REMOVED}),
    ("ITEM-015", {"/data/relationships": {"contractor": {"data": None}}}),
    ("ITEM-014", {LINKS: REMOVED}),
    ("ITEM-015", {"/data/relationships/account": {"data": LINKAGE}}),
    ("ITEM-016", {"/data/links/self": f"{ORIGIN}{PREFIX}/invoices/{{id}}"}),
    ("ITEM-016", {f"{LINKS}/self": 7}),
    ("ITEM-016", {f"{LINKS}/self": "http://[x/"}),
    ("ITEM-018", {"/data/links/self": f"{ORIGIN}/invoices/{INVOICE_ID}"}),
    ("ITEM-018", {"/data/links/self": f"{SELF}/"}),
    ("ITEM-018", {"/data/links/self": f"{ORIGIN}{PREFIX}/invoices/{OTHER_ID}"}),
    ("ITEM-018", {f"{LINKS}/self": f"{SELF}/links/account"}),
    ("ITEM-018", {f"{LINKS}/related": f"{SELF}/accounts"}),
    ("ITEM-018", {f"{LINKS}/self": f"{SELF}/account", f"{LINKS}/related": f"{SELF}/relationships/account"}),
    ("RELD-004", {f"{LINKS}/related": f"{ORIGIN}{PREFIX}/accounts/{ACCOUNT_ID}"}),
    ("RELD-004", {f"{LINKS}/related": f"{SELF}/account?account={ACCOUNT_ID}"}),
    ("ITEM-021", {"/data/relationships/account/data": [{"type": "accounts", "id": ACCOUNT_ID}]}),
    ("ITEM-021", {"/data/relationships/account/data": {"type": "accounts", "id": 42}}),
    ("ITEM-021", {"/data/relationships/account/data": {"type": 42, "id": ACCOUNT_ID}}),
    ("ITEM-022", {"/data/attributes": REMOVED}),
    ("ITEM-023", {attribute("state"): "approved"}),
    ("ITEM-028", {"/data/links/self": ITEM_PATH}),
    ("ITEM-028", {f"{LINKS}/related": f"//example.org{ITEM_PATH}/account"}),
    ("ITEM-029", {"/data/links/self": f"https://example.org{ITEM_PATH}"}),
    ("ITEM-029", {"/data/links/self": f"http://user@example.org{ITEM_PATH}"}),
    ("ITEM-029", {f"{LINKS}/related": f"http://internal:3000{ITEM_PATH}/account"}),
]


@pytest.mark.parametrize(("owner", "changes"), FAULTS)
def test_a_fault_of_the_invoice_is_found_by_its_owner_alone(owner: str, changes: dict[str, Any]) -> None:
    assert violated(everywhere(changes)) == {owner}


# Of the plain invoice alone these are asked: which link the account is behind, and whether there is anything in it.
PLAIN = {"ITEM-014", "RELD-004"}


@pytest.mark.parametrize(("owner", "changes"), [case for case in FAULTS if case[0] not in PLAIN])
def test_a_fault_of_the_invoice_is_found_with_include_only(owner: str, changes: dict[str, Any]) -> None:
    answer = exchange("item_with_account", body=with_account(changes), query="include=account")
    assert owner in violated({"item_with_account": answer})


@pytest.mark.parametrize("probe", ["fields_of_attributes", "fields_of_relationship"])
def test_other_links_beside_sparse_fields_are_found(probe: str) -> None:
    for owner, changes in FAULTS:
        if owner == "ITEM-018" and "/data/links/self" in changes:
            answer = exchange(probe, body=busy(changes), query="fields")
            assert violated({probe: answer}) == {"ITEM-018"}
            # A link that is wrong everywhere is found without sparse fields.
            assert outcome(SPARSE_LINKS, {**answers(), **everywhere(changes), probe: answer}) == "passed"


@pytest.mark.parametrize(
    "changes",
    [
        {"/data/links/self": {"href": SELF}},
        {"/data/links/self": f"HTTP://EXAMPLE.org:80{ITEM_PATH}?version=1"},
        {"/data/links/self": f"{ORIGIN}{PREFIX}/invoices/{INVOICE_ID.upper()}"},
        {"/data/relationships/account/data": None},
        {"/data/relationships/contractor": {"links": {"related": f"{SELF}/contractor"}}},
    ],
)
def test_another_correct_server_is_no_finding(changes: dict[str, Any]) -> None:
    # The linkage is not compared here: these servers show another one than the rest of the answers.
    assert violated(everywhere(changes)) <= ({"REL-008"} if "/data/relationships/account/data" in changes else set())


@pytest.mark.parametrize(
    ("owner", "answer"),
    [
        ("ITEM-001", exchange("item", 203)),
        ("ITEM-001", exchange("item", 404)),
        ("ITEM-004", exchange("item_with_account", body={"data": []}, query="include=account")),
        ("ITEM-008", exchange("any", body=busy({"/data/id": OTHER_ID}))),
        ("ITEM-017", exchange("item_from_self_link", 404)),
        ("ITEM-017", exchange("item_from_self_link", body=busy({"/data/type": "bills"}))),
        ("ITEM-017", exchange("item_from_self_link", body={"data": [busy()["data"]]}, path=f"{PREFIX}/invoices")),
        ("ITEM-024", exchange("unknown_item", body={"data": None}, path=f"{PREFIX}/invoices/{OTHER_ID}")),
        ("ITEM-024", refusal(403)),
        ("ITEM-025", exchange("malformed_id", path=f"{PREFIX}/invoices/undefined")),
        ("ITEM-025", refusal(500, "malformed_id")),
        ("ITEM-025", exchange("odd_id", path=f"{PREFIX}/invoices/%25")),
        ("ITEM-030", exchange("item_with_account", body=with_account({attribute("reference"): "x"}))),
        ("ITEM-030", exchange("fields_of_attributes", body=busy({attribute("reference"): None}))),
        ("ITEM-026", refusal(500, "item_upper_case", path=f"{PREFIX}/x")),
        ("ITEM-026", exchange("item_upper_case", path=f"{PREFIX}/x", body=busy({"/data/id": INVOICE_ID.upper()}))),
        ("ITEM-026", exchange("item_upper_case", path=f"{PREFIX}/x", body={"data": None})),
        ("ITEM-027", refusal(404, "item_percent_encoded")),
        ("ITEM-027", exchange("item_percent_encoded", path=f"{PREFIX}/x", body=busy({"/data/id": OTHER_ID}))),
    ],
)
def test_a_fault_of_one_answer_is_found_by_its_owner_alone(owner: str, answer: Exchange) -> None:
    assert violated({answer.probe: answer}) - {"SEM-012"} == {owner}


@pytest.mark.parametrize(
    "answer",
    [
        refusal(404, "item_upper_case", path=f"{PREFIX}/x"),
        refusal(400, "item_upper_case", path=f"{PREFIX}/x"),
        refusal(400, "malformed_id"),
        *(
            exchange(probe, status, {"Location": place}, b"", path=f"{PREFIX}/invoices/{INVOICE_ID.upper()}")
            for probe in ("item_upper_case", "item_percent_encoded")
            for status in (301, 302, 307, 308)
            for place in (ITEM_PATH, f"{ORIGIN}{ITEM_PATH}")
        ),
        exchange("any", body=busy({"/data/id": OTHER_ID}), request_headers={"X-Original-URL": f"{ITEM_PATH}/account"}),
    ],
)
def test_other_ways_to_answer_are_no_finding(answer: Exchange) -> None:
    assert violated({answer.probe: answer}) == set()


@pytest.mark.parametrize("owner", ["ITEM-021", "ITEM-004"])
def test_a_fault_of_the_plain_invoice_alone_is_found(owner: str) -> None:
    document = {"ITEM-021": busy({"/data/relationships/account/data": []}), "ITEM-004": {"data": []}}[owner]
    answer = exchange("item", body=document)
    assert owner in violated(dict.fromkeys(("item", "item_again", "item_from_self_link"), answer))


@pytest.mark.parametrize("location", ["/login", "http://[x/", ITEM_PATH.replace("a", "%61"), None])
def test_a_redirect_to_another_place_is_found(location: str | None) -> None:
    answer = exchange("item_percent_encoded", 301, {"Location": location}, b"")
    assert violated({"item_percent_encoded": answer}) == {"ITEM-027"}


def with_document_link(**answers: Exchange) -> set[str]:
    links = {"/links": {"self": f"{SELF}?include=account"}}
    own = exchange("item_with_account", body=with_account(links), query="include=account")
    item = exchange("item", body=busy({"/links": {"self": SELF}}))
    same = dict.fromkeys(("item", "item_again", "item_from_self_link"), item)
    return violated({**same, "item_with_account": own, **answers})


def test_a_document_link_that_leads_to_the_same_data_is_no_finding() -> None:
    same = exchange("included_from_document_link", body=with_account())
    assert with_document_link(included_from_document_link=same) == set()


@pytest.mark.parametrize(
    "answer",
    [
        exchange("included_from_document_link", body=busy()),
        exchange("included_from_document_link", body=with_account({"/data/id": OTHER_ID}), path=f"{PREFIX}/x"),
        exchange("item_from_document_link", body=busy({"/data/id": OTHER_ID}), path=f"{PREFIX}/x"),
    ],
)
def test_a_document_link_that_leads_elsewhere_is_found(answer: Exchange) -> None:
    assert with_document_link(**{answer.probe: answer}) == {"ITEM-019"}


@pytest.mark.parametrize(
    "answer",
    [
        exchange("included_from_document_link", 404),
        exchange("item_from_document_link", 400),
    ],
)
def test_a_document_link_that_cannot_be_fetched_is_found(answer: Exchange) -> None:
    assert with_document_link(**{answer.probe: answer}) == {"ITEM-031"}


@pytest.mark.parametrize(
    ("check", "name", "where"),
    [
        (test_links.test_the_self_link_leads_to_the_invoice, "item", "/data/links"),
        (test_links.test_the_document_link_can_be_fetched, "item", "/links"),
        (test_links.test_the_document_link_of_a_view_can_be_fetched, "item_with_account", "/links"),
    ],
)
def test_what_a_malformed_link_leads_to_is_not_judged(check: Check, name: str, where: str) -> None:
    for link, expected in ((SELF, "violated"), ("a b", "not observed"), ({"href": SELF}, "violated")):
        gone = {probe: refusal(404, probe) for probe in inspect.signature(check).parameters}
        assert outcome(check, {**gone, name: exchange(name, body=busy({where: {"self": link}}))}) == expected


def test_relative_links_have_no_origin_to_judge() -> None:
    relative = {"/data/links/self": ITEM_PATH, **{f"{LINKS}/{name}": "/x" for name in ("self", "related")}}
    views = everywhere(relative)
    assert outcome(test_links.test_the_links_have_the_requested_origin, views) == "not observed"
    assert outcome(test_links.test_the_links_have_the_requested_origin, everywhere({})) == "passed"


def test_links_between_pages_have_the_origin_of_the_request() -> None:
    check = test_links.test_the_links_between_pages_have_the_requested_origin
    path = f"{PREFIX}/invoices"

    def said(last: str | None, **changed: Exchange) -> str:
        page = exchange("listing", body={"data": [], "links": {"first": path, "last": last}}, path=path)
        return outcome(check, {**answers(), "listing": page, **changed})

    assert said(f"{ORIGIN}{path}?page=1") == said(f"{path}?page=1") == "passed"
    assert said(f"http://internal:3000{path}?page=1") == said(f"https://example.org{path}?page=1") == "violated"
    assert said("mailto:pages@example.org") == said(f"http://example.org:99999{path}") == "violated"
    elsewhere = everywhere({"/data/links/self": f"https://public.example.com{ITEM_PATH}"})
    assert said(f"https://public.example.com{path}", **elsewhere) == "not observed"
    assert outcome(check, answers()) == "not observed"


def test_a_link_of_the_document_that_leads_to_more_fields_is_found() -> None:
    check = test_links.test_the_link_of_no_document_leads_to_another_view
    account = {"type": "accounts", "id": ACCOUNT_ID, "attributes": {"name": "x", "currency": "EUR"}}
    path = f"{ITEM_PATH}/account"
    fields = "fields%5Baccounts%5D=name"
    whole = exchange("related", body={"data": account, "links": {"self": f"{ORIGIN}{path}"}}, path=path)

    def said(link: str) -> str:
        body = {"data": {**account, "attributes": {"name": "x"}}, "links": {"self": link}}
        sparse = exchange("related_sparse", body=body, path=path, query=fields)
        return outcome(check, {"related": whole, "related_sparse": sparse})

    assert said(f"{ORIGIN}{path}") == said(path) == "violated"
    assert said(f"{path}?fields[accounts]=name") == said(f"{path}?other=1") == "not observed"
    # That the same URL shows fewer fields at another time is not due to its link.
    part = {"data": {**account, "attributes": {"name": "x"}}, "links": {"self": path}}
    both = {"related": whole, "related_later": exchange("related_later", body=part, path=path)}
    assert outcome(check, both) == "not observed"


def test_attributes_that_one_plain_answer_leaves_out_are_found() -> None:
    check = test_item.test_no_plain_request_is_answered_with_a_part_of_the_attributes
    part = busy({attribute("reference"): REMOVED})

    def said(path: str = ITEM_PATH, **parts: Any) -> str:
        return outcome(check, {"item": answers()["item"], "other": exchange("other", body=part, path=path, **parts)})

    assert said() == "violated"
    assert said(query="fields%5Binvoices%5D=has-pdf") == said(f"{ITEM_PATH}.json") == "passed"
    # Another representation has its own form.
    assert said(headers={"Content-Type": "application/json"}) == "passed"
    lacking = exchange("item", body=part)
    assert outcome(check, {"item": lacking, "other": lacking}) == "not observed"
