"""An interrupt ends a run within two seconds whatever the target does, and leaves whole files."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import threading
from pathlib import Path

import pytest

from tests.hostile.answers import MEGABYTE, Hostile, text, waits
from tests.servers.raw import Talk, raw_server
from tests.support.runs import ROOT, without_settings
from tests.support.targets import INVOICE_ID, TOKEN

_TICKS = os.sysconf("SC_CLK_TCK")
# What takes longest to be searched for secrets.
WORST = b'{"data":"' + b"c2VjcmV0LXBsYW" * (4 * MEGABYTE // 14) + b'"}'


def spent(pid: int) -> float:
    """Return the seconds of processors that a process has had."""
    fields = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
    return (int(fields[11]) + int(fields[12])) / _TICKS


@pytest.mark.parametrize("each", [text(WORST), waits(b"")], ids=["searched", "silent"])
def test_an_interrupt_ends_the_run(each: object, tmp_path: Path) -> None:
    asked = threading.Event()
    hostile = Hostile("", each)  # type: ignore[arg-type]

    def script(talk: Talk) -> None:
        hostile.script(talk)
        # The second connection and all after it are hostile ones.

    def counted(talk: Talk) -> None:
        if talk.number > 4:
            asked.set()
        script(talk)

    with raw_server(counted) as server:
        command = [sys.executable, "-m", "conformance.cli", "run", f"--base-url={server.base_url}"]
        files = [f"--report-json={tmp_path / 'report.json'}", f"--record={tmp_path / 'run.har'}"]
        environment = {"INVOICES_AUTH_TOKEN": TOKEN, "INVOICES_INVOICE_IDS": INVOICE_ID, "PYTHONPATH": str(ROOT)}
        process = subprocess.Popen(
            [*command, *files, "-p", "no:cacheprovider", "-k", "COND or AUTH"],
            env={**without_settings(), **environment},
            cwd=tmp_path,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
        )
        assert asked.wait(60)
        before = spent(process.pid)
        process.send_signal(signal.SIGINT)
        _, status, usage = os.wait4(process.pid, 0)
        process.returncode = os.waitstatus_to_exitcode(status)
    assert process.returncode == 2
    assert usage.ru_utime + usage.ru_stime - before < 2.0
    assert json.loads((tmp_path / "report.json").read_text())["run"]["interrupted"]
    assert json.loads((tmp_path / "run.har").read_text())["log"]["entries"]
