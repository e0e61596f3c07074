"""A server with few invoices, and pages so small that there are several."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from conformance.reference.server import ReferenceServer
from conformance.sweep import session
from tests.support.sweeping import MANY, PAGE


@pytest.fixture
def small_pages(monkeypatch: pytest.MonkeyPatch) -> None:
    """Let a page have few invoices."""
    monkeypatch.setattr(session, "PAGE_SIZE", PAGE)


@pytest.fixture
def server() -> Iterator[ReferenceServer]:
    """Yield a server with a small collection."""
    with ReferenceServer(invoices=MANY) as made:
        yield made
