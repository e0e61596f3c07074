"""What the report goes to: standard output, or standard error where the output is wanted for a file.

An output that cannot be written ends the run with one line and exit code 3.
"""

from __future__ import annotations

import atexit
import contextlib
import os
import sys
from typing import Any, TextIO

import pytest

from conformance.config.settings import SettingError
from conformance.observe.record.whole_files import STANDARD_OUTPUT
from conformance.pytest_hooks.items import WRITTEN, settings_of

_STREAM: pytest.StashKey[Guarded] = pytest.StashKey()
_SESSION: pytest.StashKey[pytest.Session] = pytest.StashKey()


class Guarded:
    """A stream that goes nowhere once it cannot be written; ``problem`` is why, and empty when its reader left."""

    def __init__(self, stream: TextIO) -> None:
        """Write to ``stream`` as long as that is possible."""
        self._stream = stream
        self._is_open = True
        self.problem = ""

    def __getattr__(self, name: str) -> Any:
        """Return what the stream has under ``name``."""
        return getattr(self._stream, name)

    def write(self, text: str) -> int:
        """Write ``text``."""
        if self._is_open:
            with self._noted():
                self._stream.write(text)
        return len(text)

    def flush(self) -> None:
        """Write what is kept back."""
        if self._is_open:
            with self._noted():
                self._stream.flush()

    @contextlib.contextmanager
    def _noted(self) -> Any:
        try:
            yield
        except OSError as error:
            self._is_open = False
            # Who reads no more, such as head, has seen enough.
            self.problem = "" if isinstance(error, BrokenPipeError) else error.strerror or str(error)
            # The interpreter tries once more at its end.
            atexit.register(lead_nowhere, self._stream)


def lead_nowhere(stream: TextIO) -> None:
    """Let what is still written to ``stream`` be lost without an error."""
    with contextlib.suppress(OSError, ValueError):
        os.dup2(os.open(os.devnull, os.O_WRONLY), stream.fileno())


def pytest_sessionstart(session: pytest.Session) -> None:
    """Guard what the report is written to."""
    reporter = session.config.pluginmanager.get_plugin("terminalreporter")
    if reporter is None:
        return
    writer = reporter._tw  # noqa: SLF001 - pytest has no other way to its stream
    if _is_for_a_file(session.config):
        writer._file = sys.stderr  # noqa: SLF001
        return
    writer._file = session.config.stash[_STREAM] = Guarded(writer._file)  # noqa: SLF001
    session.config.stash[_SESSION] = session


def _is_for_a_file(config: pytest.Config) -> bool:
    """Return whether a report or record goes to standard output: what reads it understands nothing else."""
    try:
        values = settings_of(config)
    except SettingError:
        return False  # is reported when the settings are needed
    names = {values[each] for each in WRITTEN} | {config.getoption("xmlpath", None)}
    return bool(names & STANDARD_OUTPUT)


@pytest.hookimpl(trylast=True)
def pytest_unconfigure(config: pytest.Config) -> None:
    """Report last that the report could not be written."""
    stream = config.stash.get(_STREAM, None)
    if stream is None:
        return
    stream.flush()
    if stream.problem:
        with contextlib.suppress(OSError):
            sys.stderr.write(f"standard output cannot be written: {stream.problem}\n")
        session = config.stash[_SESSION]
        session.exitstatus = 3 if session.exitstatus in {0, 1, 5} else session.exitstatus
