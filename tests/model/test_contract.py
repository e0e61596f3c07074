"""The contract as data: usable by public tools, consistent, strict where it must be and open where JSON:API is."""

from __future__ import annotations

import hashlib
import json
from collections import Counter
from typing import TYPE_CHECKING, Any

import pytest
import schemathesis
from jsonschema import Draft202012Validator
from openapi_spec_validator import OpenAPIV31SpecValidator
from schemathesis.config import SchemathesisConfig
from schemathesis.core.result import Err, Ok

from conformance.model import contract, validation

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

DOCUMENTS = {contract.openapi_path(): contract.openapi()} | {
    contract.schema_path(name): contract.schema(name) for name in contract.schema_names()
}
OPERATIONS = [
    (path, method, operation)
    for path, item in contract.openapi()["paths"].items()
    for method, operation in item.items()
    if method != "parameters"
]


def nodes(value: Any) -> Iterator[dict[str, Any]]:
    """Return every object within a document."""
    if isinstance(value, dict):
        yield value
    children = value.values() if isinstance(value, dict) else value if isinstance(value, list) else ()
    for child in children:
        yield from nodes(child)


def responses(operation: dict[str, Any]) -> Iterator[dict[str, Any]]:
    for response in operation["responses"].values():
        if "$ref" in response:
            yield contract.openapi()["components"]["responses"][response["$ref"].rpartition("/")[2]]
        else:
            yield response


def examples() -> list[tuple[str, str]]:
    """Yield example and schema, as the OpenAPI document pairs them."""
    return sorted(
        {
            (example["externalValue"].split("/")[-1].removesuffix(".json"), content["schema"]["$ref"].split("/")[-1])
            for _, _, operation in OPERATIONS
            for response in responses(operation)
            for content in response.get("content", {}).values()
            for example in content.get("examples", {}).values()
        }
    )


class TestOpenApi:
    """The OpenAPI document, by itself and beside the schemas."""

    def test_is_valid(self) -> None:
        OpenAPIV31SpecValidator(contract.openapi(), base_uri=contract.openapi_path().as_uri()).validate()

    @pytest.mark.parametrize("path", DOCUMENTS, ids=lambda path: path.name)
    def test_references_resolve(self, path: Path) -> None:
        for node in nodes(DOCUMENTS[path]):
            if "$ref" not in node:
                continue
            file, _, fragment = node["$ref"].partition("#")
            found: Any = DOCUMENTS[(path.parent / file).resolve() if file else path]
            for part in filter(None, fragment.split("/")):
                found = found[part]
            assert isinstance(found, dict), node["$ref"]

    def test_schemathesis_loads_every_operation_without_a_warning(self) -> None:
        schema = schemathesis.openapi.from_path(contract.openapi_path(), config=SchemathesisConfig.from_dict({}))
        assert [str(warning) for warning in schema.iter_schema_warnings()] == []
        results = list(schema.get_all_operations())
        assert [result.err() for result in results if isinstance(result, Err)] == []
        loaded = {result.ok().label for result in results if isinstance(result, Ok)}
        assert loaded == {f"{method.upper()} {path}" for path, method, _ in OPERATIONS}

    def test_every_path_has_get_and_head_with_the_same_statuses(self) -> None:
        for path, item in contract.openapi()["paths"].items():
            assert set(item) == {"parameters", "get", "head"}, path
            assert set(item["get"]["responses"]) == set(item["head"]["responses"]), path
            assert set(item["get"]["responses"]) >= {"200", "304", "400", "401", "406"}, path
            assert ("404" in item["get"]["responses"]) == ("{id}" in path), path

    def test_head_has_no_content(self) -> None:
        assert not any(
            "content" in response for _, method, each in OPERATIONS if method == "head" for response in responses(each)
        )

    def test_field_lists_agree_with_the_schemas(self) -> None:
        schemas = contract.openapi()["components"]["schemas"]
        assert tuple(schemas["InvoiceField"]["enum"]) == (*contract.attribute_names(), "account")
        assert tuple(schemas["AccountField"]["enum"]) == contract.account_attribute_names()

    def test_links_lead_to_operations(self) -> None:
        known = {operation["operationId"] for _, _, operation in OPERATIONS}
        leads = {
            link["operationId"]
            for *_, each in OPERATIONS
            for r in responses(each)
            for link in r.get("links", {}).values()
        }
        assert leads
        assert leads <= known

    def test_empty_include_is_legal(self) -> None:
        assert "" in contract.openapi()["components"]["parameters"]["InvoiceInclude"]["schema"]["enum"]


class TestSchemas:
    """The JSON schemas of the contract."""

    @pytest.mark.parametrize("name", contract.schema_names())
    def test_is_a_schema_of_the_draft(self, name: str) -> None:
        Draft202012Validator.check_schema(contract.schema(name))

    @pytest.mark.parametrize("name", contract.schema_names())
    def test_keeps_to_what_all_tools_understand(self, name: str) -> None:
        for node in nodes(contract.schema(name)):
            assert not node.keys() & {"$id", "$anchor", "$dynamicRef", "$dynamicAnchor"}
            pattern = node.get("pattern", "")
            assert not isinstance(pattern, str) or not any(each in pattern for each in (r"\d", r"\w", r"\s", r"\b"))

    def test_open_members_are_the_same_everywhere(self) -> None:
        closed = [n for d in DOCUMENTS.values() for n in nodes(d) if n.get("additionalProperties") is False]
        assert len({tuple(node["patternProperties"]) for node in closed}) == 1

    def test_formats_in_use_are_asserted(self) -> None:
        used = {n["format"] for name in contract.schema_names() for n in nodes(contract.schema(name)) if "format" in n}
        assert used >= {"uuid", "date-time", "uri-reference"}
        assert used <= validation.format_checker().checkers.keys()

    def test_a_missing_format_checker_is_an_error(self, monkeypatch: pytest.MonkeyPatch) -> None:
        checkers = {k: v for k, v in Draft202012Validator.FORMAT_CHECKER.checkers.items() if k != "uri-reference"}
        monkeypatch.setattr(Draft202012Validator.FORMAT_CHECKER, "checkers", checkers)
        with pytest.raises(RuntimeError, match="uri-reference"):
            validation.format_checker()

    def test_unknown_name(self) -> None:
        with pytest.raises(LookupError, match="no schema 'nothing'"):
            contract.problems({}, "nothing")


class TestExamples:
    """The examples of the OpenAPI document."""

    @pytest.mark.parametrize(("example", "file"), examples())
    def test_fits_its_schema(self, example: str, file: str) -> None:
        assert contract.problems(json.loads(contract.example(example)), file.removesuffix(".schema.json")) == []

    @pytest.mark.parametrize("example", ["documented-invoice", "busy-invoice", "invoice-with-account"])
    def test_whole_invoices_are_complete(self, example: str) -> None:
        assert contract.problems(json.loads(contract.example(example)), "item-document") == []

    @pytest.mark.parametrize("example", ["invoices", "invoices-empty"])
    def test_whole_lists_are_complete(self, example: str) -> None:
        assert contract.problems(json.loads(contract.example(example)), "collection-document") == []

    def test_every_stored_example_is_used(self) -> None:
        stored = {path.stem for path in (contract.contract_dir() / "schemas" / "examples").iterdir()}
        assert stored == {example for example, _ in examples()}

    def test_documented_example_has_the_documented_bytes(self) -> None:
        body = contract.documented_example()
        assert len(body) == 1092
        assert hashlib.sha256(body).hexdigest()[:32] == "253f5160b8ebcfba91cd3a9a98178ce6"
        assert tuple(json.loads(body)["data"]["attributes"]) == contract.attribute_names()

    def test_unknown_name(self) -> None:
        with pytest.raises(LookupError, match="no example 'nothing'"):
            contract.example("nothing")


class TestNames:
    """The names of attributes, by group."""

    def test_groups_cover_the_attributes_once(self) -> None:
        groups = (contract.amounts(), contract.counts(), contract.durations(), contract.call_times(), contract.dates())
        assert [len(group) for group in groups] == [4, 5, 4, 4, 2]
        seen = Counter(name for group in (*groups, ("reference", "has-pdf")) for name in group)
        assert seen == Counter(contract.attribute_names())
        assert len(contract.attribute_names()) == 21

    def test_required_names_are_the_known_names(self) -> None:
        assert tuple(contract.schema("invoice-attributes")["required"]) == contract.attribute_names()

    @pytest.mark.parametrize("name", contract.attribute_names())
    def test_attribute_schemas_stand_alone(self, name: str) -> None:
        schema = contract.attribute_schema(name)
        assert not any("$ref" in node for node in nodes(schema))
        Draft202012Validator(schema).validate(json.loads(contract.documented_example())["data"]["attributes"][name])

    def test_unknown_attribute(self) -> None:
        with pytest.raises(LookupError, match="'state'"):
            contract.attribute_schema("state")


class TestPlace:
    """Where the contract is found."""

    def test_project_top_level(self) -> None:
        assert contract.openapi_path().is_file()

    def test_installed_package_comes_first(self, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
        (tmp_path / "_contract").mkdir()
        monkeypatch.setattr(contract, "__file__", str(tmp_path / "model" / "contract.py"))
        assert contract.contract_dir.__wrapped__() == tmp_path / "_contract"
