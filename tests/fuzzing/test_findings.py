"""What becomes of violations by generated requests: one finding a cause, by its smallest request."""

from __future__ import annotations

import json
from contextlib import nullcontext
from dataclasses import replace
from typing import Any, cast

import pytest

from conformance.fuzzing.asked import read
from conformance.fuzzing.findings import Clusters, Hit
from conformance.fuzzing.judgements import judgements
from conformance.fuzzing.rules import RULES, Rule
from conformance.judge.api import Violation
from conformance.judge.endings import end_of
from conformance.model.exchange import Exchange, NotObserved, Request
from conformance.model.outcome import Outcome
from conformance.reference.faults import all_faults
from conformance.reference.server import ReferenceServer
from tests.support.exchanges import INVOICE_ID, PREFIX, document, exchange, refusal
from tests.support.generating import session_of


def request_of(target: str) -> Request:
    return Request("GET", f"http://example.org{PREFIX}{target}", ())


def failing(parameter: str) -> Rule:
    """Return a rule that a request with this parameter violates."""

    def judge(subject: Exchange, _: object) -> None:
        if subject.answer is None:
            raise NotObserved("nothing")
        if f"{parameter}=" in subject.request.url:
            raise Violation("no such answer", "such an answer", subject)

    return Rule("ERR-011", parameter, judge)


def answered(query: str) -> Exchange:
    return replace(exchange(), request=request_of(f"/invoices/{INVOICE_ID}?{query}"))


class Context:
    """A context without a server."""

    def asked(self, subject: Exchange) -> object:
        return read(subject.request, PREFIX, frozenset({INVOICE_ID}))

    def plainest(self, _: Exchange) -> list[Request]:
        return [request_of(f"/invoices/{INVOICE_ID}")]

    def is_probe(self, _: Request) -> bool:
        return False

    def renew(self, _probes: object, _invoice_id: str) -> None:
        pass


def hits_of(rule: Rule, *queries: str) -> list[Hit]:
    return [
        Hit(rule, answered(query), Violation("no such answer", "such an answer", answered(query))) for query in queries
    ]


def clusters(*, repeats: bool = True) -> Clusters:
    def send(request: Request) -> Exchange:
        return replace(exchange(), request=request if repeats else request_of(f"/invoices/{INVOICE_ID}"))

    return Clusters(send, Context())  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("names", "found"),
    [("reference", False), ("%20reference+", False), ("reference,%20amount-spent", True), ("refer%20ence", True)],
)
def test_blanks_around_a_field_may_be_left_out(names: str, found: bool) -> None:
    (rule,) = (each for each in RULES if each.name == "no_other_fields_of_invoices")
    attributes = {"reference": "23"} if not names.startswith("reference,") else {"reference": "23", "has-pdf": False}
    shown = exchange(body={"data": {"type": "invoices", "id": INVOICE_ID, "attributes": attributes}})
    asked_for = request_of(f"/invoices/{INVOICE_ID}?fields%5Binvoices%5D={names}")
    with pytest.raises(Violation) if found else nullcontext():
        rule.judge(replace(shown, request=asked_for), cast(Any, Context()))


def test_one_cause_is_reported_once_by_its_smallest_request() -> None:
    hits = hits_of(failing("b"), "a=1&b=2,3&c=4", "b=2,3&a=1", "c=1&b=5&d=6&e=7")
    (found,) = clusters().findings(hits)
    assert found.exchange.request.url.endswith("?b=2")
    assert found.count == 3
    assert found.stable
    assert "in 3 generated requests" in found.observed


def test_two_causes_are_distinguished() -> None:
    found = clusters().findings([*hits_of(failing("b"), "a=1&b=2"), *hits_of(failing("c"), "c=1&d=1")])
    assert [finding.exchange.request.url.partition("?")[2] for finding in found] == ["b=2", "c=1"]


def test_what_does_not_repeat_is_called_unstable() -> None:
    (found,) = clusters(repeats=False).findings(hits_of(failing("b"), "a=1&b=2"))
    assert not found.stable
    assert found.observed.startswith("unstable")
    assert found.exchange.request.url.endswith("?a=1&b=2")


@pytest.mark.parametrize(("later", "kept"), [("1.00", True), ("2.00", False)])
def test_a_comparison_is_a_finding_only_while_the_data_stay_the_same(later: str, kept: bool) -> None:
    def showing(amount: str) -> Exchange:
        body = document({"/data/attributes/amount-spent": amount})
        return exchange(headers={"ETag": f'W/"{amount}"'}, body=body)

    def send(request: Request) -> Exchange:
        return replace(showing(later), request=request)

    context: Any = Context()
    (hit,) = hits_of(failing("b"), "b=1")
    compared = replace(hit, compared=(showing("1.00"),))
    assert bool(Clusters(send, context).findings([compared])) is kept
    assert Clusters(send, context).findings([hit])


@pytest.mark.parametrize(
    "later", [refusal(429), refusal(500), exchange(status=None, failure="the connection was closed")]
)
def test_what_shows_no_data_shows_no_change(later: Exchange) -> None:
    def send(request: Request) -> Exchange:
        return replace(later, request=request)

    context: Any = Context()
    (hit,) = hits_of(failing("b"), "b=1")
    assert Clusters(send, context).findings([replace(hit, compared=(exchange(),))])


def test_no_finding_shows_a_credential() -> None:
    with ReferenceServer(faults=[all_faults()["generated-id-nul"]]) as server:
        session = session_of(server)
        found = session.run("getInvoice", "hostile")
        made = judgements(found, "test_generated.py::test_generated[getInvoice-hostile]", "-k x", session.target)
        session.close()
    failed = [judgement for judgement in made if judgement.outcome is Outcome.FAILED]
    assert {judgement.requirement for judgement in failed} == {"ERR-011"}
    text = json.dumps([judgement.to_dict() for judgement in made])
    assert server.token not in text
    assert '\\"Authorization: $INVOICES_AUTH_TOKEN\\"' in text
    assert failed[0].subject == "getInvoice-hostile"


@pytest.mark.parametrize(
    ("answer", "expected"),
    [
        (exchange(request_headers={"Cookie": "utm=100%"}), "Passed"),
        (refusal(400, request_headers={"Cookie": "utm=100%"}), "Passed"),
        (refusal(500, request_headers={"Cookie": "utm=100%"}), "Violation"),
        (exchange(body={"data": None}, request_headers={"DNT": "%"}), "Violation"),
        (refusal(500, request_headers={"X-Other": "%"}), "NotJudged"),
        (refusal(500, request_headers={"Cookie": "utm=100%"}, query="include=account"), "NotJudged"),
    ],
)
def test_an_odd_field_is_compared_with_the_plain_invoice(answer: Exchange, expected: str) -> None:
    class Known(Context):
        def counterpart(self, _probe: str, _invoice_id: str) -> Exchange:
            return exchange()

    (rule,) = (each for each in RULES if each.requirement == "ROB-014")
    assert type(end_of(rule.judge, answer, Known())).__name__ == expected
