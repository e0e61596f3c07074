"""Whether one deviation hides another: judges faults in servers that are reduced already.

``python -m tests.support.masking [ONE_IN]`` looks at one fault in so many on every reduced server, and writes what it
saw into the table from which docs/detection.md has its shares.
"""

from __future__ import annotations

import sys
import zlib
from collections import Counter
from collections.abc import Collection, Mapping, Sequence
from enum import StrEnum
from functools import cache
from pathlib import Path
from typing import Any, Final

import yaml

from conformance.judge.evaluate import judge
from conformance.model.outcome import Judgement
from conformance.model.requirements import registry
from conformance.reference.faults import Fault, all_faults
from conformance.reference.reduced import Reduced, all_reduced
from conformance.syntax.strict_yaml import load
from tests.support import detection, differential
from tests.support.clean import Clean, clean, live

# What faults may need that are looked at in the shorter one of two runs against a reduced server, and in the other.
_FEW: Final = frozenset({"contested"})
_MANY: Final = detection.EVERYTHING - {"wire", "load"}
# The reduced servers that faults meet by default which need more than a token: that costs a longer run each.
_FOR_MORE: Final = (
    *("no-relationship-links", "no-head", "no-account", "no-collection", "errors-as-json", "errors-as-html"),
    *("collection-behind-redirect", "bad-query-403"),
)
# By default one fault in so many is judged.
ONE_IN: Final = 8
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
    return [name for name in faults() if full or (is_one_in(ONE_IN, name) and _chosen(name) == server)]


def is_one_in(number: int, fault: str) -> bool:
    """Return whether a fault is among one in ``number`` of them."""
    return zlib.crc32(fault.encode()) % number == 0


def _chosen(fault: str) -> str:
    names = [name for name in sorted(all_reduced()) if (faults()[fault].needs <= _FEW) is (name not in _FOR_MORE)]
    return names[zlib.crc32(fault.encode()) // ONE_IN % len(names)]


def _is_new(found: Sequence[Judgement], known: Clean) -> bool:
    """Return whether one of the findings ``found`` is not the same on the reduced server without a fault."""
    observed = {each.nodeid: each.observed for each in found}
    known.server.serve(live(base=known.base).api)
    run = detection.run_against(known.server, known.capabilities)
    try:
        run.start(known.record, known.unbuilt)
        before = (judge(run, case) for case in known.cases if case.id in observed)
        return any(each.outcome not in detection.CAUGHT or each.observed != observed[each.nodeid] for each in before)
    finally:
        run.stop()


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
    changed = known.changed_by(fault.apply)
    if not changed:
        return Seen.INVISIBLE
    named = {*fault.caught_by, *fault.also, *_reported_by(name, base.name)}
    try:
        judgements = differential.judge_changed(fault, known, changed, named)
    except detection.Aborted:
        return Seen.REPORTED  # the run ends with a message about it
    found = [each for each in judgements if each.outcome in detection.CAUGHT]
    return Seen.REPORTED if found and _is_new(found, known) else Seen.HIDDEN


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


def _measured(one_in: int) -> dict[str, Any]:
    chosen = [name for name in faults() if is_one_in(one_in, name)]
    servers: dict[str, dict[str, int]] = {}
    for server, base in all_reduced().items():
        seen = look(chosen, base)
        counts = Counter(seen.values())
        servers[server] = {"reported": counts[Seen.REPORTED], "hidden": counts[Seen.HIDDEN]}
        hidden = [name for name, each in seen.items() if each is Seen.HIDDEN]
        sys.stdout.write(f"{server}: {servers[server]} {' '.join(hidden)}\n")
    return {"faults": len(chosen), "servers": servers}


if __name__ == "__main__":
    measured = _measured(int(sys.argv[1]) if len(sys.argv) > 1 else 1)
    SHARES.write_text(yaml.safe_dump(measured, sort_keys=False), encoding="utf-8")
