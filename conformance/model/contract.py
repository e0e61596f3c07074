"""The documented contract as data: the OpenAPI document, the JSON Schema files and validators made of them.

The schemas say what JSON:API and the documentation demand of one document. What they leave to checks is named
in their ``$comment``.
"""

from __future__ import annotations

import json
import re
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from jsonschema.protocols import Validator

_SUFFIX = ".schema.json"
# It describes what the suite writes, not what a server sends.
_REPORT = "report"


@cache
def contract_dir() -> Path:
    """Return the folder with ``openapi.yaml`` and ``schemas/``: in an installed package, else that of the project."""
    package = Path(__file__).parents[1]
    installed = package / "_contract"
    return installed if installed.is_dir() else package.parent


def fact(anchor: str) -> str:
    """Return the text of a fact of ``docs/contract.md``, by its anchor, as plain text in one line.

    Raises LookupError when it has none.
    """
    packed = contract_dir() / "contract.md"
    text = (packed if packed.is_file() else contract_dir() / "docs" / "contract.md").read_text(encoding="utf-8")
    found = re.search(rf'^- <a id="{re.escape(anchor)}"></a>(.*?)(?=^- |^#|\n\n|\Z)', text, re.MULTILINE | re.DOTALL)
    if found is None:
        raise LookupError(f"docs/contract.md has no fact {anchor}")
    return " ".join(found[1].replace("**", "").split())


def openapi_path() -> Path:
    """Return the file of the OpenAPI 3.1 document."""
    return contract_dir() / "openapi.yaml"


def bundle_path() -> Path:
    """Return the file that has the OpenAPI document, its schemas and its examples in one, for other tools."""
    return contract_dir() / "openapi.bundled.yaml"


@cache
def openapi() -> dict[str, Any]:
    """Return the OpenAPI document as loaded, references unresolved. Shared: do not change it."""
    import yaml

    # The loader in C is ten times faster; wheels of PyYAML carry it.
    loader = getattr(yaml, "CSafeLoader", yaml.SafeLoader)
    document: dict[str, Any] = yaml.load(openapi_path().read_text(encoding="utf-8"), Loader=loader)  # noqa: S506 - both are safe loaders
    return document


@cache
def schema_names() -> tuple[str, ...]:
    """Return the names that ``schema`` and ``validator`` know, sorted."""
    names = {path.name.removesuffix(_SUFFIX) for path in _schema_dir().glob(f"*{_SUFFIX}")}
    return tuple(sorted(names - {_REPORT}))


@cache
def report_schema() -> dict[str, Any]:
    """Return the schema of the JSON report; it refers to no other file. Shared: do not change it."""
    content: dict[str, Any] = json.loads(schema_path(_REPORT).read_text(encoding="utf-8"))
    return content


@cache
def schema(name: str) -> dict[str, Any]:
    """Return the schema file of that name, references unresolved. Shared: do not change it.

    Raises:
        LookupError: there is no such schema.
    """
    if name not in schema_names():
        raise LookupError(f"no schema {name!r}; there are: {', '.join(schema_names())}")
    content: dict[str, Any] = json.loads(schema_path(name).read_text(encoding="utf-8"))
    return content


def schema_path(name: str) -> Path:
    """Return the file of the schema of that name."""
    return _schema_dir() / f"{name}{_SUFFIX}"


@cache
def validator(name: str) -> Validator:
    """Return a validator for one schema (draft 2020-12) that resolves references between the files and asserts formats.

    Raises:
        LookupError: there is no such schema.
        RuntimeError: the checker of a format is missing or does nothing.
    """
    from conformance.model.validation import make_validator

    schema(name)
    return make_validator(
        {schema_path(each).as_uri(): schema(each) for each in schema_names()}, schema_path(name).as_uri()
    )


def problems(document: Any, name: str) -> list[str]:
    """Return what is wrong with a parsed document by the schema of that name; empty if nothing.

    Each line is a JSON Pointer (RFC 6901) and what is wrong there, outermost first, bounded in number and length.
    Control characters of the document come escaped.

    Raises:
        LookupError: there is no such schema.
    """
    from conformance.model.validation import describe

    return describe(validator(name).iter_errors(document))


@cache
def attribute_names() -> tuple[str, ...]:
    """Return the documented attributes of an invoice, in documented order."""
    return tuple(_invoice_fields())


@cache
def account_attribute_names() -> tuple[str, ...]:
    """Return the known attributes of an account."""
    return tuple(schema("account-attributes")["properties"])


def attribute_schema(name: str) -> dict[str, Any]:
    """Return the schema of one attribute of an invoice, free of references.

    Raises:
        LookupError: the attribute is not documented.
    """
    if name not in attribute_names():
        raise LookupError(f"{name!r} is not a documented attribute")
    resolved: dict[str, Any] = _inline(_invoice_fields()[name])
    return resolved


def amounts() -> tuple[str, ...]:
    """Return the attributes that are amounts: decimal numbers as strings."""
    return _of_form("amount")


def counts() -> tuple[str, ...]:
    """Return the attributes that count calls or transactions."""
    return _of_form("count")


def durations() -> tuple[str, ...]:
    """Return the attributes that are durations in seconds."""
    return _of_form("duration")


def dates() -> tuple[str, ...]:
    """Return the borders of the invoiced period."""
    return _of_form("date")


def call_times() -> tuple[str, ...]:
    """Return the times of first and last calls: date-times that may be null."""
    return _of_form("call-time")


@cache
def flags() -> tuple[str, ...]:
    """Return the attributes that are true or false."""
    return tuple(name for name, field in _invoice_fields().items() if _inline(field).get("type") == "boolean")


def example(name: str) -> bytes:
    """Return an example of the contract, as stored.

    Raises:
        LookupError: there is no such example.
    """
    path = _schema_dir() / "examples" / f"{name}.json"
    if not path.is_file():
        raise LookupError(f"no example {name!r}")
    return path.read_bytes()


def documented_example() -> bytes:
    """Return the body of the documented answer, byte for byte: compact JSON of 1092 bytes."""
    return example("documented-invoice")


def _schema_dir() -> Path:
    return contract_dir() / "schemas"


def _invoice_fields() -> dict[str, Any]:
    fields: dict[str, Any] = schema("invoice-fields")["properties"]
    return fields


@cache
def _of_form(form: str) -> tuple[str, ...]:
    reference = f"values{_SUFFIX}#/$defs/{form}"
    return tuple(name for name, field in _invoice_fields().items() if field.get("$ref") == reference)


def _inline(node: Any) -> Any:
    """Replace references to the forms of values by what they refer to; they form no cycle."""
    if isinstance(node, list):
        return [_inline(each) for each in node]
    if not isinstance(node, dict):
        return node
    if "$ref" in node:
        return _inline(schema("values")["$defs"][node["$ref"].rpartition("/")[2]])
    return {key: _inline(value) for key, value in node.items()}
