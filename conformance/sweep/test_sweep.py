"""Every invoice of the collection: one item, or one for each process that shares the work."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

if TYPE_CHECKING:
    from conformance.sweep.session import Advance, Sweep

pytestmark = pytest.mark.generated


def test_sweep(sweep: Sweep, advance: Advance) -> dict[str, Any]:
    """Judge the collection, or a part of it."""
    return sweep.run(advance)
