"""What a check gets for its arguments, and what it can do without."""

from __future__ import annotations

from conformance.judge import suite
from conformance.judge.api import requirement
from conformance.judge.evaluate import judge
from conformance.model.exchange import Doubt, Exchange, NotObserved
from conformance.model.outcome import Outcome
from conformance.plan.steps import Step
from conformance.reference.data import DOCUMENTED
from conformance.run import Run
from tests.support.targets import settings_of, target_of

RELATED = Step("related", DOCUMENTED.id)


@requirement("ITEM-001")
def with_or_without(item: Exchange, related: Exchange | None) -> None:
    """Fail with the account, and pass without it."""
    assert related is None, f"the account of {item.probe}"


@requirement("ITEM-001")
def only_with(item: Exchange, related: Exchange) -> None:
    """Need the account."""
    assert item.invoice_id == related.invoice_id


def outcomes(unmet: NotObserved | None) -> list[Outcome]:
    """Return what is judged by a check that can do without the account, and by one that cannot."""
    run = Run(None, settings_of(), dry=False)
    try:
        run.start()
        if unmet is not None:
            run.observer.unbuilt[RELATED] = unmet
        found = [suite.Check.of(function) for function in (with_or_without, only_with)]
        cases = [next(iter(suite.cases_of(check, run.target))) for check in found if check is not None]
        return [judge(run, case).outcome for case in cases]
    finally:
        run.stop()


def test_an_optional_exchange_is_there_when_it_was_answered() -> None:
    assert outcomes(None) == [Outcome.FAILED, Outcome.PASSED]


def test_an_optional_exchange_is_none_where_the_target_does_not_have_it() -> None:
    assert outcomes(NotObserved("no link")) == [Outcome.PASSED, Outcome.NOT_OFFERED]


def test_an_optional_exchange_that_was_lost_is_missed() -> None:
    assert outcomes(NotObserved("lost", doubt=Doubt.LOST)) == [Outcome.INCONCLUSIVE, Outcome.INCONCLUSIVE]


def test_which_parameters_are_optional_is_read_from_their_annotations() -> None:
    check = suite.Check.of(with_or_without)
    assert check is not None
    assert (check.parameters, check.optional) == (("item", "related"), frozenset({"related"}))


def test_a_check_that_does_not_apply_is_one_case() -> None:
    target = target_of()
    absent = [check for check in suite.checks() if not check.applies(target.capabilities)]
    cases = suite.cases(target, absent)
    assert sorted(case.name for case in cases) == sorted(check.name for check in absent)
    assert not any(case.steps(target) for case in cases)
