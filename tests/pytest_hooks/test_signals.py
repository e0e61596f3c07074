"""Requests from outside to end a run that is at its end."""

from __future__ import annotations

import signal

import pytest

from conformance.pytest_hooks import signals


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
def test_one_interrupt_does_not_hinder_what_is_written_last(number: signal.Signals) -> None:
    def interrupt(*_: object) -> None:
        raise KeyboardInterrupt

    before = signal.signal(number, interrupt)
    try:
        with signals.first_one_left_alone():
            signal.raise_signal(number)
            with pytest.raises(KeyboardInterrupt):
                signal.raise_signal(number)
        assert signal.getsignal(number) is interrupt
    finally:
        signal.signal(number, before)
