"""The fault bank: complete, consistent, and every fault shows."""

from __future__ import annotations

import os
import re

import jwt
import pytest

from conformance.reference.faults import Fault, all_faults, fault
from conformance.reference.server import ReferenceServer
from conformance.requirements import CAPABILITIES, registry
from tests.reference.battery import observe

FAULTS = all_faults()
# These show only when requests overlap, in the time that they take, in the token itself, to generated requests, with a
# cookie, or over https.
INVISIBLE = {"runtime-exceeds-budget", "auth-weak-key", "jwt-short-key"} | {
    name
    for name, found in FAULTS.items()
    if name.startswith(("concurrent-", "generated-")) or found.needs & {"cookie", "https"}
}


@pytest.fixture(scope="module")
def correct() -> dict[int, bytes]:
    """What a correct server answers to the battery."""
    with ReferenceServer() as server:
        return dict(observe(server))


@pytest.fixture(scope="module")
def told() -> list[int]:
    """The numbers of the exchanges that showed the faults so far."""
    return [0]


def test_two_correct_servers_do_not_differ(correct: dict[int, bytes]) -> None:
    with ReferenceServer() as server:
        for number, received in observe(server):
            assert received == correct[number]


# The detection test says the same of the proven ones; all are tried with EVERY_FAULT=1.
@pytest.mark.skipif(not os.environ.get("EVERY_FAULT"), reason="EVERY_FAULT is not set")
@pytest.mark.parametrize("name", [name for name in FAULTS if name not in INVISIBLE])
def test_every_fault_shows(correct: dict[int, bytes], told: list[int], name: str) -> None:
    # Neighbours in the bank show in the same exchange or near it, so these come first.
    near = sorted(correct, key=lambda number: abs(number - told[-1]))
    order = list(dict.fromkeys([*reversed(told[-8:]), *near]))
    with ReferenceServer(faults=[FAULTS[name]]) as server:
        shown = next((number for number, received in observe(server, order) if received != correct[number]), None)
    assert shown is not None
    told.append(shown)


@pytest.mark.filterwarnings("ignore::jwt.warnings.InsecureKeyLengthWarning")
def test_weak_key_signs_the_tokens() -> None:
    server = ReferenceServer(faults=[FAULTS["auth-weak-key"]])
    assert jwt.get_unverified_header(server.token) == {"alg": "HS256"}
    assert server.signing_key == "secret"


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
