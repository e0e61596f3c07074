"""Judging hand-made exchanges: one check, with correct answers for all its arguments but those that are given."""

from __future__ import annotations

import inspect
from collections.abc import Callable, Mapping
from typing import Any

from conformance.judge.api import Violation
from conformance.model.exchange import Exchange, NotObserved
from tests.support.exchanges import exchange, refusal

Check = Callable[..., None]


def outcome(check: Check, *arguments: Any, **named: Any) -> str:
    """Return what ``check`` says of its arguments: passed, violated or not observed."""
    try:
        check(*arguments, **named)
    except NotObserved:
        return "not observed"
    except Violation as violation:
        told = (violation.expected, violation.observed)
        return "violated" if all(told) and "\n" not in "".join(told) else f"told badly: {told}"
    return "passed"


def said_by(check: Check, usual: Mapping[str, Exchange], **given: Any) -> str:
    """Return what ``check`` says: passed, violated or not observed.

    Arguments that are not ``given`` are those of ``usual``, else the documented invoice. The name of a set of
    exchanges stands for a tuple of one of them.
    """
    arguments: dict[str, Any] = {}
    for name in inspect.signature(check).parameters:
        bare = name.removeprefix("every_")
        value = given[name] if name in given else usual.get(bare, exchange(bare))
        arguments[name] = (value,) if name.startswith("every_") and isinstance(value, Exchange) else value
    return outcome(check, **arguments)


def lost(probe: str, **parts: Any) -> Exchange:
    """Return an exchange whose connection the server closed."""
    return exchange(probe, None, lost=True, **parts)


def hung(probe: str, **parts: Any) -> Exchange:
    """Return an exchange that was not answered in time."""
    return exchange(probe, None, failure="no complete answer within the time limit", **parts)


USUAL: Mapping[str, Exchange] = {
    name: refusal(status, name)
    for status, names in {
        400: ("unknown_include", "fields_unknown"),
        401: ("item_without_token",),
        404: ("unknown_item", "malformed_id", "odd_id"),
    }.items()
    for name in names
}
