"""Whether an end of a case stands: the data may have changed between two requests, or an answer may come and go."""

from __future__ import annotations

import itertools
from collections.abc import Callable, Mapping
from contextlib import suppress
from typing import TYPE_CHECKING, Any

from conformance.judge.comparison import value_at
from conformance.judge.data_changes import Repetitions, Watch, answer_again, look_again
from conformance.judge.endings import Ending, NotJudged, Passed, SuiteError, Violation
from conformance.judge.values import Values, all_exchanges_in, values_of
from conformance.model.exchange import Doubt, Exchange, NotObserved
from conformance.observe import repeat
from conformance.plan.parameters import can_be_observed_again
from conformance.plan.steps import Step, steps_for
from conformance.reading.classification import depends_on_state, says_later

if TYPE_CHECKING:
    from conformance.judge.suite import Case
    from conformance.run import Run

# Evaluates the check of a case on values.
Evaluate = Callable[[Mapping[str, Any]], Ending]

_CHANGING = "the data change while they are compared"
# Requests that together show the invoices that others may show.
_SHOWING = ("item", "listing", "other_item")
# How often what is compared is observed anew while the data change.
_ATTEMPTS = 3
# How many requests of a finding about the whole record are sent again.
_MOST_COMPARED = 4
# How many answers to each request are compared where a difference may come by chance.
_SIDES = 4


def settle(run: Run, case: Case, values: Values, ending: Ending, evaluate: Evaluate) -> tuple[Ending, Values]:
    """Return the final ending of ``case`` and its values, given the first ``ending`` on ``values``.

    A violation is looked at once more on fresh exchanges; then the later answers to what is sent several times are
    judged, too.
    """
    if isinstance(ending, Violation):
        ending, fresh = _reconsider(run, case, ending, evaluate)
        values = {**values, **fresh}
    if isinstance(ending, SuiteError):
        return ending, values
    ending = _with_later_answers(run, case, ending, evaluate)
    if isinstance(ending, Violation) and ending.always:
        ending = _without_chance(run, case, ending, evaluate)
    return ending, values


def _without_chance(run: Run, case: Case, finding: Violation, evaluate: Evaluate) -> Ending:
    """Return a finding that shows whichever answers to the requests are compared, otherwise how the case ends.

    What is in some answers to each of two requests, such as the fields of one of two servers behind a gateway, makes
    no difference between the requests. What may not be sent again is compared as it is.
    """
    counterpart = next((each.probe for each in finding.others), "")
    answers = list[Values]()
    for number in answer_again(run, case.steps(run.target), _SIDES):
        with suppress(NotObserved):
            answers.append(values_of(run, case, number))
    standing = None if _is_by_chance(finding, answers) else finding
    differing = _probes_of(finding) - {counterpart}
    for one, other in itertools.permutations(answers, 2):
        ending = evaluate(_paired(counterpart, other, one))
        if isinstance(ending, SuiteError):
            return ending
        if isinstance(ending, Violation):
            differing &= _probes_of(ending)
            standing = standing or (None if _is_by_chance(ending, answers) else ending)
        elif isinstance(ending, Passed):
            return ending
        if not differing:
            return Passed()
    return standing or Passed()


def _is_by_chance(finding: Violation, answers: list[Values]) -> bool:
    """Return whether what a finding shows comes and goes, or changes, between the answers to one and the same request.

    A header field does so that some answers have, a part of the content that differs, such as a number of the answer.
    """
    part = finding.part
    if finding.exchange is None or part is None:
        return False
    seen = set[object]()
    for exchange in itertools.chain.from_iterable(map(all_exchanges_in, answers)):
        if exchange.probe == finding.exchange.probe and exchange.answer is not None:
            seen.add(repr(value_at(exchange, part)) if part.startswith("/") else part in exchange.fields)
    return len(seen) > 1


def _probes_of(finding: Violation) -> set[str]:
    return {each.probe for each in _exchanges_of(finding)}


def _exchanges_of(finding: Violation) -> list[Exchange]:
    return [each for each in (finding.exchange, *finding.others) if each is not None]


def _paired(probe: str, one: Values, other: Values) -> Values:
    """Return ``other`` with the answers to ``probe`` of ``one``."""
    return {name: _side(probe, one[name], value) for name, value in other.items()}


def _side(probe: str, one: Any, other: Any) -> Any:
    if isinstance(other, Exchange):
        return one if one.probe == probe else other
    if isinstance(other, tuple):
        return (*(each for each in one if each.probe == probe), *(each for each in other if each.probe != probe))
    return other


def _reconsider(run: Run, case: Case, finding: Violation, evaluate: Evaluate) -> tuple[Ending, Values]:
    """Return how the case ends after ``finding``, and the fresh values that were judged, if any.

    Two answers may differ because the data changed between them: what is compared is observed anew, and is a finding
    when it shows again while the data stay the same. Record-wide checks get further answers to the documented requests,
    from which they see what has changed.
    """
    if case.check.is_record_wide:
        if _is_about_one(finding):
            return finding, {}
        if not run.looked_again:
            run.looked_again = True
            look_again(run, [step for name in _SHOWING for step in steps_for(name, run.target)])
        values = values_of(run, case)
        ending = evaluate(values)
        if isinstance(ending, Violation) and (compared := _compared_by(ending)):
            look_again(run, compared)
            values = values_of(run, case)
            ending = evaluate(values)
        return ending, values
    steps = case.steps(run.target)
    if not can_be_observed_again(steps):
        return finding, {}
    values = {}
    for _ in range(_ATTEMPTS):
        watch = Watch(run, steps)
        run.observer.forget(steps)
        run.observe(steps)
        try:
            values = values_of(run, case)
        except NotObserved as reason:
            return NotJudged.of(reason), {}
        ending = evaluate(values)
        if not isinstance(ending, Violation) or _is_about_one(ending) or watch.is_steady(ending):
            return ending, values
    return NotJudged(_CHANGING, doubt=Doubt.CHANGE), values


def _compared_by(finding: Violation) -> list[Step]:
    """Return what to ask for to see whether the data change that ``finding`` compares: few of its requests."""
    stable = (each for each in _exchanges_of(finding) if repeat.is_stable(each.probe, each.request))
    return list(dict.fromkeys(Step(each.probe, each.invoice_id or "") for each in stable))[:_MOST_COMPARED]


def _is_about_one(finding: Violation) -> bool:
    """Return whether ``finding`` is true whatever the data are."""
    return finding.exchange is not None and finding.alone and not depends_on_state(finding.exchange)


def _with_later_answers(run: Run, case: Case, first: Ending, evaluate: Evaluate) -> Ending:
    """Return how the case ends over all answers together, ``first`` being what the first ones gave.

    What is seen once is a finding, and what one round lets nobody judge may be judged in another. All exchanges have to
    be repeated: what is sent once only shows nothing new.
    """
    is_repeated = run.settings["repeat"] > 1 and not case.check.is_record_wide
    steps = case.steps(run.target) if is_repeated else []
    judged, findings = 0, list[Violation]()
    if steps and all(repeat.is_repeated(run.observer, step) for step in steps):
        repetitions = Repetitions(run)
        for number in range(1, run.settings["repeat"]):
            ending = _of_round(run, case, number, evaluate)
            if isinstance(ending, SuiteError):
                return ending
            if isinstance(ending, Violation):
                if not repetitions.counts(steps, number):
                    continue
                findings.append(ending)
            judged += not isinstance(ending, NotJudged)
        if isinstance(first, Violation) and not repetitions.counts(steps, 0):
            first = NotJudged(f"{_CHANGING}, or other requests fail in the same way", doubt=Doubt.CHANGE)
    if isinstance(first, NotJudged):
        if not judged:
            return first
    else:
        judged += 1
        findings = [*([first] if isinstance(first, Violation) else []), *findings]
    # What may have come by chance does not hide what has not.
    findings = [each for each in findings if not each.always] or findings
    return _joined(findings, judged) if findings else Passed()


def _of_round(run: Run, case: Case, number: int, evaluate: Evaluate) -> Ending:
    try:
        values = values_of(run, case, number)
    except NotObserved as reason:
        return NotJudged.of(reason)
    if any(map(says_later, all_exchanges_in(values))):
        return NotJudged("a limit of the target", doubt=Doubt.LIMIT)
    return evaluate(values)


def _joined(findings: list[Violation], judged: int) -> Violation:
    shown = findings[0]
    shown.seen = (len(findings), judged)
    shown.again = tuple(each.exchange for each in findings[1:] if each.exchange)
    return shown
