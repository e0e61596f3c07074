"""The registry of requirements: what a conforming server satisfies, one sentence each.

The data live in ``requirements.yaml`` beside this module. Everything that names a requirement (checks, faults,
waivers, reports) looks it up here, so the file is read strictly: a defect in it is an error, never a default.
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from functools import cache
from importlib import resources
from types import MappingProxyType
from typing import Any

import yaml

from conformance.syntax import strict_yaml

# Where a requirement comes from, in the order in which reports show the groups.
SOURCES: tuple[str, ...] = ("documented", "json-api", "http", "json", "jwt", "semantics", "advice")
# Those whose text stands in docs/contract.md, and those whose level is not the word of a standard.
OF_THE_CONTRACT = frozenset({"documented", "semantics"})
WITH_A_REASON = OF_THE_CONTRACT | {"advice"}

# What a target must have, or the user must have configured or enabled, before a requirement can be judged.
# The capabilities that a requirement may need, and what has to be given for each.
HINTS: Mapping[str, str] = MappingProxyType(
    {
        "collection": "--enable collection",
        "second-customer": "a second customer: --other-auth-token, --other-invoice-id",
        "hidden-invoice": "--hidden-invoice-id",
        "expendable-invoice": "--expendable-invoice-id",
        "signing-key": "--signing-key",
        "cookie": "--enable cookie",
        "https": "an https base URL",
        "plain-http": "--plain-url beside an https base URL",
        "wire": "--enable wire",
        "load": "--enable load",
        "contested": "--enable contested",
        "repeat": "--repeat",
    }
)
CAPABILITIES: tuple[str, ...] = tuple(HINTS)

_REQUIRED = ("id", "level", "source", "statement", "clause", "since")
_OPTIONAL = ("reason", "url", "needs", "excluded")
_ID = re.compile(r"[A-Z]{3,5}-[0-9]{3}")
_VERSION = re.compile(r"[0-9]+\.[0-9]+")
_HTTPS_URL = re.compile(r"https://[^\s/]+/\S*")
# Relative to the root of the repository.
_PLACE_IN_THE_CONTRACT = re.compile(r"docs/contract\.md#[a-z][a-z0-9-]*")


class RegistryError(ValueError):
    """The registry file is not what it should be; the message names the entry and the field."""


class Level(StrEnum):
    """How binding a requirement is, in the words of BCP 14."""

    MUST = "MUST"
    SHOULD = "SHOULD"
    MAY = "MAY"


@dataclass(frozen=True, slots=True)
class Requirement:
    """One sentence that a conforming server satisfies, and where it comes from.

    ``reason`` says why it has its level, where that is not the word of a standard. ``url`` leads to the first part of
    the clause: a public address, or the place in ``docs/contract.md``. ``needs`` lists the capabilities without which
    the requirement is not applicable. ``since`` is the version of the suite that introduced it. ``excluded`` is the
    reason why no check judges it, or ``None``.
    """

    id: str
    statement: str
    level: Level
    source: str
    clause: str
    url: str | None
    needs: tuple[str, ...]
    since: str
    excluded: str | None
    reason: str | None = None

    @property
    def area(self) -> str:
        """The part of the id before the number, for example ``COND``."""
        return self.id.partition("-")[0]

    @property
    def citation(self) -> str:
        """The clause as text, with its place in ``docs/contract.md`` where it stands there."""
        if self.source not in OF_THE_CONTRACT:
            return self.clause
        fact, separator, others = self.clause.partition("; ")
        return f"{fact} ({self.url}){separator}{others}"


@cache
def registry() -> Mapping[str, Requirement]:
    """Return every requirement by id, in the order of the file; read once.

    Raises RegistryError when the file has a defect.
    """
    return parse(resources.files("conformance").joinpath("requirements.yaml").read_text(encoding="utf-8"))


def parse(text: str) -> Mapping[str, Requirement]:
    """Return the requirements that the YAML ``text`` lists, by id, in its order.

    Raises RegistryError naming the entry and the field on the first defect.
    """
    try:
        entries = strict_yaml.load(text)
    except strict_yaml.DuplicateKeyError as error:
        raise RegistryError(f"entry {error.siblings.get('id', 'without id')}: {error.key}: written twice") from None
    except yaml.YAMLError as error:
        raise RegistryError(f"the registry is not YAML: {error}") from error
    if not isinstance(entries, list):
        raise RegistryError("the registry is not a list of entries")
    found: dict[str, Requirement] = {}
    for number, entry in enumerate(entries, start=1):
        requirement = _requirement(entry, number)
        if requirement.id in found:
            raise RegistryError(f"entry {requirement.id}: id: used twice")
        found[requirement.id] = requirement
    return MappingProxyType(found)


def _requirement(entry: Any, number: int) -> Requirement:
    if not isinstance(entry, dict):
        raise RegistryError(f"entry number {number} is not a mapping")
    identifier = entry.get("id")
    if not isinstance(identifier, str) or not _ID.fullmatch(identifier):
        raise RegistryError(f"entry number {number}: id: {identifier!r} is not of the form AREA-NNN")
    fields = _Fields(identifier, entry)
    fields.check_names()
    source = fields.one_of("source", SOURCES)
    fields.check_source(source)
    return Requirement(
        id=identifier,
        statement=fields.sentence("statement"),
        level=Level(fields.one_of("level", tuple(Level))),
        reason=fields.sentence("reason") if "reason" in entry else None,
        source=source,
        clause=fields.text("clause"),
        url=fields.address(source) if "url" in entry else None,
        needs=fields.capabilities("needs") if "needs" in entry else (),
        since=fields.matching("since", _VERSION, "a version in quotes, such as '1.0'"),
        excluded=fields.sentence("excluded") if "excluded" in entry else None,
    )


@dataclass(frozen=True, slots=True)
class _Fields:
    """The fields of one entry; every reader raises RegistryError naming the entry and the field."""

    entry_id: str
    values: Mapping[Any, Any]

    def error(self, field: object, problem: str) -> RegistryError:
        return RegistryError(f"entry {self.entry_id}: {field}: {problem}")

    def check_names(self) -> None:
        for name in _REQUIRED:
            if name not in self.values:
                raise self.error(name, "missing")
        for name in self.values:
            if name not in _REQUIRED + _OPTIONAL:
                raise self.error(name, "unknown field")

    def check_source(self, source: str) -> None:
        for name, sources in (("url", OF_THE_CONTRACT), ("reason", WITH_A_REASON)):
            if source in sources and name not in self.values:
                raise self.error(name, f"missing; a requirement of the source {source} needs it")

    def address(self, source: str) -> str:
        if source in OF_THE_CONTRACT:
            return self.matching("url", _PLACE_IN_THE_CONTRACT, "a place in docs/contract.md")
        return self.matching("url", _HTTPS_URL, "an https URL")

    def text(self, field: str) -> str:
        value = self.values[field]
        if not isinstance(value, str) or not value or value != value.strip() or "\n" in value:
            raise self.error(field, f"{value!r} is not one line of text")
        return value

    def sentence(self, field: str) -> str:
        value = self.text(field)
        if not value.endswith("."):
            raise self.error(field, "does not end with a full stop")
        return value

    def matching(self, field: str, pattern: re.Pattern[str], meaning: str) -> str:
        value = self.values[field]
        if not isinstance(value, str) or not pattern.fullmatch(value):
            raise self.error(field, f"{value!r} is not {meaning}")
        return value

    def one_of(self, field: str, known: tuple[str, ...]) -> str:
        value = self.values[field]
        if value not in known:
            raise self.error(field, f"{value!r} is not one of {', '.join(known)}")
        return str(value)

    def capabilities(self, field: str) -> tuple[str, ...]:
        value = self.values[field]
        if not isinstance(value, list) or not value:
            raise self.error(field, f"{value!r} is not a list of capabilities")
        for name in value:
            if name not in CAPABILITIES:
                raise self.error(field, f"{name!r} is not one of {', '.join(CAPABILITIES)}")
        if len(set(value)) != len(value):
            raise self.error(field, "names a capability twice")
        return tuple(value)
