"""The one rule that makes a verdict of outcomes; exit code and every report read it."""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass, field
from types import MappingProxyType

from conformance.model.blocked import settled
from conformance.model.exchange import Doubt
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
# What to do about each doubt.
_ADVICE: Mapping[str, str] = MappingProxyType(
    {
        Doubt.LIMIT: "run again with --rate-limit, or with --concurrency=1",
        Doubt.SIZE: "run again with a larger --max-body",
        Doubt.LOST: "see that the server stays up and answers, and run again",
        Doubt.CHANGE: "run again while nobody changes the invoices",
        Doubt.RECORD: "make the record anew with this version",
    }
)


def gating_outcomes(fail_on: Level) -> tuple[Outcome, ...]:
    """Return the outcomes that fail a run in which ``fail_on`` is the lowest level that does."""
    return _GATES[fail_on]


@dataclass(frozen=True)
class Inconclusive:
    """Why a requirement could not be judged: in words, and what is in doubt, if that is known."""

    reason: str
    doubt: str = ""


@dataclass(frozen=True)
class Verdict:
    """The result of a run: the outcome of every selected requirement and what follows from them.

    ``blocked`` names for each blocked requirement the one that fails and keeps it from being judged, ``inconclusive``
    for each inconclusive one why that is so.
    """

    outcomes: Mapping[str, Outcome]
    requirements: Mapping[str, Requirement]
    fail_on: Level = Level.MUST
    waivers: tuple[Use, ...] = ()
    blocked: Mapping[str, str] = field(default_factory=dict)
    inconclusive: Mapping[str, Inconclusive] = field(default_factory=dict)
    # What the target was given or enabled for; nothing where reports of several runs are merged.
    capabilities: frozenset[str] = frozenset()

    def of(self, *outcomes: Outcome, source: str | None = None, level: Level | None = None) -> list[Requirement]:
        """Return the requirements with one of ``outcomes``, in registry order."""
        return [
            requirement
            for name, requirement in self.requirements.items()
            if self.outcomes.get(name) in outcomes
            and source in {None, requirement.source}
            and level in {None, requirement.level}
        ]

    def names(self, outcome: Outcome, *levels: Level) -> list[str]:
        """Return the ids of the requirements of ``levels`` that have ``outcome``, in registry order."""
        return [each.id for each in self.of(outcome) if each.level in levels]

    @property
    def gating(self) -> list[Requirement]:
        """The requirements that make the run fail."""
        return self.of(*gating_outcomes(self.fail_on))

    @property
    def holes(self) -> list[Requirement]:
        """The requirements that could make the run fail and could not be judged."""
        levels = list(Level)
        gating = levels[: levels.index(self.fail_on) + 1]
        return [each for each in self.of(Outcome.INCONCLUSIVE) if each.level in gating]

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
        if self.holes or not self.of(*JUDGED):
            return ExitCode.INCONCLUSIVE
        return ExitCode.DOES_NOT_CONFORM if self.unfit_waivers else ExitCode.CONFORMS

    @property
    def sentence(self) -> str:
        """The verdict in words."""
        if errors := self.errors:
            return f"no verdict: the suite itself failed on {counted(len(errors), 'requirement')}"
        if gating := self.gating:
            levels = Counter(requirement.level for requirement in gating)
            parts = [f"{counted(levels[level], f'{level} requirement')} failed" for level in Level if levels[level]]
            return f"does not conform: {', '.join(parts + self._unfit())}"
        if holes := self.holes:
            return f"inconclusive: {counted(len(holes), 'requirement')} could not be judged{self._advice()}"
        if not self.of(*JUDGED):
            return "inconclusive: nothing was judged"
        waived = self.of(Outcome.WAIVED)
        conforms = f"conforms, with {counted(len(waived), 'requirement')} waived" if waived else "conforms"
        return f"{conforms}; the run fails: {', '.join(self._unfit())}" if self.unfit_waivers else conforms

    def _advice(self) -> str:
        """Return what kept the holes from being judged, the most frequent first, and what to do about it."""
        found = [self.inconclusive[each.id] for each in self.holes]
        doubts = [name for name, _ in Counter(each.doubt for each in found if each.doubt).most_common()]
        known = [f", as {name}: {_ADVICE[name]}" for name in doubts if name in _ADVICE]
        return known[0] if known else f": {self.holes[0].id}, {found[0].reason}"

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
    judgements = settled(judgements)
    collected: dict[str, list[Judgement]] = {}
    for judgement in judgements:
        collected.setdefault(judgement.requirement, []).append(judgement)
    outcomes = {name: worst(each.outcome for each in found) for name, found in collected.items()}
    # The judgement of each requirement that decides its outcome.
    deciding = {
        name: next(each for each in found if each.outcome is outcomes[name]) for name, found in collected.items()
    }
    blocked = {name: each.owner for name, each in deciding.items() if each.outcome is Outcome.BLOCKED}
    inconclusive = {
        name: Inconclusive(each.reason, each.doubt)
        for name, each in deciding.items()
        if each.outcome is Outcome.INCONCLUSIVE
    }
    uses = waivers.uses(judgements, complete=complete, capabilities=capabilities) if waivers else ()
    return Verdict(outcomes, requirements, fail_on, uses, blocked, inconclusive, frozenset(capabilities))
