"""What a check is written with: the requirement it claims, and the ways to say what was expected and observed."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import TypeVar

from conformance.judge.endings import Violation, raised_by, status_line
from conformance.model.exchange import Doubt, Exchange, NotObserved

__all__ = [
    "Doubt",
    "NotObserved",
    "Violation",
    "claimed",
    "expect",
    "expect_status",
    "observe_each",
    "require",
    "requirement",
    "status_line",
]

CheckFunction = TypeVar("CheckFunction", bound=Callable[..., None])


_CLAIMED = "claimed_requirement"


def requirement(requirement_id: str) -> Callable[[CheckFunction], CheckFunction]:
    """Claim a requirement of the registry for a check."""

    def claim(function: CheckFunction) -> CheckFunction:
        setattr(function, _CLAIMED, requirement_id)
        return function

    return claim


def claimed(function: object) -> str | None:
    """Return the id of the requirement that ``function`` claims; None when it is not a check."""
    return getattr(function, _CLAIMED, None) if callable(function) else None


def expect(
    condition: object,  # truthiness is what counts
    expected: str,
    observed: object,
    exchange: Exchange,
    *,
    part: str | None = None,
) -> None:
    """Raise Violation unless ``condition`` holds. ``observed`` is a text, or a function that makes it when needed."""
    if not condition:
        raise Violation(expected, str(observed() if callable(observed) else observed), exchange, part=part)


def require(condition: object, reason: str, *, owner: str | None = None, doubt: Doubt | None = None) -> None:
    """Raise NotObserved, for ``reason``, unless ``condition`` holds.

    ``owner`` is the requirement that fails when it does not: what is required is blocked by it. A ``doubt`` kept
    the check from judging. Without either the target does not offer what the requirement is about, or the answer is not
    of the kind that it is about, which is lawful.
    """
    if not condition:
        raise NotObserved(reason, owner=owner, doubt=doubt)


def expect_status(exchange: Exchange, *statuses: int, why: str = "") -> None:
    """Raise Violation unless the status is one of ``statuses``; a 429 that stays shows nothing about the target."""
    if exchange.status == 429:
        raise NotObserved(f"{exchange.described} was answered 429: the target limits requests", doubt=Doubt.LIMIT)
    if exchange.status not in statuses:
        wanted = " or ".join(map(str, statuses))
        expected = f"{wanted}{f' ({why})' if why else ''}"
        raise Violation(expected, status_line(exchange), exchange, wanted=statuses, why=why)


def observe_each(exchanges: Iterable[Exchange], judge: Callable[[Exchange], None]) -> None:
    """Judge every exchange by ``judge`` and raise one Violation for all that do not satisfy it.

    Exchanges for which ``judge`` raises NotObserved do not count. When none is left, raises NotObserved for what kept
    one from being judged: a limit, else the finding of another requirement, else that there is no such answer.
    """
    findings: list[Violation] = []
    unjudged: list[NotObserved] = []
    judged = 0
    for exchange in exchanges:
        raised = raised_by(judge, exchange)
        if isinstance(raised, NotObserved):
            unjudged.append(raised)
            continue
        if raised is not None:
            findings.append(raised)
        judged += 1
    if findings:
        first = findings[0]
        rest = tuple(finding.exchange for finding in findings[1:] if finding.exchange)
        observed = first.observed if not rest else f"{first.observed} (and {len(rest)} more of {judged} answers)"
        others, alone = (*first.others, *rest), all(finding.alone for finding in findings)
        always = all(finding.always for finding in findings)
        raise Violation(
            first.expected,
            observed,
            first.exchange,
            part=first.part,
            others=others,
            alone=alone,
            always=always,
            wanted=first.wanted,
            why=first.why,
            count=len(findings),
        )
    if not judged:
        raise _none_left(unjudged)


def _none_left(unjudged: list[NotObserved]) -> NotObserved:
    for each in unjudged:
        if each.doubt:
            return NotObserved(str(each), doubt=each.doubt)
    for each in sorted(unjudged, key=lambda each: each.lawful):
        if each.owner:
            return NotObserved(str(each), owner=each.owner, lawful=each.lawful)
    example = f"; of the last one: {unjudged[-1]}" if unjudged else ""
    return NotObserved(f"no answer of this run is of the kind that this requirement is about{example}")
