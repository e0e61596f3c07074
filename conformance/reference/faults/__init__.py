"""The fault bank: named ways in which the reference server can be made wrong.

A fault is a function that alters an :class:`~conformance.reference.app.Api` through its seams::

    @fault("etag-unquoted", caught_by={"ETAG-002"}, clause="RFC 9110, section 8.8.3")
    def unquoted(api: Api) -> None:
        \"""The entity tag is sent without quotes.\"""
        api.replace("entity_tag", lambda original, body: original(body).replace('"', ""))

Seams, from inside to outside: attributes such as ``api.vary``; ``api.replace(method, replacement)``, where the
replacement gets the original method first; ``on_request``, ``on_document``, ``on_answer``, ``on_bytes``, ``on_input``.
Each module of this package holds the faults of one area and is found by itself.
"""

from __future__ import annotations

import importlib
import pkgutil
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable, Collection, Mapping

    from conformance.reference.app import Api


@dataclass(frozen=True)
class Fault:
    """One fault.

    ``caught_by`` are the ids of the requirements that must report it. ``also`` are further ones that report it for a
    stated reason. ``needs`` are the capabilities without which it cannot be seen.
    """

    name: str
    description: str
    caught_by: frozenset[str]
    clause: str
    area: str
    install: Callable[[Api], None]
    also: Mapping[str, str] = field(default_factory=dict)
    needs: frozenset[str] = frozenset()

    def apply(self, api: Api) -> None:
        """Make ``api`` wrong."""
        self.install(api)


_FAULTS: dict[str, Fault] = {}


def fault(
    name: str,
    *,
    caught_by: Collection[str],
    clause: str,
    also: Mapping[str, str] | None = None,
    needs: Collection[str] = (),
) -> Callable[[Callable[[Api], None]], Callable[[Api], None]]:
    """Register the decorated function as a fault; its docstring is the description.

    :raises ValueError: when the name is taken or the docstring is missing.
    """

    def register(install: Callable[[Api], None]) -> Callable[[Api], None]:
        if name in _FAULTS or not install.__doc__:
            raise ValueError(f"fault {name!r} is registered already or not described")
        area = install.__module__.rpartition(".")[2]
        _FAULTS[name] = Fault(
            name, install.__doc__, frozenset(caught_by), clause, area, install, also or {}, frozenset(needs)
        )
        return install

    return register


def all_faults() -> dict[str, Fault]:
    """Every fault by its name, in the order of areas and definition."""
    for module in sorted(pkgutil.iter_modules(__path__), key=lambda found: found.name):
        importlib.import_module(f"{__name__}.{module.name}")
    return dict(_FAULTS)
