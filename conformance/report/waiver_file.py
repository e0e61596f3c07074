"""What fails a run, written as waivers: a file to be read, explained and kept."""

from __future__ import annotations

import re
from collections.abc import Iterable
from datetime import timedelta
from typing import TYPE_CHECKING, Any

import yaml

from conformance import __version__
from conformance.model.outcome import Judgement
from conformance.model.requirements import registry
from conformance.model.verdict import gating_outcomes
from conformance.model.waivers import State, Waiver, without_count

if TYPE_CHECKING:
    from conformance.run import Run

DAYS = 90
UNEXPLAINED = "Not explained yet."
_HEAD = """\
# Known deviations of {target}, by invoices-conformance {version}.
# An entry excuses a finding only while it is observed as written (* stands for anything) and until it expires.
# Say in each reason why it is accepted, and link to where it is tracked.
"""
_WIDE = 10_000
# What differs from run to run and from one installation to another, and says nothing about the deviation.
_CHANGING = re.compile(
    r"""
    (?<=://)[^\s/'"<>,]+                                        # an authority
    | [0-9A-Fa-f]{8}(?:-[0-9A-Fa-f]{4}){3}-[0-9A-Fa-f]{12}      # a UUID
    | \d{4}-\d\d-\d\dT[0-9:.]+(?:Z|[+-]\d\d:\d\d)?              # a time of RFC 3339
    | (?:Mon|Tue|Wed|Thu|Fri|Sat|Sun),[ ]\d\d[ ]\w{3}[ ]\d{4}[ ][0-9:]{8}  # a time of RFC 9110
    | \b[0-9A-Fa-f]{16,}\b                                      # a digest
    | \b\d+(?:\.\d+)?(?=[ ](?:bytes|octets|s|ms)\b)             # an amount of data or time
    | \b\d+\.\d+\b(?<!HTTP/1\.[01])                             # an amount
    | \b(?![1-5]\d\d\b)\d{2,}\b                                 # any number but a status
    """,
    re.VERBOSE,
)


def pattern(observed: str) -> str:
    """Return what an entry says of a finding: what is ``observed``, ``*`` in the place of what changes."""
    return re.sub(r"\*+", "*", _CHANGING.sub("*", without_count(observed))) or "*"


def text(run: Run) -> str:
    """Return a file of waivers with which the same run conforms.

    Entries of the file that the run was given stay, also expired ones, but for those that are not needed any more.
    """
    verdict = run.verdict()
    kept = [use.waiver for use in verdict.waivers if use.state is not State.STALE]
    gating = {requirement.id for requirement in verdict.gating}
    outcomes = gating_outcomes(run.fail_on)
    failing = [each for each in run.judgements if each.requirement in gating and each.outcome in outcomes]
    fresh = [judgement for judgement in failing if not any(waiver.matches(judgement) for waiver in kept)]
    entries = [*kept, *_entries(fresh, run)]
    order = list(registry())
    entries.sort(key=lambda waiver: order.index(waiver.requirement))
    name = "the embedded reference server" if run.embedded else run.target.base_url
    head = _HEAD.format(target=name, version=__version__)
    return head + ("waivers:\n" if entries else "waivers: []\n") + "".join(map(_written, entries))


def _entries(judgements: Iterable[Judgement], run: Run) -> Iterable[Waiver]:
    groups: dict[tuple[str, bool], dict[str, None]] = {}
    for judgement in judgements:
        generated = "repeat" in judgement.evidence
        groups.setdefault((judgement.requirement, generated), {})[pattern(judgement.observed)] = None
    expires = run.waivers.today + timedelta(days=DAYS)
    pinned = {name: set(found) for (name, generated), found in groups.items() if not generated}
    for (name, generated), found in groups.items():
        observed = [text for text in found if not generated or text not in pinned.get(name, ())]
        if observed:
            yield Waiver(name, UNEXPLAINED, expires, tuple(observed), generated=generated)


def _written(waiver: Waiver) -> str:
    entry: dict[str, Any] = {"requirement": waiver.requirement, "reason": waiver.reason}
    if waiver.link:
        entry["link"] = waiver.link
    entry["expires"] = waiver.expires
    if waiver.generated:
        entry["generated"] = True
    entry["observed"] = list(waiver.observed)
    lines = yaml.safe_dump([entry], sort_keys=False, allow_unicode=True, width=_WIDE).splitlines()
    requirement = registry()[waiver.requirement]
    return "".join(f"  {line}\n" for line in [f"# {requirement.level}: {requirement.statement}", *lines])
