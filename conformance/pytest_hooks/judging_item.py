"""What all items that judge a target have in common."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from conformance.pytest_hooks.items import run_of


class JudgingItem(pytest.Item):
    """An item whose judgements are reported by the suite.

    ``line`` is where it stands in its file, from 0; ``requirement`` is what gets the blame when the suite breaks.
    """

    line = 0
    requirement = "GEN-001"

    def setup(self) -> None:
        """Judge nothing on a target that cannot be used."""
        if abort := run_of(self.config).abort:
            pytest.fail(abort.message, pytrace=False)

    def report(self, report: pytest.TestReport) -> None:
        """Write the judgements of the item into ``report``."""
        raise NotImplementedError

    def reportinfo(self) -> tuple[Path, int | None, str]:
        """Return where the item stands."""
        return self.path, self.line, self.name


class GeneratingItem(JudgingItem):
    """An item that sends requests of its own and judges many requirements; it comes after the checks."""

    def __init__(self, **named: Any) -> None:
        """Carry the mark ``generated``."""
        super().__init__(**named)
        self.add_marker(pytest.mark.generated)
