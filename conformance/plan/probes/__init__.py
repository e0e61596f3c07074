"""Every declared request, by area. The name of a probe is the name of its variable, and of its fixture."""

from __future__ import annotations

import importlib
import pkgutil
from collections.abc import Mapping
from functools import cache
from types import MappingProxyType

from conformance.plan.probe import Family, Probe


@cache
def declared() -> Mapping[str, Probe | Family]:
    """Return the probes and families of all modules of this package by name.

    Raises ValueError when two modules declare the same name.
    """
    found: dict[str, Probe | Family] = {}
    for module in sorted(pkgutil.iter_modules(__path__), key=lambda module: module.name):
        namespace = vars(importlib.import_module(f"{__name__}.{module.name}"))
        for name, value in namespace.items():
            if not isinstance(value, Probe | Family) or found.get(name) is value:
                continue
            if name in found:
                raise ValueError(f"two probes are named {name}")
            value.rename(name)
            found[name] = value
    return MappingProxyType(found)


@cache
def by_key() -> Mapping[str, Probe]:
    """Return every single probe, family variants included, by its full name."""
    flat: dict[str, Probe] = {}
    for entry in declared().values():
        members = entry if isinstance(entry, Family) else (entry,)
        flat.update({probe.name: probe for probe in members})
    return MappingProxyType(flat)
