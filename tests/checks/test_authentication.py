"""The checks of authentication: each fault is found by the requirement that owns it, and by no other."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

from conformance.checks import test_authentication as authentication
from conformance.model.exchange import Exchange
from conformance.plan.probes.authentication import malformed_token
from conformance.tokens.inspected import TokenFacts
from tests.support.changes import changed, content
from tests.support.correct import answers
from tests.support.exchanges import refusal
from tests.support.judged import FACTS, POLICY, outcome

ERROR: dict[str, Any] = answers()["item_without_token"].document["errors"][0]
OTHER_INVOICE = content({"/data/id": "6b0d549b-6f03-475a-9600-a35a099950d8"})


def challenge(*values: str) -> dict[str, Exchange]:
    return POLICY.throughout(401, headers={"WWW-Authenticate": list(values)})


def with_detail(name: str, detail: str) -> dict[str, Exchange]:
    return changed(name, body={"errors": [{**ERROR, "detail": detail}]})


FAULTS: dict[str, tuple[set[str], dict[str, Exchange]]] = {
    "everybody is let in": ({"AUTH-001"}, changed("item_without_token", status=200)),
    "forbidden": (
        {"AUTH-001"},
        changed("item_without_token", status=403) | changed("unknown_item_without_token", status=403),
    ),
    "the account is open": ({"AUTH-001"}, changed("without_token[related]", status=200)),
    "HEAD of the account is open": ({"AUTH-001"}, changed("without_token[related-head]", status=200, body=b"")),
    "HEAD of the collection is open": ({"AUTH-001"}, changed("listing_head_without_token", status=200, body=b"")),
    "HEAD is open": ({"AUTH-001"}, changed("without_token[head]", status=200, body=b"")),
    "no challenge": ({"AUTH-002"}, challenge()),
    "empty challenge": ({"AUTH-002"}, challenge("")),
    "commas only": ({"AUTH-002"}, challenge(" , ,")),
    "words in a challenge": ({"AUTH-003"}, challenge("Bearer error=invalid token")),
    "parameter twice": ({"AUTH-003"}, challenge('Bearer realm="a", Realm="b"')),
    "realm without quotes": ({"AUTH-003"}, challenge("Bearer realm=customer")),
    "unterminated": ({"AUTH-003"}, challenge('Bearer realm="customer')),
    "no scheme": ({"AUTH-003"}, challenge('realm="customer"')),
    "no separator": ({"AUTH-003"}, challenge('Bearer realm="a" error="b"')),
    "parameter after token68": ({"AUTH-003"}, challenge('Negotiate abc==, realm="a"')),
    "word served": ({"AUTH-004"}, changed("malformed_token[word]", status=200)),
    "crash": ({"AUTH-004", "ERR-011"}, changed("malformed_token[not-json]", status=500)),
    "reason": ({"AUTH-005"}, with_detail("altered_token[signature-changed]", "Signature mismatch")),
    "reason for the account": ({"AUTH-005"}, with_detail("related_with_altered_token", "Signature mismatch")),
    "user": ({"AUTH-005"}, with_detail("token_of_foreign_key", "No key")),
    "raw token refused": ({"AUTH-006"}, changed("item", status=401)),
    "Bearer not found": ({"AUTH-007"}, changed("bearer_token", status=404)),
    "other identity": ({"AUTH-007"}, changed("bearer_token", status=200, body=OTHER_INVOICE)),
    "case of the scheme": ({"AUTH-007"}, changed("bearer_token[lower-case]", status=401)),
    "any scheme": ({"AUTH-008"}, changed("token_of_other_scheme[basic]", status=200)),
    "the empty key": ({"JWT-017"}, changed("token_of_known_key[empty]", status=200)),
    "padding": ({"JWT-016"}, changed("loosely_encoded_token[padded]", status=200)),
    "token in the URL": ({"AUTH-009"}, changed("token_in_query", status=200)),
    "first line": ({"AUTH-010"}, changed("two_authorizations[valid-first]", status=200)),
    "last line": ({"AUTH-010"}, changed("two_authorizations[valid-last]", status=200)),
    "crash of two lines": ({"AUTH-010", "ERR-011"}, changed("two_authorizations[valid-last]", status=500)),
    "cookie": ({"AUTH-011"}, changed("item", headers={"Set-Cookie": "_session=1; HttpOnly"})),
    "cookie of a 304": ({"AUTH-011"}, changed("item_not_modified", headers={"Set-Cookie": "_session=1; HttpOnly"})),
    "invoice in a 401": ({"AUTH-013"}, POLICY.throughout(401, body=content())),
    "invoice in an error": (
        {"AUTH-013"},
        POLICY.throughout(401, body={"errors": [{**ERROR, "meta": {"invoice": content()["data"]}}]}),
    ),
    "open inclusion": ({"AUTH-001"}, changed("included_without_token", status=200)),
    "open without Accept": ({"AUTH-001"}, changed("any_type_without_token", status=200)),
    "open views": ({"AUTH-001"}, changed("view_without_token", status=200)),
    "blanks behind Bearer": ({"AUTH-007"}, changed("bearer_token_behind_blanks", status=404)),
    "open account": ({"AUTH-001"}, changed("account_from_self_link_without_token", status=200)),
    "open collection": ({"AUTH-001"}, changed("listing_without_token", status=200)),
    "identifier in a 401": (
        {"AUTH-013"},
        POLICY.throughout(401, body={"data": {"type": "invoices", "id": OTHER_INVOICE["data"]["id"]}}),
    ),
    "none": ({"JWT-001"}, changed("unsigned_token[alg-none]", status=200)),
    "nOnE": ({"JWT-001"}, changed("unsigned_token[alg-none-mixed-case]", status=200)),
    "none not found": ({"AUTH-014"}, changed("unsigned_token[alg-none-signed]", status=404)),
    "none with a signature as bad syntax": ({"AUTH-014"}, changed("unsigned_token[alg-none-signed]", status=400)),
    "a short signature after Bearer": ({"JWT-002"}, changed("altered_token_elsewhere[bearer]", status=200)),
    "claims for the relationship": (
        {"JWT-002"},
        changed("altered_token_elsewhere[relationship]", status=200),
    ),
    "a long signature with inclusion": ({"JWT-002"}, changed("altered_token_elsewhere[included]", status=200)),
    "signature for the collection": ({"JWT-002"}, changed("listing_with_altered_token", status=200)),
    "foreign characters": ({"JWT-016"}, changed("interrupted_token", status=200)),
    "no signature": ({"JWT-002"}, changed("altered_token[two-segments]", status=200)),
    "signature for the account": ({"JWT-002"}, changed("related_with_altered_token", status=200)),
    "forbidden for the relationship": ({"AUTH-014"}, changed("altered_token_elsewhere[relationship]", status=403)),
    "forbidden for the collection": ({"AUTH-014"}, changed("listing_with_altered_token", status=403)),
    "embedded key": ({"JWT-008"}, changed("token_of_foreign_key[foreign-key-embedded]", status=200)),
    "key in a file": ({"JWT-008"}, changed("token_of_foreign_key[foreign-key-file]", status=200)),
}
# Other answers to a 401 than the documented one are also these findings.
BESIDES = {"AUTH-005", "AUTH-002", "ERR-014", "ITEM-002"}


@pytest.mark.parametrize(("wanted", "answers_changed"), FAULTS.values(), ids=FAULTS)
def test_a_fault_is_found_by_its_requirement(wanted: set[str], answers_changed: dict[str, Exchange]) -> None:
    assert POLICY.violated(answers_changed) - (BESIDES - wanted) == wanted


@pytest.mark.parametrize(
    ("facts", "wanted"),
    [
        (replace(FACTS, guessable_key=True), {"JWT-011"}),
        (replace(FACTS, lifetime=None), {"JWT-012"}),
        (replace(FACTS, lifetime=10 * 366 * 24 * 3600.0), {"JWT-012"}),
        (replace(FACTS, lifetime=366 * 24 * 3600.0 + 1), {"JWT-012"}),
        (replace(FACTS, lifetime=366 * 24 * 3600.0), set()),
        (replace(FACTS, lifetime=-5.0), set()),
        (TokenFacts(), set()),
        (replace(FACTS, guessable_key=None), set()),
    ],
)
def test_the_token_itself_is_judged(facts: TokenFacts, wanted: set[str]) -> None:
    judging = [check for check in POLICY.checks if "token_facts" in check.parameters]
    found = {each.requirement for each in judging if outcome(each.function, token_facts=facts) == "violated"}
    assert found == wanted


CORRECT: dict[str, dict[str, Exchange]] = {
    "several challenges": challenge('Bearer realm="a\\"b", error="invalid_token", Basic realm="x"', "Negotiate"),
    "token68": challenge("Negotiate YWJj==, Bearer"),
    "scheme alone": challenge("Bearer"),
    "blanks around the equals sign": challenge('Bearer realm = "a" ,, error=x'),
    "a parameter named like a token": challenge('Custom realm="a", a=b, Other c=d'),
    "one blank only": changed("bearer_token_behind_blanks", status=400),
    "no scheme": changed("bearer_token_behind_blanks", status=401),
    "bad syntax": changed("malformed_token", status=400)
    | changed("altered_token[two-segments]", status=400)
    | changed("altered_token[algorithm-missing]", status=400)
    | changed("altered_token[algorithm-unknown]", status=400)
    | changed("unsigned_token[alg-none]", status=400),
    "no HEAD": changed("related_head", status=405, body=b"")
    | changed("without_token[related-head]", status=405, body=b"")
    | changed("relationship_head", status=405, body=b"")
    | changed("without_token[relationship-head]", status=405, body=b"")
    | changed("listing_head", status=405, body=b"")
    | changed("listing_head_without_token", status=405, body=b""),
    "no account": changed("related", status=404) | changed("without_token[related]", status=404),
    "no answer without Accept": changed("any_type_without_token", status=406),
    "no Bearer": changed("bearer_token", status=401, headers={"WWW-Authenticate": "Basic"}),
    "unknown parameter first": changed("token_in_query", status=400),
    "affinity": changed("item", headers={"Set-Cookie": ["AWSALB=x; Path=/", "AWSALBCORS=x; SameSite=None"]}),
    "affinity of other makers": changed(
        "item", headers={"Set-Cookie": ["ApplicationGatewayAffinityCORS=x", "NSC_vs-api=x", "AWSELB=x", "datadome=x"]}
    ),
    "codes in the challenge": changed("altered_token", headers={"WWW-Authenticate": 'Bearer error="invalid_token"'}),
    "ids of errors": changed("altered_token", body={"errors": [{**ERROR, "id": "17"}]}),
    "ids in the text": with_detail("malformed_token[word]", "Failed. Trace 0af7651916cd43dd8448eb211c80319c.")
    | with_detail("item_without_token", "Failed. Trace 1bf7651916cd43dd8448eb211c80319d.")
    | {
        name: each
        for family in (
            "unknown_item_without_token",
            "without_token[related]",
            "related_with_altered_token",
            "second_unknown_related_without_token",
            *(probe.name for probe in malformed_token if probe.name != "malformed_token[word]"),
            "unsigned_token",
            "altered_token",
            "token_of_foreign_key",
        )
        for name, each in with_detail(family, "Failed. Trace 2cf7651916cd43dd8448eb211c80319e.").items()
    },
}


@pytest.mark.parametrize("answers_changed", CORRECT.values(), ids=CORRECT)
def test_a_correct_server_is_correct(answers_changed: dict[str, Exchange]) -> None:
    assert POLICY.violated(answers_changed) == set()


def test_an_altered_token_is_judged_at_the_invoice_where_no_account_is_shown() -> None:
    check = authentication.test_an_altered_token_does_not_open_the_account
    none = changed("related", status=404) | changed("without_token[related]", status=404)
    for name, expected in (("item", "violated"), ("item_without_token", "passed")):
        assert outcome(check, related_with_altered_token=answers()[name], **none) == expected


def test_what_is_not_served_to_its_owner_shows_nothing_of_tokens() -> None:
    nothing = changed("relationship", status=404)
    (refused,) = changed("altered_token_elsewhere[relationship]", status=403).values()
    opens = authentication.test_an_altered_token_opens_no_view_of_an_invoice
    assert outcome(opens, altered_token_elsewhere=refused, **nothing) == "not observed"
    status = authentication.test_a_refused_token_has_the_documented_status_at_every_view
    given = {**nothing, "every_related_with_altered_token": None, "every_altered_token_elsewhere": (refused,)}
    assert outcome(status, **given) == "not observed"


def test_what_says_nothing_is_not_judged() -> None:
    in_url = authentication.test_a_token_in_the_url_does_not_authenticate
    assert outcome(in_url, token_in_query=refusal(500)) == "not observed"
    malformed = authentication.test_a_malformed_token_is_refused
    assert outcome(malformed, malformed_token=refusal(429)) == "not observed"
    formed = authentication.test_challenges_are_well_formed
    assert outcome(formed, every_error=(*challenge("").values(), *challenge(" , ,").values())) == "not observed"
    known = authentication.test_the_key_is_not_a_known_default
    assert outcome(known, token_facts=replace(FACTS, guessable_key=None)) == "not observed"


def test_a_server_that_refuses_with_400_has_its_tokens_judged() -> None:
    refusing = changed("item_without_token", status=400)
    assert "JWT-002" in POLICY.violated(refusing | changed("altered_token[signature-changed]", status=200))


def test_the_case_of_a_scheme_that_is_answered_otherwise_is_not_compared() -> None:
    for name in ("bearer_token[capitalised]", "bearer_token[lower-case]"):
        found = POLICY.violations(changed(name, status=404))
        assert {check for requirement, check in found if requirement == "AUTH-007"} == {
            "test_a_bearer_token_gives_the_same_invoice_or_nothing"
        }


def test_one_answer_with_a_scheme_is_compared_with_nothing() -> None:
    check = authentication.test_the_case_of_the_scheme_does_not_matter
    assert outcome(check) == "passed"
    assert outcome(check, every_bearer_token=(answers()["bearer_token[capitalised]"],)) == "not observed"


def test_a_server_that_lets_everybody_in_has_that_one_finding() -> None:
    everything = POLICY.throughout(401, status=200) | changed("without_token[head]", status=200, body=b"")
    # The unknown invoice is found, too, so existence is not what it reveals.
    assert POLICY.violated(everything) == {"AUTH-001"}


def test_every_check_of_the_areas_is_violated_by_a_fault() -> None:
    faults = [answers_changed for _, answers_changed in FAULTS.values()]
    assert POLICY.unviolated(faults, "AUTH", "JWT") == {
        ("JWT-011", "test_the_key_is_not_a_known_default"),
        ("JWT-012", "test_the_token_expires"),
    }
