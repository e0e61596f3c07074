"""Which variants are judged together, and with which settings."""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Iterable, Mapping
from types import MappingProxyType
from typing import Any

from conformance.model.outcome import Judgement, Outcome
from conformance.reference.bare import shows_in_answers
from conformance.reference.data import KNOWN_INVOICE_IDS
from conformance.reference.server import ReferenceServer
from conformance.reference.variants import Variant
from conformance.reference.variants.authentication import SHORT_COOKIE
from conformance.reference.variants.values import ID_OF_THE_SAME_NODE
from tests.support import detection
from tests.support.instant import answering, quickly

# More in one run would make it hard to say which of them is to blame.
LARGEST = 24
FOUND = frozenset({Outcome.FAILED, Outcome.WARNED, Outcome.ERROR})
# What has to be given, or set, to see a variant at all.
SETTINGS: Mapping[str, Mapping[str, Any]] = MappingProxyType(
    {
        "ids-of-one-node": {"invoice_id": [*KNOWN_INVOICE_IDS, ID_OF_THE_SAME_NODE]},
        "session-cookie-of-another-name": {"session_cookie": SHORT_COOKIE},
        "answers-late": {"request_timeout": "4"},
    }
)


# What takes time, which need not pass.
LATE = frozenset({"answers-late"})


def packs(variants: Collection[Variant], apart: Mapping[str, Collection[str]]) -> list[tuple[Variant, ...]]:
    """Return the variants in groups whose members touch nothing in common, last those judged on connections.

    What needs time limits of its own is alone.

    ``apart`` has what else keeps two of them apart, by name: the requirements that report them.
    """
    groups: list[list[Variant]] = []
    taken: list[set[str]] = []
    common = Counter(part for each in variants for part in each.touches)
    # What is judged on connections first, so that few groups are; then what touches the most contended part.
    for each in sorted(variants, key=lambda each: (_answers(each), -max(common[part] for part in each.touches))):
        own = {*each.touches, *each.departs, *apart.get(each.name, ())}
        alone = each.name in LATE
        fitting = (place for place, group in enumerate(groups) if _fits(group) and taken[place].isdisjoint(own))
        place = len(groups) if alone else next(fitting, len(groups))
        if place == len(groups):
            groups.append([])
            taken.append(set())
        groups[place].append(each)
        taken[place] |= own
    return [tuple(group) for group in sorted(groups, key=lambda group: not all(map(_answers, group)))]


def _answers(each: Variant) -> bool:
    """Return whether a server with the variant can answer in this thread."""
    return shows_in_answers(ReferenceServer(variants=[each]).api)


def _fits(group: list[Variant]) -> bool:
    return len(group) < LARGEST and group[0].name not in LATE


def judge(variants: Collection[Variant]) -> list[Judgement]:
    """Judge a reference server with ``variants`` by everything that the suite has."""
    late = any(each.name in LATE for each in variants)
    # What touches bytes is judged on connections, as clients see it.
    with ReferenceServer(variants=variants) as server, (answering if late else quickly)(server.api):
        # A busy machine is not what is judged. Client and server share a processor: more threads only alternate.
        given = {"concurrency": "2", **detection.settings_for(server), "request_timeout": "30"}
        for each in variants:
            given.update(SETTINGS.get(each.name, {}))
        return detection.judge_target(server.base_url, given)


def findings(judgements: Iterable[Judgement]) -> dict[str, Judgement]:
    """Return the first finding of each requirement at MUST or SHOULD, and errors of the suite."""
    found: dict[str, Judgement] = {}
    for judgement in judgements:
        if judgement.outcome in FOUND:
            found.setdefault(judgement.requirement, judgement)
    return found
