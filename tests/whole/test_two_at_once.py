"""Two runs at once that write the same files: each file is that of one of them, whole, at any time."""

from __future__ import annotations

import json
import multiprocessing
import xml.etree.ElementTree as ET
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from conformance.judge import suite
from conformance.judge.evaluate import judge_all
from conformance.model.outcome import ExitCode
from conformance.observe.record import har
from conformance.reference.faults import Fault, all_faults
from conformance.reference.server import ReferenceServer
from conformance.report import files, junit, workflow
from conformance.report.json_report import Ending
from conformance.run import Run
from conformance.syntax import strict_yaml
from tests.support.targets import INVOICE_ID, settings_of

OPTIONS = ("report-json", "report-html", "report-ctrf", "record", "write-waivers")
FAULT = "etag-missing"
TIMES = 2
FORK = multiprocessing.get_context("fork")


def judged(folder: Path, *faults: Fault) -> Run:
    """Judge a server by some checks, with all files wanted that a run writes."""
    with ReferenceServer(faults=faults) as server:
        given = {name.replace("-", "_"): str(folder / name) for name in OPTIONS}
        settings = settings_of(auth_token=server.token, invoice_id=[INVOICE_ID], **given)
        run = Run(server.base_url, settings, dry=False)
        run.start()
        chosen = [each for each in suite.checks() if each.requirement in {"ITEM-001", "ITEM-004", "ETAG-001"}]
        run.judgements = judge_all(run, suite.cases(run.target, chosen))
        run.complete = True
        run.stop()
    return run


def write(run: Run, folder: Path) -> None:
    """Write everything, as the end of a run does."""
    code = int(run.verdict().exit_code)
    problems = files.write(run, Ending(code))
    path = str(folder / "junit-xml")
    case = f'<testcase name="{"x" * 20_000}" verdict="{code}"/>'
    Path(junit.draft_of(path)).write_text(f"<testsuites><testsuite>{case}</testsuite></testsuites>")
    problems.append((path, files.problem_of(lambda: junit.finish(path, None))))
    assert not [problem for _, problem in problems if problem]


def write_often(run: Run, folder: Path) -> None:
    """Write everything again and again."""
    for _ in range(TIMES):
        write(run, folder)


READERS: dict[str, Callable[[str], Any]] = {
    "report-json": lambda text: json.loads(text)["run"]["exit_code"],
    "report-html": lambda text: int(text.rstrip().endswith("</html>") and "does not conform" in text),
    "report-ctrf": lambda text: int(json.loads(text)["results"]["summary"]["failed"] > 0),
    "record": lambda text: int("ETag" not in str(har.read(text)[0][0].exchange.answer)),
    "write-waivers": lambda text: int(bool(strict_yaml.read(text)["waivers"])),
    "junit-xml": lambda text: int(str(next(ET.fromstring(text).iter("testcase")).get("verdict"))),
}


@pytest.fixture
def runs(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> list[Run]:
    monkeypatch.setenv("GITHUB_STEP_SUMMARY", str(tmp_path / "summary"))
    return [judged(tmp_path), judged(tmp_path, all_faults()[FAULT])]


def test_each_file_is_that_of_one_run(runs: list[Run], tmp_path: Path) -> None:
    alone: list[dict[str, str]] = []
    for run in runs:
        (tmp_path / "summary").unlink(missing_ok=True)
        write(run, tmp_path)
        alone.append({path.name: path.read_text(encoding="utf-8") for path in tmp_path.iterdir()})
    assert {*alone[0]} == {*OPTIONS, "junit-xml", "summary"}
    assert workflow.summary_path() == str(tmp_path / "summary")
    (tmp_path / "summary").unlink()
    both = [FORK.Process(target=write_often, args=(run, tmp_path)) for run in runs]
    for each in both:
        each.start()
    read = {name: {(tmp_path / name).read_text(encoding="utf-8")} for name in READERS}
    while any(each.is_alive() for each in both):
        both[0].join(0.01)
        for name, found in read.items():
            found.add((tmp_path / name).read_text(encoding="utf-8"))
    assert [each.exitcode for each in both] == [0, 0]
    codes = [int(ExitCode.CONFORMS), int(ExitCode.DOES_NOT_CONFORM)]
    for name, found in read.items():
        assert found <= {each[name] for each in alone}, name
        assert [READERS[name](each[name]) for each in alone] == codes, name
    summary = (tmp_path / "summary").read_text(encoding="utf-8")
    assert sorted(summary.split("### ")[1:]) == sorted(each["summary"].removeprefix("### ") for each in alone * TIMES)
    assert {path.name for path in tmp_path.iterdir()} == {*alone[0]}
