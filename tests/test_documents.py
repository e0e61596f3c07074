"""The documents say what is true: made ones are current, and what they name exists."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from conformance.requirements import registry
from conformance.settings import SETTINGS
from tests import documents

ROOT = Path(__file__).parents[1]
WRITTEN = sorted([*ROOT.glob("*.md"), *ROOT.glob("docs/*.md")])


@pytest.mark.parametrize("name", documents.DOCUMENTS)
def test_a_made_document_is_current(name: str) -> None:
    assert (ROOT / name).read_text(encoding="utf-8") == documents.DOCUMENTS[name](), "run python -m tests.documents"


def test_the_readme_counts() -> None:
    assert documents.README_MARK.search((ROOT / "README.md").read_text(encoding="utf-8"))


@pytest.mark.parametrize("path", WRITTEN, ids=lambda path: path.name)
def test_links_between_files_lead_somewhere(path: Path) -> None:
    links = re.findall(r"\]\((?!https?:|#)([^)#\s]+)", path.read_text(encoding="utf-8"))
    assert [link for link in links if not (path.parent / link).exists()] == []


@pytest.mark.parametrize("path", WRITTEN, ids=lambda path: path.name)
def test_requirements_that_are_named_exist(path: Path) -> None:
    areas = {entry.area for entry in registry().values()}
    named = set(re.findall(r"\b([A-Z]{3,5}-\d{3})\b", path.read_text(encoding="utf-8")))
    assert {name for name in named if name.partition("-")[0] in areas} <= set(registry())


def test_every_setting_is_in_the_readme() -> None:
    text = (ROOT / "README.md").read_text(encoding="utf-8")
    assert [setting.option for setting in SETTINGS if f"`{setting.option}" not in text] == []
