"""Whether one deviation hides another: judges faults in servers that are reduced already.

``python -m tests.support.masking`` looks at every fault on every reduced server, which takes half an hour, and writes
what it saw into the table from which docs/detection.md has its shares.
"""

from __future__ import annotations

import sys
import zlib
from collections import Counter
from collections.abc import Collection, Iterator, Mapping, Sequence
from enum import StrEnum
from functools import cache
from pathlib import Path
from typing import Any, Final
from unittest.mock import patch

import yaml

from conformance.judge.suite import Case
from conformance.model.outcome import Judgement
from conformance.model.requirements import registry
from conformance.plan.steps import Step, closure
from conformance.reference.faults import Fault, all_faults
from conformance.reference.reduced import Reduced, all_reduced
from conformance.run import Run
from conformance.syntax.strict_yaml import load
from tests.support import detection, differential, sameness
from tests.support.apart import judges_each_apart
from tests.support.asked import Altered
from tests.support.clean import Clean, clean
from tests.support.seen import Changes, judged_once

# What faults may need that are looked at in the shorter one of two runs against a reduced server, and in the other.
_FEW: Final = frozenset({"contested"})
_MANY: Final = detection.EVERYTHING - {"wire", "load"}
# The reduced servers that faults meet by default which need more than a token: that costs a longer run each.
_FOR_MORE: Final = (
    *("no-relationship-links", "no-head", "no-account", "no-collection", "errors-as-json", "errors-as-html"),
    *("collection-behind-redirect", "bad-query-403"),
)
# Where a check judges all answers, one in so many of them is asked for first.
_STEP: Final = 12
# What each of these must be reported on every reduced server.
GUARDED: Final = ("AUTH-", "JWT-", "SEC-")
_DATA = Path(__file__).parents[1] / "detection"
EXPLAINED, SHARES = _DATA / "masked.yaml", _DATA / "shares.yaml"


class Seen(StrEnum):
    """What became of a fault in a reduced server."""

    INVISIBLE = "invisible"
    REPORTED = "reported"
    HIDDEN = "hidden"


@cache
def faults() -> Mapping[str, Fault]:
    """Return the faults that show in single answers, which can be judged in many servers."""
    return {
        name: fault
        for name, fault in all_faults().items()
        if not differential.takes_the_full_way(fault)
        and fault.needs <= _MANY
        and not fault.area.startswith(("generated", "swept"))
    }


def meeting(server: str, *, full: bool = False) -> list[str]:
    """Return the faults that meet a reduced server: with ``full`` all, else some, each on one server and always so."""
    return [name for name in faults() if full or _chosen(name) == server]


def _chosen(fault: str) -> str:
    names = [name for name in sorted(all_reduced()) if (faults()[fault].needs <= _FEW) is (name not in _FOR_MORE)]
    return names[zlib.crc32(fault.encode()) % len(names)]


def _is_new(found: Judgement, known: Clean) -> bool:
    """Return whether the finding ``found`` is not the same on the reduced server without a fault."""
    before = _before(found.nodeid, known)
    return before.outcome not in detection.CAUGHT or before.observed != found.observed


@cache
def _before(case: str, known: Clean) -> Judgement:
    """Return how the case with this id ends on the reduced server without a fault."""
    (found,) = (each for each in known.cases if each.id == case)
    return judged_once(known.reader[0], found)


def look(names: Collection[str], base: Reduced) -> dict[str, Seen]:
    """Return what becomes of the faults ``names`` in the server ``base``.

    All that need little are looked at in one run, the others in a second one; both ask for what they need, no more.
    """
    little = [name for name in names if faults()[name].needs <= _FEW]
    found: dict[str, Seen] = {}
    for together in (little, sorted(set(names).difference(little))):
        if together:
            known = clean(frozenset().union(*(_needed(name, base) for name in together)), base)
            found |= {name: _seen(name, known, base) for name in together}
    return found


def _needed(name: str, base: Reduced) -> frozenset[str]:
    """Return the capabilities that the fault ``name`` needs to be seen, and those of what reports it in its place."""
    fault = faults()[name]
    others = (registry()[requirement].needs for requirement in _reported_by(name, base.name))
    return detection.capabilities_for([fault]).union(*others)


def _seen(name: str, known: Clean, base: Reduced) -> Seen:
    fault = faults()[name]
    altered = known.altered(fault.apply)
    if altered is None:
        return Seen.INVISIBLE
    named = {*fault.caught_by, *fault.also, *_reported_by(name, base.name)}
    try:
        with differential.serving(fault, known), differential.started(known, set(known.steps)) as run:
            for judgement in _judgements(run, known, altered, named):
                if judgement.outcome in detection.CAUGHT and _is_new(judgement, known):
                    return Seen.REPORTED
    except detection.Aborted:
        return Seen.REPORTED  # the run ends with a message about it
    return Seen.HIDDEN if altered.changed(known.steps) else Seen.INVISIBLE


def _judgements(run: Run, known: Clean, altered: Altered, requirements: Collection[str]) -> Iterator[Judgement]:
    """Yield how the cases of ``requirements`` end that see an altered answer; no more is sent than each needs."""
    cases = [case for case in known.cases if case.check.requirement in requirements]
    wide = [case for case in cases if case.check.is_record_wide]
    for case in cases:
        steps = closure(known.steps_of[case])
        if not case.check.is_record_wide and (changed := altered.changed(steps)):
            _observe(run, steps, known, changed)
            yield judged_once(run, case)
    yield from _in_some_answers(run, known, altered, wide)
    if wide and (changed := altered.changed(known.steps)):
        _observe(run, known.steps, known, changed)
        changes = Changes(run, known)
        yield from (judged_once(run, case) for case in wide if changes.sees(case))


def _in_some_answers(run: Run, known: Clean, altered: Altered, wide: Sequence[Case]) -> Iterator[Judgement]:
    """Yield how those of ``wide`` end on a few answers which judge each by itself: most that is wrong shows in some.

    Of what is reported without the fault, too, only all answers show whether it is the same.
    """
    steps = known.steps[::_STEP]
    apart = [case for case in wide if judges_each_apart(case.check.function)]
    if apart and (changed := altered.changed(steps)):
        _observe(run, steps, known, changed)
        with patch.object(run, "observe_everything"):
            for case in apart:
                if _before(case.id, known).outcome not in detection.CAUGHT:
                    yield judged_once(run, case)


def _observe(run: Run, steps: Sequence[Step], known: Clean, changed: Collection[Step]) -> None:
    affected = set(known.affected_by(changed))
    same = {step: known.record[step] for step in steps if step in known.record and step not in changed}
    for step in same.keys() - affected:
        run.observer.record.setdefault(step, same[step])
    sameness.observe(run, [step for step in steps if step in affected], same)


@cache
def explained() -> dict[str, dict[str, dict[str, str]]]:
    """Return by fault and reduced server why it is not reported there, or ``by`` which other requirement it is."""
    return dict(load(EXPLAINED.read_text(encoding="utf-8")))


def _reported_by(fault: str, server: str) -> list[str]:
    return explained().get(fault, {}).get(server, {}).get("by", "").split()


@cache
def shares() -> dict[str, Any]:
    """Return how many faults were looked at on every reduced server, and of how many of them what was seen there."""
    return dict(load(SHARES.read_text(encoding="utf-8")))


def _measured() -> dict[str, Any]:
    servers: dict[str, dict[str, int]] = {}
    for server, base in all_reduced().items():
        seen = look(faults(), base)
        counts = Counter(seen.values())
        servers[server] = {"reported": counts[Seen.REPORTED], "hidden": counts[Seen.HIDDEN]}
        hidden = [name for name, each in seen.items() if each is Seen.HIDDEN]
        sys.stdout.write(f"{server}: {servers[server]} {' '.join(hidden)}\n")
        sys.stdout.flush()
    return {"faults": len(faults()), "servers": servers}


if __name__ == "__main__":
    SHARES.write_text(yaml.safe_dump(_measured(), sort_keys=False), encoding="utf-8")
