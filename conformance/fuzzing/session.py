"""The generated part of one run: what is generated, sent and judged for each item."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence
from contextlib import suppress
from dataclasses import dataclass, field, replace
from functools import cached_property
from typing import TYPE_CHECKING

from conformance.fuzzing import borrowed, hostile
from conformance.fuzzing.asked import Asked, IdForm, operations, read
from conformance.fuzzing.assess import Assessment
from conformance.fuzzing.findings import Finding
from conformance.fuzzing.rules import RULES, Rule
from conformance.judge.suite import Check
from conformance.model.exchange import Exchange, NotObserved, Request
from conformance.observe.observer import Observer
from conformance.observe.threads import Threads
from conformance.plan.field_values import FIELDS
from conformance.plan.requests import build_request
from conformance.plan.steps import Step

if TYPE_CHECKING:
    from conformance.config.target import Target
    from conformance.fuzzing.engine import Engine, Generated

# Coverage cases per drawn case, hostile ones per drawn case, and the share of all that HEAD gets.
_COVERAGE, _HOSTILE = 6, 5
# After so many requests of an item without an answer, no more are sent: each costs a whole time limit.
_MOST_SILENT = 3
_FOLLOWED = 3
_ABSENT = frozenset({403, 404, 405})
_SHOWN_ID = re.compile(rb'"id"\s*:\s*"([0-9A-Fa-f-]{36})"')


@dataclass
class Tally:
    """What was sent for an item: requests, those meant to fit the document, and how many of these got a 200."""

    sent: int = 0
    positive: int = 0
    served: int = 0


@dataclass
class Outcome:
    """What an item found: requirements that were judged and hold, findings, and what could not be judged."""

    holding: set[str] = field(default_factory=set)
    findings: list[Finding] = field(default_factory=list)
    unseen: dict[str, str] = field(default_factory=dict)
    tally: Tally = field(default_factory=Tally)


class Session:
    """The generated part of a run against one target; a context for rules."""

    def __init__(self, target: Target, seed: int, examples: int) -> None:
        """``examples`` is the depth: the cases that the fuzzing phase draws for an operation."""
        self.target = target
        self.seed = seed
        self.examples = examples
        # Requests and answers of this part stay out of the record that checks of every answer judge.
        self.observer = Observer(target)
        self._asked: dict[Request, Asked] = {}
        # What was sent for a request that the collection redirects to its canonical form, and that request.
        self._redirected: dict[Request, Request] = {}
        self._shown: set[str] = set()
        self._generated: dict[tuple[str, str], list[Generated]] = {}

    @cached_property
    def account_ids(self) -> tuple[str, ...]:
        """The accounts of the known invoices."""
        found = []
        for invoice_id in self.target.invoice_ids:
            try:
                data = self.counterpart("relationship", invoice_id).ok_document.get("data")
            except NotObserved:
                continue
            if isinstance(data, dict) and isinstance(data.get("id"), str):
                found.append(data["id"])
        return tuple(dict.fromkeys(found))

    @cached_property
    def engine(self) -> Engine:
        """schemathesis; it is imported here."""
        from conformance.fuzzing.engine import Engine

        return Engine(self.target.invoice_ids, self.account_ids, self.seed, self.examples)

    @cached_property
    def _known(self) -> frozenset[str]:
        return frozenset(each.lower() for each in (*self.target.invoice_ids, *self.account_ids))

    @cached_property
    def _rules(self) -> list[Rule]:
        return [*borrowed.rules(self.target.capabilities), *RULES]

    @cached_property
    def _comparisons(self) -> list[Check]:
        return borrowed.comparisons(self.target.capabilities)

    # The context of rules.

    def asked(self, exchange: Exchange) -> Asked:
        """Return what the request of ``exchange`` asks for."""
        request = exchange.request
        if request not in self._asked:
            meant = self._redirected.get(request, request)
            asked = read(meant, self.target.request_target(""), self._known, self._shown)
            # What a field that is not asked for may do, the rule on such fields says.
            self._asked[request] = replace(asked, readable=False) if self.further_fields(request) else asked
        return self._asked[request]

    def further_fields(self, request: Request) -> tuple[tuple[str, str], ...]:
        """Return the field lines that a generated request has besides those of every request."""
        names = {name.lower() for name in FIELDS}
        return tuple(line for line in request.headers if line not in self._base.headers and line[0].lower() in names)

    def note(self, exchange: Exchange) -> None:
        """Remember the ids that an answer shows besides those that were asked for: what they name exists."""
        if not exchange.succeeded:
            return
        asked_for = exchange.request.target.lower()
        found = {each.decode().lower() for each in _SHOWN_ID.findall(exchange.body)}
        if new := {each for each in found - self._shown if each not in asked_for}:
            self._shown |= new
            self._asked.clear()

    def counterpart(self, probe: str, invoice_id: str) -> Exchange:
        """Return the answer to a declared probe. Raises NotObserved when there is none."""
        return self.observer.obtain(Step(probe, invoice_id or self.target.invoice_ids[0]))

    def renew(self, probes: Iterable[str], invoice_id: str) -> None:
        """Let declared probes be sent anew when they are wanted next."""
        self.observer.forget(Step(probe, invoice_id or self.target.invoice_ids[0]) for probe in probes)

    def plainest(self, exchange: Exchange) -> list[Request]:
        """Return the request for a known resource without any parameter, unless the exchange is for it already."""
        operation = self.asked(exchange).operation
        if operation is None or exchange.request.headers != self._base.headers:
            return []
        plain = replace(self._plain(operation.name), method=exchange.request.method)
        return [] if plain.url == exchange.request.url else [plain]

    def is_probe(self, request: Request) -> bool:
        """Return whether the checks send and judge this very request."""
        asked = read(request, self.target.request_target(""), self._known)
        named = asked.operation is not None and asked.operation.name in borrowed.PROBED
        plain = asked.id_form is IdForm.KNOWN and asked.id in self.target.invoice_ids and "?" not in request.url
        return named and plain and request.method == "GET" and request.headers == self._base.headers

    def schema_violations(self, operation: str, exchange: Exchange) -> list[str]:
        """Return where and how the answer to an operation contradicts the document."""
        return self.engine.schema_violations(operation, exchange)

    # Sending.

    def send(self, request: Request) -> Exchange:
        """Send a request. Its exchange is called generated and belongs to the invoice that it names."""
        exchange = self.observer.fetch(request)
        if exchange.request.url != request.url:
            self._redirected[exchange.request] = request
        self.note(exchange)
        named = read(request, self.target.request_target(""), self._known)
        invoice_id = named.id.lower() if named.id_form is IdForm.KNOWN else self.target.invoice_ids[0]
        return replace(exchange, probe="generated", invoice_id=invoice_id)

    def _send_all(self, requests: Sequence[Request]) -> list[Exchange]:
        """Send requests, several at a time, until too many get no answer; return the exchanges in their order."""
        width = self.target.settings["concurrency"]
        found: list[Exchange] = []
        with Threads(width) as executor:
            for start in range(0, len(requests), width * 4):
                found += executor.map(self.send, requests[start : start + width * 4])
                if sum(exchange.answer is None for exchange in found) >= _MOST_SILENT:
                    break
        return found

    @cached_property
    def _base(self) -> Request:
        return build_request(Step("item", self.target.invoice_ids[0]), self.target, {})

    def _request(self, made: Generated, method: str) -> Request:
        return replace(
            self._base, method=method, url=self.target.url(made.target), headers=self._base.headers + made.headers
        )

    def _generate(self, operation_id: str, group: str) -> list[Generated]:
        key = (operation_id, group)
        if key not in self._generated:
            self._generated[key] = self.engine.generate(operation_id, group)
        return self._generated[key]

    # Items.

    def run(self, operation_id: str, group: str) -> Outcome:
        """Generate, send and judge what ``group`` has for an operation."""
        outcome = Outcome()
        if not self._offers(operation_id):
            outcome.unseen["GEN-002"] = f"there is no {operations()[operation_id].path}"
            return outcome
        if group == "head":
            return self._heads(operation_id, outcome)
        made = self._made(operation_id, group)
        exchanges = self._send_all([request for request, _ in made])
        self._count(outcome.tally, exchanges, [positive for _, positive in made])
        assessment = self._assessment()
        assessment.judge(exchanges)
        if group == "fuzzing":
            self._follow(exchanges, assessment, outcome.tally)
        return self._conclude(outcome, assessment)

    def _made(self, operation_id: str, group: str) -> list[tuple[Request, bool]]:
        """Return the requests of a group, each with whether it is meant to fit the document."""
        if group == "hostile":
            seeds = [self._request(made, "GET") for made in self._generate(operation_id, "fuzzing")]
            fitting = [request for request in seeds if read(request, self.target.request_target(""), self._known).fits]
            operation = operations()[operation_id]
            broken = hostile.variations(
                operation,
                fitting or [self._plain(operation_id)],
                f"{self.seed} {operation_id}",
                _HOSTILE * self.examples,
            )
            return [(request, False) for request in dict.fromkeys(broken)]
        generated = self._generate(operation_id, group)
        if group == "contract":
            generated = _spread(generated, _COVERAGE * self.examples)
        return [(self._request(made, "GET"), made.positive) for made in generated]

    def _plain(self, operation_id: str) -> Request:
        path = operations()[operation_id].path
        ids = self.account_ids if path.startswith("/accounts") else self.target.invoice_ids
        return replace(self._base, url=self.target.url(path.replace("{id}", ids[0] if ids else "none")))

    def _offers(self, operation_id: str) -> bool:
        """Return whether the target has the URLs of an operation.

        Only the document has accounts by themselves: the documented way to an account is the related link
        of an invoice. A server may not have them, or not for customers.
        """
        path = operations()[operation_id].path
        return not path.startswith("/accounts") or path in self._offered

    @cached_property
    def _offered(self) -> frozenset[str]:
        """The paths of accounts whose plainest request is not answered with 403, 404 or 405."""
        paths = {each.path: each.name for each in operations().values() if each.path.startswith("/accounts")}
        answers = {path: self.send(self._plain(name)) for path, name in paths.items()}
        return frozenset(path for path, each in answers.items() if each.answer is None or each.status not in _ABSENT)

    def _heads(self, operation_id: str, outcome: Outcome) -> Outcome:
        """Judge HEAD by comparing it with GET, for some of the requests that are generated for GET.

        The document gives both the same parameters, so both would get the same.
        """
        get_id = next(name for name, each in operations().items() if each.path == operations()[operation_id].path)
        generated = [*self._generate(get_id, "fuzzing"), *self._generate(get_id, "contract")]
        made = _spread(generated, self.examples)
        heads = self._send_all([self._request(each, "HEAD") for each in made])
        gets = self._send_all([replace(exchange.request, method="GET") for exchange in heads])
        self._count(outcome.tally, heads, [each.positive for each in made])
        outcome.tally.sent += len(gets)
        assessment = self._assessment()
        assessment.judge(heads)
        for head, get in zip(heads, gets, strict=False):
            assessment.compare({"item": get, "item_head": head}, self._comparisons, "GET")
        return self._conclude(outcome, assessment)

    def walk(self, operation_ids: Iterable[str]) -> Outcome:
        """Follow the links of the document and judge all answers."""
        outcome = Outcome()
        exchanges: list[Exchange] = []
        positive: list[bool] = []
        kept: dict[Request, Exchange] = {}

        def respond(made: Generated) -> Exchange:
            request = self._request(made, "GET")
            if request not in kept:
                kept[request] = self.send(request)
                exchanges.append(kept[request])
                positive.append(made.positive)
            return kept[request]

        self.engine.walk(set(filter(self._offers, operation_ids)), max(1, self.examples // 2), respond)
        self._count(outcome.tally, exchanges, positive)
        assessment = self._assessment()
        assessment.judge(exchanges)
        return self._conclude(outcome, assessment)

    @staticmethod
    def _count(tally: Tally, exchanges: Sequence[Exchange], positive: Sequence[bool]) -> None:
        tally.sent += len(exchanges)
        for exchange, fits in zip(exchanges, positive, strict=False):
            tally.positive += fits
            tally.served += fits and exchange.answer is not None and exchange.status == 200

    # Judging.

    def _assessment(self) -> Assessment:
        return Assessment(self._rules, self, self.send)

    def _follow(self, exchanges: Sequence[Exchange], assessment: Assessment, tally: Tally) -> None:
        """Send some answered requests again: as they were, with their entity tag, and without the token."""
        for exchange in self._followed(exchanges):
            request = exchange.request
            answers = {"item": exchange, "item_again": self.send(request)}
            anonymous = tuple(line for line in request.headers if line[0].lower() != "authorization")
            answers["item_without_token"] = self.send(replace(request, headers=anonymous))
            with suppress(NotObserved):
                condition = (*request.headers, ("If-None-Match", exchange.etag))
                answers["item_not_modified"] = self.send(replace(request, headers=condition))
            tally.sent += len(answers) - 1
            assessment.compare(answers, self._comparisons, "follow-up")

    def _followed(self, exchanges: Sequence[Exchange]) -> Iterator[Exchange]:
        """Choose answers with 200 whose requests differ in their parameters, those with most of them first."""
        seen: dict[tuple[str, ...], Exchange] = {}
        for exchange in exchanges:
            if exchange.answer is not None and exchange.status == 200:
                seen.setdefault(self.asked(exchange).names(), exchange)
        yield from sorted(seen.values(), key=lambda each: -len(self.asked(each).names()))[:_FOLLOWED]

    @staticmethod
    def _conclude(outcome: Outcome, assessment: Assessment) -> Outcome:
        outcome.findings = assessment.findings()
        outcome.holding = assessment.holding
        if outcome.tally.positive and not outcome.tally.served:
            outcome.holding.discard("GEN-002")
            outcome.unseen["GEN-002"] = "no generated request was answered with 200"
        return outcome

    def close(self) -> None:
        """Close the connections."""
        self.observer.close()


def _spread(made: list[Generated], most: int) -> list[Generated]:
    """Return at most ``most`` of the requests, evenly spread."""
    if len(made) <= most:
        return made
    return [made[number * len(made) // most] for number in range(most)]
