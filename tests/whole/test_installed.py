"""The suite as it is installed elsewhere, by the very steps of the action: no checkout, an empty folder."""

from __future__ import annotations

import json
import os
import re
import shutil
import subprocess
import sys
import sysconfig
import zipfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import yaml

from conformance.reference.faults import all_faults
from conformance.reference.server import ReferenceServer
from tests.support import dependencies
from tests.support.runs import ROOT, SETTING_VARIABLES

ACTION = yaml.safe_load((ROOT / "action.yml").read_text(encoding="utf-8"))
STEPS = {step["name"]: step for step in ACTION["runs"]["steps"]}
FIND, INSTALL, JUDGE = (
    STEPS[name] for name in ("Find what has to be installed", "Install the suite", "Judge the server")
)
DEFAULTS = {name: str(given.get("default", "")) for name, given in ACTION["inputs"].items()}


def step(script: str, folder: Path, **environment: str) -> subprocess.CompletedProcess[str]:
    """Run a script as GitHub runs one with ``shell: bash``."""
    left_out = {*SETTING_VARIABLES, "PYTHONPATH", "PYTHONDONTWRITEBYTECODE", "VIRTUAL_ENV"}
    # What is started is not a worker of the tests.
    inherited = {
        name: value
        for name, value in os.environ.items()
        if name not in left_out and not name.startswith("PYTEST_XDIST_")
    }
    return subprocess.run(
        ["bash", "--noprofile", "--norc", "-eo", "pipefail", "-c", script],
        cwd=folder,
        # Of what is installed only a part is used, and compiled then.
        env={**inherited, "GITHUB_ACTIONS": "true", "PIP_COMPILE": "0", **environment},
        capture_output=True,
        text=True,
        timeout=600,
        check=False,
    )


@pytest.fixture(scope="module")
def runner(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder of the runner in which the action has installed the suite; what that needs is there already."""
    folder, needed = tmp_path_factory.mktemp("runner"), tmp_path_factory.mktemp("needed")
    dependencies.visible(needed)
    packages = sysconfig.get_path("purelib", "venv", {"base": str(folder / "invoices-conformance")})
    Path(packages).mkdir(parents=True)
    (Path(packages) / "needed.pth").write_text(str(needed), encoding="utf-8")
    done = step(INSTALL["run"], folder, RUNNER_TEMP=str(folder), GITHUB_ACTION_PATH=str(ROOT))
    assert done.returncode == 0, done.stderr
    return folder


@pytest.fixture
def server() -> Iterator[ReferenceServer]:
    with ReferenceServer(faults=[all_faults()["if-none-match-star-unknown"]]) as started:
        yield started


def judge(runner: Path, folder: Path, inputs: dict[str, str]) -> subprocess.CompletedProcess[str]:
    """Run the step that judges, with the inputs of a workflow."""
    given = {**DEFAULTS, **inputs}
    environment: dict[str, Any] = {
        name: given[value.removeprefix("${{ inputs.").removesuffix(" }}")] for name, value in JUDGE["env"].items()
    }
    files = {"GITHUB_STEP_SUMMARY": str(folder / "s.md"), "GITHUB_OUTPUT": str(folder / "outputs")}
    return step(JUDGE["run"], folder, RUNNER_TEMP=str(runner), **files, **environment)


def outputs(folder: Path) -> dict[str, str]:
    """Return the outputs of a step, and remove them."""
    path = folder / "outputs"
    found = dict(line.split("=", 1) for line in path.read_text().splitlines())
    path.unlink()
    return found


def test_the_action_judges(runner: Path, server: ReferenceServer, tmp_path: Path) -> None:
    known = tmp_path / "known ones.yaml"
    inputs = {
        "base-url": server.base_url,
        "auth-token": server.token,
        "invoice-ids": server.describe()["invoice_ids"][0],
        "arguments": f"'--write-waivers={known}' -k 'AUTH-001 or COND-003'",
    }
    done = judge(runner, tmp_path, inputs)
    assert done.returncode == 1, done.stdout + done.stderr
    assert "::error title=200 where 304 belongs" in done.stdout
    assert "COND\\-003" in (tmp_path / "s.md").read_text()
    reports = tmp_path / DEFAULTS["reports"]
    assert sorted(path.name for path in reports.iterdir()) == ["junit.xml", "report.html", "report.json"]
    assert json.loads((reports / "report.json").read_text())["run"]["exit_code"] == 1
    for path in [*reports.iterdir(), known, tmp_path / "s.md", tmp_path / "outputs"]:
        assert server.token not in path.read_text()
    given = outputs(tmp_path)
    assert given["verdict"] == "does not conform"
    assert json.loads(given["counts"]) == json.loads((reports / "report.json").read_text())["counts"]
    assert given["report"] == f"{DEFAULTS['reports']}/report.html"
    waived = judge(runner, tmp_path, {**inputs, "arguments": "-k 'AUTH-001 or COND-003'", "waivers": str(known)})
    assert waived.returncode == 0, waived.stdout + waived.stderr
    assert "conforms, with 1 requirement waived" in waived.stdout
    assert outputs(tmp_path)["verdict"] == "conforms"
    assert " warning" not in next(line for line in waived.stdout.splitlines() if " passed, " in line)


def test_the_action_with_an_empty_base_url_judges_nothing(runner: Path, tmp_path: Path) -> None:
    done = judge(runner, tmp_path, {"base-url": "", "auth-token": "", "invoice-ids": ""})
    assert done.returncode == 4
    message = "PYTEST_BASE_URL: is empty: give it a value, or leave it out"
    assert f"::error title=wrong setting::{message}" in done.stdout
    assert ": no verdict" in (tmp_path / "s.md").read_text()
    assert json.loads((tmp_path / DEFAULTS["reports"] / "report.json").read_text())["run"]["message"] == message
    assert outputs(tmp_path)["verdict"] == "no verdict"


def test_the_action_with_an_open_quotation_judges_nothing(runner: Path, tmp_path: Path) -> None:
    done = judge(runner, tmp_path, {"base-url": "http://127.0.0.1:1", "auth-token": "", "arguments": "-k 'AUTH"})
    assert done.returncode == 4
    assert done.stdout == "::error title=wrong setting::arguments: a quotation is not closed\n"
    assert outputs(tmp_path) == {"verdict": "no verdict"}


def test_the_action_keeps_packages_by_what_has_to_be_installed(tmp_path: Path) -> None:
    (tmp_path / "constraints.txt").write_text("a==1\n", encoding="utf-8")
    keys = set()
    for action in (ROOT, ROOT, tmp_path):
        file = {"GITHUB_OUTPUT": str(tmp_path / "outputs")}
        assert step(FIND["run"], tmp_path, GITHUB_ACTION_PATH=str(action), **file).returncode == 0
        keys.add(outputs(tmp_path)["key"])
    assert len(keys) == 2
    taken, kept = (
        STEPS["Take the packages that an earlier job kept"]["with"],
        STEPS["Keep the packages for the next job"],
    )
    assert f'--cache-dir="{taken["path"].replace("${{ runner.temp }}", "$RUNNER_TEMP")}"' in INSTALL["run"]
    assert "${{ steps.packages.outputs.key }}" in taken["key"]
    assert kept["with"] == {"path": taken["path"], "key": "${{ steps.kept.outputs.cache-primary-key }}"}
    # A job that fails keeps nothing at its end.
    assert ACTION["runs"]["steps"].index(kept) < ACTION["runs"]["steps"].index(JUDGE)


def test_pytest_finds_the_installed_checks(runner: Path, tmp_path: Path) -> None:
    pytest_command = runner / "invoices-conformance" / "bin" / "pytest"
    some = "-k 'ITEM-001 or getInvoice-fuzzing' --fuzz-examples=1 -p no:cacheprovider"
    done = step(f"{pytest_command} --pyargs conformance --embedded {some}", tmp_path)
    assert done.returncode == 0, done.stdout + done.stderr
    assert "verdict     conforms  (of the selected" in done.stdout
    assert " + " in next(line for line in done.stdout.splitlines() if line.startswith("sent "))
    assert list(tmp_path.iterdir()) == []


def test_the_lines_of_the_image_do_what_they_are_for(runner: Path, tmp_path: Path) -> None:
    """All but the base image and its user: what Docker is given can be installed, and the entry point runs."""
    text = (ROOT / "Dockerfile").read_text(encoding="utf-8")
    assert not re.search(r"^(COPY|ADD)", text, re.MULTILINE)
    # Else another user, as of docker run --user, cannot be in the folder where it starts.
    assert "HOME_MODE=0755" in text
    source, path = tmp_path / "src", f"PATH={runner / 'invoices-conformance' / 'bin'}:$PATH"
    left_out = (ROOT / ".dockerignore").read_text(encoding="utf-8").replace("**/", "").split()
    shutil.copytree(ROOT, source, ignore=shutil.ignore_patterns(*left_out))
    (install,) = re.findall(r"\nRUN --mount=type=bind,target=/src,rw (pip install .*)", text)
    install = install.replace("/src", str(source)).replace("pip install", "pip install --force-reinstall --no-deps")
    made = step(f"{path}; {install}", tmp_path)
    assert made.returncode == 0, made.stderr
    shutil.rmtree(source)
    entry = " ".join(json.loads(text.rpartition("\nENTRYPOINT ")[2]))
    done = step(f"{path}; {entry} --embedded -k ITEM-001", tmp_path)
    assert done.returncode == 0, done.stdout + done.stderr
    assert "verdict     conforms  (of the selected" in done.stdout
    assert list(tmp_path.iterdir()) == []


def test_the_source_distribution_makes_a_whole_wheel(tmp_path: Path) -> None:
    backend = "import hatchling.build, sys; hatchling.build.build_sdist(sys.argv[1])"
    made = step(
        "$PYTHON -m pip install --quiet --target hatch -c $ROOT/constraints.txt hatchling\n"
        f'(cd $ROOT && PYTHONPATH="$OLDPWD/hatch" $PYTHON -c "{backend}" "$OLDPWD")\n'
        "export PYTHONPATH=$PWD/hatch\n"
        "$PYTHON -m pip wheel --quiet --no-deps --no-build-isolation invoices_conformance-*.tar.gz",
        tmp_path,
        ROOT=str(ROOT),
        PYTHON=sys.executable,
    )
    assert made.returncode == 0, made.stderr
    (wheel,) = tmp_path.glob("*.whl")
    names = set(zipfile.ZipFile(wheel).namelist())
    shipped = [*(ROOT / "schemas").rglob("*.json"), *ROOT.glob("openapi*.yaml")]
    contract = {f"conformance/_contract/{path.relative_to(ROOT)}" for path in shipped}
    assert len(contract) > 30
    own = {
        str(path.relative_to(ROOT)) for path in (ROOT / "conformance").rglob("*.*") if "__pycache__" not in str(path)
    }
    assert {"conformance/py.typed", "conformance/requirements.yaml"} <= own
    others = {name for name in names if ".dist-info/" not in name}
    assert others == {*own, *contract, "conformance/_contract/contract.md"}


# In the versions with which this was tried.
OTHERS = (
    "pytest-cov==7.1.0",
    "pytest-html==4.2.0",
    "pytest-json-report==1.5.0",
    "pytest-randomly==5.1.0",
    "pytest-replay==1.8.0",
    "pytest-rerunfailures==16.7",
    "pytest-sugar==1.1.1",
    "pytest-timeout==2.4.0",
)


def test_other_plugins_and_the_suite_leave_each_other_alone(runner: Path, tmp_path: Path) -> None:
    programs = runner / "invoices-conformance" / "bin"
    made = step(f"{programs}/pip install --quiet {' '.join(OTHERS)}", tmp_path)
    assert made.returncode == 0, made.stderr
    # What belongs to the project in which the command is given is none of its business.
    (tmp_path / "pytest.ini").write_text("[pytest]\naddopts = --no-such-option\n", encoding="utf-8")
    (tmp_path / "conftest.py").write_text("raise SystemExit('a conftest')\n", encoding="utf-8")
    done = step(f"{programs}/invoices-conformance run --embedded -k ITEM-001", tmp_path)
    assert done.returncode == 0, done.stdout + done.stderr
    assert "verdict     conforms" in done.stdout
    assert "those of the suite: --replay is --invoices-replay\n" in done.stdout
    assert {path.name for path in tmp_path.iterdir()} == {"pytest.ini", "conftest.py"}
    for path in tmp_path.iterdir():
        path.unlink()
    (tmp_path / "test_a.py").write_text("def test_a(): pass\n", encoding="utf-8")
    unrelated = step(f"{programs}/pytest --reruns=1 --timeout=60 --replay-record-dir=kept test_a.py", tmp_path)
    assert unrelated.returncode == 0, unrelated.stdout + unrelated.stderr
    assert "1 passed" in unrelated.stdout
    assert (tmp_path / "kept").is_dir()
