"""A finding told once and completely: requirement, expectation, observation, request, answer, how to repeat it."""

from __future__ import annotations

import shlex
import textwrap
from collections.abc import Iterable, Sequence
from typing import TYPE_CHECKING

from conformance.config.converters import ENABLEABLE
from conformance.model.outcome import Judgement, Outcome
from conformance.model.requirements import Requirement

if TYPE_CHECKING:
    from conformance.run import Run

WIDTH = 80
_LABEL = 12
_MOST_OTHERS = 5


def _entry(label: str, text: str) -> list[str]:
    """Return a labelled paragraph, wrapped; long words such as URLs stay whole so that they can be copied."""
    lines = textwrap.wrap(text, WIDTH - _LABEL, break_long_words=False, break_on_hyphens=False) or [""]
    return [f"  {label if number == 0 else '':<{_LABEL - 2}}{line}" for number, line in enumerate(lines)]


def _command(label: str, command: str) -> list[str]:
    """Return a shell command broken between its words with a continuation mark."""
    rows: list[str] = []
    for word in _words(command):
        if rows and len(rows[-1]) + len(word) + 3 <= WIDTH - _LABEL:
            rows[-1] += f" {word}"
        else:
            rows.append(word)
    lines = []
    for number, row in enumerate(rows):
        indent = "" if number == 0 else "  "
        continued = " \\" if number < len(rows) - 1 else ""
        lines.append(f"  {label if number == 0 else '':<{_LABEL - 2}}{indent}{row}{continued}")
    return lines


def _words(command: str) -> list[str]:
    """Split at spaces outside of quotes; an option stays with its value."""
    words, quote, current = [], "", ""
    escaped = False
    for character in command:
        escaped, literal = character == "\\" and quote == '"' and not escaped, escaped
        if character == " " and not quote:
            words.append(current)
            current = ""
            continue
        if character in "'\"" and not literal and (not quote or quote == character):
            quote = "" if quote else character
        current += character
    words.append(current)
    joined: list[str] = []
    for word in words:
        if joined and joined[-1] in {"-H", "-X", "--data-binary"}:
            joined[-1] += f" {word}"
        else:
            joined.append(word)
    return joined


def repeat(judgement: Judgement, run: Run) -> str:
    """Return the command that judges the same again."""
    select = judgement.evidence.get("repeat", f"-k {judgement.requirement}")
    return command(select, None if run.embedded else run.target.base_url, run.target.capabilities)


def command(select: str, base_url: str | None, capabilities: Iterable[str]) -> str:
    """Return the command that judges what ``select`` names; it works in any folder. None is the embedded server."""
    if base_url is None:
        return f"pytest --pyargs conformance {select}"
    names = ",".join(name for name in ENABLEABLE if name in set(capabilities))
    enable = f" --enable={names}" if names else ""
    return f"pytest --pyargs conformance {select}{enable} --base-url={shlex.quote(base_url)}"


def block(
    requirement: Requirement, judgements: Sequence[Judgement], command: str, *, with_answer: bool = True
) -> list[str]:
    """Return the lines that tell of ``judgements``, all violations of ``requirement``."""
    first = judgements[0]
    word = {Outcome.FAILED: "FAILED", Outcome.WARNED: "WARNED", Outcome.NOTED: "NOTED"}[first.outcome]
    lines = [f"{word} {requirement.id}  {requirement.level}  {requirement.source}"]
    lines += textwrap.wrap(requirement.statement, WIDTH - 2, initial_indent="  ", subsequent_indent="  ")
    lines += _entry("expected", first.expected) + _entry("observed", first.observed)
    lines += _entry("waiver", first.reason) if first.reason else []
    lines += _entry("source", requirement.citation)
    evidence = first.evidence
    if "request" in evidence:
        lines += _command("request", str(evidence["request"]))
        if with_answer:
            for number, line in enumerate(evidence["answer"]):
                lines.append(f"  {'answer' if number == 0 else '':<{_LABEL - 2}}{line}".rstrip())
    others = [name for judgement in judgements for name in judgement.evidence.get("others", ())]
    others += [f"{judgement.subject}: {judgement.observed}" for judgement in judgements[1:]]
    others = list(dict.fromkeys(others))
    for number, name in enumerate(others[:_MOST_OTHERS]):
        lines += _entry("also" if number == 0 else "", name)
    if len(others) > _MOST_OTHERS:
        lines += _entry("", f"… and {len(others) - _MOST_OTHERS} more")
    # Each generated finding is a cause of its own, unless its request has been shown.
    causes = dict.fromkeys(str(each.evidence["request"]) for each in judgements[1:] if "repeat" in each.evidence)
    causes.pop(str(evidence.get("request")), None)
    for cause in list(causes)[:_MOST_OTHERS]:
        lines += _command("and by", cause)
    return lines + _command("repeat", command)
