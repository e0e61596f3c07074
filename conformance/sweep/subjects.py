"""What the rules of the checks are applied to: a page, an element of it, or an invoice by itself."""

from __future__ import annotations

import json
import re
from dataclasses import dataclass, field, replace
from math import isfinite
from typing import Any

from conformance.model.exchange import Exchange, Request
from conformance.syntax import json_text
from conformance.syntax.json_text import JsonText

Object = dict[str, Any]
# A number that a plain reader does not keep as it was written, outside of texts at least.
_MINUS_ZERO = re.compile(rb"[:\[,\s]-0[\s,\]}]")


class _UnusualError(ValueError):
    """The text is not plain JSON."""


def _members(pairs: list[tuple[str, Any]]) -> Object:
    value = dict(pairs)
    if len(value) != len(pairs):
        raise _UnusualError
    return value


def _constant(name: str) -> float:
    raise _UnusualError(name)


_DECODER = json.JSONDecoder(object_pairs_hook=_members, parse_constant=_constant)


def parsed(body: bytes) -> JsonText:
    """Read ``body``: quickly when there is nothing unusual about it, else with every defect and all spellings kept."""
    return _parsed(body)[0]


def _parsed(body: bytes) -> tuple[JsonText, bool]:
    """Return also whether the text is unusual."""
    if not _MINUS_ZERO.search(body):
        try:
            return JsonText(_DECODER.decode(body.decode("utf-8")), readable=True), False
        except (ValueError, RecursionError):
            pass
    return json_text.read(body), True


def _plain(value: Any) -> Any:
    """Return a JSON value with numbers of the usual types; one that is none in JSON becomes null."""
    if isinstance(value, dict):
        return {name: _plain(each) for name, each in value.items()}
    if isinstance(value, list):
        return [_plain(each) for each in value]
    if isinstance(value, json_text.IntegerLexeme):
        return int(value)
    if isinstance(value, float):
        return float(value) if isfinite(value) else None
    return value


@dataclass(frozen=True)
class ReadExchange(Exchange):
    """An exchange whose content is read already, or a part of it."""

    content: JsonText = field(default_factory=JsonText)

    @property
    def json(self) -> JsonText:
        """The content."""
        return self.content


def with_content(exchange: Exchange, content: JsonText, **changes: Any) -> ReadExchange:
    """Return ``exchange`` with ``content`` in place of its own."""
    values = {name: getattr(exchange, name) for name in Exchange.__dataclass_fields__}
    return ReadExchange(**{**values, **changes}, content=content)


class Page:
    """One page of the collection as it was answered."""

    def __init__(self, exchange: Exchange, number: int) -> None:
        """``number`` counts from zero."""
        self.number = number
        # Numbers keep their spelling only where something about the text is unusual.
        self.content, self.unusual = _parsed(exchange.answer.body if exchange.answer is not None else b"")
        self.exchange = with_content(exchange, self.content, probe=f"page {number + 1} of the sweep")
        self._exact: list[Any] | None = None
        value = self.content.value if self.content.readable and isinstance(self.content.value, dict) else {}
        self.document: Object = value
        meta = value.get("meta")
        if isinstance(meta, dict) and type(meta.get("total-count")) is int:
            # Written as an integer: a plain reader does not keep the spelling.
            meta["total-count"] = json_text.IntegerLexeme(str(meta["total-count"]))
        data = value.get("data")
        self.usable = exchange.answer is not None and exchange.status == 200 and isinstance(data, list)
        elements: Any = _plain(data) if self.unusual else data
        self.elements: list[Any] = elements if self.usable else []

    def frame(self) -> ReadExchange:
        """Return the page without its elements, which are judged one by one."""
        if not self.usable:
            return self.exchange
        content = JsonText({**self.document, "data": []}, readable=True, defects=self.content.defects)
        return replace(self.exchange, content=content)

    def exact(self, place: int) -> Any:
        """Return an element with the spelling of its numbers kept."""
        if self._exact is None:
            value = json_text.read(self.exchange.body).value
            self._exact = value["data"] if isinstance(value, dict) else []
        return self._exact[place]

    def element(self, element: Any, request: Request) -> ReadExchange:
        """Return an element as if it had been asked for by ``request``."""
        content = JsonText({"data": element}, readable=True)
        return replace(self.exchange, request=request, content=content)
