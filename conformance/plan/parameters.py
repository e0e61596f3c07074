"""What the arguments of a check stand for: probes, families, sets of them, or the whole record."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from conformance.plan import probes
from conformance.plan.probe import Family, Probe
from conformance.plan.steps import Step, applicable, everything, probe_of, steps_for

if TYPE_CHECKING:
    from conformance.config.target import Target

EVERY = "every_"
# Fixtures over the whole record; checks that use them need every request and are judged last.
RECORD_WIDE = ("every_exchange", "every_answer", "every_error", "every_success")


@dataclass(frozen=True, slots=True)
class Argument:
    """One argument of a check that stands for exchanges."""

    name: str
    variant: str | None = None

    @property
    def several(self) -> bool:
        """Whether the check gets a tuple of exchanges."""
        return self.name.startswith(EVERY)

    @property
    def needs(self) -> frozenset[str]:
        """The capabilities without which there is no such exchange. A set of exchanges may be a smaller one."""
        return frozenset() if self.several else frozenset(self._probe.needs)

    @property
    def _probe(self) -> Probe:
        return probes.by_key()[self.name if self.variant is None else f"{self.name}[{self.variant}]"]

    def steps(self, target: Target, invoice_id: str | None) -> list[Step]:
        """Return the steps whose exchanges the argument stands for."""
        if self.name in RECORD_WIDE:
            return everything(target)
        if self.several:
            return steps_for(self.name.removeprefix(EVERY), target)
        probe = self._probe
        known = invoice_id if invoice_id is not None else next(iter(target.invoice_ids), "")
        return [Step(probe.name, known)] if applicable(probe, target) else []


def is_exchange_argument(name: str) -> bool:
    """Return whether the fixture ``name`` stands for exchanges."""
    return name in RECORD_WIDE or name.removeprefix(EVERY) in probes.declared()


def for_each_invoice(names: Iterable[str]) -> bool:
    """Return whether a check with these arguments is judged once per known invoice: all of them must be sent so."""
    entries = [probes.declared().get(name) for name in names if is_exchange_argument(name)]
    return bool(entries) and all(
        entry is not None and not isinstance(entry, Family) and entry.each_invoice for entry in entries
    )


def record_wide(names: Iterable[str]) -> bool:
    """Return whether one of the fixtures ``names`` covers the whole record."""
    return any(name in RECORD_WIDE for name in names)


def can_be_observed_again(steps: Sequence[Step]) -> bool:
    """Return whether a violation could come from data that changed between two requests.

    What such a request may have lost cannot be observed again.
    """
    if any("expendable-invoice" in probe_of(step).needs for step in steps):
        return False
    return len(steps) > 1 or any(step.dependencies() for step in steps)
