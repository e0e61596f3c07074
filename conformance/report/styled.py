"""Lines of the terminal with the way in which they are shown where there is colour."""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType

from conformance.model.outcome import Outcome

_STYLES: Mapping[Outcome, Mapping[str, bool]] = MappingProxyType(
    {
        Outcome.ERROR: {"red": True, "bold": True},
        Outcome.FAILED: {"red": True, "bold": True},
        Outcome.WARNED: {"yellow": True, "bold": True},
        Outcome.NOTED: {"cyan": True},
        Outcome.PASSED: {"green": True, "bold": True},
    }
)


class Styled(str):
    """A line, with pytest's words for how it looks."""

    __slots__ = ("markup",)
    markup: Mapping[str, bool]

    def __new__(cls, text: str, outcome: Outcome) -> Styled:
        """Give ``text`` the colour of ``outcome``."""
        line = super().__new__(cls, text)
        line.markup = _STYLES.get(outcome, {})
        return line


def markup_of(line: str) -> Mapping[str, bool]:
    """Return how ``line`` looks."""
    return line.markup if isinstance(line, Styled) else {}
