"""Lets a checkout be used as it is: without an installed package there is no entry point that loads the plugin."""

import sys
from importlib import import_module
from importlib.metadata import entry_points
from pathlib import Path

import pytest

pytest_plugins: list[str] = []
if not any(point.value == "conformance.plugin" for point in entry_points(group="pytest11")):
    sys.path.insert(0, str(Path(__file__).parent))
    try:
        import_module("conformance.plugin")
    except ModuleNotFoundError as missing:
        raise pytest.UsageError(f"there is no {missing.name} for {sys.executable}: run `pip install .` first") from None
    pytest_plugins = ["conformance.plugin"]
