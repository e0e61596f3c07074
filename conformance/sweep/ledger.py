"""Findings of a sweep: one for each requirement and cause, with the first invoices that show it and their number."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from typing import TYPE_CHECKING, Any

from conformance.judge import evidence
from conformance.judge.facts import facts
from conformance.model.exchange import Exchange
from conformance.model.requirements import registry
from conformance.model.waivers import without_count
from conformance.plan.shell import curl
from conformance.sweep.authority import Hit
from conformance.syntax.wording import printable

if TYPE_CHECKING:
    from conformance.config.target import Target
    from conformance.sweep.state import State

# Ids that are kept of one cause, and causes that are distinguished: enough to see what they have in common.
MOST_IDS, MOST_CAUSES = 1000, 20
_VARIABLE = re.compile(r'"(?:[^"\\]|\\.)*"|[0-9A-Fa-f]{8}-[0-9A-Fa-f-]{27}|-?[0-9][0-9.:TZ+-]*')
_LONGEST_ELEMENT = 700


class Ledger:
    """The findings, kept in the state of the sweep."""

    def __init__(self, state: State, target: Target) -> None:
        """Begin with what the state has of ``target``."""
        self._state = state
        self._redactor, self._way = target.redactor, target.way
        self._found: dict[str, dict[str, Any]] = dict(state.findings())
        self._changed: set[str] = set()
        self.holding: set[str] = set(state.fact("holding") or ())

    def add(self, hit: Hit, exchange: Exchange, identifier: str | None, part: str | None, shown: Any = None) -> None:
        """Add what the ``part`` of ``exchange`` shows of the invoice ``identifier``, which is ``shown`` there."""
        cause = _VARIABLE.sub("#", evidence.cut(without_count(hit.violation.observed)))
        attribute = (hit.violation.part or "").rpartition("/")[2]
        name = " ".join((hit.requirement, hit.name, attribute, cause))
        if name not in self._found:
            own = sum(each["requirement"] == hit.requirement for each in self._found.values())
            name = name if own < MOST_CAUSES else f"{hit.requirement} and more"
        if name not in self._found:
            self._found[name] = self._entry(hit, exchange, part, shown)
        found = self._found[name]
        found["count"] += 1
        if identifier is not None and len(found["invoices"]) < MOST_IDS:
            found["invoices"].append(self._clean(identifier)[:200])
        self._changed.add(name)

    def _clean(self, text: str) -> str:
        return self._redactor.text(printable(evidence.cut(text)))

    def _entry(self, hit: Hit, exchange: Exchange, part: str | None, shown: Any) -> dict[str, Any]:
        violation = hit.violation
        lines = evidence.answer_lines(exchange)
        if shown is not None and exchange.answer is not None:
            head = len(list(exchange.answer.fields)) + 1
            text = json.dumps(shown, ensure_ascii=False)
            size = f"({len(exchange.answer.body)} bytes, in it:)"
            lines = [*lines[:head], "", size, printable(evidence.cut(text, _LONGEST_ELEMENT))]
        return {
            "requirement": hit.requirement,
            "check": hit.name,
            "expected": self._clean(violation.expected or registry()[hit.requirement].statement),
            "observed": self._clean(without_count(violation.observed)),
            "part": self._clean(part) if part else None,
            "curl": self._redactor.text(printable(curl(exchange.request, self._way))),
            "answer": [self._redactor.text(line) for line in lines],
            "facts": facts(violation, exchange, self._redactor, part=part),
            "count": 0,
            "invoices": [],
        }

    def save(self) -> None:
        """Let the state keep what changed."""
        self._state.save_findings((name, self._found[name]) for name in self._changed)
        self._changed.clear()
        self._state.keep("holding", sorted(self.holding))

    def drop(self, requirement: str) -> None:
        """Take back the findings of a requirement."""
        for name in [name for name, each in self._found.items() if each["requirement"] == requirement]:
            del self._found[name]

    def of(self, requirement: str) -> list[dict[str, Any]]:
        """Return the findings of a requirement."""
        return [each for each in self._found.values() if each["requirement"] == requirement]

    def __iter__(self) -> Iterator[dict[str, Any]]:
        """Iterate over the findings in the order in which they were met."""
        return iter(self._found.values())

    def __len__(self) -> int:
        """Return the number of findings."""
        return len(self._found)
