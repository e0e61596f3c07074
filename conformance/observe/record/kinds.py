"""Whether what a record has of its run is of the kinds that a run writes: anybody may have written the file."""

from __future__ import annotations

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


def expect_usual(facts: Mapping[str, Any]) -> None:
    """Raise TypeError, KeyError or ValueError for ``facts`` that no run has written."""
    datetime.fromisoformat(facts["started"])
    _expect_settings(facts["settings"])
    _expect(facts["token_facts"]["lifetime"], _NUMBER_OR_NONE, "lifetime")
    for name, kind in _TARGET.items():
        _expect(facts["target"][name], kind, name)
    _expect(facts["target"].get("expendable_invoice_id", ""), str, "expendable_invoice_id")
    _expect(facts["target"].get("files", []), list, "files")
    if not 0 <= facts["target"]["signing_key_bits"] <= _MOST_BITS:
        raise ValueError("signing_key_bits is out of range")


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
    for each in value if isinstance(value, list) else [value]:
        if isinstance(each, str):
            # Half a character is JSON, but not a text.
            each.encode()
