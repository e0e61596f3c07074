"""Fields that servers, gateways, tracers and limiters read on their own account, with values that break readers.

Not one of them is asked for by the interface, so whatever they hold, the invoice stays the same. They travel together,
a value of each field in a request. What firewalls take for an attack travels apart.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from conformance.plan.field_values import FIELDS, LIKE_AN_ATTACK
from conformance.plan.field_values.clients import FORWARDING
from conformance.plan.field_values.value import Value
from conformance.plan.probe import Family, Probe, family, get, pack
from conformance.plan.probes.base import item
from conformance.reading.effects import on_shown_data

_ITEM = "/invoices/{invoice_id}"
# Requests of every run; the others are beyond what a run by default may cost.
_USUAL = 8
_RARE = len(FORWARDING) - _USUAL


def _place(first: int, number: int) -> int:
    """Return in which request the ``number``-th value of a field travels, whose first one travels in ``first``."""
    if number < _USUAL:
        return (first + number) % _USUAL
    return _USUAL + (first + number) % _RARE


def _packs() -> Family:
    """Return the requests; the values of each field begin with another one."""
    parts = [[{name: value} for name, value in fields.items()] for fields in FORWARDING]
    for first, (name, values) in enumerate(FIELDS.items()):
        for number, value in enumerate(values):
            parts[_place(first, number)].append({name: value})
    return family({str(number): _packed(number, each) for number, each in enumerate(parts, 1)})


def _packed(number: int, parts: Sequence[Mapping[str, Value]]) -> Probe:
    needs = () if number <= _USUAL else ("contested",)
    return pack(get(_ITEM, needs=needs), parts, on_shown_data, item)


odd_fields = _packs()
odd_fields_like_an_attack = pack(
    get(_ITEM), [{name: value} for name, value in LIKE_AN_ATTACK.items()], on_shown_data, item
)
