"""Hostile targets: each run ends with the right exit code, in little memory and little time of a processor."""

from __future__ import annotations

import gc
import re
import time
from pathlib import Path

import pytest

from conformance.judge.evaluate import judge_all
from conformance.judge.suite import cases
from conformance.run import Run
from tests.hostile.answers import ANSWERS, Hostile
from tests.servers.raw import raw_server
from tests.support.targets import INVOICE_ID, TOKEN, settings_of

# One of each kind: a query, a condition, another method, a bad token, an error, and what looks at all answers.
SELECTED = ("ITEM-001", "ITEM-030", "COND-002", "HTTP-001", "AUTH-001", "ERR-001", "JSON-001", "SEC-006", "NEGO-001")
MOST_MEMORY, MOST_SECONDS = 450 * 1024, 12.0
_STATUS = Path("/proc/self/status")


def memory(name: str) -> int:
    """Return a figure of this process in KiB."""
    return int(re.findall(rf"{name}:\s+(\d+) kB", _STATUS.read_text())[0])


def judged(base_url: str, **more: str) -> int:
    """Judge a target by the selected checks; return the exit code."""
    known = {"auth_token": TOKEN, "invoice_id": [INVOICE_ID], "request_timeout": "0.5", **more}
    run = Run(base_url, settings_of(**known), dry=False)
    try:
        run.start()
        if run.abort:
            return int(run.abort.code)
        run.judgements = judge_all(run, [case for case in cases(run.target) if case.check.requirement in SELECTED])
        run.complete = True
        return int(run.verdict().exit_code)
    finally:
        run.stop()


@pytest.mark.parametrize("hostile", ANSWERS.values(), ids=ANSWERS)
def test_a_hostile_target_gets_a_verdict(hostile: Hostile) -> None:
    gc.collect()
    # From now on the peak is counted anew.
    Path("/proc/self/clear_refs").write_text("5")
    before, started = memory("VmRSS"), time.process_time()
    with raw_server(hostile.script) as server:
        code = judged(server.base_url)
    seconds, more = time.process_time() - started, memory("VmHWM") - before
    assert code == hostile.code, hostile.sentence
    assert more < MOST_MEMORY, hostile.sentence
    assert seconds < MOST_SECONDS, hostile.sentence
