"""What the checks say of hand-made exchanges, or of a correct server with some of its answers changed."""

from __future__ import annotations

import itertools
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from functools import cache, cached_property
from typing import Any, Final

from conformance.judge import suite
from conformance.judge.endings import NotJudged, Violation, end_of
from conformance.model.exchange import Exchange
from conformance.model.requirements import registry
from conformance.plan import probes
from conformance.plan.parameters import EVERY
from conformance.plan.probe import Family
from conformance.tokens.inspected import TokenFacts
from tests.support.changes import altered
from tests.support.correct import answers
from tests.support.exchanges import ORIGIN, exchange

Function = Callable[..., None]
Given = Mapping[str, Exchange]
PASSED, VIOLATED, NOT_OBSERVED = "passed", "violated", "not observed"
# What checks are given beside exchanges.
FACTS: Final = TokenFacts(is_jwt=True, guessable_key=False, lifetime=600.0)
CONTEXT: Final[Mapping[str, Any]] = {
    "link_origin": ORIGIN,
    "token_facts": FACTS,
    "signing_key_bits": 256,
    "max_latency": 1.0,
}
# What belongs to the arguments over the whole record.
RECORD: Final[Mapping[str, Callable[[Exchange], bool]]] = {
    "every_exchange": lambda _: True,
    "every_answer": lambda each: each.answer is not None,
    "every_error": lambda each: each.answer is not None and each.status >= 400,
    "every_success": lambda each: each.succeeded,
}


@cache
def parameters(function: Function) -> tuple[str, ...]:
    """Return the names of the arguments of a check."""
    check = suite.Check.of(function)
    assert check is not None, function
    return check.parameters


@cache
def _members(name: str) -> tuple[str, ...]:
    """Return the names of the probes that the probe or family ``name`` stands for."""
    entry = probes.declared()[name]
    return tuple(each.name for each in entry) if isinstance(entry, Family) else (name,)


def _values(name: str, given: Given, record: Given) -> list[Any]:
    """Return what the argument ``name`` may stand for: one value, or each variant of a family."""
    if name in CONTEXT:
        return [CONTEXT[name]]
    if name in RECORD:
        return [tuple(filter(RECORD[name], record.values()))]
    if name.startswith(EVERY):
        members = _members(name.removeprefix(EVERY))
        return [tuple(each for each in given.values() if each.probe in members)]
    answered = [given[key] for key in _members(name) if key in given]
    return answered or [exchange(name, None)]


def arguments(function: Function, given: Given, record: Given | None = None) -> dict[str, list[Any]]:
    """Return what each argument of a check may stand for when ``given`` was answered, as for ``judged``."""
    record = given if record is None else record
    return {name: _values(name, given, record) for name in parameters(function)}


def _result(function: Function, values: Mapping[str, Any]) -> str:
    ending = end_of(function, **values)
    if isinstance(ending, Violation):
        texts = (ending.expected, ending.observed)
        assert all(texts), texts
        assert "\n" not in "".join(texts), texts
        assert "None" not in texts, texts
        return VIOLATED
    if isinstance(ending, NotJudged):
        assert ending.owner is None or ending.owner in registry(), ending
        return NOT_OBSERVED
    return PASSED


def _gravest(function: Function, values: Mapping[str, list[Any]]) -> str:
    """Return the gravest of what a check says of each combination of the values of its arguments."""
    calls = (dict(zip(values, each, strict=True)) for each in itertools.product(*values.values()))
    return min((_result(function, call) for call in calls), key=(VIOLATED, PASSED, NOT_OBSERVED).index)


def outcome(function: Function, *positional: Any, **named: Any) -> str:
    """Return what a check says of its arguments; those that are not given are answers of the correct server.

    One exchange stands for a set of one, too. ``named`` may have more than the check wants.
    """
    given = {**named, **dict(zip(parameters(function), positional, strict=False))}
    values = {name: [given[name]] for name in parameters(function) if name in given}
    for name, (value,) in values.items():
        if name.startswith(EVERY) and isinstance(value, Exchange):
            values[name] = [(value,)]
    return _gravest(function, {**arguments(function, answers()), **values})


def judged(function: Function, given: Given, record: Given | None = None) -> str:
    """Return what a check says when nothing but ``given`` was answered; ``record`` is what the whole record has."""
    return _gravest(function, arguments(function, given, record))


@dataclass(frozen=True)
class Group:
    """The checks of some areas, judged together: a fault is found by one of them only.

    ``base`` are the answers of a correct server.
    """

    areas: tuple[str, ...]
    base: Callable[[], Given] = answers

    @cached_property
    def checks(self) -> tuple[suite.Check, ...]:
        """The checks in the modules of the areas."""
        modules = {f"test_{area}" for area in self.areas}
        found = tuple(check for check in suite.checks() if check.module in modules)
        assert {check.module for check in found} == modules
        return found

    @cached_property
    def answers(self) -> Given:
        """The answers of the correct server that the checks name."""
        names = {name for check in self.checks for name in check.parameters} - RECORD.keys() - CONTEXT.keys()
        named = {probe for name in names for probe in _members(name.removeprefix(EVERY))}
        return {name: each for name, each in self.base().items() if name in named}

    def throughout(self, *statuses: int, **parts: Any) -> dict[str, Exchange]:
        """Return these answers, or those with one of ``statuses``, changed as by ``altered``.

        Those without content have no other fields than ``headers`` changed.
        """
        return {
            name: altered(given, **parts)
            for name, given in self.answers.items()
            if (not statuses or given.status in statuses) and (given.body or parts.keys() == {"headers"})
        }

    def outcomes(self, changes: Given) -> dict[tuple[str, str], str]:
        """Return what each check, by requirement and name, says of a server that is correct but for ``changes``.

        Checks that have nothing to do with the changes are left out. Those of the whole record see what is changed,
        and the invoice: that the rest is correct is tested apart.
        """
        given = {**self.base(), **changes}
        apart = {name: given[name] for name in {"item": None, **changes}}
        named = {name for each in changes.values() for name in (each.probe, each.probe.partition("[")[0])}
        found = {}
        for check in self.checks:
            names = {name.removeprefix(EVERY) for name in check.parameters}
            if check.is_record_wide or not named.isdisjoint(names):
                found[check.requirement, check.name] = judged(check.function, given, apart)
        return found

    def violations(self, changes: Given) -> set[tuple[str, str]]:
        """Return requirement and name of the checks that find a fault in such a server."""
        return {check for check, result in self.outcomes(changes).items() if result == VIOLATED}

    def violated(self, changes: Given) -> set[str]:
        """Return the requirements that do not hold for a server that is correct but for ``changes``."""
        return {requirement for requirement, _ in self.violations(changes)}

    def unviolated(self, faults: Iterable[Given], *prefixes: str) -> set[tuple[str, str]]:
        """Return the checks that none of ``faults`` violates, of all requirements or of those with ``prefixes``."""
        own = {(each.requirement, each.name) for each in self.checks if each.requirement.startswith(prefixes or "")}
        return own.difference(*map(self.violations, faults))


INVOICES = Group(("attributes", "item", "json", "links", "related", "relationship", "semantics", "structure"))
HTTP = Group(("validators", "conditional", "not_modified", "ranges", "caching", "http", "methods"))
POLICY = Group(("negotiation", "error_documents", "errors", "headers", "parameters", "authentication", "disclosure"))
CUSTOMERS = Group(("tokens", "isolation", "cookies", "transport"))
