"""The reference server made to answer as other servers do, deviations from the standards included."""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType

from conformance.reference.faults import Fault
from conformance.reference.rails import rails

_RAILS = Fault("rails", str(rails.__doc__), frozenset(), "", "personalities", rails)
PERSONALITIES: Mapping[str, Fault] = MappingProxyType({_RAILS.name: _RAILS})
