"""Whether somebody reads is watched, where the system can report it."""

from __future__ import annotations

import os
import signal
import threading
from collections.abc import Iterator
from typing import TextIO

import pytest

from conformance.pytest_hooks import reader


@pytest.fixture
def left() -> Iterator[TextIO]:
    """Give a pipe that nobody reads any more, and the signal back."""
    before = signal.getsignal(signal.SIGURG)
    reading, writing = os.pipe()
    os.close(reading)
    with os.fdopen(writing, "w") as stream:
        yield stream
    signal.signal(signal.SIGURG, before)


def test_a_reader_that_has_gone_is_noticed(left: TextIO) -> None:
    done = threading.Event()
    watch = reader.Watch(done.set)
    with pytest.raises(KeyboardInterrupt):  # noqa: PT012 - it comes at once or in a moment
        watch.begin(left)
        assert threading.Event().wait(20)
    assert done.is_set()
    assert watch.noticed


def test_where_there_is_no_such_signal_nothing_is_watched(left: TextIO, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(reader, "_SIGNAL", None)
    watch, before = reader.Watch(lambda: None), threading.active_count()
    watch.begin(left)
    assert threading.active_count() == before
    assert not watch.noticed
