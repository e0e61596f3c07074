"""Invoices made by SQLite itself: any number, the same in every process, each another mixture of what occurs.

A statement computes all columns from the number of the row, so that a hundred thousand take half a second.
"""

from __future__ import annotations

import hashlib
import uuid
from datetime import UTC, datetime
from decimal import Decimal

from conformance.reference.data import CUSTOMER
from conformance.reference.model import Account

PER_ACCOUNT = 250
"""Invoices of one account: weeks one after the other, so that the periods do not overlap."""
INTEGRAL, DECIMALS = 20, 18
"""Digits of a stored amount. All have the same length, so that the order of the texts is that of the numbers."""

_END = datetime(2024, 11, 1, tzinfo=UTC)
_WEEK = 7 * 24 * 3600 * 1000
# A prime below 2^31, so that no product leaves the 64 bits of an integer of SQLite.
_PRIME = 2**31 - 1
_CURRENCIES = ("EUR", "CHF", "USD", "JPY")

COLUMNS = """
    id TEXT PRIMARY KEY, customer INTEGER, account_id TEXT, reference TEXT, start_date INTEGER, end_date INTEGER,
    has_pdf INTEGER, amount_spent TEXT,
    originated_amount_spent TEXT, originated_calls_count INTEGER, originated_successful_calls_count INTEGER,
    originated_calls_duration INTEGER, originated_billing_duration INTEGER,
    originated_first_call_at INTEGER, originated_last_call_at INTEGER,
    terminated_amount_spent TEXT, terminated_calls_count INTEGER, terminated_successful_calls_count INTEGER,
    terminated_calls_duration INTEGER, terminated_billing_duration INTEGER,
    terminated_first_call_at INTEGER, terminated_last_call_at INTEGER,
    services_amount_spent TEXT, service_transactions_count INTEGER
"""
"""Instants are microseconds since 1970, durations seconds."""


def accounts(invoices: int) -> tuple[Account, ...]:
    """Return the accounts that so many generated invoices need."""
    return tuple(_account(number) for number in range(-(-invoices // PER_ACCOUNT)))


def _account(number: int) -> Account:
    digest = hashlib.sha256(f"account {number}".encode()).digest()
    limited = number % 3 == 0
    return Account(
        id=str(uuid.UUID(bytes=digest[:16], version=4)),
        customer=CUSTOMER,
        name=f"Account {number + 1}",
        balance=Decimal(int.from_bytes(digest[16:20], "big")).scaleb(-4),
        min_balance=Decimal("0.0"),
        max_balance=Decimal("1000000.0"),
        destination_rate_limit=Decimal("0.5") if limited else None,
        origination_capacity=digest[20] if limited else None,
        termination_capacity=digest[21] if limited else None,
        total_capacity=digest[20] + digest[21] if limited else None,
        currency=_CURRENCIES[number % len(_CURRENCIES)],
    )


def _mixed(number: int) -> str:
    """Return an expression that makes of ``n`` a number below the prime, another one for each ``number``."""
    factors = hashlib.sha256(f"column {number}".encode()).digest()
    one, two, three = (int.from_bytes(factors[place : place + 4], "big") % _PRIME for place in (0, 4, 8))
    return f"((n * n % {_PRIME} + n * {one} + {two}) % {_PRIME}) * {three} % {_PRIME}"


def _text(units: str) -> str:
    """Return an expression for a stored amount of so many millionths of a millionth."""
    return f"printf('%020d%012d000000', {units} / 1000000000000, {units} % 1000000000000)"


def _direction(name: str, kinds: str, first: int) -> tuple[str, str, str, str]:
    """Return the columns of one direction in stages: each column depends on columns of earlier stages only."""
    h = [f"h{first + number}" for number in range(6)]
    calls = f"""CASE WHEN NOT ({kinds}) THEN 0 WHEN kind IN (5, 8) THEN 1 WHEN kind = 4 THEN 1 + {h[0]} % 40
        WHEN kind = 6 THEN 1 + {h[0]} % 1000000 ELSE 1 + {h[0]} % 5000 END AS {name}_calls"""
    good = f"CASE WHEN {name}_calls = 0 OR kind = 4 THEN 0 ELSE 1 + {h[1]} % {name}_calls END AS {name}_good"
    talk = f"""{name}_good * (1 + {h[2]} % 600) AS {name}_talk,
        CASE WHEN {name}_calls = 0 THEN NULL ELSE start_ms + {h[3]} % {_WEEK} END AS {name}_first"""
    amount = f"""CASE WHEN {name}_good = 0 THEN 0 WHEN kind = 5 THEN 1 + {h[4]} % 999
            WHEN kind = 6 THEN {h[4]} % 2000000 * 1000000000000 + {h[5]} * 465
            ELSE ({name}_talk + 59) / 60 * (1 + {h[4]} % 900) * 10000000 END AS {name}_units,
        CASE {name}_calls WHEN 0 THEN NULL WHEN 1 THEN {name}_first
            ELSE {name}_first + {h[5]} % (start_ms + {_WEEK} - {name}_first) END AS {name}_last"""
    return calls, good, talk, amount


def _columns(name: str) -> str:
    return f"""{_text(f"{name}_units")}, {name}_calls, {name}_good, {name}_talk, ({name}_talk + 59) / 60 * 60,
        {name}_first * 1000, {name}_last * 1000"""


def statement() -> str:
    """Return the INSERT for ``:count`` invoices of ``:customer``, of the ``:accounts`` accounts in ``accounts``."""
    originated = _direction("o", "kind IN (4, 5, 6, 8) OR kind > 8", 3)
    terminated = _direction("t", "kind IN (5, 6, 7) OR kind > 9", 9)
    stages = ",\n".join(
        f"stage{number} AS MATERIALIZED (SELECT *, {one}, {other} FROM {f'stage{number - 1}' if number else 'mixed'})"  # noqa: S608 - as below
        for number, (one, other) in enumerate(zip(originated, terminated, strict=True))
    )
    mixed = ", ".join(f"{_mixed(number)} AS h{number}" for number in range(19))
    end = int(_END.timestamp() * 1000)
    return f"""
        INSERT INTO invoices
        WITH RECURSIVE counter(n) AS (SELECT 0 UNION ALL SELECT n + 1 FROM counter WHERE n + 1 < :count),
        hashed AS MATERIALIZED (SELECT n, {mixed} FROM counter),
        mixed AS MATERIALIZED (SELECT *, h0 % 16 AS kind, n % :accounts AS account,
            -- Accounts of four share the borders of their weeks; the others have each their own.
            {end} - (n / :accounts + 1) * {_WEEK}
                + CASE n % :accounts % 4 WHEN 0 THEN n % :accounts * 2220253 % 86400000 ELSE 0 END AS start_ms,
            CASE WHEN h0 % 16 IN (2, 3, 6) OR h0 % 16 > 12 THEN 1 + h15 % 20 ELSE 0 END AS services
            FROM hashed),
        {stages},
        summed AS MATERIALIZED (SELECT *, CASE WHEN services = 0 OR kind = 3 THEN 0
            ELSE (1 + h16 % 100000) * 10000000000 END AS s_units FROM stage3)
        SELECT printf('%08x-%04x-4%03x-%04x-%08x%04x', n * 2654435761 % 4294967296, h0 % 65536, h1 % 4096,
                32768 + h2 % 16384, h17, h18 % 65536),
            :customer, accounts.id,
            CASE h1 % 8 WHEN 0 THEN NULL WHEN 1 THEN '' WHEN 2 THEN printf('%d', n) WHEN 3 THEN printf('2024/%d', n)
                WHEN 4 THEN printf('Rechnung № %d aus Zürich', n) WHEN 5 THEN printf('"%d" \\ </b>', n)
                WHEN 6 THEN printf('INV-%06d', n) ELSE printf('東京 📞 %d', n) END,
            start_ms * 1000, (start_ms + {_WEEK}) * 1000, h2 % 2, {_text("(o_units + t_units + s_units)")},
            {_columns("o")}, {_columns("t")}, {_text("s_units")}, services
        FROM summed JOIN accounts ON accounts.number = account
    """  # noqa: S608 - nothing in it comes from outside
