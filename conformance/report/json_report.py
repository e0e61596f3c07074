"""The report for programs: all that a run found, as one JSON document by ``schemas/report.schema.json``.

Every other written report is made from this one. Nothing in it depends on the time or the place at which it is made,
so that a record that is judged again gives the same bytes.
"""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, Any

from conformance import __version__
from conformance.model import contract
from conformance.model.outcome import JUDGED, VIOLATED, ExitCode, Judgement, Outcome
from conformance.model.requirements import SOURCES, Level, Requirement, registry
from conformance.model.verdict import Verdict
from conformance.observe import repeat
from conformance.report import json_causes, traffic

if TYPE_CHECKING:
    from jsonschema_rs import Draft202012Validator

    from conformance.model.waivers import Use
    from conformance.run import Run

FORMAT, VERSION = "invoices-conformance-report", "2.0"
# Exchanges of one finding that are named.
_MOST_OTHERS = 20
# Bytes of a report that are read; a run with thousands of findings has a tenth of it.
_LARGEST = 256 << 20


class ReportError(ValueError):
    """A file is not a report of this suite; the message is for the user."""


@dataclass(frozen=True, slots=True)
class Ending:
    """How a run ended."""

    exit_code: int
    interrupted: bool = False


def text(report: Mapping[str, Any]) -> str:
    """Return a report as it is written."""
    return json.dumps(report, indent=1) + "\n"


def build(run: Run, ending: Ending) -> dict[str, Any]:
    """Return the report of ``run`` as plain data."""
    # Some secrets become known only after an answer was kept, such as a cookie that the target sets.
    report: dict[str, Any] = run.target.redactor.plain(_build(run, run.verdict(), ending))
    return report


def _build(run: Run, verdict: Verdict, ending: Ending) -> dict[str, Any]:
    requirements = [_requirement(each, verdict, run.judgements) for each in _all()]
    return {
        "format": FORMAT,
        "version": VERSION,
        "suite": {"name": "invoices-conformance", "version": __version__},
        "run": {
            "started": run.started,
            "seconds": round(run.seconds, 3),
            "requests": run.sent,
            "interrupted": ending.interrupted,
            "deselected": run.deselected,
            "message": run.abort.message if run.abort else None,
            "exit_code": ending.exit_code,
            "generated": _generated(run.generated),
            **_repeated(run),
        },
        "sweep": [_swept(each) for each in run.swept],
        "target": {
            "base_url": run.target.base_url,
            "embedded": run.embedded,
            "described": run.target.described(),
            "invoice_ids": list(run.target.invoice_ids),
            "capabilities": sorted(run.target.capabilities),
        },
        "settings": run.target.public_settings(),
        **decided(verdict, aborted=run.abort is not None),
        "causes": json_causes.causes_of(requirements),
        "requirements": requirements,
        "suite_errors": _judgements([each for each in run.judgements if each.requirement not in registry()]),
        "exchanges": exchanges(run),
    }


def _swept(summary: Mapping[str, Any]) -> dict[str, Any]:
    """Return a part of a sweep; its findings are judgements like others."""
    return {name: value for name, value in summary.items() if name not in {"findings", "holding", "broken"}}


def decided(verdict: Verdict, *, aborted: bool) -> dict[str, Any]:
    """Return the parts of a report that follow from the verdict."""
    return {
        "verdict": _verdict(verdict, aborted=aborted),
        "counts": _counts(verdict.outcomes.values()),
        "sources": [_group(verdict, name, [each for each in _all() if each.source == name]) for name in SOURCES],
        "areas": [_group(verdict, name, [each for each in _all() if each.area == name]) for name in _areas()],
        "must": _must(verdict),
    }


def _all() -> Iterable[Requirement]:
    return registry().values()


def _areas() -> list[str]:
    return list(dict.fromkeys(each.area for each in _all()))


def _generated(items: Iterable[Mapping[str, Any]]) -> dict[str, Any] | None:
    found = list(items)
    if not found:
        return None
    counts = {name: sum(int(each[name]) for each in found) for name in ("sent", "positive", "served")}
    return {**counts, "seconds": round(sum(float(each["seconds"]) for each in found), 3)}


def _repeated(run: Run) -> dict[str, Any]:
    found = repeat.tally(run.observer, run.settings["repeat"]) if run.is_started else None
    if found is None:
        return {}
    aside = {str(status): count for status, count in found.set_aside.items()}
    return {"repeated": {"times": found.times, "requests": found.requests, "set_aside": aside}}


def _verdict(verdict: Verdict, *, aborted: bool) -> dict[str, Any]:
    decided = None if aborted else {ExitCode.CONFORMS: True, ExitCode.DOES_NOT_CONFORM: False}.get(verdict.exit_code)
    return {
        "conforms": decided,
        "sentence": "no verdict: the target cannot be judged" if aborted else verdict.sentence,
        "fail_on": str(verdict.fail_on).lower(),
        "gating": [each.id for each in verdict.gating],
        "errors": verdict.errors,
        "waivers": [_waiver(use) for use in verdict.waivers],
    }


def _waiver(use: Use) -> dict[str, Any]:
    waiver = use.waiver
    return {
        "requirement": waiver.requirement,
        "state": str(use.state),
        "fails": use.fails,
        "told": use.summary,
        "reason": waiver.reason,
        "expires": waiver.expires.isoformat(),
        "link": waiver.link,
        "observed": list(waiver.observed),
    }


def _counts(outcomes: Iterable[Outcome]) -> dict[str, int]:
    found = Counter(outcomes)
    return {str(outcome): found[outcome] for outcome in Outcome}


def _group(verdict: Verdict, name: str, members: list[Requirement]) -> dict[str, Any]:
    """Return a source or an area: it conforms when nothing in it makes the run fail."""
    outcomes = [verdict.outcomes[each.id] for each in members if each.id in verdict.outcomes]
    judged = [outcome for outcome in outcomes if outcome in JUDGED]
    gating = {each.id for each in verdict.gating}
    holds = not any(each.id in gating for each in members)
    return {
        "name": name,
        "judged": len(judged),
        "applicable": sum(outcome is not Outcome.NOT_APPLICABLE for outcome in outcomes),
        "conforms": None if not judged or Outcome.ERROR in outcomes else holds,
        "must_failed": [
            each.id for each in verdict.of(Outcome.FAILED, level=Level.MUST) if each.id in {one.id for one in members}
        ],
        "counts": _counts(outcomes),
    }


def _must(verdict: Verdict) -> dict[str, Any]:
    found = {
        name: [each.id for each in verdict.of(*outcomes, level=Level.MUST)]
        for name, outcomes in {
            "judged": tuple(JUDGED),
            "not_applicable": (Outcome.NOT_APPLICABLE,),
            "not_offered": (Outcome.NOT_OFFERED,),
            "blocked": (Outcome.BLOCKED,),
            "inconclusive": (Outcome.INCONCLUSIVE,),
        }.items()
    }
    total = sum(map(len, found.values()))
    return {**found, "judged": len(found["judged"]), "total": total}


def _requirement(requirement: Requirement, verdict: Verdict, judgements: Iterable[Judgement]) -> dict[str, Any]:
    return {
        "id": requirement.id,
        "level": str(requirement.level),
        "source": requirement.source,
        "area": requirement.area,
        "statement": requirement.statement,
        "clause": requirement.clause,
        "url": requirement.url,
        "needs": list(requirement.needs),
        "since": requirement.since,
        "excluded": requirement.excluded,
        **settled(requirement.id, verdict),
        "judgements": _judgements([each for each in judgements if each.requirement == requirement.id]),
    }


def settled(requirement: str, verdict: Verdict) -> dict[str, Any]:
    """Return the outcome of a requirement, by what it is blocked, and why nothing could be concluded."""
    outcome = verdict.outcomes.get(requirement)
    found: dict[str, Any] = {"outcome": None if outcome is None else str(outcome)}
    if outcome is Outcome.BLOCKED:
        found["blocked_by"] = verdict.blocked[requirement]
    if outcome is Outcome.INCONCLUSIVE:
        found["inconclusive"] = verdict.inconclusive[requirement].reason
    return found


def _judgements(judgements: Iterable[Judgement]) -> list[dict[str, Any]]:
    return [to_dict(each) for each in judgements]


def to_dict(judgement: Judgement) -> dict[str, Any]:
    """Return a judgement as plain data."""
    evidence = judgement.evidence
    shown: dict[str, Any] = {
        "check": judgement.nodeid.rpartition("/")[2],
        "outcome": str(judgement.outcome),
        "exchanges": list(evidence.get("exchanges", ()))[:_MOST_OTHERS],
    }
    if judgement.reason:
        shown["reason"] = judgement.reason
    if judgement.owner:
        shown["blocked_by"] = judgement.owner
    if judgement.doubt:
        shown["doubt"] = judgement.doubt
    if "request" in evidence:
        shown |= {"curl": evidence["request"], "others": list(evidence["others"])[:_MOST_OTHERS]}
        if "exchanges" not in evidence:
            shown["answer"] = list(evidence["answer"])
    if "count" in evidence:
        shown |= {"invoices": list(evidence["invoices"]), "count": evidence["count"]}
    if judgement.outcome in VIOLATED:
        shown |= {
            "expected": judgement.expected,
            "observed": judgement.observed,
            "part": evidence.get("part"),
            **{name: evidence[name] for name in ("facts", "around") if evidence.get(name)},
            "select": evidence.get("repeat", f"-k {judgement.requirement}"),
        }
    return shown


def exchanges(run: Run) -> list[dict[str, Any]]:
    """Return every exchange in the order of time; bodies of those that show a finding only.

    Where several processes shared the run, those of the one with the checks.
    """
    if run.elsewhere:
        return max((each["exchanges"] for each in run.elsewhere), key=len)
    if not run.is_started:
        return []
    shown = {
        key
        for judgement in run.judgements
        if judgement.outcome in VIOLATED
        for key in judgement.evidence.get("exchanges", ())[:_MOST_OTHERS]
    }
    superseded = {id(each) for each in run.observer.superseded}
    found = sorted(run.observer.exchanges(), key=lambda each: (str(each.started), each.connection, each.ordinal))
    return [
        traffic.to_dict(
            each,
            run.target.way,
            superseded=id(each) in superseded,
            with_body=each.key in shown or run.abort is not None,
        )
        for each in found
    ]


@cache
def _validator() -> Draft202012Validator:
    from jsonschema_rs import Draft202012Validator

    return Draft202012Validator(contract.report_schema(), validate_formats=True)


def load(path: str) -> dict[str, Any]:
    """Read a report. Raises ReportError when it is not one, or one that this version does not know."""
    try:
        with Path(path).open("rb") as file:
            content = file.read(_LARGEST + 1)
    except OSError as error:
        raise ReportError(f"{path} cannot be read: {error.strerror or error}") from None
    if len(content) > _LARGEST:
        raise ReportError(f"{path} is not a report: it is larger than {_LARGEST >> 20} MiB")
    try:
        document = json.loads(content)
    except (ValueError, RecursionError) as error:
        raise ReportError(f"{path} is not JSON: {error}") from None
    if not isinstance(document, dict) or document.get("format") != FORMAT:
        raise ReportError(f"{path} is JSON, but no report of this suite")
    try:
        problem = next(_validator().iter_errors(document), None)
    except UnicodeEncodeError:
        raise ReportError(f"{path} is not a report that this version reads: it has half a character") from None
    if problem is not None:
        where = "/".join(map(str, problem.instance_path)) or "the document"
        raise ReportError(f"{path} is not a report that this version reads: {where}: {problem.message[:200]}")
    return document
