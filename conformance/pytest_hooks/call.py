"""pytest hooks around one item: what it needs is sent before, and its judgements are reported."""

from __future__ import annotations

import time

import pytest

from conformance.pytest_hooks import outcome, xdist
from conformance.pytest_hooks.check_item import CheckItem
from conformance.pytest_hooks.collection import cases_in
from conformance.pytest_hooks.items import run_of
from conformance.pytest_hooks.judging_item import GeneratingItem, JudgingItem


def pytest_runtest_setup(item: pytest.Item) -> None:
    """Send what the checks need before the first of them, where one process of several has them."""
    if not isinstance(item, CheckItem):
        return
    run = run_of(item.config)
    if xdist.shares_a_sweep(item.config) and not run.observed and not run.abort:
        from conformance.judge.suite import needed

        started = time.monotonic()
        run.observe(needed(run.target, cases_in(item.session.items)))
        run.seconds = time.monotonic() - started


@pytest.hookimpl(tryfirst=True)
def pytest_runtest_makereport(item: pytest.Item, call: pytest.CallInfo[None]) -> pytest.TestReport | None:
    """Report the judgements of an item; an exception is an error of the suite."""
    if not isinstance(item, JudgingItem):
        return None
    from conformance.model.outcome import Judgement, Outcome

    report = pytest.TestReport.from_item_and_call(item, call)
    if call.excinfo is not None:
        run = run_of(item.config)
        reason = run.target.redactor.text(str(report.longrepr))
        outcome.apply([Judgement(item.requirement, Outcome.ERROR, item.nodeid, reason=reason)], report, run)
    elif call.when == "call":
        item.report(report)
    if data := getattr(report, "conformance", None):
        if isinstance(item, GeneratingItem):
            data["item"] = item.name
        item.user_properties += outcome.properties(report)
    return report


def pytest_report_teststatus(report: pytest.TestReport, config: pytest.Config) -> tuple[str, str, str] | None:
    """Count outcomes under their own names; without -v nothing is printed per check."""
    data = getattr(report, "conformance", None)
    if not isinstance(report, pytest.TestReport) or data is None:
        return None
    found = str(data["outcome"])
    shown = config.option.verbose > 0
    return found, found[0] if shown else "", f"{found.upper()} {data['about']}" if shown else ""
