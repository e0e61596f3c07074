"""The generated part as items of pytest: one for each operation of the document and kind of request."""

from __future__ import annotations

import inspect
import time
from collections.abc import Callable, Iterator
from dataclasses import asdict
from functools import partial
from typing import TYPE_CHECKING, Any

import pytest

from conformance.pytest_hooks import outcome
from conformance.pytest_hooks.items import run_of
from conformance.pytest_hooks.judging_item import GeneratingItem

if TYPE_CHECKING:
    from conformance.config.target import Target
    from conformance.fuzzing.session import Outcome, Session

# Kinds of requests: examples and coverage, random ones, and ones that are broken on the level of the URL.
GROUPS = ("contract", "fuzzing", "hostile")
_SESSION: pytest.StashKey[Session] = pytest.StashKey()


class GeneratedItem(GeneratingItem):
    """The requests that one item generates, and what their answers show."""

    def __init__(self, *, send: Callable[[Session], Outcome], **named: Any) -> None:
        """``send`` lets a session send and judge the requests of the item."""
        super().__init__(**named)
        self._send = send
        self._found: tuple[Outcome, float] | None = None

    def runtest(self) -> None:
        """Keep what was found; it is not a failure of the item. Nothing is sent when a record is judged."""
        if run_of(self.config).kept:
            return
        started = time.monotonic()
        self._found = self._send(session_of(self.config)), time.monotonic() - started

    def report(self, report: pytest.TestReport) -> None:
        """Write into ``report`` what was found."""
        from conformance.fuzzing.judgements import judgements

        run = run_of(self.config)
        if run.kept or self._found is None:
            outcome.apply_recorded(run.recorded(self.name), report, run)
            return
        found, seconds = self._found
        select = self.name.partition("[")[2].rstrip("]") if self.name.startswith("test_generated[") else self.name
        repeat = f"-k {select} --fuzz-seed={run.settings['fuzz-seed']} --fuzz-examples={run.settings['fuzz-examples']}"
        outcome.apply(judgements(found, self.nodeid, repeat, run.target), report, run)
        vars(report)["conformance"].update(generated={**asdict(found.tally), "seconds": seconds})


def session_of(config: pytest.Config) -> Session:
    """Return the generated part of the run, made when the first item needs it."""
    from conformance.fuzzing.session import Session

    if _SESSION not in config.stash:
        run = run_of(config)
        config.stash[_SESSION] = Session(run.target, run.settings["fuzz-seed"], run.settings["fuzz-examples"])
        config.add_cleanup(config.stash[_SESSION].close)
    return config.stash[_SESSION]


def items_of(collector: pytest.Collector, name: str, function: Any) -> Iterator[GeneratedItem]:
    """Yield the items of a function that generates requests; none when the generated part is off."""
    run = run_of(collector.config)
    if run.settings["fuzz-examples"]:
        for label, values in _calls(function, run.target):
            send = partial(function, **values)
            yield GeneratedItem.from_parent(collector, name=f"{name}[{label}]", send=send)


def _calls(function: Any, target: Target) -> Iterator[tuple[str, dict[str, Any]]]:
    """Yield the calls of ``function``, each with a label: for the operations of the document that the target has."""
    from conformance.fuzzing.asked import operations

    found = [
        name
        for name, operation in operations().items()
        if "collection" in target.capabilities or operation.path.startswith("/invoices/{id}")
    ]
    gets = tuple(name for name in found if name.startswith("get"))
    if "operations" in inspect.signature(function).parameters:
        yield "collection" if len(gets) > 3 else "item", {"operations": gets}
        return
    for name in found:
        for group in GROUPS if name in gets else ("head",):
            yield f"{name}-{group}", {"operation": name, "group": group}
