"""What all tests need."""

from __future__ import annotations

import signal

import pytest


def pytest_configure() -> None:
    """Let processes be interrupted: what a shell runs in the background ignores that, and so would its children."""
    if signal.getsignal(signal.SIGINT) is signal.SIG_IGN:
        signal.signal(signal.SIGINT, signal.default_int_handler)


def pytest_addoption(parser: pytest.Parser) -> None:
    """Declare the option of the proof."""
    parser.addoption("--full", action="store_true", help="judge every fault on real connections, by all checks")
