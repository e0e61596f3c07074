"""The plugin by which ``invoices-conformance run`` runs pytest, wherever it stands: it needs no entry point."""

from __future__ import annotations

import os
from collections.abc import Generator, Sequence

import pytest

from conformance.pytest_hooks import loading
from conformance.pytest_hooks.places import JUDGING, PACKAGE


@pytest.hookimpl(wrapper=True)
def pytest_load_initial_conftests(
    early_config: pytest.Config, parser: pytest.Parser, args: list[str]
) -> Generator[None, object, object]:
    """Load the plugin of the suite after those that are installed."""
    return (yield from loading.loaded(early_config, parser, args))


def pytest_configure(config: pytest.Config) -> None:
    """Load it in a process of xdist, too, which is given its plugins later."""
    loading.load(config.pluginmanager)


def arguments(given: Sequence[str]) -> list[str]:
    """Return the arguments for pytest: all checks, with nothing of the project in which the command is given."""
    # The checks do not judge by assert statements; to rewrite these would take a second of each first run.
    # Nor do they need the plugins of these libraries, which are slow to load.
    plugins = [word for name in (__name__, "no:schemathesis", "no:anyio", "no:cacheprovider") for word in ("-p", name)]
    alone = ["-c", os.devnull, f"--rootdir={PACKAGE.parent}", "--noconftest", "--assert=plain"]
    return [*plugins, *alone, "--pyargs", *(f"{PACKAGE.name}.{folder}" for folder in JUDGING), *given]
