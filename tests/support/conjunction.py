"""The conjunction of two JSON schemas as one schema: what ``allOf`` says, without it."""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Any, Literal

Schema = dict[str, Any]
Resolve = Callable[[str], Schema]

_ABOUT = ("title", "description")
_MEMBERS = ("properties", "patternProperties", "additionalProperties")


def conjunction(first: Schema, second: Schema, resolve: Resolve) -> Schema | Literal[False]:
    """Return the schema of what fits both, False if nothing does.

    ``resolve`` returns what a reference leads to. A reference stays where the other schema demands nothing more. The
    title and the description are those of ``second`` if it has any.

    Raises:
        ValueError: they have keywords that cannot be joined.
    """
    if not first or not second:
        return second or first
    # What is joined with more is no longer what the title is about.
    one, other = (_demands(resolve(each["$ref"])) if "$ref" in each else each for each in (first, second))
    made = _joined(one, other, resolve)
    if made is False:
        return False
    for given, content in ((second, other), (first, one)):
        if "$ref" in given and _demands(made) == _demands(content):
            return given
    return made


def _demands(schema: Schema) -> Schema:
    return {key: value for key, value in schema.items() if key not in _ABOUT}


def _joined(first: Schema, second: Schema, resolve: Resolve) -> Schema | Literal[False]:
    made = {**first, **second}
    for key in (first.keys() & second.keys()).difference(_ABOUT, _MEMBERS):
        one, other = first[key], second[key]
        if one == other:
            continue
        if key == "required":
            made[key] = list(dict.fromkeys([*one, *other]))
        elif key == "type":
            types = [name for name in _listed(one) if name in _listed(other)]
            if not types:
                return False
            made[key] = types[0] if len(types) == 1 else types
        elif key == "anyOf":
            pairs = (conjunction(each, another, resolve) for each in one for another in other)
            made[key] = [pair for pair in pairs if pair is not False]
        else:
            raise ValueError(f"{key} cannot be joined: {one} and {other}")
    return made | _members(first, second, resolve)


def _listed(types: Any) -> list[str]:
    return types if isinstance(types, list) else [types]


def _members(first: Schema, second: Schema, resolve: Resolve) -> Schema:
    """Return the keywords about the members of an object."""
    made: Schema = {}
    names = dict.fromkeys([*first.get("properties", ()), *second.get("properties", ())])
    if names:
        both = {name: conjunction(_of(first, name), _of(second, name), resolve) for name in names}
        made["properties"] = both
    others = [{key: each[key] for key in _MEMBERS[1:] if key in each} for each in (first, second)]
    if all(others) and others[0] != others[1]:
        raise ValueError(f"members cannot be joined: {others}")
    return made | others[0] | others[1]


def _of(schema: Schema, name: str) -> Schema:
    """Return what a schema demands of the member ``name``."""
    if name in schema.get("properties", ()):
        found: Schema = schema["properties"][name]
        return found
    if any(re.search(pattern, name) for pattern in schema.get("patternProperties", ())):
        return {}
    rest: Schema | Literal[False] = schema.get("additionalProperties", {})
    if rest is False:
        raise ValueError(f"{name} is forbidden and described")
    return rest
