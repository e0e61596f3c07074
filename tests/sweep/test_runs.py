"""Whole runs with a sweep, as a user starts them: verdict, exit code, reports, processes, parts and interruptions."""

from __future__ import annotations

import json
import signal
import subprocess
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from conformance.cli import main
from conformance.reference.faults import all_faults
from conformance.reference.server import ReferenceServer
from conformance.report import json_report
from tests.support.runs import ROOT, Result, command, run, without_settings

SWEEP = str(ROOT / "conformance" / "sweep")
MANY, PAGES = 320, 4
FAULT = "swept-total-rounded"


@pytest.fixture(scope="module")
def faulty() -> Iterator[ReferenceServer]:
    with ReferenceServer(invoices=MANY, faults=[all_faults()[FAULT]]) as server:
        yield server


def swept(server: ReferenceServer, *options: str) -> Result:
    """Sweep ``server`` and do nothing else."""
    given = (f"--base-url={server.base_url}", f"--auth-token={server.token}", "--fail-on=should")
    return run(SWEEP, "--sweep=10", "--invoice-id=abb41d30-a26e-11ef-be6d-0242ac120003", *given, *options)


def outcomes(report: dict[str, Any]) -> dict[str, str]:
    return {each["id"]: each["outcome"] for each in report["requirements"] if each["outcome"]}


@pytest.fixture(scope="module")
def whole(faulty: ReferenceServer, tmp_path_factory: pytest.TempPathFactory) -> tuple[Result, dict[str, Any]]:
    path = tmp_path_factory.mktemp("whole") / "report.json"
    result = swept(faulty, f"--report-json={path}")
    return result, json_report.load(str(path))


@pytest.fixture(scope="module")
def parts(faulty: ReferenceServer, tmp_path_factory: pytest.TempPathFactory) -> list[Path]:
    folder = tmp_path_factory.mktemp("parts")
    paths = [folder / f"{number}.json" for number in (1, 2)]
    for number, path in enumerate(paths, 1):
        swept(faulty, f"--sweep-shard={number}/2", f"--report-json={path}")
    return paths


def test_a_finding_fails_the_run_and_names_the_invoices(whole: tuple[Result, dict[str, Any]]) -> None:
    result, report = whole
    assert result.code == 1
    assert "1 SHOULD requirement failed" in result.row("verdict")
    assert f"{MANY} invoices on {PAGES} pages, 10 by themselves" in " ".join(result.output.split())
    found = next(each for each in report["requirements"] if each["id"] == "INV-001")
    judgement = next(each for each in found["judgements"] if each["outcome"] == "warned")
    assert judgement["count"] == len(set(judgement["invoices"])) > 1
    assert f"(in {judgement['count']} invoices)" in judgement["observed"]
    assert judgement["invoices"][0] in result.output
    assert report["sweep"][0]["invoices"] == MANY
    assert report["version"] == "2.0"


def test_the_embedded_server_conforms_with_any_number_of_invoices() -> None:
    result = run(SWEEP, "--embedded", "--sweep", f"--embedded-invoices={MANY}")
    assert (result.code, result.row("verdict")) == (0, "conforms")
    assert f"{MANY} invoices on {PAGES} pages, 100 by themselves" in " ".join(result.output.split())


def test_the_plan_shows_what_a_sweep_sends() -> None:
    result = run(SWEEP, "--sweep=7", "--plan", "--base-url=http://api.example.org", "--invoice-id=x")
    assert "invoices?page%5Bsize%5D=100" in result.output
    assert "# sweep: 7 invoices by themselves, and again with If-None-Match" in result.output
    assert "nothing was sent" in result.output


def test_without_the_option_there_is_no_sweep() -> None:
    result = run(SWEEP)
    assert result.code == 5
    assert "sweep " not in result.output


def test_processes_share_a_sweep(faulty: ReferenceServer, whole: tuple[Result, dict[str, Any]], tmp_path: Path) -> None:
    path = tmp_path / "report.json"
    item = str(ROOT / "conformance" / "checks" / "test_item.py")
    result = swept(faulty, item, "-n", "2", f"--report-json={path}", "-k", "test_sweep or ITEM-001 or ITEM-024")
    report = json_report.load(str(path))
    assert result.code == whole[0].code
    assert [(each["shard"], each["shards"]) for each in sorted(report["sweep"], key=lambda each: each["shard"])] == [
        (1, 2),
        (2, 2),
    ]
    assert sum(each["invoices"] for each in report["sweep"]) == MANY
    assert report["run"]["deselected"] >= 1
    assert f"(of the selected checks; {report['run']['deselected']} deselected)" in " ".join(result.output.split())
    # Of the sample, each has its share.
    assert [each["by_themselves"] for each in report["sweep"]] == [5, 5]
    assert outcomes(report).items() >= outcomes(whole[1]).items()
    assert outcomes(report)["ITEM-024"] == "passed"
    # The checks stayed together, and what they sent is in the report.
    assert {"item", "unknown_item"} <= {each["probe"] for each in report["exchanges"]}


def test_parts_merge_to_the_verdict_of_the_whole(
    parts: list[Path], whole: tuple[Result, dict[str, Any]], tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    merged, page = tmp_path / "merged.json", tmp_path / "merged.html"
    code = main(["merge", *map(str, parts), "--json", str(merged), "--html", str(page)])
    report = json_report.load(str(merged))
    output = capsys.readouterr().out
    assert code == report["run"]["exit_code"] == whole[0].code
    assert outcomes(report) == outcomes(whole[1])
    for name in ("verdict", "counts", "sources", "areas", "must"):
        assert report[name] == whole[1][name]
    assert whole[1]["verdict"]["sentence"] in output
    assert "INV-001" in page.read_text(encoding="utf-8")


def test_a_missing_part_is_not_a_verdict(parts: list[Path], tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["merge", str(parts[0])]) == 1  # what was found stays found
    assert "part 2 of 2 is missing" in capsys.readouterr().out
    correct = [json.loads(path.read_text(encoding="utf-8")) for path in parts]
    for report in correct:
        for each in report["requirements"]:
            each["judgements"] = [one for one in each["judgements"] if one["outcome"] != "warned"]
    path = tmp_path / "one.json"
    path.write_text(json.dumps(correct[0]), encoding="utf-8")
    assert main(["merge", str(path)]) == 5
    assert "no verdict: not all was swept" in capsys.readouterr().out


def test_overlapping_parts_are_reported(parts: list[Path], capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["merge", str(parts[1]), str(parts[1])]) == 1
    output = capsys.readouterr().out
    assert "part 2 of 2 is there 2 times" in output
    assert "part 1 of 2 is missing" in output


@pytest.mark.parametrize(
    ("change", "expected"),
    [
        (lambda report: report["target"].update(base_url="https://other.example"), "target http://127.0.0.1"),
        (lambda report: report["suite"].update(version="9.9"), "and 9.9 of the suite"),
        (lambda report: report["settings"].update(sweep=11), "--sweep 10 and 11"),
    ],
    ids=["target", "version", "setting"],
)
def test_reports_of_other_runs_are_not_merged(
    parts: list[Path], tmp_path: Path, capsys: pytest.CaptureFixture[str], change: Any, expected: str
) -> None:
    report = json.loads(parts[1].read_text(encoding="utf-8"))
    change(report)
    path = tmp_path / "other.json"
    path.write_text(json.dumps(report), encoding="utf-8")
    assert main(["merge", str(parts[0]), str(path)]) == 4
    error = capsys.readouterr().err
    assert "the reports are not of one run" in error
    assert expected in error


def test_a_record_of_a_sweep_is_judged_again(faulty: ReferenceServer, tmp_path: Path) -> None:
    record, first, second = (tmp_path / name for name in ("run.har", "first.json", "second.json"))
    assert swept(faulty, f"--record={record}", f"--report-json={first}").code == 1
    assert run(SWEEP, f"--replay={record}", "--fail-on=should", f"--report-json={second}").code == 1
    assert outcomes(json_report.load(str(first))) == outcomes(json_report.load(str(second)))


def test_a_waiver_excuses_what_a_sweep_finds(faulty: ReferenceServer, tmp_path: Path) -> None:
    path = tmp_path / "waivers.yaml"
    assert swept(faulty, f"--write-waivers={path}").code == 1
    assert swept(faulty, f"--waivers={path}").code == 0


def test_ctrl_c_keeps_the_state_and_the_next_run_goes_on(tmp_path: Path) -> None:
    """The server is interrupted in the middle of the way, and so is the run."""
    state, report = tmp_path / "state", tmp_path / "report.json"
    with ReferenceServer(invoices=MANY) as server:
        given = [SWEEP, "--sweep=0", f"--sweep-state={state}", f"--report-json={report}", "--concurrency=1"]
        given += [f"--base-url={server.base_url}", f"--auth-token={server.token}"]
        given += ["--invoice-id=abb41d30-a26e-11ef-be6d-0242ac120003"]
        interrupted = False

        def interrupt(request: Any) -> None:
            nonlocal interrupted
            if "5D=3" in request.query and not interrupted:
                interrupted = True
                process.send_signal(signal.SIGINT)

        server.api.on_request(interrupt)
        process = subprocess.Popen(command(*given), cwd=ROOT, env=without_settings(), stdout=subprocess.PIPE, text=True)
        output, _ = process.communicate(timeout=120)
        assert process.returncode == 2
        assert "not complete: interrupted" in " ".join(output.split())
        assert json_report.load(str(report))["run"]["interrupted"]
        done = run(*given)
    assert done.code == 0, done.output
    again = json_report.load(str(report))["sweep"][0]
    assert again["resumed"]
    assert again["invoices"] == MANY


def test_the_state_of_another_sweep_is_reported_once(tmp_path: Path) -> None:
    path = tmp_path / "notes.txt"
    path.write_text("no database, but a text that is long enough to be looked at " * 20, encoding="utf-8")
    result = run(SWEEP, "--sweep", f"--sweep-state={path}", "--base-url=http://127.0.0.1:1", "--invoice-id=x")
    assert result.code == 4
    assert "is not the state of a sweep" in result.errors + result.output
    assert "Traceback" not in result.errors + result.output
    assert path.read_text(encoding="utf-8").startswith("no database")


def test_an_unusable_target_ends_several_processes_with_its_code() -> None:
    result = run(SWEEP, "--sweep", "-n", "2", "--base-url=http://127.0.0.1:1", "--invoice-id=x")
    assert result.code == 6
    assert "cannot be used" in result.output
