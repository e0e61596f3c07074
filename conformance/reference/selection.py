"""Filtering and sorting of collections by the values of attributes."""

from __future__ import annotations

import functools
import operator
import re
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from enum import Enum
from typing import TYPE_CHECKING, Any, Protocol, runtime_checkable

from conformance.reference.data import DOCUMENTED, MAIN
from conformance.reference.model import Account, Invoice, Value

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Sequence

Record = Invoice | Account


class Kind(Enum):
    """What the values of an attribute are, and so how they compare."""

    TEXT = "text"
    DECIMAL = "decimal"
    COUNT = "count"
    INSTANT = "instant"
    FLAG = "flag"
    ID = "id"


def _kind(name: str) -> Kind:
    if name.endswith(("-date", "-call-at")):
        return Kind.INSTANT
    if name.endswith(("-count", "-duration", "-capacity")):
        return Kind.COUNT
    if name.endswith(("amount-spent", "balance", "-limit")):
        return Kind.DECIMAL
    return Kind.FLAG if name == "has-pdf" else Kind.TEXT


KINDS: dict[str, dict[str, Kind]] = {
    "invoices": {name: _kind(name) for name in DOCUMENTED.attributes()},
    "accounts": {name: _kind(name) for name in MAIN.attributes()},
}
"""The attributes of each resource type, in document order, with the kind of each."""


def kind_of(attribute: str) -> Kind:
    """Return the kind of an attribute of invoices, of ``id`` or of ``account-id``."""
    return Kind.ID if attribute in ("id", "account-id") else KINDS["invoices"][attribute]


RELATIONSHIPS: dict[str, tuple[str, ...]] = {"invoices": ("account",), "accounts": ()}

_COMPARISONS: dict[str, Callable[[Any, Any], bool]] = {
    "gt": operator.gt,
    "gteq": operator.ge,
    "lt": operator.lt,
    "lteq": operator.le,
    "cont": operator.contains,
    "start": str.startswith,
    "end": str.endswith,
}
_EQUALITY = ("eq", "not_eq", "in", "not_in")
_ORDER = (*_EQUALITY, "gt", "gteq", "lt", "lteq")
_OPERATORS = {
    Kind.TEXT: (*_EQUALITY, "cont", "start", "end"),
    Kind.DECIMAL: _ORDER,
    Kind.COUNT: _ORDER,
    Kind.INSTANT: _ORDER,
    Kind.FLAG: ("eq", "not_eq"),
    Kind.ID: _EQUALITY,
}

_FORMS = {
    Kind.DECIMAL: re.compile(r"-?[0-9]{1,60}(\.[0-9]{1,60})?"),
    Kind.COUNT: re.compile(r"-?[0-9]{1,60}"),
    Kind.INSTANT: re.compile(r"\d{4}-\d\d-\d\d[Tt]\d\d:\d\d:\d\d(\.\d{1,9})?([Zz]|[+-]\d\d:\d\d)", re.ASCII),
    Kind.FLAG: re.compile(r"true|false"),
    Kind.ID: re.compile(r"[0-9A-Fa-f]{8}(-[0-9A-Fa-f]{4}){3}-[0-9A-Fa-f]{12}"),
}


@dataclass(frozen=True)
class Condition:
    """One filter: the attribute, the operator and its operand, a tuple for ``in`` and ``not_in``."""

    attribute: str
    operator: str
    operand: Any


def filter_names(resource_type: str) -> dict[str, tuple[str, str, Kind]]:
    """Return every filter of a type by its name on the wire: attribute, operator and kind."""
    kinds = {"id": Kind.ID, **KINDS[resource_type]}
    if "account" in RELATIONSHIPS[resource_type]:
        kinds["account-id"] = Kind.ID
    return {
        f"{name.replace('-', '_')}_{action}": (name, action, kind)
        for name, kind in kinds.items()
        for action in _OPERATORS[kind]
    }


def operand(text: str, kind: Kind) -> Value:
    """Return the value that a filter's text means.

    Raises:
        ValueError: When the text is not a value of that kind.
    """
    if kind is Kind.TEXT:
        return text
    if not _FORMS[kind].fullmatch(text):
        raise ValueError(text)
    match kind:
        case Kind.DECIMAL:
            return Decimal(text)
        case Kind.COUNT:
            return int(text)
        case Kind.INSTANT:
            return datetime.fromisoformat(text.upper())
        case Kind.FLAG:
            return text == "true"
        case _:
            return text.lower()


def condition(name: str, text: str, resource_type: str) -> Condition:
    """Return the condition of ``filter[name]=text``.

    Raises:
        KeyError: When there is no such filter.
        ValueError: When the text is not a value for it.
    """
    attribute, action, kind = filter_names(resource_type)[name]
    if action in ("in", "not_in"):
        return Condition(attribute, action, tuple(operand(part, kind) for part in text.split(",")) if text else ())
    return Condition(attribute, action, operand(text, kind))


@runtime_checkable
class Database(Protocol):
    """Records that can filter and sort themselves."""

    def where(self, conditions: Sequence[Condition]) -> Sequence[Record]:
        """Return the records that fulfil all conditions."""

    def ordered(self, order: Sequence[tuple[str, bool]]) -> Sequence[Record]:
        """Return the records by the given attributes, true for descending; ties by id."""


class Selection:
    """The part of the server that filters and sorts."""

    def values(self, record: Record) -> dict[str, Value]:
        """Return the values of all attributes, for documents, filters and sorts alike."""
        return record.attributes()

    def value_of(self, record: Record, attribute: str) -> Value:
        """Return the value of an attribute, of ``id`` or of ``account-id``."""
        if attribute == "id":
            return record.id
        if attribute == "account-id" and isinstance(record, Invoice):
            return record.account.id
        return self.values(record)[attribute]

    def matches(self, record: Record, wanted: Condition) -> bool:
        """Return whether the record fulfils the condition. Null equals nothing and is in no range."""
        value = self.value_of(record, wanted.attribute)
        match wanted.operator:
            case "eq":
                return bool(value == wanted.operand)
            case "not_eq":
                return bool(value != wanted.operand)
            case "in":
                return value in wanted.operand
            case "not_in":
                return value not in wanted.operand
            case name:
                return value is not None and _COMPARISONS[name](value, wanted.operand)

    def sort_key(self, record: Record, attribute: str) -> Any:
        """Return what an attribute is ordered by: its value, null above all."""
        value = self.value_of(record, attribute)
        return (value is None, value)

    def select(self, records: Iterable[Record], conditions: Sequence[Condition]) -> Sequence[Record]:
        """Return the records that fulfil all conditions; ask a database, unless a method it stands for is altered."""
        if isinstance(records, Database) and vars(self).keys().isdisjoint(("values", "value_of", "matches")):
            return records.where(conditions)
        return [record for record in records if all(self.matches(record, wanted) for wanted in conditions)]

    def arrange(self, records: Iterable[Record], order: Sequence[tuple[str, bool]]) -> Sequence[Record]:
        """Return the records by the given attributes, true for descending; ties by id, so that pages are stable."""
        if isinstance(records, Database) and vars(self).keys().isdisjoint(("values", "value_of", "sort_key")):
            return records.ordered(order)
        arranged = sorted(records, key=lambda record: record.id)
        for attribute, descending in reversed(order):
            arranged.sort(key=functools.partial(self.sort_key, attribute=attribute), reverse=descending)
        return arranged
