"""What all tests of detection have in common."""

from __future__ import annotations

import pytest

from conformance.observe import raw_connection


@pytest.fixture(autouse=True)
def without_patience(monkeypatch: pytest.MonkeyPatch) -> None:
    """Wait half a second for connections that a faulty server keeps open: it is in this process."""
    monkeypatch.setattr(raw_connection, "_PATIENCE", 0.5)
