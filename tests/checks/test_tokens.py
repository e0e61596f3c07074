"""The checks of minted tokens and of the session cookie: each fault is found by the requirement that owns it."""

from __future__ import annotations

import pytest

from conformance.checks import test_cookies
from conformance.model.exchange import Exchange
from tests.support.customer_answers import COOKIE, SET_COOKIE, answers, outcomes, violated
from tests.support.exchanges import document, exchange, refusal
from tests.support.judged import said_by

OTHER_INVOICE = document({"/data/id": "6b0d549b-6f03-475a-9600-a35a099950d8"})


def served(name: str, status: int = 200) -> dict[str, Exchange]:
    """Return the answers to the probe or family ``name`` with another status."""
    return {
        key: exchange(key) if status == 200 else refusal(status, key)
        for key in answers()
        if key == name or key.startswith(f"{name}[")
    }


def by_cookie(*lines: str, **fields: str | None) -> dict[str, Exchange]:
    """Return the answer to the cookie with these Set-Cookie lines."""
    headers = {"Set-Cookie": list(lines), **{name.replace("_", "-"): value for name, value in fields.items()}}
    asked = {"Cookie": f"{COOKIE}=x"}
    started = answers()["item_by_cookie"].started
    return {"item_by_cookie": exchange("item_by_cookie", headers=headers, request_headers=asked, started=started)}


FAULTS: dict[str, tuple[set[str], dict[str, Exchange]]] = {
    "expired": ({"JWT-003"}, served("expired_token[lately]")),
    "expired in 1970": ({"JWT-003"}, served("expired_token[in-1970]")),
    "expiry that is a text": ({"JWT-003"}, served("expired_token[as-text]", 500)),
    "not yet valid": ({"JWT-004"}, served("token_not_yet_valid")),
    "any audience": ({"JWT-005"}, served("token_with_wrong_audience")),
    "no audience": ({"JWT-005"}, served("token_with_wrong_audience[missing]")),
    "another audience is forbidden": ({"AUTH-014"}, served("token_with_wrong_audience[foreign]", 403)),
    "unknown subject": ({"JWT-006"}, served("token_with_wrong_subject[unknown]")),
    "subject that crashes": ({"JWT-006"}, served("token_with_wrong_subject[huge]", 500)),
    "HS512": ({"JWT-007"}, served("token_of_other_algorithm[hs512]")),
    "hs256": ({"JWT-015"}, served("token_of_lower_case_algorithm")),
    "critical extension": ({"JWT-009"}, served("token_with_critical_extension")),
    "first expiry": ({"JWT-010"}, served("token_with_expiry_twice_last_past")),
    "first subject": ({"JWT-010"}, served("token_with_subject_twice_last_unknown")),
    "repeated claim that crashes": ({"JWT-010"}, served("token_with_expiry_twice_last_future", 500)),
    "audience as text": ({"JWT-013"}, served("token_with_right_audience[text]", 401)),
    "signature of another token": ({"JWT-002"}, served("token_with_signature_of_other")),
    "altered cookie": ({"JWT-002"}, served("item_by_altered_cookie")),
    "expiry told": (
        {"AUTH-005"},
        {"expired_token[lately]": refusal(401, "expired_token[lately]", body={"errors": [{"title": "Expired"}]})},
    ),
    "cookie refused": ({"AUTH-012"}, served("item_by_cookie", 401)),
    "cookie of somebody else": ({"AUTH-012"}, {"item_by_cookie": exchange("item_by_cookie", body=OTHER_INVOICE)}),
    "renewed cookie of somebody else": (
        {"AUTH-012"},
        {
            "item_by_cookie": exchange(
                "item_by_cookie",
                body=OTHER_INVOICE,
                headers={"Set-Cookie": SET_COOKIE},
                request_headers={"Cookie": f"{COOKIE}=x"},
                started=answers()["item_by_cookie"].started,
            )
        },
    ),
    "cookie refused where no token is a bad request": (
        {"AUTH-012"},
        {**served("item_without_token", 400), **served("item_by_cookie", 401)},
    ),
    "any expiry": (
        {"JWT-003"},
        {**served("expired_token"), **served("expired_token[lately]"), **served("token_with_expiry_twice_last_past")},
    ),
    "any subject": (
        {"JWT-006"},
        {**served("token_with_wrong_subject"), **served("token_with_subject_twice_last_unknown")},
    ),
    "expired where no token is a bad request": (
        {"JWT-003"},
        {**served("item_without_token", 400), **served("expired_token[lately]")},
    ),
    "not renewed": ({"AUTH-012"}, by_cookie()),
    "another cookie": ({"AUTH-012"}, by_cookie(SET_COOKIE.replace(COOKIE, "route"))),
    "cleared": ({"AUTH-012"}, by_cookie(f"{COOKIE}=; HttpOnly; SameSite=Lax")),
    "signature of another token where no token is a bad request": (
        {"JWT-002"},
        {**served("item_without_token", 400), **served("token_with_signature_of_other")},
    ),
    "cleared for all": ({"AUTH-012"}, by_cookie(f"{COOKIE}=; HttpOnly; SameSite=Lax", Cache_Control="max-age=60")),
    "ended by age": ({"AUTH-012"}, by_cookie(SET_COOKIE.replace("3600", "0"))),
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
    expected, changed = FAULTS[fault]
    assert violated({**changed, **(_item_of(changed))}) == expected


def _item_of(changed: dict[str, Exchange]) -> dict[str, Exchange]:
    """The faults leave the documented request alone."""
    return {} if "item" in changed else {"item": answers()["item"]}


def test_a_short_key_is_found() -> None:
    assert violated({}, bits=248) == {"JWT-014"}


@pytest.mark.parametrize(
    "changed",
    [
        {},
        served("token_with_expiry_twice_last_future"),
        by_cookie("route=1", SET_COOKIE.lower().replace(COOKIE.lower(), COOKIE), Cache_Control="no-store"),
        by_cookie(f"{COOKIE}=x; HttpOnly; SameSite=Strict; Expires=Thu, 01 Jan 2099 00:00:00 GMT"),
        by_cookie(f"{COOKIE}=x; HttpOnly; SameSite=Strict; Expires=soon"),
        by_cookie(f"{COOKIE}=x; HttpOnly; SameSite=Strict; Expires=Thu, 01 Jan 1970 00:00:00 -0000"),
    ],
)
def test_a_correct_server_is_correct(changed: dict[str, Exchange]) -> None:
    assert violated(changed) == set()


def test_a_key_that_does_not_fit_is_no_finding_and_is_named() -> None:
    from conformance.checks.test_tokens import test_an_expired_token_is_refused as check
    from conformance.model.exchange import NotObserved

    given = {**answers(), **served("minted_token", 401), **served("expired_token")}
    found = {outcome for name, _, outcome in outcomes(given) if name.startswith("JWT-0") and name != "JWT-002"}
    assert found == {"not observed"}
    with pytest.raises(NotObserved, match="--signing-key"):
        check(given["item_without_token"], given["minted_token"], given["related"], given["expired_token[lately]"])


def test_what_is_not_served_to_its_owner_cannot_be_refused_to_others() -> None:
    given = {**answers(), **served("expired_token[in-1970]", 404), **served("related", 404)}
    assert violated(given) == set()


def test_an_open_door_is_the_finding_of_others() -> None:
    everything = {name: exchange(name) for name in answers() if name.startswith(("expired", "token_", "item"))}
    everything["item_by_cookie"] = answers()["item_by_cookie"]
    assert violated(everything) & {"JWT-002", "JWT-003", "JWT-004", "JWT-005", "JWT-006", "AUTH-012"} == set()


def test_every_check_is_violated_by_a_fault() -> None:
    found = {
        check
        for _, changed in FAULTS.values()
        for _, check, outcome in outcomes({**answers(), **changed})
        if outcome == "violated"
    }
    of_area = {
        check for _, check, _ in outcomes(answers()) if "token" in check or "cookie" in check or "session" in check
    }
    assert of_area - found == set()


def test_a_bad_token_that_was_not_sent_alone_proves_nothing() -> None:
    check = test_cookies.test_the_cookie_does_not_help_a_bad_token
    usual = {**answers(), **served("item_by_cookie_and_bad_token")}
    altered = tuple(each for key, each in usual.items() if key.startswith("altered_token["))
    others = tuple(each for each in altered if not each.probe.endswith("[signature-changed]"))
    assert said_by(check, usual, every_altered_token=altered) == "violated"
    assert said_by(check, usual, every_altered_token=others) == "not observed"
