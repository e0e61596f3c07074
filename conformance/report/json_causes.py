"""The causes of the findings in a report for programs, made from its judgements alone."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from conformance.judge.causes import Cause, causes
from conformance.model.outcome import Judgement, Outcome

# Requests of one cause that are named.
_MOST_REQUESTS = 50


def causes_of(requirements: Iterable[Mapping[str, Any]]) -> list[dict[str, Any]]:
    """Return the causes as plain data, the gravest first, from ``requirements`` as a report has them."""
    judgements = (_judgement(each["id"], entry) for each in requirements for entry in each["judgements"])
    return [_described(cause) for cause in causes(judgements)]


def _judgement(requirement: str, entry: Mapping[str, Any]) -> Judgement:
    evidence = {name: entry[name] for name in ("part", "facts", "around", "count", "select") if name in entry}
    evidence |= {"request": entry["curl"]} if "curl" in entry else {}
    if entry.get("select", "") != f"-k {requirement}":
        evidence["repeat"] = entry.get("select")
    return Judgement(
        requirement,
        Outcome(entry["outcome"]),
        entry["check"],
        expected=entry.get("expected", ""),
        observed=entry.get("observed", ""),
        evidence=evidence,
    )


def _described(cause: Cause) -> dict[str, Any]:
    shown = cause.shown
    return {
        "headline": cause.headline,
        "outcome": str(cause.outcome),
        "weight": cause.weight.described,
        "requirements": cause.ids,
        "findings": len(cause.findings),
        "answers": cause.answers,
        "requests": cause.requests[:_MOST_REQUESTS],
        "expected": shown.expected,
        "observed": shown.observed,
        "part": shown.evidence.get("part"),
        "around": shown.evidence.get("around", ""),
        "curl": shown.evidence.get("request"),
        "select": shown.evidence.get("select"),
    }
