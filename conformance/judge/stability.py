"""Judging once more before a comparison fails, and the later answers to requests that are sent several times."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from typing import TYPE_CHECKING, Any

from conformance.judge.api import Violation
from conformance.judge.steadiness import Steadiness, Watch, look_again
from conformance.model.exchange import Exchange, NotObserved
from conformance.observe import repeat
from conformance.plan.parameters import Argument, can_be_observed_again, record_wide
from conformance.plan.steps import steps_for
from conformance.pytest_hooks.fixtures import value_of
from conformance.reading.classification import depends_on_state, says_later

if TYPE_CHECKING:
    from conformance.plan.steps import Step
    from conformance.run import Run

Finding = Violation | AssertionError
Check = Callable[[Mapping[str, Any]], None]

_CHANGING = "the data change while they are compared"
# Requests that together show the invoices that others may show.
_SHOWING = ("item", "listing", "other_item")
# How often what is compared is observed anew while the data change.
_ATTEMPTS = 3


def reconsider(
    run: Run, check: Check, arguments: Mapping[str, Argument], invoice_id: str | None, finding: Finding
) -> tuple[Finding | NotObserved | None, dict[str, Any]]:
    """Return what ``check`` says in the end, after ``finding``, and of which values of its ``arguments``.

    Two answers may differ because the data changed between them: what is compared is observed anew, and is a finding
    when it shows again while the data stay the same. Record-wide checks get further answers to the documented requests,
    from which they see what has changed.
    """
    steps = [step for argument in arguments.values() for step in argument.steps(run.target, invoice_id)]
    values: dict[str, Any] = {}
    if record_wide(arguments):
        if _is_about_one(finding):
            return finding, {}
        if not run.looked_again:
            run.looked_again = True
            look_again(run, [step for name in _SHOWING for step in steps_for(name, run.target)])
        values = _values(run, arguments, invoice_id)
        return _judge(check, values), values
    if not can_be_observed_again(steps):
        return finding, {}
    for _ in range(_ATTEMPTS):
        watch = Watch(run, steps)
        run.observer.forget(steps)
        run.observe(steps)
        try:
            values = _values(run, arguments, invoice_id)
        except NotObserved as reason:
            return reason, {}
        said = _judge(check, values)
        if said is None or isinstance(said, NotObserved) or _is_about_one(said) or watch.is_steady(said):
            return said, values
    return NotObserved(_CHANGING), values


def _judge(check: Check, values: Mapping[str, Any]) -> Finding | NotObserved | None:
    try:
        check(values)
    except (Violation, AssertionError, NotObserved) as said:
        return said
    return None


def _values(run: Run, arguments: Mapping[str, Argument], invoice_id: str | None) -> dict[str, Any]:
    return {name: value_of(run, argument, invoice_id) for name, argument in arguments.items()}


def _is_about_one(finding: Finding) -> bool:
    """Tell whether ``finding`` is true whatever the data are."""
    if not isinstance(finding, Violation) or finding.exchange is None:
        return False
    return finding.alone and not depends_on_state(finding.exchange)


def conclude(
    run: Run,
    check: Check,
    arguments: Mapping[str, Argument],
    invoice_id: str | None,
    first: Finding | NotObserved | None,
) -> None:
    """Let ``check`` judge the later turns of its ``arguments``, and raise what it says of all answers together.

    ``first`` is what it said of the first ones, None when they are in order. What is seen once is a finding, and what
    one turn lets nobody judge may be judged in another. All exchanges have to be repeated: what is sent once only tells
    nothing new.
    """
    steps = [step for argument in arguments.values() for step in argument.steps(run.target, invoice_id)]
    judged, findings = 0, list[Finding]()
    wanted = run.settings["repeat"] > 1 and steps and not record_wide(arguments)
    if wanted and all(repeat.is_repeated(run.observer, step) for step in steps):
        steadiness = Steadiness(run)
        judged, findings = _judge_later(run, check, arguments, invoice_id, steadiness)
        if first is not None and not isinstance(first, NotObserved) and not steadiness.counts(steps, 0):
            first = NotObserved(f"{_CHANGING}, or other requests fail in the same way")
    if isinstance(first, NotObserved):
        if not judged:
            raise first
    else:
        judged, findings = judged + 1, [*([first] if first else []), *findings]
    if findings:
        _raise(findings, judged)


def _judge_later(
    run: Run, check: Check, arguments: Mapping[str, Argument], invoice_id: str | None, steadiness: Steadiness
) -> tuple[int, list[Finding]]:
    """Return how many of the later turns could be judged, and the findings in them."""
    steps: list[Step] = [step for argument in arguments.values() for step in argument.steps(run.target, invoice_id)]
    judged, findings = 0, list[Finding]()
    for turn in range(1, run.settings["repeat"]):
        try:
            values = {name: value_of(run, argument, invoice_id, turn) for name, argument in arguments.items()}
            if any(map(says_later, _exchanges(values))):
                continue
            check(values)
        except NotObserved:
            continue
        except (Violation, AssertionError) as finding:
            if not steadiness.counts(steps, turn):
                continue
            findings.append(finding)
        judged += 1
    return judged, findings


def _exchanges(values: Mapping[str, Any]) -> Iterator[Exchange]:
    for value in values.values():
        yield from (value,) if isinstance(value, Exchange) else value


def _raise(findings: list[Finding], judged: int) -> None:
    shown = findings[0]
    if isinstance(shown, Violation):
        shown.seen = (len(findings), judged)
        shown.again = tuple(each.exchange for each in findings[1:] if isinstance(each, Violation) and each.exchange)
    raise shown
