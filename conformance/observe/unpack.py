"""Names the culprit among odd values that travel in one request: they are sent in halves until it is alone."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

from conformance.model.exchange import Exchange
from conformance.plan.probe import Part, Probe
from conformance.reading.effects import Effect

Parts = tuple[Part, ...]
# Requests into which one is divided at most: where a gateway refuses much, the rest is not looked at.
_MOST = 40


class _Search:
    """Divides one request. ``send`` sends a probe that is like it with fewer odd values."""

    def __init__(self, probe: Probe, plain: Exchange, send: Callable[[Probe], Exchange]) -> None:
        assert probe.packed is not None
        self._packed, self._probe, self._plain, self._send = probe.packed, probe, plain, send
        self._sent = 0

    def smallest(self, parts: Parts, exchange: Exchange) -> Exchange | None:
        """Return the exchange with the fewest of ``parts`` that shows an effect, None when none does."""
        effect = self._packed.effect(self._plain, exchange)
        if effect is Effect.NONE:
            return None
        middle = len(parts) // 2
        for half in (parts[:middle], parts[middle:]) if middle else ():
            if self._sent == _MOST:
                break
            self._sent += 1
            answered = self._send(replace(self._probe, packed=replace(self._packed, parts=half)))
            if found := self.smallest(half, answered):
                return found
        # None of them alone: it takes several together.
        return exchange if effect is Effect.SHOWN else None


def culprit(probe: Probe, plain: Exchange, together: Exchange, send: Callable[[Probe], Exchange]) -> Exchange:
    """Return the smallest exchange in which the odd values of ``probe`` have an effect, else the one of all of them.

    ``plain`` is the answer without any, ``together`` the one with all.
    """
    assert probe.packed is not None
    return _Search(probe, plain, send).smallest(probe.packed.parts, together) or together
