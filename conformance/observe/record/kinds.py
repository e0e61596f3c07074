"""Whether what a record has of its run is of the kinds that a run writes: anybody may have written the file."""

from __future__ import annotations

import math
from collections.abc import Mapping
from datetime import datetime
from types import NoneType
from typing import Any

from conformance.config.settings import SETTINGS

# What stands for the value of a setting, by the kind of its default; others stand for themselves.
_OF_DEFAULT: Mapping[type, tuple[type, ...]] = {
    NoneType: (NoneType, int, float, str),
    float: (int, float),
    tuple: (list, tuple),
}
_NUMBER_OR_NONE = (NoneType, int, float)
_TARGET: Mapping[str, type] = {
    "base_url": str,
    "secrets": list,
    "signing_key_bits": int,
    "invoice_id": list,
    "other_invoice_id": list,
    "hidden_invoice_id": list,
    "capabilities": list,
}
_MOST_BITS = 1_000_000
_Kinds = Mapping[str, type | tuple[type, ...]]
_NUMBER, _TEXTS = (int, float), (list,)
_TEXT_OR_NONE, _INTEGER_OR_NONE = (NoneType, str), (NoneType, int)
# What the generated part has found: the parts of an item, of what it counted, of a judgement, and of its evidence.
_ITEM: _Kinds = {"outcome": str, "about": str, "item": str, "judgements": list}
_COUNTS: _Kinds = {"sent": int, "positive": int, "served": int, "seconds": _NUMBER}
_JUDGEMENT: _Kinds = {
    **dict.fromkeys(("requirement", "nodeid", "reason", "expected", "observed", "subject", "owner", "doubt"), str),
    "evidence": dict,
}
_EVIDENCE: _Kinds = {
    **dict.fromkeys(("probe", "request", "around", "repeat"), str),
    **dict.fromkeys(("answer", "others", "exchanges", "invoices"), _TEXTS),
    "part": _TEXT_OR_NONE,
    "facts": dict,
    "count": int,
}
_FACTS: _Kinds = {
    **dict.fromkeys(("method", "resource", "asks", "why"), str),
    **dict.fromkeys(("wanted", "parameters", "fields"), _TEXTS),
    **dict.fromkeys(("of_status", "missing"), bool),
    "status": _INTEGER_OR_NONE,
    "count": int,
}


def expect_usual(facts: Mapping[str, Any]) -> None:
    """Raise TypeError, KeyError or ValueError for ``facts`` that no run has written."""
    datetime.fromisoformat(facts["started"])
    _expect(facts["seconds"], _NUMBER, "seconds")
    _expect_settings(facts["settings"])
    _expect(facts["token_facts"]["lifetime"], _NUMBER_OR_NONE, "lifetime")
    for name, kind in _TARGET.items():
        _expect(facts["target"][name], kind, name)
    _expect(facts["target"].get("expendable_invoice_id", ""), str, "expendable_invoice_id")
    _expect(facts["target"].get("files", []), list, "files")
    if not 0 <= facts["target"]["signing_key_bits"] <= _MOST_BITS:
        raise ValueError("signing_key_bits is out of range")


def expect_usual_item(item: Mapping[str, Any]) -> None:
    """Raise TypeError or KeyError unless ``item`` of the generated part has what reports read of it."""
    _expect_parts(item, _ITEM, *_ITEM)
    if "generated" in item:
        _expect_parts(item["generated"], _COUNTS, *_COUNTS)
    for judgement in item["judgements"]:
        # Older records do not have all of them.
        _expect_parts(judgement, _JUDGEMENT)
        evidence = judgement.get("evidence", {})
        _expect_parts(evidence, _EVIDENCE, *(("answer", "others") if "request" in evidence else ()))
        if "facts" in evidence:
            _expect_parts(evidence["facts"], _FACTS, "method", "resource", "asks", "status")
            if unknown := evidence["facts"].keys() - _FACTS.keys():
                raise KeyError(min(unknown))


def _expect_parts(data: Mapping[str, Any], kinds: _Kinds, *required: str) -> None:
    """Raise TypeError or KeyError unless ``data`` has what is ``required``, and of all it has the right kind."""
    _expect(data, dict, "a part")
    for name in {*required, *(data.keys() & kinds.keys())}:
        kind = kinds[name]
        _expect(data[name], kind, name)
        if kind is _TEXTS:
            for each in data[name]:
                _expect(each, str, name)


def _expect_settings(recorded: Mapping[str, Any]) -> None:
    for setting in SETTINGS:
        value, kind = recorded.get(setting.name, setting.default), type(setting.default)
        _expect(
            value, _NUMBER_OR_NONE if setting.name == "rate-limit" else _OF_DEFAULT.get(kind, (kind,)), setting.name
        )
        if kind is int or setting.name == "fail-on":
            setting.read(str(value))
        if isinstance(value, list):
            parts = [text for pair in value for text in pair] if setting.name == "request-header" else value
            for each in parts:
                _expect(each, (str, int), setting.name)


def _expect(value: object, kind: type | tuple[type, ...], name: str) -> None:
    if not isinstance(value, kind):
        raise TypeError(f"{name} is of another kind")
    if isinstance(value, float) and not math.isfinite(value):
        raise ValueError(f"{name} is out of range")
    for each in value if isinstance(value, list) else [value]:
        if isinstance(each, str):
            # Half a character is JSON, but not a text.
            each.encode()
