"""What a generated request asks for, read from its target against the OpenAPI document."""

from __future__ import annotations

import re
import uuid
from collections.abc import Collection
from dataclasses import dataclass
from enum import StrEnum
from functools import cache, cached_property
from typing import Any
from urllib.parse import unquote_to_bytes

from conformance.model import contract
from conformance.model.exchange import Request
from conformance.syntax.scalars import is_uuid

_MALFORMED_ESCAPE = re.compile(r"%(?![0-9A-Fa-f]{2})")
# What no router, proxy or firewall has a reason to treat in a special way.
_PLAIN_ID = re.compile(r"[A-Za-z0-9_~-]{1,64}", re.ASCII)
_CONTROL = re.compile(r"[\x00-\x1f\x7f]")
_LONG = 255


class IdForm(StrEnum):
    """What stands in the place of the id."""

    NONE = "none"
    KNOWN = "known"
    UNKNOWN = "unknown"
    SHOWN = "shown by the target"
    OTHER_NOTATION = "another notation of a UUID"
    PLAIN = "no UUID"
    MALFORMED = "malformed encoding"
    CONTROL = "control character"
    LONG = "long"
    NON_ASCII = "non-ASCII"
    SPECIAL = "special characters"


@dataclass(frozen=True)
class Operation:
    """An operation of the document: its path template and its documented query parameters with their schemas."""

    name: str
    path: str
    parameters: dict[str, Any]

    @property
    def has_id(self) -> bool:
        """Whether the path names one resource."""
        return "{id}" in self.path


@cache
def operations() -> dict[str, Operation]:
    """Return the operations of GET and HEAD by their operationId, in the order of the document."""
    document = contract.openapi()
    found = {}
    for path, entry in document["paths"].items():
        for method in ("get", "head"):
            if operation := entry.get(method):
                given = [*entry.get("parameters", ()), *operation.get("parameters", ())]
                named = [_resolved(parameter) for parameter in given]
                query = {each["name"]: each for each in named if each["in"] == "query"}
                found[operation["operationId"]] = Operation(operation["operationId"], path, query)
    return found


def _resolved(node: dict[str, Any]) -> dict[str, Any]:
    while "$ref" in node:
        target: Any = contract.openapi()
        for name in node["$ref"].removeprefix("#/").split("/"):
            target = target[name]
        node = target
    return node


@cache
def _validator(operation: str, name: str) -> Any:
    # It comes with schemathesis; jsonschema takes seconds to be imported, for the grammar of URIs.
    from jsonschema_rs import Draft202012Validator

    parameter = operations()[operation].parameters[name]
    schema = dict(_resolved(parameter["schema"]))
    if "items" in schema:
        schema["items"] = _resolved(schema["items"])
    return Draft202012Validator(schema, validate_formats=True)


@cache
def _routes() -> list[tuple[re.Pattern[str], str]]:
    found: dict[str, tuple[re.Pattern[str], str]] = {}
    for operation in operations().values():
        pattern = re.escape(operation.path).replace(re.escape("{id}"), "(?P<id>[^/]*)")
        found.setdefault(operation.path, (re.compile(pattern), operation.name))
    return list(found.values())


@dataclass(frozen=True)
class Asked:
    """What one request asks for.

    ``operation`` is None when the path is none of the document's, ``id`` the decoded id; ``parameters`` the decoded
    query. ``readable`` is whether nothing in the query or the header section is broken, ``fits`` whether the query
    is one that the document allows, too.
    """

    operation: Operation | None
    id: str
    id_form: IdForm
    parameters: tuple[tuple[str, str], ...]
    readable: bool

    @cached_property
    def fits(self) -> bool:
        """Whether the document allows the query."""
        return self.readable and self.operation is not None and _fits(self.operation, self.parameters)

    def fits_without(self, name: str) -> bool:
        """Return whether the document would allow the query without the parameter ``name``."""
        rest = tuple((key, value) for key, value in self.parameters if key != name)
        return self.readable and self.operation is not None and _fits(self.operation, rest)

    def names(self) -> tuple[str, ...]:
        """Return the names of the query parameters, sorted."""
        return tuple(sorted(name for name, _ in self.parameters))

    def value(self, name: str) -> str | None:
        """Return the value of a parameter that was given once; None otherwise."""
        values = [value for key, value in self.parameters if key == name]
        return values[0] if len(values) == 1 else None

    def wanted(self, resource_type: str) -> set[str] | None:
        """Return the fields that a sparse fieldset names, None when there is no single one for the type."""
        value = self.value(f"fields[{resource_type}]")
        return None if value is None else {name for name in value.split(",") if name}

    def shows_all_fields(self) -> bool:
        """Return whether no parameter is about the fields of any type, in whatever shape."""
        return not any(name.startswith("fields") for name, _ in self.parameters)


def read(request: Request, base: str, known: Collection[str], shown: Collection[str] = ()) -> Asked:
    """Return what ``request`` asks for.

    ``base`` is the path of the API, ``known`` the ids, in lower case, of resources that exist, ``shown`` those that
    the target named of its own accord.
    """
    path, _, query = request.target.partition("?")
    operation, raw_id = _route(path.removeprefix(base)) if path.startswith(base) else (None, "")
    identifier, form = _identify(raw_id, known, shown) if operation and operation.has_id else ("", IdForm.NONE)
    parameters, malformed = _parameters(query)
    # A generated Content-Type is one that the server may refuse.
    plain = not malformed and request.method in {"GET", "HEAD"} and request.header("Content-Type") is None
    return Asked(operation, identifier, form, parameters, plain)


def _route(path: str) -> tuple[Operation | None, str]:
    for pattern, name in _routes():
        if match := pattern.fullmatch(path):
            return operations()[name], match.groupdict().get("id") or ""
    return None, ""


def _identify(  # noqa: PLR0911 - one return per form
    raw: str, known: Collection[str], shown: Collection[str]
) -> tuple[str, IdForm]:
    decoded = unquote_to_bytes(raw)
    text = decoded.decode("utf-8", errors="replace")
    if _MALFORMED_ESCAPE.search(raw) or text.encode() != decoded:
        return text, IdForm.MALFORMED
    if text.lower() in known:
        return text, IdForm.KNOWN
    if is_uuid(text):
        return text, IdForm.SHOWN if text.lower() in shown else IdForm.UNKNOWN
    if len(text) > _LONG:
        return text, IdForm.LONG
    if _CONTROL.search(text):
        return text, IdForm.CONTROL
    if not text.isascii():
        return text, IdForm.NON_ASCII
    if _is_uuid_in_any_notation(text):
        return text, IdForm.OTHER_NOTATION
    return text, IdForm.PLAIN if _PLAIN_ID.fullmatch(text) else IdForm.SPECIAL


def _is_uuid_in_any_notation(text: str) -> bool:
    try:
        uuid.UUID(text.strip())
    except ValueError:
        return False
    return True


def _parameters(query: str) -> tuple[tuple[tuple[str, str], ...], bool]:
    malformed = bool(_MALFORMED_ESCAPE.search(query))
    pairs = []
    for part in query.split("&") if query else ():
        name, _, value = part.partition("=")
        decoded = [unquote_to_bytes(text.replace("+", " ")) for text in (name, value)]
        texts = [each.decode("utf-8", errors="replace") for each in decoded]
        malformed |= any(text.encode() != each for text, each in zip(texts, decoded, strict=True))
        malformed |= any(_CONTROL.search(text) is not None for text in texts)
        pairs.append((texts[0], texts[1]))
    return tuple(pairs), malformed


def _fits(operation: Operation, parameters: tuple[tuple[str, str], ...]) -> bool:
    names = [name for name, _ in parameters]
    if len(set(names)) != len(names):
        return False
    return all(name in operation.parameters and _is_valid(operation, name, value) for name, value in parameters)


def _is_valid(operation: Operation, name: str, value: str) -> bool:
    schema = _resolved(operation.parameters[name]["schema"])
    parsed: object = value
    if schema.get("type") == "array":
        parsed = value.split(",") if value else []
    elif schema.get("type") == "integer":
        parsed = int(value) if re.fullmatch("[0-9]{1,18}", value) else value
    return bool(_validator(operation.name, name).is_valid(parsed))


def enumeration(operation: Operation, name: str) -> list[str]:
    """Return the values that the document lists for a query parameter, or for its elements; none for other kinds."""
    if name not in operation.parameters:
        return []
    schema = _resolved(operation.parameters[name]["schema"])
    return [str(value) for value in _resolved(schema.get("items", schema)).get("enum", ())]
