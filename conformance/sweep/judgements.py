"""What a sweep gives the reports: one judgement per finding, and one per requirement that holds."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import TYPE_CHECKING, Any

from conformance.model.outcome import Judgement, Outcome, outcome_of_violation
from conformance.model.requirements import registry
from conformance.sweep import conclusion

if TYPE_CHECKING:
    from conformance.config.settings import Settings

_MOST_NAMED = 5


def counted(observed: str, count: int, *, invoices: bool) -> str:
    """Return what was observed with the number of invoices, or answers, that show it."""
    if count < 2:
        return observed
    return f"{observed} (in {count} {'invoices' if invoices else 'answers'})"


def judgements(summary: Mapping[str, Any], nodeid: str, repeat: str) -> Iterator[Judgement]:
    """Yield the judgements of one part of a sweep; ``repeat`` are the pytest arguments that do the same again."""
    subject = f"part {summary['shard']} of {summary['shards']}" if summary["shards"] > 1 else "sweep"
    violated = set()
    for found in summary["findings"]:
        violated.add(found["requirement"])
        yield _violation(found, nodeid, repeat, subject)
    for name in summary["holding"]:
        if name not in violated:
            yield Judgement(name, Outcome.PASSED, nodeid, subject=subject)
    if summary["broken"]:
        yield Judgement("PAGE-003", Outcome.ERROR, nodeid, reason=f"the sweep broke off: {summary['reason']}")


def _violation(found: Mapping[str, Any], nodeid: str, repeat: str, subject: str) -> Judgement:
    invoices = found["invoices"]
    return Judgement(
        found["requirement"],
        outcome_of_violation(registry()[found["requirement"]].level),
        nodeid,
        expected=found["expected"],
        observed=counted(found["observed"], found["count"], invoices=bool(invoices)),
        subject=subject,
        evidence={
            "request": found["curl"],
            "answer": found["answer"],
            "part": found["part"],
            **({"facts": {**found["facts"], "count": found["count"]}} if "facts" in found else {}),
            "others": [f"invoice {each}" for each in invoices[:_MOST_NAMED]] if found["count"] > 1 else [],
            "repeat": repeat,
            "invoices": invoices,
            "count": found["count"],
        },
    )


def concluded(parts: Sequence[Mapping[str, Any]], nodeid: str, repeat: str, *, alone: bool) -> list[Judgement]:
    """Return the judgements on the collection as a whole, from all parts of this run.

    ``alone``: the parts are a part of a larger sweep, and only ``merge`` can know what follows from all of them.
    """
    if not parts:
        return []
    known = {found["requirement"] for part in parts for found in part["findings"]}
    if alone:
        reason = "this run swept a part of the collection; invoices-conformance merge judges the whole"
        return [
            Judgement(name, Outcome.NOT_OFFERED, nodeid, reason=reason, subject="sweep")
            for name in conclusion.OF_THE_WHOLE
            if name not in known
        ]
    return list(_conclusions(conclusion.conclude(conclusion.join(parts), known), nodeid, repeat))


def _conclusions(found: Iterable[conclusion.Conclusion], nodeid: str, repeat: str) -> Iterator[Judgement]:
    for each in found:
        if each.observed:
            outcome = outcome_of_violation(registry()[each.requirement].level)
            observed = counted(each.observed, each.count, invoices=True)
            evidence = {"invoices": each.invoices, "count": max(1, each.count), "repeat": repeat}
            yield Judgement(
                each.requirement,
                outcome,
                nodeid,
                expected=each.expected,
                observed=observed,
                subject="sweep",
                evidence=evidence,
            )
        else:
            unjudged = Outcome.INCONCLUSIVE if each.unseen else Outcome.NOT_OFFERED
            outcome = unjudged if each.reason else Outcome.PASSED
            yield Judgement(each.requirement, outcome, nodeid, reason=each.reason, subject="sweep")


def repeated(settings: Settings) -> str:
    """Return the pytest arguments that sweep again."""
    index, of = settings["sweep-shard"]
    shard = f" --sweep-shard={index}/{of}" if of > 1 else ""
    return f"-k test_sweep --sweep={settings['sweep']}{shard} --fuzz-seed={settings['fuzz-seed']}"
