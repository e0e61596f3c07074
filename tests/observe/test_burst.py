"""A load: sent last, many requests at once, and nothing of it twice."""

from __future__ import annotations

import threading

import pytest

from conformance.model.exchange import NotObserved
from conformance.plan.steps import steps_for
from tests.servers.raw import OK, Talk, always, answer, raw_server
from tests.support.targets import ITEM, observer_of


def test_a_burst_is_sent_last_all_at_once_and_never_again() -> None:
    waiting: list[bytes] = []
    together = threading.Barrier(20, timeout=10)

    def script(talk: Talk) -> None:
        while head := talk.request():
            if len(waiting) < 20:
                waiting.append(head)
                together.wait()
            talk.send(answer("429 Too Many Requests", b"{}", "Retry-After: 1"))

    with raw_server(script) as server:
        observer = observer_of(server.base_url, enable="load", concurrency="1")
        try:
            steps = steps_for("burst", observer.target)
            observer.observe(steps)
            assert len(server.requests) == len(steps) == observer.sent
            with pytest.raises(NotObserved, match="429"):
                observer.obtain(steps[0])
        finally:
            observer.close()


def test_a_burst_waits_for_everything_else() -> None:
    with raw_server(always(OK)) as server:
        observer = observer_of(server.base_url, enable="load")
        try:
            burst = steps_for("burst", observer.target)
            observer.observe([*burst, ITEM])
            times = [observer.record[step].started for step in (ITEM, *burst)]
            assert times[0]
            assert all(each and each >= times[0] for each in times)
        finally:
            observer.close()
