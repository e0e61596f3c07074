"""The checks of isolation: each fault is found by the requirement that owns it, and by no other."""

from __future__ import annotations

from typing import Any

import pytest

from conformance.checks.support.isolation import asked_id, marks
from conformance.model.exchange import Exchange, NotObserved
from conformance.reference.data import FOREIGN, HIDDEN_INVOICE_IDS, OTHER_INVOICE_ID
from tests.support.changes import altered, changed, content
from tests.support.correct import answers
from tests.support.exchanges import INVOICE_ID, exchange
from tests.support.judged import CUSTOMERS, Group

HIDDEN_ID = HIDDEN_INVOICE_IDS[0]
INVOICE, ACCOUNT = (content(probe=f"other_{name}_of_owner") for name in ("item", "account"))
HIDDEN = content({"/data/id": HIDDEN_ID}, "other_item_of_owner")
ERROR: dict[str, Any] = answers()["unknown_item"].document["errors"][0]


def put(*names: str, status: int = 200, **parts: Any) -> dict[str, Exchange]:
    """Return other answers to probes, to the same requests; by default such as the owner gets."""
    return changed(*names, status=status, **parts)


def listing(*numbers: str, **meta: Any) -> dict[str, Any]:
    """Return the document of a collection."""
    rows = [{"type": "invoices", "id": number} for number in numbers]
    return {"data": rows, "meta": {"total-count": len(rows), **meta}}


def not_found(name: str, error: dict[str, Any] | None = None, **fields: str) -> dict[str, Exchange]:
    """Return a 404 with other members of the error object, or more fields."""
    headers = {key.replace("_", "-"): text for key, text in fields.items()}
    return changed(name, headers=headers, body={"errors": [{**ERROR, **(error or {})}]})


THIRD_ID = "0c8a7d52-8d0e-4a8c-9a51-2f1b6f0e7d33"
LISTED = {"type": "invoices", "id": OTHER_INVOICE_ID}
FAULTS: dict[str, tuple[set[str], dict[str, Exchange]]] = {
    "served": ({"SEC-001"}, put("other_item", body=INVOICE)),
    "served without content": ({"SEC-001"}, put("other_item", body=b"")),
    "served for HEAD": ({"SEC-001"}, put("other_item_head")),
    "crash": ({"SEC-001", "SEC-003"}, put("other_item", status=500)),
    "reference in the 404": ({"SEC-001", "SEC-003"}, not_found("other_item", {"meta": {"reference": "foreign"}})),
    "relationship": ({"SEC-002"}, put("other_relationship", body={"data": {"type": "accounts", "id": FOREIGN.id}})),
    "relationship where no account is served": (
        {"SEC-002"},
        put("other_relationship", body={"data": {"type": "accounts", "id": FOREIGN.id}})
        | put("other_account_of_owner", status=404),
    ),
    "account": ({"SEC-002"}, put("other_related", body=ACCOUNT)),
    "account by itself": ({"SEC-002"}, put("other_account_by_itself", body=ACCOUNT)),
    "sparse": ({"SEC-001"}, put("other_view[sparse]", body=INVOICE)),
    "sparse with account": ({"SEC-002"}, put("other_view[sparse-with-account]", body=INVOICE)),
    "account for HEAD": ({"SEC-002"}, put("other_view[related-head]")),
    "sparse account": ({"SEC-002"}, put("other_view[related-sparse]", body=ACCOUNT)),
    "304 for the account": ({"SEC-003"}, put("other_view[related-if-none-match]", status=304)),
    "relationship forbidden with include": ({"SEC-003"}, put("other_view[relationship-with-account]", status=403)),
    "sparse forbidden": ({"SEC-003"}, put("other_view[sparse]", status=403)),
    "hidden with account": ({"SEC-005"}, put("hidden_view[with-account]", body=HIDDEN)),
    "hidden sparse forbidden": ({"SEC-005"}, put("hidden_view[sparse]", status=403)),
    "query judged first": ({"SEC-003"}, put("unknown_item_unknown_include", status=404)),
    "name in the 404": ({"SEC-002", "SEC-003"}, not_found("other_related", {"detail": "Another customer"})),
    "included account": ({"SEC-002"}, put("other_item_with_account", body=INVOICE)),
    "forbidden": ({"SEC-003"}, put("other_item", status=403)),
    "another Cache-Control": ({"SEC-003"}, not_found("other_item", Cache_Control="no-cache")),
    "another Vary": ({"SEC-003"}, not_found("other_related", Vary="Accept, Authorization")),
    "forbidden for HEAD": ({"SEC-003"}, put("other_item_head", status=403)),
    "forbidden with include": ({"SEC-003"}, put("other_item_with_account", status=403)),
    "another detail": ({"SEC-003"}, not_found("other_item", {"detail": "It belongs to another customer."})),
    "another detail for the account": ({"SEC-003"}, not_found("other_related", {"detail": "Not yours."})),
    "another detail for the relationship": ({"SEC-003"}, not_found("other_relationship", {"code": "1"})),
    "another field": ({"SEC-003"}, not_found("other_item", X_Owner="1")),
    "304 for any": ({"SEC-003"}, put("other_item_if_none_match", status=304)),
    "304 for the tag": (
        {"SEC-003"},
        put("other_item_if_none_match_tag", status=304, headers={"ETag": answers()["other_item_of_owner"].etag}),
    ),
    "412": ({"SEC-003"}, put("other_item_if_match", status=412)),
    "listed": ({"SEC-004"}, put("listing", body=listing(INVOICE_ID, OTHER_INVOICE_ID))),
    "listed when negated": ({"SEC-004"}, put("listing", body=listing(OTHER_INVOICE_ID))),
    "account included": (
        {"SEC-004"},
        put(
            "listing_with_account",
            body={**listing(INVOICE_ID), "included": [{"type": "accounts", "id": FOREIGN.id}]},
        ),
    ),
    "filtered by account": ({"SEC-004"}, put("listing_of_foreign[account]", body=listing(OTHER_INVOICE_ID.upper()))),
    "accounts": ({"SEC-024"}, put("accounts_listing", body={"data": [{"type": "accounts", "id": FOREIGN.id}]})),
    "filtered by id": ({"SEC-004"}, put("listing_of_foreign[invoice]", body=listing(OTHER_INVOICE_ID))),
    "counted": ({"SEC-004"}, put("listing_of_foreign[accounts]", body=listing(**{"total-count": 2}))),
    "hidden served": ({"SEC-005"}, put("hidden_item[second]", body=HIDDEN)),
    "hidden forbidden": ({"SEC-005"}, put("hidden_item[first]", status=403)),
    "hidden disclosed": ({"SEC-005"}, not_found("hidden_item[first]", {"detail": "Not approved."})),
    "hidden for HEAD": ({"SEC-005"}, put("hidden_item_head")),
    "hidden relationship": ({"SEC-005"}, put("hidden_relationship")),
    "hidden account": ({"SEC-005"}, put("hidden_related")),
    "hidden 304": ({"SEC-005"}, put("hidden_item_if_none_match", status=304)),
    "hidden found": ({"SEC-005"}, put("listing_of_hidden", body=listing(HIDDEN_ID))),
    "hidden listed": ({"SEC-005"}, put("listing", body=listing(INVOICE_ID, HIDDEN_ID))),
    "listed like what the other customer lists": (
        {"SEC-004"},
        put("listing", body=listing(INVOICE_ID, THIRD_ID))
        | put("listing_of_other_customer", body=listing(OTHER_INVOICE_ID, THIRD_ID)),
    ),
    "served in every way": (
        {"SEC-001"},
        put("other_item", "other_item_with_account", body=INVOICE),
    ),
    "listed for the other": ({"SEC-004"}, put("listing_of_other_customer", body=listing(INVOICE_ID))),
    "accounts for the other": (
        {"SEC-024"},
        put("accounts_listing_of_other_customer", body={"data": [answers()["related"].document["data"]]}),
    ),
    "own token refused": ({"ROB-008"}, put("interleaved[own-1]", status=401)),
    "mixed": ({"ROB-008"}, put("interleaved[own-2]", body=INVOICE)),
    "taken for the other": ({"ROB-008"}, put("interleaved[other-1]", status=404)),
}


@pytest.mark.parametrize("fault", FAULTS)
def test_a_fault_is_found_by_exactly_one_requirement(fault: str) -> None:
    expected, changes = FAULTS[fault]
    assert CUSTOMERS.violated(changes) == expected


def errors_with_ids() -> dict[str, Exchange]:
    names = [name for name, given in CUSTOMERS.answers.items() if given.status == 404 and given.body]
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
    "changes",
    [
        {},
        errors_with_ids(),
        not_found("other_item", Age="3", X_Cache="HIT", Connection="close", Set_Cookie="SERVERID=b2"),
        {
            name: altered(given, status=403)
            for name, given in CUSTOMERS.answers.items()
            if given.status == 404 and given.body
        },
        {name: altered(given, status=400) for name, given in CUSTOMERS.answers.items() if "listing" in name},
        put("other_item_with_account", "unknown_item_with_account", status=400),
        put("other_view[sparse]", "unknown_view_for_other[sparse]", status=400),
        put("hidden_view[related-head]", "unknown_view_for_hidden[related-head]", status=405),
        # One stored answer for all is found by CACHE-009.
        put("listing", "listing_of_other_customer", body=listing(INVOICE_ID)),
        put("interleaved[own-1]", status=503),
        put("interleaved[own-1]", body="<html>") | put("interleaved[own-2]", body=content({"/data/id": 23})),
        put(
            "listing_of_foreign[account]",
            body={**listing(), "links": {"first": {"type": "invoices", "id": OTHER_INVOICE_ID}}},
        ),
        {
            **put("other_account_of_owner", body=linked(ACCOUNT)),
            **put("listing", body=linked(listing(INVOICE_ID))),
            **put("accounts_listing", body=linked({"data": []})),
        },
    ],
)
def test_a_correct_server_is_correct(changes: dict[str, Exchange]) -> None:
    assert CUSTOMERS.violated(changes) == set()


VIEWS = put("other_view[sparse]", body=INVOICE) | put("other_view[related-sparse]", body=ACCOUNT)


@pytest.mark.parametrize("owner", [put("other_item_of_owner", status=401), {"other_item_of_owner": answers()["item"]}])
@pytest.mark.parametrize("shown", [put("other_item", body=INVOICE), VIEWS], ids=["invoice", "views"])
def test_settings_that_do_not_belong_together_are_not_a_finding(
    owner: dict[str, Exchange], shown: dict[str, Exchange]
) -> None:
    found = CUSTOMERS.outcomes(shown | owner)
    wanted = {"SEC-001", "SEC-002", "SEC-003", "ROB-008"}
    assert {outcome for (requirement, _), outcome in found.items() if requirement in wanted} == {"not observed"}


def test_what_is_not_a_count_reveals_nothing() -> None:
    check = ("SEC-004", "test_counts_reveal_nothing_of_another_customer")
    assert CUSTOMERS.outcomes(put("listing_of_foreign", body=listing()))[check] == "passed"
    for count in (None, "2"):
        assert CUSTOMERS.outcomes(put("listing_of_foreign", body=listing(**{"total-count": count})))[check] == (
            "not observed"
        )


def test_an_account_of_both_customers_may_be_listed_for_both() -> None:
    check = ("SEC-024", "test_the_accounts_of_the_first_customer_are_not_listed_for_the_other")
    shared = answers()["related"].document
    listed = put("accounts_listing_of_other_customer", body={"data": [shared["data"]]})
    assert CUSTOMERS.outcomes(listed)[check] == "violated"
    assert CUSTOMERS.outcomes(listed | put("other_account_of_owner", body=shared))[check] == "not observed"


def test_the_order_of_directives_and_a_lifetime_left_reveal_nothing() -> None:
    stored = not_found("unknown_item", Cache_Control="private, max-age=60", Vary="Accept")
    kept = not_found("other_item", Cache_Control="max-age=57, private", Vary="Accept-Encoding, Accept")
    assert "SEC-003" not in CUSTOMERS.violated(stored | kept)


@pytest.mark.parametrize("name", ["other_item", "other_view[sparse]", "hidden_view[sparse]", "unknown_item"])
def test_a_limit_of_requests_reveals_nothing_of_what_exists(name: str) -> None:
    assert CUSTOMERS.violated(put(name, status=429)) == set()


def test_the_linkage_names_an_account_that_is_not_served_as_related() -> None:
    absent = put("other_account_of_owner", status=404)
    listed = put("accounts_listing", body={"data": [ACCOUNT["data"]]})
    assert CUSTOMERS.violated(listed) == CUSTOMERS.violated(listed | absent) == {"SEC-024"}
    unnamed = absent | put("other_relationship_of_owner", status=404)
    assert CUSTOMERS.violated(listed | unnamed) == set()


@pytest.mark.parametrize(
    ("shown", "view"),
    [("other_related", "related-if-none-match"), ("other_relationship", "relationship-if-none-match")],
)
def test_what_is_shown_in_the_plain_view_is_one_finding(shown: str, view: str) -> None:
    plain = put(shown, body=ACCOUNT)
    assert (
        CUSTOMERS.violated(plain | put(f"other_view[{view}]", status=304)) == CUSTOMERS.violated(plain) == {"SEC-002"}
    )


def test_a_hidden_invoice_is_compared_with_any_refusal_of_an_unknown_one() -> None:
    for status, expected in ((400, True), (404, True), (500, False)):
        found = CUSTOMERS.violated(put("unknown_item", status=status) | put("hidden_item", status=403))
        assert ("SEC-005" in found) is expected


def test_every_check_is_violated_by_a_fault() -> None:
    assert Group(("isolation",)).unviolated([changes for _, changes in FAULTS.values()]) == set()


def test_a_request_that_names_no_invoice_has_no_id_of_one() -> None:
    assert asked_id(exchange()) == INVOICE_ID
    with pytest.raises(NotObserved):
        asked_id(exchange(path="/invoices"))


def test_what_every_document_shows_marks_nobody_however_it_is_written() -> None:
    owned = exchange(body=b'{"@context":"https:\\/\\/example.org\\/context","data":{"reference":"foreign"}}')
    own = exchange(body=b'{"@context":"https:\\/\\/example.org\\/context","data":null}')
    assert marks(owned, own) == {"foreign"}
