"""The report in the Common Test Report Format (https://ctrf.io): a test for each requirement that was looked at.

The format knows five states. The outcome itself is beside the state, and all that the JSON report says of the
requirement is in ``extra``, so that nothing is lost.
"""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Mapping
from datetime import datetime
from typing import Any

from conformance.model.outcome import VIOLATED, Outcome

_SPECIFICATION = "1.0.0"
_STATES = ("passed", "failed", "skipped", "pending", "other")
_NOT_JUDGED = {Outcome.BLOCKED, Outcome.NOT_OFFERED, Outcome.NOT_APPLICABLE}


def text(report: Mapping[str, Any]) -> str:
    """Return a JSON report as it is written in this format."""
    return json.dumps(build(report), indent=1) + "\n"


def build(report: Mapping[str, Any]) -> dict[str, Any]:
    """Return a JSON report in this format, as plain data."""
    run, suite = report["run"], report["suite"]
    gating = {*report["verdict"]["gating"], *report["verdict"]["errors"]}
    tests = [_test(each, gating) for each in report["requirements"] if each["outcome"] is not None]
    if run["exit_code"] and not any(each["status"] == "failed" for each in tests):
        # Such as a wrong setting, or too little that could be judged: a run that fails has a test that does.
        tests.append(_verdict(run["message"] or report["verdict"]["sentence"]))
    start = round(datetime.fromisoformat(run["started"]).timestamp() * 1000)
    counts = Counter(each["status"] for each in tests)
    summary = {
        "tests": len(tests),
        **{state: counts[state] for state in _STATES},
        "start": start,
        "stop": start + round(run["seconds"] * 1000),
        "extra": {name: report[name] for name in ("counts", "verdict", "run")},
    }
    tool = {"name": suite["name"], "version": suite["version"]}
    results = {"tool": tool, "summary": summary, "tests": tests}
    return {"reportFormat": "CTRF", "specVersion": _SPECIFICATION, "generatedBy": suite["name"], "results": results}


def _test(requirement: Mapping[str, Any], gating: set[str]) -> dict[str, Any]:
    outcome = Outcome(requirement["outcome"])
    made = {
        "name": f"{requirement['id']} {requirement['statement']}",
        "status": "failed" if requirement["id"] in gating else _state(outcome),
        "rawStatus": str(outcome),
        # Requests are sent before, for several requirements at once.
        "duration": 0,
        "suite": [requirement["source"], requirement["area"]],
        "tags": [requirement["level"]],
        "extra": dict(requirement),
    }
    message = _message(requirement, outcome)
    return {**made, "message": message} if message else made


def _state(outcome: Outcome) -> str:
    if outcome is Outcome.PASSED:
        return "passed"
    return "skipped" if outcome in _NOT_JUDGED else "other"


def _message(requirement: Mapping[str, Any], outcome: Outcome) -> str:
    """Return what was found, or why nothing was; empty when the requirement holds."""
    for each in requirement["judgements"]:
        if each["outcome"] != outcome:
            continue
        if outcome in VIOLATED:
            return f"expected {each['expected']}\nobserved {each['observed']}"
        if "reason" in each:
            return str(each["reason"])
    return str(requirement.get("inconclusive", ""))


def _verdict(message: str) -> dict[str, Any]:
    return {"name": "verdict", "status": "failed", "duration": 0, "message": message}
