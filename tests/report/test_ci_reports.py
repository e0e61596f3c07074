"""What CI systems are given: properties in the JUnit report, GitHub's annotations and summary."""

from __future__ import annotations

import re
import xml.etree.ElementTree as ET
from pathlib import Path

import pytest

from conformance.model.outcome import Judgement, Outcome
from conformance.model.requirements import Level, registry
from conformance.report import github
from conformance.run import Run
from tests.pytest_hooks.test_plugin import GOOD
from tests.servers.raw import Talk, answer, raw_server
from tests.support.runs import CONDITIONAL, OWN_CHECKS, Result, run
from tests.support.targets import INVOICE_ID, TOKEN, settings_of

HOSTILE = "::error title=x::<script>|`*_[x](http://example.net)@all%0A##[error]y"
CHECKS = f"""
from conformance.judge.api import *
from conformance.model.requirements import registry
{GOOD}
@requirement("ITEM-002")
def test_bad(item):
    raise Violation("this, 100 %", {HOSTILE!r}, item)

@requirement("NEGO-004")
def test_doubtful():
    raise Violation("this", "that")

@requirement("ITEM-003")
def test_blind():
    raise NotObserved("nothing there")
"""


def hostile(talk: Talk) -> None:
    while talk.request():
        talk.send(answer("200 OK", HOSTILE.encode(), f"X-Echo: {HOSTILE}"))


@pytest.fixture(scope="module")
def outputs(tmp_path_factory: pytest.TempPathFactory) -> tuple[Result, ET.Element, str]:
    """A run as a step of a workflow: its output, its JUnit report and its summary."""
    folder = tmp_path_factory.mktemp("ci")
    (folder / "test_own.py").write_text(CHECKS)
    (folder / "summary.md").write_text("# Earlier\n")
    with raw_server(hostile) as server:
        result = run(
            *(
                str(folder / "test_own.py"),
                *OWN_CHECKS,
                "-q",
                "--format=full",
                "--rootdir",
                str(folder),
                f"--base-url={server.base_url}",
            ),
            f"--junit-xml={folder / 'junit.xml'}",
            INVOICES_AUTH_TOKEN=TOKEN,
            INVOICES_INVOICE_IDS=INVOICE_ID,
            GITHUB_ACTIONS="true",
            GITHUB_STEP_SUMMARY=str(folder / "summary.md"),
        )
    return result, ET.parse(folder / "junit.xml").getroot(), (folder / "summary.md").read_text()


def case_of(junit: ET.Element, name: str) -> ET.Element:
    return next(case for case in junit.iter("testcase") if str(case.get("name")).split()[1].partition("[")[0] == name)


def properties_of(case: ET.Element) -> dict[str, str]:
    return {str(each.get("name")): str(each.get("value")) for each in case.iter("property")}


@pytest.mark.parametrize(
    ("name", "outcome", "requirement", "level"),
    [
        ("test_good", "passed", "ITEM-001", "MUST"),
        ("test_bad", "failed", "ITEM-002", "MUST"),
        ("test_doubtful", "warned", "NEGO-004", "SHOULD"),
        ("test_blind", "not offered", "ITEM-003", "MUST"),
    ],
)
def test_junit_has_requirement_level_and_clause(
    outputs: tuple[Result, ET.Element, str], name: str, outcome: str, requirement: str, level: str
) -> None:
    case = case_of(outputs[1], name)
    assert str(case.get("name")).startswith(f"{requirement} ")
    found = properties_of(case)
    assert (found["outcome"], found["requirement"], found["level"]) == (outcome, requirement, level)
    assert found["clause"]
    kind = {"passed": None, "failed": "failure"}.get(outcome, "skipped")
    parts = [each for each in case if each.tag != "properties"]
    assert [each.tag for each in parts] == ([kind] if kind else [])
    for each in parts:
        assert str(each.get("message")).startswith(f"{outcome}: {requirement}: ")


def test_a_failure_in_junit_is_complete(outputs: tuple[Result, ET.Element, str]) -> None:
    failure = case_of(outputs[1], "test_bad").find("failure")
    assert failure is not None
    assert str(failure.get("message")).startswith("failed: ITEM-002: expected this, 100 %; observed ::error")
    labels = (
        "expected  this, 100 %",
        "request   curl -i",
        "answer    HTTP/1.1 200",
        "repeat    pytest",
        "-k ITEM-002",
    )
    for part in ("FAILED ITEM-002  MUST", *labels):
        assert part in str(failure.text)


def test_annotations_are_the_only_commands(outputs: tuple[Result, ET.Element, str]) -> None:
    token, held, commands = "", [], []
    for line in outputs[0].lines:
        if token:
            held.append(line)
            token = "" if line == f"::{token}::" else token
        elif stop := re.fullmatch("::stop-commands::([0-9a-f]{32})", line):
            token = stop[1]
        elif line.lstrip().startswith("::"):
            commands.append(line)
    assert not token
    assert any(line.lstrip().startswith("::error title=x") for line in held)
    assert [command.split("::")[1].split(" title=")[0] for command in commands] == ["error", "warning"]
    assert "::expected" not in commands[0]
    assert "this, 100 %25; observed ::error title=x" in commands[0]
    assert commands[0].startswith("::error title=this does not hold%3A ")
    assert "::ITEM-002%0AITEM-002: " in commands[0]


def test_annotations_are_ten_at_most_and_the_gravest_come_first() -> None:
    judged = Run(None, settings_of(), dry=True)
    names = [name for name, each in registry().items() if each.level in {Level.MUST, Level.SHOULD}][:60]
    failing = {Level.MUST: Outcome.FAILED, Level.SHOULD: Outcome.WARNED}
    judged.judgements = [
        Judgement(name, failing[registry()[name].level], name, expected=name, observed="another") for name in names
    ]
    found = list(github.commands(judged))
    assert len(found) == 10
    assert {each.partition(" ")[0] for each in found} == {"::error"}
    few = [each for each in judged.judgements if each.outcome is Outcome.WARNED][:2]
    judged.judgements = [*few, Judgement("ITEM-001", Outcome.INCONCLUSIVE, "x", reason="overload")]
    verdict, *warnings = github.commands(judged)
    assert verdict.startswith("::error title=no verdict::inconclusive: 1 requirement could not be judged")
    assert {each.partition(" ")[0] for each in warnings} == {"::warning"}


def test_the_summary_is_inert_and_appended(outputs: tuple[Result, ET.Element, str]) -> None:
    summary = outputs[2]
    assert summary.startswith("# Earlier\n### http")
    assert "does not conform\\: 1 MUST requirement failed" in summary
    assert "| JSON\\:API | 1/2 | ITEM\\-002 |" in summary
    assert "<script>" not in summary
    assert "&lt;script&gt;" in summary
    assert TOKEN not in summary


def test_a_summary_needs_nothing_but_its_file(tmp_path: Path) -> None:
    """Other systems have the file and no annotations."""
    file, junit = tmp_path / "summary.md", tmp_path / "junit.xml"
    result = run(CONDITIONAL, "-k", "COND-002", f"--junit-xml={junit}", GITHUB_STEP_SUMMARY=str(file))
    assert [line.lstrip()[:5] for line in junit.read_text().splitlines()[1:4]] == ["<test", "<test", "<test"]
    assert result.code == 0
    assert file.read_text().startswith("### the embedded reference server: conforms\n")
    assert f"written     {file}" in result.output
    assert "::" not in result.output


def test_a_summary_that_cannot_be_written_is_an_error(tmp_path: Path) -> None:
    result = run(CONDITIONAL, "-k", "COND-002", GITHUB_STEP_SUMMARY=str(tmp_path))
    assert result.code == 3
    assert f"{tmp_path} cannot be written: Is a directory" in result.output
