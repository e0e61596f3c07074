"""Known deviations of a target: read from a file, each excuses what it says, until it expires.

An entry names one requirement and what is observed of it. A finding that is observed otherwise is not excused: a
waiver hides no more than was meant. No entry excuses for ever: an expired one, and one that excuses nothing any more,
fails the run. Only a run that judged everything can know that nothing needs an entry any more.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass, replace
from datetime import date, datetime
from enum import StrEnum
from functools import cache
from typing import Any

from conformance.model.outcome import JUDGED, Judgement, Outcome
from conformance.model.requirements import CAPABILITIES, Requirement
from conformance.syntax import small_files, strict_yaml

_REQUIRED = ("requirement", "reason", "expires", "observed")
_OPTIONAL = ("link", "generated", "needs")
_LINK = re.compile(r"https?://[^\s/]+(/\S*)?")
_VIOLATED = frozenset({Outcome.FAILED, Outcome.WARNED, Outcome.NOTED, Outcome.WAIVED})
# Depends on how many invoices are given, on what is generated, and on how often requests are repeated.
_COUNTED = re.compile(
    r"(?: \((?:and \d+ more of \d+ \w+|in \d+ (?:generated requests?|invoices|answers)|seen in \d+ of \d+ answers)\))+$"
)


def without_count(observed: str) -> str:
    """Return what is observed without the number of answers that show it."""
    return _COUNTED.sub("", observed)


class WaiverError(ValueError):
    """The file is not what it should be; the message names the entry and the field."""


@dataclass(frozen=True, slots=True)
class Waiver:
    """One known deviation.

    ``observed`` are texts as a finding shows them, ``*`` standing for anything; ``expires`` is the last day (UTC) on
    which it excuses. ``generated`` says that only generated requests show it: another seed need not. ``needs`` are
    capabilities without which the requests that show it are not sent, beyond those of the requirement.
    """

    requirement: str
    reason: str
    expires: date
    observed: tuple[str, ...]
    link: str | None = None
    generated: bool = False
    needs: tuple[str, ...] = ()

    def matches(self, judgement: Judgement) -> bool:
        """Return whether ``judgement`` is a finding as this entry describes it, expired or not."""
        if judgement.requirement != self.requirement or judgement.outcome not in _VIOLATED:
            return False
        return any(_pattern(text).fullmatch(without_count(judgement.observed)) for text in self.observed)


class State(StrEnum):
    """What became of an entry in a run."""

    USED = "used"
    EXPIRED = "expired"
    STALE = "stale"
    NOT_JUDGED = "not judged"


@dataclass(frozen=True, slots=True)
class Use:
    """An entry, and what became of it."""

    waiver: Waiver
    state: State

    @property
    def fails(self) -> bool:
        """Whether the run fails because of the entry."""
        return self.state in {State.EXPIRED, State.STALE}

    @property
    def summary(self) -> str:
        """The state in words."""
        waiver = self.waiver
        return {
            State.USED: f"until {waiver.expires}: {waiver.reason}",
            State.EXPIRED: f"expired on {waiver.expires}: {waiver.reason}",
            State.STALE: f"excuses nothing any more: {waiver.reason}",
            State.NOT_JUDGED: "nothing that this run judged shows whether it is still needed",
        }[self.state]


@dataclass(frozen=True, slots=True)
class Waivers:
    """All entries of a file, on a day."""

    entries: tuple[Waiver, ...] = ()
    today: date = date.min

    def excuse(self, judgement: Judgement) -> Judgement:
        """Return ``judgement`` as waived when an entry excuses it; else with the reason why none does."""
        if judgement.outcome not in _VIOLATED - {Outcome.WAIVED}:
            return judgement
        expired = None
        for waiver in self.entries:
            if waiver.matches(judgement):
                if waiver.expires >= self.today:
                    link = f" ({waiver.link})" if waiver.link else ""
                    reason = f"waived until {waiver.expires}: {waiver.reason}{link}"
                    return replace(judgement, outcome=Outcome.WAIVED, reason=reason)
                expired = waiver
        if expired:
            return replace(judgement, reason=f"the waiver expired on {expired.expires}")
        own = [waiver for waiver in self.entries if waiver.requirement == judgement.requirement]
        others = "; ".join([text for waiver in own for text in waiver.observed][:3])
        return replace(judgement, reason=f"the waiver is for another finding: {others}") if own else judgement

    def excuse_all(self, judgements: Iterable[Judgement]) -> list[Judgement]:
        """Return ``judgements``, as waived where an entry excuses them."""
        return [self.excuse(judgement) for judgement in judgements]

    def uses(
        self, judgements: Iterable[Judgement], *, complete: bool, capabilities: Collection[str] = ()
    ) -> tuple[Use, ...]:
        """Return what became of every entry.

        An entry is stale when it excuses nothing although every check of its requirement was judged, in a ``complete``
        run, with all checks of the suite, on a target with the ``capabilities`` that the entry needs.
        """
        known = list(judgements)
        return tuple(Use(each, self._state(each, known, capabilities if complete else None)) for each in self.entries)

    def _state(self, waiver: Waiver, judgements: list[Judgement], capabilities: Collection[str] | None) -> State:
        if waiver.expires < self.today:
            return State.EXPIRED
        own = [judgement for judgement in judgements if judgement.requirement == waiver.requirement]
        if any(map(waiver.matches, own)):
            return State.USED
        if waiver.generated or capabilities is None or not set(waiver.needs) <= set(capabilities):
            return State.NOT_JUDGED
        return State.STALE if own and all(each.outcome in JUDGED for each in own) else State.NOT_JUDGED


@cache
def _pattern(text: str) -> re.Pattern[str]:
    first, *others = map(re.escape, text.split("*"))
    if not others:
        return re.compile(first)
    # The first place of each part is as good as any later one: to try them all would take for ever.
    within = "".join(f"(?>.*?{part})" for part in others[:-1])
    return re.compile(f"{first}{within}.*{others[-1]}", re.DOTALL)


def read(path: str, requirements: Mapping[str, Requirement], today: date) -> Waivers:
    """Return the waivers of a file. Raises WaiverError."""
    try:
        text = small_files.read_text(path, strict_yaml.LARGEST)
    except OSError as error:
        raise WaiverError(f"{path}: cannot be read: {error.strerror or error}") from None
    except UnicodeDecodeError:
        raise WaiverError(f"{path}: not UTF-8") from None
    try:
        return Waivers(parse(text, requirements), today)
    except WaiverError as error:
        raise WaiverError(f"{path}: {error}") from None


def parse(text: str, requirements: Mapping[str, Requirement]) -> tuple[Waiver, ...]:
    """Return the entries of the YAML ``text``. Raises WaiverError for the first defect."""
    try:
        content = strict_yaml.read(text)
    except strict_yaml.UnreadableError as error:
        raise WaiverError(str(error)) from None
    if not isinstance(content, dict) or list(content) != ["waivers"]:
        raise WaiverError("not a mapping with the one key waivers")
    entries = content["waivers"]
    if not isinstance(entries, list):
        raise WaiverError("waivers: not a list of entries")
    found: list[Waiver] = []
    excused: set[tuple[str, str]] = set()
    for number, entry in enumerate(entries, start=1):
        waiver = _waiver(entry, number, requirements)
        own = {(waiver.requirement, text) for text in waiver.observed}
        if both := own & excused:
            raise _error(number, waiver.requirement, "observed", f"{min(both)[1]!r} stands in an earlier entry too")
        excused |= own
        found.append(waiver)
    return tuple(found)


def _error(number: int, name: str, field: object, problem: str) -> WaiverError:
    return WaiverError(f"entry {number} ({name}): {field}: {problem}")


def _waiver(entry: Any, number: int, requirements: Mapping[str, Requirement]) -> Waiver:
    if not isinstance(entry, dict):
        raise WaiverError(f"entry {number}: not a mapping")
    name = str(entry.get("requirement"))

    def check(condition: object, field: object, problem: str) -> None:
        if not condition:
            raise _error(number, name, field, problem)

    for field in _REQUIRED:
        check(field in entry, field, "missing")
    for field in entry:
        check(field in _REQUIRED + _OPTIONAL, field, "unknown field")
    check(name in requirements, "requirement", f"{name!r} is not in the registry")
    check(not requirements[name].excluded, "requirement", "no check judges it")
    check(_is_line(entry["reason"]), "reason", "not one line of text")
    observed = entry["observed"]
    check(isinstance(observed, list) and observed, "observed", "not a list of texts")
    for text in observed:
        check(isinstance(text, str) and text and text.isprintable(), "observed", f"{text!r} is not one line of text")
    check(len(set(observed)) == len(observed), "observed", "has a text twice")
    link = entry.get("link")
    check(
        "link" not in entry or (isinstance(link, str) and _LINK.fullmatch(link)), "link", f"{link!r} is not an http URL"
    )
    generated = entry.get("generated", False)
    check(isinstance(generated, bool), "generated", "neither true nor false")
    needs = entry.get("needs", [])
    check(isinstance(needs, list) and ("needs" not in entry or needs), "needs", "not a list of capabilities")
    for each in needs:
        check(each in CAPABILITIES, "needs", f"{each!r} is not one of {', '.join(CAPABILITIES)}")
    expires = _day(entry["expires"])
    if expires is None:
        raise _error(number, name, "expires", f"{entry['expires']!r} is not a day such as 2027-03-31")
    return Waiver(name, entry["reason"], expires, tuple(observed), link, generated, tuple(needs))


def _is_line(value: object) -> bool:
    return isinstance(value, str) and bool(value.strip()) and value == value.strip() and value.isprintable()


def _day(value: object) -> date | None:
    if isinstance(value, str):
        try:
            return datetime.strptime(value, "%Y-%m-%d").date()  # noqa: DTZ007 - a day has no zone
        except ValueError:
            return None
    return value if isinstance(value, date) and not isinstance(value, datetime) else None
