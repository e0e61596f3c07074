"""Written reports: all say the same, at every end of a run, and none holds a secret."""

from __future__ import annotations

import copy
import json
import re
import signal
import subprocess
import sys
import threading
import xml.etree.ElementTree as ET
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Any

import pytest

from conformance import cli
from conformance.model.requirements import OF_THE_CONTRACT, registry
from conformance.reading import json_places
from conformance.reference.faults import all_faults
from conformance.reference.server import ReferenceServer
from conformance.report import diff, html, json_report
from tests.servers.raw import Talk, answer, hang_up, raw_server
from tests.support.hostile import COOKIE, KEY, SIGNATURE, echo, hostile
from tests.support.runs import CHECKS, ROOT, Result, command, run
from tests.support.targets import INVOICE_ID, TOKEN

PARTS = (f"{CHECKS}/test_item.py", f"{CHECKS}/test_headers.py", f"{CHECKS}/test_validators.py")
RELATED = (f"{CHECKS}/test_item.py", f"{CHECKS}/test_related.py")


@dataclass(frozen=True)
class Files:
    """What a run left."""

    result: Result
    folder: Path

    @cached_property
    def _loaded(self) -> dict[str, Any]:
        return json_report.load(str(self.folder / "report.json"))

    @property
    def report(self) -> dict[str, Any]:
        """The report; what is done to it stays without consequences."""
        return copy.deepcopy(self._loaded)

    @property
    def page(self) -> str:
        return (self.folder / "report.html").read_text()


def options(folder: Path) -> list[str]:
    names = {"record": "run.har", "report-json": "report.json", "report-html": "report.html", "junit-xml": "junit.xml"}
    return [f"--{name}={folder / file}" for name, file in names.items()]


def judge(script: Any, folder: Path, *more: str) -> Files:
    """Judge a server that runs ``script``, with everything written that can be."""
    with raw_server(script) as server:
        result = run(
            *(more or PARTS),
            *options(folder),
            f"--base-url={server.base_url}",
            f"--request-header=Cookie: sid={COOKIE}",
            "--request-timeout=2",
            INVOICES_AUTH_TOKEN=TOKEN,
            INVOICES_INVOICE_IDS=INVOICE_ID,
            INVOICES_SIGNING_KEY=KEY,
        )
    return Files(result, folder)


@pytest.fixture(scope="module")
def echoed(tmp_path_factory: pytest.TempPathFactory) -> Files:
    """A run against a server that answers with what it was asked, secrets included."""
    return judge(echo, tmp_path_factory.mktemp("echo"))


@pytest.fixture(scope="module")
def attacked(tmp_path_factory: pytest.TempPathFactory) -> Files:
    return judge(hostile, tmp_path_factory.mktemp("hostile"))


@pytest.fixture(scope="module")
def embedded(tmp_path_factory: pytest.TempPathFactory) -> Files:
    """A run against the correct server, with a few generated requests."""
    folder = tmp_path_factory.mktemp("embedded")
    fuzzing = str(ROOT / "conformance" / "fuzzing")
    chosen = ("--embedded", "-k", "ITEM or HDR or ETAG or getInvoice-fuzzing", "--fuzz-examples=2")
    return Files(run(CHECKS, fuzzing, *chosen, *options(folder)), folder)


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
    told = [f"{each.get('message')} {each.text}" for each in suite.iter("failure")]
    assert {name for name in failed if any(name in each for each in told)} == failed
    assert bool(told) == bool(failed)
    assert sum(len(each["judgements"]) for each in report["requirements"]) >= len(list(suite.iter("testcase")))


def test_the_page_links_public_texts_alone(embedded: Files) -> None:
    page = embedded.page
    assert f"({registry()['ETAG-001'].url})" in page
    public = {str(each.url) for each in registry().values() if each.source not in OF_THE_CONTRACT}
    assert {each for each in re.findall(r'href="([^"]*)', page) if not each.startswith("#")} == public


def test_no_file_holds_a_secret(echoed: Files) -> None:
    names = {each.name for each in echoed.folder.iterdir()}
    assert names == {"run.har", "report.json", "report.html", "junit.xml"}
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
        chosen = (CHECKS, str(ROOT / "conformance" / "fuzzing"), "-k", "ITEM or HDR or ETAG or getInvoice-fuzzing")
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


@pytest.mark.parametrize(("script", "said"), [(hang_up, "cannot be used"), (refuse, "refuses the token")])
def test_a_target_that_cannot_be_judged_is_reported(script: Any, said: str, tmp_path: Path) -> None:
    made = judge(script, tmp_path)
    assert made.result.code == 6
    assert said in made.report["run"]["message"]
    assert made.report["run"]["exit_code"] == 6
    assert made.report["verdict"]["conforms"] is None
    assert said in made.page
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
    assert again.code == 0
    assert "RELD-001" in again.output


def test_the_page_can_be_made_later(echoed: Files, tmp_path: Path) -> None:
    page = tmp_path / "page.html"
    assert cli.main(["report", str(echoed.folder / "report.json"), "--html", str(page)]) == 0
    assert page.read_text() == echoed.page


@pytest.mark.parametrize(
    ("content", "said"),
    [
        ("", "is not JSON: Expecting"),
        ("{", "is not JSON: Expecting"),
        ("[" * 100_000, "is not JSON: "),
        ("[]", "is JSON, but no report of this suite"),
        ('{"log": {"version": "1.2"}}', "is JSON, but no report of this suite"),
        ('{"format": "invoices-conformance-report"}', "is not a report that this version reads: the document: "),
    ],
)
def test_what_is_no_report_is_refused(
    content: str, said: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    path = tmp_path / "report.json"
    path.write_text(content)
    assert cli.main(["report", str(path), "--html", str(tmp_path / "page.html")]) == 4
    assert cli.main(["diff", str(path), str(path)]) == 4
    told = capsys.readouterr().err.splitlines()
    assert len(told) == 2
    assert all(line.startswith(f"{path} {said}") for line in told)
    assert not (tmp_path / "page.html").exists()


@pytest.mark.parametrize(
    ("place", "value"),
    [(("version",), "1.1"), (("run", "started"), "yesterday"), (("exchanges", 0, "started"), "2026-13-01T00:00:00Z")],
)
def test_a_report_with_something_unknown_in_it_is_refused(
    place: tuple[str | int, ...], value: str, embedded: Files, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    report: Any = embedded.report
    holder = report
    for step in place[:-1]:
        holder = holder[step]
    holder[place[-1]] = value
    path = tmp_path / "report.json"
    path.write_text(json.dumps(report))
    assert cli.main(["report", str(path), "--html", str(tmp_path / "page.html")]) == 4
    where = "/".join(map(str, place))
    assert f"{path} is not a report that this version reads: {where}: '{value}' " in capsys.readouterr().err


def test_what_is_too_large_is_not_read(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> None:
    monkeypatch.setattr(json_report, "_LARGEST", 1 << 20)
    assert cli.main(["diff", "/dev/zero", "/dev/zero"]) == 4
    assert capsys.readouterr().err == "/dev/zero is not a report: it is larger than 1 MiB\n"


def test_files_that_cannot_be_used_are_named(
    embedded: Files, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    gone = tmp_path / "gone" / "x"
    report = str(embedded.folder / "report.json")
    assert cli.main(["diff", report, str(gone)]) == 4
    assert capsys.readouterr().err == f"{gone} cannot be read: No such file or directory\n"
    assert cli.main(["report", report, "--html", str(gone)]) == 4
    assert capsys.readouterr().err == f"--html: {gone} cannot be written: No such file or directory\n"


@pytest.mark.parametrize("arguments", [["report", "x.json"], ["diff", "x.json"], ["compare"], []])
def test_wrong_arguments_end_like_wrong_settings(arguments: list[str], capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit) as ended:
        cli.main(arguments)
    assert ended.value.code == 4
    assert "error: " in capsys.readouterr().err


def test_a_reader_that_has_enough_is_no_error() -> None:
    piped = f"{sys.executable} -m conformance.cli requirements | head -n 1"
    done = subprocess.run(["bash", "-c", piped], cwd=ROOT, capture_output=True, text=True, timeout=60, check=True)
    assert len(done.stdout.splitlines()) == 1
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


def test_a_difference_tells_what_changed(embedded: Files) -> None:
    old = changed(embedded.report, ITEM_001="failed", ITEM_002="passed", ITEM_003="not offered", ITEM_004="warned")
    new = changed(embedded.report, ITEM_001="passed", ITEM_002="failed", ITEM_003="passed", ITEM_004="blocked")
    found = diff.compare(old, new)
    told = {name: [entry[0] for entry in entries] for name, entries in vars(found).items()}
    assert told == {
        "newly_failing": ["ITEM-002"],
        "fixed": ["ITEM-001"],
        "newly_judged": ["ITEM-003"],
        "no_longer_judged": ["ITEM-004"],
        "otherwise": [],
    }


def test_a_difference_ends_with_1_when_something_newly_fails(
    embedded: Files, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    good, bad = tmp_path / "good.json", tmp_path / "bad.json"
    good.write_text(json_report.text(changed(embedded.report)))
    bad.write_text(json_report.text(changed(embedded.report, ITEM_001="failed")))
    assert cli.main(["diff", str(good), str(bad)]) == 1
    assert "ITEM-001  passed -> failed" in capsys.readouterr().out
    assert cli.main(["diff", str(bad), str(good)]) == 0
    assert cli.main(["diff", str(good), str(good)]) == 0


def test_a_difference_ends_with_1_when_something_is_lost_and_that_counts(embedded: Files, tmp_path: Path) -> None:
    full, less = tmp_path / "full.json", tmp_path / "less.json"
    full.write_text(json_report.text(changed(embedded.report)))
    less.write_text(json_report.text(changed(embedded.report, ITEM_001="blocked")))
    assert cli.main(["diff", str(full), str(less)]) == 0
    assert cli.main(["diff", "--fail-on-lost", str(full), str(less)]) == 1
    assert cli.main(["diff", "--fail-on-lost", str(less), str(full)]) == 0


def test_a_requirement_that_one_version_does_not_have_is_told(embedded: Files) -> None:
    fewer = {**embedded.report, "requirements": [e for e in embedded.report["requirements"] if e["id"] != "ITEM-001"]}
    assert [each[0] for each in diff.compare(fewer, embedded.report).newly_judged] == ["ITEM-001"]
    assert [each[0] for each in diff.compare(embedded.report, fewer).no_longer_judged] == ["ITEM-001"]
    failing = changed(embedded.report, ITEM_001="failed")
    assert [each[0] for each in diff.compare(fewer, failing).newly_failing] == ["ITEM-001"]


@pytest.mark.parametrize(
    ("pointer", "marked"),
    [
        ("/data/id", '"7"'),
        ("/data/list/1", '{ "a": null }'),
        ("/data/list/1/a", "null"),
        ("/data/a~1b", "true"),
        ("/data/none", '{"id": "7", "list": [1, { "a": null }], "a/b" : true}'),
        ("ETag", None),
        ("", None),
    ],
)
@pytest.mark.parametrize("rest", ["}", ', "x": [1', ", broken"], ids=["whole", "cut", "broken"])
def test_the_value_that_a_pointer_names_is_found(pointer: str, marked: str | None, rest: str) -> None:
    text = ' {"data": {"id": "7", "list": [1, { "a": null }], "a/b" : true}' + rest
    place = json_places.span(text, pointer)
    assert (text[place[0] : place[1]] if place else None) == marked


def test_a_value_is_found_in_what_is_cut_behind_it() -> None:
    text = '{"data": {"id": "7", "long": "AAAA'
    assert json_places.span(text, "/data/id") == (16, 19)
    assert json_places.span(text, "/data/long") is None
    assert json_places.span(text, "/data/none") is None


@pytest.mark.parametrize("text", ["", "[", "7", "{}", '{"data"', '{"data": ', "{1: 2}", '{"data": ' + "[" * 100_000])
def test_what_cannot_be_told_is_not_marked(text: str) -> None:
    assert json_places.span(text, "/data/0/0") is None


@pytest.mark.parametrize("text", ["\x1b[31m", "\u202e", "\x00", "\ud800", "\x7f", "\x9b"])
def test_what_cannot_be_seen_is_escaped(text: str) -> None:
    assert html.visible(text).isprintable()
    assert html.visible("a\n\tb") == "a\n\tb"
