"""Every fault of the relationship and of the related account is found by the requirement that owns it."""

from __future__ import annotations

from dataclasses import replace
from typing import Any
from urllib.parse import urlsplit

import pytest

from conformance.checks import test_related, test_relationship
from conformance.model.exchange import Exchange
from tests.support.areas import outcome, violated
from tests.support.correct import (
    ACCOUNT_ID,
    ACCOUNT_TAG,
    LINKAGE,
    OTHER_ID,
    account,
    answers,
    busy,
    everywhere,
    linkage,
    with_account,
)
from tests.support.exchanges import INVOICE_ID, ITEM_PATH, ORIGIN, PREFIX, REMOVED, exchange, refusal

RELATIONSHIP = f"{ITEM_PATH}/relationships/account"
OTHER = {"type": "accounts", "id": OTHER_ID}
EMPTY = {"data": None}
NO_ACCOUNT = {"/data/relationships/account/data": None}


def linked(changes: dict[str, Any]) -> Exchange:
    return exchange("relationship", body=linkage(changes), path=RELATIONSHIP)


def related(body: Any, probe: str = "related", **parts: Any) -> Exchange:
    return exchange(probe, **{"headers": {"ETag": ACCOUNT_TAG}, "body": body, "path": f"{ITEM_PATH}/account", **parts})


def changed_account(**changes: Any) -> dict[str, Any]:
    resource = account()
    for name, value in changes.items():
        resource["attributes"][name.replace("_", "-")] = value
    return {"data": {**resource, "attributes": {k: v for k, v in resource["attributes"].items() if v is not REMOVED}}}


def both(**changes: Any) -> list[Exchange]:
    """Return the account with other attributes, as that of the invoice and by itself."""
    body = changed_account(**changes)
    return [related(body), exchange("account_from_self_link", body=body, path="/x")]


@pytest.mark.parametrize(
    ("owner", "answer"),
    [
        ("REL-001", refusal(404, "relationship", path=RELATIONSHIP)),
        ("REL-002", linked({"/data": []})),
        ("REL-002", linked({"/data": [LINKAGE]})),
        ("REL-002", linked({"/data": {"type": "accounts", "id": 42}})),
        ("REL-002", exchange("relationship", body={"meta": {}}, path=RELATIONSHIP)),
        ("REL-003", linked({"/data/attributes": {"name": "main"}})),
        ("REL-003", linked({"/data/links": {"self": "/x"}})),
        ("REL-004", linked({"/data/type": "account"})),
        ("REL-005", linked({"/links/self": f"{ORIGIN}{ITEM_PATH}/account"})),
        ("REL-005", linked({"/links/related": f"{ORIGIN}{PREFIX}/accounts/{ACCOUNT_ID}"})),
        ("REL-006", exchange("unknown_relationship", body=EMPTY)),
        ("REL-006", refusal(400, "unknown_relationship_name")),
        ("REL-007", exchange("relationship_with_account", body=linkage(), path=RELATIONSHIP)),
        ("REL-007", exchange("relationship_with_account", body={"data": LINKAGE, "included": []}, path=RELATIONSHIP)),
        ("REL-007", exchange("relationship_unknown_include", body=linkage(), path=RELATIONSHIP)),
        ("REL-008", linked({"/data/id": OTHER_ID})),
        ("REL-008", linked({"/data": None})),
        ("REL-008", related({"data": {**account(), "id": OTHER_ID}})),
        ("REL-009", exchange("relationship_update", 204, body=b"", method="PATCH", path=RELATIONSHIP)),
        ("REL-009", exchange("relationship_update", 404, body=b"", method="PATCH", path=RELATIONSHIP)),
        ("REL-009", exchange("relationship_after_update", body={"data": OTHER}, path=RELATIONSHIP)),
        ("RELD-001", refusal(500, "related", path=f"{ITEM_PATH}/account")),
        ("RELD-001", related({"data": [account()]})),
        ("RELD-001", related({"meta": {}})),
        ("RELD-003", refusal(404, "account_from_self_link")),
        ("RELD-003", exchange("account_from_self_link", body={"data": {**account(), "id": OTHER_ID}}, path="/x")),
        ("RELD-003", exchange("account_from_self_link", body=changed_account(balance="0.0"), path="/x")),
        ("RELD-005", exchange("unknown_related", body=EMPTY)),
        ("RELD-006", related(changed_account(external_id=7))),
        ("RELD-007", related({"data": account()}, "related_sparse")),
        ("RELD-007", refusal(404, "related_sparse")),
        ("RELD-007", related({"data": account()}, "related_unknown_include")),
        ("RELD-008", related({"data": account()}, headers={"ETag": 'W/"253f5160b8ebcfba91cd3a9a98178ce6"'})),
        ("RELD-008", related({"data": account()}, headers={"ETag": None})),
        ("RELD-008", related({"data": account()}, "related_not_modified")),
        ("RELD-008", refusal(404, "related_not_modified")),
        ("RELD-009", related(changed_account(currency=REMOVED))),
        ("RELD-011", related(changed_account(min_balance="0.1", max_balance="0.01"))),
        ("RELD-011", related(changed_account(destination_rate_limit="-1"))),
        ("RELD-010", related(changed_account(balance=1523.75))),
        ("RELD-010", related(changed_account(balance="1,523.75"))),
        ("RELD-010", related(changed_account(max_balance=True))),
        ("RELD-010", related(changed_account(total_capacity="150"))),
        ("RELD-010", related(changed_account(origination_capacity=-1))),
        ("RELD-010", related(changed_account(termination_capacity=1.5))),
        ("RELD-010", related(changed_account(name=None))),
        ("RELD-009", related({"data": {"type": "accounts", "id": ACCOUNT_ID, "links": account()["links"]}})),
    ],
)
def test_a_fault_is_found_by_its_owner_alone(owner: str, answer: Exchange) -> None:
    same = {"relationship": "relationship_after_update", "related": "account_from_self_link"}
    twin = same.get(answer.probe) if answer.succeeded else None
    twins = {twin: replace(answer, probe=twin)} if twin else {}
    assert violated({answer.probe: answer, **twins}) == {owner}


@pytest.mark.parametrize("identifier", [{"type": "account", "id": ACCOUNT_ID}, {"type": "accounts", "id": "42"}])
def test_an_account_that_is_named_wrongly_everywhere_is_found(identifier: dict[str, str]) -> None:
    resource = {**account(), **identifier}
    compound = with_account({"/data/relationships/account/data": identifier, "/included/0": resource})
    bodies = {
        "item_with_account": compound,
        "relationship": {"data": identifier},
        "relationship_with_account": {"data": identifier, "included": [resource]},
        "relationship_after_update": {"data": identifier},
        "related": {"data": resource},
        "account_from_self_link": {"data": resource},
    }
    given = answers()
    changed = {
        name: exchange(name, body=body, headers={"ETag": f'"{name}"'}, path=given[name].request.target)
        for name, body in bodies.items()
    }
    assert violated(changed) == {"REL-004", "RELD-002"}


@pytest.mark.parametrize(
    "answers",
    [
        [linked({"/links": REMOVED})],
        [linked({"/links/self": f"https://public.example.org{RELATIONSHIP}"})],
        [refusal(400, "relationship_with_account")],
        [refusal(400, "related_sparse")],
        [refusal(403, "relationship_update")],
        [refusal(501, "relationship_update")],
        *([refusal(status, "relationship_update")] for status in (400, 409, 411, 415, 422)),
        [linked({"/data/lid": "1"})],
        [related({"data": account()}, "related_not_modified", headers={"ETag": '"changed"'})],
        both(balance=None, total_capacity=None, currency=7),
        both(balance="-5", min_balance="0", origination_capacity=2**40, total_capacity=0),
        # Another selection of attributes is no other account.
        [exchange("account_from_self_link", body=changed_account(balance=REMOVED, note="x"), path="/x")],
        [related({"data": {key: value for key, value in account().items() if key != "links"}})],
        [
            related(EMPTY),
            linked({"/data": None}),
            exchange(
                "item_with_account", body=with_account({"/data/relationships/account/data": None, "/included": []})
            ),
            exchange("relationship_with_account", body={"data": None, "included": []}, path=RELATIONSHIP),
            exchange("relationship_after_update", body=EMPTY, path=RELATIONSHIP),
        ],
        [exchange("item_not_modified", body=busy()), related({"data": account()}, "related_not_modified")],
    ],
)
def test_other_correct_answers_and_faults_of_others_are_no_finding(answers: list[Exchange]) -> None:
    assert violated({answer.probe: answer for answer in answers}) == set()


@pytest.mark.parametrize(
    ("link", "wanted"),
    [
        (f"https://accounts.example.com/v2/accounts/{ACCOUNT_ID}", set()),
        (f"https://public.example.org{PREFIX}/accounts/{ACCOUNT_ID}", {"RELD-003"}),
        (f"{ORIGIN}/v2/accounts/{ACCOUNT_ID}", {"RELD-003"}),
    ],
)
def test_an_account_on_another_host_cannot_be_followed(link: str, wanted: set[str]) -> None:
    elsewhere = related({"data": {**account(), "links": {"self": link}}})
    lost = refusal(404, "account_from_self_link", path=urlsplit(link).path)
    assert violated({"related": elsewhere, "account_from_self_link": lost}) == wanted


def test_two_places_are_enough_to_name_different_accounts() -> None:
    given = {"relationship": refusal(404, "relationship"), "related": related({"data": {**account(), "id": OTHER_ID}})}
    assert "REL-008" in violated(given)


def test_linkage_without_include_names_the_same_account() -> None:
    views = everywhere({"/data/relationships/account/data": OTHER})
    del views["item_with_account"]
    assert violated(views) == {"REL-008"}


def test_a_relationship_without_links_has_none_to_compare() -> None:
    check = test_relationship.test_the_links_are_those_of_the_invoice
    for links, expected in ((REMOVED, "not observed"), ({"self": None}, "not observed"), ({"self": "/x"}, "violated")):
        assert outcome(check, {**answers(), "relationship": linked({"/links": links})}) == expected


def test_a_wrong_type_of_linkage_is_found_in_the_invoice_alone() -> None:
    changes = {"/data/relationships/account/data": {"type": "account", "id": ACCOUNT_ID}}
    for names in (("item", "item_again", "item_from_self_link"), ("item_with_account",)):
        assert "REL-004" in violated({name: everywhere(changes)[name] for name in names})


def test_what_stands_behind_a_swapped_link_is_not_judged() -> None:
    links = {"self": f"{ORIGIN}{ITEM_PATH}/account", "related": f"{ORIGIN}{RELATIONSHIP}"}
    swapped = everywhere({"/data/relationships/account/links": links})
    followed = {name: refusal(404, name) for name in ("relationship", "related")}
    assert {"REL-001", "RELD-001"}.isdisjoint(violated({**swapped, **followed}))


def test_swapped_links_are_the_fault_of_the_invoice_alone() -> None:
    links = {"self": f"{ORIGIN}{ITEM_PATH}/account", "related": f"{ORIGIN}{RELATIONSHIP}"}
    followed = {
        "relationship": related({"data": account()}, "relationship"),
        "relationship_after_update": related({"data": account()}, "relationship_after_update"),
        "related": related(linkage(), path=RELATIONSHIP),
        "related_sparse": related(linkage(), "related_sparse", path=RELATIONSHIP),
        "account_from_self_link": exchange("account_from_self_link", None),
    }
    assert violated({**everywhere({"/data/relationships/account/links": links}), **followed}) == {"ITEM-018"}


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
    body = busy({"/data/relationships/account/links/related": f"{ORIGIN}{path}{below}"})
    given = {
        "item": exchange("item", body=body, path=path),
        "related": related({"data": {**account(), "id": account_id}}),
    }
    assert outcome(test_related.test_the_related_link_does_not_depend_on_the_account, given) == expected
