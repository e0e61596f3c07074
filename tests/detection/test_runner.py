"""The runner of the detection tests says what pytest says of the same server."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from conformance.reference.faults import all_faults
from conformance.reference.server import ReferenceServer
from tests.support import detection
from tests.support.runs import CHECKS, run

RECORD = """
import json, pathlib
def pytest_unconfigure(config):
    from conformance.pytest_hooks.items import existing_run
    run = existing_run(config)
    judged = sorted({(judgement.requirement, str(judgement.outcome)) for judgement in run.judgements})
    pathlib.Path(__file__).with_name("judged.json").write_text(json.dumps(judged))
"""
# What is contested is most of what can be asked for, and many requests at once are judged as one.
CAPABILITIES = detection.EVERYTHING - {"contested", "load"}


def test_both_ways_of_running_the_checks_agree(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    with ReferenceServer(faults=[all_faults()["auth-no-challenge"]]) as server:
        given = detection.settings_for(server, CAPABILITIES)
        given = {**given, "invoice_id": given["invoice_id"][:2]}
        judgements = detection.judge_target(server.base_url, given)
        (tmp_path / "recording.py").write_text(RECORD)
        monkeypatch.syspath_prepend(tmp_path)
        options = [
            f"--{name.replace('_', '-')}={value}"
            for name, values in given.items()
            for value in (values if isinstance(values, list) else [values])
        ]
        run("-p", "recording", "--fuzz-examples=0", f"--base-url={server.base_url}", *options, CHECKS)
    by_hand = {(judgement.requirement, str(judgement.outcome)) for judgement in judgements}
    assert len({outcome for _, outcome in by_hand}) > 3
    assert by_hand == {tuple(entry) for entry in json.loads((tmp_path / "judged.json").read_text())}
