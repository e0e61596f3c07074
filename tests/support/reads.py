"""Which parts of its exchanges a check reads: where all of them are equal, it ends in the same way."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Mapping
from dataclasses import fields
from functools import partial
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
_FINDINGS = Part(header_lint, "header_findings")
_Note = Callable[[Part], None]
_OF_EXCHANGE = {each.name for each in fields(Exchange)}
_OF_ANSWER = {each.name for each in fields(Answer)}


class _Fields(Fields):
    """Header fields that note which are looked up."""

    def __init__(self, source: Fields, note: _Note) -> None:
        object.__setattr__(self, "_source", source)
        object.__setattr__(self, "_note", note)

    def __getattribute__(self, name: str) -> Any:
        if name == "pairs":
            self._note(Part(Answer, "fields"))
            return self._source.pairs
        return object.__getattribute__(self, name)

    def lines(self, name: str) -> list[str]:
        self._note(Part(Fields, name.lower()))
        lines: list[str] = self._source.lines(name)
        return lines

    def names(self) -> set[str]:
        return {name.lower() for name, _ in self.pairs}

    def __contains__(self, name: str) -> bool:
        return bool(self.lines(name))


class _Answer(Answer):
    """An answer that notes what is read of it."""

    __slots__ = ("_note", "_source")

    def __init__(self, source: Answer, note: _Note) -> None:
        object.__setattr__(self, "_source", source)
        object.__setattr__(self, "_note", note)

    def __getattribute__(self, name: str) -> Any:
        get = object.__getattribute__
        if name == "__class__":
            return Answer
        if name not in _OF_ANSWER:
            return get(self, name)
        if name == "fields":
            return _Fields(get(self, "_source").fields, get(self, "_note"))
        get(self, "_note")(Part(Answer, name))
        return getattr(get(self, "_source"), name)


class _Remembered(dict[str, Any]):
    """What is remembered of an exchange: only what httplint finds, which depends on more than is to be noted."""

    def __init__(self, owner: _Exchange) -> None:
        super().__init__()
        self._owner = owner

    def __contains__(self, name: object) -> bool:
        return name == _FINDINGS.name or super().__contains__(name)

    def __missing__(self, name: str) -> object:
        self._owner._note(_FINDINGS)
        return header_lint.findings(self._owner._source)


class _Exchange(Exchange):
    """An exchange that notes what is read of it, and remembers nothing of it."""

    def __init__(self, source: Exchange, note: _Note) -> None:
        object.__setattr__(self, "_source", source)
        object.__setattr__(self, "_note", note)

    def __getattribute__(self, name: str) -> Any:
        get = object.__getattribute__
        if name == "__class__":
            return Exchange
        if name == "__dict__":
            return _Remembered(self)
        if name not in _OF_EXCHANGE:
            return get(self, name)
        source, note = get(self, "_source"), get(self, "_note")
        if name != "answer":
            note(Part(Exchange, name))
            return getattr(source, name)
        return None if source.answer is None else _Answer(source.answer, note)


class Reader:
    """Exchanges that note what is read of them."""

    def __init__(self, record: Mapping[Step, Exchange]) -> None:
        """Begin with nothing read of ``record``."""
        self._read = defaultdict[Step, int](int)
        self.record = {step: _Exchange(exchange, partial(self._note, step)) for step, exchange in record.items()}

    def _note(self, step: Step, part: Part) -> None:
        self._read[step] |= PARTS.bit(part)

    def parts(self) -> dict[Step, int]:
        """Return what was read of each exchange since this was last asked."""
        read, self._read = self._read, defaultdict(int)
        return {step: ALWAYS | parts for step, parts in read.items()}
