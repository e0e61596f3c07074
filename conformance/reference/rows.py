"""Invoices in an SQLite table: filtered, sorted, counted and paged there, and read only as far as they are shown."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from decimal import ROUND_FLOOR, Context, Decimal
from typing import TYPE_CHECKING, Any, overload

from conformance.reference.generated import DECIMALS, INTEGRAL
from conformance.reference.model import Invoice, Traffic
from conformance.reference.selection import Condition, Kind, kind_of

if TYPE_CHECKING:
    import sqlite3
    from collections.abc import Iterator, Mapping

    from conformance.reference.model import Account

_EXACT = Context(prec=200)
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_MICROSECOND = timedelta(microseconds=1)
_LARGEST = 2**63 - 1
_ORDER = {"gt": ">", "gteq": ">=", "lt": "<", "lteq": "<="}
# Where an operand lies between two values that can be stored, it is compared as the lower one.
_BETWEEN = {"gt": ">", "gteq": ">", "lt": "<=", "lteq": "<="}
_TEXTS = {
    "cont": "instr({0}, {1}) > 0",
    "start": "substr({0}, 1, length({1})) = {1}",
    "end": "substr({0}, length({0}) + 1 - length({1})) = {1}",
}


def amount_text(amount: Decimal) -> str:
    """Return an amount that is not negative as it is stored: as many digits as fit."""
    return format(int(_EXACT.scaleb(amount, DECIMALS)), f"0{INTEGRAL + DECIMALS}d")


def microseconds(instant: datetime | None) -> int | None:
    """Return a point in time as it is stored."""
    return None if instant is None else (instant - _EPOCH) // _MICROSECOND


def stored(invoice: Invoice) -> tuple[Any, ...]:
    """Return the columns of an invoice, in the order of the table."""

    def direction(traffic: Traffic) -> tuple[Any, ...]:
        counters = (traffic.calls, traffic.successful, traffic.calls_duration, traffic.billing_duration)
        return amount_text(traffic.amount), *counters, microseconds(traffic.first), microseconds(traffic.last)

    return (
        invoice.id,
        invoice.account.customer.subject,
        invoice.account.id,
        invoice.reference,
        microseconds(invoice.start),
        microseconds(invoice.end),
        invoice.has_pdf,
        amount_text(invoice.amount),
        *direction(invoice.originated),
        *direction(invoice.terminated),
        amount_text(invoice.services_amount),
        invoice.services_count,
    )


def _instant(value: int | None) -> datetime | None:
    return None if value is None else _EPOCH + timedelta(microseconds=value)


def _amount(text: str) -> Decimal:
    return Decimal(f"{text[:INTEGRAL]}.{text[INTEGRAL:]}")


def _traffic(row: tuple[Any, ...]) -> Traffic:
    amount, calls, successful, calls_duration, billing_duration, first, last = row
    return Traffic(
        _amount(amount), calls, successful, calls_duration, billing_duration, _instant(first), _instant(last)
    )


def restored(row: tuple[Any, ...], accounts: Mapping[str, Account]) -> Invoice:
    """Return the invoice of a row."""
    start, end = _instant(row[4]), _instant(row[5])
    assert start is not None
    assert end is not None
    return Invoice(
        id=row[0],
        account=accounts[row[2]],
        reference=row[3],
        start=start,
        end=end,
        has_pdf=bool(row[6]),
        originated=_traffic(row[8:15]),
        terminated=_traffic(row[15:22]),
        services_amount=_amount(row[22]),
        services_count=row[23],
    )


def _placed(operand: Any, kind: Kind) -> tuple[Any, bool]:
    """Return an operand as it would be stored, rounded down to what can be, and whether nothing was lost."""
    if kind is Kind.DECIMAL:
        units = _EXACT.scaleb(operand, DECIMALS)
        whole = int(units.to_integral_value(ROUND_FLOOR, _EXACT))
        if whole < 0:
            return "", False
        text = format(whole, f"0{INTEGRAL + DECIMALS}d")
        return (text, units == whole) if len(text) == INTEGRAL + DECIMALS else (":", False)
    if kind is Kind.INSTANT:
        return microseconds(operand), True
    if kind is Kind.COUNT:
        return max(-_LARGEST, min(_LARGEST, operand)), True
    return operand, True


def _column(attribute: str) -> str:
    return attribute.replace("-", "_")


def _where(wanted: Condition) -> tuple[str, list[Any]]:
    """Return the SQL of a condition; null equals nothing and is in no range."""
    column, kind = _column(wanted.attribute), kind_of(wanted.attribute)
    if wanted.operator in ("in", "not_in"):
        values = [value for value, exact in (_placed(each, kind) for each in wanted.operand) if exact]
        inside = f"{column} IN ({','.join('?' * len(values))})"
        return (inside, values) if wanted.operator == "in" else (f"({column} IS NULL OR NOT {inside})", values)
    value, exact = _placed(wanted.operand, kind)
    if wanted.operator in ("eq", "not_eq"):
        if not exact:
            return ("1" if wanted.operator == "not_eq" else "0"), []
        return f"{column} {'IS' if wanted.operator == 'eq' else 'IS NOT'} ?", [value]
    if text := _TEXTS.get(wanted.operator):
        return text.format(column, "?"), [value] * text.count("{1}")
    return f"{column} {(_ORDER if exact else _BETWEEN)[wanted.operator]} ?", [value]


@dataclass(frozen=True)
class Rows(Sequence[Invoice]):
    """Invoices of the table. A slice is a list; what is not sliced out is not read."""

    connection: sqlite3.Connection
    accounts: Mapping[str, Account]
    conditions: str
    values: tuple[Any, ...]
    order: str = "id"

    def where(self, conditions: Sequence[Condition]) -> Rows:
        """Return the records that fulfil the conditions, too."""
        found = self
        for text, values in map(_where, conditions):
            found = replace(found, conditions=f"{found.conditions} AND {text}", values=(*found.values, *values))
        return found

    def ordered(self, order: Sequence[tuple[str, bool]]) -> Rows:
        """Order the records by the given attributes, true for descending, null above all; ties by id."""
        terms = []
        for attribute, descending in order:
            column, direction = _column(attribute), "DESC" if descending else "ASC"
            nullable = attribute == "reference" or attribute.endswith("-call-at")
            terms += [f"{column} IS NULL {direction}"] if nullable else []
            terms.append(f"{column} {direction}")
        return replace(self, order=", ".join([*terms, "id"]))

    def __len__(self) -> int:
        """Return how many rows are selected."""
        found = self.connection.execute(f"SELECT count(*) FROM invoices WHERE {self.conditions}", self.values)  # noqa: S608
        return int(found.fetchone()[0])

    def __iter__(self) -> Iterator[Invoice]:
        """Yield the selected invoices in their order."""
        return iter(self._read(-1, 0))

    def _read(self, limit: int, offset: int) -> list[Invoice]:
        # All parts are the constants above; what a client sends is bound.
        # What lies before the offset is passed over in an index, without its row.
        chosen = f"SELECT rowid FROM invoices WHERE {self.conditions} ORDER BY {self.order} LIMIT ? OFFSET ?"  # noqa: S608
        query = f"SELECT * FROM invoices WHERE rowid IN ({chosen}) ORDER BY {self.order}"  # noqa: S608
        rows = self.connection.execute(query, (*self.values, limit, min(offset, _LARGEST)))
        return [restored(row, self.accounts) for row in rows]

    @overload
    def __getitem__(self, index: int) -> Invoice: ...
    @overload
    def __getitem__(self, index: slice) -> list[Invoice]: ...
    def __getitem__(self, index: int | slice) -> Invoice | list[Invoice]:
        """Return one invoice, or a list of those of a slice."""
        if isinstance(index, slice):
            start, stop = index.start or 0, index.stop
            if start < 0 or (stop is not None and stop < 0) or index.step not in (None, 1):
                return list(self)[index]
            return self._read(-1 if stop is None else max(0, stop - start), start)
        found = self._read(1, index) if index >= 0 else list(self)[index:][:1]
        if not found:
            raise IndexError(index)
        return found[0]
