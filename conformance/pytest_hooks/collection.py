"""pytest hooks of a run's beginning: in which order is judged, and what is sent before the first judgement."""

from __future__ import annotations

import inspect
import json
import re
import time
from collections.abc import Iterable, Sequence
from typing import TYPE_CHECKING, Any

import pytest

from conformance.config import settings
from conformance.config.sources import suggestion
from conformance.model.requirements import registry
from conformance.pytest_hooks import check_item, generated_item, options, progress, sweep_item, xdist
from conformance.pytest_hooks.check_item import CheckItem
from conformance.pytest_hooks.items import existing_run, only_checks, run_of, write_lines
from conformance.pytest_hooks.judging_item import GeneratingItem, JudgingItem
from conformance.pytest_hooks.refusal import refuse

if TYPE_CHECKING:
    from conformance.judge.suite import Case
    from conformance.run import Run

_TOO_SHORT = "note        {} has a value under 12 characters: too short to be looked for in reports"
# What makes the items of a function, by its first parameter.
_GENERATING = {"session": generated_item.items_of, "sweep": sweep_item.items_of}


def hold_states(config: pytest.Config, run: Run) -> None:
    """Open the files for the state of the sweep, so that no other run has them meanwhile.

    The files of several processes are only checked: each process opens its own.

    Raises SettingError when one is another sweep's, or not a state, or in use.
    """
    values = run.settings
    if run.dry or run.kept or values["sweep"] is None or not values["sweep-state"] or xdist.is_worker(config):
        return
    from conformance.sweep.session import identity
    from conformance.sweep.state import State

    for part, path in sweep_item.state_files(config, values):
        sample = sweep_item.sample_of(config, values, part)
        state = State(path, identity(run.target, sample, values["fuzz-seed"], part))
        if xdist.is_controller(config):
            state.close()
        else:
            config.stash[sweep_item.HELD] = state
            config.add_cleanup(state.close)


def pytest_sessionstart(session: pytest.Session) -> None:
    """Read the settings early when checks are what is run, so that a wrong one is the only thing that is reported."""
    config = session.config
    if not only_checks(config):
        return
    if (message := options.unknown_key(config)) and not xdist.is_worker(config):
        raise refuse(config, message)
    try:
        hold_states(config, run_of(config))
    except (settings.SettingError, pytest.UsageError) as error:
        raise refuse(config, str(error)) from None
    if note := options.names_of(config).note():
        write_lines(config, [note])


@pytest.hookimpl(tryfirst=True)
def pytest_pycollect_makeitem(
    collector: pytest.Module | pytest.Class, name: str, obj: object
) -> list[pytest.Item] | None:
    """Make the items of functions that judge a target; all others are left to pytest."""
    if not collector.funcnamefilter(name):
        return None
    from conformance.judge.api import claimed

    if claimed(obj) is not None:
        return list(check_item.items_of(collector, obj))
    if collector.get_closest_marker("generated") and inspect.isfunction(obj):
        made_by = _GENERATING[next(iter(inspect.signature(obj).parameters))]
        return list(made_by(collector, name, obj))
    return None


def pytest_deselected(items: Sequence[pytest.Item]) -> None:
    """Count what was not selected: a verdict is not about it."""
    if items and (run := existing_run(items[0].config)):
        run.deselected += sum(isinstance(item, JudgingItem) for item in items)


@pytest.hookimpl(trylast=True)
def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Judge what covers the whole record after everything else, and send generated requests after that."""
    items.sort(
        key=lambda item: (
            isinstance(item, GeneratingItem),
            isinstance(item, CheckItem) and item.case.check.is_record_wide,
        )
    )


def cases_in(items: Iterable[pytest.Item]) -> list[Case]:
    """Return the cases of the checks among ``items``."""
    return [item.case for item in items if isinstance(item, CheckItem)]


@pytest.hookimpl(tryfirst=True)
def pytest_runtestloop(session: pytest.Session) -> bool | None:
    """Send what the selected checks need, before the first one is judged."""
    if xdist.is_controller(session.config):
        return _begin_elsewhere(session.config)
    return _begin(session)


def _begin(session: pytest.Session) -> bool | None:
    if session.config.option.collectonly or not any(isinstance(item, JudgingItem) for item in session.items):
        return _nothing(session)
    if session.testsfailed and not session.config.option.continue_on_collection_errors:
        return None  # pytest says what could not be collected, and ends
    from conformance.judge.suite import needed

    run, cases = run_of(session.config), cases_in(session.items)
    if options.is_plan(session.config):
        from conformance.report import plan

        steps = [step for case in cases for step in case.steps(run.target)]
        write_lines(session.config, plan.lines(run.target, steps, aborted=run.abort))
        return True
    started = time.monotonic()
    progress.begin(session.config, session.items)
    run.start()
    if xdist.is_worker(session.config):
        return None
    if run.abort:
        progress.end(session.config)
        write_lines(session.config, [run.abort.message])
        return True
    # A record has no secret, and stand-ins in their place.
    if not run.kept and (short := run.target.too_short()):
        write_lines(session.config, [_TOO_SHORT.format(name) for name in short])
    if any(case.check.is_record_wide for case in cases):
        from conformance.checks.support import header_lint

        # It costs most of all that is judged, and sending is mostly waiting.
        run.observer.meanwhile = header_lint.findings
    run.observe(needed(run.target, cases))
    progress.sent(session.config)
    if not run.kept:
        run.seconds = time.monotonic() - started
    return None


def _nothing(session: pytest.Session) -> bool | None:
    """End a run that has no check because none was selected."""
    from conformance.model.outcome import ExitCode
    from conformance.run import Abort

    run = existing_run(session.config)
    if run is None or session.items or not run.deselected:
        return None
    run.abort = Abort(ExitCode.USAGE, _of_no_use(session.config.option, run.deselected))
    write_lines(session.config, [run.abort.message])
    return True


def _of_no_use(option: Any, checks: int) -> str:
    """Return a message about what selects nothing."""
    chosen = [f"{name} {text!r}" for name, text in (("-k", option.keyword), ("-m", option.markexpr)) if text]
    known = [*registry(), *dict.fromkeys(each.area for each in registry().values())]
    words = (word.upper() for word in re.findall("[\\w-]+", option.keyword) if word not in {"and", "or", "not"})
    close = next(filter(None, (suggestion(word, known) for word in words if word not in known)), "")
    return f"{' and '.join(chosen) or 'the selection'} leaves none of {checks} checks{close}"


def _begin_elsewhere(config: pytest.Config) -> bool | None:
    """Look at the target before several processes do."""
    run = run_of(config)
    progress.begin(config, [])
    run.start()
    if run.abort:
        progress.end(config)
        write_lines(config, [run.abort.message])
        return True
    run.progress.phase("several processes")
    return None


@pytest.hookimpl(optionalhook=True)
def pytest_configure_node(node: Any) -> None:
    """Let a process know that it shares a sweep."""
    node.workerinput["conformance"] = xdist.is_controller(node.config)
    if run := existing_run(node.config):
        node.workerinput["base_url"] = None if run.embedded else run.target.base_url


@pytest.hookimpl(optionalhook=True)
def pytest_xdist_make_scheduler(config: pytest.Config, log: Any) -> Any:
    """Keep the checks together."""
    return xdist.scheduler(config, log) if xdist.is_controller(config) else None


@pytest.hookimpl(optionalhook=True)
def pytest_testnodedown(node: Any) -> None:
    """Take over what a process sent and received."""
    known = getattr(node, "workeroutput", {}).get("conformance")
    if known and (run := existing_run(node.config)):
        run.elsewhere.append(json.loads(known))
        # Each process has collected all of them.
        run.deselected = max(run.deselected, run.elsewhere[-1]["deselected"])
