"""Many requests at once: they are answered as one is, or limited, and in time."""

from __future__ import annotations

import math
import re
from datetime import timedelta
from itertools import pairwise

from conformance.judge.api import Violation, expect, observe_each, require, requirement, status_line
from conformance.judge.preconditions import contents, require_status
from conformance.model.exchange import Exchange

Exchanges = tuple[Exchange, ...]
_SECONDS = re.compile(r"[0-9]+(?:\.[0-9]+)?")


def _require_parallel(burst: Exchanges) -> None:
    """Raise NotObserved when each request of ``burst`` was sent after the answer to the one before it."""
    sent = sorted((each.started, each.elapsed) for each in burst if each.started)
    parallel = any(after < start + timedelta(seconds=elapsed) for (start, elapsed), (after, _) in pairwise(sent))
    require(parallel or len(sent) < 2, "one request followed the other: one at a time, or by --rate-limit")


@requirement("SEC-021")
def test_a_burst_is_survived(item: Exchange, every_burst: Exchanges) -> None:
    require_status(item, 200)
    _require_parallel(every_burst)

    def judge(exchange: Exchange) -> None:
        if exchange.answer is None:
            raise Violation("an answer, or 429", exchange.failure or "none", exchange)
        limited_or_served = exchange.status < 500 or exchange.status == 503
        expect(limited_or_served, "the invoice, 429 or 503", status_line(exchange), exchange)

    observe_each(every_burst, judge)


@requirement("ROB-007")
def test_parallel_requests_get_the_same_invoice(
    item: Exchange, item_again: Exchange, every_item: Exchanges, every_burst: Exchanges
) -> None:
    require_status(item, 200)
    _require_parallel(every_burst)
    served = {each.invoice_id for each in every_item if each.succeeded}
    wanted = contents(item)
    require(contents(item_again) == wanted, "the invoice changes from one request to the next")
    same_tag = item.fields.lines("ETag") == item_again.fields.lines("ETag")

    def judge(exchange: Exchange) -> None:
        # Server errors, and no answer at all, are the finding of SEC-021.
        require(exchange.status < 500, "a server error")
        require(exchange.invoice_id in served, "an invoice that is not served alone either")
        expect(exchange.status == 200, "the invoice, or 429", status_line(exchange), exchange)
        if exchange.invoice_id != item.invoice_id:
            # It was asked for once only before, and may have changed; it cannot have become another one.
            number = str(exchange.resource.get("id"))
            same = number.lower() == str(exchange.invoice_id).lower()
            expect(same, f"invoice {exchange.invoice_id}", f"invoice {number}", exchange, part="/data/id")
            return
        expect(contents(exchange) == wanted, "the same invoice as alone", "other contents", exchange)
        if same_tag:
            tags, usual = exchange.fields.lines("ETag"), item.fields.lines("ETag")
            expect(tags == usual, ", ".join(usual) or "no ETag", ", ".join(tags), exchange, part="ETag")

    observe_each(every_burst, judge)


def _usual_longest(seconds: list[float]) -> float:
    """Return what 95 of 100 values do not exceed."""
    return sorted(seconds)[math.ceil(0.95 * len(seconds)) - 1]


@requirement("ROB-012")
def test_parallel_requests_are_answered_in_time(every_burst: Exchanges, max_latency: float) -> None:
    _require_parallel(every_burst)
    answered = [exchange for exchange in every_burst if exchange.answer and exchange.status == 200]
    require(answered, "no request was answered with 200")
    last = answered[-1]
    limit = f"at most {max_latency:g} s for 95 of 100 requests"
    measured = _usual_longest([exchange.elapsed for exchange in answered])
    expect(measured <= max_latency, limit, f"{measured:.3f} s", last)
    runtimes = [exchange.fields.get("X-Runtime") or "" for exchange in answered]
    seconds = [float(value) for value in runtimes if _SECONDS.fullmatch(value)]
    if seconds:
        runtime = _usual_longest(seconds)
        expect(runtime <= max_latency, limit, f"X-Runtime {runtime:.3f} s", last, part="X-Runtime")
