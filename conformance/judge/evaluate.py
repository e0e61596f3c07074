"""The core that every runner judges through: from a case and its exchanges to a judgement, without pytest."""

from __future__ import annotations

import traceback
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from functools import partial
from typing import TYPE_CHECKING, Any

from conformance.judge import evidence, stability
from conformance.judge.endings import Ending, NotJudged, Passed, SuiteError, Violation, end_of
from conformance.judge.facts import facts
from conformance.judge.suite import Case, Check
from conformance.judge.values import Values, exchanges_in, values_of
from conformance.model.exchange import Exchange, NotObserved
from conformance.model.outcome import Judgement, Outcome, outcome_of_violation
from conformance.model.requirements import HINTS, registry
from conformance.syntax.wording import printable

if TYPE_CHECKING:
    from conformance.run import Run


def evaluate(check: Check, values: Mapping[str, Any]) -> Ending:
    """Call ``check`` with ``values`` and return how it ends, whatever happens. Nothing else calls whole checks."""
    try:
        return end_of(check.function, **values)
    except Exception as error:  # noqa: BLE001 - what breaks the suite is an outcome, too
        return SuiteError(error)


def judge(run: Run, case: Case) -> Judgement:
    """Return what ``case`` finds on the target of ``run``; what it needs and was not sent yet is sent."""
    if missing := case.missing(run.target):
        return _judgement(case, Outcome.NOT_APPLICABLE, f"needs {', '.join(HINTS[each] for each in missing)}")
    ending, values = _settled(run, case)
    return judgement_of(run, case, ending, exchanges_in(values))


def judge_all(run: Run, cases: Iterable[Case]) -> list[Judgement]:
    """Return the judgements of ``cases``, in their order."""
    return [judge(run, case) for case in cases]


def first_ending(run: Run, case: Case) -> tuple[Ending, Values | None]:
    """Return how ``case`` ends on what was observed first, and its values; None when it has none to judge."""
    try:
        values = values_of(run, case)
    except NotObserved as reason:
        return NotJudged.of(reason), None
    except Exception as error:  # noqa: BLE001 - what breaks the suite is an outcome, too
        return SuiteError(error), None
    return evaluate(case.check, values), values


def _settled(run: Run, case: Case) -> tuple[Ending, Values]:
    """Return how ``case`` ends once changes of the data are ruled out, and on which values."""
    ending, values = first_ending(run, case)
    if values is None:
        return ending, {}
    return stability.settle(run, case, values, ending, partial(evaluate, case.check))


def judgement_of(run: Run, case: Case, ending: Ending, exchanges: Sequence[Exchange]) -> Judgement:
    """Return the judgement that follows from the end of ``case``, with ``exchanges`` as its evidence, redacted."""
    requirement = registry().get(case.check.requirement)
    if requirement is None:
        return _judgement(case, Outcome.ERROR, f"{case.check.requirement} is not in the registry")
    clean = run.target.redactor.text
    match ending:
        case Passed():
            judged = {"exchanges": [exchange.key for exchange in exchanges]}
            return replace(_judgement(case, Outcome.PASSED), evidence=judged if exchanges else {})
        case NotJudged(reason, owner, doubt):
            unjudged = _judgement(case, ending.outcome, clean(printable(reason)))
            return replace(unjudged, owner=owner or "", doubt=doubt or "")
        case SuiteError(error):
            lines = "".join(traceback.format_exception(error)).split("\n")
            return _judgement(case, Outcome.ERROR, clean("\n".join(map(printable, lines))))
    exchange = ending.exchange or next(iter(exchanges), None)
    rendered = evidence.render(exchange, ending.others, run.target, ending.part)
    if exchange is not None:
        rendered["exchanges"] = [each.key for each in (exchange, *ending.others, *ending.again)]
        rendered["part"] = clean(printable(evidence.cut(ending.part))) if ending.part else None
        rendered["facts"] = facts(ending, exchange, run.target.redactor)
    return replace(
        _judgement(case, outcome_of_violation(requirement.level)),
        expected=clean(printable(evidence.cut(ending.expected or requirement.statement))),
        observed=clean(printable(evidence.cut(ending.observed))) + _share(ending),
        evidence=rendered,
    )


def _judgement(case: Case, outcome: Outcome, reason: str = "") -> Judgement:
    return Judgement(case.check.requirement, outcome, case.id, reason=reason, subject=case.name)


def _share(violation: Violation) -> str:
    """Return in how many of the answers to one request it was seen, unless in all of them."""
    seen, judged = violation.seen or (0, 0)
    return f" (seen in {seen} of {judged} answers)" if seen < judged else ""
