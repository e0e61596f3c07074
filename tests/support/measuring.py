"""Leaves what runs out of the coverage, as measuring takes as long as running."""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import contextmanager

import coverage

_MEASURED_PROCESSES = ("COVERAGE_PROCESS_CONFIG", "COVERAGE_PROCESS_START")


@contextmanager
def unmeasured() -> Iterator[None]:
    """Measure nothing meanwhile, nor in the processes that are started."""
    measuring = coverage.Coverage.current()
    if measuring is None:
        yield
        return
    inherited = {name: os.environ.pop(name) for name in _MEASURED_PROCESSES if name in os.environ}
    measuring.stop()
    try:
        yield
    finally:
        measuring.start()
        os.environ.update(inherited)
