"""pytest hooks that show how far a run is, while it sends and while it judges."""

from __future__ import annotations

import io
import os
import sys
from collections.abc import Generator
from typing import TYPE_CHECKING, TextIO

import pytest

from conformance.pytest_hooks import xdist
from conformance.pytest_hooks.items import existing_run, only_checks
from conformance.pytest_hooks.judging_item import GeneratingItem
from conformance.pytest_hooks.sweep_item import SweepItem

if TYPE_CHECKING:
    from conformance.report.progress import Bar, Lines

_SHOWN: pytest.StashKey[Bar | Lines] = pytest.StashKey()
# How many items there are of each phase, and how many of them are over.
_COUNTS: pytest.StashKey[dict[str, list[int]]] = pytest.StashKey()


def begin(config: pytest.Config, items: list[pytest.Item]) -> None:
    """Show progress from now on, where nothing but the checks runs and no other process shows it."""
    run = existing_run(config)
    if run is None or not only_checks(config) or xdist.is_worker(config) or config.option.verbose < -1:
        return
    counts = config.stash.setdefault(_COUNTS, {})
    for item in items:
        counts.setdefault(_phase(item), [0, 0])[1] += 1
    _show(config, drawn=True)
    run.progress.phase("reaching the target")


def _show(config: pytest.Config, *, drawn: bool) -> None:
    from conformance.report import progress

    run = existing_run(config)
    if run is None:
        return
    shown = progress.shown(_own_stream(config), colour=config.option.color != "no", drawn=drawn)
    config.stash[_SHOWN] = run.progress = shown
    config.add_cleanup(shown.close)


def _own_stream(config: pytest.Config) -> TextIO:
    """Return the standard error that pytest does not capture; nothing is captured while this is called."""
    try:
        copy = os.dup(sys.stderr.fileno())
    except (io.UnsupportedOperation, OSError, AttributeError):
        return sys.stderr
    stream = os.fdopen(copy, "w", encoding="utf-8", errors="replace")
    config.add_cleanup(stream.close)
    return stream


def sent(config: pytest.Config) -> None:
    """Leave the line to pytest, where it prints one for each item."""
    if _SHOWN in config.stash and config.option.verbose > 0:
        end(config)
        _show(config, drawn=False)


def end(config: pytest.Config) -> None:
    """Show no progress any more."""
    if shown := config.stash.get(_SHOWN, None):
        shown.close()


def _phase(item: pytest.Item) -> str:
    if isinstance(item, SweepItem):
        return "sweep"
    return "parts generated" if isinstance(item, GeneratingItem) else "judging"


@pytest.hookimpl(wrapper=True, tryfirst=True)
def pytest_runtest_protocol(item: pytest.Item) -> Generator[None, object, object]:
    """Show which part of the run ``item`` belongs to; a sweep shows by itself how far it is."""
    count = item.config.stash.get(_COUNTS, {}).get(_phase(item))
    run = existing_run(item.config)
    if run is None or count is None:
        return (yield)
    run.progress.phase(_phase(item))
    if not isinstance(item, SweepItem):
        run.progress.advance(*count)
    count[0] += 1
    return (yield)
