'''Lawful variants: named ways in which the reference server can answer otherwise and stay correct.

A variant alters an ``Api`` in the same places as a fault does::

    @variant("json-indented", clause="RFC 8259, section 2", touches={"json"})
    def indented(api: Api) -> None:
        """Documents are indented, one member a line."""
        api.replace("encode", lambda _original, document: json.dumps(document, indent=2).encode())

The clause is the one that allows it. Each module of this package holds the variants of one area.
'''

from __future__ import annotations

import importlib
import pkgutil
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable, Collection, Mapping

    from conformance.reference.app import Api

    Install = Callable[[Api], None]


@dataclass(frozen=True)
class Variant:
    """One lawful variant.

    ``touches`` names the parts of the server that it alters: two variants that share none can be judged together.
    ``departs`` has the requirements that rightly report it, with the level at which they do: a variant may leave a
    SHOULD aside, or a form that is only documented, and nothing else may follow from that.
    """

    name: str
    description: str
    clause: str
    area: str
    install: Install
    touches: frozenset[str]
    departs: Mapping[str, str] = field(default_factory=dict)

    def apply(self, api: Api) -> None:
        """Make ``api`` answer in this way."""
        self.install(api)


_VARIANTS: dict[str, Variant] = {}


def variant(
    name: str,
    *,
    clause: str,
    touches: Collection[str],
    departs: Mapping[str, str] | None = None,
    sentence: str | None = None,
) -> Callable[[Install], Install]:
    """Register the decorated function as a variant; its docstring is the description, or ``sentence`` in a table.

    Raises:
        ValueError: When the name is taken or the description is missing.
    """

    def register(install: Install) -> Install:
        description = sentence or install.__doc__
        if name in _VARIANTS or not description:
            raise ValueError(f"variant {name!r} is registered already or not described")
        area = install.__module__.rpartition(".")[2]
        _VARIANTS[name] = Variant(name, description, clause, area, install, frozenset(touches), departs or {})
        return install

    return register


def all_variants() -> dict[str, Variant]:
    """Every variant by its name, in the order of areas and definition."""
    for module in sorted(pkgutil.iter_modules(__path__), key=lambda found: found.name):
        importlib.import_module(f"{__name__}.{module.name}")
    # The personalities import some modules before the others.
    return dict(sorted(_VARIANTS.items(), key=lambda each: each[1].area))
