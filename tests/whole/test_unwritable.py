"""Files and streams that cannot be written: the verdict is kept, the exit code is 3, one line says which."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from tests.hostile.answers import Hostile, waits
from tests.servers.raw import raw_server
from tests.support.runs import CHECKS, ROOT, run, without_settings
from tests.support.targets import INVOICE_ID, TOKEN

FULL = "/dev/full"
ITEM = (f"{CHECKS}/test_item.py", "-k", "ITEM-001")
EMBEDDED = (*ITEM, "--embedded")


@pytest.mark.parametrize(
    "option", ["junit-xml", "report-json", "report-html", "report-ctrf", "record", "write-waivers"]
)
def test_a_full_disk_is_one_line(option: str) -> None:
    result = run(*EMBEDDED, f"--{option}={FULL}")
    assert result.code == 3
    assert f"{FULL} cannot be written: No space left on device" in result.lines
    assert result.row("verdict").startswith("conforms")
    assert "Traceback" not in result.output + result.errors
    assert "generated xml file" not in result.output


@pytest.mark.parametrize(
    "option", ["junit-xml", "report-json", "report-html", "report-ctrf", "record", "write-waivers"]
)
def test_a_folder_that_takes_no_files_is_one_line(option: str) -> None:
    # Nor does it from the administrator.
    result = run(*EMBEDDED, f"--{option}=/sys/file")
    assert result.code in {3, 4}
    (line,) = (each for each in (result.output + result.errors).splitlines() if "/sys/file" in each)
    assert "Permission denied" in line or "Read-only" in line or "Operation not permitted" in line
    assert "Traceback" not in result.output + result.errors


@pytest.mark.parametrize("option", ["junit-xml", "report-json", "record", "write-waivers"])
def test_nobody_is_waited_for_who_does_not_read(option: str, tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "pipe")
    result = run(*EMBEDDED, f"--{option}={tmp_path}/pipe")
    assert result.code == 3
    assert f"{tmp_path}/pipe cannot be written: No such device or address" in result.lines


def test_a_summary_that_nobody_reads_is_not_waited_for(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "pipe")
    assert run(*EMBEDDED, GITHUB_STEP_SUMMARY=f"{tmp_path}/pipe").code == 3


def test_a_named_pipe_that_is_read_gets_the_report(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "pipe")
    with ThreadPoolExecutor() as executor:
        read = executor.submit((tmp_path / "pipe").read_text)
        assert run(*EMBEDDED, f"--report-json={tmp_path}/pipe").code == 0
        assert json.loads(read.result())["run"]["exit_code"] == 0


LINKS = {"to itself": "link", "to nowhere": "no/such/folder"}


@pytest.mark.parametrize("to", LINKS.values(), ids=LINKS)
@pytest.mark.parametrize(("option", "code"), [("junit-xml", {3}), ("report-json", {3, 4})])
def test_a_link_that_leads_nowhere_is_one_line(option: str, code: set[int], to: str, tmp_path: Path) -> None:
    (tmp_path / "link").symlink_to(to)
    result = run(*EMBEDDED, f"--{option}={tmp_path}/link")
    assert result.code in code
    assert f"{tmp_path}/link" in result.output + result.errors
    assert "Traceback" not in result.output + result.errors


@pytest.mark.parametrize("option", ["junit-xml", "report-json", "waivers", "ca-bundle", "target"])
def test_a_name_that_is_too_long_is_one_line(option: str, tmp_path: Path) -> None:
    result = run(*EMBEDDED, f"--{option}={tmp_path}/{'n' * 300}")
    assert result.code in {3, 4}
    assert "Traceback" not in result.output + result.errors


def test_a_name_as_long_as_can_be_is_written(tmp_path: Path) -> None:
    path = tmp_path / ("n" * 255)
    assert run(*EMBEDDED, f"--report-json={path}", f"--junit-xml={path}").code == 0
    assert [each.name for each in tmp_path.iterdir()] == [path.name]


def test_a_folder_that_is_gone_is_a_wrong_setting(tmp_path: Path) -> None:
    script = f"cd {tmp_path}; mkdir gone; cd gone; rmdir ../gone; {sys.executable} -m conformance.cli run --embedded"
    environment = {**without_settings(), "PYTHONPATH": str(ROOT)}
    done = subprocess.run(["bash", "-c", script], env=environment, capture_output=True, text=True, check=False)
    assert done.returncode == 4
    assert done.stderr == "the current folder cannot be used: No such file or directory\n"


def test_what_a_terminal_cannot_show_is_escaped(tmp_path: Path) -> None:
    ascii_only = {"LC_ALL": "C", "PYTHONIOENCODING": "ascii", "PYTHONUTF8": "0", "PYTHONCOERCECLOCALE": "0"}
    done = subprocess.run(
        [sys.executable, "-m", "conformance.cli", "serve", "--list-faults"],
        cwd=tmp_path,
        env={**without_settings(), **ascii_only, "PYTHONPATH": str(ROOT)},
        capture_output=True,
        check=False,
    )
    assert (done.returncode, done.stderr) == (0, b"")
    assert done.stdout.isascii()


def test_a_bad_path_of_junit_is_one_line(tmp_path: Path) -> None:
    (tmp_path / "file").touch()
    result = run(*EMBEDDED, f"--junit-xml={tmp_path}/file/junit.xml")
    assert result.code == 3
    assert f"{tmp_path}/file/junit.xml cannot be written: " in result.output
    assert "Traceback" not in result.output + result.errors


def test_a_target_that_cannot_be_reached_stays_what_is_reported() -> None:
    result = run(*ITEM, "--base-url=http://127.0.0.1:9", "--invoice-id=1", f"--report-json={FULL}")
    assert result.code == 6


OUTPUTS = {
    "full": (f"> {FULL}", 3, "standard output cannot be written: No space left on device\n"),
    "closed": (">&-", 3, "standard output cannot be written: it is closed\n"),
    "left": ("| true", 0, ""),
}


@pytest.mark.parametrize(("where", "code", "expected"), OUTPUTS.values(), ids=OUTPUTS)
def test_a_standard_output_that_cannot_be_written(where: str, code: int, expected: str, tmp_path: Path) -> None:
    report = tmp_path / "report.json"
    chosen = f"--embedded -k ITEM-001 --fuzz-examples=0 --report-json={report}"
    script = f"{sys.executable} -m conformance.cli run {chosen} {where}; exit ${{PIPESTATUS[0]}}"
    # No HOME either.
    environment = {name: value for name, value in without_settings().items() if name != "HOME"}
    done = subprocess.run(
        ["bash", "-c", script],
        cwd=tmp_path,
        env={**environment, "PYTHONPATH": str(ROOT)},
        stderr=subprocess.PIPE,
        text=True,
        timeout=120,
        check=False,
    )
    assert (done.returncode, done.stderr) == (code, expected)
    assert report.exists()


LEFT = {
    "before the first answer": ("", ""),
    "with a report": ("", "--report-json=-"),
    "in the middle": (INVOICE_ID, ""),
}


@pytest.mark.parametrize(("known", "given"), LEFT.values(), ids=LEFT)
def test_a_run_that_nobody_reads_ends_at_once(known: str, given: str, tmp_path: Path) -> None:
    with raw_server(Hostile("", waits(b"")).script if known else waits(b"")) as server:
        done = left_alone(f"--base-url={server.base_url} {f'--invoice-id={known}' if known else ''} {given}", tmp_path)
    assert (done.returncode, done.stderr) == (141, "")


def test_a_run_that_nobody_reads_writes_its_files(tmp_path: Path) -> None:
    with raw_server(waits(b"")) as server:
        chosen = f"--base-url={server.base_url} --invoice-id={INVOICE_ID} --request-timeout=1 --report-json=report"
        done = left_alone(chosen, tmp_path)
    assert (done.returncode, done.stderr) == (6, "")
    assert json.loads((tmp_path / "report").read_text())["run"]["exit_code"] == 6


def left_alone(chosen: str, folder: Path) -> subprocess.CompletedProcess[str]:
    """Run in ``folder`` what nobody reads."""
    script = f"{sys.executable} -m conformance.cli run {chosen} | true; exit ${{PIPESTATUS[0]}}"
    return subprocess.run(
        ["bash", "-c", script],
        cwd=folder,
        env={**without_settings(), "PYTHONPATH": str(ROOT), "INVOICES_AUTH_TOKEN": TOKEN},
        stderr=subprocess.PIPE,
        text=True,
        timeout=20,
        check=False,
    )


STREAMS = {"a file": "> report", "a pipe": "| cat > report", "more than one file": ">> report"}


@pytest.mark.parametrize("where", STREAMS.values(), ids=STREAMS)
@pytest.mark.parametrize("given", ["--report-json=/dev/stdout", "--report-ctrf=-", "--record=/dev/fd/1"])
def test_a_report_on_standard_output_is_alone_there(given: str, where: str, tmp_path: Path) -> None:
    script = f"{sys.executable} -m conformance.cli run --embedded -k ITEM-001 {given} {where}; exit ${{PIPESTATUS[0]}}"
    done = subprocess.run(
        ["bash", "-c", script],
        cwd=tmp_path,
        env={**without_settings(), "PYTHONPATH": str(ROOT)},
        stderr=subprocess.PIPE,
        text=True,
        timeout=120,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    assert "\nverdict     conforms" in done.stderr
    assert json.loads((tmp_path / "report").read_text())
    assert [each.name for each in tmp_path.iterdir()] == ["report"]
