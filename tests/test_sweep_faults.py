"""Every fault that only a sweep meets is found by exactly the requirements that it names; a correct server by none."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest

from conformance.reference import data
from conformance.reference.faults import Fault, all_faults
from conformance.reference.server import ReferenceServer
from conformance.sweep import session
from conformance.sweep.judgements import concluded, judgements
from conformance.sweep.session import Sweep
from conformance.verdict import Judgement, Outcome
from tests.targets import target_of

FAULTS = [fault for fault in all_faults().values() if fault.area.startswith("swept")]
VIOLATED = {Outcome.FAILED, Outcome.WARNED, Outcome.NOTED}
MANY, PAGE = 60, 14


def target(server: ReferenceServer, **given: Any) -> Any:
    return target_of(
        server.base_url,
        auth_token=server.token,
        invoice_id=[data.INVOICE_IDS[0]],
        enable="collection,contested",
        **given,
    )


def swept(server: ReferenceServer, sample: int | str = "all", part: tuple[int, int] = (1, 1)) -> dict[str, Any]:
    sweep = Sweep(target(server), sample, 1, part)
    try:
        return sweep.run(lambda _done, _total: None)
    finally:
        sweep.close()


def judged(*parts: dict[str, Any]) -> list[Judgement]:
    found = [judgement for part in parts for judgement in judgements(part, "sweep", "")]
    return [*found, *concluded(parts, "sweep", "", alone=False)]


def violations(found: list[Judgement]) -> dict[str, Judgement]:
    return {each.requirement: each for each in found if each.outcome in VIOLATED}


@pytest.fixture(autouse=True)
def small_pages(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(session, "PAGE_SIZE", PAGE)


def test_there_are_enough_of_them() -> None:
    assert len(FAULTS) >= 40


@pytest.mark.parametrize("fault", FAULTS, ids=[fault.name for fault in FAULTS])
def test_a_fault_is_found_by_exactly_what_it_names(fault: Fault) -> None:
    with ReferenceServer(faults=[fault], invoices=MANY) as server:
        found = violations(judged(swept(server)))
    missing = fault.caught_by - found.keys()
    surplus = {name: found[name].said for name in found.keys() - fault.caught_by - fault.also.keys()}
    assert not missing, f"not caught by {sorted(missing)}, but by {sorted(found)}"
    assert not surplus


@pytest.fixture(scope="module")
def correct() -> Iterator[ReferenceServer]:
    with ReferenceServer(invoices=MANY) as server:
        yield server


def test_nothing_is_found_on_a_correct_server(correct: ReferenceServer) -> None:
    found = judged(swept(correct))
    assert not violations(found)
    assert not [each for each in found if each.outcome is Outcome.ERROR]
    assert {each.requirement for each in found if each.outcome is Outcome.PASSED} >= {
        *("COLL-001", "COLL-002", "COLL-003", "COLL-004", "COLL-005", "PAGE-001", "PAGE-003"),
        *("SEM-009", "SEM-010", "INV-001", "ITEM-018", "ITEM-022", "ETAG-008", "COND-001", "GEN-001"),
    }
