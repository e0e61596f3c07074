"""A token that is refused is judged as such; with which status stands in a requirement of its own."""

from __future__ import annotations

import pytest

from conformance.model.exchange import Exchange
from tests.support.changes import changed
from tests.support.exchanges import document, exchange, refusal
from tests.support.judged import CUSTOMERS, POLICY

REFUSING = {"AUTH-005", "AUTH-002", "ERR-014"}
KINDS = ("malformed_token", "unsigned_token", "altered_token", "token_of_foreign_key", "interrupted_token")
MINTED = (
    "expired_token",
    "token_not_yet_valid",
    "token_with_wrong_audience",
    "token_with_wrong_subject",
    "token_of_other_algorithm",
)


def minted(kind: str, status: int) -> dict[str, Exchange]:
    return {key: refusal(status, key) for key in CUSTOMERS.answers if key.startswith(kind)}


@pytest.mark.parametrize("status", [403, 404, 422])
@pytest.mark.parametrize("kind", KINDS)
def test_another_refusal_of_a_token_has_another_status_than_documented(kind: str, status: int) -> None:
    assert POLICY.violated(changed(kind, status=status)) - REFUSING == {"AUTH-014"}


@pytest.mark.parametrize("kind", MINTED)
def test_another_refusal_of_a_minted_token_has_another_status_than_documented(kind: str) -> None:
    assert CUSTOMERS.violated(minted(kind, 403)) == {"AUTH-014"}


@pytest.mark.parametrize("name", ["related_with_altered_token", "altered_token_elsewhere"])
def test_every_view_has_the_documented_status(name: str) -> None:
    assert "AUTH-014" in POLICY.violated(changed(name, status=403))


@pytest.mark.parametrize("status", [413, 429, 431])
def test_a_limit_says_nothing_of_a_token(status: int) -> None:
    assert POLICY.violated(changed("malformed_token", status=status)) - REFUSING - {"ERR-012"} == set()


def test_a_refusal_that_shows_the_invoice_opens_something() -> None:
    found = POLICY.violated(changed("token_of_foreign_key", status=403, body=document()))
    assert {"JWT-008", "AUTH-014"} <= found


@pytest.mark.parametrize("kind", MINTED)
def test_a_token_that_is_served_is_not_refused(kind: str) -> None:
    served = {key: exchange(key) for key in CUSTOMERS.answers if key.startswith(kind)}
    found = CUSTOMERS.violated(served)
    assert found
    assert "AUTH-014" not in found


@pytest.mark.parametrize("statuses", [(200, 200), (401, 401), (400, 400)])
def test_a_scheme_that_is_bad_syntax_is_not_supported(statuses: tuple[int, int]) -> None:
    names = ("bearer_token[capitalised]", "bearer_token[lower-case]")
    given: dict[str, Exchange] = {}
    for name, status in zip(names, statuses, strict=True):
        given |= changed(name, status=status)
    assert POLICY.violated(given) - REFUSING == set()


def test_the_collection_has_the_documented_status() -> None:
    found = POLICY.violations(changed("listing_with_altered_token", status=403))
    assert ("AUTH-014", "test_a_refused_token_has_the_documented_status_at_the_collection") in found
