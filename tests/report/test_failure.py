"""What the block of a finding repeats, and what it does not."""

from __future__ import annotations

from typing import Any

from conformance.model.outcome import Judgement, Outcome
from conformance.model.requirements import registry
from conformance.report import failure


def judged(subject: str, request: str, **more: Any) -> Judgement:
    evidence = {"request": request, "answer": ["HTTP/1.1 200 OK"], **more}
    return Judgement("COND-001", Outcome.FAILED, f"a::{subject}", "", "304", "200 OK", subject, evidence)


def block_of(*judgements: Judgement) -> list[str]:
    return failure.block(registry()["COND-001"], judgements, "pytest -k COND-001")


def test_what_was_shown_is_not_shown_again() -> None:
    lines = block_of(
        judged("test_one", "curl http://a/1", others=["GET /1", "GET /1", "GET /2"]),
        judged("generated", "curl http://a/1", repeat="again"),
        judged("generated", "curl http://a/2", repeat="again"),
        judged("generated", "curl http://a/2", repeat="again"),
    )
    assert lines[lines.index("  same for  GET /1") :] == [
        "  same for  GET /1",
        "            GET /2",
        "            curl http://a/2",
        "  repeat    pytest -k COND-001",
    ]


def test_no_more_than_five_others_are_shown() -> None:
    first = judged("test_one", "curl http://a/0", others=[f"GET /{number}" for number in range(8)])
    lines = block_of(first, *(judged("generated", f"curl http://a/{number}", repeat="r") for number in range(8)))
    assert "            … and 10 more" in lines


def test_what_is_compared_is_not_taken_for_the_same_finding() -> None:
    facts = {"asks": "GET /1", "count": 1, "missing": True}
    lines = block_of(judged("test_one", "curl http://a/1", others=["GET /2"], facts=facts, part="ETag"))
    assert "  compared  GET /2" in lines
    assert "  part      ETag (missing)" in lines
    assert not any("same for" in line for line in lines)


def test_a_documented_fact_is_named_with_its_place() -> None:
    lines = failure.block(registry()["ETAG-001"], [judged("test_one", "curl http://a/1")], "pytest -k ETAG-001")
    shown = " ".join(" ".join(lines).split())
    assert "source Documented example, entity tags (docs/contract.md#etag); RFC 9110, section 8.8.3" in shown
