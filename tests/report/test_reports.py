"""Written reports: all say the same, at every end of a run, and none holds a secret."""

from __future__ import annotations

import json
import re
import signal
import subprocess
import threading
import xml.etree.ElementTree as ET
from collections import Counter
from pathlib import Path
from typing import Any

import pytest

from conformance import cli
from conformance.model.outcome import ExitCode
from conformance.model.requirements import OF_THE_CONTRACT, registry
from conformance.reference.faults import all_faults
from conformance.reference.server import ReferenceServer
from conformance.report import ctrf, json_report
from tests.servers.raw import Talk, answer, hang_up, raw_server
from tests.support.hostile import COOKIE, KEY, SIGNATURE, echo
from tests.support.runs import CHECKS, ROOT, command, run
from tests.support.targets import INVOICE_ID, TOKEN
from tests.support.written import PARTS, Files, judge, options

# Checks that need few requests, and generated ones.
SOME = ("-k", "COND-002 or COND-003 or COND-007 or ITEM-001 or ITEM-018 or ETAG-001 or getInvoice-fuzzing")
RELATED = (f"{CHECKS}/test_item.py", f"{CHECKS}/test_related.py")


@pytest.fixture(scope="module")
def echoed(tmp_path_factory: pytest.TempPathFactory) -> Files:
    """A run against a server that answers with what it was asked, secrets included."""
    return judge(echo, tmp_path_factory.mktemp("echo"))


@pytest.fixture(scope="module")
def embedded(tmp_path_factory: pytest.TempPathFactory) -> Files:
    """A run against the correct server, with a few generated requests."""
    folder = tmp_path_factory.mktemp("embedded")
    fuzzing = str(ROOT / "conformance" / "fuzzing")
    return Files(run(CHECKS, fuzzing, *SOME, "--embedded", "--fuzz-examples=2", *options(folder)), folder)


@pytest.mark.parametrize("files", ["echoed", "attacked", "embedded"])
def test_all_reports_say_the_same(files: str, request: pytest.FixtureRequest) -> None:
    made: Files = request.getfixturevalue(files)
    report, code = made.report, made.result.code
    assert code == report["run"]["exit_code"]
    assert report["verdict"]["conforms"] is {0: True, 1: False}[code]
    sentence = report["verdict"]["sentence"]
    assert " ".join(made.result.output.split()).rsplit(" verdict ", 1)[1].startswith(sentence)
    assert re.search(r"<h1>(.*)</h1>", made.page)[1] == sentence  # type: ignore[index]
    failed = {each["id"] for each in report["requirements"] if each["outcome"] == "failed"}
    assert set(report["verdict"]["gating"]) == failed
    by_cause = {name for each in report["causes"] if each["outcome"] == "failed" for name in each["requirements"]}
    assert failed <= by_cause
    headlines = [each["headline"] for each in report["causes"] if each["outcome"] == "failed"]
    printed = [each for each in made.result.lines if each.startswith("FAILED ")]
    assert len(printed) == len(headlines)
    assert [one[:30].rstrip() for one in headlines] == [each[8:38].rstrip() for each in printed]
    assert set(re.findall(r'id="([A-Z]+-\d+)" data-outcome="failed"', made.page)) == failed
    suite = ET.parse(made.folder / "junit.xml").getroot()
    failures = [f"{each.get('message')} {each.text}" for each in suite.iter("failure")]
    assert {name for name in failed if any(name in each for each in failures)} == failed
    assert bool(failures) == bool(failed)
    assert sum(len(each["judgements"]) for each in report["requirements"]) >= len(list(suite.iter("testcase")))


@pytest.mark.parametrize("files", ["echoed", "attacked", "embedded"])
def test_the_ctrf_report_has_every_outcome(files: str, request: pytest.FixtureRequest) -> None:
    made: Files = request.getfixturevalue(files)
    report = made.report
    written = json.loads((made.folder / "ctrf.json").read_text())
    assert (written["reportFormat"], written["specVersion"]) == ("CTRF", "1.0.0")
    tests, summary = written["results"]["tests"], written["results"]["summary"]
    assert [each["extra"] for each in tests] == [each for each in report["requirements"] if each["outcome"]]
    assert Counter(each["rawStatus"] for each in tests) == +Counter(report["counts"])
    assert {each["extra"]["id"] for each in tests if each["status"] == "failed"} == set(report["verdict"]["gating"])
    assert all((each["status"] == "passed") == (each["rawStatus"] == "passed") for each in tests)
    assert all(each["message"] for each in tests if each["status"] == "failed")
    states = ("passed", "failed", "skipped", "pending", "other")
    assert {state: summary[state] for state in states} == dict.fromkeys(states, 0) | Counter(
        each["status"] for each in tests
    )
    assert summary["tests"] == len(tests)
    assert summary["stop"] > summary["start"] > 1_700_000_000_000


def test_a_ctrf_report_fails_with_the_run(embedded: Files) -> None:
    """When no requirement does, such as with a stale waiver."""
    report = embedded.report
    assert all(each["status"] != "failed" for each in ctrf.build(report)["results"]["tests"])
    report["run"]["exit_code"] = 1
    *_, last = ctrf.build(report)["results"]["tests"]
    assert last["status"] == "failed"
    assert last["message"] == report["verdict"]["sentence"]


def test_the_page_links_public_texts_alone(embedded: Files) -> None:
    page = embedded.page
    assert f"({registry()['ETAG-001'].url})" in page
    public = {str(each.url) for each in registry().values() if each.source not in OF_THE_CONTRACT}
    assert {each for each in re.findall(r'href="([^"]*)', page) if not each.startswith("#")} == public


def test_no_file_holds_a_secret(echoed: Files) -> None:
    names = {each.name for each in echoed.folder.iterdir()}
    assert names == {"run.har", "report.json", "report.html", "ctrf.json", "junit.xml"}
    for path in echoed.folder.iterdir():
        content = path.read_text()
        for secret in (TOKEN, SIGNATURE, SIGNATURE[: len(SIGNATURE) // 2], KEY, COOKIE):
            assert secret not in content, path.name
            assert secret not in content.replace("\\", ""), path.name
        # What stands for a secret inside of the suite is not shown either.
        if path.name != "run.har":  # where it is what a replay needs
            assert "ue000" not in ascii(content), path.name
    assert "[redacted]" in (echoed.folder / "run.har").read_text()
    assert "$INVOICES_AUTH_TOKEN" in echoed.page


@pytest.mark.parametrize("files", ["echoed", "attacked", "embedded"])
def test_a_replay_leaves_the_same_reports(files: str, request: pytest.FixtureRequest, tmp_path: Path) -> None:
    made: Files = request.getfixturevalue(files)
    chosen: tuple[str, ...] = PARTS
    if files == "embedded":
        chosen = (CHECKS, str(ROOT / "conformance" / "fuzzing"), *SOME)
    again = run(*chosen, f"--replay={made.folder / 'run.har'}", *options(tmp_path)[1:])
    assert again.code == made.result.code
    for name in ("report.json", "report.html"):
        assert (tmp_path / name).read_bytes() == (made.folder / name).read_bytes(), name


def test_generated_findings_are_part_of_the_report(embedded: Files) -> None:
    assert embedded.report["run"]["generated"]["sent"] > 0
    assert embedded.report["run"]["deselected"] > 0
    assert "checks not selected" in embedded.page


def test_findings_of_generated_requests_are_replayed(tmp_path: Path) -> None:
    part = (str(ROOT / "conformance" / "fuzzing"), "-k", "getInvoice-hostile")
    with ReferenceServer(faults=[all_faults()["generated-id-nul"]]) as server:
        known = {"INVOICES_AUTH_TOKEN": server.token, "INVOICES_INVOICE_IDS": server.describe()["invoice_ids"][0]}
        made = Files(run(*part, f"--base-url={server.base_url}", *options(tmp_path), **known), tmp_path)
    assert made.result.code == 1
    assert made.report["verdict"]["gating"] == ["ERR-011"]
    (tmp_path / "again").mkdir()
    again = run(*part, f"--replay={tmp_path / 'run.har'}", *options(tmp_path / "again")[1:])
    assert again.code == 1
    assert (tmp_path / "again" / "report.json").read_bytes() == (tmp_path / "report.json").read_bytes()


def refuse(talk: Talk) -> None:
    while talk.request():
        talk.send(answer("401 Unauthorized"))


@pytest.mark.parametrize(("script", "expected"), [(hang_up, "cannot be used"), (refuse, "refuses the token")])
def test_a_target_that_cannot_be_judged_is_reported(script: Any, expected: str, tmp_path: Path) -> None:
    made = judge(script, tmp_path)
    assert made.result.code == 6
    assert expected in made.report["run"]["message"]
    assert made.report["run"]["exit_code"] == 6
    assert made.report["verdict"]["conforms"] is None
    assert expected in made.page
    again = run(*PARTS, f"--replay={tmp_path / 'run.har'}", f"--report-json={tmp_path / 'again.json'}")
    assert again.code == 6
    assert (tmp_path / "again.json").read_bytes() == (tmp_path / "report.json").read_bytes()


def test_a_report_that_cannot_be_written_is_an_error(tmp_path: Path) -> None:
    gone = tmp_path / "gone"
    result = run(*PARTS, "--embedded", f"--report-json={gone / 'report.json'}")
    assert result.code == 4
    assert "--report-json" in result.errors + result.output
    full = Path("/dev/full")
    if full.exists():
        result = run(*PARTS, "--embedded", "-k", "ITEM-001", f"--report-json={full}")
        assert result.code == 3
        assert "cannot be written" in result.output


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
def test_an_interrupted_run_leaves_what_it_has(number: signal.Signals, tmp_path: Path) -> None:
    reached = threading.Event()

    def slow(talk: Talk) -> None:
        while head := talk.request():
            if b"/account" in head:
                reached.set()
                talk.until_gone()
            talk.send(answer("200 OK", json.dumps({"data": {"type": "invoices", "id": INVOICE_ID}}).encode()))

    with raw_server(slow) as server:
        given = [f"--base-url={server.base_url}", f"--auth-token={TOKEN}", f"--invoice-id={INVOICE_ID}"]
        given += [*options(tmp_path), "--concurrency=1", "--request-timeout=60"]
        process = subprocess.Popen(command(*RELATED, *given), cwd=ROOT, stdout=subprocess.PIPE, text=True)
        assert reached.wait(60)
        process.send_signal(number)
        process.communicate(timeout=60)
    assert process.returncode == 2
    report = json_report.load(str(tmp_path / "report.json"))
    assert report["run"]["interrupted"]
    assert "interrupted" in (tmp_path / "report.html").read_text()
    kept = {each["probe"] for each in report["exchanges"]}
    assert "item" in kept
    log = json.loads((tmp_path / "run.har").read_text())["log"]
    assert {each["request"]["_conformance"]["probe"] for each in log["entries"]} == kept
    again = run(*RELATED, f"--replay={tmp_path / 'run.har'}", "-k", "ITEM-001 or RELD-001")
    # The account was not answered.
    assert again.code == ExitCode.INCONCLUSIVE
    assert "RELD-001" in again.output


def test_the_page_can_be_made_later(echoed: Files, tmp_path: Path) -> None:
    page = tmp_path / "page.html"
    assert cli.main(["report", str(echoed.folder / "report.json"), "--html", str(page)]) == 0
    assert page.read_text() == echoed.page
