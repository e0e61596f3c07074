"""Tests that need a program of the system are skipped with what to install, and fail where nothing may be skipped."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from tests.conftest import EVERY_TEST
from tests.support import programs


@pytest.mark.parametrize("name", ["chromium-browser", "google-chrome-stable", "Google Chrome"])
def test_a_program_is_found_by_any_of_its_names(name: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PATH", "")
    monkeypatch.setattr(programs, "ELSEWHERE", (str(tmp_path),))
    assert programs.found(programs.BROWSERS) is None
    made = tmp_path / name
    made.write_text("#!/bin/sh\n")
    made.chmod(0o755)
    assert programs.found(programs.BROWSERS) == str(made)
    assert programs.needed(programs.BROWSERS, install="one") == str(made)


def run(folder: Path, **environment: str) -> subprocess.CompletedProcess[str]:
    """Run tests of which one passes and two need what is not there, below a copy of the tests' own conftest."""
    shutil.copy(Path(__file__).with_name("conftest.py"), folder)
    (folder / "test_some.py").write_text(
        "import pytest\n"
        "from tests.support import programs\n"
        "@pytest.fixture(scope='module')\n"
        "def tool():\n"
        "    return programs.needed(['no-such-program'], install='a tool')\n"
        "def test_one(tool): pass\n"
        "def test_other(tool): pass\n"
        "def test_passes(): pass\n"
    )
    without = [
        f"-pno:{name}"
        for name in ("cacheprovider", "schemathesis", "anyio", "hypothesispytest", "invoices-conformance")
    ]
    command = [sys.executable, "-m", "pytest", "-n", "1", *without, str(folder)]
    own = {name: value for name, value in os.environ.items() if name != EVERY_TEST and not name.startswith("PYTEST_")}
    root = str(Path(__file__).parents[1])
    return subprocess.run(
        command,
        cwd=folder,
        env={**own, "PYTHONPATH": root, **environment},
        check=False,
        capture_output=True,
        text=True,
    )


def test_one_line_names_what_to_install(tmp_path: Path) -> None:
    done = run(tmp_path)
    assert done.returncode == 0, done.stdout + done.stderr
    assert done.stdout.count("2 tests skipped: there is no no-such-program: install a tool") == 1


def test_where_nothing_may_be_skipped_it_fails(tmp_path: Path) -> None:
    done = run(tmp_path, **{EVERY_TEST: "1"})
    assert done.returncode == 1, done.stdout + done.stderr
    assert f"{EVERY_TEST} is set. there is no no-such-program: install a tool" in done.stdout
    assert "1 passed, 2 errors" in done.stdout
