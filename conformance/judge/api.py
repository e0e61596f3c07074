"""What a check is written with: the requirement it claims, and the ways to say what was expected and observed."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable
from typing import TypeVar

import pytest

from conformance.model.exchange import Exchange, NotObserved

__all__ = ["NotObserved", "Violation", "expect", "expect_status", "observe_each", "requirement", "status_line"]

CheckFunction = TypeVar("CheckFunction", bound=Callable[..., None])

_FIELD_NAME = re.compile(r"[A-Z][A-Za-z-]*")
# Fields that depend on what is shown.
_OF_THE_CONTENT = frozenset({"Content-Length", "Content-Range", "ETag", "Last-Modified"})


class Violation(Exception):  # noqa: N818 - a finding about the target, not an error of the suite
    """A requirement does not hold.

    ``expected`` and ``observed`` are one line each; ``exchange`` is the evidence, ``part`` the offending header field
    or JSON pointer in it, ``others`` what it was compared with, and further exchanges with the same finding. ``seen``
    tells in how many answers of how many to one request it was seen, ``again`` are those beside ``exchange``. ``alone``
    tells that it is in ``exchange`` whatever others show: said of it, or in its status or in a field that does not
    depend on the content.
    """

    def __init__(  # noqa: PLR0913 - one keyword per part of a finding
        self,
        expected: str,
        observed: str,
        exchange: Exchange | None = None,
        *,
        part: str | None = None,
        others: tuple[Exchange, ...] = (),
        alone: bool | None = None,
    ) -> None:
        """Describe the finding."""
        super().__init__(f"expected {expected}; observed {observed}")
        self.expected = expected
        self.observed = observed
        self.exchange = exchange
        self.part = part
        self.others = others
        self.alone = _is_alone(observed, exchange, part) if alone is None else alone
        self.seen: tuple[int, int] | None = None
        self.again: tuple[Exchange, ...] = ()


def _is_alone(observed: str, exchange: Exchange | None, part: str | None) -> bool:
    if part is not None:
        return bool(_FIELD_NAME.fullmatch(part)) and part not in _OF_THE_CONTENT
    return exchange is not None and observed == status_line(exchange)


def requirement(requirement_id: str) -> Callable[[CheckFunction], CheckFunction]:
    """Claim a requirement of the registry for a check."""
    return pytest.mark.requirement(requirement_id)


def status_line(exchange: Exchange) -> str:
    """Describe an answer in one line: status, reason, size of the content."""
    answer = exchange.answer
    if answer is None:
        return f"no answer: {exchange.failure}"
    reason = f" {answer.reason}" if answer.reason else ""
    return f"{answer.status}{reason}, {answer.wire_length} bytes"


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


def expect_status(exchange: Exchange, *statuses: int, why: str = "") -> None:
    """Raise Violation unless the status is one of ``statuses``; a 429 that stays says nothing about the target."""
    if exchange.status == 429:
        raise NotObserved(f"{exchange.probe} was answered 429: the target limits requests")
    if exchange.status not in statuses:
        wanted = " or ".join(map(str, statuses))
        raise Violation(f"{wanted}{f' ({why})' if why else ''}", status_line(exchange), exchange)


def observe_each(exchanges: Iterable[Exchange], judge: Callable[[Exchange], None]) -> None:
    """Judge every exchange by ``judge`` and raise one Violation for all that do not satisfy it.

    Exchanges for which ``judge`` raises NotObserved do not count; raises NotObserved when none is left.
    """
    findings: list[Violation] = []
    judged = 0
    for exchange in exchanges:
        try:
            judge(exchange)
        except NotObserved:
            continue
        except Violation as violation:
            findings.append(violation)
        judged += 1
    if findings:
        first = findings[0]
        rest = tuple(finding.exchange for finding in findings[1:] if finding.exchange)
        observed = first.observed if not rest else f"{first.observed} (and {len(rest)} more of {judged} answers)"
        others, alone = (*first.others, *rest), all(finding.alone for finding in findings)
        raise Violation(first.expected, observed, first.exchange, part=first.part, others=others, alone=alone)
    if not judged:
        raise NotObserved("no answer of this run is of the kind that this requirement speaks of")
