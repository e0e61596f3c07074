"""Every fault that only a sweep meets is found by exactly the requirements that it names; a correct server by none."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from conformance.model.outcome import Outcome
from conformance.reference.faults import Fault, all_faults
from conformance.reference.server import ReferenceServer
from conformance.sweep import session
from tests.support.sweeping import judged, swept, violations

FAULTS = [fault for fault in all_faults().values() if fault.area.startswith("swept")]
MANY, PAGE = 60, 14


@pytest.fixture(autouse=True)
def small_pages(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(session, "PAGE_SIZE", PAGE)


def test_there_are_enough_of_them() -> None:
    assert len(FAULTS) >= 40


@pytest.mark.parametrize("fault", FAULTS, ids=[fault.name for fault in FAULTS])
def test_a_fault_is_found_by_exactly_what_it_names(fault: Fault) -> None:
    with ReferenceServer(faults=[fault], invoices=MANY) as server:
        found = violations(swept(server))
    missing = fault.caught_by - found.keys()
    unexpected = {name: found[name].summary for name in found.keys() - fault.caught_by - fault.also.keys()}
    assert not missing, f"not caught by {sorted(missing)}, but by {sorted(found)}"
    assert not unexpected


@pytest.fixture(scope="module")
def correct() -> Iterator[ReferenceServer]:
    with ReferenceServer(invoices=MANY) as server:
        yield server


def test_nothing_is_found_on_a_correct_server(correct: ReferenceServer) -> None:
    summary = swept(correct)
    found = judged(summary)
    assert not violations(summary)
    assert not [each for each in found if each.outcome is Outcome.ERROR]
    assert {each.requirement for each in found if each.outcome is Outcome.PASSED} >= {
        *("COLL-001", "COLL-002", "COLL-003", "COLL-004", "COLL-005", "PAGE-001", "PAGE-003"),
        *("SEM-009", "SEM-010", "INV-001", "ITEM-018", "ITEM-022", "ETAG-008", "COND-001", "GEN-001"),
    }
