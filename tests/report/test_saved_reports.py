"""Reports that are read again: made into a page, compared, and refused when they are something else."""

from __future__ import annotations

import copy
import json
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from conformance import cli
from conformance.report import diff, html, json_report
from tests.support.runs import CHECKS, ROOT, run


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Any]:
    """Return the report of a run of some checks against the correct server."""
    path = tmp_path_factory.mktemp("made") / "report.json"
    run(f"{CHECKS}/test_item.py", "--embedded", "-k", "ITEM-001 or ITEM-004", f"--report-json={path}")
    return json_report.load(str(path))


@pytest.fixture
def report(made: dict[str, Any]) -> dict[str, Any]:
    """Return a copy of the report, which a test may change."""
    return copy.deepcopy(made)


@pytest.mark.parametrize(
    ("content", "expected"),
    [
        ("", "is not JSON: Expecting"),
        ("{", "is not JSON: Expecting"),
        ("[" * 100_000, "is not JSON: "),
        ("[]", "is JSON, but no report of this suite"),
        ('{"log": {"version": "1.2"}}', "is JSON, but no report of this suite"),
        ('{"format": "invoices-conformance-report"}', "is not a report that this version reads: the document: "),
    ],
)
def test_what_is_not_a_report_is_refused(
    content: str, expected: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    path = tmp_path / "report.json"
    path.write_text(content)
    assert cli.main(["report", str(path), "--html", str(tmp_path / "page.html")]) == 4
    assert cli.main(["diff", str(path), str(path)]) == 4
    lines = capsys.readouterr().err.splitlines()
    assert len(lines) == 2
    assert all(line.startswith(f"{path} {expected}") for line in lines)
    assert not (tmp_path / "page.html").exists()


@pytest.mark.parametrize(
    ("place", "value"),
    [(("version",), "1.1"), (("run", "started"), "yesterday"), (("exchanges", 0, "started"), "2026-13-01T00:00:00Z")],
)
def test_a_report_with_something_unknown_in_it_is_refused(
    place: tuple[str | int, ...], value: str, report: dict[str, Any], tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    holder: Any = report
    for step in place[:-1]:
        holder = holder[step]
    holder[place[-1]] = value
    path = tmp_path / "report.json"
    path.write_text(json.dumps(report))
    assert cli.main(["report", str(path), "--html", str(tmp_path / "page.html")]) == 4
    where = "/".join(map(str, place))
    assert f'{path} is not a report that this version reads: {where}: "{value}" ' in capsys.readouterr().err


def test_half_a_character_in_a_report_is_refused(
    report: dict[str, Any], tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    report["run"]["started"] = "\ud800"
    path = tmp_path / "report.json"
    path.write_text(json.dumps(report))
    assert cli.main(["diff", str(path), str(path)]) == 4
    assert capsys.readouterr().err.endswith("it has half a character\n")


def test_what_a_refused_report_says_controls_no_terminal(
    report: dict[str, Any], tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    report["version"] = "\u202e2.0"
    path = tmp_path / "report.json"
    path.write_text(json.dumps(report))
    for command in (["diff", str(path), str(path)], ["merge", str(path)]):
        assert cli.main(command) == 4
        assert "\u202e" not in capsys.readouterr().err


def test_what_is_too_large_is_not_read(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> None:
    monkeypatch.setattr(json_report, "_LARGEST", 1 << 20)
    assert cli.main(["diff", "/dev/zero", "/dev/zero"]) == 4
    assert capsys.readouterr().err == "/dev/zero is not a report: it is larger than 1 MiB\n"


def test_files_that_cannot_be_used_are_named(
    report: dict[str, Any], tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    gone = tmp_path / "gone" / "x"
    there = tmp_path / "report.json"
    there.write_text(json_report.text(report))
    assert cli.main(["diff", str(there), str(gone)]) == 4
    assert capsys.readouterr().err == f"{gone} cannot be read: No such file or directory\n"
    assert cli.main(["report", str(there), "--html", str(gone)]) == 4
    assert capsys.readouterr().err == f"--html: {gone} cannot be written: No such file or directory\n"


@pytest.mark.parametrize("arguments", [["report", "x.json"], ["diff", "x.json"], ["compare"], []])
def test_wrong_arguments_end_like_wrong_settings(arguments: list[str], capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit) as ended:
        cli.main(arguments)
    assert ended.value.code == 4
    assert "error: " in capsys.readouterr().err


@pytest.mark.parametrize(("command", "reader"), [("requirements", "head -n 1"), ("run --help", "true")])
def test_a_reader_that_has_enough_is_not_an_error(command: str, reader: str) -> None:
    piped = f"{sys.executable} -m conformance.cli {command} | {reader}"
    done = subprocess.run(["bash", "-c", piped], cwd=ROOT, capture_output=True, text=True, timeout=60, check=True)
    assert len(done.stdout.splitlines()) <= 1
    assert done.stderr == ""


def changed(report: dict[str, Any], **outcomes: str | None) -> dict[str, Any]:
    """Return ``report`` without exchanges and with other outcomes, named with an underscore for the hyphen."""
    named = {name.replace("_", "-"): outcome for name, outcome in outcomes.items()}
    requirements = [{**each, "outcome": named.get(each["id"], each["outcome"])} for each in report["requirements"]]
    gating = [each["id"] for each in requirements if each["outcome"] == "failed"]
    return {
        **report,
        "exchanges": [],
        "requirements": requirements,
        "verdict": {**report["verdict"], "gating": gating, "errors": []},
    }


def test_a_difference_shows_what_changed(report: dict[str, Any]) -> None:
    old = changed(report, ITEM_001="failed", ITEM_002="passed", ITEM_003="not offered", ITEM_004="warned")
    new = changed(report, ITEM_001="passed", ITEM_002="failed", ITEM_003="passed", ITEM_004="blocked")
    found = diff.compare(old, new)
    changes = {name: [entry[0] for entry in entries] for name, entries in vars(found).items()}
    assert changes == {
        "newly_failing": ["ITEM-002"],
        "fixed": ["ITEM-001"],
        "newly_judged": ["ITEM-003"],
        "no_longer_judged": ["ITEM-004"],
        "otherwise": [],
    }


def test_a_difference_ends_with_1_when_something_newly_fails(
    report: dict[str, Any], tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    good, bad = tmp_path / "good.json", tmp_path / "bad.json"
    good.write_text(json_report.text(changed(report)))
    bad.write_text(json_report.text(changed(report, ITEM_001="failed")))
    assert cli.main(["diff", str(good), str(bad)]) == 1
    assert "ITEM-001  passed -> failed" in capsys.readouterr().out
    assert cli.main(["diff", str(bad), str(good)]) == 0
    assert cli.main(["diff", str(good), str(good)]) == 0


def test_a_difference_ends_with_1_when_what_is_lost_counts(report: dict[str, Any], tmp_path: Path) -> None:
    full, less = tmp_path / "full.json", tmp_path / "less.json"
    full.write_text(json_report.text(changed(report)))
    less.write_text(json_report.text(changed(report, ITEM_001="blocked")))
    assert cli.main(["diff", str(full), str(less)]) == 0
    assert cli.main(["diff", "--fail-on-lost", str(full), str(less)]) == 1
    assert cli.main(["diff", "--fail-on-lost", str(less), str(full)]) == 0


def test_a_requirement_that_one_version_does_not_have_is_reported(report: dict[str, Any]) -> None:
    fewer = {**report, "requirements": [e for e in report["requirements"] if e["id"] != "ITEM-001"]}
    assert [each[0] for each in diff.compare(fewer, report).newly_judged] == ["ITEM-001"]
    assert [each[0] for each in diff.compare(report, fewer).no_longer_judged] == ["ITEM-001"]
    failing = changed(report, ITEM_001="failed")
    assert [each[0] for each in diff.compare(fewer, failing).newly_failing] == ["ITEM-001"]


@pytest.mark.parametrize("text", ["\x1b[31m", "\u202e", "\x00", "\ud800", "\x7f", "\x9b"])
def test_what_cannot_be_seen_is_escaped(text: str) -> None:
    assert html.visible(text).isprintable()
    assert html.visible("a\n\tb") == "a\n\tb"
