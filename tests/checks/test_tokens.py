"""The checks of minted tokens and of the session cookie: each fault is found by the requirement that owns it."""

from __future__ import annotations

import pytest

from conformance.checks import test_cookies, test_tokens
from conformance.model.exchange import Exchange, NotObserved
from tests.support.changes import altered, changed, content
from tests.support.correct import answers
from tests.support.judged import CUSTOMERS, outcome

COOKIE = "_yeti_customer_v1_session"
SET_COOKIE = f"{COOKIE}=[redacted]; Path=/; Max-Age=3600; HttpOnly; SameSite=Lax"
OTHER_INVOICE = content({"/data/id": "6b0d549b-6f03-475a-9600-a35a099950d8"})


def served(*names: str, status: int = 200) -> dict[str, Exchange]:
    """Return the answers to probes or families with another status."""
    return changed(*names, status=status)


def by_cookie(*lines: str, **fields: str | None) -> dict[str, Exchange]:
    """Return the answer to the cookie with these Set-Cookie lines."""
    headers = {"Set-Cookie": list(lines), **{name.replace("_", "-"): value for name, value in fields.items()}}
    return changed("item_by_cookie", headers=headers)


FAULTS: dict[str, tuple[set[str], dict[str, Exchange]]] = {
    "expired": ({"JWT-003"}, served("expired_token[lately]")),
    "expired in 1970": ({"JWT-003"}, served("expired_token[in-1970]")),
    "expiry that is a text": ({"JWT-003"}, served("expired_token[as-text]", status=500)),
    "not yet valid": ({"JWT-004"}, served("token_not_yet_valid")),
    "any audience": ({"JWT-005"}, served("token_with_wrong_audience")),
    "no audience": ({"JWT-005"}, served("token_with_wrong_audience[missing]")),
    "another audience is forbidden": ({"AUTH-014"}, served("token_with_wrong_audience[foreign]", status=403)),
    **{
        f"{name} is forbidden": ({"AUTH-014"}, served(name, status=403))
        for name in (
            "token_not_yet_valid",
            "token_with_wrong_subject[unknown]",
            "token_of_other_algorithm[hs512]",
            "token_of_lower_case_algorithm",
            "token_with_critical_extension",
        )
    },
    "unknown subject": ({"JWT-006"}, served("token_with_wrong_subject[unknown]")),
    "subject that crashes": ({"JWT-006"}, served("token_with_wrong_subject[huge]", status=500)),
    "HS512": ({"JWT-007"}, served("token_of_other_algorithm[hs512]")),
    "hs256": ({"JWT-015"}, served("token_of_lower_case_algorithm")),
    "fraction of a second": ({"JWT-018"}, served("unusual_token[expiry-fraction]", status=401)),
    "audience that is an object": ({"JWT-019"}, served("token_of_impossible_types[audience-object]")),
    "claims that are an array": ({"JWT-019"}, served("token_of_impossible_types[claims-array]", status=500)),
    "kid that is null": ({"JWT-020"}, served("token_of_odd_types[key-id-null]", status=500)),
    "kid that is not found": ({"JWT-020"}, served("token_of_odd_types[key-id-null]", status=404)),
    "expiry that is a number as a text": ({"JWT-021"}, served("token_of_readable_types[expiry-text]")),
    "padded claims": ({"JWT-016"}, served("loosely_encoded_minted_token[claims-padded]")),
    "critical extension": ({"JWT-009"}, served("token_with_critical_extension")),
    "first expiry": ({"JWT-010"}, served("token_with_expiry_twice_last_past")),
    "first audience": ({"JWT-010"}, served("token_with_audience_twice_last_foreign")),
    "critical extension that is absent": ({"JWT-009"}, served("token_with_other_critical_extension[absent]")),
    "unknown parameter": ({"JWT-018"}, served("token_with_extension", status=401)),
    "first subject": ({"JWT-010"}, served("token_with_subject_twice_last_unknown")),
    "repeated claim that crashes": ({"JWT-010"}, served("token_with_expiry_twice_last_future", status=500)),
    "audience as text": ({"JWT-013"}, served("token_with_right_audience[text]", status=401)),
    "signature of another token": ({"JWT-002"}, served("token_with_signature_of_other")),
    "altered cookie": ({"JWT-002"}, served("item_by_altered_cookie")),
    "expiry disclosed": (
        {"AUTH-005"},
        changed("expired_token[lately]", body={"errors": [{"title": "Expired"}]}),
    ),
    "cookie refused": ({"AUTH-012"}, served("item_by_cookie", status=401)),
    "cookie of somebody else": (
        {"AUTH-012"},
        changed("item_by_cookie", body=OTHER_INVOICE, headers={"Set-Cookie": None}),
    ),
    "renewed cookie of somebody else": (
        {"AUTH-012"},
        changed("item_by_cookie", body=OTHER_INVOICE),
    ),
    "cookie refused where no token is a bad request": (
        {"AUTH-012"},
        {**served("item_without_token", status=400), **served("item_by_cookie", status=401)},
    ),
    "any expiry": (
        {"JWT-003"},
        served("expired_token", "token_with_expiry_twice_last_past"),
    ),
    "any subject": (
        {"JWT-006"},
        served("token_with_wrong_subject", "token_with_subject_twice_last_unknown"),
    ),
    "expired where no token is a bad request": (
        {"JWT-003"},
        {**served("item_without_token", status=400), **served("expired_token[lately]")},
    ),
    "not renewed": ({"AUTH-012"}, by_cookie()),
    "another cookie": ({"AUTH-012"}, by_cookie(SET_COOKIE.replace(COOKIE, "route"))),
    "cleared": ({"AUTH-012"}, by_cookie(f"{COOKIE}=; HttpOnly; SameSite=Lax")),
    "signature of another token where no token is a bad request": (
        {"JWT-002"},
        {**served("item_without_token", status=400), **served("token_with_signature_of_other")},
    ),
    "cleared for all": ({"AUTH-012"}, by_cookie(f"{COOKIE}=; HttpOnly; SameSite=Lax", Cache_Control="max-age=60")),
    "cleared and open to scripts": ({"AUTH-012"}, by_cookie(f"{COOKIE}=; Path=/")),
    "ended by age": ({"AUTH-012"}, by_cookie(SET_COOKIE.replace("3600", "0"))),
    "ended by an age below zero": ({"AUTH-012"}, by_cookie(SET_COOKIE.replace("3600", "-1"))),
    "ended by date": (
        {"AUTH-012"},
        by_cookie(SET_COOKIE.replace("Max-Age=3600", "Expires=Thu, 01 Jan 1970 00:00:00 GMT")),
    ),
    "bad token with good cookie": ({"AUTH-012"}, served("item_by_cookie_and_bad_token")),
    "open to scripts": ({"SEC-016"}, by_cookie(SET_COOKIE.replace("; HttpOnly", ""))),
    "across sites": ({"SEC-016"}, by_cookie(SET_COOKIE.replace("Lax", "None"))),
    "no SameSite": ({"SEC-016"}, by_cookie(SET_COOKIE.replace("; SameSite=Lax", ""))),
    "public": ({"SEC-016"}, by_cookie(SET_COOKIE, Cache_Control="max-age=60")),
    "no directives": ({"SEC-016"}, by_cookie(SET_COOKIE, Cache_Control=None)),
}


@pytest.mark.parametrize("fault", FAULTS)
def test_a_fault_is_found_by_exactly_one_requirement(fault: str) -> None:
    expected, changes = FAULTS[fault]
    assert CUSTOMERS.violated(changes) == expected


def test_a_short_key_is_found() -> None:
    for bits, expected in ((248, "violated"), (256, "passed")):
        assert outcome(test_tokens.test_the_key_is_long_enough, signing_key_bits=bits) == expected


@pytest.mark.parametrize(
    "changes",
    [
        {},
        served("token_with_expiry_twice_last_future"),
        served("unusual_token", "token_with_extension", status=500),
        served("unusual_token", "token_with_extension", status=431),
        by_cookie("route=1", SET_COOKIE.lower().replace(COOKIE.lower(), COOKIE), Cache_Control="no-store"),
        by_cookie(f"{COOKIE}=x; HttpOnly; SameSite=Strict; Expires=Thu, 01 Jan 2099 00:00:00 GMT"),
        by_cookie(f"{COOKIE}=x; HttpOnly; SameSite=Strict; Expires=soon"),
        by_cookie(f"{COOKIE}=x; HttpOnly; SameSite=Strict; Expires=Thu, 01 Jan 1970 00:00:00 -0000"),
    ],
)
def test_a_correct_server_is_correct(changes: dict[str, Exchange]) -> None:
    assert CUSTOMERS.violated(changes) == set()


def test_a_key_that_does_not_fit_is_not_a_finding_and_is_named() -> None:
    check = test_tokens.test_an_expired_token_is_refused
    changes = served("minted_token", status=401) | served("expired_token")
    found = CUSTOMERS.outcomes(changes).items()
    assert {result for (name, _), result in found if name.startswith("JWT-0") and name != "JWT-002"} == {"not observed"}
    forbidden = served("minted_token", status=401) | served("expired_token", status=403)
    of_status = ("AUTH-014", "test_a_refused_minted_token_has_the_documented_status")
    assert CUSTOMERS.outcomes(forbidden)[of_status] == "not observed"
    given = answers() | changes
    with pytest.raises(NotObserved, match="--signing-key"):
        check(given["item_without_token"], given["minted_token"], given["related"], given["expired_token[lately]"])


def test_what_is_not_served_to_its_owner_cannot_be_refused_to_others() -> None:
    nothing = served("expired_token[in-1970]", "related", status=404)
    assert CUSTOMERS.violated(nothing) == set()
    (refused,) = served("expired_token[in-1970]", status=404).values()
    given = {"related": nothing["related"], "expired_token": refused}
    assert outcome(test_tokens.test_an_expired_token_is_refused, **given) == "not observed"


def test_a_claim_that_is_not_judged_alone_is_not_judged_twice() -> None:
    check = test_tokens.test_of_a_repeated_expiry_the_first_does_not_count
    twice = served("token_with_expiry_twice_last_past")
    known = answers() | served("expired_token[lately]")
    expired = tuple(each for name, each in known.items() if name.startswith("expired_token["))
    assert outcome(check, **twice) == "violated"
    assert outcome(check, every_expired_token=expired, **twice) == "not observed"


def test_an_open_door_is_the_finding_of_others() -> None:
    opened = ("expired", "token_", "item")
    everything = {
        name: altered(each, status=200) for name, each in CUSTOMERS.answers.items() if name.startswith(opened)
    }
    assert CUSTOMERS.violated(everything) & {"JWT-002", "JWT-003", "JWT-004", "JWT-005", "JWT-006", "AUTH-012"} == set()


def test_every_check_is_violated_by_a_fault() -> None:
    unviolated = CUSTOMERS.unviolated([changes for _, changes in FAULTS.values()])
    assert {check for _, check in unviolated if "token" in check or "cookie" in check or "session" in check} == set()


def test_a_bad_token_that_was_not_sent_alone_proves_nothing() -> None:
    check = test_cookies.test_the_cookie_does_not_help_a_bad_token
    changes = served("item_by_cookie_and_bad_token")
    tokens = tuple(each for key, each in answers().items() if key.startswith("altered_token["))
    others = tuple(each for each in tokens if not each.probe.endswith("[signature-changed]"))
    assert outcome(check, every_altered_token=tokens, **changes) == "violated"
    assert outcome(check, every_altered_token=others, **changes) == "not observed"
