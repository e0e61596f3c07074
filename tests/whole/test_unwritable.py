"""Files and streams that cannot be written: the verdict is kept, the exit code is 3, one line says which."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

from tests.support.runs import CHECKS, ROOT, run, without_settings

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
