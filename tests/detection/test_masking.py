"""A deviation does not hide another one: faults are reported beside each of the reduced servers."""

from __future__ import annotations

import pytest

from conformance.model.outcome import Outcome
from conformance.model.requirements import registry
from conformance.reference.faults import all_faults
from conformance.reference.reduced import all_reduced
from conformance.reference.server import ReferenceServer
from tests.support import detection, masking


def pytest_generate_tests(metafunc: pytest.Metafunc) -> None:
    """Judge every fault on one reduced server; with ``--full`` on every one."""
    if "server" in metafunc.fixturenames:
        full = metafunc.config.getoption("full")
        names = all_reduced()
        metafunc.parametrize("server", [name for name in names if masking.meeting(name, full=full)])


def test_what_a_client_can_see_is_reported(server: str, request: pytest.FixtureRequest) -> None:
    base = all_reduced()[server]
    seen = masking.look(masking.meeting(server, full=request.config.getoption("full")), base)
    assert masking.Seen.REPORTED in seen.values()
    hidden = [name for name, each in seen.items() if each is masking.Seen.HIDDEN]
    unexplained = [name for name in hidden if server not in masking.explained().get(name, {})]
    assert not unexplained, {name: sorted(masking.faults()[name].caught_by) for name in unexplained}


def test_what_is_explained_exists() -> None:
    assert masking.explained().keys() <= masking.faults().keys()
    servers = {server for reasons in masking.explained().values() for server in reasons}
    assert servers <= all_reduced().keys()
    entries = [entry for reasons in masking.explained().values() for entry in reasons.values()]
    assert all(entry["why"].endswith(".") for entry in entries)
    assert {name for entry in entries for name in entry.get("by", "").split()} <= registry().keys()


def test_few_of_those_that_can_be_seen_are_hidden() -> None:
    shares = masking.shares()["servers"]
    assert shares.keys() == all_reduced().keys()
    assert len(shares) >= 14
    low = {name: each for name, each in shares.items() if each["reported"] < 0.97 * sum(each.values())}
    assert not low


# Three grave faults beside the lack of relationship links, of which a run once reported none.
OPEN = ("jwt-expired-accepted", "jwt-audience-ignored", "tenant-listing-unscoped")


def test_a_server_without_relationship_links_does_not_hide_open_doors() -> None:
    faults = [all_faults()[name] for name in OPEN]
    with ReferenceServer(faults=faults, variants=[all_reduced()["no-relationship-links"]]) as server:
        needs = {"collection", "second-customer", "hidden-invoice", "signing-key"}
        judgements = detection.judge_target(server.base_url, detection.settings_for(server, needs))
    failed = {each.requirement for each in judgements if each.outcome is Outcome.FAILED}
    assert failed >= {"JWT-003", "JWT-005", "SEC-004"}
