"""What is noted of the parts that checks read says where they end in the same way."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from conformance.judge.endings import NotJudged, Violation
from conformance.judge.evaluate import evaluate
from conformance.judge.suite import Case
from conformance.judge.values import values_of
from conformance.model.exchange import Exchange, NotObserved
from conformance.plan.steps import Step
from conformance.run import Run
from tests.support import detection
from tests.support.changes import altered
from tests.support.clean import clean
from tests.support.exchanges import exchange
from tests.support.reads import PARTS, Reader

STEP = Step("item", "")


def _end(run: Run, case: Case) -> tuple[object, ...]:
    try:
        ending = evaluate(case.check, values_of(run, case))
    except NotObserved as reason:
        return type(reason), str(reason)
    if isinstance(ending, Violation):
        return Violation, ending.expected, ending.observed
    return (ending,) if isinstance(ending, NotJudged) else (type(ending),)


def test_checks_end_alike_where_it_is_noted_what_they_read() -> None:
    known = clean(frozenset({"contested"}))
    noting, _ = known.reader
    plain = detection.run_against(known.server, known.capabilities)
    plain.start(known.record, known.unbuilt)
    plain.stop()
    ends = {case.id: _end(plain, case) for case in known.cases}
    assert {case.id: _end(noting, case) for case in known.cases} == ends
    assert len(set(ends.values())) > 2


@pytest.mark.parametrize(
    ("read", "differs"),
    [
        (lambda each: each.body, {"body"}),
        (lambda each: each.json, {"body"}),
        (lambda each: each.fields.get("ETag"), {"etag"}),
        (lambda each: each.fields.lines("Vary"), set()),
        (lambda each: list(each.fields), {"etag"}),
        (lambda each: each.media_type, set()),
        (lambda each: each.status, set()),
    ],
)
def test_only_what_is_read_makes_a_difference(read: Callable[[Exchange], object], differs: set[str]) -> None:
    one = exchange()
    reader = Reader({STEP: one})
    read(reader.record[STEP])
    parts = reader.parts([STEP])[STEP]
    changes = {
        "body": altered(one, body=b"[]"),
        "etag": altered(one, headers={"ETag": '"other"'}),
    }
    assert {name for name, other in changes.items() if PARTS.differing(one, other, parts)} == differs
    assert PARTS.differing(one, altered(one, status=404), parts)
