"""Words for numbers, and texts that can be shown."""

from __future__ import annotations


def counted(count: int, noun: str) -> str:
    """Return ``count`` and ``noun``, with an s unless it is one: "1 request", "2 requests"."""
    return f"{count} {noun}{'' if count == 1 else 's'}"


def printable(text: str) -> str:
    """Return ``text`` with control characters escaped: nothing that a server sends may drive the terminal."""
    if text.isprintable():
        return text
    return "".join(
        character if character.isprintable() else character.encode("unicode_escape").decode() for character in text
    )
