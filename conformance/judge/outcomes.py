"""From the end of a check to its outcome, and from there to what pytest reports."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from types import SimpleNamespace
from typing import TYPE_CHECKING, Any

import pytest

from conformance.judge import evidence
from conformance.judge.api import Violation
from conformance.model.exchange import Exchange, NotObserved
from conformance.model.outcome import Judgement, Outcome, outcome_of_violation, worst
from conformance.model.requirements import registry
from conformance.report import failure, workflow

if TYPE_CHECKING:
    from conformance.run import Run


class NotApplicable(Exception):  # noqa: N818 - an outcome, not an error
    """The target does not have what the requirement needs; the message names it."""


_JUDGED = (NotApplicable, NotObserved, Violation, AssertionError, pytest.skip.Exception)


def is_judged(error: BaseException) -> bool:
    """Tell whether ``error`` says something about the target, and not about the suite."""
    return isinstance(error, _JUDGED)


def is_evidence(value: object) -> bool:
    """Tell whether a fixture value is an exchange."""
    return isinstance(value, Exchange)


def judge(
    item: tuple[str, str],
    error: BaseException | None,
    exchanges: Sequence[Exchange],
    run: Run,
    traceback: str,
) -> Judgement:
    """Return what a check says of its requirement.

    ``item`` is requirement and node id; ``error`` is what ended the check, ``traceback`` how pytest shows it.
    """
    requirement_id, nodeid = item
    subject = nodeid.rpartition("::")[2]

    def say(outcome: Outcome, reason: str) -> Judgement:
        lines = reason.split("\n") if outcome is Outcome.ERROR else [reason]
        clean = run.target.redactor.text("\n".join(map(evidence.printable, lines)))
        return Judgement(requirement_id, outcome, nodeid, reason=clean, subject=subject)

    requirement = registry().get(requirement_id)
    if requirement is None:
        return say(Outcome.ERROR, f"{requirement_id} is not in the registry")
    if error is None:
        judged = {"exchanges": [exchange.key for exchange in exchanges]}
        return replace(say(Outcome.PASSED, ""), evidence=judged if exchanges else {})
    if isinstance(error, NotApplicable):
        return say(Outcome.NOT_APPLICABLE, f"needs {error}")
    if isinstance(error, NotObserved | pytest.skip.Exception):
        return say(Outcome.NOT_OBSERVED, str(error))
    if isinstance(error, AssertionError):
        error = Violation(requirement.statement, str(error).partition("\n")[0])
    if not isinstance(error, Violation):
        return say(Outcome.ERROR, traceback)
    exchange = error.exchange or next(iter(exchanges), None)
    clean = run.target.redactor.text
    rendered = evidence.render(exchange, error.others, run.target.redactor)
    if exchange is not None:
        rendered["exchanges"] = [each.key for each in (exchange, *error.others, *error.again)]
        rendered["part"] = clean(evidence.printable(evidence.cut(error.part))) if error.part else None
    return Judgement(
        requirement_id,
        outcome_of_violation(requirement.level),
        nodeid,
        expected=clean(evidence.printable(evidence.cut(error.expected))),
        observed=clean(evidence.printable(evidence.cut(error.observed))) + _share(error),
        subject=subject,
        evidence=rendered,
    )


def _share(violation: Violation) -> str:
    """Say in how many of the answers to one request it was seen, unless in all of them."""
    seen, judged = violation.seen or (0, 0)
    return f" (seen in {seen} of {judged} answers)" if seen < judged else ""


class _Told(str):
    """The text of a failure. ``reprcrash`` is pytest's name of what holds the short form."""

    def __new__(cls, message: str, text: str) -> _Told:
        """``message`` is the short form of ``text``."""
        told = super().__new__(cls, text)
        told.reprcrash = SimpleNamespace(message=message)
        return told

    reprcrash: SimpleNamespace

    def toterminal(self, terminal: Any) -> None:
        """Write the text; that this exists makes pytest send it between processes as a text."""
        for line in workflow.guarded(str(self).splitlines()):
            terminal.line(line)


def _blocks(judgements: Sequence[Judgement], run: Run) -> str:
    """Return all that is known of each finding, or what broke."""
    groups: dict[str, list[Judgement]] = {}
    for judgement in judgements:
        groups.setdefault(judgement.requirement, []).append(judgement)
    lines: list[str] = []
    for name, group in groups.items():
        if group[0].outcome is Outcome.ERROR:
            lines += [f"ERROR {name}", group[0].reason]
        else:
            lines += failure.block(registry()[name], group, failure.repeat(group[0], run))
    return "\n".join(lines)


def properties(report: pytest.TestReport) -> list[tuple[str, object]]:
    """Return what a JUnit report tells of an item besides its result."""
    data = vars(report)["conformance"]
    named = dict.fromkeys(str(each["requirement"]) for each in data["judgements"])
    known = [registry()[name] for name in named if name in registry()]
    return [
        ("outcome", data["outcome"]),
        ("requirement", " ".join(named)),
        ("level", " ".join(dict.fromkeys(str(each.level) for each in known))),
        ("clause", "; ".join(dict.fromkeys(each.clause for each in known))),
    ]


def apply(judgements: Sequence[Judgement], report: pytest.TestReport, run: Run) -> None:
    """Write the judgements of an item into ``report``: only failed and error fail a test, all but passed are told."""
    details: Any = report
    found = [judgement.to_dict() for judgement in judgements]
    judgements = [run.waivers.excuse(judgement) for judgement in judgements]
    outcome = worst([judgement.outcome for judgement in judgements] or [Outcome.NOT_OBSERVED])
    weighty = [judgement for judgement in judgements if judgement.outcome is outcome]
    about = " ".join(dict.fromkeys(judgement.requirement for judgement in weighty)) if len(judgements) < 2 else ""
    details.conformance = {
        "outcome": str(outcome),
        "about": about or f"{len({judgement.requirement for judgement in weighty})} requirements",
        # As found, so that a record can be judged with other waivers.
        "judgements": found,
    }
    said = "; ".join(f"{judgement.requirement}: {judgement.said}" for judgement in weighty)
    if outcome is Outcome.PASSED:
        report.outcome, report.longrepr = "passed", None
    elif outcome in {Outcome.FAILED, Outcome.ERROR}:
        report.outcome = "failed"
        details.longrepr = _Told(f"{outcome}: {said}", _blocks(weighty, run))
    else:
        path, line, _ = report.location
        report.outcome = "skipped"
        report.longrepr = (path, (line or 0) + 1, f"{outcome}: {said}")


def apply_suite_error(item: pytest.Item, said: str, report: pytest.TestReport, run: Run) -> None:
    """Write into ``report`` that an item that judges many requirements broke down, and what it said."""
    apply([Judgement("GEN-001", Outcome.ERROR, item.nodeid, reason=said)], report, run)
    vars(report)["conformance"].update(item=item.name)


def apply_recorded(item: pytest.Item, recorded: Mapping[str, Any], report: pytest.TestReport, run: Run) -> None:
    """Write into ``report`` what a record holds of an item that judges many requirements."""
    apply([Judgement.from_dict(each) for each in recorded["judgements"]], report, run)
    vars(report)["conformance"] = {**recorded, **vars(report)["conformance"], "item": item.name}
