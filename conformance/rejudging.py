"""Judging the later answers to requests that are sent several times by the check that judged the first ones."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from typing import TYPE_CHECKING, Any

from conformance import repetition
from conformance.arguments import Argument, record_wide
from conformance.circumstances import says_later
from conformance.exchange import Exchange, NotObserved
from conformance.fixtures import value_of
from conformance.judging import Violation
from conformance.steadiness import Steadiness

if TYPE_CHECKING:
    from conformance.plan import Step
    from conformance.run import Run

Finding = Violation | AssertionError
Check = Callable[[Mapping[str, Any]], None]


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
    if wanted and all(repetition.is_repeated(run.observer, step) for step in steps):
        steadiness = Steadiness(run)
        judged, findings = _judge_later(run, check, arguments, invoice_id, steadiness)
        if first is not None and not isinstance(first, NotObserved) and not steadiness.counts(steps, 0):
            first = NotObserved("the data change while they are compared, or other requests fail in the same way")
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
