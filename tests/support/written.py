"""Runs that write everything that can be written, against servers that could do harm."""

from __future__ import annotations

import copy
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Any

from conformance.report import json_report
from tests.servers.raw import raw_server
from tests.support.hostile import COOKIE, KEY
from tests.support.runs import CHECKS, Result, run
from tests.support.targets import INVOICE_ID, TOKEN

PARTS = (f"{CHECKS}/test_item.py", f"{CHECKS}/test_headers.py", f"{CHECKS}/test_validators.py")


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
        """A copy of the report, which a test may change."""
        return copy.deepcopy(self._loaded)

    @property
    def page(self) -> str:
        """The text of the report for people."""
        return (self.folder / "report.html").read_text()


def options(folder: Path) -> list[str]:
    """Return the options that write every kind of file into ``folder``."""
    names = {
        "record": "run.har",
        "report-json": "report.json",
        "report-html": "report.html",
        "report-ctrf": "ctrf.json",
        "junit-xml": "junit.xml",
    }
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
