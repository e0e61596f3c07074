"""What the checks say of hand-made exchanges, or of a correct server with some of its answers changed."""

from __future__ import annotations

import importlib
import inspect
import itertools
import pkgutil
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from functools import cache, cached_property
from types import ModuleType
from typing import Any, Final

from conformance import checks as package
from conformance.checks import (
    test_attributes,
    test_authentication,
    test_caching,
    test_conditional,
    test_cookies,
    test_disclosure,
    test_error_documents,
    test_errors,
    test_headers,
    test_http,
    test_isolation,
    test_item,
    test_json,
    test_links,
    test_methods,
    test_negotiation,
    test_not_modified,
    test_parameters,
    test_ranges,
    test_related,
    test_relationship,
    test_semantics,
    test_structure,
    test_tokens,
    test_transport,
    test_validators,
)
from conformance.judge.api import Violation
from conformance.model.exchange import Exchange, NotObserved
from conformance.plan import probes
from conformance.plan.parameters import EVERY
from conformance.plan.probe import Family
from conformance.tokens.inspected import TokenFacts
from tests.support.changes import altered
from tests.support.correct import answers
from tests.support.exchanges import exchange

Check = Callable[..., None]
Given = Mapping[str, Exchange]
PASSED, VIOLATED, NOT_OBSERVED = "passed", "violated", "not observed"
# What checks are given beside exchanges.
FACTS: Final = TokenFacts(is_jwt=True, guessable_key=False, lifetime=600.0)
CONTEXT: Final[Mapping[str, Any]] = {"token_facts": FACTS, "signing_key_bits": 256, "max_latency": 1.0}


# What belongs to the arguments over the whole record.
RECORD: Final[Mapping[str, Callable[[Exchange], bool]]] = {
    "every_exchange": lambda _: True,
    "every_answer": lambda each: each.answer is not None,
    "every_error": lambda each: each.answer is not None and each.status >= 400,
    "every_success": lambda each: each.succeeded,
}


def claimed(check: Check) -> str:
    """Return the requirement that a check claims."""
    (mark,) = check.pytestmark  # type: ignore[attr-defined]
    return str(mark.args[0])


@cache
def checks(*modules: ModuleType) -> tuple[Check, ...]:
    """Return every check of ``modules``, by default of all."""
    if not modules:
        names = (f"{package.__name__}.{each.name}" for each in pkgutil.iter_modules(package.__path__))
        modules = tuple(importlib.import_module(name) for name in names if ".test_" in name)
    return tuple(each for module in modules for name, each in vars(module).items() if name.startswith("test_"))


@cache
def parameters(check: Check) -> tuple[str, ...]:
    """Return the names of the arguments of a check."""
    return tuple(inspect.signature(check).parameters)


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


def arguments(check: Check, given: Given, record: Given | None = None) -> dict[str, list[Any]]:
    """Return what each argument of a check may stand for when ``given`` was answered, as for ``judged``."""
    record = given if record is None else record
    return {name: _values(name, given, record) for name in parameters(check)}


def _said(check: Check, arguments: Mapping[str, Any]) -> str:
    try:
        check(**arguments)
    except NotObserved:
        return NOT_OBSERVED
    except Violation as violation:
        texts = (violation.expected, violation.observed)
        assert all(texts), texts
        assert "\n" not in "".join(texts), texts
        return VIOLATED
    return PASSED


def _gravest(check: Check, values: Mapping[str, list[Any]]) -> str:
    """Return the gravest of what a check says of each combination of the values of its arguments."""
    calls = (dict(zip(values, each, strict=True)) for each in itertools.product(*values.values()))
    return min((_said(check, call) for call in calls), key=(VIOLATED, PASSED, NOT_OBSERVED).index)


def outcome(check: Check, *positional: Any, **named: Any) -> str:
    """Return what a check says of its arguments; those that are not given are answers of the correct server.

    One exchange stands for a set of one, too. ``named`` may have more than the check wants.
    """
    given = {**named, **dict(zip(parameters(check), positional, strict=False))}
    values = {
        name: [given[name]] if name in given else _values(name, answers(), answers()) for name in parameters(check)
    }
    for name, (first, *_) in values.items():
        if name.startswith(EVERY) and isinstance(first, Exchange):
            values[name] = [(first,)]
    return _gravest(check, values)


def judged(check: Check, given: Given, record: Given | None = None) -> str:
    """Return what a check says when nothing but ``given`` was answered; ``record`` is what the whole record has."""
    return _gravest(check, arguments(check, given, record))


@dataclass(frozen=True)
class Group:
    """The checks of some areas, judged together: a fault is found by one of them only.

    ``base`` are the answers of a correct server.
    """

    modules: tuple[ModuleType, ...]
    base: Callable[[], Given] = answers

    @property
    def checks(self) -> tuple[Check, ...]:
        """All checks of the areas."""
        return checks(*self.modules)

    @cached_property
    def answers(self) -> Given:
        """The answers of the correct server that the checks name."""
        names = {name for check in self.checks for name in parameters(check)} - RECORD.keys() - CONTEXT.keys()
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
            names = parameters(check)
            if not RECORD.keys().isdisjoint(names) or not named.isdisjoint(name.removeprefix(EVERY) for name in names):
                found[claimed(check), check.__name__] = judged(check, given, apart)
        return found

    def violations(self, changes: Given) -> set[tuple[str, str]]:
        """Return requirement and name of the checks that find a fault in such a server."""
        return {check for check, said in self.outcomes(changes).items() if said == VIOLATED}

    def violated(self, changes: Given) -> set[str]:
        """Return the requirements that do not hold for a server that is correct but for ``changes``."""
        return {requirement for requirement, _ in self.violations(changes)}

    def unviolated(self, faults: Iterable[Given], *areas: str) -> set[tuple[str, str]]:
        """Return the checks that none of ``faults`` violates, of all requirements or of those of ``areas``."""
        own = {(claimed(check), check.__name__) for check in self.checks if claimed(check).startswith(areas or "")}
        return own.difference(*map(self.violations, faults))


INVOICES = Group(
    (
        test_attributes,
        test_item,
        test_json,
        test_links,
        test_related,
        test_relationship,
        test_semantics,
        test_structure,
    )
)
HTTP = Group((test_validators, test_conditional, test_not_modified, test_ranges, test_caching, test_http, test_methods))
POLICY = Group(
    (
        test_negotiation,
        test_error_documents,
        test_errors,
        test_headers,
        test_parameters,
        test_authentication,
        test_disclosure,
    )
)
CUSTOMERS = Group((test_tokens, test_isolation, test_cookies, test_transport))
