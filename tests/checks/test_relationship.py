"""Every fault of the relationship and of the related account is found by the requirement that owns it."""

from __future__ import annotations

from dataclasses import replace
from typing import Any
from urllib.parse import urlsplit

import pytest

from conformance.checks import test_related, test_relationship
from conformance.model.exchange import Exchange
from tests.support.changes import changed, content, everywhere
from tests.support.correct import ACCOUNT_ID, SECOND_ID, answers
from tests.support.exchanges import INVOICE_ID, ITEM_PATH, ORIGIN, PREFIX, REMOVED, exchange, refusal
from tests.support.judged import INVOICES, judged, outcome

RELATIONSHIP = f"{ITEM_PATH}/relationships/account"
LINKAGE = content(probe="relationship")["data"]
ACCOUNT = content(probe="related")["data"]
OTHER = {"type": "accounts", "id": SECOND_ID}


def linked(changes: dict[str, Any]) -> dict[str, Exchange]:
    """Return the relationship with another document, before and after it was to be changed."""
    return changed("relationship", "relationship_after_update", document=changes)


def account(*names: str, **changes: Any) -> dict[str, Exchange]:
    """Return the account with other attributes; by default as that of the invoice and by itself."""
    pointers = {f"/data/attributes/{name.replace('_', '-')}": value for name, value in changes.items()}
    return changed(*(names or ("related", "account_from_self_link")), document=pointers)


@pytest.mark.parametrize(
    ("owner", "changes"),
    [
        ("REL-001", changed("relationship", status=404)),
        ("REL-002", linked({"/data": []})),
        ("REL-002", linked({"/data": [LINKAGE]})),
        ("REL-002", linked({"/data": {"type": "accounts", "id": 42}})),
        ("REL-002", changed("relationship", "relationship_after_update", body={"meta": {}})),
        ("REL-003", linked({"/data/attributes": {"name": "main"}})),
        ("REL-003", linked({"/data/links": {"self": "/x"}})),
        ("REL-004", linked({"/data/type": "account"})),
        ("REL-005", linked({"/links/self": f"{ORIGIN}{ITEM_PATH}/account"})),
        ("REL-005", linked({"/links/related": f"{ORIGIN}{PREFIX}/accounts/{ACCOUNT_ID}"})),
        ("REL-006", changed("unknown_relationship", status=200, body={"data": None})),
        ("REL-006", changed("unknown_relationship_name", status=400)),
        ("REL-007", changed("relationship_with_account", document={"/included": REMOVED})),
        ("REL-007", changed("relationship_with_account", document={"/included": []})),
        ("REL-007", changed("relationship_unknown_include", status=200, body=content(probe="relationship"))),
        ("REL-008", linked({"/data/id": SECOND_ID})),
        ("REL-008", linked({"/data": None})),
        ("REL-008", changed("related", "account_from_self_link", document={"/data/id": SECOND_ID})),
        ("REL-009", changed("relationship_update", status=204)),
        ("REL-009", changed("relationship_update", status=404, body=b"")),
        ("REL-009", changed("relationship_after_update", body={"data": OTHER})),
        ("RELD-001", changed("related", status=500)),
        ("RELD-001", changed("related", "account_from_self_link", body={"data": [ACCOUNT]})),
        ("RELD-001", changed("related", "account_from_self_link", body={"meta": {}})),
        ("RELD-003", changed("account_from_self_link", status=404)),
        ("RELD-003", changed("account_from_self_link", document={"/data/id": SECOND_ID})),
        ("RELD-003", account("account_from_self_link", balance="0.0")),
        ("RELD-005", changed("unknown_below_item", status=200, body=content(probe="item"))),
        ("RELD-005", changed("unknown_related", status=200, body={"data": None})),
        ("RELD-006", account(external_id=7)),
        ("RELD-007", changed("related_sparse", body={"data": ACCOUNT})),
        ("RELD-007", changed("related_sparse", status=404)),
        ("RELD-007", changed("related_unknown_include", status=200, body={"data": ACCOUNT})),
        ("RELD-008", changed("related", "account_from_self_link", headers={"ETag": None})),
        ("COND-001", changed("related_not_modified", status=200)),
        ("COND-001", changed("related_not_modified", status=404)),
        ("RELD-009", account(currency=REMOVED)),
        ("RELD-011", account(min_balance="0.1", max_balance="0.01")),
        ("RELD-011", account(destination_rate_limit="-1")),
        ("RELD-010", account(balance=1523.75)),
        ("RELD-010", account(balance="1,523.75")),
        ("RELD-010", account(max_balance=True)),
        ("RELD-010", account(total_capacity="150")),
        ("RELD-010", account(origination_capacity=-1)),
        ("RELD-010", account(termination_capacity=1.5)),
        ("RELD-010", account(name=None)),
        ("RELD-009", changed("related", "account_from_self_link", document={"/data/attributes": REMOVED})),
    ],
)
def test_a_fault_is_found_by_its_owner_alone(owner: str, changes: dict[str, Exchange]) -> None:
    assert INVOICES.violated(changes) == {owner}


@pytest.mark.parametrize("identifier", [{"type": "account", "id": ACCOUNT_ID}, {"type": "accounts", "id": "42"}])
def test_an_account_that_is_named_wrongly_everywhere_is_found(identifier: dict[str, str]) -> None:
    resource = {**ACCOUNT, **identifier}
    compound = {"/data/relationships/account/data": identifier, "/included/0": resource}
    changes = changed("item_with_account", document=compound) | linked({"/data": identifier})
    changes |= changed("relationship_with_account", document={"/data": identifier, "/included": [resource]})
    changes |= changed("related", "account_from_self_link", document={"/data": resource})
    assert INVOICES.violated(changes) == {"REL-004", "RELD-002"}


@pytest.mark.parametrize(
    "changes",
    [
        linked({"/links": REMOVED}),
        linked({"/links/self": f"https://public.example.org{RELATIONSHIP}"}),
        changed("relationship_with_account", status=400),
        changed("related_sparse", status=400),
        changed("relationship_update", status=403),
        changed("relationship_update", status=501),
        *(changed("relationship_update", status=status) for status in (400, 409, 411, 415, 422, 428)),
        linked({"/data/lid": "1"}),
        changed("related_not_modified", status=200, headers={"ETag": '"changed"'}),
        account(balance=None, total_capacity=None, currency=7),
        account(balance="-5", min_balance="0", origination_capacity=2**40, total_capacity=0),
        # Another selection of attributes is not another account.
        account("account_from_self_link", balance=REMOVED, note="x"),
        changed("related", document={"/data/links": REMOVED}),
        changed("related", body={"data": None})
        | linked({"/data": None})
        | changed("item_with_account", document={"/data/relationships/account/data": None, "/included": []})
        | changed("relationship_with_account", document={"/data": None, "/included": []}),
        changed("item_not_modified", "related_not_modified", status=200),
    ],
)
def test_other_correct_answers_and_faults_of_others_are_not_a_finding(changes: dict[str, Exchange]) -> None:
    assert INVOICES.violated(changes) == set()


@pytest.mark.parametrize(
    ("link", "wanted"),
    [
        (f"https://accounts.example.com/v2/accounts/{ACCOUNT_ID}", set()),
        (f"https://public.example.org{PREFIX}/accounts/{ACCOUNT_ID}", {"RELD-003"}),
        (f"{ORIGIN}/v2/accounts/{ACCOUNT_ID}", {"RELD-003"}),
    ],
)
def test_an_account_on_another_host_cannot_be_followed(link: str, wanted: set[str]) -> None:
    elsewhere = changed("related", document={"/data/links": {"self": link}})
    lost = refusal(404, "account_from_self_link", path=urlsplit(link).path)
    assert INVOICES.violated({**elsewhere, "account_from_self_link": lost}) == wanted


@pytest.mark.parametrize(("name", "owner"), [("related", "RELD-005"), ("relationship", "REL-006")])
def test_what_unknown_invoices_show_is_found_where_known_ones_do_not(name: str, owner: str) -> None:
    refused = changed(name, status=404)
    assert owner not in INVOICES.violated(refused)
    assert owner in INVOICES.violated(refused | changed(f"unknown_{name}", status=200, body={"data": None}))


def test_two_places_are_enough_to_name_different_accounts() -> None:
    changes = changed("relationship", status=404) | changed("related", document={"/data/id": SECOND_ID})
    assert "REL-008" in INVOICES.violated(changes)


def test_linkage_without_include_names_the_same_account() -> None:
    views = everywhere({"/data/relationships/account/data": OTHER})
    del views["item_with_account"]
    assert INVOICES.violated(views) == {"REL-008"}


def test_a_relationship_without_links_has_none_to_compare() -> None:
    check = test_relationship.test_the_links_are_those_of_the_invoice
    for links, expected in ((REMOVED, "not observed"), ({"self": None}, "not observed"), ({"self": "/x"}, "violated")):
        assert judged(check, answers() | linked({"/links": links})) == expected


def test_a_wrong_type_of_linkage_is_found_in_the_invoice_alone() -> None:
    changes = {"/data/relationships/account/data": {"type": "account", "id": ACCOUNT_ID}}
    for names in (("item", "item_again", "item_from_self_link"), ("item_with_account",)):
        assert "REL-004" in INVOICES.violated({name: everywhere(changes)[name] for name in names})


def test_what_stands_behind_a_swapped_link_is_not_judged() -> None:
    links = {"self": f"{ORIGIN}{ITEM_PATH}/account", "related": f"{ORIGIN}{RELATIONSHIP}"}
    swapped = everywhere({"/data/relationships/account/links": links})
    followed = changed("relationship", "related", status=404)
    assert {"REL-001", "RELD-001"}.isdisjoint(INVOICES.violated({**swapped, **followed}))


def test_swapped_links_are_the_fault_of_the_invoice_alone() -> None:
    links = {"self": f"{ORIGIN}{ITEM_PATH}/account", "related": f"{ORIGIN}{RELATIONSHIP}"}
    behind = {
        "relationship": "related",
        "relationship_after_update": "related",
        "related": "relationship",
        "related_sparse": "relationship",
    }
    followed = {name: replace(answers()[other], probe=name) for name, other in behind.items()}
    followed["account_from_self_link"] = exchange("account_from_self_link", None)
    assert INVOICES.violated({**everywhere({"/data/relationships/account/links": links}), **followed}) == {"ITEM-018"}


@pytest.mark.parametrize(
    ("base", "account_id", "below", "expected"),
    [
        # The account may stand in the path of all resources, or have the id of the invoice.
        (f"/tenants/{ACCOUNT_ID}", ACCOUNT_ID, "/account", "passed"),
        (PREFIX, INVOICE_ID, "/account", "passed"),
        (PREFIX, ACCOUNT_ID, f"/account/{ACCOUNT_ID}", "violated"),
        (f"/tenants/{ACCOUNT_ID}", ACCOUNT_ID, f"/account/{ACCOUNT_ID}", "violated"),
    ],
)
def test_the_account_in_a_link_to_it(base: str, account_id: str, below: str, expected: str) -> None:
    path = f"{base}/invoices/{INVOICE_ID}"
    body = content({"/data/relationships/account/links/related": f"{ORIGIN}{path}{below}"})
    given = {"item": exchange("item", body=body, path=path), **changed("related", document={"/data/id": account_id})}
    assert judged(test_related.test_the_related_link_does_not_depend_on_the_account, given) == expected


def test_the_account_of_an_unknown_invoice_is_not_judged_where_no_account_is_linked() -> None:
    check = test_related.test_the_account_of_an_unknown_invoice_is_not_found
    assert outcome(check, related=None) == "not observed"
    assert outcome(check, related=None, unknown_related=answers()["related"]) == "violated"


@pytest.mark.parametrize("name", ["balance", "min-balance", "max-balance", "destination-rate-limit"])
def test_each_amount_of_an_account_has_its_form(name: str) -> None:
    assert INVOICES.violated(account(**{name.replace("-", "_"): "1,5"})) == {"RELD-010"}


@pytest.mark.parametrize(
    ("relationship", "status", "expected"),
    [
        (answers()["relationship"], 404, "passed"),
        (answers()["relationship"], 400, "violated"),
        (refusal(404), 404, "not observed"),
        (None, 404, "not observed"),
        (None, 200, "violated"),
    ],
)
def test_unknown_paths_where_no_relationship_is_served(
    relationship: Exchange | None, status: int, expected: str
) -> None:
    for check, probe in (
        (test_relationship.test_the_relationship_of_an_unknown_invoice_is_not_found, "unknown_relationship"),
        (test_relationship.test_an_unknown_relationship_is_not_found, "unknown_relationship_name"),
    ):
        assert outcome(check, relationship=relationship, **changed(probe, status=status)) == expected
