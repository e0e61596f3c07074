"""Which invoice is answered, and where its links lead: every fault is found by the requirement that owns it."""

from __future__ import annotations

import inspect
from typing import Any

import pytest

from conformance.checks import test_item, test_links
from conformance.checks.support import invoices
from conformance.judge.endings import Violation
from conformance.model.exchange import Exchange, NotObserved
from tests.support.changes import attributes, changed, content, everywhere
from tests.support.correct import ACCOUNT_ID, SECOND_ID, answers
from tests.support.exchanges import INVOICE_ID, ITEM_PATH, ORIGIN, PREFIX, REMOVED, exchange, refusal
from tests.support.judged import INVOICES, Function, judged

LINKS = "/data/relationships/account/links"
LINKAGE = content(probe="relationship")["data"]
SELF = f"{ORIGIN}{ITEM_PATH}"
SPARSE_LINKS = test_links.test_the_links_beside_sparse_fields_have_the_documented_paths


FAULTS: list[tuple[str, dict[str, Any]]] = [
    ("ITEM-008", {"/data/id": SECOND_ID}),
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
    ("ITEM-018", {"/data/links/self": f"{ORIGIN}{PREFIX}/invoices/{SECOND_ID}"}),
    ("ITEM-018", {f"{LINKS}/self": f"{SELF}/links/account"}),
    ("ITEM-018", {f"{LINKS}/related": f"{SELF}/accounts"}),
    ("ITEM-018", {f"{LINKS}/self": f"{SELF}/account", f"{LINKS}/related": f"{SELF}/relationships/account"}),
    ("RELD-004", {f"{LINKS}/related": f"{ORIGIN}{PREFIX}/accounts/{ACCOUNT_ID}"}),
    ("RELD-004", {f"{LINKS}/related": f"{SELF}/account?account={ACCOUNT_ID}"}),
    ("ITEM-021", {"/data/relationships/account/data": [{"type": "accounts", "id": ACCOUNT_ID}]}),
    ("ITEM-021", {"/data/relationships/account/data": {"type": "accounts", "id": 42}}),
    ("ITEM-021", {"/data/relationships/account/data": {"type": 42, "id": ACCOUNT_ID}}),
    ("ITEM-022", {"/data/attributes": REMOVED}),
    ("ITEM-023", attributes({"state": "approved"})),
    ("ITEM-028", {"/data/links/self": ITEM_PATH}),
    ("ITEM-028", {f"{LINKS}/related": f"//example.org{ITEM_PATH}/account"}),
    ("ITEM-029", {"/data/links/self": f"https://example.org{ITEM_PATH}"}),
    ("ITEM-029", {"/data/links/self": f"http://user@example.org{ITEM_PATH}"}),
    ("ITEM-029", {f"{LINKS}/related": f"http://internal:3000{ITEM_PATH}/account"}),
]


def test_another_id_does_not_hide_what_links_are_like() -> None:
    changes = everywhere({"/data/id": SECOND_ID, "/data/links/self": ITEM_PATH})
    assert INVOICES.violated(changes) >= {"ITEM-008", "ITEM-028"}
    elsewhere = everywhere({"/data/id": SECOND_ID}) | changed("item_from_self_link", status=404)
    assert INVOICES.violated(elsewhere) >= {"ITEM-008", "ITEM-017"}


def test_what_needs_the_requested_invoice_is_blocked_by_what_says_that_it_is_another() -> None:
    for identifier, owner in ((SECOND_ID, "ITEM-008"), (7, "ITEM-005")):
        with pytest.raises(NotObserved) as unread:
            invoices.own_resource(changed("item", document={"/data/id": identifier})["item"])
        assert unread.value.owner == owner


def by_name(answer: Exchange) -> dict[str, Exchange]:
    """Return an exchange by its name: of a probe that a correct server gives no reason to send, or of no probe."""
    return {answer.probe: answer}


@pytest.mark.parametrize(("owner", "changes"), FAULTS)
def test_a_fault_of_the_invoice_is_found_by_its_owner_alone(owner: str, changes: dict[str, Any]) -> None:
    assert INVOICES.violated(everywhere(changes)) == {owner}


# Of the plain invoice alone these are asked: which link the account is behind, and whether there is anything in it.
PLAIN = {"ITEM-014", "RELD-004"}


@pytest.mark.parametrize(("owner", "changes"), [case for case in FAULTS if case[0] not in PLAIN])
def test_a_fault_of_the_invoice_is_found_with_include_only(owner: str, changes: dict[str, Any]) -> None:
    assert owner in INVOICES.violated(changed("item_with_account", document=changes))


@pytest.mark.parametrize("probe", ["fields_of_attributes", "fields_of_relationship"])
def test_other_links_beside_sparse_fields_are_found(probe: str) -> None:
    for owner, changes in FAULTS:
        if owner == "ITEM-018" and "/data/links/self" in changes:
            answer = changed(probe, document=changes)
            assert INVOICES.violated(answer) == {"ITEM-018"}
            # A link that is wrong everywhere is found without sparse fields.
            assert judged(SPARSE_LINKS, answers() | everywhere(changes) | answer) == "passed"


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
def test_another_correct_server_is_not_a_finding(changes: dict[str, Any]) -> None:
    # The linkage is not compared here: these servers show another one than the rest of the answers.
    assert INVOICES.violated(everywhere(changes)) <= (
        {"REL-008"} if "/data/relationships/account/data" in changes else set()
    )


@pytest.mark.parametrize(
    ("owner", "answer"),
    [
        ("ITEM-001", changed("item", status=203)),
        ("ITEM-001", changed("item", status=404)),
        ("ITEM-004", changed("item_with_account", body={"data": []})),
        ("ITEM-007", changed("item_with_account", document={"/data/type": "bills"})),
        ("ITEM-008", by_name(exchange("any", body=content({"/data/id": SECOND_ID})))),
        ("ITEM-017", changed("item_from_self_link", status=404)),
        ("ITEM-017", changed("item_from_self_link", document={"/data/type": "bills"})),
        ("ITEM-017", changed("item_from_self_link", body={"data": [content()["data"]]})),
        ("ITEM-024", changed("unknown_item", status=200, body={"data": None})),
        ("ITEM-024", changed("unknown_item", status=403)),
        ("ITEM-025", changed("malformed_id", status=200)),
        ("ITEM-025", changed("malformed_id", status=500)),
        ("ITEM-025", changed("odd_id", status=200)),
        ("ITEM-030", changed("item_with_account", document=attributes({"reference": "x"}))),
        ("ITEM-030", changed("fields_of_attributes", document=attributes({"reference": None}))),
        ("ITEM-026", changed("item_upper_case", status=500)),
        ("ITEM-026", changed("item_upper_case", document={"/data/id": INVOICE_ID.upper()})),
        ("ITEM-026", changed("item_upper_case", body={"data": None})),
        ("ITEM-027", changed("item_percent_encoded", status=404)),
        ("ITEM-027", by_name(exchange("item_percent_encoded", body=content({"/data/id": SECOND_ID}), path="/x"))),
    ],
)
def test_a_fault_of_one_answer_is_found_by_its_owner_alone(owner: str, answer: dict[str, Exchange]) -> None:
    assert INVOICES.violated(answer) - {"SEM-012"} == {owner}


@pytest.mark.parametrize(
    "answer",
    [
        changed("item_upper_case", status=404),
        changed("item_upper_case", status=400),
        changed("malformed_id", status=400),
        *(
            changed(probe, status=status, headers={"Location": place}, body=b"")
            for probe in ("item_upper_case", "item_percent_encoded")
            for status in (301, 302, 303, 307, 308)
            for place in (ITEM_PATH, f"{ORIGIN}{ITEM_PATH}")
        ),
        by_name(
            exchange(
                "any",
                body=content({"/data/id": SECOND_ID}),
                request_headers={"X-Original-URL": f"{ITEM_PATH}/account"},
            )
        ),
    ],
)
def test_other_ways_to_answer_are_not_a_finding(answer: dict[str, Exchange]) -> None:
    assert INVOICES.violated(answer) == set()


@pytest.mark.parametrize("owner", ["ITEM-021", "ITEM-004"])
def test_a_fault_of_the_plain_invoice_alone_is_found(owner: str) -> None:
    body = {"ITEM-021": content({"/data/relationships/account/data": []}), "ITEM-004": {"data": []}}[owner]
    assert owner in INVOICES.violated(changed("item", "item_again", "item_from_self_link", body=body))


@pytest.mark.parametrize("location", ["/login", "http://[x/", ITEM_PATH.replace("a", "%61"), None])
def test_a_redirect_to_another_place_is_found(location: str | None) -> None:
    answer = changed("item_percent_encoded", status=301, headers={"Location": location}, body=b"")
    assert INVOICES.violated(answer) == {"ITEM-027"}


def with_document_link(answer: dict[str, Exchange]) -> set[str]:
    own = changed("item_with_account", document={"/links": {"self": f"{SELF}?include=account"}})
    same = changed("item", "item_again", "item_from_self_link", document={"/links": {"self": SELF}})
    return INVOICES.violated(same | own | answer)


def test_a_document_link_that_leads_to_the_same_data_is_not_a_finding() -> None:
    same = by_name(exchange("included_from_document_link", body=content(probe="item_with_account")))
    assert with_document_link(same) == set()


@pytest.mark.parametrize(
    "answer",
    [
        exchange("included_from_document_link", body=content()),
        exchange(
            "included_from_document_link",
            body=content({"/data/id": SECOND_ID}, "item_with_account"),
            path=f"{PREFIX}/x",
        ),
        exchange("item_from_document_link", body=content({"/data/id": SECOND_ID}), path=f"{PREFIX}/x"),
    ],
)
def test_a_document_link_that_leads_elsewhere_is_found(answer: Exchange) -> None:
    assert with_document_link(by_name(answer)) == {"ITEM-019"}


@pytest.mark.parametrize(
    "answer",
    [
        exchange("included_from_document_link", 404),
        exchange("item_from_document_link", 400),
    ],
)
def test_a_document_link_that_cannot_be_fetched_is_found(answer: Exchange) -> None:
    assert with_document_link(by_name(answer)) == {"ITEM-031"}


@pytest.mark.parametrize(
    ("check", "name", "where"),
    [
        (test_links.test_the_self_link_leads_to_the_invoice, "item", "/data/links"),
        (test_links.test_the_document_link_can_be_fetched, "item", "/links"),
        (test_links.test_the_document_link_of_a_view_can_be_fetched, "item_with_account", "/links"),
    ],
)
def test_what_a_malformed_link_leads_to_is_not_judged(check: Function, name: str, where: str) -> None:
    for link, expected in ((SELF, "violated"), ("a b", "not observed"), ({"href": SELF}, "violated")):
        gone = {probe: refusal(404, probe) for probe in inspect.signature(check).parameters}
        assert judged(check, gone | changed(name, document={where: {"self": link}})) == expected


def test_relative_links_have_no_origin_to_judge() -> None:
    relative = {"/data/links/self": ITEM_PATH, **{f"{LINKS}/{name}": "/x" for name in ("self", "related")}}
    views = everywhere(relative)
    assert judged(test_links.test_the_links_have_the_requested_origin, views) == "not observed"
    assert judged(test_links.test_the_links_have_the_requested_origin, everywhere({})) == "passed"


def test_links_have_the_public_origin_where_one_is_given() -> None:
    public = {
        pointer: str(value).replace(ORIGIN, "https://api.example.net")
        for pointer, value in {
            "/data/links/self": SELF,
            f"{LINKS}/self": f"{SELF}/relationships/account",
            f"{LINKS}/related": f"{SELF}/account",
        }.items()
    }
    item = changed("item", document=public)["item"]
    check = test_links.test_the_links_have_the_requested_origin
    check(item, item, "https://api.example.net")
    with pytest.raises(Violation, match="expected"):
        check(item, item, ORIGIN)


def test_links_between_pages_have_the_origin_of_the_request() -> None:
    check = test_links.test_the_links_between_pages_have_the_requested_origin
    path = f"{PREFIX}/invoices"

    def result(last: str | None, **elsewhere: Exchange) -> str:
        page = exchange("listing", body={"data": [], "links": {"first": path, "last": last}}, path=path)
        return judged(check, answers() | {"listing": page} | elsewhere)

    assert result(f"{ORIGIN}{path}?page=1") == result(f"{path}?page=1") == "passed"
    assert result(f"http://internal:3000{path}?page=1") == result(f"https://example.org{path}?page=1") == "violated"
    assert result("mailto:pages@example.org") == result(f"http://example.org:99999{path}") == "violated"
    elsewhere = everywhere({"/data/links/self": f"https://public.example.com{ITEM_PATH}"})
    assert result(f"https://public.example.com{path}", **elsewhere) == "not observed"
    assert judged(check, {"item": answers()["item"]}) == "not observed"


def test_a_link_of_the_document_that_leads_to_more_fields_is_found() -> None:
    check = test_links.test_the_link_of_no_document_leads_to_another_view
    account = {"type": "accounts", "id": ACCOUNT_ID, "attributes": {"name": "x", "currency": "EUR"}}
    path = f"{ITEM_PATH}/account"
    fields = "fields%5Baccounts%5D=name"
    whole = exchange("related", body={"data": account, "links": {"self": f"{ORIGIN}{path}"}}, path=path)

    def result(link: str) -> str:
        body = {"data": {**account, "attributes": {"name": "x"}}, "links": {"self": link}}
        sparse = exchange("related_sparse", body=body, path=path, query=fields)
        return judged(check, {"related": whole, "related_sparse": sparse})

    assert result(f"{ORIGIN}{path}") == result(path) == "violated"
    assert result(f"{path}?fields[accounts]=name") == result(f"{path}?other=1") == "not observed"
    # That the same URL shows fewer fields at another time is not due to its link.
    part = {"data": {**account, "attributes": {"name": "x"}}, "links": {"self": path}}
    both = {"related": whole, "related_later": exchange("related_later", body=part, path=path)}
    assert judged(check, both) == "not observed"


def test_attributes_that_one_plain_answer_leaves_out_are_found() -> None:
    check = test_item.test_no_plain_request_is_answered_with_a_part_of_the_attributes
    part = content(attributes({"reference": REMOVED}))

    def result(path: str = ITEM_PATH, **parts: Any) -> str:
        return judged(check, {"item": answers()["item"], "other": exchange("other", body=part, path=path, **parts)})

    assert result() == "violated"
    assert result(query="fields%5Binvoices%5D=has-pdf") == result(f"{ITEM_PATH}.json") == "passed"
    # Another representation has its own form.
    assert result(headers={"Content-Type": "application/json"}) == "passed"
    lacking = exchange("item", body=part)
    assert judged(check, {"item": lacking, "other": lacking}) == "not observed"
