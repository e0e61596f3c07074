"""Rate limit and Retry-After, on a clock that the test moves."""

from __future__ import annotations

import threading
from datetime import UTC, datetime, timedelta
from email.utils import format_datetime
from types import SimpleNamespace

import pytest

from conformance.model.exchange import Doubt, Fields, NotObserved
from conformance.observe import rate_limit
from conformance.observe.rate_limit import RateLimit, retry_after
from conformance.plan.steps import Step
from tests.servers.raw import OK, always, answer, raw_server
from tests.support.targets import ITEM, observer_of

NOW = datetime(2026, 1, 1, 12, 0, 0, tzinfo=UTC)


class Clock:
    """Stands still unless somebody waits; ``waits`` are the seconds waited, in order."""

    def __init__(self) -> None:
        """Start at a second that means nothing."""
        self.now = 1000.0
        self.waits: list[float] = []

    def wait(self, seconds: float) -> bool:
        if seconds > 0:
            self.waits.append(round(seconds, 6))
            self.now += seconds
        return False

    def set(self) -> None:
        """The end of a run is of no interest here."""


@pytest.fixture
def clock(monkeypatch: pytest.MonkeyPatch) -> Clock:
    made = Clock()
    monkeypatch.setattr(rate_limit, "time", SimpleNamespace(monotonic=lambda: made.now))
    monkeypatch.setattr(rate_limit, "threading", SimpleNamespace(Lock=threading.Lock, Event=lambda: made))
    return made


def test_requests_are_spaced(clock: Clock) -> None:
    limit = RateLimit(4)
    assert all(limit.acquire() for _ in range(4))
    assert clock.waits == [0.25, 0.25, 0.25]


def test_a_pause_of_the_caller_counts(clock: Clock) -> None:
    limit = RateLimit(2)
    limit.acquire()
    clock.now += 0.4
    limit.acquire()
    clock.now += 10
    limit.acquire()
    assert clock.waits == [0.1]


def test_without_a_limit_nobody_waits(clock: Clock) -> None:
    limit = RateLimit(None)
    assert all(limit.acquire() for _ in range(100))
    assert clock.waits == []


def test_who_holds_lets_everybody_wait_and_overlapping_holds_count_once(clock: Clock) -> None:
    limit = RateLimit(None)
    limit.hold(10)
    clock.now += 4
    limit.hold(10)
    limit.hold(1)
    assert limit.held == 14
    limit.acquire()
    limit.acquire()
    assert clock.waits == [10]


def test_after_the_end_nothing_may_be_sent() -> None:
    limit = RateLimit(0.001)
    assert limit.acquire()
    limit.end()
    assert not limit.acquire()


@pytest.mark.parametrize(
    ("value", "seconds"),
    [
        ("0", 0.0),
        ("120", 120.0),
        (format_datetime(NOW + timedelta(seconds=90), usegmt=True), 90.0),
        (format_datetime(NOW - timedelta(days=1), usegmt=True), 0.0),
        ("soon", None),
        ("-1", None),
        ("1.5", None),
        ("", None),
        ("9" * 400, None),
        ("\xb2", None),
        ("Thu, 01 Jan 99999999999 00:00:00 GMT", None),
        ("Thu, 01 Jan 2026 00:00:00 +9999999999999999", None),
        ("Thu, 01 Jan 2026 00:00:00 -0000", None),
    ],
)
def test_retry_after_is_read(value: str, seconds: float | None) -> None:
    assert retry_after(Fields((("Retry-After", value),)), NOW) == seconds


def test_retry_after_may_be_absent() -> None:
    assert retry_after(Fields(), NOW) is None


def later(status: str, *lines: str) -> bytes:
    return answer(status, b"{}", *lines)


@pytest.mark.parametrize(
    ("answers", "waits", "statuses"),
    [
        ([later("429 Too Many Requests", "Retry-After: 7"), OK], [7], [200, 429]),
        ([later("503 Service Unavailable", "Retry-After: 7"), OK], [7], [200, 503]),
        ([later("429 Too Many Requests"), later("429 Too Many Requests"), OK], [1, 2], [200, 429, 429]),
        ([later("429 Too Many Requests", "Retry-After: 5")], [5, 5], [429, 429, 429]),
        ([later("429 Too Many Requests", "Retry-After: 86400"), OK], [], [429]),
        ([later("503 Service Unavailable"), OK], [1], [200, 503]),
        ([later("503 Service Unavailable")], [1, 2], [503, 503, 503]),
    ],
    ids=["429", "503", "no time given", "never ready", "too long", "503 without a time", "503 for ever"],
)
def test_a_target_that_says_later_is_asked_later(
    clock: Clock, answers: list[bytes], waits: list[float], statuses: list[int]
) -> None:
    with raw_server(always(*answers)) as server:
        observer = observer_of(server.base_url)
        observer.observe([ITEM])
        observer.close()
        assert len(server.requests) == len(statuses)
    assert clock.waits == waits
    assert [exchange.status for exchange in observer.exchanges()] == statuses
    assert observer.record[ITEM].retries == len(waits)


IDS = [f"invoice-{number}" for number in range(10)]


def test_patience_ends(clock: Clock) -> None:
    late = later("429 Too Many Requests", "Retry-After: 60")
    with raw_server(always(*[late, OK] * len(IDS))) as server:
        observer = observer_of(server.base_url, invoice_id=IDS, concurrency="1")
        observer.observe([Step("item", each) for each in IDS])
        observer.close()
    assert sum(clock.waits) == 300


@pytest.mark.parametrize("fields", [["Retry-After: 30"], []], ids=["a time", "no time"])
def test_nothing_is_waited_for_any_more_after_a_minute_of_429(clock: Clock, fields: list[str]) -> None:
    with raw_server(always(OK, later("429 Too Many Requests", *fields))) as server:
        observer = observer_of(server.base_url, invoice_id=IDS, concurrency="1")
        observer.observe([Step("item", each) for each in IDS])
        observer.close()
    assert 60 <= sum(clock.waits) <= 63
    assert len(server.requests) == len(IDS) + len(clock.waits)


def test_a_window_of_a_minute_is_waited_for(clock: Clock) -> None:
    late = later("429 Too Many Requests")
    with raw_server(always(*[late] * 6, OK)) as server:
        observer = observer_of(server.base_url, concurrency="1")
        observer.observe([ITEM])
        observer.close()
    assert clock.waits == [1, 2, 4, 8, 16, 32]
    assert observer.record[ITEM].status == 200


def test_a_target_that_is_unavailable_for_ever_is_not_waited_for_long(clock: Clock) -> None:
    with raw_server(always(later("503 Service Unavailable"))) as server:
        observer = observer_of(server.base_url, invoice_id=IDS, concurrency="1")
        observer.observe([Step("item", each) for each in IDS])
        assert observer.obtain(Step("item", IDS[0])).status == 503
        observer.close()
    assert sum(clock.waits) == 15


def test_requests_that_are_never_served_are_not_waited_for_for_ever(clock: Clock) -> None:
    busy = later("503 Service Unavailable", "Retry-After: 5")
    refused = [busy] * 3
    with raw_server(always(*refused, OK, *refused, OK, *refused, OK, busy)) as server:
        observer = observer_of(server.base_url, invoice_id=IDS, concurrency="1")
        observer.observe([Step("item", each) for each in IDS])
        observer.close()
    assert clock.waits == [5] * 6


def test_waiting_that_helped_is_tried_again(clock: Clock) -> None:
    busy = later("503 Service Unavailable", "Retry-After: 5")
    with raw_server(always(*[busy] * 6, busy, OK, *[busy] * 6)) as server:
        observer = observer_of(server.base_url, invoice_id=IDS[:5], concurrency="1")
        observer.observe([Step("item", each) for each in IDS[:5]])
        observer.close()
    assert clock.waits == [5] * 9


def test_an_overload_that_was_seen_to_pass_is_not_judged(clock: Clock) -> None:
    busy = later("503 Service Unavailable")
    with raw_server(always(busy, OK, busy)) as server:
        observer = observer_of(server.base_url, invoice_id=["a", "b"], concurrency="1")
        assert observer.obtain(Step("item", "a")).status == 200
        with pytest.raises(NotObserved, match="as others were for a time") as unmet:
            observer.obtain(Step("item", "b"))
        assert unmet.value.doubt is Doubt.LIMIT
        observer.close()
    assert len(clock.waits) == 3


def test_the_rate_limit_of_the_settings_holds_for_all_connections(clock: Clock) -> None:
    ids = ["a", "b", "c", "d"]
    with raw_server(always(OK)) as server:
        observer = observer_of(server.base_url, invoice_id=ids, rate_limit="2/s", concurrency="1")
        observer.observe([Step("item", each) for each in ids])
        observer.close()
    assert clock.waits == [0.5, 0.5, 0.5]
