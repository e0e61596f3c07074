"""The fault bank: complete, consistent, and every fault shows."""

from __future__ import annotations

import re

import pytest

from conformance.reference.faults import Fault, all_faults, fault
from conformance.reference.server import ReferenceServer
from conformance.requirements import CAPABILITIES, registry
from tests.reference.battery import observe

FAULTS = all_faults()
# These show only when requests overlap.
CONCURRENT = {name for name, found in FAULTS.items() if name.startswith("concurrent-")}
SLOW = {"runtime-exceeds-budget"}


@pytest.fixture(scope="module")
def correct() -> list[tuple[str, bytes]]:
    """What a correct server answers to the battery."""
    with ReferenceServer() as server:
        return list(observe(server))


def test_two_correct_servers_do_not_differ(correct: list[tuple[str, bytes]]) -> None:
    with ReferenceServer() as server:
        for (sent, expected), (_, received) in zip(correct, observe(server), strict=True):
            assert received == expected, sent


@pytest.mark.parametrize("name", sorted(FAULTS.keys() - CONCURRENT - SLOW))
def test_every_fault_shows(correct: list[tuple[str, bytes]], name: str) -> None:
    with ReferenceServer(faults=[FAULTS[name]]) as server:
        assert any(received != expected for (_, expected), (_, received) in zip(correct, observe(server), strict=False))


@pytest.mark.parametrize("found", FAULTS.values(), ids=FAULTS.keys())
def test_registration(found: Fault) -> None:
    assert re.fullmatch(r"[a-z0-9]+(-[a-z0-9]+)+", found.name)
    assert re.fullmatch(r"[A-Z4][^\n]*\.", found.description)
    assert found.caught_by
    assert not found.caught_by & found.also.keys()
    assert all(reason for reason in found.also.values())
    assert (found.caught_by | found.also.keys()) <= registry().keys()
    assert found.needs <= {*CAPABILITIES, "repeat"}
    assert found.clause


def test_a_name_is_taken_once() -> None:
    with pytest.raises(ValueError, match="etag-unquoted"):
        fault("etag-unquoted", caught_by={"ETAG-002"}, clause="x")(FAULTS["etag-unquoted"].install)


def test_a_seam_that_does_not_exist_is_an_error() -> None:
    with pytest.raises(AttributeError):
        ReferenceServer().api.replace("no_such_method", lambda *_: None)
