"""One finding completely: requirement, expectation, observation, request, answer, how to repeat it."""

from __future__ import annotations

import textwrap
from collections.abc import Iterable, Sequence
from typing import TYPE_CHECKING, Any

from conformance.config.way import FILES_OF_THE_WAY
from conformance.model.outcome import Judgement, Outcome
from conformance.model.requirements import Requirement
from conformance.plan.shell import folded
from conformance.report import repeat_command

if TYPE_CHECKING:
    from conformance.run import Run

WIDTH = 80
_LABEL = 12
_MOST_OTHERS = 5


def entry(label: str, text: str) -> list[str]:
    """Return a labelled paragraph, wrapped; long words such as URLs stay whole so that they can be copied."""
    lines = textwrap.wrap(text, WIDTH - _LABEL, break_long_words=False, break_on_hyphens=False) or [""]
    return [f"  {label if number == 0 else '':<{_LABEL - 2}}{line}" for number, line in enumerate(lines)]


def shell(label: str, command: str) -> list[str]:
    """Return a labelled shell command broken between its words with a continuation mark."""
    lines = folded(command, WIDTH - _LABEL)
    return [f"  {label if number == 0 else '':<{_LABEL - 2}}{line}" for number, line in enumerate(lines)]


def repeat(judgement: Judgement, run: Run) -> str:
    """Return the command that judges the same again."""
    # A record has the settings of its run.
    base_url = None if run.embedded or run.kept else run.target.base_url
    settings = {**run.target.public_settings(), "invoice-id": list(run.target.invoice_ids)}
    files = [(name, run.settings[name]) for name in (*FILES_OF_THE_WAY, "waivers", "replay") if run.settings[name]]
    return repeat_command.command(selected(judgement), settings, base_url, run.program, files)


def selected(judgement: Judgement) -> str:
    """Return the arguments of pytest that select what judges the same again."""
    return str(judgement.evidence.get("repeat", f"-k {judgement.requirement}"))


def block(requirement: Requirement, judgements: Sequence[Judgement], command: str) -> list[str]:
    """Return the lines that describe ``judgements``, all violations of ``requirement``."""
    first = judgements[0]
    word = {Outcome.FAILED: "FAILED", Outcome.WARNED: "WARNED", Outcome.NOTED: "NOTED"}[first.outcome]
    lines = [f"{word} {requirement.id}  {requirement.level}  {requirement.source}"]
    lines += textwrap.wrap(requirement.statement, WIDTH - 2, initial_indent="  ", subsequent_indent="  ")
    lines += entry("expected", first.expected) + entry("observed", first.observed)
    lines += entry("waiver", first.reason) if first.reason else []
    lines += entry("source", requirement.citation)
    lines += part(first) + exchange(first) + others(judgements)
    return lines + shell("repeat", command)


def part(judgement: Judgement) -> list[str]:
    """Return the lines that name the offending field or member and show what stands around it."""
    evidence = judgement.evidence
    if not evidence.get("part"):
        return []
    lines = entry("part", str(evidence["part"]) + (" (missing)" if evidence.get("facts", {}).get("missing") else ""))
    return lines + (entry("there", str(evidence["around"])) if evidence.get("around") else [])


def exchange(judgement: Judgement) -> list[str]:
    """Return the lines that show the request and the answer."""
    evidence = judgement.evidence
    if "request" not in evidence:
        return []
    lines = shell("request", str(evidence["request"]))
    for number, line in enumerate(evidence["answer"]):
        lines.append(f"  {'answer' if number == 0 else '':<{_LABEL - 2}}{line}".rstrip())
    return lines


def others(judgements: Sequence[Judgement], most: int = _MOST_OTHERS) -> list[str]:
    """Return the lines that name what a finding compares, and further requests that show the same."""
    named: dict[str, dict[str, None]] = {"compared": {}, "same for": {}}
    shown = _asks(judgements[0].evidence)
    for judgement in judgements:
        evidence = judgement.evidence
        several = int(evidence.get("facts", {}).get("count", 1)) > 1 or "facts" not in evidence
        named["same for"][_asks(evidence)] = None
        named["same for" if several else "compared"].update(dict.fromkeys(evidence.get("others", ())))
    for left_out in ("", shown):
        named["same for"].pop(left_out, None)
    return [line for label, texts in named.items() for line in _listed(label, list(texts), most)]


def _asks(evidence: Any) -> str:
    return str(evidence.get("facts", {}).get("asks") or evidence.get("request", ""))


def _listed(label: str, texts: Sequence[str], most: int) -> Iterable[str]:
    for number, text in enumerate(texts[:most]):
        yield from entry(label if number == 0 else "", text)
    if len(texts) > most:
        yield from entry("", f"… and {len(texts) - most} more")
