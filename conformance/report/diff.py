"""What changed between two runs, by their JSON reports."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

from conformance.model.outcome import JUDGED

_JUDGED = frozenset(map(str, JUDGED))


@dataclass
class Difference:
    """Requirements whose outcome changed: id, statement, old and new outcome. The first list is what must not be."""

    newly_failing: list[tuple[str, str, str, str]] = field(default_factory=list)
    fixed: list[tuple[str, str, str, str]] = field(default_factory=list)
    newly_judged: list[tuple[str, str, str, str]] = field(default_factory=list)
    no_longer_judged: list[tuple[str, str, str, str]] = field(default_factory=list)
    otherwise: list[tuple[str, str, str, str]] = field(default_factory=list)


def compare(old: Mapping[str, Any], new: Mapping[str, Any]) -> Difference:
    """Return what changed from report ``old`` to report ``new``.

    Failing is what makes the verdict of its run; a requirement that the older suite did not have counts as not judged.
    """
    found = Difference()
    before = {each["id"]: each for each in old["requirements"]}
    after = {each["id"]: each for each in new["requirements"]}
    bad_before, bad_after = _failing(old), _failing(new)
    for name in [*after, *(name for name in before if name not in after)]:
        was, now = _outcome(before.get(name)), _outcome(after.get(name))
        entry = (name, (after.get(name) or before[name])["statement"], was, now)
        if name in bad_after and name not in bad_before:
            found.newly_failing.append(entry)
        elif was == now:
            continue
        elif now not in _JUDGED:
            (found.no_longer_judged if was in _JUDGED else found.otherwise).append(entry)
        elif name in bad_before and name not in bad_after:
            found.fixed.append(entry)
        elif was not in _JUDGED:
            found.newly_judged.append(entry)
        else:
            found.otherwise.append(entry)
    return found


def _failing(report: Mapping[str, Any]) -> set[str]:
    return {*report["verdict"]["gating"], *report["verdict"]["errors"]}


def _outcome(requirement: Mapping[str, Any] | None) -> str:
    return str(requirement["outcome"] or "not selected") if requirement else "unknown"


def lines(old: Mapping[str, Any], new: Mapping[str, Any], found: Difference) -> Iterator[str]:
    """Yield what to print."""
    for title, entries in (
        ("newly failing", found.newly_failing),
        ("fixed", found.fixed),
        ("newly judged", found.newly_judged),
        ("no longer judged", found.no_longer_judged),
        ("changed otherwise", found.otherwise),
    ):
        if entries:
            yield f"{title}: {len(entries)}"
            for name, statement, was, now in entries:
                yield f"  {name}  {was} -> {now}"
                yield f"    {statement}"
    yield f"old verdict  {old['verdict']['sentence']}"
    yield f"new verdict  {new['verdict']['sentence']}"
