"""The one rule that turns outcomes into a verdict; exit code and every report read it."""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass
from types import MappingProxyType

from conformance.model.outcome import JUDGED, ExitCode, Judgement, Outcome, worst
from conformance.model.requirements import Level, Requirement
from conformance.model.waivers import Use, Waivers
from conformance.syntax.wording import counted

_GATES: Mapping[Level, tuple[Outcome, ...]] = MappingProxyType(
    {
        Level.MUST: (Outcome.FAILED,),
        Level.SHOULD: (Outcome.FAILED, Outcome.WARNED),
        Level.MAY: (Outcome.FAILED, Outcome.WARNED, Outcome.NOTED),
    }
)


def gating_outcomes(fail_on: Level) -> tuple[Outcome, ...]:
    """Return the outcomes that fail a run in which ``fail_on`` is the lowest level that does."""
    return _GATES[fail_on]


@dataclass(frozen=True)
class Verdict:
    """The result of a run: the outcome of every selected requirement and what follows from them."""

    outcomes: Mapping[str, Outcome]
    requirements: Mapping[str, Requirement]
    fail_on: Level = Level.MUST
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
        return self.of(*gating_outcomes(self.fail_on))

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
            levels = Counter(requirement.level for requirement in gating)
            parts = [f"{counted(levels[level], f'{level} requirement')} failed" for level in Level if levels[level]]
            return f"does not conform: {', '.join(parts + self._unfit())}"
        waived = self.of(Outcome.WAIVED)
        conforms = f"conforms, with {counted(len(waived), 'requirement')} waived" if waived else "conforms"
        return f"{conforms}; the run fails: {', '.join(self._unfit())}" if self.unfit_waivers else conforms

    def _unfit(self) -> list[str]:
        states = Counter(str(use.state) for use in self.unfit_waivers)
        return [counted(count, f"{state} waiver") for state, count in states.items()]


def decide(  # noqa: PLR0913 - each is one fact about the run
    judgements: Iterable[Judgement],
    requirements: Mapping[str, Requirement],
    *,
    fail_on: Level = Level.MUST,
    waivers: Waivers | None = None,
    complete: bool = False,
    capabilities: Collection[str] = (),
) -> Verdict:
    """Return the verdict over all ``judgements``: the only place where outcomes are weighed.

    ``fail_on`` is the lowest level that fails the run. What ``waivers`` excuse was excused when it was collected.
    ``complete`` means that all checks of the suite were run, on a target with ``capabilities``, so that a waiver that
    excuses nothing is not needed.
    """
    judgements = list(judgements)
    collected: dict[str, list[Outcome]] = {}
    for judgement in judgements:
        collected.setdefault(judgement.requirement, []).append(judgement.outcome)
    outcomes = {name: worst(found) for name, found in collected.items()}
    uses = waivers.uses(judgements, complete=complete, capabilities=capabilities) if waivers else ()
    return Verdict(outcomes, requirements, fail_on, uses)
