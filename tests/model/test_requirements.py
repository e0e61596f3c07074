"""The registry of requirements: the shipped file is sound, and every defect is reported with its entry and field."""

import re
from dataclasses import FrozenInstanceError
from itertools import groupby
from typing import Any

import pytest
import yaml

from conformance.model.requirements import CAPABILITIES, SOURCES, Level, RegistryError, Requirement, parse, registry

ENTRY: dict[str, Any] = {
    "id": "COND-002",
    "level": "MUST",
    "reason": "The standard demands it.",
    "source": "http",
    "statement": "If-None-Match is a list.",
    "clause": "RFC 9110, section 13.1.2",
    "url": "https://www.rfc-editor.org/rfc/rfc9110#section-13.1.2",
    "needs": ["wire", "load"],
    "since": "1.0",
    "excluded": "Nothing can see it.",
}
OF_CONTRACT = "docs/contract.md#etag"


def document(*entries: object) -> str:
    return yaml.safe_dump(list(entries), sort_keys=False)


def shipped() -> list[Requirement]:
    return list(registry().values())


def test_an_entry_becomes_a_requirement() -> None:
    requirement = parse(document(ENTRY))["COND-002"]
    assert requirement == Requirement(**{**ENTRY, "level": Level.MUST, "needs": ("wire", "load")})
    assert requirement.area == "COND"


def test_optional_fields_may_be_left_out() -> None:
    short = {name: value for name, value in ENTRY.items() if name not in ("reason", "url", "needs", "excluded")}
    requirement = parse(document(short))["COND-002"]
    assert (requirement.reason, requirement.url, requirement.needs, requirement.excluded) == (None, None, (), None)


@pytest.mark.parametrize(
    ("source", "field"),
    [
        ("documented", "url"),
        ("semantics", "url"),
        *((name, "reason") for name in ("documented", "semantics", "advice")),
    ],
)
def test_what_a_source_needs_may_not_be_left_out(source: str, field: str) -> None:
    entry = {**ENTRY, "source": source, "url": OF_CONTRACT if source != "advice" else ENTRY["url"]}
    assert parse(document(entry))["COND-002"].source == source
    del entry[field]
    with pytest.raises(
        RegistryError, match=rf"^entry COND-002: {field}: missing; a requirement of the source {source} "
    ):
        parse(document(entry))


@pytest.mark.parametrize("url", [ENTRY["url"], "docs/contract.md", "docs/contract.md#", "docs/operators.md#waivers"])
def test_a_documented_fact_stands_in_the_contract(url: str) -> None:
    with pytest.raises(RegistryError, match=r"^entry COND-002: url: .* is not a place in docs/contract\.md$"):
        parse(document({**ENTRY, "source": "documented", "url": url}))


def test_a_documented_fact_is_cited_with_its_place() -> None:
    clause = "Documented example, headers; RFC 9110, section 8.8.3"
    fact = parse(document({**ENTRY, "source": "documented", "clause": clause, "url": OF_CONTRACT}))["COND-002"]
    assert fact.citation == f"Documented example, headers ({OF_CONTRACT}); RFC 9110, section 8.8.3"
    assert parse(document(ENTRY))["COND-002"].citation == ENTRY["clause"]


@pytest.mark.parametrize("field", ["id", "level", "source", "statement", "clause", "since"])
def test_a_missing_field_is_named(field: str) -> None:
    entry = {name: value for name, value in ENTRY.items() if name != field}
    where = "entry number 1" if field == "id" else "entry COND-002"
    with pytest.raises(RegistryError, match=rf"^{where}: {field}: "):
        parse(document(entry))


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("level", "must"),
        ("level", "RECOMMENDED"),
        ("level", ["MUST"]),
        ("source", "seed"),
        ("statement", "No full stop at the end"),
        ("statement", ""),
        ("statement", "Two\nlines."),
        ("statement", 5),
        ("clause", " "),
        ("reason", "No full stop at the end"),
        ("reason", ""),
        ("clause", None),
        ("url", "http://www.rfc-editor.org/rfc/rfc9110"),
        ("url", "https://www.rfc-editor.org/rfc/rfc 9110"),
        ("url", None),
        ("url", OF_CONTRACT),
        ("needs", "wire"),
        ("needs", []),
        ("needs", ["teapot"]),
        ("needs", ["wire", "wire"]),
        ("since", 1.0),
        ("since", "one"),
        ("excluded", "no full stop"),
        ("excluded", ""),
        ("severity", "high"),
    ],
)
def test_a_bad_field_is_named(field: str, value: object) -> None:
    with pytest.raises(RegistryError, match=rf"^entry COND-002: {field}: "):
        parse(document({**ENTRY, field: value}))


@pytest.mark.parametrize("identifier", ["COND-2", "cond-002", "COND-0022", "COND002", "C-002", "CONDIT-002", 2, None])
def test_a_bad_id_is_named_by_its_place(identifier: object) -> None:
    with pytest.raises(RegistryError, match=rf"^entry number 2: id: .*{identifier}"):
        parse(document(ENTRY, {**ENTRY, "id": identifier}))


def test_an_id_is_used_once() -> None:
    with pytest.raises(RegistryError, match=r"^entry COND-002: id: used twice$"):
        parse(document(ENTRY, {**ENTRY, "statement": "Another."}))


def test_a_field_is_written_once() -> None:
    with pytest.raises(RegistryError, match=r"^entry COND-002: level: written twice$"):
        parse("- id: COND-002\n  level: MUST\n  level: MAY\n")


@pytest.mark.parametrize(
    ("text", "problem"),
    [
        ("- [", "not YAML"),
        ("- &a !!python/object:os.system {}", "not YAML"),
        ("", "not a list"),
        ("COND-002: {}", "not a list"),
        ("- COND-002", "entry number 1 is not a mapping"),
    ],
)
def test_a_text_that_is_not_a_registry_is_refused(text: str, problem: str) -> None:
    with pytest.raises(RegistryError, match=problem):
        parse(text)


def test_the_shipped_registry_loads_once_and_cannot_be_changed() -> None:
    assert registry() is registry()
    with pytest.raises(TypeError):
        registry()["COND-002"] = shipped()[0]  # type: ignore[index]
    with pytest.raises(FrozenInstanceError):
        shipped()[0].level = Level.MAY  # type: ignore[misc]


def test_the_shipped_registry_lists_areas_together_and_numbers_in_order() -> None:
    ids = list(registry())
    areas = [area for area, _ in groupby(requirement.area for requirement in shipped())]
    assert len(areas) == len(set(areas))
    for _, group in groupby(ids, key=lambda identifier: identifier.partition("-")[0]):
        numbers = [int(identifier[-3:]) for identifier in group]
        assert numbers == list(range(1, len(numbers) + 1)), "a number is never left out or given to another sentence"


def test_the_shipped_registry_uses_every_source_and_capability() -> None:
    assert {requirement.source for requirement in shipped()} == set(SOURCES)
    assert {name for requirement in shipped() for name in requirement.needs} == set(CAPABILITIES)


def test_the_shipped_requirements_read_well() -> None:
    for requirement in shipped():
        assert not re.search(r"[.!?] [A-Z]", requirement.statement), f"{requirement.id}: more than one sentence"
        assert requirement.statement[0].isupper(), requirement.id
        assert len(requirement.statement) <= 140, requirement.id


def test_every_clause_has_an_address() -> None:
    assert [requirement.id for requirement in shipped() if requirement.url is None] == []


def test_advice_binds_nobody() -> None:
    assert [r.id for r in shipped() if r.source == "advice" and r.level is Level.MUST] == []


def test_the_first_clause_and_the_address_agree() -> None:
    for requirement in shipped():
        first = requirement.clause.partition("; ")[0]
        cited = re.match(r"RFC (\d+), sections? (\d+(?:\.\d+)*)|JSON:API 1\.1, ([a-z0-9-]+)", first)
        if cited and requirement.url:
            number, section, anchor = cited.groups()
            expected = f"rfc/rfc{number}#section-{section}" if number else f"jsonapi.org/format/1.1/#{anchor}"
            assert requirement.url.endswith(expected), requirement.id


def test_a_reason_is_short() -> None:
    assert [each.id for each in shipped() if each.reason and len(each.reason) > 110] == []


def test_the_statements_differ() -> None:
    statements = [requirement.statement for requirement in shipped()]
    assert len(set(statements)) == len(statements)


def test_forged_tokens_that_are_accepted_always_fail_a_run() -> None:
    """Whatever the level that a run is to fail on: data are shown to who must not have them."""
    # These are about how a token is written that is signed with the right key.
    genuine = {"JWT-016", "JWT-021"}
    opening = [each for each in shipped() if "refused and opens nothing" in each.statement and each.id not in genuine]
    known_keys = [registry()[name] for name in ("JWT-011", "JWT-017", "AUTH-004", "AUTH-009", "SEC-028")]
    assert len(opening) > 8
    assert {each.level for each in (*opening, *known_keys)} == {Level.MUST}
