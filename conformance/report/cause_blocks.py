"""A cause on the terminal: as a block with all that is known, as a short one, or as a line."""

from __future__ import annotations

import textwrap
from collections.abc import Iterator
from typing import TYPE_CHECKING

from conformance.judge.cause_headlines import DOES_NOT_HOLD, NOT_AS_REQUIRED
from conformance.model.requirements import registry
from conformance.report import failure
from conformance.report.styled import Styled

if TYPE_CHECKING:
    from conformance.judge.causes import Cause

_WORD = 8
# Of a line, what its ids may take, and of a short block, the longest text and the most lines of a command.
_MOST_IDS, _LONGEST, _MOST_LINES = 3, 136, 8
_MOST_OTHERS, _MOST_INVOICES = 20, 3


def _head(cause: Cause, wide: int = failure.WIDTH) -> list[str]:
    word = f"{cause.outcome.upper():<{_WORD}}"
    lines = textwrap.wrap(cause.headline, wide - _WORD, break_long_words=False, break_on_hyphens=False)
    return [Styled(f"{word if number == 0 else ' ' * _WORD}{line}", cause.outcome) for number, line in enumerate(lines)]


def short(cause: Cause) -> list[str]:
    """Return a block with the headline, ids, what was expected and observed, where, and one request."""
    shown = cause.shown
    lines = _head(cause)
    lines += failure.entry("ids", _cut(" ".join(_with_level(name) for name in cause.ids)))
    if shown.expected:
        lines += failure.entry("expected", _cut(shown.expected))
    if shown.observed:
        lines += failure.entry("observed", _cut(shown.observed))
    lines += failure.entry("waiver", _cut(shown.reason)) if shown.reason else []
    lines += [_cut(line, failure.WIDTH) for line in failure.part(shown)[:3]]
    if "invoices" in shown.evidence:
        lines += failure.others([shown], _MOST_INVOICES)
    command = failure.shell("curl", str(shown.evidence["request"])) if "request" in shown.evidence else []
    return lines + (command if len(command) <= _MOST_LINES else [])


def full(cause: Cause, repeat: str) -> list[str]:
    """Return a block with all that is known; ``repeat`` is the command that judges the same again."""
    shown = cause.shown
    lines = _head(cause)
    for name in cause.ids:
        requirement = registry()[name]
        lines += failure.entry("requires", f"{name} ({requirement.level}) {requirement.statement}")
        lines += failure.entry("source", requirement.citation)
    lines += failure.entry("expected", shown.expected) if shown.expected else []
    lines += failure.entry("observed", shown.observed) if shown.observed else []
    lines += failure.entry("waiver", shown.reason) if shown.reason else []
    lines += failure.part(shown) + failure.exchange(shown) + failure.others(cause.findings, _MOST_OTHERS)
    return lines + failure.shell("repeat", repeat)


def line(cause: Cause, word: str = "", wide: int = failure.WIDTH) -> str:
    """Return the cause in one line: ``word``, headline, ids, and what was expected unless the headline says it."""
    ids = " ".join(cause.ids[:_MOST_IDS]) + (f" +{len(cause.ids) - _MOST_IDS}" if len(cause.ids) > _MOST_IDS else "")
    room = wide - len(word) - len(ids) - 2
    text = cause.headline.removeprefix(DOES_NOT_HOLD) if word.strip() == cause.outcome.upper() else cause.headline
    if NOT_AS_REQUIRED in text and cause.shown.expected:
        text += f": {cause.shown.expected}"
    return Styled(f"{word}{_cut(text, room):<{room}}  {ids}", cause.outcome)


def _with_level(name: str) -> str:
    return f"{name} ({registry()[name].level})"


def _cut(text: str, longest: int = _LONGEST) -> str:
    return text if len(text) <= longest else f"{text[: longest - 1].rstrip()}…"


def fitting(causes: list[Cause], lines: int) -> Iterator[str]:
    """Yield ``causes`` in no more than ``lines`` lines: short blocks as long as they fit, then a line for each."""
    blocks = [[*short(cause), ""] for cause in causes]
    number = _most_blocks([len(each) for each in blocks], lines)
    shown = [line for block in blocks[:number] for line in block]
    yield from shown
    rest = causes[number:]
    room = lines - len(shown) - 1
    kept = rest if len(rest) <= room else rest[: room - 1]
    for cause in kept:
        yield line(cause, f"{cause.outcome.upper():<{_WORD}}")
    if left := len(rest) - len(kept):
        yield f"… and {left} more causes: --format=full and the HTML report have them"
    if rest:
        yield ""


def _most_blocks(sizes: list[int], lines: int) -> int:
    """Return how many blocks fit in ``lines`` lines together with a line for each of the others and an empty one.

    Where there are so many that not all have a line, half of the lines are for blocks.
    """
    for_lines = min(len(sizes) + 1, lines // 2)
    used = 0
    for number, size in enumerate(sizes):
        left = min(for_lines, len(sizes) - number - 1)
        if used + size + left + bool(left) > lines:
            return number
        used += size
    return len(sizes)
