"""What fails a run, written as waivers: a file to be read, explained and kept."""

from __future__ import annotations

import re
from collections.abc import Collection, Iterable
from datetime import timedelta
from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit

import yaml

from conformance import __version__
from conformance.model.outcome import Judgement
from conformance.model.requirements import registry
from conformance.model.verdict import gating_outcomes
from conformance.model.waivers import State, Waiver, without_count
from conformance.plan.probes import by_key

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
# What differs from run to run and from one installation to another, and shows nothing about the deviation.
_CHANGING = re.compile(
    r"""
    (?<=://)[^\s/'"<>,]+                                        # an authority
    | [0-9A-Fa-f]{8}(?:-[0-9A-Fa-f]{4}){3}-[0-9A-Fa-f]{12}      # a UUID
    | \d{4}-\d\d-\d\dT[0-9:.]+(?:Z|[+-]\d\d:\d\d)?              # a time of RFC 3339
    | (?:Mon|Tue|Wed|Thu|Fri|Sat|Sun),[ ]\d\d[ ]\w{3}[ ]\d{4}[ ][0-9:]{8}  # a time of RFC 9110
    | \b[0-9A-Fa-f]{16,}\b                                      # a digest
    | (?<=W/")[^"]+(?=")                                        # a weak entity tag
    | \b\d+(?:\.\d+)?(?=[ ](?:answers|bytes|elements|included|invoices|ms|of|others|s|times)\b)  # an amount
    | (?<=\ban[ ]array[ ]of[ ])\d+\b | (?<=\b[Bb]yte[ ])\d+\b   # a length, a place
    | \b\d+\.\d+\b(?<!HTTP/1\.[01])                             # an amount
    | \b(?![1-5]\d\d\b)\d{2,}\b                                 # any number but a status
    """,
    re.VERBOSE,
)
# A quoted text that is cut, and a line that is.
_CUT = re.compile(r'"(?:[^"\\]|\\.)*?\.\.\.|.*…\Z')
# What is shorter stands in texts by chance.
_SHORTEST_TAG = 6


def pattern(observed: str, sent: Collection[str] = ()) -> str:
    """Return what an entry says of a finding: what is ``observed``, ``*`` in the place of what changes.

    ``sent`` has further texts that are this run's own, such as the ids that it was given. Where a text is cut depends
    on how long they are, so that nothing is kept of a cut text behind the first of them.
    """
    own = "|".join(rf"(?<!\w){re.escape(text)}(?!\w)" for text in sorted(sent, key=len, reverse=True) if text)
    marked = re.sub(own, "*", without_count(observed), flags=re.IGNORECASE) if own else without_count(observed)
    marked = _CHANGING.sub("*", marked)
    return re.sub(r"\*+", "*", _CUT.sub(_before_the_first, marked)) or "*"


def _before_the_first(cut: re.Match[str]) -> str:
    return cut[0].partition("*")[0] + "*" if "*" in cut[0] else cut[0]


def text(run: Run) -> str:
    """Return a file of waivers with which the same run conforms.

    Entries of the file that the run was given stay, expired ones too, unless nothing needs them any more.
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
    """Yield an entry for each requirement, and for what only some requests show by itself."""
    sent = _sent(run)
    probes = {exchange.key: exchange.probe for exchange in run.observer.exchanges()} if run.is_started else {}
    # The texts of a requirement: whether only generated requests show it, and what each that does needs.
    found: dict[str, dict[str, tuple[bool, frozenset[str]]]] = {}
    for judgement in judgements:
        texts = found.setdefault(judgement.requirement, {})
        observed = pattern(judgement.observed, sent)
        shown = ("repeat" in judgement.evidence, _needs(judgement, probes))
        before = texts.get(observed, shown)
        texts[observed] = (shown[0] and before[0], shown[1] & before[1])
    expires = run.waivers.today + timedelta(days=DAYS)
    for name, texts in found.items():
        for generated, needs in dict.fromkeys(texts.values()):
            same = tuple(each for each, shown in texts.items() if shown == (generated, needs))
            yield Waiver(name, UNEXPLAINED, expires, same, generated=generated, needs=tuple(sorted(needs)))


def _needs(judgement: Judgement, probes: dict[str, str]) -> frozenset[str]:
    """Return the capabilities without which the request is not sent that shows a finding."""
    shown = [probes.get(key, "") for key in judgement.evidence.get("exchanges", ())[:1]]
    probe = by_key().get(next(iter(shown), ""))
    return frozenset(probe.needs) - set(registry()[judgement.requirement].needs) if probe else frozenset()


def _sent(run: Run) -> set[str]:
    """Return the texts that are this run's own: host and port, ids, and the tags that were received and sent again."""
    target = run.target
    origin = urlsplit(target.base_url)
    found = {origin.netloc, origin.hostname or ""}
    found.update(target.invoice_ids, target.other_invoice_ids, target.hidden_invoice_ids)
    exchanges = run.observer.exchanges() if run.is_started else ()
    tags = {line for exchange in exchanges if exchange.answer for line in exchange.fields.lines("ETag")}
    return found | {tag.removeprefix("W/").strip('"') for tag in tags if len(tag) >= _SHORTEST_TAG}


def _written(waiver: Waiver) -> str:
    entry: dict[str, Any] = {"requirement": waiver.requirement, "reason": waiver.reason}
    if waiver.link:
        entry["link"] = waiver.link
    entry["expires"] = waiver.expires
    if waiver.generated:
        entry["generated"] = True
    if waiver.needs:
        entry["needs"] = list(waiver.needs)
    entry["observed"] = list(waiver.observed)
    lines = yaml.safe_dump([entry], sort_keys=False, allow_unicode=True, width=_WIDE).splitlines()
    requirement = registry()[waiver.requirement]
    return "".join(f"  {line}\n" for line in [f"# {requirement.level}: {requirement.statement}", *lines])
