"""The end of a run on the terminal: findings, then the verdict per source. Readable in 80 columns."""

from __future__ import annotations

import textwrap
import time
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from types import MappingProxyType
from typing import Any

from conformance.judge.causes import Cause, causes
from conformance.model.outcome import JUDGED, UNJUDGED, ExitCode, Outcome
from conformance.model.requirements import HINTS, SOURCES, Level
from conformance.model.verdict import Verdict, gating_outcomes
from conformance.observe import repeat
from conformance.report import cause_blocks, failure
from conformance.report.styled import Styled
from conformance.run import Run
from conformance.syntax.wording import counted

NAMES: Mapping[str, str] = MappingProxyType(
    {
        "documented": "documented",
        "json-api": "JSON:API",
        "http": "HTTP",
        "json": "JSON",
        "jwt": "JWT",
        "semantics": "semantics",
        "advice": "advice",
    }
)
# Lines that a run prints where it is to be short, and how many of them pytest and the names of files have.
_MOST_LINES, _AROUND = 150, 12
# The last lines, which have the table, the verdict and the first causes; how many of them pytest has.
_LAST, _OF_PYTEST = 24, 2
_MOST_FIRST = 5
_MOST_WAIVERS = 5
# Requirements that were not judged and are named.
_MOST_NAMED = 6


@dataclass(frozen=True, slots=True)
class Ending:
    """How many checks were not selected, and whether the run was interrupted."""

    deselected: int = 0
    interrupted: bool = False


def _fill(text: str, *, initial_indent: str = "", subsequent_indent: str) -> str:
    """Wrap ``text``; requirement ids and URLs stay whole."""
    return textwrap.fill(
        text,
        failure.WIDTH,
        initial_indent=initial_indent,
        subsequent_indent=subsequent_indent,
        break_long_words=False,
        break_on_hyphens=False,
    )


def row(label: str, text: str) -> str:
    """Return a line of the summary."""
    return _fill(text, initial_indent=f"{label:<12}", subsequent_indent=" " * 12)


def shown_causes(run: Run) -> list[Cause]:
    """Return the causes that a run shows: what is only noted belongs to it where that fails the run."""
    least = {Outcome.FAILED, Outcome.WARNED, *gating_outcomes(run.fail_on)}
    return causes(each for each in run.judgements if each.outcome in least)


def findings(run: Run, found: list[Cause], *, full: bool, lines: int) -> Iterator[str]:
    """Yield what is wrong, by cause, the gravest first: all that is known, or no more than ``lines`` lines."""
    if not full:
        yield from cause_blocks.fitting(found, lines)
        return
    for cause in found:
        yield from cause_blocks.full(cause, failure.repeat(cause.shown, run))
        yield ""


def errors(run: Run) -> Iterator[str]:
    """Yield what went wrong in the suite itself."""
    for judgement in run.judgements:
        if judgement.outcome is Outcome.ERROR:
            yield f"ERROR {judgement.requirement}  {judgement.nodeid}"
            yield textwrap.indent(judgement.reason, "  ")
            yield ""


def _source_row(verdict: Verdict, source: str, *, full: bool) -> str | None:
    judged = verdict.of(*JUDGED, source=source)
    if not judged:
        return None
    conform = len(verdict.of(Outcome.PASSED, source=source))
    applicable = len(judged) + len(verdict.of(*UNJUDGED, source=source))
    text = f"{len(judged)} of {applicable} judged, {conform} conform"
    for outcome in (Outcome.FAILED, Outcome.WARNED, Outcome.NOTED, Outcome.WAIVED):
        if found := verdict.of(outcome, source=source):
            text += f", {len(found)} {outcome}"
            text += f" ({' '.join(entry.id for entry in found)})" if full else ""
    return row(NAMES[source], text)


def _coverage(verdict: Verdict, *, full: bool) -> str:
    judged = verdict.of(*JUDGED, level=Level.MUST)
    absent = verdict.of(Outcome.NOT_APPLICABLE, level=Level.MUST)
    unjudged = verdict.of(*UNJUDGED, level=Level.MUST)
    text = f"MUST requirements judged: {len(judged)} of {len(judged) + len(absent) + len(unjudged)}"
    # Of several needs the first that is not met counts, so that each requirement counts once.
    unmet = ([need for need in each.needs if need not in verdict.capabilities] for each in absent)
    missing = Counter(needs[0] for needs in unmet if needs)
    parts = [f"{count} need{'s' if count == 1 else ''} {HINTS[need]}" for need, count in missing.items()]
    parts += _unjudged(verdict, Level.MUST, full=full)
    if parts:
        text += f" ({'; '.join(parts)})"
    return _fill(text, subsequent_indent="  ")


def _unjudged(verdict: Verdict, *levels: Level, full: bool) -> list[str]:
    """Return what was not judged in words, by how that is; where space is short, what is blocked together."""
    texts = [
        f"{len(names)} {outcome}{_named(names, full=full)}"
        for outcome in (Outcome.INCONCLUSIVE, Outcome.NOT_OFFERED)
        if (names := verdict.names(outcome, *levels))
    ]
    names = verdict.names(Outcome.BLOCKED, *levels)
    owners = list(dict.fromkeys(verdict.blocked[name] for name in names))
    if owners and not full:
        return [*texts, f"{len(names)} blocked by {_listed(owners, full=False)}"]
    ways = {owner: [name for name in names if verdict.blocked[name] == owner] for owner in owners}
    return [*texts, *(f"{len(ids)} blocked by {owner}{_named(ids, full=True)}" for owner, ids in ways.items())]


def _named(names: Sequence[str], *, full: bool) -> str:
    return f": {_listed(names, full=full)}"


def _listed(names: Sequence[str], *, full: bool) -> str:
    left = 0 if full else max(0, len(names) - _MOST_NAMED)
    return f"{' '.join(names[: len(names) - left])}{f' and {left} more' if left else ''}"


def _waivers(verdict: Verdict, *, full: bool) -> Iterator[str]:
    """Yield what became of the waivers; each that needs attention by itself, some of them where space is short."""
    if verdict.waivers:
        states = Counter(str(use.state) for use in verdict.waivers)
        yield row("waivers", ", ".join(f"{count} {state}" for state, count in states.items()))
    unfit = verdict.unfit_waivers
    for use in unfit if full else unfit[:_MOST_WAIVERS]:
        yield row("", f"{use.state} {use.waiver.requirement}: {use.summary}")


def _sent(run: Run) -> Iterator[str]:
    generated, positive, served = (sum(each[name] for each in run.generated) for name in ("sent", "positive", "served"))
    elsewhere = max((each["seconds"] for each in run.elsewhere), default=0.0)
    seconds = run.seconds + elsewhere + sum(each["seconds"] for each in run.generated)
    more = f" + {generated} generated" if run.generated else ""
    whole = f"; {time.monotonic() - run.began:.1f} s with judging"
    after = f", recorded {run.started}; none now" if run.kept else whole
    yield row("sent", f"{counted(run.sent, 'request')}{more} in {seconds:.1f} s{after}")
    if reason := run.observer.serial_reason:
        yield row("serial", f"one request at a time, as the target {reason}")
    if most := run.observer.most_at_once:
        yield row("slower", f"{counted(most, 'request')} at a time, as the target refused some of more with 429 or 503")
    if repeated := repeat.tally(run.observer, run.settings["repeat"]):
        aside = ", ".join(f"{count} with {status}" for status, count in repeated.set_aside.items())
        left_out = f"; not judged, as they are about a limit or a gateway: {aside}" if aside else ""
        yield row("repeated", f"{counted(repeated.requests, 'request')}, {repeated.times} answers to each{left_out}")
    if run.generated:
        share = f"{served} of {positive} that fit the contract got 200 ({100 * served // max(1, positive)} %)"
        yield row("generated", f"{share}; --fuzz-seed={run.settings['fuzz-seed']}")
    if run.swept:
        yield row("sweep", swept(run.swept))


def swept(parts: Sequence[Mapping[str, Any]]) -> str:
    """Say in one line what a sweep did."""
    invoices, alone, requests, retries = (
        sum(part[name] for part in parts) for name in ("invoices", "by_themselves", "requests", "retries")
    )
    pages = sum(len(part["pages"]) for part in parts)
    text = f"{counted(invoices, 'invoice')} on {counted(pages, 'page')}, {alone} by themselves"
    text += f": {counted(requests, 'request')}"
    text += f", {retries} of them again" if retries else ""
    text += f" in {max(part['seconds'] for part in parts):.1f} s"
    if (shards := parts[0]["shards"]) > len(parts):
        text += f"; part {parts[0]['shard']} of {shards}"
    for part in parts:
        if not part["complete"]:
            text += f"; not complete: {part['reason'] or 'interrupted'}"
    if differing := sum(part["disagreements"]["count"] for part in parts):
        shown = ", ".join([each for part in parts for each in part["disagreements"]["invoices"]][:3])
        text += (
            f"; the two validators differ on {counted(differing, 'invoice')} ({shown}), the validator of record counts"
        )
    return text


def summary(run: Run, found: list[Cause], ending: Ending, *, full: bool) -> list[str]:
    """Return the closing lines: target, requests, a row per source, coverage, verdict, the first causes."""
    verdict = run.verdict()
    name = "embedded reference server" if run.embedded else run.target.base_url
    head = [row("target", f"{name}  ({run.target.described()})"), *_sent(run)]
    if found and not full:
        again = failure.repeat(found[0].shown, run)
        first, *more = failure.shell("", again)
        head += [f"{'repeat':<12}{first.lstrip()}", *more]
    tail = [*rows(verdict, full=full), _verdict_row(verdict, ending)]
    lines = [line for each in (*head, *tail) for line in _divided(each)]
    if full:
        return lines
    used = sum(len(_divided(each)) for each in tail)
    return [*lines, *_first(found, min(_MOST_FIRST, _LAST - _OF_PYTEST - used))]


def _divided(text: str) -> list[str]:
    return [text] if "\n" not in text else text.split("\n")


def _verdict_row(verdict: Verdict, ending: Ending) -> str:
    part = f"  (of the selected checks; {ending.deselected} deselected)" if ending.deselected else ""
    so_far = "interrupted; so far: " if ending.interrupted else ""
    outcome = {ExitCode.CONFORMS: Outcome.PASSED, ExitCode.DOES_NOT_CONFORM: Outcome.FAILED}.get(verdict.exit_code)
    return Styled(row("verdict", so_far + verdict.sentence + part), outcome or Outcome.WARNED)


def _first(found: list[Cause], most: int) -> Iterator[str]:
    """Yield the first causes in a line each, at least one."""
    for number, cause in enumerate(found[: max(1, most)]):
        yield cause_blocks.line(cause, f"{'first' if number == 0 else '':<12}")


def rows(verdict: Verdict, *, full: bool = True) -> Iterator[str]:
    """Yield a row per source, coverage and waivers; with the ids of requirements when they are ``full``."""
    for source in SOURCES:
        if line := _source_row(verdict, source, full=full):
            yield line
    yield _coverage(verdict, full=full)
    if others := _unjudged(verdict, Level.SHOULD, Level.MAY, full=full):
        yield row("others", f"not judged: {'; '.join(others)}")
    yield from _waivers(verdict, full=full)


class Form(StrEnum):
    """How much a run prints at its end: the verdict alone, no more than a few screens, or everything."""

    QUIET = "quiet"
    COMPACT = "compact"
    FULL = "full"


def report(run: Run, ending: Ending, form: Form) -> list[str]:
    """Return what a run prints at its end."""
    if form is Form.QUIET:
        return _verdict_row(run.verdict(), ending).split("\n")
    full = form is Form.FULL
    found = shown_causes(run)
    closing = summary(run, found, ending, full=full)
    broken = [line for each in errors(run) for line in each.split("\n")]
    room = _MOST_LINES - len(closing) - min(len(broken), _MOST_LINES // 3) - _AROUND
    return [*broken, *findings(run, found, full=full, lines=room), *closing]
