"""Which parts of its exchanges a check reads: where all of them are equal, it ends in the same way."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import fields
from typing import Any, NamedTuple

from conformance.checks.support import header_lint
from conformance.model.exchange import Answer, Exchange, Fields
from conformance.plan.steps import Step


class Part(NamedTuple):
    """A part of an exchange: an attribute of it or of its answer, the lines of a header field, what httplint finds."""

    owner: object
    name: str

    def of(self, exchange: Exchange) -> object:
        """Return the value of this part; None when there is no answer to have it."""
        if self.owner is Exchange:
            return getattr(exchange, self.name)
        answer = exchange.answer
        if answer is None:
            return None
        if self.owner is header_lint:
            return header_lint.findings(exchange)
        return getattr(answer, self.name) if self.owner is Answer else answer.fields.lines(self.name)


class Numbered:
    """Numbers parts, so that a set of them is the bits of an integer."""

    def __init__(self) -> None:
        """Begin with no part."""
        self._numbers: dict[Part, int] = {}
        self._parts: list[Part] = []

    def bit(self, part: Part) -> int:
        """Return the set of which ``part`` is the only one."""
        if part not in self._numbers:
            self._numbers[part] = len(self._parts)
            self._parts.append(part)
        return 1 << self._numbers[part]

    def differing(self, one: Exchange | None, other: Exchange | None, parts: int) -> int:
        """Return which of ``parts`` differ; all where one of the exchanges is missing."""
        if one is None or other is None:
            return parts
        return sum(
            1 << number
            for number, part in enumerate(self._parts)
            if parts >> number & 1 and part.of(one) != part.of(other)
        )


PARTS = Numbered()
# What decides whether a check gets an exchange at all.
ALWAYS = PARTS.bit(Part(Answer, "status")) | PARTS.bit(Part(Exchange, "request"))
_FINDINGS = PARTS.bit(Part(header_lint, "header_findings"))


class _Noted:
    """What has been read of one exchange, as bits, and what was found in it that checks keep."""

    def __init__(self) -> None:
        self.parts = 0
        self._kept: dict[str, tuple[Any, int]] = {}
        # What is being found, with what had been read before; what ends in an exception stays here.
        self._begun: list[tuple[str, int]] = []

    def begin(self, name: str) -> None:
        """Note what is read from now on for what is kept as ``name``."""
        self._begun.append((name, self.parts))
        self.parts = 0

    def keep(self, name: str, found: Any) -> None:
        """Keep what was ``found``, with the parts that it was found by."""
        parts, ended = self.parts, ""
        while ended != name:
            ended, before = self._begun.pop()
            if ended != name:
                parts |= before
        self._kept[name] = found, parts
        self.parts = before | parts

    def is_kept(self, name: str) -> bool:
        """Return whether something is kept as ``name``: then it counts as read with all that it was found by."""
        if name not in self._kept:
            return False
        self.parts |= self._kept[name][1]
        return True

    def kept(self, name: str) -> Any:
        """Return what is kept as ``name``."""
        return self._kept[name][0]

    def taken(self) -> int:
        """Return what was read since this was last asked."""
        parts = self.parts
        for _, before in self._begun:
            parts |= before
        self._begun.clear()
        self.parts = 0
        return parts


def _part(owner: type, name: str) -> Any:
    """Return a property that notes that the part ``name`` is read."""
    bit = PARTS.bit(Part(owner, name))

    def read(noting: _Answer | _Exchange) -> Any:
        noting.noted.parts |= bit
        return getattr(noting.source, name)

    return property(read)


class _Fields(Fields):
    """Header fields that note which are looked up."""

    _source: Fields
    _noted: _Noted

    def __init__(self, source: Fields, noted: _Noted) -> None:
        object.__setattr__(self, "_source", source)
        object.__setattr__(self, "_noted", noted)

    @property
    def pairs(self) -> tuple[tuple[str, str], ...]:
        self._noted.parts |= PARTS.bit(Part(Answer, "fields"))
        return self._source.pairs

    def lines(self, name: str) -> list[str]:
        self._noted.parts |= PARTS.bit(Part(Fields, name.lower()))
        return self._source.lines(name)

    def get(self, name: str) -> str | None:
        self._noted.parts |= PARTS.bit(Part(Fields, name.lower()))
        return self._source.get(name)

    def names(self) -> set[str]:
        return {name.lower() for name, _ in self.pairs}

    def __contains__(self, name: str) -> bool:
        return bool(self.lines(name))


class _Answer(Answer):
    """An answer that notes what is read of it."""

    __slots__ = ("fields", "noted", "source")
    source: Answer
    noted: _Noted

    def __init__(self, source: Answer, noted: _Noted) -> None:
        object.__setattr__(self, "source", source)
        object.__setattr__(self, "noted", noted)
        object.__setattr__(self, "fields", _Fields(source.fields, noted))

    __class__ = property(lambda _: Answer)  # as isinstance and replace see it


class _Remembered(dict[str, Any]):
    """What checks remember of an exchange; what httplint finds is a part of it: that depends on more."""

    def __init__(self, owner: _Exchange) -> None:
        super().__init__()
        self._noted, self._source = owner.noted, owner.source

    def __contains__(self, name: object) -> bool:
        if name == "header_findings" or self._noted.is_kept(str(name)):
            return True
        self._noted.begin(str(name))
        return False

    def get(self, name: object, default: Any = None) -> Any:
        """Return what is kept as ``name``, as a property asks that is computed once."""
        return self[str(name)] if name in self else default

    def __setitem__(self, name: str, found: Any) -> None:
        self._noted.keep(name, found)

    def __getitem__(self, name: str) -> Any:
        if name != "header_findings":
            return self._noted.kept(name)
        self._noted.parts |= _FINDINGS
        return header_lint.findings(self._source)


class _Exchange(Exchange):
    """An exchange that notes what is read of it."""

    __slots__ = ("answer", "noted", "source")
    source: Exchange
    noted: _Noted

    def __init__(self, source: Exchange) -> None:
        object.__setattr__(self, "source", source)
        object.__setattr__(self, "noted", _Noted())
        answer = None if source.answer is None else _Answer(source.answer, self.noted)
        object.__setattr__(self, "answer", answer)

    __class__ = property(lambda _: Exchange)  # as isinstance and replace see it
    __dict__ = property(_Remembered)  # what vars() gives


for _name in {each.name for each in fields(Exchange)} - {"answer"}:
    setattr(_Exchange, _name, _part(Exchange, _name))
for _name in {each.name for each in fields(Answer)} - {"fields"}:
    setattr(_Answer, _name, _part(Answer, _name))


class Reader:
    """Exchanges that note what is read of them."""

    def __init__(self, record: Mapping[Step, Exchange]) -> None:
        """Begin with nothing read of ``record``."""
        self._noting = {step: _Exchange(exchange) for step, exchange in record.items()}
        self.record: dict[Step, Exchange] = {**self._noting}
        self._steps = {id(exchange): step for step, exchange in self.record.items()}

    def parts(self, steps: Iterable[Step]) -> dict[Step, int]:
        """Return what was read of the exchanges of ``steps`` since this was last asked."""
        return {step: ALWAYS | self._noting[step].noted.taken() for step in steps if step in self._noting}

    def step_of(self, exchange: Exchange) -> Step:
        """Return the step of an exchange of the record."""
        return self._steps[id(exchange)]
