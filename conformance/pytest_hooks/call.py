"""pytest hooks around one item: what it needs is sent before, and its judgements are reported."""

from __future__ import annotations

import time

import pytest

from conformance.pytest_hooks import outcome, xdist
from conformance.pytest_hooks.check_item import CheckItem
from conformance.pytest_hooks.collection import cases_in
from conformance.pytest_hooks.items import run_of
from conformance.pytest_hooks.judging_item import GeneratingItem, JudgingItem

_PHASES = ("protocol", "setup", "call", "teardown", "makereport")
# The packages whose hooks around an item have nothing to do for a case.
_WITHOUT_PART = frozenset({"_pytest", "conformance", "_hypothesis_pytestplugin"})
_WATCHED: pytest.StashKey[bool] = pytest.StashKey()


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
def pytest_runtest_protocol(item: pytest.Item, nextitem: pytest.Item | None) -> bool | None:
    """Judge a case without what pytest does for fixtures and captured output in each phase: checks have neither.

    The last of several is left to pytest, which then takes down what other items set up. So are all where another
    plugin takes part in the phases.
    """
    if not (isinstance(item, CheckItem) and isinstance(nextitem, CheckItem)):
        return None
    if xdist.is_worker(item.config) or run_of(item.config).abort or item.config.option.setuponly:
        return None
    if _is_watched(item.config):
        return None
    hook = item.ihook
    hook.pytest_runtest_logstart(nodeid=item.nodeid, location=item.location)
    reraise = (KeyboardInterrupt, pytest.exit.Exception)
    call = pytest.CallInfo.from_call(item.runtest, when="call", reraise=reraise)
    hook.pytest_runtest_logreport(report=pytest_runtest_makereport(item, call))
    # pytest ends an item by the report of its teardown.
    hook.pytest_runtest_logreport(report=_teardown(item))
    hook.pytest_runtest_logfinish(nodeid=item.nodeid, location=item.location)
    return True


def _is_watched(config: pytest.Config) -> bool:
    """Return whether another plugin has a hook around items, and so may rely on each phase."""
    if _WATCHED not in config.stash:
        hooks = (getattr(config.hook, f"pytest_runtest_{phase}") for phase in _PHASES)
        modules = {each.function.__module__.partition(".")[0] for hook in hooks for each in hook.get_hookimpls()}
        config.stash[_WATCHED] = not modules <= _WITHOUT_PART
    return config.stash[_WATCHED]


def _teardown(item: CheckItem) -> pytest.TestReport:
    return pytest.TestReport(
        item.nodeid, item.location, {}, "passed", None, "teardown", user_properties=item.user_properties
    )


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
