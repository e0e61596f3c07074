"""pytest hooks around one check: whether it applies, how often it is judged, and what becomes of its end."""

from __future__ import annotations

import time
from collections.abc import Generator, Mapping
from typing import Any

import pytest

from conformance.pytest_hooks import xdist
from conformance.pytest_hooks.items import (
    checks_of,
    exchange_arguments,
    invoice_id_of,
    missing_capabilities,
    requirement_id,
    run_of,
    steps_of,
)


def pytest_runtest_setup(item: pytest.Item) -> None:
    """A requirement that needs what the target does not have is not applicable."""
    from conformance.judge.outcomes import NotApplicable

    if not requirement_id(item):
        return
    run = run_of(item.config)
    if run.abort:
        pytest.fail(run.abort.message, pytrace=False)
    if xdist.shares_a_sweep(item.config) and not run.observed:
        # All checks are in this process: what they need is sent together, as in a run with one process.
        started = time.monotonic()
        run.observe(steps_of(run, list(checks_of(item.session.items))))
        run.seconds = time.monotonic() - started
    if missing := missing_capabilities(run, item):
        raise NotApplicable(", ".join(missing))


@pytest.hookimpl(wrapper=True)
def pytest_pyfunc_call(pyfuncitem: pytest.Function) -> Generator[None, object, object]:
    """Judge once more on fresh exchanges before a comparison fails: data may change between two requests.

    Then judge the later answers to what is sent several times.
    """
    from conformance.judge import stability
    from conformance.judge.api import Violation
    from conformance.model.exchange import NotObserved

    if not requirement_id(pyfuncitem):
        return (yield)
    run, arguments = run_of(pyfuncitem.config), exchange_arguments(pyfuncitem)
    invoice_id = invoice_id_of(pyfuncitem)
    first: stability.Finding | NotObserved | None = None

    def check(values: Mapping[str, Any]) -> None:
        names = pyfuncitem._fixtureinfo.argnames  # noqa: SLF001
        pyfuncitem.obj(**{name: values.get(name, pyfuncitem.funcargs[name]) for name in names})

    try:
        yield
    except NotObserved as reason:
        first = reason
    except (Violation, AssertionError) as finding:
        first, values = stability.reconsider(run, check, arguments, invoice_id, finding)
        pyfuncitem.funcargs.update(values)
    stability.conclude(run, check, arguments, invoice_id, first)
    return True


@pytest.hookimpl(tryfirst=True)
def pytest_runtest_makereport(item: pytest.Item, call: pytest.CallInfo[None]) -> pytest.TestReport | None:
    """Turn the end of a check into an outcome; what was judged has no traceback, and none is made."""
    name = requirement_id(item)
    if name is None:
        return None
    from conformance.judge import outcomes

    error = call.excinfo.value if call.excinfo else None
    if error is not None and outcomes.is_judged(error):
        call.excinfo = None
    report = pytest.TestReport.from_item_and_call(item, call)
    if error is None and call.when != "call":
        return report
    exchanges = [value for value in getattr(item, "funcargs", {}).values() if outcomes.is_evidence(value)]
    judgement = outcomes.judge((name, item.nodeid), error, exchanges, run_of(item.config), str(report.longrepr))
    outcomes.apply([judgement], report, run_of(item.config))
    item.user_properties += outcomes.properties(report)
    return report


def pytest_report_teststatus(report: pytest.TestReport, config: pytest.Config) -> tuple[str, str, str] | None:
    """Count outcomes under their own names; without -v nothing is printed per check."""
    data = getattr(report, "conformance", None)
    if not isinstance(report, pytest.TestReport) or data is None:
        return None
    outcome = str(data["outcome"])
    shown = config.option.verbose > 0
    return outcome, outcome[0] if shown else "", f"{outcome.upper()} {data['about']}" if shown else ""
