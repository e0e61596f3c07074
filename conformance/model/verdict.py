"""The one rule that turns outcomes into a verdict; exit code and every report read it."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import asdict, dataclass, field
from enum import IntEnum, StrEnum
from typing import TYPE_CHECKING, Any

from conformance.model.requirements import Level, Requirement
from conformance.syntax.wording import counted

if TYPE_CHECKING:
    from conformance.model.waivers import Use, Waivers


class Outcome(StrEnum):
    """What became of a check, and of a requirement; the worst comes first."""

    ERROR = "error"
    FAILED = "failed"
    WARNED = "warned"
    NOTED = "noted"
    WAIVED = "waived"
    PASSED = "passed"
    NOT_OBSERVED = "not observed"
    NOT_APPLICABLE = "not applicable"


_WORST_FIRST = list(Outcome)
JUDGED = frozenset({Outcome.FAILED, Outcome.WARNED, Outcome.NOTED, Outcome.WAIVED, Outcome.PASSED})


class ExitCode(IntEnum):
    """Exit codes of a run; 2 (interrupted) is pytest's own."""

    CONFORMS = 0
    DOES_NOT_CONFORM = 1
    SUITE_ERROR = 3
    USAGE = 4
    NOTHING_JUDGED = 5
    UNREACHABLE = 6


@dataclass(frozen=True, slots=True)
class Judgement:
    """What one check says of one requirement. ``evidence`` holds rendered, redacted text only."""

    requirement: str
    outcome: Outcome
    nodeid: str
    reason: str = ""
    expected: str = ""
    observed: str = ""
    subject: str = ""
    evidence: Mapping[str, Any] = field(default_factory=dict)

    @property
    def said(self) -> str:
        """What it says, in one line."""
        found = f"expected {self.expected}; observed {self.observed}" if self.expected or self.observed else ""
        return "; ".join(part for part in (found, self.reason) if part)

    def to_dict(self) -> dict[str, Any]:
        """Return plain data, fit to cross process borders."""
        return {**asdict(self), "outcome": str(self.outcome)}

    @classmethod
    def from_dict(cls, data: Mapping[str, Any]) -> Judgement:
        """Undo ``to_dict``."""
        return cls(**{**data, "outcome": Outcome(data["outcome"])})


def outcome_of_violation(level: Level) -> Outcome:
    """Return the outcome of a requirement that does not hold."""
    return {Level.MUST: Outcome.FAILED, Level.SHOULD: Outcome.WARNED, Level.MAY: Outcome.NOTED}[level]


def worst(outcomes: Iterable[Outcome]) -> Outcome:
    """Return the outcome that counts when several checks judge one requirement."""
    return min(outcomes, key=_WORST_FIRST.index)


@dataclass(frozen=True)
class Verdict:
    """The result of a run: the outcome of every selected requirement and what follows from them."""

    outcomes: Mapping[str, Outcome]
    requirements: Mapping[str, Requirement]
    strict: bool
    waivers: tuple[Use, ...] = ()

    def of(self, *outcomes: Outcome, source: str | None = None, level: Level | None = None) -> list[Requirement]:
        """Return the requirements with one of ``outcomes``, in registry order."""
        return [
            requirement
            for name, requirement in self.requirements.items()
            if self.outcomes.get(name) in outcomes
            and source in {None, requirement.source}
            and level in {None, requirement.level}
        ]

    @property
    def gating(self) -> list[Requirement]:
        """The requirements that make the run fail."""
        return self.of(Outcome.FAILED, *([Outcome.WARNED] if self.strict else []))

    @property
    def unfit_waivers(self) -> list[Use]:
        """The waivers that make the run fail: expired ones, and those that excuse nothing any more."""
        return [use for use in self.waivers if use.fails]

    @property
    def errors(self) -> list[str]:
        """The ids of the requirements on which the suite itself failed; one may be unknown to the registry."""
        return [name for name, outcome in self.outcomes.items() if outcome is Outcome.ERROR]

    @property
    def exit_code(self) -> ExitCode:
        """The exit code of the run."""
        if self.errors:
            return ExitCode.SUITE_ERROR
        if self.gating:
            return ExitCode.DOES_NOT_CONFORM
        if not self.of(*JUDGED):
            return ExitCode.NOTHING_JUDGED
        return ExitCode.DOES_NOT_CONFORM if self.unfit_waivers else ExitCode.CONFORMS

    @property
    def sentence(self) -> str:
        """The verdict in words."""
        if errors := self.errors:
            return f"no verdict: the suite itself failed on {counted(len(errors), 'requirement')}"
        if not self.of(*JUDGED):
            return "no verdict: nothing was judged"
        if gating := self.gating:
            must = [requirement for requirement in gating if requirement.level is Level.MUST]
            parts = [f"{counted(len(must), 'MUST requirement')} failed"] if must else []
            if should := [requirement for requirement in gating if requirement.level is not Level.MUST]:
                parts.append(f"{counted(len(should), 'SHOULD requirement')} failed (strict)")
            return f"does not conform: {', '.join(parts + self._unfit())}"
        waived = self.of(Outcome.WAIVED)
        conforms = f"conforms, with {counted(len(waived), 'requirement')} waived" if waived else "conforms"
        return f"{conforms}; the run fails: {', '.join(self._unfit())}" if self.unfit_waivers else conforms

    def _unfit(self) -> list[str]:
        states = Counter(str(use.state) for use in self.unfit_waivers)
        return [counted(count, f"{state} waiver") for state, count in states.items()]


def decide(
    judgements: Iterable[Judgement],
    requirements: Mapping[str, Requirement],
    *,
    strict: bool,
    waivers: Waivers | None = None,
    complete: bool = False,
) -> Verdict:
    """Return the verdict over all ``judgements``: the only place where outcomes are weighed.

    ``complete`` tells that all checks of the suite were run, so that a waiver that excuses nothing is not needed.
    """
    told = [waivers.excuse(judgement) if waivers else judgement for judgement in judgements]
    collected: dict[str, list[Outcome]] = {}
    for judgement in told:
        collected.setdefault(judgement.requirement, []).append(judgement.outcome)
    outcomes = {name: worst(found) for name, found in collected.items()}
    return Verdict(outcomes, requirements, strict, waivers.uses(told, complete=complete) if waivers else ())
