"""What every run of pytest loads where the suite is installed: it leaves alone what does not ask for the checks."""

from __future__ import annotations

from collections.abc import Generator

import pytest


@pytest.hookimpl(wrapper=True)
def pytest_load_initial_conftests(
    early_config: pytest.Config, parser: pytest.Parser, args: list[str]
) -> Generator[None, object, object]:
    """Load the plugin for a run that asks for the checks."""
    from conformance.pytest_hooks import loading

    if loading.asks_for_checks(early_config):
        return (yield from loading.loaded(early_config, parser, args))
    return (yield)
