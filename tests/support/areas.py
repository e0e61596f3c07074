"""The checks of the areas about the invoice itself, judged together: a fault is found by one of them only."""

from __future__ import annotations

import inspect
from collections.abc import Callable, Mapping
from typing import Any, Final

from conformance.checks import (
    test_attributes,
    test_item,
    test_json,
    test_links,
    test_related,
    test_relationship,
    test_semantics,
    test_structure,
)
from conformance.judge import api
from conformance.model.exchange import Exchange
from conformance.plan.parameters import RECORD_WIDE
from tests.support import judged
from tests.support.correct import answers
from tests.support.exchanges import exchange

Check = Callable[..., None]
_RECORD = frozenset(name.removeprefix("every_") for name in RECORD_WIDE)

CHECKS: Final[tuple[Check, ...]] = tuple(
    function
    for module in (
        test_attributes,
        test_item,
        test_json,
        test_links,
        test_related,
        test_relationship,
        test_semantics,
        test_structure,
    )
    for name, function in inspect.getmembers(module, inspect.isfunction)
    if name.startswith("test_")
)


def claimed(check: Check) -> str:
    """Return the requirement that a check claims."""
    requirement = api.claimed(check)
    assert requirement
    return requirement


def outcome(check: Check, given: Mapping[str, Exchange]) -> str:
    """Return what a check says of the answers ``given`` by probe: passed, violated or not observed.

    What is not given was not answered. ``every_item`` and its like stand for that answer and the one named other_item.
    """
    every = tuple(given.values())
    arguments: dict[str, Any] = {}
    for name in inspect.signature(check).parameters:
        if name in RECORD_WIDE:
            arguments[name] = tuple(each for each in every if name != "every_success" or each.succeeded)
        elif name.startswith("every_"):
            wanted = name.removeprefix("every_")
            arguments[name] = tuple(each for key, each in given.items() if key in {wanted, f"other_{wanted}"})
        else:
            arguments[name] = given.get(name) or exchange(name, None)
    return judged.outcome(check, **arguments)


def violated(changes: Mapping[str, Exchange]) -> set[str]:
    """Return the requirements that do not hold when the answers of a correct server are changed so.

    Checks that have nothing to do with the changed answers are left out, and so are the unchanged answers where a
    check judges each one by itself: that a correct server satisfies them all is tested apart.
    """
    given = {**answers(), **changes}
    apart = {name: given[name] for name in {"item", *changes}}
    found = set()
    for check in CHECKS:
        names = {name.removeprefix("every_") for name in inspect.signature(check).parameters}
        wide = names <= _RECORD
        if wide or not names.isdisjoint(changes) or "other_item" in changes:
            result = outcome(check, apart if wide else given)
            assert result in {"passed", "violated", "not observed"}, result
            found |= {claimed(check)} if result == "violated" else set()
    return found
