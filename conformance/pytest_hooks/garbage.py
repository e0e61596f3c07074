"""How often the garbage of a run of the checks is collected: seldom, for most of what there is stays to the end."""

from __future__ import annotations

import atexit
import contextlib
import gc
from collections.abc import Iterator

import pytest

# New objects before a collection, and how many of each generation before one of the next.
_SELDOM = (200_000, 20, 100)


@contextlib.contextmanager
def collected_seldom() -> Iterator[None]:
    """Collect garbage seldom within this context, as before after it, and none when the process ends."""
    before = gc.get_threshold()
    gc.set_threshold(*_SELDOM)
    atexit.unregister(gc.freeze)
    atexit.register(gc.freeze)
    try:
        yield
    finally:
        gc.set_threshold(*before)
        gc.unfreeze()


@pytest.hookimpl(tryfirst=True)
def pytest_unconfigure() -> None:
    """Spare pytest the search of all that the run kept: it collects garbage several times when it ends."""
    gc.freeze()
