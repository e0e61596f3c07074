"""What follows from all pages together, of one sweep or of its parts."""

from __future__ import annotations

import base64
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from itertools import pairwise
from typing import Any

from conformance.sweep.state import shown_key
from conformance.syntax.scalars import instant, is_date_time

# Each holds for the collection as a whole: a part of it can only show that it does not.
OF_THE_WHOLE = ("COLL-004", "COLL-005", "PAGE-003")
_WIDTH = 16
_MOST = 1000


@dataclass(frozen=True)
class Conclusion:
    """A judgement on the collection as a whole: what was expected and observed, or why nothing can be judged.

    ``unseen`` means that this is because not all of it was seen.
    """

    requirement: str
    expected: str = ""
    observed: str = ""
    reason: str = ""
    unseen: bool = False
    invoices: list[str] = field(default_factory=list)
    count: int = 0


@dataclass(frozen=True)
class Whole:
    """The parts of a sweep joined."""

    pages: list[dict[str, Any]]
    counts: set[Any]
    found: int
    twice: list[str]
    problem: str = ""


def parts_missing(parts: Sequence[Mapping[str, Any]]) -> list[str]:
    """Return why ``parts``, as reports have them, are not one whole sweep; nothing when they are."""
    wanted = {int(part["shards"]) for part in parts}
    if len(wanted) != 1:
        return [f"the sweep was divided into {' and '.join(map(str, sorted(wanted)))} parts"]
    (shards,) = wanted
    problems = []
    numbers = [int(part["shard"]) for part in parts]
    for number in range(1, shards + 1):
        if number not in numbers:
            problems.append(f"part {number} of {shards} is missing")
        elif numbers.count(number) > 1:
            problems.append(f"part {number} of {shards} is there {numbers.count(number)} times")
    problems += [
        f"part {part['shard']} of {shards} did not come to its end: {part['reason'] or 'interrupted'}"
        for part in parts
        if not part["complete"]
    ]
    taken: dict[int, int] = {}
    for part in parts:
        for page in part["pages"]:
            other = taken.setdefault(page["number"], part["shard"])
            if other != part["shard"]:
                problems.append(f"page {page['number'] + 1} is in parts {other} and {part['shard']}")
    if not problems and sorted(taken) != list(range(len(taken))):
        gap = next(number for number in range(len(taken)) if number not in taken)
        problems.append(f"page {gap + 1} is in no part")
    return problems


def join(parts: Sequence[Mapping[str, Any]]) -> Whole:
    """Return the parts as one."""
    pages = sorted((page for part in parts for page in part["pages"]), key=lambda page: int(page["number"]))
    counts = {page["total"] for page in pages}
    if any(part["changed"] for part in parts):
        counts |= {"another"}
    if len(parts) == 1:
        return Whole(pages, counts, int(parts[0]["invoices"]), [], _problem(parts))
    seen: set[bytes] = set()
    twice: list[str] = []
    for part in parts:
        content = base64.b64decode(part["ids"])
        keys = {content[place : place + _WIDTH] for place in range(0, len(content), _WIDTH)}
        twice += sorted(map(shown_key, keys & seen))
        seen |= keys
    return Whole(pages, counts, len(seen), twice, _problem(parts))


def _problem(parts: Sequence[Mapping[str, Any]]) -> str:
    return "; ".join(parts_missing(parts)[:3])


def conclude(whole: Whole, known: Iterable[str] = ()) -> Iterator[Conclusion]:
    """Yield a conclusion for each of the requirements on the whole; ``known`` are those found not to hold already."""
    known = set(known)
    unseen = whole.problem and f"not all pages were seen: {whole.problem}"
    changed = "" if len(whole.counts) < 2 else "the collection changed during the sweep: its total count did"
    for requirement in OF_THE_WHOLE:
        if requirement in known:
            continue
        if requirement == "COLL-005":
            yield _order(whole, unseen)
        elif unseen or changed:
            yield Conclusion(requirement, reason=unseen or changed, unseen=bool(unseen))
        elif requirement == "PAGE-003":
            yield _each_once(whole)
        else:
            yield _count(whole)


def _each_once(whole: Whole) -> Conclusion:
    if not whole.twice:
        return Conclusion("PAGE-003")
    return Conclusion(
        "PAGE-003",
        "every invoice on one page",
        f"{whole.twice[0]} on pages of two parts",
        invoices=whole.twice[:_MOST],
        count=len(whole.twice),
    )


def _count(whole: Whole) -> Conclusion:
    total = next(iter(whole.counts), None)
    if not isinstance(total, int):
        return Conclusion("COLL-004", reason="the pages show no total count")
    if not whole.pages or not whole.pages[-1]["last"]:
        return Conclusion("COLL-004", reason="no page says that it is the last one")
    # That elements come again on another page, and others not at all, is PAGE-003.
    if total in {whole.found, sum(page["elements"] for page in whole.pages)}:
        return Conclusion("COLL-004")
    return Conclusion("COLL-004", str(whole.found), str(total))


def _order(whole: Whole, unseen: str) -> Conclusion:
    for before, after in pairwise(whole.pages):
        if after["number"] != before["number"] + 1:
            continue
        one, other = _moment(before["final"]), _moment(after["first"])
        if one is not None and other is not None and one < other:
            observed = f"page {after['number'] + 1} begins with a later one than page {before['number'] + 1} ends with"
            expected = "a start-date not later than that of the element before"
            return Conclusion("COLL-005", expected, observed)
    return Conclusion("COLL-005", reason=unseen, unseen=bool(unseen))


def _moment(text: str) -> Any:
    try:
        return instant(text) if is_date_time(text) else None
    except ValueError:
        return None
