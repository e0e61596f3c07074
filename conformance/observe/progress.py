"""How far a run is, for whoever watches it."""

from __future__ import annotations

from typing import Protocol


class Progress(Protocol):
    """Shows how far a run is."""

    def phase(self, name: str) -> None:
        """Begin with something else."""

    def advance(self, done: int, total: int | None = None) -> None:
        """Take over how much of the phase is done, and of how much, as far as that is known."""


class Silent:
    """Shows nothing."""

    def phase(self, name: str) -> None:
        """Show nothing."""

    def advance(self, done: int, total: int | None = None) -> None:
        """Show nothing."""
