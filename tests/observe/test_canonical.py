"""A redirect to the canonical form of the collection is followed once, and no other."""

from __future__ import annotations

import pytest

from conformance.model.outcome import Outcome
from conformance.observe.canonical import canonical_request
from conformance.reference.server import ReferenceServer
from conformance.reference.variants import all_variants
from tests.support import detection
from tests.support.exchanges import ORIGIN, PREFIX, exchange

COLLECTION = f"{ORIGIN}{PREFIX}/invoices"
COLLECTIONS = [COLLECTION, f"{ORIGIN}{PREFIX}/accounts"]


@pytest.mark.parametrize(
    ("status", "location", "followed"),
    [
        (308, f"{COLLECTION}/?sort=start-date", True),
        (307, f"{PREFIX}/invoices/?sort=start-date", True),
        (301, f"{COLLECTION}/?sort=start-date", False),
        (308, f"{COLLECTION}/", False),
        (308, f"{COLLECTION}?sort=start-date", False),
        (308, f"{PREFIX}/invoices/all?sort=start-date", False),
        (308, f"http://other.example.com{PREFIX}/invoices/?sort=start-date", False),
        (308, f"https://example.org{PREFIX}/invoices/?sort=start-date", False),
        (308, "http://[/invoices/", False),
        (200, f"{COLLECTION}/?sort=start-date", False),
    ],
)
def test_only_a_slash_may_differ(status: int, location: str, followed: bool) -> None:
    answer = exchange(
        "listing", status, body={}, path=f"{PREFIX}/invoices", query="sort=start-date", headers={"Location": location}
    )
    found = canonical_request(answer, COLLECTIONS)
    assert (found.url if found else None) == (f"{COLLECTION}/?sort=start-date" if followed else None)


@pytest.mark.parametrize(
    ("path", "leads_to", "followed"),
    [
        ("/invoices/1", "/invoices/1/", True),
        ("/invoices/1/account", "/invoices/1/account/", True),
        ("/invoices/1/", "/invoices/1", False),
        ("/invoices/1", "/invoices/2/", False),
        ("/invoices/1", "/invoices/", False),
        ("/accounts", "/accounts/", True),
        ("/accounts/1", "/accounts/1/", True),
        ("/accounts", "/invoices/", False),
        ("/metrics", "/metrics/", False),
    ],
)
def test_below_the_collection_a_slash_may_be_added(path: str, leads_to: str, followed: bool) -> None:
    answer = exchange("item", 308, body={}, path=f"{PREFIX}{path}", headers={"Location": f"{PREFIX}{leads_to}"})
    found = canonical_request(answer, COLLECTIONS)
    assert (found.url if found else None) == (f"{ORIGIN}{PREFIX}{leads_to}" if followed else None)


def test_what_is_behind_the_redirect_is_judged() -> None:
    with ReferenceServer(variants=[all_variants()["collection-redirected"]]) as server:
        given = detection.settings_for(server, {"collection"})
        judgements = detection.judge_target(server.base_url, given)
    assert not [each for each in judgements if each.outcome in {Outcome.FAILED, Outcome.WARNED, Outcome.ERROR}]
    passed = {each.requirement for each in judgements if each.outcome is Outcome.PASSED}
    assert passed >= {"COLL-001", "PAGE-003", "SORT-001", "FILT-002", "INCL-004"}
