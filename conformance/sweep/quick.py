"""A quick look at an invoice: nothing when all is as documented, else the requirements that have to be judged.

It may suspect too much, since the judging functions decide; it must not overlook anything. Texts in the documented form
of a time are in the order of the times.
"""

from __future__ import annotations

import re
from collections.abc import Collection
from datetime import datetime
from decimal import Context, Decimal
from functools import cache
from operator import itemgetter
from typing import Any

import jsonschema_rs

from conformance.model import contract
from conformance.sweep import authority

_NAMES = contract.attribute_names()
_VALUES = itemgetter(*_NAMES)
_AMOUNT = re.compile(r"(?:0|[1-9][0-9]{0,99})\.[0-9]{1,99}")
_TIME = re.compile(
    r"[0-9]{4}-(?:0[1-9]|1[0-2])-(?:0[1-9]|[12][0-9]|3[01])T(?:[01][0-9]|2[0-3]):[0-5][0-9]:[0-5][0-9]\.[0-9]{3}Z"
)
_ID = re.compile(r"[0-9a-f]{8}-[0-9a-f]{4}-[1-8][0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}")
_LARGEST = 2**53 - 1
_EXACT = Context(prec=1000)
_MEMBERS = {"id", "type", "links", "attributes", "relationships"}
_ATTRIBUTES = frozenset(_NAMES)
_NONE: frozenset[str] = frozenset()
EVERYTHING = authority.OF_AN_ELEMENT | {authority.SCHEMA}


@cache
def compiled() -> jsonschema_rs.Draft202012Validator:
    """Return the validator of an invoice, compiled. It asserts formats, as the validator of record does."""
    documents = {contract.schema_path(name).as_uri(): contract.schema(name) for name in contract.schema_names()}
    registry = jsonschema_rs.Registry(list(documents.items()))
    root = {"$schema": "https://json-schema.org/draft/2020-12/schema", "$ref": contract.schema_path("invoice").as_uri()}
    return jsonschema_rs.Draft202012Validator(root, registry=registry, validate_formats=True)


def _are_amounts(total: Any, one: Any, two: Any, three: Any) -> bool:
    return all(type(each) is str and _AMOUNT.fullmatch(each) for each in (total, one, two, three))


def _is_time(value: Any) -> bool:
    if type(value) is not str or not _TIME.fullmatch(value):
        return False
    try:
        datetime.fromisoformat(value[:-1])
    except ValueError:
        return False
    return True


def _sums_up(total: str, one: str, two: str, three: str) -> bool:
    if one == two == three == "0.0":
        return total == "0.0"
    add = _EXACT.add
    return add(add(Decimal(one), Decimal(two)), Decimal(three)) == Decimal(total)


def _direction(values: tuple[Any, ...], start: str, end: str) -> bool:
    """Return whether one direction fits together: amount, calls, successful ones, durations, first and last call."""
    amount, calls, good, talk, billed, first, last = values
    if calls == 0:
        nothing = good == 0 and talk == 0 and billed == 0 and first is None and last is None
        return nothing and not amount.strip("0.")
    return good <= calls and (good > 0 or talk == 0) and None not in (first, last) and start <= first <= last <= end


class Quick:
    """The quick look for one collection."""

    def __init__(self, collection: str) -> None:
        """``collection`` is the URL of the collection as requested, without a query."""
        self._collection = collection
        self._valid = compiled().is_valid

    def is_valid(self, element: Any) -> bool:
        """Return whether the compiled validator accepts ``element``. It refuses what is not a text, or too deep."""
        try:
            return self._valid(element)
        except (ValueError, RecursionError):
            return False

    def suspicions(self, element: Any, now: str) -> Collection[str]:
        """Return the requirements that may not hold for ``element``; ``now`` is a time in the documented form."""
        if not self.is_valid(element):
            return EVERYTHING
        attributes = element["attributes"]
        account = element["relationships"]["account"]
        if (
            element.keys() != _MEMBERS
            or attributes.keys() != _ATTRIBUTES
            or len(element["relationships"]) != 1
            or account.keys() != {"links"}
        ):
            return EVERYTHING
        found = _NONE
        identifier = element["id"]
        if not _ID.fullmatch(identifier) or element["type"] != "invoices":
            found = authority.IDENTITY | {"ITEM-007"}
        if not self._linked(identifier, element["links"], account["links"]):
            found |= authority.LINKS | authority.STRUCTURE
        return self._values(_VALUES(attributes), now) | found

    def _linked(self, identifier: str, own: Any, account: Any) -> bool:
        url = f"{self._collection}/{identifier}"
        return (
            own == {"self": url}
            and len(account) == 2
            and account.get("self") == f"{url}/relationships/account"
            and account.get("related") == f"{url}/account"
        )

    @staticmethod
    def _values(values: tuple[Any, ...], now: str) -> frozenset[str]:
        reference, start, end, pdf, total = values[:5]
        originated, terminated, (services, transactions) = values[5:12], values[12:19], values[19:]
        found = _NONE
        if reference is not None and not (type(reference) is str and (reference.isascii() or reference.isprintable())):
            found = frozenset({"SEM-004", "JSON-004"})
        if pdf is not True and pdf is not False:
            found |= {"SEM-008"}
        counters = (*originated[1:5], *terminated[1:5], transactions)
        amounts = (total, originated[0], terminated[0], services)
        calls = [each for each in (*originated[5:], *terminated[5:]) if each is not None]
        readable = True
        if not all(type(each) is int and 0 <= each <= _LARGEST for each in counters):
            found, readable = found | authority.COUNTERS, False
        if not _are_amounts(*amounts):
            found, readable = found | authority.AMOUNTS, False
        if not (_is_time(start) and _is_time(end) and all(map(_is_time, calls))):
            found, readable = found | authority.TIMES, False
        if not readable or not (
            _sums_up(*amounts)
            and start < end <= now
            and _direction(originated, start, end)
            and _direction(terminated, start, end)
            and (transactions or not services.strip("0."))
        ):
            found |= authority.INVARIANTS
        return found
