"""Which cases see something of what is different in a run, and what they find."""

from __future__ import annotations

from collections.abc import Iterable

from conformance.judge import suite
from conformance.judge.endings import SuiteError, Violation
from conformance.judge.evaluate import evaluate, first_ending, judge, judgement_of
from conformance.judge.values import exchanges_in, values_of
from conformance.model.exchange import Exchange, NotObserved
from conformance.model.outcome import Judgement
from conformance.plan.steps import Step
from conformance.run import Run
from tests.support.apart import judges_each_apart, wide_parameters
from tests.support.clean import Clean
from tests.support.reads import ALWAYS, PARTS


def judged_once(run: Run, case: suite.Case) -> Judgement:
    """Return how ``case`` ends on what ``run`` has observed, before it is asked whether that stands."""
    ending, values = first_ending(run, case)
    return judgement_of(run, case, ending, exchanges_in(values or {}))


class Changes:
    """What of a run differs from the run against the correct server, and who sees it."""

    def __init__(self, run: Run, known: Clean) -> None:
        """Compare what ``run`` has observed with what is ``known``."""
        self._run, self._known = run, known
        record, before = run.observer.record, known.record
        self._new = {step: record.get(step) for step in known.steps if record.get(step) is not before.get(step)}
        same = set(map(id, before.values()))
        # Also what was not planned, such as an answer that another one took the place of.
        self._fresh = {id(each) for each in run.observer.exchanges()} - same
        self._steps = {id(exchange): step for step, exchange in self._new.items()}
        # By the identity of a tuple, which is kept so that no other one gets it.
        self._news: dict[int, tuple[object, list[tuple[Exchange, Step | None]]]] = {}
        # Which parts were compared, and which of them differ.
        self._compared = dict.fromkeys(self._new, (0, 0))

    def judgements(self) -> list[Judgement]:
        """Return the judgements of the cases that see something."""
        return [judge(self._run, case) for case in self._known.seeing(self._new) if self.sees(case)]

    def sees(self, case: suite.Case) -> bool:
        """Return whether ``case`` sees something that the correct server does not show as well."""
        if self._shows(case, self._new.keys() & self._known.steps_of[case]):
            return True
        if not case.check.is_record_wide:
            return False
        if not judges_each_apart(case.check.function):
            return bool(self._run.observer.superseded) or self._shows(case, self._new)
        return self._is_found_in_what_is_new(case)

    def _shows(self, case: suite.Case, steps: Iterable[Step]) -> bool:
        return any(self._is_seen(case, step) for step in steps)

    def _is_seen(self, case: suite.Case, step: Step) -> bool:
        """Return whether ``case`` reads a part of the exchange of ``step`` that has changed."""
        reads = self._known.reads(case)
        if reads is None:
            return True
        return self._differs(step, reads.get(step, ALWAYS))

    def _differs(self, step: Step, parts: int) -> bool:
        compared, differing = self._compared[step]
        if parts & differing:
            return True
        if unknown := parts & ~compared:
            differing |= PARTS.differing(self._known.record.get(step), self._new[step], unknown)
            self._compared[step] = compared | unknown, differing
        return bool(parts & differing)

    def _is_found_in_what_is_new(self, case: suite.Case) -> bool:
        try:
            values = values_of(self._run, case)
        except NotObserved:
            return True
        reads = self._known.reads(case)
        new = {
            name: tuple(
                each
                for each, step in self._new_of(values[name])
                if step is None or reads is None or self._differs(step, reads.get(step, ALWAYS))
            )
            for name in wide_parameters(case.check)
        }
        return any(new.values()) and isinstance(evaluate(case.check, {**values, **new}), Violation | SuiteError)

    def _new_of(self, exchanges: tuple[Exchange, ...]) -> list[tuple[Exchange, Step | None]]:
        """Return which of ``exchanges``, of which the run keeps one tuple of a kind, are fresh, with their steps."""
        if id(exchanges) not in self._news:
            fresh = [(each, self._steps.get(id(each))) for each in exchanges if id(each) in self._fresh]
            self._news[id(exchanges)] = exchanges, fresh
        return self._news[id(exchanges)][1]
