"""A process in a terminal, and a server that goes on as far as it is allowed to."""

from __future__ import annotations

import os
import pty
import re
import subprocess
import threading
from collections.abc import Iterator, Mapping, Sequence
from types import TracebackType
from typing import Self

from conformance.reference.message import Answer, Request
from conformance.reference.server import ReferenceServer
from tests.support.runs import ROOT, WIDTH, without_settings

_CONTROL = re.compile(r"\x1b\[[0-9;?]*[A-Za-z]")
COLOUR = re.compile(r"\x1b\[(?:[0-9;]*;)?(?:3[0-7]|9[0-7])(?:;[0-9;]*)?m")


class Terminal:
    """Runs a command in a pseudo-terminal of 80 columns."""

    def __init__(self, command: Sequence[str], environment: Mapping[str, str]) -> None:
        """Start ``command``."""
        self._end, own = pty.openpty()
        known = {**without_settings(), "TERM": "xterm", "COLUMNS": str(WIDTH), "LINES": "24", **environment}
        for name in {"NO_COLOR", "FORCE_COLOR", "CI", "PY_COLORS"} - environment.keys():
            known.pop(name, None)
        self.process = subprocess.Popen(command, cwd=ROOT, env=known, stdin=own, stdout=own, stderr=own)
        os.close(own)
        self.output = ""

    def __enter__(self) -> Self:
        """Return it."""
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, at: TracebackType | None) -> None:
        """End the process, if that has not happened."""
        self.process.kill()
        self.process.wait()
        os.close(self._end)

    def frames(self) -> Iterator[str]:
        """Yield what is drawn, one line after the other, until the process ends."""
        rest = ""
        while chunk := self._read():
            self.output += chunk
            *whole, rest = re.split(r"[\r\n]+", rest + chunk)
            yield from filter(None, (_CONTROL.sub("", each) for each in whole))
        if rest:
            yield _CONTROL.sub("", rest)
        self.process.wait()

    def _read(self) -> str:
        try:
            return os.read(self._end, 65536).decode("utf-8", errors="replace")
        except OSError:  # Linux, when the other end is closed
            return ""


class Gate:
    """Lets a server answer so many requests and no more."""

    def __init__(self, server: ReferenceServer) -> None:
        """Let none through."""
        self._allowed: float = 0
        self._answered = 0
        self._changed = threading.Condition()
        server.api.request_hooks.append(self._wait)

    def allow(self, requests: float) -> None:
        """Let ``requests`` through in all."""
        with self._changed:
            self._allowed = requests
            self._changed.notify_all()

    def _wait(self, _: Request) -> Answer | None:
        with self._changed:
            self._changed.wait_for(lambda: self._answered < self._allowed, timeout=60)
            self._answered += 1
        return None
