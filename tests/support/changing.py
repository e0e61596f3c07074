"""Correct servers whose data change while they are asked: what they show, their entity tags and lengths go together."""

from __future__ import annotations

import itertools
from collections.abc import Callable
from decimal import Context, Decimal
from typing import Any

from conformance.reference.app import Api
from conformance.reference.faults import Fault
from conformance.reference.faults.tools import alter_account_attributes, alter_values
from conformance.reference.message import Request
from conformance.reference.model import Invoice

_EXACT = Context(prec=100)

# From the number of the request, counted from zero, to the state of the data in it.
Clock = Callable[[int], int]


def every(period: int) -> Clock:
    """Let the data change after each ``period`` requests, never back."""
    return lambda number: number // period


def once(at: int) -> Clock:
    """Let the data change once."""
    return lambda number: int(number >= at)


def to_and_fro(period: int) -> Clock:
    """Let the data change after each ``period`` requests, and back."""
    return lambda number: number // period % 2


def growing(clock: Clock) -> Fault:
    """Return what lets each invoice, and the balance of each account, grow with the time."""

    def install(api: Api) -> None:
        numbers, state = itertools.count(), [0]

        def tick(_request: Request) -> None:
            state[0] = clock(next(numbers))

        def grow(values: dict[str, Any], _invoice: Invoice) -> None:
            for name in ("amount-spent", "services-amount-spent"):
                values[name] = _EXACT.add(values[name], Decimal(state[0]).scaleb(-2))
            values["service-transactions-count"] += state[0]

        api.on_request(tick)
        alter_values(api, grow)
        alter_account_attributes(
            api, lambda shown: shown.update(balance=f"{state[0]}.5") if "balance" in shown else None
        )

    return Fault("growing", "", frozenset(), "", "", install)
