"""What the tests of settings share."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest


@pytest.fixture
def present(tmp_path: Path) -> Callable[[Any], Any]:
    """Replace ``{file}`` by the name of a file that is there."""
    there = tmp_path / "ca.pem"
    there.write_text("certificates")
    return lambda value: str(there) if value == "{file}" else value
