"""The checks of isolation: each fault is found by the requirement that owns it, and by no other."""

from __future__ import annotations

from typing import Any

import pytest

from conformance.model.exchange import Exchange
from conformance.syntax.redaction import OTHER_AUTH_TOKEN
from tests.support.customer_answers import (
    HIDDEN_ID,
    OTHER_ACCOUNT,
    OTHER_ID,
    OTHER_TAG,
    answers,
    listing,
    other_account,
    other_invoice,
    outcomes,
    violated,
)
from tests.support.exchanges import INVOICE_ID, document, exchange, refusal

ERROR: dict[str, Any] = answers()["unknown_item"].document["errors"][0]


def put(name: str, status: int = 200, **parts: Any) -> dict[str, Exchange]:
    """Return another answer to the probe ``name``, to the same request."""
    request = answers()[name].request
    given = {"method": request.method, "path": request.target, "query": None, **parts}
    made = exchange(name, status, **given) if status < 400 else refusal(status, name, **given)
    return {name: made}


def not_found(name: str, error: dict[str, Any] | None = None, **fields: str) -> dict[str, Exchange]:
    """Return a 404 with other members of the error object, or more fields."""
    headers = {
        "ETag": None,
        "Cache-Control": "no-store",
        **{key.replace("_", "-"): text for key, text in fields.items()},
    }
    return put(name, 404, headers=headers, body={"errors": [{**ERROR, **(error or {})}]})


THIRD_ID = "0c8a7d52-8d0e-4a8c-9a51-2f1b6f0e7d33"
LISTED = {"type": "invoices", "id": OTHER_ID}
FAULTS: dict[str, tuple[set[str], dict[str, Exchange]]] = {
    "served": ({"SEC-001"}, put("other_item", body=other_invoice())),
    "served without content": ({"SEC-001"}, put("other_item", body=b"")),
    "served for HEAD": ({"SEC-001"}, put("other_item_head")),
    "crash": ({"SEC-001", "SEC-003"}, put("other_item", 500)),
    "reference in the 404": ({"SEC-001", "SEC-003"}, not_found("other_item", {"meta": {"reference": "foreign"}})),
    "relationship": ({"SEC-002"}, put("other_relationship", body={"data": {"type": "accounts", "id": OTHER_ACCOUNT}})),
    "account": ({"SEC-002"}, put("other_related", body=other_account())),
    "account by itself": ({"SEC-002"}, put("other_account_by_itself", body=other_account())),
    "sparse": ({"SEC-001"}, put("other_view[sparse]", body=other_invoice())),
    "sparse with account": ({"SEC-002"}, put("other_view[sparse-with-account]", body=other_invoice())),
    "account for HEAD": ({"SEC-002"}, put("other_view[related-head]")),
    "sparse account": ({"SEC-002"}, put("other_view[related-sparse]", body=other_account())),
    "304 for the account": ({"SEC-003"}, put("other_view[related-if-none-match]", 304)),
    "relationship forbidden with include": ({"SEC-003"}, put("other_view[relationship-with-account]", 403)),
    "hidden with account": ({"SEC-005"}, put("hidden_view[with-account]", body=other_invoice(HIDDEN_ID))),
    "hidden sparse forbidden": ({"SEC-005"}, put("hidden_view[sparse]", 403)),
    "query judged first": ({"SEC-003"}, put("other_item_unknown_include", 400)),
    "name in the 404": ({"SEC-002", "SEC-003"}, not_found("other_related", {"detail": "Another customer"})),
    "included account": ({"SEC-002"}, put("other_item_with_account", body=other_invoice())),
    "forbidden": ({"SEC-003"}, put("other_item", 403)),
    "another Cache-Control": ({"SEC-003"}, not_found("other_item", Cache_Control="no-cache")),
    "another Vary": ({"SEC-003"}, not_found("other_related", Vary="Accept, Authorization")),
    "forbidden for HEAD": ({"SEC-003"}, put("other_item_head", 403, body=b"")),
    "forbidden with include": ({"SEC-003"}, put("other_item_with_account", 403)),
    "another detail": ({"SEC-003"}, not_found("other_item", {"detail": "It belongs to another customer."})),
    "another detail for the account": ({"SEC-003"}, not_found("other_related", {"detail": "Not yours."})),
    "another detail for the relationship": ({"SEC-003"}, not_found("other_relationship", {"code": "1"})),
    "another field": ({"SEC-003"}, not_found("other_item", X_Owner="1")),
    "304 for any": ({"SEC-003"}, put("other_item_if_none_match", 304)),
    "304 for the tag": ({"SEC-003"}, put("other_item_if_none_match_tag", 304, headers={"ETag": OTHER_TAG})),
    "412": ({"SEC-003"}, put("other_item_if_match", 412)),
    "listed": ({"SEC-004"}, put("listing", body=listing(INVOICE_ID, OTHER_ID))),
    "listed when negated": ({"SEC-004"}, put("listing", body=listing(OTHER_ID))),
    "account included": (
        {"SEC-004"},
        put(
            "listing_with_account",
            body={**listing(INVOICE_ID), "included": [{"type": "accounts", "id": OTHER_ACCOUNT}]},
        ),
    ),
    "filtered by account": ({"SEC-004"}, put("listing_of_foreign[account]", body=listing(OTHER_ID.upper()))),
    "accounts": ({"SEC-024"}, put("accounts_listing", body={"data": [{"type": "accounts", "id": OTHER_ACCOUNT}]})),
    "filtered by id": ({"SEC-004"}, put("listing_of_foreign[invoice]", body=listing(OTHER_ID))),
    "counted": ({"SEC-004"}, put("listing_of_foreign[accounts]", body=listing(**{"total-count": 2}))),
    "hidden served": ({"SEC-005"}, put("hidden_item[second]", body=other_invoice(HIDDEN_ID))),
    "hidden forbidden": ({"SEC-005"}, put("hidden_item[first]", 403)),
    "hidden told": ({"SEC-005"}, not_found("hidden_item[first]", {"detail": "Not approved."})),
    "hidden for HEAD": ({"SEC-005"}, put("hidden_item_head")),
    "hidden relationship": ({"SEC-005"}, put("hidden_relationship")),
    "hidden account": ({"SEC-005"}, put("hidden_related")),
    "hidden 304": ({"SEC-005"}, put("hidden_item_if_none_match", 304)),
    "hidden found": ({"SEC-005"}, put("listing_of_hidden", body=listing(HIDDEN_ID))),
    "hidden listed": ({"SEC-005"}, put("listing", body=listing(INVOICE_ID, HIDDEN_ID))),
    "listed like what the other customer lists": (
        {"SEC-004"},
        put("listing", body=listing(INVOICE_ID, THIRD_ID))
        | put(
            "listing_of_other_customer",
            body=listing(OTHER_ID, THIRD_ID),
            request_headers={"Authorization": OTHER_AUTH_TOKEN},
        ),
    ),
    "served in every way": (
        {"SEC-001"},
        put("other_item", body=other_invoice()) | put("other_item_with_account", body=other_invoice()),
    ),
    "own token refused": ({"ROB-008"}, put("interleaved[own-1]", 401)),
    "mixed": ({"ROB-008"}, put("interleaved[own-2]", body=other_invoice())),
    "taken for the other": ({"ROB-008"}, put("interleaved[other-1]", 404)),
}


@pytest.mark.parametrize("fault", FAULTS)
def test_a_fault_is_found_by_exactly_one_requirement(fault: str) -> None:
    expected, changed = FAULTS[fault]
    assert violated(changed) == expected


def errors_with_ids() -> dict[str, Exchange]:
    names = [name for name, given in answers().items() if given.status == 404 and given.body]
    numbered = enumerate(names)
    return {
        name: not_found(
            name,
            {"id": f"{number}", "detail": f"No invoice {answers()[name].request.target.rsplit('/', 1)[1].upper()}."},
        )[name]
        for number, name in numbered
    }


def linked(answer: dict[str, Any]) -> dict[str, Any]:
    """Return a document with a resource that is there for all customers."""
    resource = {"type": "currencies", "id": "978"}
    data = answer["data"]
    if isinstance(data, dict):
        return {**answer, "data": {**data, "relationships": {"currency": {"data": resource}}}}
    return {**answer, "included": [resource]}


# Correct servers that differ from the one that all other tests start from.
@pytest.mark.parametrize(
    "changed",
    [
        {},
        errors_with_ids(),
        not_found("other_item", Age="3", X_Cache="HIT", Connection="close", Set_Cookie="SERVERID=b2"),
        {name: put(name, 403)[name] for name, given in answers().items() if given.status == 404 and given.body},
        {name: refusal(400, name) for name in answers() if "listing" in name},
        put("other_item_with_account", 400) | put("unknown_item_with_account", 400),
        put("other_view[sparse]", 400) | put("unknown_view_for_other[sparse]", 400),
        put("hidden_view[related-head]", 405, body=b"") | put("unknown_view_for_hidden[related-head]", 405, body=b""),
        put("listing_of_other_customer", body=listing(INVOICE_ID)),
        put("interleaved[own-1]", 503),
        put("interleaved[own-1]", body="<html>") | put("interleaved[own-2]", body=document({"/data/id": 23})),
        put(
            "listing_of_foreign[account]", body={**listing(), "links": {"first": {"type": "invoices", "id": OTHER_ID}}}
        ),
        {
            **put("other_account_of_owner", body=linked(other_account())),
            **put("listing", body=linked(listing(INVOICE_ID))),
            **put("accounts_listing", body=linked({"data": []})),
        },
    ],
)
def test_a_correct_server_is_correct(changed: dict[str, Exchange]) -> None:
    assert violated(changed) == set()


VIEWS = put("other_view[sparse]", body=other_invoice()) | put("other_view[related-sparse]", body=other_account())


@pytest.mark.parametrize("owner", [put("other_item_of_owner", 401), put("other_item_of_owner", body=document())])
@pytest.mark.parametrize("shown", [put("other_item", body=other_invoice()), VIEWS], ids=["invoice", "views"])
def test_settings_that_do_not_belong_together_are_no_finding(
    owner: dict[str, Exchange], shown: dict[str, Exchange]
) -> None:
    if owner["other_item_of_owner"].status == 200:
        owner = {"other_item_of_owner": exchange("other_item_of_owner")}
    given = {**answers(), **shown, **owner}
    found = {outcome for name, _, outcome in outcomes(given) if name in {"SEC-001", "SEC-002", "SEC-003", "ROB-008"}}
    assert found == {"not observed"}


def test_the_order_of_directives_and_a_lifetime_left_tell_nothing() -> None:
    stored = not_found("unknown_item", Cache_Control="private, max-age=60", Vary="Accept")
    kept = not_found("other_item", Cache_Control="max-age=57, private", Vary="Accept-Encoding, Accept")
    assert "SEC-003" not in violated(stored | kept)


@pytest.mark.parametrize("name", ["other_item", "other_view[sparse]", "hidden_view[sparse]", "unknown_item"])
def test_a_limit_of_requests_tells_nothing_of_what_exists(name: str) -> None:
    assert violated(put(name, 429)) == set()


def test_a_hidden_invoice_is_compared_with_any_refusal_of_an_unknown_one() -> None:
    for status, expected in ((400, True), (404, True), (500, False)):
        found = violated(put("unknown_item", status) | put("hidden_item[first]", 403) | put("hidden_item[second]", 403))
        assert ("SEC-005" in found) is expected


def test_every_check_is_violated_by_a_fault() -> None:
    from conformance.checks import test_isolation
    from tests.support.customer_answers import checks

    found = {
        check
        for _, changed in FAULTS.values()
        for _, check, outcome in outcomes({**answers(), **changed})
        if outcome == "violated"
    }
    assert {check.__name__ for _, check in checks(test_isolation)} - found == set()
