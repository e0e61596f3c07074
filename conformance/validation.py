"""JSON Schema validation as the contract needs it: asserted formats, ECMA-262 anchors and short messages."""

from __future__ import annotations

import json
import re
from typing import TYPE_CHECKING, Any

from jsonschema import Draft202012Validator, FormatChecker, ValidationError
from jsonschema.exceptions import best_match
from jsonschema.validators import extend
from referencing import Registry
from referencing.jsonschema import DRAFT202012

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping

    from jsonschema.protocols import Validator

# One text per asserted format that its checker must refuse.
_REFUSED = {
    "uuid": "abb41d30a26e11efbe6d0242ac120003",
    "date-time": "2024-02-30T00:00:00.000Z",
    "uri": "/relative",
    "uri-reference": "http://example.org/{id}",
}
_MOST_PROBLEMS = 10
_LONGEST_TEXT = 200
_LONGEST_VALUE = 60
_MOST_NAMES = 5


def make_validator(documents: Mapping[str, Mapping[str, Any]], uri: str) -> Validator:
    """Validator for the schema at `uri`; relative references resolve among `documents`, which are keyed by URI.

    Raises:
        RuntimeError: the checker of a format is missing or does nothing.
    """
    registry: Registry[Any] = Registry().with_resources(
        (key, DRAFT202012.create_resource(content)) for key, content in documents.items()
    )
    validator: Validator = _ContractValidator({"$ref": uri}, registry=registry, format_checker=format_checker())
    return validator


def format_checker() -> FormatChecker:
    """Checker that asserts the formats of the contract and no other.

    Raises:
        RuntimeError: the checker of a format is missing or does nothing.
    """
    known = Draft202012Validator.FORMAT_CHECKER
    checker = FormatChecker(formats=())
    for name, refused in _REFUSED.items():
        if name not in known.checkers or known.conforms(refused, name):
            raise RuntimeError(f"format {name!r} is not asserted: install jsonschema[format-nongpl]")
        checker.checks(name)(lambda value, name=name: _one_line(value) and known.conforms(value, name))
    return checker


def describe(errors: Iterable[ValidationError]) -> list[str]:
    """One short line for each error, outermost first, without repeats."""
    found = sorted((_most_telling(error) for error in errors), key=lambda error: len(error.absolute_path))
    lines = list(dict.fromkeys(_line(error) for error in found))
    rest = len(lines) - _MOST_PROBLEMS
    return lines if rest <= 0 else [*lines[:_MOST_PROBLEMS], f"and {rest} more"]


def _one_line(value: object) -> bool:
    # The public checkers anchor with `$`, which overlooks a final line feed.
    return not (isinstance(value, str) and value.endswith("\n"))


def _pattern(
    validator: Validator, pattern: str, instance: object, schema: Mapping[str, Any]
) -> Iterator[ValidationError]:
    """`pattern` with the meaning of ECMA-262, where a final `$` is the end of the text and nothing less."""
    del validator, schema
    anchored = pattern[:-1] + r"\Z" if pattern.endswith("$") else pattern
    if isinstance(instance, str) and not re.search(anchored, instance):
        yield ValidationError("pattern does not match")


_ContractValidator = extend(Draft202012Validator, {"pattern": _pattern})


def _most_telling(error: ValidationError) -> ValidationError:
    # An alternative that does not fit by its type alone tells less than one that nearly fits.
    best = best_match([error])
    return error if best is None else best


def _line(error: ValidationError) -> str:
    pointer = "".join("/" + str(part).replace("~", "~0").replace("/", "~1") for part in error.absolute_path)
    return _cut(f"{_cut(_escaped(pointer), _LONGEST_TEXT // 2) or '(document)'}: {_reason(error)}", _LONGEST_TEXT)


def _reason(error: ValidationError) -> str:
    keyword, wanted, instance = str(error.validator), error.validator_value, error.instance
    match keyword:
        case "required":
            return f"lacks {_names(name for name in wanted if name not in instance)}"
        case "additionalProperties":
            return f"has members that are not allowed: {_names(_unexpected(error))}"
        case "dependentRequired":
            return "; ".join(
                f"has {_value(name)} without {_names(needed)}" for name, needed in wanted.items() if name in instance
            )
        case "not":
            return f"has {' and '.join(map(_value, wanted.get('required', ())))} together"
        case "type":
            allowed = [wanted] if isinstance(wanted, str) else wanted
            return f"{_value(instance)} is not of type {' or '.join(allowed)}"
        case "const":
            return f"{_value(instance)} is not {_value(wanted)}"
        case "format":
            return f"{_value(instance)} is not a valid {wanted}"
        case "pattern":
            return f"{_value(instance)} does not match {wanted}"
        case "minimum":
            return f"{_value(instance)} is less than {wanted}"
        case "anyOf":
            return f"{_value(instance)} fits none of the allowed forms"
        case _:
            return f"{_value(instance)} does not satisfy {keyword}"


def _unexpected(error: ValidationError) -> list[str]:
    schema = error.schema if isinstance(error.schema, dict) else {}
    patterns = schema.get("patternProperties", {})
    return [
        name
        for name in error.instance
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
