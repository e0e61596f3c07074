"""Every fault that only generated requests meet is found by the generated part with its default depth and seed."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from conformance.fuzzing.asked import operations
from conformance.fuzzing.session import Outcome, Session
from conformance.reference import data
from conformance.reference.faults import Fault, all_faults
from conformance.reference.message import Answer
from conformance.reference.server import ReferenceServer
from tests.support.changing import Clock, every, growing, to_and_fro
from tests.support.targets import settings_of, target_of

FAULTS = [fault for fault in all_faults().values() if fault.name.startswith("generated-")]
DEFAULTS = settings_of()
# Nothing else waits, so a second is long enough.
TIMEOUTS = {"generated-id-encoded-slash-hangs": "1"}
GETS = tuple(name for name in operations() if name.startswith("get"))
# Most faults show in the first of these: requests for an invoice by itself.
ITEMS = sorted(
    [(name, group) for group in ("hostile", "contract", "fuzzing") for name in GETS]
    + [(name, "head") for name in operations() if name.startswith("head")],
    key=lambda item: item[0] not in {"getInvoice", "headInvoice"},
)


def session_of(server: ReferenceServer, name: str = "") -> Session:
    """Return what the default run makes of the embedded server."""
    target = target_of(
        server.base_url,
        auth_token=server.token,
        invoice_id=list(data.INVOICE_IDS[:6]),
        enable="collection,contested",
        request_timeout=TIMEOUTS.get(name, str(DEFAULTS["request-timeout"])),
    )
    return Session(target, DEFAULTS["fuzz-seed"], DEFAULTS["fuzz-examples"])


@pytest.fixture(scope="module")
def correct() -> Iterator[Session]:
    """A session with the correct server; what it generates does not depend on the server."""
    with ReferenceServer() as server:
        session = session_of(server)
        yield session
        session.close()


def alike(correct: Session, server: ReferenceServer, name: str = "") -> Session:
    """Return a session that has nothing left to generate."""
    session = session_of(server, name)
    session.account_ids, session.engine = correct.account_ids, correct.engine
    session._generated = correct._generated
    return session


def found_by(outcome: Outcome) -> set[str]:
    return {finding.rule.requirement for finding in outcome.findings}


@pytest.mark.parametrize("fault", FAULTS, ids=[fault.name for fault in FAULTS])
def test_the_fault_is_found(correct: Session, fault: Fault) -> None:
    found: set[str] = set()
    with ReferenceServer(faults=[fault]) as server:
        session = alike(correct, server, fault.name)
        for name, group in ITEMS:
            found |= found_by(session.run(name, group))
            if fault.caught_by <= found:
                break
        session.close()
    assert fault.caught_by <= found
    assert found <= fault.caught_by | fault.also.keys()


def test_there_are_enough_of_them() -> None:
    assert len(FAULTS) >= 25


@pytest.mark.parametrize("clock", [every(1), every(7), to_and_fro(1)], ids=["each", "each-7", "to-and-fro"])
def test_data_that_change_are_not_a_finding(correct: Session, clock: Clock) -> None:
    with ReferenceServer(faults=[growing(clock)]) as server:
        session = alike(correct, server)
        found = [session.run(*item) for item in ITEMS]
        session.close()
    assert [(each.rule.requirement, each.observed) for outcome in found for each in outcome.findings] == []


def test_a_server_that_serves_nothing_is_not_observed(correct: Session) -> None:
    with ReferenceServer() as server:
        # So late that nothing waits for it.
        server.api.on_request(lambda _: Answer(503, [("Retry-After", "999")]))
        session = alike(correct, server)
        found = session.run("getInvoice", "fuzzing")
        session.close()
    assert found.unseen == {"GEN-002": "no generated request was answered with 200"}
    assert "GEN-002" not in found.holding
