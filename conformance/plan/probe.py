"""How requests are declared: a probe is data, derived from another one by saying what differs."""

from __future__ import annotations

import inspect
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from functools import cached_property
from typing import Any

from conformance.model.exchange import JSON_API
from conformance.reading.effects import Judge
from conformance.syntax import redaction

HeaderValue = str | Sequence[str] | None
Headers = Mapping[str, HeaderValue]
# Parameters of such a function are named after probes (it gets their exchanges) or after context values. It does
# without those that have a default where the target does not have them.
PathFunction = Callable[..., str]
HeadersFunction = Callable[..., Headers]

CONTEXT_NAMES = frozenset(
    {
        "invoice_id",
        "unknown_id",
        "second_unknown_id",
        "other_invoice_id",
        "hidden_invoice_id",
        "hidden_invoice_ids",
        "expendable_invoice_id",
        "session_cookie",
        "authority",
    }
)

DEFAULT_HEADERS: Mapping[str, HeaderValue] = {
    "Accept": JSON_API,
    "Authorization": redaction.AUTH_TOKEN,
}


def _arguments(part: object) -> tuple[str, ...]:
    return tuple(inspect.signature(part).parameters) if callable(part) else ()


def _defaults(part: object) -> Iterator[str]:
    for name, parameter in inspect.signature(part).parameters.items() if callable(part) else ():
        if parameter.default is not parameter.empty:
            yield name


@dataclass(frozen=True)
class Parameter:
    """A parameter of a query, as it is written, that travels with others."""

    text: str


Part = Headers | HeadersFunction | Parameter


@dataclass(frozen=True, eq=False)
class Packed:
    """What travels in one request although nothing of it may have an effect, and how an effect is recognised.

    ``parts`` are the odd values, each as header fields, a function that returns some, or a parameter of the query.
    ``counterpart`` is the same request without any. ``effect`` compares the answers to both. When they differ, the
    parts are sent in halves until the smallest request is found that still makes the difference.
    """

    parts: tuple[Part, ...]
    counterpart: Probe
    effect: Judge


@dataclass(frozen=True, eq=False)
class Probe:
    """One declared request.

    ``path`` is relative to the API prefix, a template over the context names, or a function of earlier exchanges that
    returns a path or an absolute URL (its path and query are sent to the base URL's origin).
    ``body`` is the content, or a function that makes it of such values and exchanges.
    ``layers`` are header mappings, or functions that return one, applied in order: None removes a field, a sequence
    sends one line per element. ``query`` is sent as written. ``each_invoice`` sends the probe once per known invoice.
    ``needs`` names the capabilities without which it is not sent; ``after`` the probes that must be answered before.
    ``plain`` sends it over plain http to the address that an https target has for that. ``alone`` sends it while no
    other request is under way, on a connection of its own: what it is answered cannot come from another request.
    ``talk`` are probes whose requests are sent in place of this one's, in order, on one connection. ``raw`` is what
    is written as it stands instead: a template, see ``conformance.plan.requests``. With ``until_closed`` more is waited
    for until the server closes the connection, or for some seconds.
    ``burst`` sends it after everything else, together with others of that kind, as many at once as make a load; what
    is answered "later" is not sent again.
    ``place`` says for which of the known invoices it is sent; after the last one the first one follows.
    ``packed`` are odd values that it carries all at once.
    ``previous`` is the page from which a page of a walk is reached by the link ``next``; then ``path`` is not used.
    """

    path: str | PathFunction
    method: str = "GET"
    layers: tuple[Headers | HeadersFunction, ...] = (DEFAULT_HEADERS,)
    query: str | None = None
    body: bytes | Callable[..., bytes] = b""
    each_invoice: bool = False
    needs: tuple[str, ...] = ()
    after: tuple[Probe, ...] = ()
    previous: Probe | None = None
    plain: bool = False
    alone: bool = False
    talk: tuple[Probe, ...] = ()
    raw: str = ""
    until_closed: bool = False
    burst: bool = False
    place: int = 0
    packed: Packed | None = None
    name: str = field(default="", init=False)

    def but(  # noqa: PLR0913 - one keyword per part of a request
        self,
        *,
        method: str | None = None,
        path: str | PathFunction | None = None,
        headers: Headers | HeadersFunction | None = None,
        query: str | None = None,
        body: bytes | Callable[..., bytes] | None = None,
        each_invoice: bool | None = None,
        needs: tuple[str, ...] | None = None,
        after: tuple[Probe, ...] | None = None,
    ) -> Probe:
        """Return a probe that differs from this one in the given parts only; ``headers`` are merged over."""
        changes: dict[str, Any] = {
            name: value
            for name, value in {
                "method": method,
                "path": path,
                "query": query,
                "body": body,
                "each_invoice": each_invoice,
                "needs": needs,
                "after": after,
            }.items()
            if value is not None
        }
        if headers is not None:
            changes["layers"] = (*self.layers, headers)
        return replace(self, **changes)

    def rename(self, name: str) -> None:
        """Give the probe the name under which it was declared."""
        object.__setattr__(self, "name", name)

    @cached_property
    def dependencies(self) -> tuple[str, ...]:
        """Names of the probes whose exchanges this one is built from, is compared with, or has to follow."""
        parts = (self.path, self.body, *self.layers, *(self.packed.parts if self.packed else ()))
        named = {name for part in parts for name in _arguments(part)} - CONTEXT_NAMES
        before = (*self.after, *(each for each in (self.previous, self.packed and self.packed.counterpart) if each))
        of_messages = (name for probe in self.talk for name in probe.dependencies)
        return (*sorted({*named, *of_messages}), *(probe.name for probe in before))

    @cached_property
    def dispensable(self) -> frozenset[str]:
        """Names of the dependencies without which it is sent, too, where the target does not have them."""
        return frozenset(name for part in (self.path, *self.layers) for name in _defaults(part))


@dataclass(frozen=True, eq=False)
class Family:
    """Probes that differ in one respect and are judged by the same rule, by variant name."""

    variants: Mapping[str, Probe]
    name: str = field(default="", init=False)

    def rename(self, name: str) -> None:
        """Give the family and its variants the names under which they were declared."""
        object.__setattr__(self, "name", name)
        for variant, probe in self.variants.items():
            probe.rename(f"{name}[{variant}]")

    def __iter__(self) -> Iterator[Probe]:
        """Iterate over the probes."""
        return iter(self.variants.values())


class Walk(Family):
    """The pages of a collection from a declared probe on, each reached by the link ``next`` of the page before."""

    def rename(self, name: str) -> None:
        """Give the walk its name and number the pages by it; the first page keeps the name of its probe."""
        object.__setattr__(self, "name", name)
        for number, probe in self.variants.items():
            if probe.previous is not None:
                probe.rename(f"{name}[{number}]")


def get(path: str | PathFunction, *, each_invoice: bool = False, needs: tuple[str, ...] = ()) -> Probe:
    """Declare a GET with the documented Accept and Authorization fields."""
    return Probe(path, each_invoice=each_invoice, needs=needs)


def family(*parts: Mapping[str, Probe] | Family) -> Family:
    """Declare a family of all ``parts``; the names of its variants become part of node ids.

    Raises:
        ValueError: For a name in two parts, of which one would hide the other.
    """
    variants: dict[str, Probe] = {}
    for part in parts:
        added = part.variants if isinstance(part, Family) else part
        if twice := variants.keys() & added.keys():
            raise ValueError(f"two variants are named {', '.join(sorted(twice))}")
        variants |= added
    return Family(variants)


def header_family(probe: Probe, field_name: str, values: Mapping[str, HeaderValue]) -> Family:
    """Declare variants of ``probe`` that differ in one header field."""
    return Family({variant: probe.but(headers={field_name: value}) for variant, value in values.items()})


def query_family(probe: Probe, queries: Mapping[str, str]) -> Family:
    """Declare variants of ``probe`` that differ in the query."""
    return Family({variant: probe.but(query=query) for variant, query in queries.items()})


def talk(*probes: Probe) -> Probe:
    """Declare that the requests of ``probes`` are sent one after the other on one connection.

    The first answer is that to the first request, by whose method it is judged.
    """
    return Probe(probes[0].path, method=probes[0].method, talk=probes)


def raw(template: str, *, needs: tuple[str, ...], until_closed: bool = False) -> Probe:
    """Declare what is written as it stands; line ends in ``template`` become CR LF."""
    text = template.replace("\n", "\r\n")
    return Probe("/invoices/{invoice_id}", raw=text, needs=needs, until_closed=until_closed)


def pack(probe: Probe, parts: Iterable[Part], effect: Judge, counterpart: Probe) -> Probe:
    """Declare that ``parts``, odd values that may have no effect, travel in one request.

    Raises ValueError when two of them give a value to one field.
    """
    found = tuple(parts)
    names = [name.lower() for part in found if isinstance(part, Mapping) for name in part]
    if twice := {name for name in names if names.count(name) > 1}:
        raise ValueError(f"one request has one value of {', '.join(sorted(twice))}")
    return replace(probe, packed=Packed(found, counterpart, effect))


def walk(start: Probe, max_pages: int) -> Walk:
    """Declare a walk over at most ``max_pages`` pages; it ends where a page has no usable link ``next``."""
    pages = [start]
    while len(pages) < max_pages:
        pages.append(replace(start, path="", query=None, previous=pages[-1]))
    return Walk({str(number): page for number, page in enumerate(pages, 1)})
