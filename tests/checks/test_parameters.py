"""The checks of query parameters: each fault is found by the requirement that owns it, and by no other."""

from __future__ import annotations

from typing import Any

import pytest

from conformance.model.exchange import Exchange
from conformance.plan.probes.parameters import FIELDS_OF_EVERY_KIND
from tests.support.changes import changed, content
from tests.support.exchanges import REMOVED
from tests.support.judged import POLICY

ACCOUNT = content(probe="related")["data"]
LINKS = content()["data"]["relationships"]["account"]
CONTRACTOR: dict[str, Any] = {"type": "contractors", "id": "7", "attributes": {"name": "x"}}
LINKED = {"contractor": {"data": {"type": "contractors", "id": "7"}}}


def sparse(*names: str) -> dict[str, Any]:
    """Return the invoice with nothing but the fields ``names``."""
    resource = content()["data"]
    for part in ("attributes", "relationships"):
        resource[part] = {name: value for name, value in resource[part].items() if name in names}
        if not resource[part]:
            del resource[part]
    return {"data": resource}


def included(*resources: Any) -> dict[str, Exchange]:
    return compound({"/included": list(resources)})


def compound(changes: dict[str, Any]) -> dict[str, Exchange]:
    return changed("item_with_account", document=changes)


def fields(probe: str, *names: str) -> dict[str, Exchange]:
    return changed(probe, body=sparse(*names))


def annotated(*names: str) -> dict[str, Any]:
    body = sparse(*names)
    body["data"].setdefault("attributes", {})["@unit"] = "EUR"
    return body


_SPELLED = ("fields_of_attributes", "fields_of_attributes_raw", "fields_of_attributes_in_lower_case")
FAULTS: dict[str, tuple[set[str], dict[str, Exchange]]] = {
    "comma at the end": ({"QRY-008"}, changed("odd_query[comma-behind]", status=200, body={"data": None})),
    "fields without inclusion": ({"INCL-009"}, changed("item_with_account_and_fields", body=content())),
    "include refused": ({"INCL-007"}, changed("item_with_account", status=400)),
    "include not found": ({"INCL-007"}, changed("item_with_account", status=404)),
    "no linkage": ({"INCL-007"}, compound({"/data/relationships/account": LINKS})),
    "nothing happens": ({"INCL-007"}, changed("item_with_account", body=content())),
    "no included": ({"INCL-001"}, compound({"/included": None})),
    "included is a map": ({"INCL-001"}, compound({"/included": {ACCOUNT["id"]: ACCOUNT}})),
    "included is empty": ({"INCL-001"}, included()),
    "included ids": ({"INCL-001"}, included(ACCOUNT, ACCOUNT["id"])),
    "another account": ({"INCL-001"}, included({**ACCOUNT, "id": "8"})),
    "account twice": ({"INCL-008"}, included(ACCOUNT, ACCOUNT)),
    "the invoice once more": ({"INCL-008"}, included(ACCOUNT, content()["data"])),
    "unlinked resource": ({"INCL-002"}, included(ACCOUNT, CONTRACTOR)),
    "linked resource": ({"INCL-003"}, included({**ACCOUNT, "relationships": LINKED}, CONTRACTOR)),
    "empty include is everything": ({"INCL-003"}, changed("include_empty", body=content(probe="item_with_account"))),
    "unknown path": ({"INCL-004"}, changed("unknown_include", status=200)),
    "nested path": ({"INCL-004"}, changed("include_unsupported[nested]", status=200)),
    "path in capitals": ({"INCL-004"}, changed("include_unsupported[capitalised]", status=200)),
    "another balance": (
        {"INCL-005"},
        compound({"/included/0/attributes/balance": "1.0"}),
    ),
    "another balance with the relationship": (
        {"INCL-005"},
        changed("relationship_with_account", document={"/included/0/attributes/balance": "1.0"}),
    ),
    "another balance with the relationship where no account is served": (
        {"INCL-005"},
        changed("related", status=404)
        | changed("relationship_with_account", document={"/included/0/attributes/balance": "1.0"}),
    ),
    "another balance with the collection": (
        {"INCL-005"},
        changed("listing_with_account", document={"/included/0/attributes/balance": "1.0"}),
    ),
    "balance as a number": ({"INCL-005"}, compound({"/included/0/attributes/balance": 100.5})),
    "encoded letters": ({"QRY-006"}, changed("include_in_encoded_letters", status=400)),
    "encoded letters ignored": ({"QRY-006"}, changed("include_in_encoded_letters", body=content())),
    "encoded comma": ({"QRY-007"}, changed("fields_with_encoded_comma", status=400)),
    "encoded comma ignored": ({"QRY-007"}, changed("fields_with_encoded_comma", body=sparse())),
    "another self link": ({"INCL-005"}, compound({"/included/0/links": {"self": "http://example.org/x"}})),
    "another self link than where it leads": (
        {"INCL-005"},
        changed("related", status=404) | compound({"/included/0/links": {"self": "http://example.org/x"}}),
    ),
    "empty include without included": ({"INCL-006"}, changed("include_empty", body=content())),
    "empty include is null": ({"INCL-006"}, changed("include_empty", body=content({"/included": None}))),
    "nothing behind an ampersand": (
        {"QRY-008"},
        changed("inclusion_between_ampersands[ampersand-before]", body=content()),
    ),
    "error behind an ampersand": (
        {"ERR-011", "QRY-008"},
        changed("inclusion_between_ampersands[ampersand-before]", status=500),
    ),
    "lower-case escapes unknown": ({"QRY-003"}, changed("fields_of_attributes_in_lower_case", body=content())),
    "fields ignored": (
        {"FLDS-001"},
        {
            name: each
            for probe in (*_SPELLED, "fields_of_relationship")
            for name, each in changed(probe, body=content()).items()
        },
    ),
    "relationships kept": (
        {"FLDS-001"},
        {
            name: each
            for probe in _SPELLED
            for name, each in fields(probe, "reference", "amount-spent", "account").items()
        },
    ),
    "named field left out": ({"FLDS-001"}, fields("fields_of_relationship")),
    "attributes kept": ({"FLDS-001"}, fields("fields_of_relationship", "account", "reference")),
    "fieldset not found": ({"FLDS-001"}, changed("fields_of_relationship", status=404)),
    "null left out": ({"FLDS-001"}, fields("fields_with_encoded_comma", *FIELDS_OF_EVERY_KIND[:-1])),
    "empty is all": ({"FLDS-002"}, changed("fields_empty", body=content())),
    "relationship stays": ({"FLDS-002"}, fields("fields_empty", "account")),
    "empty refused": ({"FLDS-003"}, changed("fields_empty", status=400)),
    "unknown field": ({"FLDS-004"}, changed("fields_unknown[field]", body=sparse(), status=200)),
    "unknown type": ({"FLDS-004"}, changed("fields_unknown[type]", status=200)),
    "limit": ({"QRY-001"}, changed("unknown_parameter[limit]", status=200)),
    "parameter of the account": ({"QRY-001"}, changed("unknown_parameter[related]", status=200)),
    "format": ({"QRY-001"}, changed("odd_query[format]", body=content(), status=200)),
    "listed account": (
        {"INCL-005"},
        changed("accounts_listing", body={"data": [{**ACCOUNT, "attributes": {"balance": "7.0"}}]}),
    ),
    "fooBar": ({"QRY-002"}, changed("custom_parameter", status=200)),
    "raw brackets ignored": ({"QRY-003"}, changed("fields_of_attributes_raw", body=content())),
    "raw brackets only": ({"QRY-003"}, changed("fields_of_attributes", status=400)),
    "include[]": ({"QRY-004"}, changed("parameter_of_wrong_shape[include-list]", status=200)),
    "include[x]": ({"QRY-004"}, changed("parameter_of_wrong_shape[include-key]", status=404)),
    "fields without type": ({"QRY-004", "ERR-011"}, changed("parameter_of_wrong_shape", status=500)),
    "sort": ({"QRY-005"}, changed("collection_parameter[sort]", status=200)),
}


@pytest.mark.parametrize(("wanted", "answers_changed"), FAULTS.values(), ids=FAULTS)
def test_a_fault_is_found_by_its_requirement(wanted: set[str], answers_changed: dict[str, Exchange]) -> None:
    assert POLICY.violated(answers_changed) == wanted


CORRECT: dict[str, dict[str, Exchange]] = {
    "another account with the collection": changed(
        "listing_with_account",
        body={"data": [], "included": [{**ACCOUNT, "id": "8", "attributes": {"balance": "7.0"}}]},
    ),
    "nothing included with the relationship": changed("relationship_with_account", status=400),
    "linkage in the invoice itself": changed(
        "item", document={"/data/relationships/account/data": {"type": "accounts", "id": ACCOUNT["id"]}}
    ),
    "an inclusion in an odd query": changed("odd_query[semicolon]", body=content(probe="item_with_account")),
    "cycles": included({**ACCOUNT, "relationships": {"self": {"data": {"type": "accounts", "id": ACCOUNT["id"]}}}}),
    "no account": compound({"/data/relationships/account/data": None, "/included": []}),
    "relationships of the account": compound({"/included/0/relationships": {"invoices": {"links": {"related": "/x"}}}}),
    "empty members": changed("fields_empty", body=content({"/data/attributes": {}, "/data/relationships": {}})),
    "@-members beside the named fields": {
        **changed("fields_of_attributes", body=annotated("reference", "amount-spent")),
        **changed("fields_of_attributes_raw", body=annotated("reference", "amount-spent")),
        **changed("fields_empty", body=annotated()),
    },
    "raw brackets refused": changed("fields_of_attributes_raw", status=400),
    "no sparse fieldsets": {
        name: each
        for probe in ("fields_of_attributes", "fields_of_attributes_raw", "fields_of_relationship", "fields_empty")
        for name, each in changed(probe, status=400).items()
    },
    "empty include refused": changed("include_empty", status=400),
    "version 1.0": changed("include_empty", body=content({"/jsonapi": {"version": "1.0"}})),
    "version 1.0 and custom names": {
        **changed("item", document={"/jsonapi": {"version": "1.0"}}),
        **changed("custom_parameter", status=200),
    },
    "invoice without the field": {
        **changed("item", document={"/data/attributes/reference": REMOVED}),
        **{name: each for probe in _SPELLED for name, each in fields(probe, "amount-spent").items()},
        **changed("odd_query", status=400),
    },
    "malformed parts": changed(
        "item_with_account", body=content({"/data/relationships": [], "/data/attributes": 1, "/included": []})
    ),
    "account without attributes": compound({"/included/0/attributes": REMOVED}),
    "account with fewer attributes": compound({"/included/0/attributes/balance": REMOVED}),
    "account with more attributes": compound({"/included/0/attributes/secret": "x"}),
    "included without id": included(ACCOUNT, {"type": "contractors"}),
}


@pytest.mark.parametrize("answers_changed", CORRECT.values(), ids=CORRECT)
def test_what_is_correct_or_judged_elsewhere_is_not_a_finding(answers_changed: dict[str, Exchange]) -> None:
    assert POLICY.violated(answers_changed) == set()


def test_every_check_of_the_areas_is_violated_by_a_fault() -> None:
    faults = [answers_changed for _, answers_changed in FAULTS.values()]
    assert POLICY.unviolated(faults, "INCL", "FLDS", "QRY") == set()


def test_fields_of_an_invoice_that_is_not_served_are_not_judged() -> None:
    failing = changed("fields_of_attributes", status=403)
    assert "FLDS-001" in POLICY.violated(failing)
    assert "FLDS-001" not in POLICY.violated(failing | changed("item", status=403))
