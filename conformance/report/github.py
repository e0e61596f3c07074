"""What GitHub Actions shows of a run: annotations, and a summary of the step."""

from __future__ import annotations

import html
import re
from collections.abc import Iterator
from pathlib import Path

from conformance.judge.causes import FOUND
from conformance.model.outcome import JUDGED, Judgement, Outcome
from conformance.model.requirements import SOURCES, Requirement, registry
from conformance.model.verdict import Verdict, gating_outcomes
from conformance.report.terminal import NAMES, shown_causes
from conformance.run import Run

# GitHub shows ten of a kind for each step.
_MOST_ANNOTATIONS = 10
_MOST_ROWS = 100
_MARKDOWN = re.compile(r"([\\`*_{}\[\]()#+\-.!|~@:])")


def commands(run: Run) -> Iterator[str]:
    """Yield a workflow command for each of the gravest causes, and for waivers that fail the run."""
    verdict = run.verdict()
    for cause in shown_causes(run)[:_MOST_ANNOTATIONS]:
        command = "error" if cause.outcome in gating_outcomes(verdict.fail_on) else "warning"
        title, shown = _property(cause.headline), cause.shown
        statement = f"{shown.requirement}: {registry()[shown.requirement].statement}"
        text = "%0A".join(map(_data, (" ".join(cause.ids), statement, shown.said)))
        yield f"::{command} title={title}::{text}"
    for use in verdict.unfit_waivers[:_MOST_ANNOTATIONS]:
        yield f"::error title={_property(f'{use.state} waiver of {use.waiver.requirement}')}::{_data(use.told)}"


def _warned(verdict: Verdict) -> list[Requirement]:
    gating = verdict.gating
    return [requirement for requirement in verdict.of(Outcome.WARNED) if requirement not in gating]


def _found(run: Run, requirement: Requirement) -> Judgement:
    own = (each for each in run.judgements if each.requirement == requirement.id)
    return next(each for each in own if each.outcome in FOUND)


def _data(text: str) -> str:
    return text.replace("%", "%25").replace("\r", "%0D").replace("\n", "%0A")


def _property(text: str) -> str:
    return _data(text).replace(":", "%3A").replace(",", "%2C")


def append_summary(run: Run, verdict: Verdict, path: str) -> None:
    """Add the summary to the file of the step. Raises OSError."""
    with Path(path).open("a", encoding="utf-8") as file:
        file.write("\n".join(summary(run, verdict)) + "\n")


def summary(run: Run, verdict: Verdict) -> Iterator[str]:
    """Yield the lines of the summary, in Markdown."""
    name = "the embedded reference server" if run.embedded else run.target.base_url
    yield f"### {_text(name)}: {_text(verdict.sentence)}"
    yield ""
    yield "| source | conform | failed | warned | waived |"
    yield "|---|---|---|---|---|"
    for source in SOURCES:
        if judged := verdict.of(*JUDGED, source=source):
            passed = len(verdict.of(Outcome.PASSED, source=source))
            others = [
                _text(" ".join(each.id for each in verdict.of(outcome, source=source)))
                for outcome in (Outcome.FAILED, Outcome.WARNED, Outcome.WAIVED)
            ]
            yield f"| {_text(NAMES[source])} | {passed}/{len(judged)} | {' | '.join(others)} |"
    yield ""
    found = [*verdict.gating, *_warned(verdict)]
    for requirement in found[:_MOST_ROWS]:
        yield from _finding(requirement, _found(run, requirement))
    if len(found) > _MOST_ROWS:
        yield f"… and {len(found) - _MOST_ROWS} more."
    for use in verdict.unfit_waivers:
        yield f"- {use.state} waiver of {_text(use.waiver.requirement)}: {_text(use.told)}"


def _finding(requirement: Requirement, judgement: Judgement) -> Iterator[str]:
    head = f"{judgement.outcome} {requirement.id} {requirement.level}: {requirement.statement}"
    yield f"<details><summary>{html.escape(head)}</summary>"
    rows = [f"expected  {judgement.expected}", f"observed  {judgement.observed}", f"source    {requirement.citation}"]
    if request := judgement.evidence.get("request"):
        rows.append(f"request   {request}")
    yield "<pre>" + html.escape("\n".join(rows)) + "</pre></details>"
    yield ""


def _text(text: str) -> str:
    """Return ``text`` as it is shown: no markup, no link, no mention."""
    return _MARKDOWN.sub(r"\\\1", html.escape(text, quote=False))
