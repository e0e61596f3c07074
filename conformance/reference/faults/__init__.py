'''The fault bank: named ways in which the reference server can be made wrong.

Each module of this package that holds faults is an area, and is found by itself. A fault is a row of who must report
it, and of what is wrong and how it is made so::

    fault = Area(__name__)

    fault("etag-unquoted", {"ETAG-002"}, "RFC 9110, section 8.8.3")(
        "The entity tag is sent without quotes.",
        instead_of(Api.entity_tag)(lambda original, body: original(body).replace('"', "")),
    )

What takes more than an expression is a function, and its docstring says what is wrong::

    @fault("json-white-space-varies", {"JSON-007"}, "Documented example, response body", stateful=True)
    def white_space(api: Api) -> None:
        """Every third answer is indented."""
        ...

The modules that hold no faults are for their authors: ``seams`` has the places that a fault can alter, ``effects`` what
many faults do there, ``where`` the requests to which they do it, ``clauses`` the clauses that they break, and ``needs``
what a target must have so that they show.
'''

from __future__ import annotations

import importlib
import pkgutil
from collections.abc import Collection, Mapping
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, overload

if TYPE_CHECKING:
    from conformance.reference.app import Api
    from conformance.reference.faults.seams import Install

# What a fault can need without which nothing of it shows in an answer by itself, or nothing but on a connection.
_OF_CONNECTIONS = frozenset({"wire", "https", "load", "repeat"})


@dataclass(frozen=True)
class Fault:
    """One fault.

    ``caught_by`` are the ids of the requirements that must report it. ``also`` are further ones that report it for a
    stated reason. ``needs`` are the capabilities without which it cannot be seen. ``stateful`` means that answers
    do not follow from their requests alone, but from earlier ones, the connection or the time, or that the tokens are
    others.
    """

    name: str
    description: str
    caught_by: frozenset[str]
    clause: str
    area: str
    install: Install
    also: Mapping[str, str] = field(default_factory=dict)
    needs: frozenset[str] = frozenset()
    stateful: bool = False

    def apply(self, api: Api) -> None:
        """Make ``api`` wrong."""
        self.install(api)

    @property
    def bare(self) -> bool:
        """Whether all that it does shows when each request is answered by itself, without a connection."""
        return not self.stateful and self.needs.isdisjoint(_OF_CONNECTIONS)


_FAULTS: dict[str, Fault] = {}


class Row:
    """A fault of which all is known but what it does."""

    def __init__(self, fault: Fault) -> None:
        """``fault`` lacks what it does, and its description."""
        self._fault = fault

    @overload
    def __call__(self, install: Install, /) -> Install: ...

    @overload
    def __call__(self, description: str, install: Install, /) -> Install: ...

    def __call__(self, what: str | Install, install: Install | None = None, /) -> Install:
        """Register the fault: a description and what it does, or a function whose docstring is the description.

        Raises:
            ValueError: When the name is taken or there is no description.
        """
        description, done = (what, install) if isinstance(what, str) else (what.__doc__, what)
        if self._fault.name in _FAULTS or not description or done is None:
            raise ValueError(f"fault {self._fault.name!r} is registered already or not described")
        _FAULTS[self._fault.name] = replace(self._fault, description=description, install=done)
        return done


class Area:
    """The faults of one module, and what they have in common: the clause that they break, and what they need."""

    def __init__(self, module: str, clause: str = "", *, needs: Collection[str] = (), stateful: bool = False) -> None:
        """``module`` is the module's name."""
        self._name = module.rpartition(".")[2]
        self._clause, self._needs, self._stateful = clause, needs, stateful

    def __call__(  # noqa: PLR0913 - each is one cell of a row
        self,
        name: str,
        caught_by: Collection[str],
        clause: str = "",
        *,
        also: Mapping[str, str] | None = None,
        needs: Collection[str] | None = None,
        stateful: bool | None = None,
    ) -> Row:
        """Begin a fault; what is not given is as in the whole area."""
        return Row(
            Fault(
                name=name,
                description="",
                caught_by=frozenset(caught_by),
                clause=clause or self._clause,
                area=self._name,
                install=lambda _: None,
                also=also or {},
                needs=frozenset(self._needs if needs is None else needs),
                stateful=self._stateful if stateful is None else stateful,
            )
        )


def all_faults() -> dict[str, Fault]:
    """Every fault by its name, in the order of areas and definition."""
    for module in sorted(pkgutil.iter_modules(__path__), key=lambda found: found.name):
        importlib.import_module(f"{__name__}.{module.name}")
    return dict(_FAULTS)
