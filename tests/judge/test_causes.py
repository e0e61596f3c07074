"""Causes: what one change would cure is one, and the gravest comes first."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from conformance.judge.causes import Cause, Weight, causes
from conformance.judge.facts import Facts
from conformance.model.outcome import Judgement, Outcome
from conformance.reference.app import Api
from conformance.reference.faults import all_faults
from conformance.reference.message import Answer, Problem, Request
from conformance.reference.server import ReferenceServer
from tests.support import detection
from tests.support.instant import answering

CAPABILITIES = frozenset({"collection", "second-customer", "signing-key"})
ITEM = "/api/rest/customer/v1/invoices/{id}"


def finding(name: str, outcome: Outcome = Outcome.FAILED, **named: Any) -> Judgement:
    """Return a finding; what is named beside ``observed`` and ``part`` are its facts."""
    observed, part = str(named.pop("observed", "that")), named.pop("part", None)
    made = Facts(**{"method": "GET", "resource": ITEM, "asks": f"GET {ITEM}", "status": 200, **named})
    return Judgement(name, outcome, name, observed=observed, evidence={"facts": made.to_dict(), "part": part})


def status(name: str, got: int, wanted: str, asks: str, **named: Any) -> Judgement:
    """Return a finding about a status."""
    return finding(name, status=got, of_status=True, wanted=(wanted,), asks=asks, **named)


def ids(found: list[Cause]) -> list[list[str]]:
    return [each.ids for each in found]


def test_the_same_wrong_status_in_place_of_the_same_right_one_is_one_cause() -> None:
    one = status("QRY-001", 403, "400", "GET /a?foo=1", parameters=("foo",))
    two = status("INCL-004", 403, "400", "GET /a?include=x", parameters=("include",))
    other = status("NEGO-006", 403, "406", "GET /a", fields=("Accept",))
    found = causes([one, two, other])
    assert ids(found) == [["QRY-001", "INCL-004"], ["NEGO-006"]]
    assert found[0].headline == "403 where 400 belongs, on 2 kinds of bad query"
    assert found[0].requests == ["GET /a?foo=1", "GET /a?include=x"]
    assert found[0].answers == 2


def test_a_status_in_place_of_the_usual_answer_is_named() -> None:
    """Of two findings with one cause the simpler one names the cause: it demands what another request gets."""
    usual = finding("HTTP-029", status=406, of_status=True, asks="GET /a", fields=("Accept",))
    (cause,) = causes([status("HTTP-029", 406, "200", "GET /a?b=c", fields=("Accept",)), usual])
    assert cause.headline == "406 where the usual answer belongs, on 2 kinds of Accept"


def test_a_parameter_that_is_ignored_is_one_cause_and_another_one_another() -> None:
    found = causes(
        [
            status("SORT-003", 200, "400", "GET /a?sort=x", parameters=("sort",)),
            status("QRY-004", 200, "400", "GET /a?sort[]=x", parameters=("sort",)),
            status("INCL-004", 200, "400", "GET /a?include=x", parameters=("include",)),
        ]
    )
    assert sorted(ids(found)) == [["INCL-004"], ["SORT-003", "QRY-004"]]


def test_a_field_that_is_missing_is_one_cause_and_one_that_is_malformed_another() -> None:
    found = causes(
        [
            finding("ETAG-001", part="ETag", missing=True),
            finding("ETAG-005", part="ETag", missing=True),
            finding("ETAG-004", part="ETag", observed="no quotes"),
        ]
    )
    assert ids(found) == [["ETAG-001", "ETAG-005"], ["ETAG-004"]]
    assert [each.headline for each in found] == [
        "ETag is missing, in 2 answers",
        "ETag is not as required, in 1 answer",
    ]


def test_a_member_is_one_cause_whether_its_resource_is_asked_for_or_included() -> None:
    parts = ("/data/attributes/balance", "/included/0/attributes/balance")
    assert ids(causes([finding("RELD-010", part=part) for part in parts])) == [["RELD-010"]]


def test_conditions_that_are_looked_at_too_early_are_one_cause() -> None:
    refusals = [status("COND-013", 304, wanted, f"GET /{wanted}") for wanted in ("400", "401", "406")]
    assert ids(causes(refusals)) == [["COND-013"]]


def test_an_answer_that_took_too_long_is_not_called_none() -> None:
    def unanswered(observed: str) -> Judgement:
        return finding("HTTP-028", Outcome.WARNED, observed=observed, status=None, of_status=True)

    slow = unanswered("no complete answer within the time limit (and 2 more of 9 answers)")
    assert causes([slow])[0].headline == "no complete answer within the time limit"
    assert causes([slow, unanswered("the connection was closed")])[0].headline == "no answer"


def test_a_resource_that_is_absent_is_one_cause_for_all_that_it_is_asked() -> None:
    path = f"{ITEM}/account"
    plain = status("RELD-001", 404, "200", f"GET {path}", resource=path)
    with_fields = status("RELD-003", 404, "200", f"GET {path}?fields=x", resource=path, parameters=("fields",))
    assert ids(causes([plain, with_fields])) == [["RELD-001", "RELD-003"]]


def test_an_invoice_that_is_listed_in_vain_is_not_a_resource_that_is_absent() -> None:
    listed = status("COLL-009", 404, "200", f"GET {ITEM}", why="it is in the collection")
    assert causes([listed])[0].headline == "404 where 200 belongs: it is in the collection"


def test_a_field_that_is_misread_is_one_cause() -> None:
    names = ["COND-002", "COND-003", "HTTP-029"]
    found = causes([status(name, 200, "304", f"GET /{name}", fields=("If-None-Match",)) for name in names])
    assert ids(found) == [["COND-002", "COND-003", "HTTP-029"]]
    assert found[0].headline == "200 where 304 belongs, on 3 kinds of If-None-Match"
    beside = status("COND-009", 200, "304", "GET /", fields=("If-Modified-Since", "If-None-Match"))
    assert len(causes([*found[0].findings, beside])) == 2


def test_sparse_fieldsets_that_are_ignored_are_one_cause_whatever_they_are_of() -> None:
    found = causes(
        [
            finding("FLDS-001", part="/data", parameters=("fields",), asks="GET /a?fields[invoices]=x"),
            finding("GEN-003", part="/included/0", parameters=("fields",), asks="GET /a?fields[accounts]=x"),
            finding("RELD-007", part="/data", parameters=("fields",), asks="GET /b?fields[accounts]=x"),
            status("RELD-007", 200, "400", "GET /b?include=x", parameters=("include",)),
        ]
    )
    assert sorted(ids(found)) == [["RELD-007"], ["RELD-007", "FLDS-001", "GEN-003"]]
    assert "fields does not decide which fields are shown, on 3 kinds of request" in {each.headline for each in found}


@pytest.mark.parametrize(("wrong", "number"), [(1, 2), (8, 1)])
def test_orders_that_are_not_kept_are_one_cause_with_bad_ones_where_they_are_many(wrong: int, number: int) -> None:
    bad = status("SORT-003", 200, "400", "GET /?sort=nosuch", parameters=("sort",))
    orders = [finding("SORT-001", part="/data", parameters=("sort",), asks=f"GET /?sort={n}") for n in range(wrong)]
    found = causes([bad, *orders])
    assert len(found) == number
    if number == 1:
        assert found[0].headline == "sort is ignored, on 9 kinds of request"


def test_errors_in_another_form_are_one_cause() -> None:
    found = causes([finding("ERR-014"), finding("ERR-008", Outcome.WARNED)])
    assert ids(found) == [["ERR-014", "ERR-008"]]
    assert [each.ids for each in causes([finding("ERR-008", Outcome.WARNED)])] == [["ERR-008"]]


def test_a_field_that_is_missing_shows_nothing_to_anybody() -> None:
    lacking = [finding(name, part="Cache-Control", missing=True) for name in ("CACHE-001", "CACHE-003")]
    (cause,) = causes(lacking)
    assert cause.weight is Weight.CONTRACT
    (public,) = causes([finding("CACHE-003", part="Cache-Control", observed="public")])
    assert public.weight is Weight.EXPOSURE


def test_many_tokens_that_are_accepted_are_one_cause() -> None:
    names = ["JWT-003", "JWT-005", "JWT-006", "JWT-007"]
    found = causes([status(name, 200, "401", f"GET /{name}", fields=("Authorization",)) for name in names])
    assert ids(found) == [names]
    assert found[0].weight is Weight.EXPOSURE
    few = causes([status(name, 200, "401", f"GET /{name}", fields=("Authorization",)) for name in names[:2]])
    assert len(few) == 2


def test_the_gravest_comes_first() -> None:
    found = causes(
        [
            finding("SEC-003", Outcome.WARNED, part="X-Powered-By"),
            finding("HTTP-008", part="Allow", missing=True),
            finding("ITEM-001", part="/data/type"),
            status("ERR-011", 500, "4xx", "GET /b"),
            status("SEC-004", 200, "404", "GET /c"),
        ]
    )
    assert [each.ids[0] for each in found] == ["SEC-004", "ERR-011", "ITEM-001", "HTTP-008", "SEC-003"]


def test_each_finding_is_in_one_cause_and_nothing_else_is() -> None:
    every = [finding("ETAG-001", outcome, part=f"/{outcome}") for outcome in Outcome]
    found = causes(every)
    assert [one.outcome for each in found for one in each.findings] == [
        Outcome.FAILED,
        Outcome.WARNED,
        Outcome.NOTED,
    ]


def test_what_is_known_of_a_requirement_alone_joins_its_cause() -> None:
    generated = Judgement("ETAG-001", Outcome.FAILED, "generated", evidence={"repeat": "-k x"})
    found = causes([generated, finding("ETAG-001", part="ETag", missing=True)])
    assert len(found) == 1
    assert found[0].shown.evidence["part"] == "ETag"


# Whole servers.


def without_head(api: Api) -> None:
    def refuse(request: Request) -> Answer | None:
        if request.method != "HEAD":
            return None
        refused = Answer(405, [("Allow", "GET, OPTIONS")], b"")
        refused.headers += [("Cache-Control", "no-store"), ("X-Content-Type-Options", "nosniff")]
        return refused

    api.request_hooks.append(refuse)


def forbidding(api: Api) -> None:
    """Answer 403 where 400 belongs."""

    def parse(original: Callable[..., Any], *given: Any) -> Any:
        try:
            return original(*given)
        except Problem as problem:
            if problem.status == 400:
                problem.status = 403
            raise

    api.replace("parse_query", parse)


def judged(server: ReferenceServer) -> list[Judgement]:
    given = detection.settings_for(server, CAPABILITIES)
    return detection.judge_target(server.base_url, {**given, "invoice_id": given["invoice_id"][:1]})


@pytest.mark.parametrize(
    ("wrong", "headline"),
    [
        pytest.param(without_head, "HEAD is refused with 405", id="no HEAD"),
        pytest.param(forbidding, "403 where 400 belongs, on ", id="403 for every bad query"),
    ],
)
def test_a_server_with_one_mistake_has_one_cause(wrong: Callable[[Api], None], headline: str) -> None:
    with ReferenceServer() as server, answering(server.api):
        wrong(server.api)
        found = causes(judged(server))
    grave = [each for each in found if each.outcome is Outcome.FAILED]
    assert [each.headline[: len(headline)] for each in grave] == [headline], [each.headline for each in grave]


def test_a_fault_of_many_answers_is_one_cause() -> None:
    with ReferenceServer(faults=[all_faults()["auth-no-challenge"]]) as server, answering(server.api):
        found = causes(judged(server))
    assert len(found) == 1, [each.headline for each in found]
    assert found[0].answers > 10
