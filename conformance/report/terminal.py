"""The end of a run on the terminal: findings, then the verdict per source. Readable in 80 columns."""

from __future__ import annotations

import textwrap
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from types import MappingProxyType
from typing import Any

from conformance.model.outcome import JUDGED, Judgement, Outcome
from conformance.model.requirements import SOURCES, Level, registry
from conformance.model.verdict import Verdict
from conformance.observe import repeat
from conformance.report import failure
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
# What has to be given so that requirements with this need can be judged.
HINTS: Mapping[str, str] = MappingProxyType(
    {
        "collection": "--enable collection",
        "second-customer": "a second customer: --other-auth-token, --other-invoice-id",
        "hidden-invoice": "--hidden-invoice-id",
        "signing-key": "--signing-key",
        "cookie": "--enable cookie",
        "https": "an https base URL",
        "wire": "--enable wire",
        "load": "--enable load",
        "contested": "--enable contested",
        "repeat": "--repeat",
    }
)
_MOST_BLOCKS = 40


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


def findings(run: Run, verdict: Verdict) -> Iterator[str]:
    """Yield a block for each requirement that failed, then shorter ones for those that warned."""
    groups: dict[str, list[Judgement]] = {}
    for judgement in run.judgements:
        if judgement.outcome in {Outcome.FAILED, Outcome.WARNED}:
            groups.setdefault(judgement.requirement, []).append(judgement)
    ordered = [entry.id for entry in [*verdict.of(Outcome.FAILED), *verdict.of(Outcome.WARNED)]]
    for name in ordered[:_MOST_BLOCKS]:
        group = groups[name]
        with_answer = group[0].outcome is Outcome.FAILED
        yield from failure.block(registry()[name], group, failure.repeat(group[0], run), with_answer=with_answer)
        yield ""
    if len(ordered) > _MOST_BLOCKS:
        yield f"… and {len(ordered) - _MOST_BLOCKS} more; the table below names them."
        yield ""


def errors(run: Run) -> Iterator[str]:
    """Yield what went wrong in the suite itself."""
    for judgement in run.judgements:
        if judgement.outcome is Outcome.ERROR:
            yield f"ERROR {judgement.requirement}  {judgement.nodeid}"
            yield textwrap.indent(judgement.reason, "  ")
            yield ""


def _source_row(verdict: Verdict, source: str) -> str | None:
    judged = verdict.of(*JUDGED, source=source)
    if not judged:
        return None
    conform = len(verdict.of(Outcome.PASSED, source=source))
    text = f"{conform}/{len(judged)} conform"
    for outcome in (Outcome.FAILED, Outcome.WARNED, Outcome.NOTED, Outcome.WAIVED):
        if found := verdict.of(outcome, source=source):
            text += f"   {len(found)} {outcome}: {' '.join(entry.id for entry in found)}"
    return row(NAMES[source], text)


def _coverage(verdict: Verdict) -> str:
    judged = verdict.of(*JUDGED, level=Level.MUST)
    absent = verdict.of(Outcome.NOT_APPLICABLE, level=Level.MUST)
    unseen = verdict.of(Outcome.NOT_OBSERVED, level=Level.MUST)
    text = f"MUST requirements judged: {len(judged)} of {len(judged) + len(absent) + len(unseen)}"
    missing: dict[str, int] = {}
    for requirement in absent:
        for need in requirement.needs:
            missing[need] = missing.get(need, 0) + 1
    parts = [f"{count} need{'s' if count == 1 else ''} {HINTS[need]}" for need, count in missing.items()]
    if unseen:
        parts.append(f"{len(unseen)} not observed: {' '.join(entry.id for entry in unseen)}")
    if parts:
        text += f" ({'; '.join(parts)})"
    return _fill(text, subsequent_indent="  ")


def _waivers(verdict: Verdict) -> Iterator[str]:
    """Yield what became of the waivers; each that needs attention by itself."""
    if verdict.waivers:
        states = Counter(str(use.state) for use in verdict.waivers)
        yield row("waivers", ", ".join(f"{count} {state}" for state, count in states.items()))
    for use in verdict.unfit_waivers:
        yield row("", f"{use.state} {use.waiver.requirement}: {use.told}")


def _sent(run: Run) -> Iterator[str]:
    generated, positive, served = (sum(each[name] for each in run.generated) for name in ("sent", "positive", "served"))
    elsewhere = max((each["seconds"] for each in run.elsewhere), default=0.0)
    seconds = run.seconds + elsewhere + sum(each["seconds"] for each in run.generated)
    more = f" + {generated} generated" if run.generated else ""
    recorded = f", recorded {run.started}; none now" if run.kept else ""
    yield row("sent", f"{counted(run.sent, 'request')}{more} in {seconds:.1f} s{recorded}")
    if reason := run.observer.in_turn:
        yield row("in turn", f"one request at a time, as the target {reason}")
    if repeated := repeat.tally(run.observer, run.settings["repeat"]):
        aside = ", ".join(f"{count} with {status}" for status, count in repeated.set_aside.items())
        left_out = f"; not judged, as they speak of a limit or a gateway: {aside}" if aside else ""
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


def summary(run: Run, verdict: Verdict, deselected: int, *, interrupted: bool) -> Iterator[str]:
    """Yield the closing lines: target, requests, a row per source, coverage, verdict."""
    name = "embedded reference server" if run.embedded else run.target.base_url
    yield row("target", f"{name}  ({run.target.described()})")
    yield from _sent(run)
    yield from rows(verdict)
    part = f"  (of the selected checks; {deselected} deselected)" if deselected else ""
    so_far = "interrupted; so far: " if interrupted else ""
    yield row("verdict", so_far + verdict.sentence + part)


def rows(verdict: Verdict) -> Iterator[str]:
    """Yield a row per source, coverage and waivers."""
    for source in SOURCES:
        if line := _source_row(verdict, source):
            yield line
    yield _coverage(verdict)
    unseen = [entry for entry in verdict.of(Outcome.NOT_OBSERVED) if entry.level is not Level.MUST]
    if unseen:
        yield row("not seen", f"{len(unseen)} of other levels: {' '.join(entry.id for entry in unseen)}")
    yield from _waivers(verdict)
