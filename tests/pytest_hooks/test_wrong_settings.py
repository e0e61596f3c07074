"""Wrong settings: one message that names the setting, exit code 4, and reports that say so; nothing is judged."""

from __future__ import annotations

import json
import xml.etree.ElementTree as ET
from pathlib import Path

import pytest

from conformance import cli
from conformance.commands import judging
from conformance.pytest_hooks import run_command
from conformance.report import json_report
from tests.support.runs import CONDITIONAL, SETTING_VARIABLES, Result, run

TOKEN = "eyJhbGciOiJIUzI1NiJ9.eyJzdWIiOiJhIn0.dHdvLXdvcmRz"
URL = "--base-url=http://127.0.0.1:9"
MISSING = "give it, or --embedded to judge the reference server"

# What is given on the command line and in the environment, and the message.
WRONG: dict[str, tuple[list[str], dict[str, str], str]] = {
    "empty variable of the base URL": ([], {"PYTEST_BASE_URL": ""}, "PYTEST_BASE_URL: is empty: "),
    "empty base URL": (["--base-url="], {}, "--base-url: is empty: "),
    "both empty": (["--base-url="], {"PYTEST_BASE_URL": "http://a"}, "--base-url: is empty: "),
    "empty variable": ([URL], {"INVOICES_AUTH_TOKEN": " "}, "INVOICES_AUTH_TOKEN: is empty: "),
    "empty option": ([URL, "--invoice-id="], {}, "--invoice-id: is empty: "),
    "null in a file": (["--target={null}"], {}, "--target file, base-url: is empty: "),
    "a file without base URL": (
        ["--target={none}"],
        {},
        f"is missing, and --concurrency is given; {MISSING}",
    ),
    "a file with nothing": (["--target={nothing}"], {}, f"--base-url: is missing, and --target is given; {MISSING}"),
    "empty ini value": (["-o", "base_url="], {}, "ini base_url: is empty: "),
    "a credential": (
        [],
        {"INVOICES_AUTH_TOKEN": TOKEN},
        f"is missing, and --auth-token is given; {MISSING}",
    ),
    "an id": (["--invoice-id=a"], {}, f"--base-url: is missing, and --invoice-id is given; {MISSING}"),
    "both targets": ([URL, "--embedded"], {}, "--embedded: there is a base URL, too; leave out one of them"),
    "unknown variable": (["--embedded"], {"INVOICES_AUTH_TOKN": "x"}, "did you mean INVOICES_AUTH_TOKEN?"),
    "variable of another prefix": ([], {"INVOICES_BASE_URL": "x"}, "did you mean PYTEST_BASE_URL?"),
    "unknown ini key": (["-o", "concurency=3"], {}, "concurency: no setting has this name; did you mean concurrency?"),
    "unknown key in a file": (["--target={unknown}"], {}, "unknown settings: auth-tokn; did you mean auth-token?"),
    "a part without a sweep": ([URL, "--sweep-shard=1/2"], {}, "--sweep-shard: is a part of a sweep, "),
    "a token as a field": ([URL, "--request-header=authorization: x"], {}, "which --auth-token sets"),
    "a planned report": ([URL, "--plan", "--report-json={out}"], {}, "--report-json: is of no use with --plan"),
    "a prefix twice": (
        [f"{URL}/api/rest/customer/v1/"],
        {},
        "--base-url: already has /api/rest/customer/v1, which --api-prefix adds: leave that part out",
    ),
    "a scheme": ([URL, f"--auth-token=Bearer {TOKEN}"], {}, "--auth-token: the value begins with Bearer: "),
    "quotes": ([URL], {"INVOICES_AUTH_TOKEN": f"'{TOKEN}'"}, "INVOICES_AUTH_TOKEN: the value has quotes around it"),
    "a token in two words": ([URL, "--auth-token", "Bearer", TOKEN], {}, "--auth-token: the value is followed by"),
    "a token in two words after =": ([URL, "--auth-token=Bearer", TOKEN], {}, "put the whole value in quotes"),
    "a field in two words": ([URL, "--request-header", "X-Key:", TOKEN], {}, "--request-header: the value is followed"),
    "a token by itself": ([URL, TOKEN], {}, "a token stands by itself: write --auth-token=TOKEN, or set INVOICES_AUTH"),
    "a proxy for plain http": ([URL, "--proxy=http://127.0.0.1:9"], {}, "--proxy: is used for https only: "),
    "a key without its certificate": ([URL, "--client-key={out}"], {}, "--client-key: belongs to a certificate: "),
    "a certificate for plain http": ([URL, "--client-cert={out}"], {}, "--client-cert: is shown over https only, "),
    "plain http behind a proxy": (
        ["--base-url=https://a", "--proxy=http://b:9", "--plain-url=http://a"],
        {},
        "--plain-url: cannot be reached through --proxy: ",
    ),
    "no URL of plain http": (["--base-url=https://a", "--plain-url=a"], {}, "--plain-url: 'a' is not a URL such as "),
    "a public origin with a path": ([URL, "--public-origin=https://a/b"], {}, "--public-origin: 'https://a/b' has a "),
    "no host to connect to": ([URL, "--connect-to=a:b:c"], {}, "--connect-to: "),
    "an expendable invoice that counts": (
        [URL, "--invoice-id=a", "--expendable-invoice-id=A"],
        {},
        "--expendable-invoice-id: is given as another invoice, too: ",
    ),
    "a hidden invoice that is seen": (
        [URL, "--invoice-id=a", "--hidden-invoice-id=A"],
        {},
        "--hidden-invoice-id: is given as --invoice-id, too, ",
    ),
    "another customer's invoice that is one's own": (
        [URL, "--invoice-id=a", "--invoice-id=b", "--other-invoice-id=b"],
        {},
        "--other-invoice-id: is given as --invoice-id, too, ",
    ),
    "a certificate that is none": (["--base-url=https://a", "--ca-bundle={out}"], {}, "--ca-bundle: "),
    "the former name of --fail-on": (["--strict"], {}, "a SHOULD fails the run with --fail-on=should"),
}


@pytest.fixture
def files(tmp_path: Path) -> dict[str, str]:
    """Return the names of files of settings, by what is wrong with them."""
    contents = {
        "null": "base-url:\n",
        "none": "concurrency: 2\n",
        "nothing": "{}\n",
        "unknown": "base-url: http://a\nauth-tokn: b\n",
        "out": "",
    }
    for name, content in contents.items():
        (tmp_path / name).write_text(content)
    return {name: str(tmp_path / name) for name in contents}


def refused(result: Result, message: str) -> None:
    """Assert that the run ended with exit code 4 and one message, and repeats no token."""
    assert result.code == 4, result.output + result.errors
    (line,) = [line for line in result.errors.splitlines() if line.startswith("ERROR: ")]
    assert message in line
    assert "Traceback" not in result.output + result.errors
    assert TOKEN not in result.output + result.errors
    assert "verdict" not in result.output


@pytest.mark.parametrize(("given", "environment", "message"), WRONG.values(), ids=WRONG)
def test_a_wrong_setting_is_one_message(
    given: list[str], environment: dict[str, str], message: str, files: dict[str, str]
) -> None:
    refused(run(CONDITIONAL, *(each.format(**files) for each in given), **environment), message)


def test_a_wrong_setting_leaves_reports(tmp_path: Path) -> None:
    names = {"report-json": "report.json", "report-html": "report.html", "report-ctrf": "ctrf.json"}
    names["junit-xml"] = "junit.xml"
    given = [f"--{name}={tmp_path / file}" for name, file in names.items()]
    environment = {
        "INVOICES_AUTH_TOKEN": TOKEN,
        "GITHUB_ACTIONS": "true",
        "GITHUB_STEP_SUMMARY": str(tmp_path / "summary.md"),
    }
    result = run(CONDITIONAL, URL, "--concurrency=0", *given, **environment)
    message = "--concurrency: the value must be at least 1"
    refused(result, message)
    assert f"::error title=wrong setting::{message}" in result.lines
    report = json_report.load(str(tmp_path / "report.json"))
    assert (report["run"]["message"], report["run"]["exit_code"]) == (message, 4)
    assert (report["verdict"]["conforms"], report["target"]["base_url"]) == (None, "http://127.0.0.1:9")
    assert message in (tmp_path / "report.html").read_text()
    (test,) = json.loads((tmp_path / "ctrf.json").read_text())["results"]["tests"]
    assert (test["name"], test["status"], test["message"]) == ("verdict", "failed", message)
    (case,) = ET.parse(tmp_path / "junit.xml").getroot().iter("testcase")
    assert [each.get("message") for each in case] == [message]
    summary = (tmp_path / "summary.md").read_text()
    assert summary.startswith("### http\\://127\\.0\\.0\\.1\\:9: no verdict\n\n\\-\\-concurrency")
    for path in tmp_path.iterdir():
        assert TOKEN not in path.read_text()


def test_a_file_that_cannot_be_read_keeps_no_report_from_being_written(tmp_path: Path) -> None:
    report = tmp_path / "report.json"
    refused(run(CONDITIONAL, URL, f"--target={tmp_path}", f"--report-json={report}"), "cannot be read: Is a directory")
    assert json_report.load(str(report))["target"]["base_url"] == "http://127.0.0.1:9"


def test_a_report_that_cannot_be_written_hides_no_wrong_setting(tmp_path: Path) -> None:
    result = run(CONDITIONAL, "--concurrency=0", f"--report-json={tmp_path}", GITHUB_STEP_SUMMARY=str(tmp_path))
    refused(result, "--concurrency: the value must be at least 1")
    assert f"{tmp_path} cannot be written: Is a directory" in result.errors


@pytest.mark.parametrize(
    ("given", "message"),
    [
        ([], f"--base-url: is missing; {MISSING}"),
        ([f"--auth-tokn={TOKEN}"], "--auth-tokn: no option has this name; did you mean --auth-token?"),
        (["--auth-tokn", TOKEN], "--auth-tokn: no option has this name; did you mean --auth-token?"),
        (["--no-such-thing"], "--no-such-thing: no option has this name"),
    ],
)
def test_the_command_says_what_is_missing_or_misspelt(given: list[str], message: str) -> None:
    refused(run(*run_command.arguments(given)), message)


@pytest.mark.parametrize(
    ("given", "message"),
    [
        (["--tb=none"], "wrong arguments: the message of pytest, on standard error, says which"),
        (["-Q"], "wrong arguments: the message of pytest, on standard error, says which"),
        (["nowhere.py"], "wrong arguments: the message of pytest, on standard error, says which"),
        (["--concurrency"], "argument --concurrency: expected one argument"),
    ],
)
def test_what_pytest_refuses_by_itself_leaves_reports(
    given: list[str], message: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    for name in SETTING_VARIABLES:
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("GITHUB_ACTIONS", "true")
    monkeypatch.chdir(tmp_path)
    files = [f"--report-json={tmp_path / 'report.json'}", f"--junit-xml={tmp_path / 'junit.xml'}"]
    assert judging.run([URL, *files, *given]) == 4
    assert f"::error title=wrong setting::{message}" in capsys.readouterr().out.splitlines()
    found = json_report.load(str(tmp_path / "report.json"))
    assert (found["run"]["message"], found["target"]["base_url"]) == (message, "http://127.0.0.1:9")
    (case,) = ET.parse(tmp_path / "junit.xml").getroot().iter("testcase")
    assert [each.get("message") for each in case] == [message]


def test_a_misspelt_option_leaves_reports(tmp_path: Path) -> None:
    report = tmp_path / "report.json"
    given = [URL, f"--auth-tokn={TOKEN}", f"--report-json={report}"]
    result = run(*run_command.arguments(given), GITHUB_ACTIONS="true")
    message = "--auth-tokn: no option has this name; did you mean --auth-token?"
    assert f"::error title=wrong setting::{message}" in result.lines
    found = json_report.load(str(report))
    assert (found["run"]["message"], found["target"]["base_url"]) == (message, "http://127.0.0.1:9")
    assert TOKEN not in report.read_text()


OBSTACLES = {
    "a plugin that is not there": (["-p", "nowhere"], {}, 'Error importing plugin "nowhere": No module named'),
    "one of the environment": ([], {"PYTEST_PLUGINS": "nowhere"}, 'Error importing plugin "nowhere": No module named'),
    "an open quotation": ([], {"PYTEST_ADDOPTS": "-k 'a"}, "PYTEST_ADDOPTS: a quotation is not closed"),
}


@pytest.mark.parametrize("case", OBSTACLES)
def test_what_keeps_pytest_from_starting_is_a_wrong_setting(
    case: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    given, environment, message = OBSTACLES[case]
    for name in SETTING_VARIABLES:
        monkeypatch.delenv(name, raising=False)
    for name, value in environment.items():
        monkeypatch.setenv(name, value)
    report = tmp_path / "report.json"
    assert cli.main(["run", URL, f"--report-json={report}", *given]) == 4
    (line,) = capsys.readouterr().err.splitlines()
    assert line.startswith("ERROR: ")
    assert message in line
    assert message in json_report.load(str(report))["run"]["message"]


def test_no_place_for_temporary_files_is_a_wrong_setting(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    def nowhere() -> str:
        raise FileNotFoundError

    monkeypatch.setattr("tempfile.gettempdir", nowhere)
    assert cli.main(["run", URL]) == 4
    assert capsys.readouterr().err == "ERROR: TMPDIR: no folder for temporary files can be written: set it to one\n"


def test_an_unforeseen_error_is_not_blamed_on_the_target(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    def broken(_: object) -> int:
        raise ZeroDivisionError

    monkeypatch.setattr(judging, "run", broken)
    assert cli.main(["run", URL]) == 3
    assert "ZeroDivisionError" in capsys.readouterr().err
