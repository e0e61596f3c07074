"""Causes: findings that one change of the server would cure, together, the gravest first."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from enum import IntEnum
from functools import cache

from conformance.judge.cause_headlines import headline
from conformance.judge.cause_keys import (
    EXPOSING,
    Key,
    facts_of,
    is_plain_refusal,
    key_of,
    resource_of,
    without_single_rules_on_tokens,
)
from conformance.model.outcome import Judgement, Outcome, worst
from conformance.model.requirements import registry
from conformance.model.waivers import without_count

# What is a finding, the worst first; what is waived has been explained.
FOUND = (Outcome.FAILED, Outcome.WARNED, Outcome.NOTED)
# Sort fields by which nothing is ordered.
_MANY_ORDERS = 6
_OF_THE_PROTOCOL = frozenset({"http", "json", "jwt"})


class Weight(IntEnum):
    """How grave a cause is, the gravest first."""

    EXPOSURE = 0
    SERVER_ERROR = 1
    CONTRACT = 2
    PROTOCOL = 3
    HYGIENE = 4

    @property
    def described(self) -> str:
        """The weight in words."""
        return self.name.lower().replace("_", " ")


@dataclass(frozen=True)
class Cause:
    """Findings that one change would cure; the first one shows them best."""

    key: Key
    headline: str
    weight: Weight
    findings: tuple[Judgement, ...]

    @property
    def shown(self) -> Judgement:
        """The finding by which the cause is shown."""
        return self.findings[0]

    @property
    def outcome(self) -> Outcome:
        """The worst outcome."""
        return worst(each.outcome for each in self.findings)

    @property
    def ids(self) -> list[str]:
        """The ids of the requirements, the one that is shown first."""
        return list(dict.fromkeys(each.requirement for each in self.findings))

    @property
    def requests(self) -> list[str]:
        """The requests in one line, each once; empty when there is none."""
        return list(dict.fromkeys(facts.asks for each in self.findings if (facts := facts_of(each))))

    @property
    def answers(self) -> int:
        """How many answers show it."""
        return sum(facts.count for each in self.findings if (facts := facts_of(each)))


def causes(judgements: Iterable[Judgement]) -> list[Cause]:
    """Return the causes of all findings among ``judgements``, each finding in one of them, the gravest first.

    Data shown to somebody who must not see them come first, then errors of the server. The others are in the order
    of their outcomes; what the contract says comes before the protocol, and that before good practice.
    """
    found = [each for each in judgements if each.outcome in FOUND and each.requirement in registry()]
    absent = {resource_of(facts) for each in found if (facts := facts_of(each)) and is_plain_refusal(each)}
    keys = without_single_rules_on_tokens([key_of(each, absent) for each in found])
    groups: dict[Key, list[Judgement]] = {}
    for key, each in zip(keys, found, strict=True):
        groups.setdefault(key, []).append(each)
    _join_by_value(groups)
    _join_by_requirement(groups)
    _join_what_is_ignored(groups)
    return sorted((_cause(key, group) for key, group in groups.items()), key=_order)


def _join_by_value(groups: dict[Key, list[Judgement]]) -> None:
    """Join what several requirements say of one wrong value of one field or member."""
    known: dict[tuple[object, object, str], Key] = {}
    for key in [key for key in groups if key[0] in {"field", "member"}]:
        values = [(key[0], key[1], without_count(each.observed)) for each in groups[key]]
        other = next((known[value] for value in values if value in known), None)
        known.update(dict.fromkeys(values, other or key))
        if other is not None:
            groups[other] += groups.pop(key)


def _join_by_requirement(groups: dict[Key, list[Judgement]]) -> None:
    """Join findings known by their requirement alone with the other cause of that requirement, if it has one."""
    for key in [key for key in groups if key[0] == "requirement"]:
        others = [
            other
            for other, group in groups.items()
            if other != key and any(each.requirement == key[1] for each in group)
        ]
        if len(others) == 1:
            groups[others[0]] += groups.pop(key)


def _join_what_is_ignored(groups: dict[Key, list[Judgement]]) -> None:
    """Join wrong orders with bad sort fields that are accepted, where they are many: then sort is ignored."""
    for key in [key for key in groups if key[0] == "accepted" and key[-1] == "sort"]:
        orders = next((each for each, group in groups.items() if _are_many_orders(group) and each != key), None)
        if orders is not None:
            groups["ignored", "sort"] = groups.pop(key) + groups.pop(orders)


def _are_many_orders(group: Sequence[Judgement]) -> bool:
    return len(group) >= _MANY_ORDERS and all(each.requirement == "SORT-001" for each in group)


@cache
def _place(requirement: str) -> int:
    return list(registry()).index(requirement)


def _order(cause: Cause) -> tuple[int | str, ...]:
    """Return the sort key of a cause. Names decide last, so that every report has the same order."""
    grave = Weight.CONTRACT if cause.outcome is Outcome.NOTED else min(cause.weight, Weight.CONTRACT)
    weight = int(grave), FOUND.index(cause.outcome), int(cause.weight), -len(cause.ids), -cause.answers
    return *weight, _place(cause.ids[0]), cause.headline


def _cause(key: Key, group: Sequence[Judgement]) -> Cause:
    ordered = tuple(sorted(group, key=_weightiest_first))
    return Cause(key, headline(key, ordered), _weight(key, ordered), ordered)


def _weightiest_first(finding: Judgement) -> tuple[int, bool, int, int]:
    """Return the sort key of a finding: the worst first, then those of checks, then the simplest request."""
    facts = facts_of(finding)
    simple = len(facts.asks) if facts else 0
    return FOUND.index(finding.outcome), "repeat" in finding.evidence, simple, _place(finding.requirement)


def _weight(key: Key, group: Sequence[Judgement]) -> Weight:
    # A field that is missing shows nothing to anybody: without Cache-Control, shared caches keep no answer to a token.
    lacking = key[0] == "field" and bool(key[2])
    if key[0] == "exposed" or (not lacking and any(each.requirement in EXPOSING for each in group)):
        return Weight.EXPOSURE
    if key[0] in {"error", "silence"}:
        return Weight.SERVER_ERROR
    sources = {registry()[each.requirement].source for each in group}
    if sources == {"advice"}:
        return Weight.HYGIENE
    return Weight.PROTOCOL if sources <= _OF_THE_PROTOCOL | {"advice"} else Weight.CONTRACT
