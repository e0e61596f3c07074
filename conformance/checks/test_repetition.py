"""The same request again and again: the answer does not depend on the time, the connection or the neighbours."""

from __future__ import annotations

from conformance.checks.support import series
from conformance.judge.api import expect, observe_each, require, requirement
from conformance.model.exchange import Exchange
from conformance.reading.classification import is_of_gateway, may_be_cut_off

# A network loses a connection now and then.
_FEW, _SHARE = 3, 100


@requirement("ROB-013")
def test_the_same_request_gets_the_same_answer(every_answer: tuple[Exchange, ...]) -> None:
    repeated = series.repeated(every_answer)
    require(repeated, "no request was answered several times")
    findings = {id(exchange): finding for each in repeated for exchange, finding in series.deviations(each)}

    def judge(exchange: Exchange) -> None:
        if finding := findings.get(id(exchange)):
            raise finding

    observe_each([exchange for each in repeated for exchange in each], judge)


@requirement("ROB-017")
def test_requests_are_answered_when_they_are_sent_first(every_exchange: tuple[Exchange, ...]) -> None:
    answered = {_sent(each) for each in every_exchange if each.answer is not None and each.retries}
    broken = [each for each in every_exchange if _is_broken(each) and not each.retries and _sent(each) in answered]
    require(broken, "nothing was lost")
    few = len(broken) < _FEW or len(broken) * _SHARE < len(every_exchange)
    observed = f"{len(broken)} of {len(every_exchange)} requests were answered only when they were sent again"
    expect(few, "an answer to each request", observed, broken[0])


def _sent(exchange: Exchange) -> tuple[str, str | None, int]:
    return exchange.probe, exchange.invoice_id, exchange.round


def _is_broken(exchange: Exchange) -> bool:
    """Return whether there was no answer, or a gateway's, without a reason in the request."""
    return (exchange.lost and not may_be_cut_off(exchange)) or is_of_gateway(exchange)
