"""The judging functions of the checks, called for what a sweep sees. They decide; everything quicker only asks them."""

from __future__ import annotations

import re
from collections.abc import Callable, Collection, Iterable, Iterator
from dataclasses import dataclass
from functools import cache
from typing import Any

from conformance.judge.endings import Ending, Passed, Violation, end_of
from conformance.judge.suite import Check, checks
from conformance.model import contract
from conformance.model.exchange import Exchange, NotObserved, Request
from conformance.sweep.subjects import ReadExchange

# What can be judged of one invoice, wherever it is shown.
STRUCTURE = frozenset(
    {
        *("ITEM-005", "ITEM-006", "ITEM-007", "ITEM-009", "ITEM-010", "ITEM-011", "ITEM-012", "ITEM-013", "ITEM-014"),
        *("ITEM-021", "ITEM-022", "ITEM-023", "ITEM-032"),
    }
)
LINKS = frozenset({"ITEM-015", "ITEM-016", "ITEM-018", "ITEM-028", "ITEM-029"})
AMOUNTS = frozenset({"SEM-009", "SEM-010", "SEM-011", "SEM-016"})
TIMES = frozenset({"SEM-005", "SEM-006", "SEM-007", "SEM-015"})
COUNTERS = frozenset({"JSON-005", "JSON-006", "SEM-013"})
IDENTITY = frozenset({"SEM-001", "SEM-002", "SEM-014"})
INVARIANTS = frozenset({f"INV-{number:03}" for number in (1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 13)})
VALUES = AMOUNTS | TIMES | COUNTERS | IDENTITY | INVARIANTS | {"SEM-004", "SEM-008", "JSON-004"}
OF_AN_ELEMENT = STRUCTURE | LINKS | VALUES
SCHEMA = "GEN-001"

_SINGLE = ("item", "item_with_account")
_WIDE = frozenset({"every_exchange", "every_answer", "every_error", "every_success"})
# Identity and order are judged by the sweep itself; what is true of the record as a whole cannot be asked of a part.
_NOT_OF_AN_ANSWER = frozenset({"ITEM-008", "SEM-012", "SEM-017", "ETAG-004", "ETAG-005", "HDR-013"})
_ACCOUNT = re.compile(r"/accounts/[^/]+/?$")
_NOWHERE = Request("GET", "http://absent.invalid/", ())


@dataclass(frozen=True)
class Rule:
    """A judging function that takes one exchange."""

    requirement: str
    name: str
    judge: Callable[[Exchange], None]


@dataclass(frozen=True)
class Hit:
    """A violation, and by what it was found."""

    requirement: str
    name: str
    violation: Violation


def _single(check: Check) -> Callable[[Exchange], None]:
    absent = Exchange("item_with_account", _NOWHERE, None, failure="not sent")

    def judge(exchange: Exchange) -> None:
        values: dict[str, Any] = {name: exchange if name == "item" else absent for name in check.parameters}
        if "item" not in values:
            values = dict.fromkeys(check.parameters, exchange)
        check.function(**values)

    return judge


def _wide(check: Check) -> Callable[[Exchange], None]:
    def judge(exchange: Exchange) -> None:
        other_kind = "every_error" if exchange.succeeded else "every_success"
        if exchange.answer is None or other_kind in check.parameters:
            raise NotObserved("no answer of this kind")
        check.function(**dict.fromkeys(check.parameters, (exchange,)))

    return judge


def _related_link(check: Check) -> Callable[[Exchange], None]:
    def judge(exchange: Exchange) -> None:
        if _ACCOUNT.search(exchange.account_link("related")):
            raise NotObserved("the link depends on the account, which is another finding")
        check.function(item=exchange, item_with_account=exchange, related=exchange)

    return judge


def _applicable(capabilities: Collection[str]) -> Iterator[Check]:
    # What the sweep needs it has: a collection.
    return (check for check in checks() if check.applies({*capabilities, "collection"}))


@cache
def element_rules(capabilities: frozenset[str]) -> tuple[Rule, ...]:
    """Return the rules for one invoice."""
    found = []
    for check in _applicable(capabilities):
        if check.requirement not in OF_AN_ELEMENT:
            continue
        if set(check.parameters) <= set(_SINGLE):
            found.append(Rule(check.requirement, check.name, _single(check)))
        elif set(check.parameters) <= _WIDE:
            found.append(Rule(check.requirement, check.name, _wide(check)))
        elif check.parameters == (*_SINGLE, "related"):
            found.append(Rule(check.requirement, check.name, _related_link(check)))
    return (*found, Rule(SCHEMA, "schema of an invoice", _fits_the_schema))


@cache
def answer_rules(capabilities: frozenset[str]) -> tuple[Rule, ...]:
    """Return the rules for any answer: its header section, its JSON text, its document."""
    return tuple(
        Rule(check.requirement, check.name, _wide(check))
        for check in _applicable(capabilities)
        if set(check.parameters) <= _WIDE and check.requirement not in _NOT_OF_AN_ANSWER
    )


@cache
def header_rules(capabilities: frozenset[str]) -> tuple[Rule, ...]:
    """Return the rules for the header section of an invoice by itself."""
    return tuple(
        Rule(check.requirement, check.name, _single(check))
        for check in _applicable(capabilities)
        if check.parameters == ("item",)
        and check.requirement.partition("-")[0] in {"CACHE", "HDR", "ETAG", "ITEM", "NEGO", "HTTP"}
        and check.requirement not in OF_AN_ELEMENT
    )


@cache
def revalidation_rules(capabilities: frozenset[str]) -> tuple[Check, ...]:
    """Return the checks that compare an answer with the one to its entity tag."""
    wanted = {"item", "item_not_modified"}
    return tuple(check for check in _applicable(capabilities) if set(check.parameters) == wanted)


def _fits_the_schema(exchange: Exchange) -> None:
    found = contract.problems(exchange.ok_document.get("data"), "invoice")
    if found:
        raise Violation("the schema of an invoice", "; ".join(found[:2]), exchange, part="/data")


def judged(exchange: ReadExchange, rules: Iterable[Rule], holding: set[str] | None = None) -> list[Hit]:
    """Judge by each rule; what holds is added to ``holding``.

    The schema finds what no other rule does: it counts when it is alone.
    """
    hits: list[Hit] = []
    for rule in rules:
        if rule.requirement == SCHEMA and hits:
            continue
        hits += hit_of(rule.requirement, rule.name, end_of(rule.judge, exchange), holding)
    return hits


def hit_of(requirement: str, name: str, ending: Ending, holding: set[str] | None = None) -> list[Hit]:
    """Return the violation that ``ending`` is, if it is one. A requirement that holds is added to ``holding``."""
    if isinstance(ending, Violation):
        return [Hit(requirement, name, ending)]
    if isinstance(ending, Passed) and holding is not None:
        holding.add(requirement)
    return []
