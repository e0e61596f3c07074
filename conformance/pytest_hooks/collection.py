"""pytest hooks of a run's beginning: in which order is judged, and what is sent before the first judgement."""

from __future__ import annotations

import json
import time
from collections.abc import Sequence
from typing import Any

import pytest

from conformance.config import settings
from conformance.pytest_hooks import xdist
from conformance.pytest_hooks.items import (
    checks_of,
    exchange_arguments,
    existing_run,
    invoice_id_of,
    is_generated,
    only_checks,
    requirement_id,
    run_of,
    steps_of,
    write_lines,
)


def pytest_sessionstart(session: pytest.Session) -> None:
    """Read the settings early when checks are what is run, so that a wrong one is the only thing that is said."""
    if not only_checks(session.config):
        return
    run = run_of(session.config)
    if xdist.is_worker(session.config) or xdist.is_controller(session.config):
        return  # each process has a state of its own
    try:
        run.expect_usable_state()
    except settings.SettingError as error:
        raise pytest.UsageError(str(error)) from None


def pytest_itemcollected(item: pytest.Item) -> None:
    """Let ``-k COND-002`` select the checks of a requirement."""
    if name := requirement_id(item):
        item.extra_keyword_matches.add(name)


def pytest_generate_tests(metafunc: pytest.Metafunc) -> None:
    """Run a check once per known invoice when all that it judges is sent for each of them."""
    if not metafunc.definition.get_closest_marker("requirement"):
        return
    from conformance.plan import parameters

    run = run_of(metafunc.config)
    if parameters.for_each_invoice(metafunc.definition._fixtureinfo.argnames):  # noqa: SLF001 - no public way
        metafunc.parametrize("invoice_id", run.target.invoice_ids)


def pytest_deselected(items: Sequence[pytest.Item]) -> None:
    """Count what was not selected: a verdict does not speak of it."""
    if items and (run := existing_run(items[0].config)):
        run.deselected += sum(bool(requirement_id(item) or is_generated(item)) for item in items)


@pytest.hookimpl(trylast=True)
def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Judge what covers the whole record after everything else, and send generated requests after that."""
    from conformance.plan.parameters import record_wide

    whole = {id(item) for item in checks_of(items) if record_wide(exchange_arguments(item))}
    items.sort(key=lambda item: (is_generated(item), id(item) in whole))


@pytest.hookimpl(tryfirst=True)
def pytest_runtestloop(session: pytest.Session) -> bool | None:
    """Send what the selected checks need, before the first one is judged."""
    if xdist.is_controller(session.config):
        return _begin_elsewhere(session.config)
    return _begin(session)


def _begin(session: pytest.Session) -> bool | None:
    checks = list(checks_of(session.items))
    if session.config.option.collectonly or not (checks or any(map(is_generated, session.items))):
        return None
    if session.testsfailed and not session.config.option.continue_on_collection_errors:
        return None  # pytest says what could not be collected, and ends
    run = run_of(session.config)
    if session.config.getoption("plan"):
        from conformance.report import plan

        steps = [
            step
            for check in checks
            for argument in exchange_arguments(check).values()
            for step in argument.steps(run.target, invoice_id_of(check))
        ]
        write_lines(session.config, plan.lines(run.target, steps, aborted=run.abort))
        return True
    started = time.monotonic()
    run.start()
    if xdist.is_worker(session.config):
        return None
    if run.abort:
        write_lines(session.config, [run.abort.message])
        return True
    run.observe(steps_of(run, checks))
    if not run.kept:
        run.seconds = time.monotonic() - started
    return None


def _begin_elsewhere(config: pytest.Config) -> bool | None:
    """Look at the target before several processes do."""
    run = run_of(config)
    run.start()
    if run.abort:
        write_lines(config, [run.abort.message])
        return True
    return None


@pytest.hookimpl(optionalhook=True)
def pytest_configure_node(node: Any) -> None:
    """Tell a process that it shares a sweep."""
    node.workerinput["conformance"] = xdist.is_controller(node.config)


@pytest.hookimpl(optionalhook=True)
def pytest_xdist_make_scheduler(config: pytest.Config, log: Any) -> Any:
    """Keep the checks together."""
    return xdist.scheduler(config, log) if xdist.is_controller(config) else None


@pytest.hookimpl(optionalhook=True)
def pytest_testnodedown(node: Any) -> None:
    """Take over what a process sent and received."""
    told = getattr(node, "workeroutput", {}).get("conformance")
    if told and (run := existing_run(node.config)):
        run.elsewhere.append(json.loads(told))
