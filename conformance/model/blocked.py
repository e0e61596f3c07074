"""Which judgements stay blocked: only those whose owner fails in the same run."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace

from conformance.model.outcome import VIOLATED, Judgement, Outcome, worst


def settled(judgements: Iterable[Judgement]) -> list[Judgement]:
    """Return ``judgements`` with the final outcome of those that have an owner.

    A judgement stays blocked when its owner fails or is itself blocked. Otherwise it is not offered when it was so
    before, or when its owner is. All others are inconclusive: nothing that was not judged goes unnoticed.
    """
    judgements = list(judgements)
    collected: dict[str, list[Judgement]] = {}
    for each in judgements:
        collected.setdefault(each.requirement, []).append(each)
    return [_settled(each, collected) if each.owner else each for each in judgements]


def _settled(blocked: Judgement, collected: Mapping[str, Sequence[Judgement]]) -> Judgement:
    if _fails(blocked.owner, collected, {blocked.requirement}):
        return replace(blocked, outcome=Outcome.BLOCKED)
    found = collected.get(blocked.owner, ())
    offered = blocked.outcome is not Outcome.NOT_OFFERED
    if not offered or (found and all(each.outcome is Outcome.NOT_OFFERED for each in found)):
        return replace(blocked, outcome=Outcome.NOT_OFFERED, owner="")
    doubt = next((each.doubt for each in found if each.doubt), "")
    what = str(worst(each.outcome for each in found)) if found else "not selected"
    reason = f"{blocked.reason}; that is the finding of {blocked.owner}, which is {what}"
    return replace(blocked, outcome=Outcome.INCONCLUSIVE, reason=reason, owner="", doubt=doubt)


def _fails(requirement: str, collected: Mapping[str, Sequence[Judgement]], seen: set[str]) -> bool:
    """Return whether a requirement is violated, or blocked by one that is."""
    if requirement in seen:
        return False
    found = collected.get(requirement, ())
    return any(each.outcome in VIOLATED or each.outcome is Outcome.ERROR for each in found) or any(
        _fails(each.owner, collected, {*seen, requirement}) for each in found if each.owner
    )
