"""What all tests need."""

from __future__ import annotations

import signal


def pytest_configure() -> None:
    """Let processes be interrupted: what a shell runs in the background ignores that, and so would its children."""
    if signal.getsignal(signal.SIGINT) is signal.SIG_IGN:
        signal.signal(signal.SIGINT, signal.default_int_handler)
