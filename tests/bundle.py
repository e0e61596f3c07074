"""Makes ``openapi.bundled.yaml``: the OpenAPI document with its schemas and examples in one file, for other tools.

Generators of clients and models read no other file, and few of the ways in which schemas are combined. So each schema
becomes a component that has all of its properties itself. It accepts what its source accepts.
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from functools import cache
from typing import Any

import yaml

from conformance.model import contract
from tests.support.conjunction import conjunction

HEADER = """\
# Made by python -m tests.documents from openapi.yaml and schemas/, for tools that read one file.
"""
# Where the name of the file is not the one that a user of a client expects.
_NAMES = {
    "invoice-fields": "InvoiceAttributes",
    "sparse-collection-document": "InvoicesDocument",
    "sparse-invoice": "ListedInvoice",
    "sparse-item-document": "InvoiceDocument",
    "sparse-item-document/data": "Invoice",
}
_LINKS = ("self", "related", "first", "last", "prev", "next")
_SUFFIX = ".schema.json"
_LEFT_OUT = {"$schema", "$comment"}
_MAPS = {"properties", "patternProperties"}
_LISTS = {"allOf", "anyOf"}
_SINGLE = {"items", "additionalProperties", "not", "if", "then"}
# To which type a keyword applies; the others apply to all.
_OF_TYPE = {
    **dict.fromkeys(("format", "pattern", "minLength"), "string"),
    **dict.fromkeys(("required", "properties", "patternProperties", "additionalProperties"), "object"),
    "items": "array",
}

Schema = dict[str, Any]


class _Dumper(getattr(yaml, "CSafeDumper", yaml.SafeDumper)):  # type: ignore[misc]
    def ignore_aliases(self, data: Any) -> bool:  # noqa: ARG002 - named by PyYAML
        return True


def text() -> str:
    """Return the content of ``openapi.bundled.yaml``."""
    dumped: str = yaml.dump(document(), Dumper=_Dumper, sort_keys=False, allow_unicode=True, width=120)
    return HEADER + dumped


def document() -> dict[str, Any]:
    """Return the OpenAPI document with all that it refers to."""
    made: dict[str, Any] = _inlined(contract.openapi())
    schemas = made["components"]["schemas"]
    waiting = list(_references(made))
    while waiting:
        key = waiting.pop(0)
        if _name(key) not in schemas:
            schemas[_name(key)] = _rewritten(_source(key))
            waiting += _references(schemas[_name(key)])
    return _named(made)  # type: ignore[no-any-return]


def _inlined(node: Any) -> Any:
    """Return a part of the OpenAPI document with its examples; references to files are keys of ``_source``."""
    if isinstance(node, list):
        return [_inlined(each) for each in node]
    if not isinstance(node, dict):
        return node
    if "externalValue" in node:
        name = node["externalValue"].rpartition("/")[2].removesuffix(".json")
        rest = {key: value for key, value in node.items() if key != "externalValue"}
        return {**rest, "value": json.loads(contract.example(name))}
    if "$ref" in node and not node["$ref"].startswith("#"):
        return {"$ref": _key(node["$ref"].rpartition("/")[2], "")}
    return {key: _inlined(value) for key, value in node.items()}


def _key(reference: str, file: str) -> str:
    """Return by what key ``_source`` knows what a schema file refers to."""
    name, _, place = reference.partition("#/$defs/")
    return f"{name.removesuffix(_SUFFIX) or file}{'#' if place else ''}{place}"


@cache
def _source(key: str) -> Schema:
    """Return a schema by its key: ``file``, ``file#definition``, or ``file/member``; each has its properties itself."""
    if key == "links":
        # Names that JSON:API 1.1 gives, so that generators know them; each is a link like any other.
        named = {"properties": {name: {"$ref": "link"} for name in _LINKS}}
        return {**_flat(contract.schema(key), key), **named}
    if key == "link/object":
        return _parts(_source("link"))["object"]
    if key == "resource/other":
        others = [branch["then"]["$ref"] for branch in _included()["allOf"][1:]]
        known = [_source(_key(each, ""))["properties"]["type"]["const"] for each in others]
        return _both(_source("resource"), {"properties": {"type": {"not": {"enum": known}}}})
    file, _, definition = key.partition("#")
    file, _, member = file.partition("/")
    content = contract.schema(file)
    flat: Schema = _flat(content["$defs"][definition] if definition else content, file)
    if file != "sparse-item-document":
        return flat
    if member:
        data: Schema = flat["properties"]["data"]
        return data
    return {**flat, "properties": {**flat["properties"], "data": {"$ref": f"{file}/data"}}}


def _included() -> Schema:
    items: Schema = contract.schema("document")["properties"]["included"]["items"]
    return items


def _flat(node: Any, file: str) -> Any:
    """Return a schema without ``allOf``, with keys as references."""
    if node is True:
        return {}
    if node is False:
        return False
    if node is _included():
        known = [_key(each["then"]["$ref"], file) for each in node["allOf"][1:]]
        return {"anyOf": [{"$ref": key} for key in (*known, "resource/other")]}
    made: Schema = {}
    for key, value in node.items():
        if key == "$ref":
            made[key] = _key(value, file)
        elif key in _MAPS:
            made[key] = {name: _flat(each, file) for name, each in value.items()}
        elif key in _LISTS:
            made[key] = [_flat(each, file) for each in value]
        elif key in _SINGLE:
            made[key] = _flat(value, file)
        elif key not in _LEFT_OUT | {"$defs"}:
            made[key] = value
    parts = made.pop("allOf", ())
    for part in parts:
        made = _both(_source(part["$ref"]), made)
    return made


def _both(first: Schema, second: Schema) -> Schema:
    made = conjunction(first, second, _source)
    assert made is not False
    return made


def _rewritten(node: Any) -> Any:
    """Return a schema in the shapes that generators read."""
    if isinstance(node, list):
        return [_rewritten(each) for each in node]
    if not isinstance(node, dict):
        return node
    # Generators would name what they make after titles, which are not unique.
    title = {"description": node["title"]} if isinstance(node.get("title"), str) else {}
    node = {**title, **{key: value for key, value in node.items() if key != "title" or not title}}
    types = node.get("type")
    if isinstance(types, list) and len(types) - ("null" in types) > 1:
        about = {key: node[key] for key in ("description",) if key in node}
        return {**about, "anyOf": [_rewritten(_as_link(part)) for part in _parts(node).values()]}
    made = {key: _rewritten(value) for key, value in node.items()}
    return _open(made) if made.get("type") == "object" else made


def _open(node: Schema) -> Schema:
    """Return an object that has what generators misread in a double negation, which they pass over.

    They take ``anyOf`` for a choice between types, and patterns of names for the names of all members; and what they
    make of an object that is closed, or does not mention further members, refuses or loses those.
    """
    hidden: Schema = {key: node[key] for key in ("patternProperties", "additionalProperties", "anyOf") if key in node}
    made = {key: value for key, value in node.items() if key not in hidden} | {"additionalProperties": True}
    if not hidden:
        return made
    if "properties" in node and "additionalProperties" in hidden:
        hidden["properties"] = {name: {} for name in node["properties"]}
    forbidden: Schema = {"not": hidden}
    made["not"] = {"anyOf": [node["not"], forbidden]} if "not" in node else forbidden
    return made


def _parts(node: Schema) -> dict[str, Schema]:
    """Return what a schema of several types says of each."""
    return {
        name: {"type": name, **{key: value for key, value in node.items() if _OF_TYPE.get(key) == name}}
        for name in node["type"]
    }


def _as_link(part: Schema) -> Schema:
    return {"$ref": "link/object"} if part == _source("link/object") else part


def _references(node: Any) -> Iterator[str]:
    if isinstance(node, dict):
        reference = node.get("$ref", "#")
        if isinstance(reference, str) and not reference.startswith("#"):
            yield reference
    children = node.values() if isinstance(node, dict) else node if isinstance(node, list) else ()
    for child in children:
        yield from _references(child)


def _name(key: str) -> str:
    """Return the name of a component."""
    if key in _NAMES:
        return _NAMES[key]
    first, _, last = key.partition("/")
    word = f"{last}-{first}" if last == "other" else f"{first}-{last}" if last else key.rpartition("#")[2]
    return "".join(part.capitalize() for part in word.split("-") if part)


def _named(node: Any) -> Any:
    if isinstance(node, list):
        return [_named(each) for each in node]
    if not isinstance(node, dict):
        return node
    reference = node.get("$ref")
    if isinstance(reference, str) and not reference.startswith("#"):
        return {"$ref": f"#/components/schemas/{_name(reference)}"}
    return {key: _named(value) for key, value in node.items()}
