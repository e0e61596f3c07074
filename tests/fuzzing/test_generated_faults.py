"""Every fault that only generated requests meet is found by the generated part with its default depth and seed."""

from __future__ import annotations

import pytest

from conformance.fuzzing.session import Outcome
from conformance.reference.faults import Fault, all_faults
from conformance.reference.message import Answer
from conformance.reference.server import ReferenceServer
from tests.support.changing import Clock, every, growing, to_and_fro
from tests.support.generating import ITEMS, answering, session_of

FAULTS = [fault for fault in all_faults().values() if fault.name.startswith("generated-")]
# Nothing else waits, so a second is long enough.
TIMEOUTS = {"generated-id-encoded-slash-hangs": "1"}
# Those that only requests for the collection meet.
OF_THE_COLLECTION = {"generated-filter-first-year", "generated-include-deep", "generated-parameter-long"}


def items(fault: Fault) -> list[tuple[str, str]]:
    """Return all items, those first that are likely to find ``fault``."""
    resource = "Invoices" if fault.name in OF_THE_COLLECTION else "Invoice"
    hostile = resource == "Invoices" or "-id-" in fault.name or "-parameter" in fault.name
    return sorted(ITEMS, key=lambda item: (not item[0].endswith(resource), hostile is not (item[1] == "hostile")))


def found_by(outcome: Outcome) -> set[str]:
    return {finding.rule.requirement for finding in outcome.findings}


@pytest.mark.parametrize("fault", FAULTS, ids=[fault.name for fault in FAULTS])
def test_the_fault_is_found(fault: Fault) -> None:
    found: set[str] = set()
    with ReferenceServer(faults=[fault]) as server, answering(server.api):
        session = session_of(server, TIMEOUTS.get(fault.name, ""))
        for name, group in items(fault):
            found |= found_by(session.run(name, group))
            if fault.caught_by <= found:
                break
        session.close()
    assert fault.caught_by <= found
    assert found <= fault.caught_by | fault.also.keys()


def test_there_are_enough_of_them() -> None:
    assert len(FAULTS) >= 25


@pytest.mark.parametrize("clock", [every(1), every(7), to_and_fro(1)], ids=["each", "each-7", "to-and-fro"])
def test_data_that_change_are_not_a_finding(clock: Clock) -> None:
    with ReferenceServer(faults=[growing(clock)]) as server, answering(server.api):
        session = session_of(server)
        found = [session.run(*item) for item in ITEMS]
        session.close()
    assert [(each.rule.requirement, each.observed) for outcome in found for each in outcome.findings] == []


def test_a_server_that_serves_nothing_is_not_observed() -> None:
    with ReferenceServer() as server:
        # So late that nothing waits for it.
        server.api.on_request(lambda _: Answer(503, [("Retry-After", "999")]))
        with answering(server.api):
            session = session_of(server)
            found = session.run("getInvoice", "fuzzing")
            session.close()
    assert found.unseen == {"GEN-002": "no generated request was answered with 200"}
    assert "GEN-002" not in found.holding
