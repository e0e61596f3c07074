"""What the report goes to: standard output, or standard error where the output is wanted for a file.

An output that cannot be written ends the run with one line and exit code 3. One that nobody reads any more ends it
at once, unless it is to write files.
"""

from __future__ import annotations

import atexit
import contextlib
import io
import os
import sys
from collections.abc import Generator
from typing import Any, TextIO

import pytest

from conformance.config.settings import SettingError
from conformance.observe.record.whole_files import STANDARD_OUTPUT
from conformance.pytest_hooks import reader, xdist
from conformance.pytest_hooks.items import WRITTEN, settings_of

_STREAM: pytest.StashKey[Guarded] = pytest.StashKey()
_SESSION: pytest.StashKey[pytest.Session] = pytest.StashKey()
_WATCH: pytest.StashKey[reader.Watch] = pytest.StashKey()


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
    session.config.stash[_SESSION] = session
    files = _files(session.config)
    writer = reporter._tw  # noqa: SLF001 - pytest has no other way to its stream

    def be_silent() -> None:
        writer._file = io.StringIO()  # noqa: SLF001

    if not files - STANDARD_OUTPUT and not xdist.is_worker(session.config):
        watch = session.config.stash[_WATCH] = reader.Watch(be_silent)
        watch.begin(writer._file)  # noqa: SLF001
    if files & STANDARD_OUTPUT:
        writer._file = sys.stderr  # noqa: SLF001
        return
    writer._file = session.config.stash[_STREAM] = Guarded(writer._file)  # noqa: SLF001


def _files(config: pytest.Config) -> set[str]:
    """Return the names of the files that the run is to write; what reads one on standard output reads nothing else."""
    try:
        values = settings_of(config)
    except SettingError:
        return set()  # is reported when the settings are needed
    of_pytest = {config.getoption(each, None) for each in ("xmlpath", "log_file")}
    named = {values[each] for each in (*WRITTEN, "sweep-state")} | of_pytest | {os.environ.get("GITHUB_STEP_SUMMARY")}
    return {each for each in named if each}


@pytest.hookimpl(wrapper=True, tryfirst=True)
def pytest_sessionfinish(session: pytest.Session) -> Generator[None, object, object]:
    """Let the run end as it is, whoever still reads."""
    if watch := session.config.stash.get(_WATCH, None):
        watch.end()
    return (yield)


@pytest.hookimpl(trylast=True)
def pytest_unconfigure(config: pytest.Config) -> None:
    """Report last that the report could not be written."""
    watch, stream = config.stash.get(_WATCH, None), config.stash.get(_STREAM, None)
    if watch and watch.noticed:
        config.stash[_SESSION].exitstatus = reader.EXIT_CODE
    if stream is None:
        return
    stream.flush()
    if stream.problem:
        with contextlib.suppress(OSError):
            sys.stderr.write(f"standard output cannot be written: {stream.problem}\n")
        session = config.stash[_SESSION]
        session.exitstatus = 3 if session.exitstatus in {0, 1, 5} else session.exitstatus
