"""What a record has of the generated part is what a run writes, or the record is refused."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from conformance.config.settings import SettingError
from conformance.observe.record.replay import Record
from tests.observe.test_kept_records import record

FINDING: dict[str, Any] = {
    "requirement": "AUTH-002",
    "outcome": "failed",
    "nodeid": "conformance/fuzzing/test_generated.py::test_generated[getInvoice-contract]",
    "reason": "",
    "expected": "WWW-Authenticate with a challenge",
    "observed": "no such field",
    "subject": "getInvoice-contract",
    "owner": "",
    "doubt": "",
    "evidence": {
        "probe": "generated",
        "request": "curl http://api.example.org",
        "answer": ["HTTP/1.1 401 No"],
        "around": "",
        "others": [],
        "part": "WWW-Authenticate",
        "facts": {"method": "GET", "resource": "/", "asks": "GET /", "status": 401, "fields": [], "count": 1},
        "repeat": "-k getInvoice-contract",
    },
}
DAMAGED: dict[str, tuple[tuple[str, ...], Any]] = {
    "a reason": (("reason",), []),
    "an owner": (("owner",), None),
    "evidence": (("evidence",), "x"),
    "an answer": (("evidence", "answer"), [1]),
    "no others": (("evidence", "others"), None),
    "facts": (("evidence", "facts"), "9"),
    "a status": (("evidence", "facts", "status"), "200"),
    "names": (("evidence", "facts", "fields"), [{}]),
    "more facts": (("evidence", "facts", "other"), 1),
}


def read(finding: dict[str, Any], folder: Path) -> Record:
    """Return the record in whose generated part something was found."""
    archive = json.loads(record("correct"))
    next(iter(archive["log"]["_conformance"]["generated"].values()))["judgements"].append(finding)
    (folder / "run.har").write_text(json.dumps(archive))
    return Record(str(folder / "run.har"))


def test_a_finding_is_read(tmp_path: Path) -> None:
    assert read(FINDING, tmp_path).generated


@pytest.mark.parametrize(("place", "value"), DAMAGED.values(), ids=DAMAGED)
def test_a_finding_with_something_of_another_kind_is_refused(
    place: tuple[str, ...], value: Any, tmp_path: Path
) -> None:
    finding = json.loads(json.dumps(FINDING))
    holder = finding
    for step in place[:-1]:
        holder = holder[step]
    holder[place[-1]] = value
    with pytest.raises(SettingError, match="is damaged"):
        read(finding, tmp_path)


def test_counts_that_are_not_whole_are_refused(tmp_path: Path) -> None:
    archive = json.loads(record("correct"))
    next(iter(archive["log"]["_conformance"]["generated"].values()))["generated"] = {"sent": 1}
    (tmp_path / "run.har").write_text(json.dumps(archive))
    with pytest.raises(SettingError, match="is damaged: KeyError"):
        Record(str(tmp_path / "run.har"))


def test_a_finding_without_the_requests_it_was_compared_with_is_refused(tmp_path: Path) -> None:
    evidence = {name: value for name, value in FINDING["evidence"].items() if name != "others"}
    with pytest.raises(SettingError, match="is damaged: KeyError: 'others'"):
        read({**FINDING, "evidence": evidence}, tmp_path)
