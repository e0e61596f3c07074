"""One report of several: of the jobs that each swept a part of a collection, and did the checks or not."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date
from typing import Any

from conformance.model.outcome import UNJUDGED, ExitCode, Judgement, Outcome
from conformance.model.requirements import Level, registry
from conformance.model.verdict import Verdict, decide
from conformance.model.waivers import State, Use, Waiver
from conformance.report import json_causes, json_report, terminal
from conformance.sweep import conclusion
from conformance.sweep.judgements import concluded
from conformance.syntax.wording import counted

# What has to be the same for the parts to be parts of one run.
_SAME = ("api-prefix", "sweep", "fuzz-seed", "fail-on")
_COUNTED = ("sent", "positive", "served")


class MergeError(ValueError):
    """The reports are not parts of one run; the message is for the user."""


@dataclass(frozen=True)
class Merged:
    """The report of all, its verdict, and why it is not one of a whole sweep."""

    report: dict[str, Any]
    verdict: Verdict
    problems: list[str]
    exit_code: int


def merge(reports: Sequence[Mapping[str, Any]]) -> Merged:
    """Return one report of several. Raises MergeError when they do not belong together."""
    _expect_one_run(reports)
    parts = [part for report in reports for part in report.get("sweep", ())]
    problems = conclusion.parts_missing(parts) if parts else []
    judgements = [_judgements(report, number) for number, report in enumerate(reports)]
    found: dict[str, list[dict[str, Any]]] = {}
    for each in judgements:
        for name, entries in each.items():
            found.setdefault(name, []).extend(entries)
    for judgement in _concluded(parts, found):
        found[judgement.requirement] = [
            each for each in found.get(judgement.requirement, []) if Outcome(each["outcome"]) not in UNJUDGED
        ] + [json_report.to_dict(judgement)]
    verdict = _verdict(reports, found)
    message = next((report["run"]["message"] for report in reports if report["run"]["message"]), None)
    code = _exit_code(reports, verdict, problems, aborted=message is not None)
    report = _report(reports, found, verdict, code, message)
    report["sweep"] = [part if problems else {**part, "ids": ""} for part in parts]
    return Merged(report, verdict, problems, code)


def _expect_one_run(reports: Sequence[Mapping[str, Any]]) -> None:
    first = reports[0]
    for report in reports[1:]:
        differing = []
        if report["suite"]["version"] != first["suite"]["version"]:
            differing.append(f"version {first['suite']['version']} and {report['suite']['version']} of the suite")
        one, other = first["target"], report["target"]
        # The embedded server takes another port each time.
        if one["embedded"] != other["embedded"] or (not one["embedded"] and one["base_url"] != other["base_url"]):
            differing.append(f"target {one['base_url']} and {other['base_url']}")
        settings = ((name, first["settings"].get(name), report["settings"].get(name)) for name in _SAME)
        differing += [f"--{name} {its} and {others}" for name, its, others in settings if its != others]
        if differing:
            raise MergeError(f"the reports are not of one run: {'; '.join(differing)}")


def _judgements(report: Mapping[str, Any], number: int) -> dict[str, list[dict[str, Any]]]:
    """Return the judgements of a report by requirement, the ids of exchanges made unlike those of other reports."""
    return {
        entry["id"]: [
            {**judgement, "exchanges": [_renamed(each, number) for each in judgement["exchanges"]]}
            for judgement in entry["judgements"]
        ]
        for entry in report["requirements"]
    }


def _renamed(identifier: str, number: int) -> str:
    return f"{number + 1}/{identifier}" if number else identifier


def _concluded(parts: list[Any], found: Mapping[str, list[dict[str, Any]]]) -> list[Judgement]:
    """Return what follows from all parts, unless one part has found that it does not hold."""
    violated = {str(each) for each in (Outcome.FAILED, Outcome.WARNED, Outcome.WAIVED)}
    known = {name for name in conclusion.OF_THE_WHOLE for each in found.get(name, ()) if each["outcome"] in violated}
    # What only the checks found shows nothing about the sweep.
    summaries = [{**part, "findings": [{"requirement": name} for name in known]} for part in parts]
    return concluded(summaries, "merge", "-k test_sweep", alone=False)


def _verdict(reports: Sequence[Mapping[str, Any]], found: Mapping[str, list[dict[str, Any]]]) -> Verdict:
    judgements = [
        Judgement(
            name,
            Outcome(each["outcome"]),
            each["check"],
            reason=each.get("reason", ""),
            owner=each.get("blocked_by", ""),
            doubt=each.get("doubt", ""),
        )
        for name, entries in found.items()
        for each in entries
    ]
    judgements += [
        Judgement("GEN-001", Outcome.ERROR, each["check"]) for report in reports for each in report["suite_errors"]
    ]
    decided = decide(judgements, registry(), fail_on=Level(reports[0]["verdict"]["fail_on"].upper()))
    return replace(decided, waivers=tuple(_uses(reports)))


def _uses(reports: Sequence[Mapping[str, Any]]) -> Iterator[Use]:
    """Yield what became of each waiver; one that any of the runs needs is needed."""
    states: dict[tuple[Any, ...], list[State]] = {}
    entries: dict[tuple[Any, ...], Mapping[str, Any]] = {}
    for report in reports:
        for each in report["verdict"]["waivers"]:
            key = (each["requirement"], tuple(each["observed"]), each["expires"])
            states.setdefault(key, []).append(State(each["state"]))
            entries[key] = each
    for key, each in entries.items():
        waiver = Waiver(
            each["requirement"],
            each["reason"],
            date.fromisoformat(each["expires"]),
            tuple(each["observed"]),
            each["link"],
        )
        yield Use(waiver, next(state for state in State if state in states[key]))


def _exit_code(reports: Sequence[Mapping[str, Any]], verdict: Verdict, problems: list[str], *, aborted: bool) -> int:
    if aborted:
        return max(int(report["run"]["exit_code"]) for report in reports if report["run"]["message"])
    code = int(verdict.exit_code)
    return int(ExitCode.INCONCLUSIVE) if problems and code == 0 else code


def _report(
    reports: Sequence[Mapping[str, Any]],
    found: Mapping[str, list[dict[str, Any]]],
    verdict: Verdict,
    code: int,
    message: str | None,
) -> dict[str, Any]:
    runs = [report["run"] for report in reports]
    generated = [run["generated"] for run in runs if run["generated"]]
    first = reports[0]
    whole = {
        **{name: first[name] for name in ("format", "version", "suite", "target", "settings")},
        "run": {
            "started": min(run["started"] for run in runs),
            "seconds": max(run["seconds"] for run in runs),
            "requests": sum(run["requests"] for run in runs),
            "interrupted": any(run["interrupted"] for run in runs),
            "deselected": min(run["deselected"] for run in runs),
            "message": message,
            "exit_code": code,
            "generated": {
                **{name: sum(each[name] for each in generated) for name in _COUNTED},
                "seconds": sum(each["seconds"] for each in generated),
            }
            if generated
            else None,
        },
        **json_report.decided(verdict, aborted=message is not None),
        "suite_errors": [each for report in reports for each in report["suite_errors"]],
        "exchanges": [
            {**each, "id": _renamed(each["id"], number)}
            for number, report in enumerate(reports)
            for each in report["exchanges"]
        ],
    }
    whole["requirements"] = [
        {**entry, **json_report.settled(entry["id"], verdict), "judgements": found[entry["id"]]}
        for entry in first["requirements"]
    ]
    whole["causes"] = json_causes.causes_of(whole["requirements"])
    return whole


def lines(merged: Merged, count: int) -> Iterator[str]:
    """Yield what to print."""
    report = merged.report
    yield terminal.row("target", str(report["target"]["base_url"]))
    yield terminal.row("merged", f"{counted(count, 'report')}, {counted(report['run']['requests'], 'request')}")
    if report["sweep"]:
        yield terminal.row("sweep", terminal.swept(report["sweep"]))
    if report["run"]["message"]:
        yield str(report["run"]["message"])
        return
    yield from terminal.rows(merged.verdict)
    for problem in merged.problems[:10]:
        yield terminal.row("missing", problem)
    unfit = merged.problems and merged.verdict.exit_code in {ExitCode.CONFORMS, ExitCode.INCONCLUSIVE}
    yield terminal.row("verdict", "no verdict: not all was swept" if unfit else merged.verdict.sentence)
