"""Each part of each benchmark runs, at a size that shows nothing but that. What it measures is not judged."""

from __future__ import annotations

import re
from types import ModuleType

import pytest

from benchmarks import checks, fuzzing, redaction, sweep

TINY = ["--invoices=40", "--few=20", "--rounds=1", "--delay=0.001", "--examples=1", "--select=ITEM-001"]
ROWS = {
    "judging": 1,
    "download": 1,
    "memory": 1,
    "concurrency": 4,
    "start": 2,
    "items": 4,
    "embedded": 4,
    "away": 2,
    "before": 1,
    "secrets": 9,
}
PARTS = [pytest.param(module, name, id=name) for module in (sweep, fuzzing, checks, redaction) for name in module.PARTS]


@pytest.mark.parametrize(("module", "name"), PARTS)
def test_a_part_runs(module: ModuleType, name: str, capsys: pytest.CaptureFixture[str]) -> None:
    module.main([*TINY, f"--only={name}"])
    head, line, *rows = capsys.readouterr().out.splitlines()
    assert (head, line) == ("| what | measured | ratio |", "|---|---|---|")
    assert len(rows) == ROWS[name]
    assert all(re.search(r"\d", row) for row in rows)
    assert {row.count("|") for row in rows} == {4}
