"""The documents say what is true: made ones are current, and what they name exists."""

from __future__ import annotations

import argparse
import re
import tomllib
from collections.abc import Iterator
from functools import cache
from pathlib import Path

import pytest
import yaml

from conformance import cli
from conformance.config.settings import SETTINGS
from conformance.model import waivers
from conformance.model.requirements import registry
from tests import documents

ROOT = Path(__file__).parents[1]
# Options of other programs, and those that the changelog names for being gone.
OTHER_OPTIONS = {
    "--base-url",
    "--target",
    "--plan",
    "--junit-xml",
    "--pyargs",
    "--url",
    "--check",
    "--strict",
    "--color",
    # Of curl.
    "--cacert",
    "--cert",
    "--globoff",
    "--path-as-is",
    # Of Docker and of generators.
    "--network",
    "--read-only",
    "--tmpfs",
    "--user",
    "--rm",
    "--input",
    "--input-file-type",
    "--output",
    "--output-model-type",
    "--output-path",
    "--meta",
    "--path",
    # Begins the other names of options.
    "--invoices-",
}
WRITTEN = sorted([*ROOT.glob("*.md"), *ROOT.glob("docs/*.md"), *ROOT.glob(".github/**/*.md")])


@pytest.mark.parametrize("name", documents.DOCUMENTS)
def test_a_made_document_is_current(name: str) -> None:
    assert (ROOT / name).read_text(encoding="utf-8") == documents.DOCUMENTS[name](), "run python -m tests.documents"


def test_the_readme_counts() -> None:
    assert documents.README_MARK.search((ROOT / "README.md").read_text(encoding="utf-8"))


def test_the_readme_is_short() -> None:
    assert len((ROOT / "README.md").read_text(encoding="utf-8").splitlines()) <= 130


@pytest.mark.parametrize("path", WRITTEN, ids=lambda path: path.name)
def test_links_between_documents_lead_somewhere(path: Path) -> None:
    """The file exists, and so does the heading or anchor in it."""
    links = re.findall(r"\]\((?!https?:)([^)\s]+)", _prose(path))
    places = [(link, *link.partition("#")[::2]) for link in links]
    assert [link for link, file, _ in places if not (path.parent / file).exists()] == []
    assert [
        link for link, file, place in places if place and place not in _anchors(path.parent / file if file else path)
    ] == []


def _prose(path: Path) -> str:
    """Return a document without its blocks of code."""
    return re.sub(r"^```.*?^```", "", path.read_text(encoding="utf-8"), flags=re.DOTALL | re.MULTILINE)


@cache
def _anchors(path: Path) -> set[str]:
    """Return the anchors of a document: those that it sets, and those that its headings get."""
    text = _prose(path)
    titles = re.findall(r"^#+ (.*)$", text, re.MULTILINE)
    slugs = {re.sub(r"[^\w -]", "", title.lower()).replace(" ", "-") for title in titles}
    return slugs | set(re.findall(r'<a id="([^"]+)">', text))


@pytest.mark.parametrize("path", WRITTEN, ids=lambda path: path.name)
def test_modules_that_are_named_exist(path: Path) -> None:
    """By their path in the checkout or in the package, by the end of it, or with AREA for any area."""
    named = re.findall(r"`([\w./*]+(?:\.py|/))`", path.read_text(encoding="utf-8"))
    patterns = {name: name.replace("AREA", "*").rstrip("/") for name in named}
    assert [name for name, pattern in patterns.items() if not any(_found(pattern))] == []


def _found(pattern: str) -> Iterator[Path]:
    yield from ROOT.glob(pattern)
    for folder in ("benchmarks", "conformance", "tests"):
        yield from (ROOT / folder).rglob(pattern)


def test_the_layers_are_those_that_are_held() -> None:
    """The page on the architecture lists the packages from the bottom up, as the contract of imports has them."""
    contract = tomllib.loads((ROOT / "pyproject.toml").read_text())["tool"]["importlinter"]["contracts"][0]
    layers = [name for layer in reversed(contract["layers"]) for name in layer.split(" | ")]
    rows = re.findall(r"^\| `(\w+)(?:/|\.py)` \|", (ROOT / "ARCHITECTURE.md").read_text(), re.MULTILINE)
    assert rows == [name for name in layers if name not in {"plugin", "cli"}]


@pytest.mark.parametrize("path", WRITTEN, ids=lambda path: path.name)
def test_requirements_that_are_named_exist(path: Path) -> None:
    areas = {entry.area for entry in registry().values()}
    named = set(re.findall(r"\b([A-Z]{3,5}-\d{3})\b", path.read_text(encoding="utf-8")))
    assert {name for name in named if name.partition("-")[0] in areas} <= set(registry())


def test_the_page_of_settings_has_every_setting() -> None:
    rows = re.findall(r"^\| `(--[a-z-]+)", (ROOT / "docs" / "settings.md").read_text(encoding="utf-8"), re.MULTILINE)
    assert sorted(rows) == sorted({each.option for each in SETTINGS} | {"--base-url", "--target", "--plan"})


def test_the_example_for_contributors_is_real() -> None:
    """Each block stands, as it is, in the file that is named above it."""
    text = (ROOT / "CONTRIBUTING.md").read_text(encoding="utf-8")
    blocks = re.findall(r"\bin `(conformance/\S+\.(?:py|yaml))`[^`]*(?:`\w+`[^`]*)*```\w+\n(.*?)```", text, re.DOTALL)
    assert len(blocks) == 4
    for name, block in blocks:
        assert block in (ROOT / name).read_text(encoding="utf-8"), name


def options_of(parser: argparse.ArgumentParser) -> Iterator[str]:
    for action in parser._actions:
        yield from action.option_strings
        if isinstance(action, argparse._SubParsersAction):
            for command in action.choices.values():
                yield from options_of(command)


@pytest.mark.parametrize("path", WRITTEN, ids=lambda path: path.name)
def test_options_that_are_named_exist(path: Path) -> None:
    known = {setting.option for setting in SETTINGS} | OTHER_OPTIONS | set(options_of(cli._parser()))
    named = set(re.findall(r"(?<![\w-])--[a-z][a-z-]+", path.read_text(encoding="utf-8")))
    assert named <= known


def test_the_workflows_use_what_the_action_has() -> None:
    text = (ROOT / "docs" / "ci.md").read_text(encoding="utf-8")
    github, gitlab = (yaml.safe_load(block) for block in re.findall(r"```yaml\n(.*?)```", text, re.DOTALL))
    action = yaml.safe_load((ROOT / "action.yml").read_text(encoding="utf-8"))
    own, upload = github["jobs"]["invoices"]["steps"][1:]
    assert set(own["with"]) <= set(action["inputs"])
    assert {name for name, each in action["inputs"].items() if each.get("required")} <= set(own["with"])
    assert upload["with"]["path"] == action["inputs"]["reports"]["default"]
    assert upload["if"] == "always()"
    artifacts = gitlab["invoices"]["artifacts"]
    for file in (artifacts["reports"]["junit"], *artifacts["paths"]):
        assert f"={file}" in " ".join(gitlab["invoices"]["script"])


def test_ci_runs_the_commands_of_the_readme_on_every_version() -> None:
    workflow = yaml.safe_load((ROOT / ".github" / "workflows" / "ci.yml").read_text(encoding="utf-8"))["jobs"]["all"]
    classifiers = tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]["classifiers"]
    versions = [each.rpartition(" ")[2] for each in classifiers if "Python :: 3." in each]
    assert workflow["strategy"]["matrix"]["python"] == versions
    assert [step["run"] for step in workflow["steps"] if "run" in step] == ["bash .ci/run"]
    steps = re.findall(r"(?:^|\$\(|&& )(?:step|block) (\w+)", (ROOT / ".ci" / "run").read_text("utf-8"), re.MULTILINE)
    assert sorted(re.findall(r"<!-- ci: (\w+) -->", (ROOT / "README.md").read_text(encoding="utf-8"))) == sorted(steps)


def test_each_commit_passes_the_linters_of_ci() -> None:
    (repository,) = yaml.safe_load((ROOT / ".pre-commit-config.yaml").read_text(encoding="utf-8"))["repos"]
    (linters,) = re.findall(r"<!-- ci: lint -->\n```sh\n(.*)\n", (ROOT / "README.md").read_text(encoding="utf-8"))
    assert " && ".join(hook["entry"] for hook in repository["hooks"]) == linters


def test_the_waiver_of_the_guide_is_one() -> None:
    text = (ROOT / "docs" / "operators.md").read_text(encoding="utf-8")
    (example,) = [block for block in re.findall(r"```yaml\n(.*?)```", text, re.DOTALL) if "waivers:" in block]
    (waiver,) = waivers.parse(example, registry())
    assert f"# {registry()[waiver.requirement].level}: {registry()[waiver.requirement].statement}" in example
