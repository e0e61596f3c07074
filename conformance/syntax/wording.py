"""Words for numbers."""

from __future__ import annotations


def counted(count: int, noun: str) -> str:
    """Return ``count`` and ``noun``, with an s unless it is one: "1 request", "2 requests"."""
    return f"{count} {noun}{'' if count == 1 else 's'}"
