"""The checks of the documented header fields: each fault is found by the requirement that owns it, and by no other."""

from __future__ import annotations

from typing import Any

import pytest

from conformance.model.exchange import Exchange
from tests.support.changes import changed
from tests.support.correct import answers
from tests.support.judged import POLICY

ID = "4ed0a5c1-6d2b-4d0b-9a3e-3f6c7a8b9c0d"


def item(**fields: str | list[str] | None) -> dict[str, Exchange]:
    """Return the invoice with other fields; an underscore in a name stands for a hyphen."""
    return changed("item", headers={name.replace("_", "-"): value for name, value in fields.items()})


def without(name: str, probe: str, **parts: Any) -> dict[str, Exchange]:
    return changed(probe, headers={name: None}, **parts)


FAULTS: dict[str, tuple[set[str], dict[str, Exchange]]] = {
    "no X-Frame-Options": ({"HDR-001"}, item(X_Frame_Options=None)),
    "ALLOW-FROM": ({"HDR-001"}, item(X_Frame_Options="ALLOW-FROM https://example.com/")),
    "two values of X-Frame-Options": ({"HDR-001"}, item(X_Frame_Options=["SAMEORIGIN", "DENY"])),
    "another policy": ({"HDR-001"}, item(X_Frame_Options=None, Content_Security_Policy="default-src 'none'")),
    "XSS filter on": ({"HDR-002"}, item(X_XSS_Protection="1; mode=block")),
    "no X-XSS-Protection": ({"HDR-002"}, item(X_XSS_Protection=None)),
    "no nosniff": ({"HDR-003"}, item(X_Content_Type_Options=None)),
    "sniff": ({"HDR-003"}, changed("related", headers={"X-Content-Type-Options": "sniff"})),
    "no X-Download-Options": ({"HDR-004"}, item(X_Download_Options=None)),
    "cross-domain policy": ({"HDR-005"}, item(X_Permitted_Cross_Domain_Policies="all")),
    "unsafe-url": ({"HDR-006"}, item(Referrer_Policy="unsafe-url")),
    "unknown referrer policy": ({"HDR-006"}, item(Referrer_Policy="strict")),
    "no Referrer-Policy": ({"HDR-006"}, item(Referrer_Policy=None)),
    **{
        f"{policy} last": ({"HDR-006"}, item(Referrer_Policy=f"no-referrer, {policy}"))
        for policy in ("no-referrer-when-downgrade", "origin", "origin-when-cross-origin", "unsafe-url")
    },
    "no request id": ({"HDR-007"}, without("X-Request-Id", "related")),
    "empty request id": ({"HDR-007"}, item(X_Request_Id="")),
    "echo": ({"HDR-008"}, changed("item_with_request_id", headers={"X-Request-Id": 'conformance<b>"'})),
    "long echo": ({"HDR-008"}, changed("item_with_request_id", headers={"X-Request-Id": "conformanceb" + "x" * 300})),
    "no X-Runtime": ({"HDR-009"}, item(X_Runtime=None)),
    "milliseconds": ({"HDR-009"}, item(X_Runtime="9.005")),
    "negative": ({"HDR-009"}, item(X_Runtime="-0.009005")),
    "a comma on errors": ({"HDR-009"}, changed("unknown_item", headers={"X-Runtime": "0,009005"})),
    "longer than the request": ({"HDR-009"}, item(X_Runtime="9.005000")),
    "version in Server": ({"HDR-010"}, item(Server="Apache/2.4.1 (Unix)")),
    "version behind many digits": ({"HDR-010"}, item(Server=f"{'9' * 100_000} 2.4")),
    "version of four numbers": ({"HDR-010"}, item(Server="10.0.12.3 Microsoft-IIS/10.0.17763.1")),
    "version in X-Powered-By": ({"HDR-010"}, changed("unknown_item", headers={"X-Powered-By": "PHP/8.1.2"})),
    "version of ASP.NET": ({"HDR-010"}, item(X_AspNet_Version="4.0.30319")),
    "nosniff not on errors": ({"HDR-011"}, without("X-Content-Type-Options", "unknown_item")),
    "X-Frame-Options not on errors": ({"HDR-011"}, without("X-Frame-Options", "item_without_token")),
    "no X-Frame-Options on the account": ({"HDR-011"}, without("X-Frame-Options", "related")),
    "one id for two": ({"HDR-013"}, POLICY.throughout(400, headers={"X-Request-Id": ID})),
    "one id for all": ({"HDR-013"}, POLICY.throughout(headers={"X-Request-Id": ID})),
    "counter": ({"HDR-014"}, item(X_Request_Id="17")),
}


@pytest.mark.parametrize(("wanted", "answers_changed"), FAULTS.values(), ids=FAULTS)
def test_a_fault_is_found_by_its_requirement(wanted: set[str], answers_changed: dict[str, Exchange]) -> None:
    assert POLICY.violated(answers_changed) == wanted


CORRECT: dict[str, dict[str, Exchange]] = {
    "spelled otherwise": POLICY.throughout(
        headers={"X-Frame-Options": "deny", "X-Content-Type-Options": "NoSniff", "Referrer-Policy": "No-Referrer"}
    ),
    "repeated by a proxy": POLICY.throughout(
        headers={"X-Frame-Options": ["SAMEORIGIN", "SAMEORIGIN"], "X-Content-Type-Options": ["nosniff", "nosniff"]}
    ),
    "frame-ancestors": item(X_Frame_Options=None, Content_Security_Policy="frame-ancestors 'none'"),
    "a fallback for old browsers": item(Referrer_Policy="no-referrer, strict-origin-when-cross-origin"),
    "an unknown policy last": item(Referrer_Policy="same-origin, future-policy"),
    "a product": POLICY.throughout(headers={"Server": "Apache", "X-Powered-By": "Express", "Via": "1.1 google"}),
    "a major version": item(Server="nginx/1"),
    "an address": POLICY.throughout(headers={"Server": "10.0.12.3 (node)"}),
    "an upper-case id": item(X_Request_Id=ID.upper()),
    "an id of the client": {
        **changed("item_with_request_id", headers={"X-Request-Id": "conformanceb" + "x" * 243}),
    },
    "an id with other characters": changed("item_with_request_id", headers={"X-Request-Id": "a~b.c_d:e/f="}),
    "an id replaced": changed("item_with_request_id", headers={"X-Request-Id": "Root=1-67891233-abcdef0123456789"}),
    "no id on a refusal": changed("unknown_item", headers={"X-Request-Id": None}),
    "no id on the page of another site": without("X-Request-Id", "item_for_browser", asked={"Host": "www.example.org"}),
    "no id on HEAD": without("X-Request-Id", "item_head"),
    "no id on what is not an invoice": without("X-Request-Id", "item_for_browser", status=203),
    "a router without the fields": changed("malformed_token", status=403, headers={"X-Frame-Options": None}),
    "a slow clock": changed("item", headers={"X-Runtime": "0.040000"}, elapsed=0.0),
}


@pytest.mark.parametrize("answers_changed", CORRECT.values(), ids=CORRECT)
def test_a_correct_server_is_correct(answers_changed: dict[str, Exchange]) -> None:
    assert {name for name in POLICY.violated(answers_changed) if name.startswith("HDR")} == set()


def test_an_invoice_that_is_refused_has_no_header_fields_to_judge() -> None:
    bare = changed("item", status=500, headers={name: None for name, _ in answers()["item"].fields})
    assert {name for name in POLICY.violated(bare) if name.startswith("HDR")} == set()


def test_every_check_of_the_area_is_violated_by_a_fault() -> None:
    assert POLICY.unviolated([answers_changed for _, answers_changed in FAULTS.values()], "HDR") == set()
