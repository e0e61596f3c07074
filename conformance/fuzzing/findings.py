"""From violations to findings: each cause once, by its smallest request, and whether it can be repeated."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field, replace

from conformance.fuzzing.asked import Asked, IdForm
from conformance.fuzzing.rules import Context, Rule
from conformance.judge.data_changes import concerns_whole_documents, is_same, shows_data
from conformance.judge.endings import Violation, end_of
from conformance.model.exchange import Exchange, Request
from conformance.plan.field_values import FIELDS
from conformance.reading.classification import is_conditional

# Causes of one violation that are distinguished, and requests that are spent on making one smaller.
_MOST_CAUSES = 5
_MOST_ATTEMPTS = 16
# Violations of one rule that come from data that change, after which it is given up.
_MOST_CHANGING = 3
_VARIABLE = re.compile(r'"[^"]*"|[0-9A-Fa-f]{8}-[0-9A-Fa-f-]{27}|[0-9]+')

Send = Callable[[Request], Exchange]


@dataclass(frozen=True)
class Hit:
    """One violation by one answer; ``compared`` are the answers, it among them, that are compared with each other."""

    rule: Rule
    exchange: Exchange
    violation: Violation
    compared: tuple[Exchange, ...] = ()


@dataclass
class Finding:
    """One cause: its smallest request, how often it was met, and whether a second sending showed it again."""

    rule: Rule
    violation: Violation
    exchange: Exchange
    count: int = 1
    stable: bool = True
    others: list[Exchange] = field(default_factory=list)

    @property
    def observed(self) -> str:
        """What was observed, with the count and the words for what does not repeat."""
        times = f" (in {self.count} generated requests)" if self.count > 1 else ""
        again = "sent again" if self.rule.alone else "compared again"
        chance = "" if self.stable else f"unstable, not seen when {again}: "
        return f"{chance}{self.violation.observed}{times}"


def _without_names(violation: Violation) -> str:
    return _VARIABLE.sub("#", violation.observed)


def _shape(asked: Asked) -> tuple[str, frozenset[str]]:
    usual = asked.id_form in {IdForm.KNOWN, IdForm.SHOWN, IdForm.NONE}
    return "" if usual else asked.id_form.value, frozenset(asked.names())


def _explains(small: Asked, observed: str, large: Asked, also_observed: str) -> bool:
    """Return whether what makes the ``small`` request fail is in the ``large`` one, too.

    A request with nothing special about it explains every other violation of the rule.
    """
    form, names = _shape(small)
    other_form, other_names = _shape(large)
    return not (form or names) or (observed == also_observed and form in {"", other_form} and names <= other_names)


def smaller(request: Request) -> Iterator[Request]:
    """Yield requests that ask for less: without a parameter, with a part of its value, without added header fields."""
    path, question, query = request.url.partition("?")
    pairs = query.split("&") if question else []
    if len(pairs) > 8:
        half = len(pairs) // 2
        yield _with(request, path, pairs[:half])
        yield _with(request, path, pairs[half:])
    for number in range(len(pairs)):
        yield _with(request, path, pairs[:number] + pairs[number + 1 :])
    for number, (name, _) in enumerate(request.headers):
        if name in FIELDS and name.lower() != "content-type":
            yield replace(request, headers=request.headers[:number] + request.headers[number + 1 :])
    if request.header("Content-Type") is not None:
        yield replace(request, headers=tuple(line for line in request.headers if line[0].lower() != "content-type"))
    for number, pair in enumerate(pairs):
        name, equals, value = pair.partition("=")
        parts = value.split(",")
        if len(parts) > 1:
            for cut in (parts[: len(parts) // 2], parts[len(parts) // 2 :]):
                yield _with(request, path, [*pairs[:number], f"{name}{equals}{','.join(cut)}", *pairs[number + 1 :]])


def _with(request: Request, path: str, pairs: Sequence[str]) -> Request:
    return replace(request, url=f"{path}?{'&'.join(pairs)}" if pairs else path)


class Clusters:
    """Makes findings of hits."""

    def __init__(self, send: Send, context: Context) -> None:
        """``send`` sends a request anew."""
        self._send = send
        self._context = context

    def findings(self, hits: Sequence[Hit]) -> list[Finding]:
        """Return a finding for each cause, in the order in which the rules met them."""
        groups: dict[str, list[Hit]] = {}
        for hit in hits:
            groups.setdefault(hit.rule.name, []).append(hit)
        return [finding for group in groups.values() for finding in self._causes(group)]

    def _causes(self, group: list[Hit]) -> Iterator[Finding]:
        waiting = sorted(group, key=lambda hit: (len(hit.exchange.request.target), hit.exchange.request.target))
        causes = changing = 0
        while waiting and causes < _MOST_CAUSES and changing < _MOST_CHANGING:
            hit = waiting.pop(0)
            self._context.renew(hit.rule.counterparts, hit.exchange.invoice_id or "")
            finding = self._minimal(hit)
            if hit.violation.always and not finding.stable:
                # It came by chance, as the fields of one of two servers do.
                continue
            if self._has_changed(hit):
                changing += 1
                continue
            causes += 1
            asked, observed = self._context.asked(finding.exchange), _without_names(finding.violation)
            mine: list[Hit] = []
            rest: list[Hit] = []
            for other in waiting:
                same = _explains(asked, observed, self._context.asked(other.exchange), _without_names(other.violation))
                (mine if same else rest).append(other)
            finding.count = 1 + len(mine)
            finding.others = [other.exchange for other in mine[:4]]
            waiting = rest
            if owner := finding.rule.owner(finding.exchange, self._context):
                finding.rule = replace(finding.rule, requirement=owner)
            if not (finding.rule.borrowed and finding.rule.alone and self._context.is_probe(finding.exchange.request)):
                yield finding
        if waiting and changing < _MOST_CHANGING:
            first = waiting[0]
            yield Finding(first.rule, first.violation, first.exchange, len(waiting))

    def _has_changed(self, hit: Hit) -> bool:
        """Return whether the requests of ``hit`` show other data now: that alone may make the answers differ."""
        if hit.violation.alone:
            return False
        whole = concerns_whole_documents(hit.violation)
        later = (
            (each, self._send(each.request))
            for each in hit.compared
            if shows_data(each) and not is_conditional(each)
            # What alternates from one request to the next differs between two that follow each other.
            for _ in range(2)
        )
        # An error, a limit, or no answer at all shows nothing about the data.
        return any(shows_data(now) and not is_same(each, now, whole=whole) for each, now in later)

    def _minimal(self, hit: Hit) -> Finding:
        finding = Finding(hit.rule, hit.violation, hit.exchange)
        again = self._again(hit.rule, hit.exchange)
        finding.stable = again is not None
        # Waiting for the time limit again and again would take minutes: once must do.
        if again is None or not hit.rule.alone or hit.exchange.answer is None:
            return finding
        finding.violation, finding.exchange = again
        attempts, progress = 0, True
        while progress and attempts < _MOST_ATTEMPTS:
            progress = False
            for request in [*self._context.plainest(finding.exchange), *smaller(finding.exchange.request)]:
                attempts += 1
                if found := self._again(hit.rule, replace(hit.exchange, request=request)):
                    finding.violation, finding.exchange = found
                    progress = True
                    break
                if attempts >= _MOST_ATTEMPTS:
                    break
        return finding

    def _again(self, rule: Rule, exchange: Exchange) -> tuple[Violation, Exchange] | None:
        """Send the request of an exchange and judge the answer; None when nothing is wrong with it."""
        exchange = self._send(exchange.request) if rule.alone else exchange
        ending = end_of(rule.judge, exchange, self._context)
        return (ending, exchange) if isinstance(ending, Violation) else None
