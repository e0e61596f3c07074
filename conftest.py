"""Lets a checkout be used as it is: without an installed package there is no entry point that loads the plugin."""

import sys
from pathlib import Path

import pytest


def pytest_addoption(pluginmanager: pytest.PytestPluginManager) -> None:
    """Load the plugin, unless it is."""
    sys.path.insert(0, str(Path(__file__).parent))
    try:
        from conformance.pytest_hooks.loading import load

        load(pluginmanager)
    except ModuleNotFoundError as missing:
        raise pytest.UsageError(f"there is no {missing.name} for {sys.executable}: run `pip install .` first") from None
