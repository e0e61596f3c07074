"""What findings with the same cause have in common."""

from __future__ import annotations

import re
from collections.abc import Sequence

from conformance.judge.facts import Facts
from conformance.model.outcome import Judgement
from conformance.model.requirements import Level, Requirement, registry

# Requirements whose violation shows data, or opens the API, to somebody to whom it must not.
EXPOSING = frozenset(
    {
        "AUTH-013",
        "CACHE-003",
        "CACHE-008",
        "CACHE-009",
        "JWT-011",
        "JWT-014",
        "JWT-017",
        "ROB-008",
        "SEC-001",
        "SEC-002",
        "SEC-004",
        "SEC-005",
        "SEC-020",
        "SEC-024",
        "SEC-025",
        "SEC-026",
        "SEC-027",
        "SEC-028",
        "SEC-029",
    }
)
# What sparse fieldsets show besides what is asked for, of whatever resource.
_OF_FIELDS = frozenset({"FLDS-001", "FLDS-002", "GEN-003", "RELD-007"})
# What another requirement says of the most important answers of its kind.
_WIDER = {"ERR-008": "ERR-014"}
# What is about one of the invoices that a collection lists, and not about the resource of that path.
_OF_ONE_LISTED = frozenset({"COLL-009"})
# Areas about who the client is.
_TOKENS = frozenset({"AUTH", "JWT"})
# When so many requirements on tokens fail by what is accepted, tokens are not looked at.
_MANY_TOKENS = 4
_DEFINED = frozenset({"include", "fields", "sort", "page", "filter"})
_OPTIONAL_METHODS = frozenset({"HEAD", "OPTIONS"})
_NOT_SERVED = frozenset({405, 501})
_NUMBER = re.compile(r"/\d+(?=/|$)")
_HOLDER = re.compile(r"^/(?:data|included)(?=/)")
Key = tuple[object, ...]


def facts_of(finding: Judgement) -> Facts | None:
    """Return what ``finding`` is about; None where no single answer shows it."""
    data = finding.evidence.get("facts")
    return Facts.from_dict(data) if data else None


def part_of(finding: Judgement) -> str:
    """Return the offending field or JSON Pointer, or nothing."""
    return str(finding.evidence.get("part") or "")


def resource_of(facts: Facts) -> tuple[str, int | None]:
    """Return which resource was answered with which status."""
    return facts.resource, facts.status


def key_of(finding: Judgement, absent: set[tuple[str, int | None]]) -> Key:
    """Return what findings with the same cause have in common."""
    facts, requirement = facts_of(finding), registry()[finding.requirement]
    if facts is not None:
        key = _method_key(finding, facts) or (_status_key(requirement, facts, absent) if facts.of_status else None)
        if key:
            return key
        if requirement.id in _OF_FIELDS and "fields" in facts.parameters:
            return "returned", "fields"
    if part := part_of(finding):
        return _part_key(requirement, part, missing=facts is not None and facts.missing)
    return "requirement", _WIDER.get(requirement.id, requirement.id)


def _method_key(finding: Judgement, facts: Facts) -> Key | None:
    """Return the key of a method that is not served, whatever was found in its answer."""
    refused = facts.method in _OPTIONAL_METHODS and facts.status in _NOT_SERVED
    return ("method", facts.method, facts.status) if refused and part_of(finding) != "Allow" else None


def _status_key(requirement: Requirement, facts: Facts, absent: set[tuple[str, int | None]]) -> Key | None:
    status, wanted = facts.status, facts.wanted
    if status is None:
        return ("silence",)
    if status >= 500 and status not in _NOT_SERVED and str(status) not in wanted:
        return "error", status
    return _other_key(requirement, facts, status, absent) if wanted else None


def _other_key(requirement: Requirement, facts: Facts, status: int, absent: set[tuple[str, int | None]]) -> Key:
    wanted = facts.wanted
    if _is_error(wanted):
        if status >= 400:
            return "status", status, wanted[0]
        return _accepted_key(requirement, facts)
    if status < 400:
        # One field that is not read as it has to be is one mistake, however many requests show it.
        only = facts.fields[0] if len(facts.fields) == 1 and not facts.parameters else requirement.id
        return "answered", status, wanted[0], only
    if resource_of(facts) in absent and requirement.id not in _OF_ONE_LISTED:
        return "absent", facts.resource, status
    return "refused", status, _subject(facts) or requirement.id


def _accepted_key(requirement: Requirement, facts: Facts) -> Key:
    """Return the key of a request that got an answer in place of a refusal."""
    if requirement.area in _TOKENS and requirement.level is Level.MUST:
        return "exposed", requirement.id
    if facts.status == 304:
        # Conditions are looked at too early, whatever the refusal would have been.
        return "accepted", facts.status, requirement.id
    subject = requirement.id if requirement.id in EXPOSING else _subject(facts)
    return "accepted", facts.status, facts.wanted[0], subject or requirement.id


def _part_key(requirement: Requirement, part: str, *, missing: bool) -> Key:
    kind, name = ("member", _NUMBER.sub("", part)) if part.startswith("/") else ("field", part)
    # One member of one requirement is the same, whether its resource is asked for or included.
    return (kind, name, missing) if missing else (kind, _HOLDER.sub("", name), missing, requirement.id)


def _subject(facts: Facts) -> str:
    """Return the parameter or field that a request asks with; empty when it asks for nothing special."""
    if unknown := [name for name in facts.parameters if name.rstrip("[]") not in _DEFINED]:
        return unknown[0] if len(unknown) == 1 and unknown[0] in _DEFINED else "unknown parameter"
    return (facts.parameters or facts.fields or ("",))[-1]


def is_plain_refusal(finding: Judgement) -> bool:
    """Return whether a request that asks for nothing special is refused, although it has to be served."""
    facts = facts_of(finding)
    if facts is None or finding.requirement in _OF_ONE_LISTED:
        return False
    asked = facts.parameters or facts.fields or facts.method != "GET"
    refused = facts.of_status and facts.wanted and not _is_error(facts.wanted)
    return bool(facts.resource and refused and not asked and facts.status is not None and 400 <= facts.status < 500)


def _is_error(wanted: Sequence[str]) -> bool:
    return all(each[0] in "45" for each in wanted)


def without_single_rules_on_tokens(keys: Sequence[Key]) -> list[Key]:
    """Return ``keys`` with one for all tokens that are accepted, where these are many."""
    exposed = {key for key in keys if key[0] == "exposed"}
    return [("exposed", "") if key in exposed and len(exposed) >= _MANY_TOKENS else key for key in keys]
