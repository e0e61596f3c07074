"""Records that an earlier version wrote are still read, and judged as they were then.

``records/`` has them compressed: a run against the embedded server, with generated requests, and one against the
personality "rails". Beside each stand the outcomes that its run reported.
"""

from __future__ import annotations

import gzip
import json
from pathlib import Path
from typing import Any

import pytest

from conformance.model.exchange import Doubt
from conformance.model.outcome import JUDGED, ExitCode, Outcome
from conformance.observe.record import har
from tests.support.runs import PARTS, run

RECORDS = Path(__file__).parent / "records"
# Of a hundred outcomes, how many may be unjudged because a check asks for something else today.
LOST = 5


def record(name: str) -> str:
    return gzip.decompress((RECORDS / f"{name}.har.gz").read_bytes()).decode()


def replayed(name: str, folder: Path) -> dict[str, Any]:
    """Judge a kept record; return the report."""
    (folder / "run.har").write_text(record(name), encoding="utf-8")
    files = [f"--replay={folder / 'run.har'}", f"--report-json={folder / 'run.json'}"]
    done = run(*PARTS, *files)
    assert (folder / "run.json").exists(), done.output + done.errors
    report: dict[str, Any] = json.loads((folder / "run.json").read_text())
    return report


def word(*outcomes: str | None) -> str:
    """Return what was found by what is judged, whatever level the requirement has today."""
    judged = JUDGED.intersection(outcomes)
    if judged & {Outcome.FAILED, Outcome.WARNED, Outcome.NOTED}:
        return "violated"
    return str(Outcome.PASSED) if judged else "not judged"


@pytest.mark.parametrize(("name", "code"), [("correct", ExitCode.CONFORMS), ("rails", ExitCode.DOES_NOT_CONFORM)])
def test_outcomes_are_those_of_the_recorded_run(name: str, code: ExitCode, tmp_path: Path) -> None:
    report = replayed(name, tmp_path)
    then = {each: word(outcome) for each, outcome in json.loads((RECORDS / f"{name}.json").read_text()).items()}
    entries = {entry["id"]: entry["judgements"] for entry in report["requirements"] if entry["id"] in then}
    now = {each: word(*(judgement["outcome"] for judgement in entries[each])) for each in entries}
    changed = {each: (then[each], outcome) for each, outcome in now.items() if outcome != then[each]}
    doubtful = {each for each in changed if any(judgement.get("doubt") for judgement in entries[each])}
    lost = {each for each, (_, outcome) in changed.items() if outcome == "not judged"} | doubtful
    assert not changed.keys() - lost, changed
    assert 100 * len(lost) <= LOST * len(then), changed
    # What the record does not have cannot be judged; that is the only thing in doubt.
    assert report["run"]["exit_code"] in {code, ExitCode.INCONCLUSIVE}
    doubts = {each.get("doubt") for entry in report["requirements"] for each in entry["judgements"]} - {None}
    assert doubts <= {str(Doubt.RECORD)}
    assert not report["suite_errors"]


@pytest.mark.parametrize("name", ["correct", "rails"])
def test_a_record_is_written_as_it_was_read(name: str) -> None:
    written = har.write(*har.read(record(name)))
    then, now = json.loads(record(name)), json.loads(written)
    # The version of the suite that wrote it.
    then["log"].pop("creator"), now["log"].pop("creator")
    assert now == then
