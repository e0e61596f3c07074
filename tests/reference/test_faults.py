"""The fault bank is complete and consistent; that each of them shows is the detection test's to prove."""

from __future__ import annotations

import re

import jwt
import pytest

from conformance.model.requirements import CAPABILITIES, registry
from conformance.reference.faults import Area, Fault, all_faults
from conformance.reference.server import ReferenceServer

FAULTS = all_faults()


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
        Area("x")("etag-unquoted", {"ETAG-002"}, "x")("It is described.", FAULTS["etag-unquoted"].install)


def test_a_fault_is_described() -> None:
    with pytest.raises(ValueError, match="not described"):
        Area("x")("no-such-fault", {"ETAG-002"}, "x")(lambda _: None)


def test_a_seam_that_does_not_exist_is_an_error() -> None:
    with pytest.raises(AttributeError):
        ReferenceServer().api.replace("no_such_method", lambda *_: None)
