"""The order of a list by the values that attributes mean."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from itertools import groupby, pairwise
from typing import Any

from conformance.model.exchange import Exchange, NotObserved
from conformance.reading import collection_pages
from conformance.syntax.scalars import shown

# Words that begin so come by their first letters in every collation: no digraph of any alphabet is among them.
_WORD = re.compile("[bcdfghjklmnpqrst][aeiou]")


def _ordinals(elements: Sequence[collection_pages.Object], name: str) -> list[Any]:
    """Return what each element is ordered by; None where the order is open: null, and most texts."""
    values = collection_pages.values(elements, name)
    return [(value[0] if _WORD.match(value) else None) if isinstance(value, str) else value for value in values]


def differing(elements: Iterable[collection_pages.Object], name: str) -> bool:
    """Return whether there are two elements whose order is not open. Raises NotObserved for an unreadable value."""
    return len({*_ordinals([*elements], name)} - {None}) > 1


def disorder(elements: Iterable[collection_pages.Object], name: str, *, descending: bool = False) -> str | None:
    """Return where ``elements`` are not in the order of the attribute ``name``; None when they are.

    Nulls may stand anywhere. Which flag comes first is open; the other one follows. Raises NotObserved for an
    unreadable value.
    """
    every = [*elements]
    rows = [(ordinal, each) for ordinal, each in zip(_ordinals(every, name), every, strict=True) if ordinal is not None]
    if any(isinstance(ordinal, bool) for ordinal, _ in rows):
        runs = [flag for flag, _ in groupby(ordinal for ordinal, _ in rows)]
        return None if len(runs) <= 2 else f"{name} changes {len(runs) - 1} times"
    for (one, before), (other, after) in pairwise(rows):
        if (one < other) if descending else (one > other):
            first, second = (shown(collection_pages.written(each, name)) for each in (before, after))
            return f"{first} before {second}"
    return None


def text_disorder(elements: Iterable[collection_pages.Object], name: str, *, descending: bool) -> str | None:
    """Return where ``elements`` are not in the order of the texts of the attribute ``name``; None when they are."""
    shown_values = (collection_pages.written(element, name) for element in elements)
    texts = [str(value) for value in shown_values if value is not None]
    for before, after in pairwise(texts):
        if (before < after) if descending else (before > after):
            return f"{shown(before)} before {shown(after)}"
    return None


def asked_order(page: Exchange) -> list[tuple[str, bool]]:
    """Return the sort fields that were asked for, each with whether it is descending."""
    fields = dict(collection_pages.parameters(page.request.url))["sort"].split(",")
    return [(field.removeprefix("-"), field.startswith("-")) for field in fields]


def is_unsorted(page: Exchange) -> bool:
    """Return whether a page that was accepted is not in the order of its first sort field, as far as can be read."""
    name, descending = asked_order(page)[0]
    try:
        return disorder(collection_pages.elements(page).values(), name, descending=descending) is not None
    except NotObserved:
        return False


def tied(elements: Sequence[collection_pages.Object], name: str) -> list[list[collection_pages.Object]]:
    """Return the runs of neighbours with the same value of ``name``, null included."""
    return [list(run) for _, run in groupby(elements, key=lambda element: collection_pages.value(element, name))]
