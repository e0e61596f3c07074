"""What is known of one requirement: its sentence and clause, the requests that judge it, and faults that it finds."""

from __future__ import annotations

import textwrap
from collections.abc import Iterator
from typing import TYPE_CHECKING

from conformance.config.settings import SETTINGS, Settings
from conformance.config.sources import suggestion
from conformance.config.target import Target, build
from conformance.model import contract
from conformance.model.requirements import CAPABILITIES, HINTS, OF_THE_CONTRACT, Requirement, registry

if TYPE_CHECKING:
    from conformance.judge.suite import Case
    from conformance.plan.steps import Step

_WIDTH = 80
_MOST_REQUESTS = 8
# What the requests name; they are shown, not sent.
_BASE_URL = "https://staging.example.org"
_INVOICE_ID = "abb41d30-a26e-11ef-be6d-0242ac120003"


class UnknownRequirementError(LookupError):
    """No requirement has this id; the message is for the user."""


def lines(name: str) -> Iterator[str]:
    """Yield what is known of the requirement ``name``. Raises UnknownRequirementError."""
    requirement = registry().get(name.upper())
    if requirement is None:
        raise UnknownRequirementError(
            f"{name}: no requirement has this id{suggestion(name.upper(), registry())}"
            f"{'' if suggestion(name.upper(), registry()) else '; invoices-conformance requirements lists them'}"
        )
    yield f"{requirement.id}  {requirement.level}  {requirement.source}"
    yield from _row("", requirement.statement)
    yield from _row("clause", requirement.clause)
    if requirement.url:
        yield f"  {'':<10}{requirement.url}"
    if requirement.source in OF_THE_CONTRACT and requirement.url:
        yield from _row("contract", contract.fact(requirement.url.partition("#")[2]))
    if requirement.reason:
        yield from _row("reason", requirement.reason)
    if requirement.needs:
        yield from _row("needs", _needs(requirement))
    if requirement.excluded:
        yield from _row("excluded", requirement.excluded)
    yield from _requests(requirement)
    yield from _faults(requirement)


def _row(label: str, text: str) -> list[str]:
    return textwrap.wrap(
        text,
        _WIDTH,
        initial_indent=f"  {label:<10}",
        subsequent_indent=" " * 12,
        break_long_words=False,
        break_on_hyphens=False,
    )


def _needs(requirement: Requirement) -> str:
    return "; ".join(HINTS[each] for each in requirement.needs)


def _requests(requirement: Requirement) -> Iterator[str]:
    from conformance.judge.suite import cases, checks
    from conformance.report import plan

    target = _target()
    found = cases(target, [each for each in checks() if each.requirement == requirement.id])
    yield ""
    if not found:
        yield "No check of its own judges it; generated requests and sweeps may."
        return
    if any(case.check.is_record_wide for case in found):
        yield "Every answer of a run judges it."
        return
    planned = (each for each in plan.lines(target, _steps(found, target), None) if not each.startswith("#"))
    commands = list(dict.fromkeys(planned))[:-1]
    yield "Requests:"
    for command in commands[:_MOST_REQUESTS]:
        yield from shown(command)
    if len(commands) > _MOST_REQUESTS:
        yield f"… and {len(commands) - _MOST_REQUESTS} more: invoices-conformance run --plan -k {requirement.id}"


def shown(command: str) -> Iterator[str]:
    """Yield the lines of a shell command, to be pasted; of its words those that cannot be divided stay whole."""
    from conformance.plan.shell import folded

    for line in folded(command, _WIDTH):
        if len(line) > _WIDTH and line.lstrip().startswith('"'):
            # Between double quotes a shell leaves out a backslash and the end of the line.
            yield from line.replace("\\r\\n", "\\r\\n\\\n").split("\n")
        else:
            yield line


def _steps(found: list[Case], target: Target) -> list[Step]:
    return [step for case in found for step in case.steps(target)]


def _target() -> Target:
    settings = Settings({each.name: each.default for each in SETTINGS})
    known = {
        "auth_token": "planned",
        "other_auth_token": "planned",
        "signing_key": "planned",
        "invoice_id": [_INVOICE_ID],
        "other_invoice_id": ["OTHER_INVOICE_ID"],
        "hidden_invoice_id": ["HIDDEN_INVOICE_ID"],
        "expendable_invoice_id": "EXPENDABLE_INVOICE_ID",
        "capabilities": list(CAPABILITIES),
    }
    return build(_BASE_URL, settings, known)


def _faults(requirement: Requirement) -> Iterator[str]:
    from conformance.reference.faults import all_faults

    found = {name: fault for name, fault in all_faults().items() if requirement.id in fault.caught_by}
    yield ""
    yield "Faults that it reports (serve --fault=NAME starts a server with one):"
    for name, fault in found.items():
        yield f"  {name}"
        yield from textwrap.wrap(fault.description, _WIDTH, initial_indent="    ", subsequent_indent="    ")
