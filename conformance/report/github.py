"""What GitHub Actions shows of a run: annotations, and a summary of the step."""

from __future__ import annotations

import html
import re
from collections.abc import Iterator
from itertools import islice

from conformance.judge.causes import FOUND, Cause
from conformance.model.outcome import JUDGED, ExitCode, Judgement, Outcome
from conformance.model.requirements import SOURCES, Requirement, registry
from conformance.model.verdict import Verdict, gating_outcomes
from conformance.observe.record.whole_files import opened_at_once
from conformance.report.terminal import NAMES, shown_causes
from conformance.run import Run
from conformance.syntax.wording import counted

# GitHub shows no more of a kind for each step.
_MOST_ANNOTATIONS = 10
_MOST_ROWS = 100
_MARKDOWN = re.compile(r"([\\`*_{}\[\]()#+\-.!|~@:])")


def commands(run: Run) -> Iterator[str]:
    """Yield the workflow commands of a run: why there is no verdict, then the gravest causes, then the others."""
    return islice(_commands(run), _MOST_ANNOTATIONS)


def _commands(run: Run) -> Iterator[str]:
    if run.abort:
        wrong = run.abort.code is ExitCode.USAGE
        yield _command("error", "wrong setting" if wrong else "the target cannot be judged", run.abort.message)
        return
    verdict = run.verdict()
    if verdict.exit_code in {ExitCode.INCONCLUSIVE, ExitCode.SUITE_ERROR}:
        yield _command("error", "no verdict", verdict.sentence)
    causes = shown_causes(run)
    gating = gating_outcomes(verdict.fail_on)
    yield from (_of_cause("error", cause) for cause in causes if cause.outcome in gating)
    if unfit := verdict.unfit_waivers:
        texts = (f"{use.state} waiver of {use.waiver.requirement}: {use.summary}" for use in unfit)
        yield _command("error", f"{counted(len(unfit), 'waiver')} to mend", *texts)
    yield from (_of_cause("warning", cause) for cause in causes if cause.outcome not in gating)


def _of_cause(command: str, cause: Cause) -> str:
    shown = cause.shown
    statement = f"{shown.requirement}: {registry()[shown.requirement].statement}"
    return _command(command, cause.headline, " ".join(cause.ids), statement, shown.summary)


def _command(command: str, title: str, *texts: str) -> str:
    return f"::{command} title={_property(title)}::{'%0A'.join(map(_data, texts))}"


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
    content = "\n".join(summary(run, verdict)) + "\n"
    # Written at once: another step that runs at the same time adds to the file, too.
    with open(path, "ab", buffering=0, opener=opened_at_once) as file:
        file.write(content.encode())


def summary(run: Run, verdict: Verdict) -> Iterator[str]:
    """Yield the lines of the summary, in Markdown."""
    name = "the embedded reference server" if run.embedded else run.target.base_url
    if run.abort:
        yield f"### {_text(name)}: no verdict"
        yield ""
        yield _text(run.abort.message)
        return
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
        yield f"- {use.state} waiver of {_text(use.waiver.requirement)}: {_text(use.summary)}"


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
