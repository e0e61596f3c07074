"""The report for people: one HTML file that needs nothing else, made from the report for programs.

A server decides much of what stands in it. All of that is escaped text; the policy in the file's head lets no other
script or style run than its own two, and nothing be loaded.
"""

from __future__ import annotations

import base64
import hashlib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime
from functools import partial
from pathlib import Path
from typing import Any

import jinja2

from conformance.model.outcome import Outcome
from conformance.model.requirements import HINTS
from conformance.reading import json_places
from conformance.report import repeat_command
from conformance.report.terminal import NAMES

_TEMPLATES = Path(__file__).parent / "templates"
_FINDINGS = (Outcome.ERROR, Outcome.FAILED, Outcome.WARNED, Outcome.NOTED, Outcome.WAIVED)
# Findings of one requirement that are shown with all their evidence.
_MOST_SHOWN = 5
_OPTIONAL: dict[str, Any] = dict.fromkeys(
    ("reason", "expected", "observed", "part", "select", "curl", "answer", "others", "invoices", "count", "facts"), ""
)
_WIDTH, _LANE = 960.0, 10


def text(report: Mapping[str, Any]) -> str:
    """Return the HTML of a report. Everything in it may be hostile."""
    environment = jinja2.Environment(
        loader=jinja2.FileSystemLoader(_TEMPLATES),
        autoescape=True,
        undefined=jinja2.StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    environment.filters |= {"visible": visible, "slug": slug}
    style, script = (_TEMPLATES.joinpath(name).read_text(encoding="utf-8") for name in ("report.css", "report.js"))
    report = _completed(report)
    exchanges = {each["id"]: each for each in report["exchanges"]}
    target = report["target"]
    html = environment.get_template("report.html.j2").render(
        report=report,
        style=style,
        script=script,
        policy=f"default-src 'none'; style-src '{_hash(style)}'; script-src '{_hash(script)}'; "
        "base-uri 'none'; form-action 'none'",
        groups=list(_groups(report)),
        outcomes=[str(each) for each in Outcome],
        findings=[str(each) for each in _FINDINGS],
        names=NAMES,
        hints=HINTS,
        evidence=lambda requirement: _evidence(requirement, exchanges),
        repeat=partial(
            repeat_command.command,
            settings={**report["settings"], "invoice-id": target["invoice_ids"]},
            base_url=None if target["embedded"] else target["base_url"],
        ),
        timeline=_timeline(report["exchanges"]),
        levels=("MUST", "SHOULD", "MAY"),
    )
    # A lone surrogate of an answer cannot be written; visible() has replaced those in what is shown.
    return html.encode("utf-8", "replace").decode()


def _completed(report: Mapping[str, Any]) -> dict[str, Any]:
    """Return the report with the members of judgements that may be absent."""
    requirements = [
        {**each, "judgements": [_OPTIONAL | judgement for judgement in each["judgements"]]}
        for each in report["requirements"]
    ]
    errors = [_OPTIONAL | judgement for judgement in report["suite_errors"]]
    run = {"repeated": None, **report["run"]}
    return {**report, "run": run, "requirements": requirements, "suite_errors": errors}


def _hash(content: str) -> str:
    return f"sha256-{base64.b64encode(hashlib.sha256(content.encode()).digest()).decode()}"


def visible(value: object) -> str:
    """Return a text with what cannot be seen written as escapes; line ends and tabs stay."""
    return "".join(
        each if each.isprintable() or each in "\n\t" else each.encode("unicode_escape").decode() for each in str(value)
    )


def slug(outcome: str) -> str:
    """Return the name of an outcome as a CSS class."""
    return outcome.replace(" ", "-")


def _groups(report: Mapping[str, Any]) -> Iterator[tuple[str, list[dict[str, Any]]]]:
    """Yield the requirements by outcome, the worst first, then those that were not selected."""
    order: list[str | None] = [*map(str, Outcome), None]
    for outcome in order:
        if found := [each for each in report["requirements"] if each["outcome"] == outcome]:
            yield outcome or "not judged", found


def _evidence(requirement: Mapping[str, Any], exchanges: Mapping[str, Any]) -> list[dict[str, Any]]:
    """Return the judgements that made the outcome, each with the exchange that shows it, and how many are left out."""
    weighty = [each for each in requirement["judgements"] if each["outcome"] == requirement["outcome"]]
    shown = weighty[:_MOST_SHOWN]
    made = []
    for judgement in shown:
        key = next(iter(judgement["exchanges"]), None)
        exchange = exchanges.get(str(key)) if requirement["outcome"] in set(map(str, _FINDINGS)) else None
        made.append({"judgement": judgement, "exchange": exchange, "left": 0, **_marked(exchange, judgement)})
    if made:
        made[-1]["left"] = len(weighty) - len(shown)
    return made


def _marked(exchange: Mapping[str, Any] | None, judgement: Mapping[str, Any]) -> dict[str, Any]:
    """Return the header field that is to be marked, in lower case, and the body as text before, at and after a mark."""
    part = judgement.get("part") or ""
    answer = exchange["answer"] if exchange else None
    body = answer["body"] if answer else None
    content = body.get("text", body.get("base64", "")) if body else ""
    place = json_places.span(content, part) if body and "text" in body else None
    start, end = place or (len(content), len(content))
    return {"field": part.lower(), "body": (content[:start], content[start:end], content[end:])}


@dataclass(frozen=True, slots=True)
class _Bar:
    """One exchange in the picture of the time."""

    x: float
    width: float
    y: int
    kind: str
    title: str


def _timeline(exchanges: list[dict[str, Any]]) -> dict[str, Any] | None:
    """Return the exchanges as bars, in as many lanes as were under way at once."""
    timed = [(_seconds(each["started"]), each) for each in exchanges if each["started"]]
    if not timed:
        return None
    first = min(start for start, _ in timed)
    whole = max(0.001, *(start - first + each["seconds"] for start, each in timed))
    scale = _WIDTH / whole
    free: list[float] = []
    bars = []
    for start, each in sorted(timed, key=lambda pair: pair[0]):
        begin = start - first
        lane = next((number for number, until in enumerate(free) if until <= begin), len(free))
        free[lane : lane + 1] = [begin + each["seconds"]]
        status = each["answer"]["status"] if each["answer"] else None
        result = str(status) if status else "no answer"
        title = f"{each['probe']}: {result}, {1000 * each['seconds']:.0f} ms, at {begin:.3f} s"
        width = max(1.5, each["seconds"] * scale - 0.5)
        kind = f"s{status // 100}" if status and 100 <= status < 600 else "s0"
        bars.append(_Bar(round(begin * scale, 1), round(width, 1), lane * _LANE, kind, title))
    ticks = [(round(_WIDTH * number / 4, 1), f"{whole * number / 4:.2f} s") for number in range(5)]
    return {"bars": bars, "height": len(free) * _LANE, "width": _WIDTH, "ticks": ticks}


def _seconds(moment: str) -> float:
    return datetime.fromisoformat(moment).timestamp()
