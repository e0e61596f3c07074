"""The runner of the detection tests says what pytest says of the same server."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

from conformance.reference.faults import all_faults
from conformance.reference.server import ReferenceServer
from tests.support import detection

ROOT = Path(__file__).parents[2]
RECORD = """
import json, pathlib
def pytest_unconfigure(config):
    from conformance.pytest_hooks.items import existing_run
    run = existing_run(config)
    judged = sorted({(judgement.requirement, str(judgement.outcome)) for judgement in run.judgements})
    pathlib.Path(__file__).with_name("judged.json").write_text(json.dumps(judged))
"""


@pytest.mark.parametrize(
    ("fault", "capabilities"), [("", frozenset({"collection"})), ("auth-no-challenge", detection.EVERYTHING)]
)
def test_both_ways_of_running_the_checks_agree(fault: str, capabilities: frozenset[str], tmp_path: Path) -> None:
    faults = [all_faults()[fault]] if fault else []
    with ReferenceServer(faults=faults) as server:
        given = detection.settings_for(server, capabilities)
        given = {**given, "invoice_id": given["invoice_id"][:2]}
        by_hand = {
            (judgement.requirement, str(judgement.outcome))
            for judgement in detection.judge_target(server.base_url, given)
        }
        (tmp_path / "recording.py").write_text(RECORD)
        options = [
            f"--{name.replace('_', '-')}={value}"
            for name, values in given.items()
            for value in (values if isinstance(values, list) else [values])
            if value
        ]
        command = [sys.executable, "-m", "pytest", "-p", "recording", "--fuzz-examples=0"]
        subprocess.run(
            [*command, f"--base-url={server.base_url}", *options],
            cwd=ROOT,
            env={**os.environ, "PYTHONPATH": str(tmp_path)},
            capture_output=True,
            check=False,
        )
    assert by_hand == {tuple(entry) for entry in json.loads((tmp_path / "judged.json").read_text())}
