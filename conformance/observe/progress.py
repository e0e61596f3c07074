"""How far a run is, for whoever watches it."""

from __future__ import annotations

from typing import Protocol


class Progress(Protocol):
    """Shows how far a run is."""

    def phase(self, name: str) -> None:
        """Begin the next part of the run."""

    def advance(self, done: int, total: int | None = None) -> None:
        """Keep how much of the phase is done, and how much it has in all, where that is known."""


class Silent:
    """Shows nothing."""

    def phase(self, name: str) -> None:
        """Show nothing."""

    def advance(self, done: int, total: int | None = None) -> None:
        """Show nothing."""
