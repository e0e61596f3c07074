"""Fixtures of the checks: every declared probe under its own name."""

from __future__ import annotations

import pytest

from conformance.pytest_hooks.fixtures import RUN, probe_fixtures
from conformance.tokens.inspected import TokenFacts

globals().update(probe_fixtures())


@pytest.fixture
def invoice_id(request: pytest.FixtureRequest) -> str:
    """The known invoice that a check is about: the first, unless the check is run for each of them."""
    return request.config.stash[RUN].target.invoice_ids[0]


@pytest.fixture
def signing_key_bits(request: pytest.FixtureRequest) -> int:
    """How long the given key is; the key stays outside of the checks."""
    return request.config.stash[RUN].target.signing_key_bits


@pytest.fixture
def max_latency(request: pytest.FixtureRequest) -> float:
    """The seconds that an answer may take under load."""
    seconds: float = request.config.stash[RUN].settings["max-latency"]
    return seconds


@pytest.fixture
def token_facts(request: pytest.FixtureRequest) -> TokenFacts:
    """What the given token tells about itself; the token stays outside of the checks."""
    return request.config.stash[RUN].token_facts
