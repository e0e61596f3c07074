"""JSON Schema validation as the contract needs it: asserted formats, ECMA-262 anchors and short messages."""

from __future__ import annotations

import json
import re
from functools import cache
from itertools import islice
from typing import TYPE_CHECKING, Any

from jsonschema import Draft202012Validator, FormatChecker, ValidationError
from jsonschema.exceptions import best_match
from jsonschema.validators import extend
from referencing import Registry
from referencing.jsonschema import DRAFT202012

from conformance.syntax.scalars import instant

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Mapping

    from jsonschema.protocols import Validator

# One text per asserted format that its checker must refuse.
_REFUSED = {
    "uuid": "abb41d30a26e11efbe6d0242ac120003",
    "date-time": "2024-02-30T00:00:00.000Z",
    "uri": "/relative",
    "uri-reference": "http://example.org/{id}",
}
# A hostile document can have any number of errors; no more than these are looked at.
_MOST_ERRORS = 200
_MOST_PROBLEMS = 10
_LONGEST_TEXT = 200
_LONGEST_VALUE = 60
_MOST_NAMES = 5


def make_validator(documents: Mapping[str, Mapping[str, Any]], uri: str) -> Validator:
    """Return a validator for the schema at ``uri``; relative references resolve among ``documents``, keyed by URI.

    Raises:
        RuntimeError: the checker of a format is missing or does nothing.
    """
    # A schema that names its draft would be handed to the stock validator, which reads patterns otherwise.
    registry: Registry[Any] = Registry().with_resources(
        (key, DRAFT202012.create_resource({name: value for name, value in content.items() if name != "$schema"}))
        for key, content in documents.items()
    )
    return _contract_validator()({"$ref": uri}, registry=registry, format_checker=format_checker())


def format_checker() -> FormatChecker:
    """Return a checker that asserts the formats of the contract and no other.

    Raises:
        RuntimeError: the checker of a format is missing or does nothing.
    """
    known = Draft202012Validator.FORMAT_CHECKER
    checker = FormatChecker(formats=())
    for name, refused in _REFUSED.items():
        if name not in known.checkers or known.conforms(refused, name):
            raise RuntimeError(f"format {name!r} is not asserted: install rfc3339-validator and rfc3986-validator")
        checker.checks(name)(lambda value, name=name: _one_line(value) and known.conforms(value, name))
    checker.checks("date-time")(
        lambda value: _one_line(value) and (known.conforms(value, "date-time") or _is_instant(value))
    )
    return checker


def describe(errors: Iterable[ValidationError]) -> list[str]:
    """Return one short line for each error, outermost first, without repeats."""
    found = [_most_exact(error) for error in islice(errors, _MOST_ERRORS)]
    found.sort(key=lambda error: len(error.absolute_path))
    lines = list(dict.fromkeys(_line(error) for error in found))
    return lines if len(lines) <= _MOST_PROBLEMS else [*lines[:_MOST_PROBLEMS], "and more"]


def _is_instant(value: object) -> bool:
    # RFC 3339 has leap seconds and the year 0; the public checker refuses both.
    try:
        return isinstance(value, str) and bool(instant(value))
    except ValueError:
        return False


def _one_line(value: object) -> bool:
    # The public checkers anchor with `$`, which overlooks a final line feed.
    return not (isinstance(value, str) and value.endswith("\n"))


def _pattern(
    validator: Validator, pattern: str, instance: object, schema: Mapping[str, Any]
) -> Iterator[ValidationError]:
    """Judge ``pattern`` with the meaning of ECMA-262, where a final ``$`` is the end of the text and nothing less."""
    del validator, schema
    anchored = pattern[:-1] + r"\Z" if pattern.endswith("$") else pattern
    if isinstance(instance, str) and not re.search(anchored, instance):
        yield ValidationError("pattern does not match")


@cache
def _contract_validator() -> type[Validator]:
    extended: type[Validator] = extend(Draft202012Validator, {"pattern": _pattern})  # type: ignore[no-untyped-call]
    return extended


def _most_exact(error: ValidationError) -> ValidationError:
    # An alternative that does not fit by its type alone explains less than one that nearly fits.
    best = best_match([error])
    return error if best is None else best


def _line(error: ValidationError) -> str:
    pointer = "".join("/" + str(part).replace("~", "~0").replace("/", "~1") for part in error.absolute_path)
    return _cut(f"{_cut(_escaped(pointer), _LONGEST_TEXT // 2) or '(document)'}: {_reason(error)}", _LONGEST_TEXT)


def _reason(error: ValidationError) -> str:
    keyword = str(error.validator)
    wanted: Any = error.validator_value
    reason = _REASONS.get(keyword)
    if reason is not None:
        return reason(error, wanted)
    return f"{_value(error.instance)} does not satisfy {keyword}"


def _without_companion(error: ValidationError, wanted: Mapping[str, list[str]]) -> str:
    present: Any = error.instance
    return "; ".join(
        f"has {_value(name)} without {_names(companions)}" for name, companions in wanted.items() if name in present
    )


def _fits_none(error: ValidationError, wanted: object) -> str:
    del wanted
    types = [str(each.validator_value) for each in error.context or () if each.validator == "type"]
    by_type_alone = len(types) == len(error.context or ())
    return f"{_value(error.instance)} " + (
        f"is not of type {' or '.join(types)}" if by_type_alone else "fits none of the allowed forms"
    )


def _lacking(error: ValidationError, wanted: list[str]) -> str:
    present: Any = error.instance
    return f"lacks {_names(name for name in wanted if name not in present)}"


_REASONS: dict[str, Callable[[ValidationError, Any], str]] = {
    "required": _lacking,
    "additionalProperties": lambda error, _: f"has members that are not allowed: {_names(_unexpected(error))}",
    "dependentRequired": _without_companion,
    "not": lambda _, wanted: f"has {' and '.join(map(_value, wanted['required']))} together",
    "type": lambda error, wanted: (
        f"{_value(error.instance)} is not of type {wanted if isinstance(wanted, str) else ' or '.join(wanted)}"
    ),
    "const": lambda error, wanted: f"{_value(error.instance)} is not {_value(wanted)}",
    "format": lambda error, wanted: f"{_value(error.instance)} is not a valid {wanted}",
    "pattern": lambda error, wanted: f"{_value(error.instance)} does not match {wanted}",
    "minimum": lambda error, wanted: f"{_value(error.instance)} is less than {wanted}",
    "anyOf": _fits_none,
}


def _unexpected(error: ValidationError) -> list[str]:
    schema = error.schema if isinstance(error.schema, dict) else {}
    present: Any = error.instance
    patterns = schema.get("patternProperties", {})
    return [
        name
        for name in present
        if name not in schema.get("properties", {}) and not any(re.search(pattern, name) for pattern in patterns)
    ]


def _names(names: Iterable[str]) -> str:
    listed = [_value(name) for name in names]
    rest = len(listed) - _MOST_NAMES
    return ", ".join(listed if rest <= 0 else [*listed[:_MOST_NAMES], f"and {rest} more"])


def _value(value: object) -> str:
    if isinstance(value, dict):
        return f"an object of {len(value)} members"
    if isinstance(value, list):
        return f"an array of {len(value)} items"
    text = value[: _LONGEST_VALUE + 1] if isinstance(value, str) else value
    return _cut(_escaped(json.dumps(text, ensure_ascii=False, default=str)), _LONGEST_VALUE)


def _escaped(text: str) -> str:
    return "".join(each if each.isprintable() else each.encode("unicode_escape").decode("ascii") for each in text)


def _cut(text: str, most: int) -> str:
    return text if len(text) <= most else text[: most - 1] + "…"
