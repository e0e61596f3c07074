"""docs/contract.md says what the requirements on documented facts demand, and has no fact without a requirement."""

from __future__ import annotations

import hashlib
import re
from dataclasses import dataclass
from functools import cache
from pathlib import Path

import pytest

from conformance.model import contract
from conformance.model.requirements import OF_THE_CONTRACT, Requirement, registry

ROOT = Path(__file__).parents[1]
TEXT = (ROOT / "docs" / "contract.md").read_text(encoding="utf-8")
ORIGINS = {"example": "Documented example", "behaviour": "Documented behaviour", "follows": "Documented contract"}
# Sentences that are only read beside the example.
PROSE = {"request", "response", "not-contract"}

SECTION = re.compile(r'## <a id="(?P<anchor>[a-z-]+)"></a>(?P<title>.+)')
FACT = re.compile(
    r'- <a id="(?P<anchor>[a-z0-9-]+)"></a>\*\*(?P<level>MUST|SHOULD|MAY)\*\* (?P<text>.+?)\s'
    r"\*\((?P<origin>[a-z]+); (?P<ids>[A-Z]+-\d{3}(?:, [A-Z]+-\d{3})*)\)\*\s*",
    re.DOTALL,
)


@dataclass(frozen=True)
class Fact:
    """A sentence of the contract: its anchor, section, level and origin, and the requirements that it backs."""

    anchor: str
    section: str
    level: str
    origin: str
    ids: tuple[str, ...]


@cache
def facts() -> dict[str, Fact]:
    """Return the facts by anchor."""
    found: dict[str, Fact] = {}
    section = ""
    for part in re.split(r"^(?=## |- <a id=)", TEXT, flags=re.MULTILINE)[1:]:
        if part.startswith("## "):
            section = _of(SECTION.match(part), part)["title"]
            continue
        # A paragraph may follow the last fact of a list.
        parts = _of(FACT.fullmatch(part.partition("\n\n")[0] + "\n"), part)
        found[parts["anchor"]] = Fact(
            parts["anchor"], section, parts["level"], parts["origin"], tuple(parts["ids"].split(", "))
        )
    return found


def _of(match: re.Match[str] | None, part: str) -> re.Match[str]:
    assert match, f"neither a section nor a fact: {part[:80]}"
    return match


def documented() -> list[Requirement]:
    return [requirement for requirement in registry().values() if requirement.source in OF_THE_CONTRACT]


def test_the_documented_example_stands_in_it_byte_for_byte() -> None:
    (example,) = re.findall(r"^```json\n(.*?)\n```$", TEXT, re.MULTILINE | re.DOTALL)
    content = example.encode()
    assert content == contract.example("documented-invoice")
    assert len(content) == 1092
    assert f'ETag: W/"{hashlib.sha256(content).hexdigest()[:32]}"' in TEXT


def test_each_anchor_stands_once() -> None:
    anchors = re.findall(r'<a id="([^"]+)"', TEXT)
    assert len(anchors) == len(set(anchors)) > 100
    assert set(facts()) == set(anchors) - {match["anchor"] for match in SECTION.finditer(TEXT)}


@pytest.mark.parametrize("requirement", documented(), ids=lambda requirement: requirement.id)
def test_the_text_says_what_the_requirement_demands(requirement: Requirement) -> None:
    fact = facts()[str(requirement.url).partition("#")[2]]
    assert requirement.id in fact.ids
    assert requirement.level == fact.level
    section = fact.section if fact.section.startswith("OpenAPI") else fact.section.lower()
    assert requirement.clause.partition("; ")[0] == f"{ORIGINS[fact.origin]}, {section}"


def test_no_fact_backs_what_does_not_cite_it() -> None:
    links = {requirement.id: requirement.url for requirement in documented()}
    claimed = [(name, fact.anchor) for fact in facts().values() for name in fact.ids]
    assert [each for each in claimed if links.get(each[0]) != f"docs/contract.md#{each[1]}"] == []


def test_every_section_has_facts() -> None:
    sections = {match["title"]: match["anchor"] for match in SECTION.finditer(TEXT)}
    used = {sections[fact.section] for fact in facts().values()}
    assert set(sections.values()) - used <= PROSE


def test_links_to_the_contract_lead_to_an_anchor() -> None:
    anchors = set(re.findall(r'<a id="([^"]+)"', TEXT))
    for path in (*ROOT.glob("*.md"), *ROOT.glob("docs/*.md")):
        text = path.read_text(encoding="utf-8")
        named = set(re.findall(r"\]\((?:docs/)?contract\.md#([^)]+)\)", text))
        named |= set(re.findall(r"\]\(#([^)]+)\)", text)) if path.name == "contract.md" else set()
        assert named <= anchors, path.name


def test_every_attribute_has_its_form() -> None:
    rows = dict(re.findall(r"^\| ([a-z -]+) \| (.+) \|$", TEXT[TEXT.index('## <a id="attributes"') :], re.MULTILINE))
    shown = {form: tuple(re.findall(r"`([a-z-]+)`", names)) for form, names in rows.items()}
    wanted = {
        "text or null": ("reference",),
        "date-time": contract.dates(),
        "flag": ("has-pdf",),
        "amount": contract.amounts(),
        "count": contract.counts(),
        "duration": contract.durations(),
        "date-time or null": contract.call_times(),
    }
    assert {form: set(names) for form, names in shown.items() if form in wanted} == {
        form: set(names) for form, names in wanted.items()
    }
    assert sum(map(len, wanted.values())) == len(contract.attribute_names()) == 21
