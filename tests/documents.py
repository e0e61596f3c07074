"""Writes the documents that follow from the registries: ``python -m tests.documents``."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping
from functools import cache
from pathlib import Path
from types import MappingProxyType

from conformance.judge import suite
from conformance.model.requirements import HINTS, SOURCES, Requirement, registry
from conformance.plan.steps import Step, closure
from conformance.reference.faults import Fault, all_faults
from conformance.reference.reduced import all_reduced
from conformance.reference.variants import all_variants
from conformance.report import plan as shown_plan
from conformance.report.terminal import NAMES
from tests import bundle, settings_page
from tests.support import detection, masking
from tests.support.targets import INVOICE_ID, TOKEN, target_of

ROOT = Path(__file__).parents[1]
README_MARK = re.compile(r"<!-- totals -->\n.*?\n<!-- /totals -->", re.DOTALL)
_JSON_API = "https://jsonapi.org/format/1.1/"
_NOTE = "<!-- Made by python -m tests.documents. -->"
_GIVEN = {
    "other_auth_token": TOKEN,
    "other_invoice_id": ["8d116ece-1738-47d9-bd9c-172411e20b8f"],
    "hidden_invoice_id": ["6b0d549b-6f03-475a-9600-a35a099950d8"],
    "expendable_invoice_id": "3f8c1c7e-5d0b-4a55-9f0e-6a3c4e0d5b21",
    "signing_key": "k" * 32,
}
_NEEDED_FOR = {
    "second-customer": ("other_auth_token", "other_invoice_id"),
    "hidden-invoice": ("hidden_invoice_id",),
    "expendable-invoice": ("expendable_invoice_id",),
    "signing-key": ("signing_key",),
}
_ENABLED = frozenset({"collection", "contested", "cookie", "wire", "load"})


def _cell(text: str) -> str:
    return " ".join(text.split()).replace("|", "\\|").replace("<", "&lt;")


def _address(part: str) -> str | None:
    """Return where a part of a clause stands, when its name shows it."""
    found = re.match(r"RFC (\d+), sections? (\d+(?:\.\d+)*)|JSON:API 1\.1, ([a-z0-9-]+)", part)
    if not found:
        return None
    number, section, anchor = found.groups()
    return f"https://www.rfc-editor.org/rfc/rfc{number}#section-{section}" if number else f"{_JSON_API}#{anchor}"


def _links(requirement: Requirement) -> str:
    """Return the clause, each part with a link to its text; a place in the repository is given from docs/."""
    first, *others = requirement.clause.split("; ")
    parts = [(first, requirement.url), *((part, _address(part)) for part in others)]
    return "; ".join(f"[{_cell(part)}]({url.removeprefix('docs/')})" if url else _cell(part) for part, url in parts)


def requirements() -> str:
    """Return the list of all requirements."""
    return "\n".join(_requirements()) + "\n"


def _requirements() -> Iterator[str]:
    every = list(registry().values())
    yield _NOTE
    yield "# Requirements"
    yield ""
    yield f"{len(every)} requirements are listed, in {len({each.area for each in every})} areas."
    yield f"{sum(not each.excluded for each in every)} of them are judged. The others say *Not judged*, and why."
    yield ""
    yield "The level of a requirement on a standard is the word of that standard. [contract.md](contract.md) has the"
    yield "levels of documented facts. Where the level does not follow from the text, its reason stands beside it."
    yield ""
    yield "Some requirements are judged only when the suite has what they need:"
    yield ""
    yield from (f"- `{need}`: {hint}" for need, hint in HINTS.items())
    for source in SOURCES:
        own = [each for each in every if each.source == source]
        yield ""
        yield f"## {NAMES[source]}"
        yield ""
        yield f"{len(own)} requirements."
        yield ""
        yield "| id | level | reason for level | requirement | clause | needs |"
        yield "|---|---|---|---|---|---|"
        for each in own:
            statement = _cell(each.statement)
            if each.excluded:
                statement += f" *Not judged: {_cell(each.excluded)}*"
            reason = _cell(each.reason or "")
            yield f"| {each.id} | {each.level} | {reason} | {statement} | {_links(each)} | {', '.join(each.needs)} |"


@cache
def _cost(ids: frozenset[str], needs: frozenset[str]) -> int:
    """Return how many requests the checks of ``ids`` need for one invoice."""
    enabled = sorted(_ENABLED & ({"contested"} | needs))
    given = {name: _GIVEN[name] for need in needs for name in _NEEDED_FOR.get(need, ())}
    if detection.REPEAT in needs:
        given["repeat"] = detection.TIMES
    scheme = "https" if "https" in needs else "http"
    target = target_of(f"{scheme}://api.example.org", enable=[",".join(enabled)], **given)
    steps: dict[Step, None] = {}
    target = target.with_invoices((INVOICE_ID,))
    for case in suite.cases(target, (check for check in suite.checks() if check.requirement in ids)):
        if not case.missing(target):
            steps.update(dict.fromkeys(case.steps(target)))
    once = len(closure(steps))
    if detection.REPEAT not in needs:
        return once
    again = sum(line.endswith(f"({detection.TIMES} times)") for line in shown_plan.lines(target, steps, None))
    return once + again * (int(detection.TIMES) - 1)


def _requests(fault: Fault) -> str:
    if fault.area.startswith("swept"):
        return "sweep"
    return "generated" if fault.area.startswith("generated") else str(_cost(fault.caught_by, fault.needs))


def faults() -> str:
    """Return the tables of all faults, with what detects them, and of all lawful variants."""
    return "\n".join([*_faults(), *_variants(), *_reduced()]) + "\n"


def _faults() -> Iterator[str]:
    every = list(all_faults().values())
    named = {name for each in every for name in each.caught_by}
    yield _NOTE
    yield "# Detection"
    yield ""
    yield f"The reference server can be wrong in {len(every)} ways, called faults. The tests start it with one fault at"
    yield "a time. The requirements named here must report that fault, and no other requirement may. Together they"
    yield f"are {len(named)} requirements."
    yield ""
    yield "The last column counts the requests that these requirements need for one invoice. A check that judges"
    yield "every answer of a run needs all requests."
    for area in dict.fromkeys(each.area for each in every):
        own = [each for each in every if each.area == area]
        yield ""
        yield f"## {area.replace('_', ' ').capitalize()}"
        yield ""
        yield f"{len(own)} faults."
        yield ""
        yield "| fault | what is wrong | reported by | requests |"
        yield "|---|---|---|---|"
        for each in own:
            wrong = _cell(each.description.split("\n\n")[0])
            yield f"| {each.name} | {wrong} | {' '.join(sorted(each.caught_by))} | {_requests(each)} |"


def _variants() -> Iterator[str]:
    every = list(all_variants().values())
    yield ""
    yield "## Lawful variants"
    yield ""
    yield f"The reference server can differ in {len(every)} ways and stay correct. The tests demand that no MUST or"
    yield "SHOULD reports them. Where the last column names a requirement, that one alone reports the variant, and is"
    yield "right: the variant does not do what a SHOULD recommends, or leaves the documented form."
    for area in dict.fromkeys(each.area for each in every):
        own = [each for each in every if each.area == area]
        yield ""
        yield f"### {area.replace('_', ' ').capitalize()}"
        yield ""
        yield f"{len(own)} variants."
        yield ""
        yield "| variant | how the server answers | allowed by | reported by |"
        yield "|---|---|---|---|"
        for each in own:
            described = _cell(each.description.split("\n\n")[0])
            departs = " ".join(sorted(each.departs))
            yield f"| {each.name} | {described} | {_cell(each.clause)} | {departs} |"


def _reduced() -> Iterator[str]:
    measured, servers = masking.shares(), all_reduced()
    yield ""
    yield "## Reduced servers"
    yield ""
    yield f"One deviation must not hide another. Each of {len(servers)} servers lacks one thing that many checks need,"
    yield f"or has one thing wrong. At least {measured['faults']} faults that show in single answers were tried on"
    yield "each of them (`python -m tests.support.masking`). *Visible* counts the faults that change at least one"
    yield "answer of that server. *Reported* counts those for which the suite reports something that it does not"
    yield "report of the reduced server without a fault."
    yield ""
    yield "| server | what it lacks or does | visible | reported | share |"
    yield "|---|---|---|---|---|"
    for name, counts in measured["servers"].items():
        visible = sum(counts.values())
        share = f"{100 * counts['reported'] / visible:.1f} %"
        yield f"| {name} | {_cell(servers[name].description)} | {visible} | {counts['reported']} | {share} |"
    yield ""
    yield "These faults are not reported there, or are reported by another requirement:"
    yield ""
    yield "| fault | server | reported by | why |"
    yield "|---|---|---|---|"
    for fault, reasons in masking.explained().items():
        for server, entry in reasons.items():
            yield f"| {fault} | {server} | {entry.get('by', '')} | {_cell(entry['why'])} |"


def totals() -> str:
    """Return the line of the README that counts."""
    judged = [each for each in registry().values() if not each.excluded]
    must = sum(each.level == "MUST" for each in judged)
    faults_known = len(all_faults())
    line = f"{len(judged)} requirements are judged, {must} of them MUST. Each of {faults_known} faults is reported."
    return f"<!-- totals -->\n{line}\n<!-- /totals -->"


def readme() -> str:
    """Return the README with the line that counts."""
    return README_MARK.sub(lambda _: totals(), (ROOT / "README.md").read_text(encoding="utf-8"))


DOCUMENTS: Mapping[str, Callable[[], str]] = MappingProxyType(
    {
        "docs/requirements.md": requirements,
        "docs/detection.md": faults,
        "docs/settings.md": lambda: f"{_NOTE}\n{settings_page.text()}",
        "README.md": readme,
        "openapi.bundled.yaml": bundle.text,
    }
)


if __name__ == "__main__":
    for name, made in DOCUMENTS.items():
        (ROOT / name).write_text(made(), encoding="utf-8")
