"""pytest hooks of a run's end: judgements are collected, the verdict decides, and everything is written."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

from conformance.pytest_hooks import xdist
from conformance.pytest_hooks.items import PACKAGE, checks_of, existing_run, only_judged, write_lines

if TYPE_CHECKING:
    from conformance.run import Run

_RECEIVED: list[dict[str, Any]] = []
# The files that a run wrote, each with what went wrong.
_WRITTEN: pytest.StashKey[list[tuple[str, str]]] = pytest.StashKey()


def pytest_runtest_logreport(report: pytest.TestReport) -> None:
    """Collect judgements on the way to the reports; under xdist they come from the workers."""
    if data := getattr(report, "conformance", None):
        _RECEIVED.append(data)


@pytest.hookimpl(trylast=True)
def pytest_sessionfinish(session: pytest.Session) -> None:
    """End what the run started and let the verdict decide the exit code."""
    from conformance.model.outcome import Judgement

    run = existing_run(session.config)
    if run is None:
        return
    found = [Judgement.from_dict(each) for data in _RECEIVED for each in data["judgements"]]
    run.swept += [data["sweep"] for data in _RECEIVED if "sweep" in data]
    found = [*found, *run.judgements_before, *run.conclusions()]
    run.judgements = [run.waivers.excuse(judgement) for judgement in found]
    run.complete = _is_complete(session, run)
    run.generated = [data["generated"] for data in _RECEIVED if "generated" in data]
    run.keep_generated({data["item"]: data for data in _RECEIVED if "item" in data})
    _RECEIVED.clear()
    run.stop()
    if run.abort:
        session.exitstatus = int(run.abort.code)
    elif session.exitstatus in {0, 1, 5} and not run.dry and (only_judged(session) or run.verdict().exit_code):
        session.exitstatus = int(run.verdict().exit_code)
    if xdist.is_worker(session.config):
        xdist.tell(session.config, run)
    elif not run.dry:
        _write_files(session, run)


def _write_files(session: pytest.Session, run: Run) -> None:
    """Write record and reports, after an interruption too; that one cannot be written is an error of its own."""
    from conformance.report import files
    from conformance.report.json_report import Ending

    interrupted = session.exitstatus == pytest.ExitCode.INTERRUPTED
    ending = Ending(int(session.exitstatus), interrupted=interrupted)
    session.config.stash[_WRITTEN] = files.write(run, ending)
    if session.exitstatus == 0 and any(problem for _, problem in session.config.stash[_WRITTEN]):
        session.exitstatus = 3


def _is_complete(session: pytest.Session, run: Run) -> bool:
    """Tell whether all checks of the suite were run to their end."""
    ended = session.exitstatus in {0, 1, 5} and not session.shouldfail and not session.shouldstop
    selected = run.deselected or any("::" in argument for argument in session.config.args)
    files = {item.path.name for item in checks_of(getattr(session, "items", []))}
    every = {path.name for path in (PACKAGE / "checks").glob("test_*.py")}
    return bool(ended and not selected and files >= every)


def pytest_terminal_summary(terminalreporter: Any, exitstatus: int, config: pytest.Config) -> None:
    """Print findings and verdict."""
    for report in terminalreporter.stats.get("error", []):
        if isinstance(report, pytest.CollectReport):
            terminalreporter.write_line(str(report.longrepr))
    for path, problem in config.stash.get(_WRITTEN, []):
        terminalreporter.write_line(f"{path} cannot be written: {problem}" if problem else f"written     {path}")
    run = existing_run(config)
    if run is None or run.abort or run.dry or not run.judgements:
        return
    from conformance.report import github, terminal, workflow

    verdict = run.verdict()
    deselected = len(terminalreporter.stats.get("deselected", []))
    interrupted = exitstatus == pytest.ExitCode.INTERRUPTED
    closing = terminal.summary(run, verdict, deselected, interrupted=interrupted)
    write_lines(config, [*terminal.errors(run), *terminal.findings(run, verdict), *closing])
    if workflow.is_active():
        for line in github.commands(run, verdict):
            terminalreporter.write_line(line)
