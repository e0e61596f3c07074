"""How the attributes of an invoice fit together, by their names and by the documented totals."""

from __future__ import annotations

from datetime import UTC, datetime
from email.utils import parsedate_to_datetime

from conformance.checks.support import totals
from conformance.checks.support.readings import DIRECTIONS, Reading, judge_each
from conformance.judge.api import requirement
from conformance.model.exchange import Exchange, NotObserved
from conformance.syntax.scalars import shown

# Seconds by which clocks may differ.
_TOLERANCE = 300


@requirement("INV-001")
def test_the_total_is_the_sum_of_its_parts(item: Exchange, item_with_account: Exchange) -> None:
    judge_each((item, item_with_account), [totals.TOTAL], totals.sum_of_parts)


@requirement("INV-002")
def test_successful_calls_are_calls(item: Exchange, item_with_account: Exchange) -> None:
    judge_each((item, item_with_account), DIRECTIONS, totals.successful_calls)


@requirement("INV-003")
def test_the_period_does_not_end_before_it_starts(item: Exchange, item_with_account: Exchange) -> None:
    judge_each((item, item_with_account), ["end-date"], totals.order_of_period)


@requirement("INV-013")
def test_the_period_is_not_empty(item: Exchange, item_with_account: Exchange) -> None:
    def judge(reading: Reading, end: str) -> None:
        reading.expect(reading.time("start-date") != reading.time(end), "another time than start-date", end)

    judge_each((item, item_with_account), ["end-date"], judge)


@requirement("INV-004")
def test_the_first_call_is_not_after_the_last(item: Exchange, item_with_account: Exchange) -> None:
    judge_each((item, item_with_account), DIRECTIONS, totals.order_of_calls)


@requirement("INV-005")
def test_first_and_last_call_are_null_together(item: Exchange, item_with_account: Exchange) -> None:
    def judge(reading: Reading, direction: str) -> None:
        first, last = f"{direction}-first-call-at", f"{direction}-last-call-at"
        together = (reading.time_or_null(first) is None) == (reading.time_or_null(last) is None)
        reading.expect(together, f"null if and only if {first} is", last)

    judge_each((item, item_with_account), DIRECTIONS, judge)


@requirement("INV-006")
def test_call_times_are_null_without_calls(item: Exchange, item_with_account: Exchange) -> None:
    def judge(reading: Reading, direction: str) -> None:
        first = f"{direction}-first-call-at"
        none = reading.time_or_null(first) is None
        if none != (reading.time_or_null(f"{direction}-last-call-at") is None):
            raise NotObserved("first and last call contradict each other")
        calls = reading.counter(f"{direction}-calls-count")
        reading.expect(none == (calls == 0), f"{'a time' if calls else 'null'} with {calls} calls", first)

    judge_each((item, item_with_account), DIRECTIONS, judge)


@requirement("INV-007")
def test_nothing_is_spent_without_calls(item: Exchange, item_with_account: Exchange) -> None:
    def judge(reading: Reading, subject: tuple[str, str]) -> None:
        direction, name = subject
        if reading.counter(f"{direction}-calls-count"):
            raise NotObserved("there are calls")
        value = reading.amount(name) if name.endswith("amount-spent") else reading.counter(name)
        reading.expect(value == 0, "zero without calls", name)

    # That there are no successful calls without calls follows from their order, which is judged apart.
    measures = ("calls-duration", "billing-duration", "amount-spent")
    subjects = [(direction, f"{direction}-{measure}") for direction in DIRECTIONS for measure in measures]
    judge_each((item, item_with_account), subjects, judge)


@requirement("INV-008")
def test_nothing_is_spent_without_services(item: Exchange, item_with_account: Exchange) -> None:
    def judge(reading: Reading, amount: str) -> None:
        if reading.counter("service-transactions-count"):
            raise NotObserved("there are service transactions")
        reading.expect(reading.amount(amount) == 0, "zero without service transactions", amount)

    judge_each((item, item_with_account), ["services-amount-spent"], judge)


@requirement("INV-009")
def test_calls_lie_within_the_period(item: Exchange, item_with_account: Exchange) -> None:
    def judge(reading: Reading, name: str) -> None:
        start, end = reading.time("start-date"), reading.time("end-date")
        if start > end:
            raise NotObserved("nothing lies within that period")
        # The end does not belong to the period, but cutting to milliseconds can make a call equal to it.
        within = start <= reading.time(name) <= end
        period = " to ".join(shown(reading.value(border)) for border in ("start-date", "end-date"))
        reading.expect(within, f"a time in the period {period}", name)

    names = [f"{direction}-{which}-call-at" for direction in DIRECTIONS for which in ("first", "last")]
    judge_each((item, item_with_account), names, judge)


@requirement("INV-010")
def test_the_period_has_ended(item: Exchange, item_with_account: Exchange) -> None:
    def judge(reading: Reading, end: str) -> None:
        now = _now(reading.exchange)
        ended = reading.time(end).seconds <= now.timestamp() + _TOLERANCE
        reading.expect(ended, f"a time before {now:%Y-%m-%dT%H:%M:%SZ}", end)

    judge_each((item, item_with_account), ["end-date"], judge)


def _now(exchange: Exchange) -> datetime:
    """Return the time of an answer by the later of the two clocks, since either may be slow."""
    clocks = [exchange.started] if exchange.started else []
    try:
        date = parsedate_to_datetime(exchange.fields.get("Date") or "")
        clocks.append(date.astimezone(UTC) if date.tzinfo else date.replace(tzinfo=UTC))
    except (ValueError, OverflowError):
        pass
    if not clocks:
        raise NotObserved("the time of the answer is not known")
    return max(clocks)


@requirement("INV-011")
def test_no_duration_without_successful_calls(item: Exchange, item_with_account: Exchange) -> None:
    def judge(reading: Reading, direction: str) -> None:
        if reading.counter(f"{direction}-successful-calls-count"):
            raise NotObserved("there are successful calls")
        if not reading.counter(f"{direction}-calls-count"):
            raise NotObserved("there are no calls at all, which is judged apart")
        name = f"{direction}-calls-duration"
        reading.expect(reading.counter(name) == 0, "zero without successful calls", name)

    judge_each((item, item_with_account), DIRECTIONS, judge)
