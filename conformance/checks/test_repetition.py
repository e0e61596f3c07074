"""The same request again and again: the answer does not depend on the time, the connection or the neighbours."""

from __future__ import annotations

from conformance.checks.support import series
from conformance.judge.api import observe_each, require, requirement
from conformance.model.exchange import Exchange


@requirement("ROB-013")
def test_the_same_request_gets_the_same_answer(every_answer: tuple[Exchange, ...]) -> None:
    repeated = series.repeated(every_answer)
    require(repeated, "no request was answered several times")
    findings = {id(exchange): finding for each in repeated for exchange, finding in series.deviations(each)}

    def judge(exchange: Exchange) -> None:
        if finding := findings.get(id(exchange)):
            raise finding

    observe_each([exchange for each in repeated for exchange in each], judge)
