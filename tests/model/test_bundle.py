"""``openapi.bundled.yaml`` says in one file what the OpenAPI document and its schemas say, in shapes for generators."""

from __future__ import annotations

import itertools
import json
from collections.abc import Iterator
from copy import deepcopy
from typing import Any

import jsonschema_rs
import pytest
import yaml
from openapi_spec_validator import OpenAPIV31SpecValidator

from conformance.fuzzing.engine import Engine
from conformance.model import contract
from tests.support.conjunction import conjunction
from tests.support.targets import INVOICE_ID

SHIPPED: dict[str, Any] = yaml.safe_load(contract.bundle_path().read_text(encoding="utf-8"))
_MEMBERS = ("data", "errors", "included", "id", "href", "meta", "@x", "x:y", "other")
_VALUES: tuple[Any, ...] = (
    None,
    True,
    1,
    -1,
    "x",
    "",
    [],
    {},
    {"type": "accounts", "id": "1"},
    {"type": "other", "id": "1"},
)
_FILES = {contract.schema_path(name).as_uri(): contract.schema(name) for name in contract.schema_names()}


def nodes(value: Any) -> Iterator[Any]:
    yield value
    for child in value.values() if isinstance(value, dict) else value if isinstance(value, list) else ():
        yield from nodes(child)


def contents(document: dict[str, Any]) -> Iterator[dict[str, Any]]:
    """Return what the document says of each content that it describes, in its order."""
    for each in nodes(document):
        if isinstance(each, dict) and isinstance(each.get("schema"), dict) and "examples" in each and "in" not in each:
            yield each


PAIRS = {
    own["schema"]["$ref"]: source["schema"]["$ref"]
    for own, source in zip(contents(SHIPPED), contents(contract.openapi()), strict=True)
}


def examples(component: str) -> list[Any]:
    return [
        example["value"]
        for each in contents(SHIPPED)
        if each["schema"]["$ref"] == component
        for example in each["examples"].values()
    ]


def altered(document: Any) -> Iterator[Any]:
    """Return the document with one part after the other absent or replaced, and each object with one member more."""
    places = [document, *(each for each in nodes(document) if isinstance(each, dict | list))]
    for place in places:
        for key in list(place) if isinstance(place, dict) else range(len(place)):
            kept = place[key]
            for value in _VALUES:
                place[key] = value
                yield document
            place[key] = kept
        if isinstance(place, dict):
            kept = dict(place)
            for name in kept:
                del place[name]
                yield document
                place.clear()
                place.update(kept)
            for name, value in itertools.product(_MEMBERS, (_VALUES[-1], [])):
                place[name] = value
                yield document
                place.clear()
                place.update(kept)


def test_is_valid_by_itself() -> None:
    OpenAPIV31SpecValidator(SHIPPED).validate()
    keys = [key for each in nodes(SHIPPED) if isinstance(each, dict) for key in each]
    assert "externalValue" not in keys
    assert "$schema" not in keys
    references = {each["$ref"] for each in nodes(SHIPPED) if isinstance(each, dict) and "$ref" in each}
    assert all(reference.startswith("#/components/") for reference in references)
    used = {reference.rpartition("/")[2] for reference in references if "/schemas/" in reference}
    assert used == SHIPPED["components"]["schemas"].keys()


def visible(value: Any) -> Iterator[Any]:
    """Return every part of a schema but what is in a negation."""
    yield value
    if isinstance(value, dict):
        for key, child in value.items():
            if key != "not":
                yield from visible(child)
    elif isinstance(value, list):
        for child in value:
            yield from visible(child)


def test_has_nothing_that_generators_misread() -> None:
    """No composition but a choice of types, no list of types but one beside null, no name twice, no closed object."""
    for each in visible(SHIPPED["components"]["schemas"]):
        if isinstance(each, dict):
            assert not each.keys() & {"allOf", "oneOf", "if", "$defs", "patternProperties"}
            assert not isinstance(each.get("title"), str)
            assert not {"anyOf", "properties"} <= each.keys()
            assert each.get("type") != "object" or each["additionalProperties"] is True
            types = each.get("type", "")
            assert not isinstance(types, list) or (len(types) == 2 and "null" in types)


def test_has_the_examples_of_the_contract() -> None:
    shipped = [each["examples"] for each in contents(SHIPPED)]
    assert shipped[0]["documented"]["value"] == json.loads(contract.documented_example())
    stored = [json.loads(path.read_bytes()) for path in (contract.contract_dir() / "schemas" / "examples").iterdir()]
    inline = [example["value"] for each in shipped for example in each.values()]
    assert all(each in inline for each in stored)
    assert all(each in stored for each in inline)


@pytest.mark.parametrize("component", PAIRS)
def test_accepts_what_the_source_accepts(component: str) -> None:
    """Of the examples, and of each with every part changed, both take the same."""
    source = (contract.contract_dir() / PAIRS[component]).as_uri()
    registry = jsonschema_rs.Registry(list(_FILES.items()))
    judge_source = jsonschema_rs.Draft202012Validator({"$ref": source}, registry=registry, validate_formats=True)
    own = {"$ref": component, "components": SHIPPED["components"]}
    judge_own = jsonschema_rs.Draft202012Validator(own, validate_formats=True)
    verdicts = set()
    for example in examples(component):
        assert judge_own.is_valid(example)
        for each in altered(deepcopy(example)):
            verdict = judge_source.is_valid(each)
            assert judge_own.is_valid(each) == verdict, each
            verdicts.add(verdict)
    assert verdicts == {True, False}


def without_content(node: Any) -> Any:
    """Return a part of an OpenAPI document without what it says of contents."""
    if isinstance(node, list):
        return [without_content(each) for each in node]
    if isinstance(node, dict):
        return {key: without_content(value) for key, value in node.items() if key != "content"}
    return node


def test_says_the_same_beside_contents() -> None:
    own, source = without_content(SHIPPED), without_content(contract.openapi())
    # Those of the schema files are further ones.
    known = source["components"]["schemas"]
    own["components"]["schemas"] = {name: own["components"]["schemas"][name] for name in known}
    assert own == source


def test_schemathesis_generates_the_same_of_it(monkeypatch: pytest.MonkeyPatch) -> None:
    def generated() -> dict[str, Any]:
        engine = Engine((INVOICE_ID,), (), seed=1, examples=3)
        assert engine.warnings() == []
        return {group: engine.generate("getInvoice", group) for group in ("contract", "fuzzing")}

    of_sources = generated()
    monkeypatch.setattr(contract, "openapi", lambda: SHIPPED)
    monkeypatch.setattr(contract, "openapi_path", contract.bundle_path)
    assert generated() == of_sources
    assert all(of_sources.values())


@pytest.mark.parametrize(
    ("first", "second"),
    [
        ({"format": "uuid"}, {"format": "date"}),
        ({"patternProperties": {"a": {}}}, {"patternProperties": {"b": {}}}),
        ({"additionalProperties": False}, {"properties": {"a": {}}}),
    ],
)
def test_what_cannot_be_joined_is_an_error(first: dict[str, Any], second: dict[str, Any]) -> None:
    with pytest.raises(ValueError, match=r"joined|forbidden"):
        conjunction(first, second, contract.schema)
