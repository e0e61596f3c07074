"""What becomes of a check: its outcome, and the judgement that carries it to the reports."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, fields
from enum import IntEnum, StrEnum
from typing import Any

from conformance.model.requirements import Level


class Outcome(StrEnum):
    """What became of a check, and of a requirement; the worst comes first."""

    ERROR = "error"
    FAILED = "failed"
    WARNED = "warned"
    NOTED = "noted"
    WAIVED = "waived"
    INCONCLUSIVE = "inconclusive"
    PASSED = "passed"
    BLOCKED = "blocked"
    NOT_OFFERED = "not offered"
    NOT_APPLICABLE = "not applicable"


_WORST_FIRST = list(Outcome)
JUDGED = frozenset({Outcome.FAILED, Outcome.WARNED, Outcome.NOTED, Outcome.WAIVED, Outcome.PASSED})
# The outcomes of an applicable requirement that was not judged.
UNJUDGED = frozenset({Outcome.INCONCLUSIVE, Outcome.BLOCKED, Outcome.NOT_OFFERED})
VIOLATED = JUDGED - {Outcome.PASSED}


class ExitCode(IntEnum):
    """Exit codes of a run; 2 (interrupted) is pytest's own."""

    CONFORMS = 0
    DOES_NOT_CONFORM = 1
    SUITE_ERROR = 3
    USAGE = 4
    INCONCLUSIVE = 5
    UNREACHABLE = 6


@dataclass(frozen=True, slots=True)
class Judgement:
    """What one check says of one requirement. ``evidence`` holds rendered, redacted text only.

    ``owner`` is the requirement by which a blocked one is blocked, or one that is not offered would be if that failed;
    ``doubt`` is what makes one inconclusive.
    """

    requirement: str
    outcome: Outcome
    nodeid: str
    reason: str = ""
    expected: str = ""
    observed: str = ""
    subject: str = ""
    evidence: Mapping[str, Any] = field(default_factory=dict)
    owner: str = ""
    doubt: str = ""

    @property
    def summary(self) -> str:
        """What is expected and observed, and the reason, in one line."""
        found = f"expected {self.expected}; observed {self.observed}" if self.expected or self.observed else ""
        return "; ".join(part for part in (found, self.reason) if part)

    def to_dict(self) -> dict[str, Any]:
        """Return plain data, fit to cross process borders."""
        # The evidence is plain already, and copying it would cost more than all the rest.
        return {name: getattr(self, name) for name in _NAMES} | {"outcome": str(self.outcome)}

    @classmethod
    def from_dict(cls, data: Mapping[str, Any]) -> Judgement:
        """Undo ``to_dict``."""
        return cls(**{**data, "outcome": Outcome(data["outcome"])})


_NAMES = tuple(each.name for each in fields(Judgement))


def outcome_of_violation(level: Level) -> Outcome:
    """Return the outcome of a requirement that does not hold."""
    return {Level.MUST: Outcome.FAILED, Level.SHOULD: Outcome.WARNED, Level.MAY: Outcome.NOTED}[level]


def worst(outcomes: Iterable[Outcome]) -> Outcome:
    """Return the outcome that counts when several checks judge one requirement."""
    return min(outcomes, key=_WORST_FIRST.index)
