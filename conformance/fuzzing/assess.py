"""The judgement of the answers that one item received, by all rules that fit the target."""

from __future__ import annotations

import itertools
from collections.abc import Callable, Sequence
from dataclasses import replace

from conformance.fuzzing.asked import Asked
from conformance.fuzzing.findings import Clusters, Finding, Hit, Send
from conformance.fuzzing.rules import Context, Rule
from conformance.judge.endings import Passed, Violation, end_of
from conformance.judge.suite import Check
from conformance.model.exchange import Exchange

# How often what may differ by chance has to differ.
_SIDES = 4


class Assessment:
    """Collects which requirements hold and what violates the others."""

    def __init__(self, rules: Sequence[Rule], context: Context, send: Send) -> None:
        """``send`` sends a request anew, to see whether a violation repeats."""
        self.holding: set[str] = set()
        self._hits: list[Hit] = []
        self._rules = sorted(rules, key=lambda rule: rule.last)
        self._context = context
        self._send = send

    def judge(self, exchanges: Sequence[Exchange]) -> None:
        """Judge each answer, and what several of them show together."""
        # Most rules are about few of the requests, and many about the same ones.
        fitting: dict[Callable[[Asked], bool], list[Exchange]] = {}
        for rule in self._rules:
            reported = {id(hit.exchange) for hit in self._hits}
            subjects = [exchange for exchange in exchanges if not (rule.last and id(exchange) in reported)]
            if rule.together is not None and subjects:
                self._hits += self._judge_together(rule, subjects)
            elif rule.fits is not None:
                if rule.fits not in fitting:
                    fitting[rule.fits] = self._fitting(rule.fits, exchanges)
                self._hits += self._judge_each(rule, fitting[rule.fits])
            else:
                self._hits += self._judge_each(rule, subjects)

    def _fitting(self, fits: Callable[[Asked], bool], exchanges: Sequence[Exchange]) -> list[Exchange]:
        return [each for each in exchanges if each.request.method == "GET" and fits(self._context.asked(each))]

    def _judge_together(self, rule: Rule, exchanges: Sequence[Exchange]) -> list[Hit]:
        assert rule.together is not None
        ending = end_of(rule.together, tuple(exchanges), self._context)
        if isinstance(ending, Violation):
            return self._judge_each(rule, exchanges) or self._between(rule, exchanges, ending)
        if isinstance(ending, Passed):
            self.holding.add(rule.requirement)
        return []

    def _judge_each(self, rule: Rule, exchanges: Sequence[Exchange]) -> list[Hit]:
        hits = []
        for exchange in exchanges:
            ending = end_of(rule.judge, exchange, self._context)
            if isinstance(ending, Passed):
                self.holding.add(rule.requirement)
            elif isinstance(ending, Violation) and _is_about(ending, exchange):
                hits.append(Hit(rule, exchange, ending, self._compared(rule, exchange)))
        return hits

    def _compared(self, rule: Rule, exchange: Exchange) -> tuple[Exchange, ...]:
        counterparts = (self._context.counterpart(name, exchange.invoice_id or "") for name in rule.counterparts)
        return (exchange, *counterparts) if rule.counterparts else ()

    def _between(self, rule: Rule, exchanges: Sequence[Exchange], whole: Violation) -> list[Hit]:
        """Return the hit of a violation that several answers show only together."""
        requests = [exchange.request for exchange in exchanges]
        if whole.exchange is None or whole.exchange.request not in requests:
            return []
        concerned = [whole.exchange, *whole.others] if whole.others else list(exchanges)

        def judge(_: Exchange, context: Context) -> None:
            assert rule.together is not None
            rule.together(tuple(self._send(exchange.request) for exchange in concerned), context)

        return [Hit(replace(rule, judge=judge, together=None, alone=False), whole.exchange, whole, tuple(concerned))]

    def compare(self, answers: dict[str, Exchange], checks: Sequence[Check], name: str) -> None:
        """Judge by the checks that compare an answer with other ones to the same URL; ``name`` is the occasion."""
        for check in checks:
            if not set(check.parameters) <= set(answers):
                continue
            values = {role: replace(answers[role], probe=role) for role in check.parameters}
            ending = end_of(check.function, **values)
            if isinstance(ending, Passed):
                self.holding.add(check.requirement)
            elif isinstance(ending, Violation):
                subject = ending.exchange or answers["item"]
                again = self._repeated(check, answers, _SIDES if ending.always else 1)
                rule = Rule(check.requirement, f"{check.name}[{name}]", again, alone=False)
                self._hits.append(Hit(rule, subject, ending, tuple(answers.values())))

    def _repeated(self, check: Check, answers: dict[str, Exchange], times: int) -> Callable[[Exchange, Context], None]:
        """Return the judgement that sends each request of a comparison again, so many ``times``.

        Whichever of the answers are compared, they have to differ: what comes from two servers in rotation has no
        other difference.
        """

        def judge(_: Exchange, __: Context) -> None:
            sides = [
                [replace(self._send(answers[role].request), probe=role) for _number in range(times)]
                for role in check.parameters
            ]
            endings = [
                end_of(check.function, **dict(zip(check.parameters, chosen, strict=True)))
                for chosen in itertools.product(*sides)
            ]
            violations = [ending for ending in endings if isinstance(ending, Violation)]
            if len(violations) == len(endings):
                raise violations[0]

        return judge

    def findings(self) -> list[Finding]:
        """Return what violates a requirement, each cause once; such a requirement does not hold."""
        found = Clusters(self._send, self._context).findings(self._hits)
        self.holding -= {finding.rule.requirement for finding in found}
        return found


def _is_about(violation: Violation, exchange: Exchange) -> bool:
    """Return whether ``exchange`` itself is wrong: what is wrong with its counterpart is the finding of a check."""
    return violation.exchange is None or violation.exchange.request == exchange.request
