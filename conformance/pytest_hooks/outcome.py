"""From judgements to what pytest reports of an item."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from types import SimpleNamespace
from typing import TYPE_CHECKING, Any

import pytest

from conformance.model.outcome import Judgement, Outcome, worst
from conformance.model.requirements import registry
from conformance.report import failure, workflow

if TYPE_CHECKING:
    from conformance.run import Run


class _Failure(str):
    """The text of a failure. ``reprcrash`` is pytest's name of what holds the short form."""

    def __new__(cls, message: str, text: str) -> _Failure:
        """``message`` is the short form of ``text``."""
        failure_text = super().__new__(cls, text)
        failure_text.reprcrash = SimpleNamespace(message=message)
        return failure_text

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
    """Return what a JUnit report shows of an item besides its result."""
    data = vars(report)["conformance"]
    named = dict.fromkeys(str(each["requirement"]) for each in data["judgements"])
    known = [registry()[name] for name in named if name in registry()]
    return [
        ("outcome", data["outcome"]),
        ("requirement", " ".join(named)),
        ("level", " ".join(dict.fromkeys(str(each.level) for each in known))),
        ("blocked-by", " ".join(dict.fromkeys(each["owner"] for each in data["judgements"] if each["owner"]))),
        ("clause", "; ".join(dict.fromkeys(each.clause for each in known))),
    ]


def apply(judgements: Sequence[Judgement], report: pytest.TestReport, run: Run) -> None:
    """Write the judgements of an item into ``report``: failed and error fail a test, all but passed are described."""
    details: Any = report
    found, judgements = judgements, run.waivers.excuse_all(judgements)
    outcome = worst([judgement.outcome for judgement in judgements] or [Outcome.NOT_OFFERED])
    weighty = [judgement for judgement in judgements if judgement.outcome is outcome]
    about = " ".join(dict.fromkeys(judgement.requirement for judgement in weighty)) if len(judgements) < 2 else ""
    details.conformance = {
        "outcome": str(outcome),
        "about": about or f"{len({judgement.requirement for judgement in weighty})} requirements",
        "judgements": [judgement.to_dict() for judgement in judgements],
    }
    if list(found) != list(judgements):
        details.conformance["found"] = [judgement.to_dict() for judgement in found]
    summary = "; ".join(f"{judgement.requirement}: {judgement.summary}" for judgement in weighty)
    if outcome is Outcome.PASSED:
        report.outcome, report.longrepr = "passed", None
    elif outcome in {Outcome.FAILED, Outcome.ERROR}:
        report.outcome = "failed"
        details.longrepr = _Failure(f"{outcome}: {summary}", _blocks(weighty, run))
    else:
        path, line, _ = report.location
        report.outcome = "skipped"
        report.longrepr = (path, (line or 0) + 1, f"{outcome}: {summary}")


def apply_recorded(recorded: Mapping[str, Any], report: pytest.TestReport, run: Run) -> None:
    """Write into ``report`` what a record holds of an item that judges many requirements."""
    apply([Judgement.from_dict(each) for each in recorded["judgements"]], report, run)
    vars(report)["conformance"] = {**recorded, **vars(report)["conformance"]}
