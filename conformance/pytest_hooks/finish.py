"""pytest hooks of a run's end: judgements are collected, the verdict decides, and everything is written."""

from __future__ import annotations

import contextlib
import traceback
from collections.abc import Generator, Iterator
from typing import TYPE_CHECKING, Any

import pytest
from _pytest import junitxml

from conformance.pytest_hooks import progress, signals, xdist
from conformance.pytest_hooks.check_item import CheckItem
from conformance.pytest_hooks.items import QUIET, existing_run, write_lines
from conformance.pytest_hooks.judging_item import JudgingItem
from conformance.pytest_hooks.places import PACKAGE

if TYPE_CHECKING:
    from conformance.model.outcome import Judgement
    from conformance.run import Run

# The files that a run wrote, each with what went wrong.
_WRITTEN: pytest.StashKey[list[tuple[str, str]]] = pytest.StashKey()
RECEIVED: pytest.StashKey[list[dict[str, Any]]] = pytest.StashKey()


class Collector:
    """Collects judgements on the way to the reports; under xdist they come from the workers."""

    def __init__(self, config: pytest.Config) -> None:
        """Keep what is collected in the stash of ``config``."""
        self._received = config.stash.setdefault(RECEIVED, [])

    def pytest_runtest_logreport(self, report: pytest.TestReport) -> None:
        """Keep what the report of an item holds."""
        if data := getattr(report, "conformance", None):
            self._received.append(data)


@pytest.hookimpl(wrapper=True, trylast=True)
def pytest_sessionfinish(session: pytest.Session) -> Generator[None, object, object]:
    """End what the run started and let the verdict decide the exit code, after what other plugins do at the end."""
    problems: list[tuple[str, str]] = []
    result: object = None
    try:
        with _junit_in_a_draft(session.config):
            result = yield
    except OSError as error:
        if existing_run(session.config) is None or not _is_of_junit(error):
            raise
        problems.append((str(session.config.getoption("xmlpath")), error.strerror or str(error)))
        _take_junit_away(session.config)
    _finish(session, problems)
    return result


@contextlib.contextmanager
def _junit_in_a_draft(config: pytest.Config) -> Iterator[None]:
    """Let pytest write another file than that of ``--junit-xml``, of which ``_write_files`` makes the report."""
    run, log = existing_run(config), config.stash.get(junitxml.xml_key, None)
    if run is None or run.dry or log is None:
        yield
        return
    from conformance.report import junit

    wanted, log.logfile = log.logfile, junit.draft_of(log.logfile)
    try:
        yield
    finally:
        log.logfile = wanted


def _is_of_junit(error: OSError) -> bool:
    """Return whether pytest failed to write the file of ``--junit-xml``."""
    frames = (frame for frame, _ in traceback.walk_tb(error.__traceback__))
    return any(frame.f_globals.get("__name__") == junitxml.__name__ for frame in frames)


def _take_junit_away(config: pytest.Config) -> None:
    """Keep pytest from saying that it wrote the file."""
    config.pluginmanager.unregister(config.stash[junitxml.xml_key])
    del config.stash[junitxml.xml_key]


def _finish(session: pytest.Session, problems: list[tuple[str, str]]) -> None:
    progress.end(session.config)
    run = existing_run(session.config)
    if run is None:
        return
    _take(run, session.config.stash[RECEIVED])
    run.complete = _is_complete(session, run)
    run.stop()
    if run.abort:
        session.exitstatus = int(run.abort.code)
    elif session.exitstatus in {0, 1, 5} and not run.dry and (_only_judged(session) or run.verdict().exit_code):
        session.exitstatus = int(run.verdict().exit_code)
    if xdist.is_worker(session.config):
        xdist.hand_over(session.config, run)
    elif not run.dry:
        with signals.first_one_left_alone():
            _write_files(session, run, problems)


def _take(run: Run, received: list[dict[str, Any]]) -> None:
    """Give ``run`` what was judged: by items, before an interruption, and what follows from all parts of a sweep."""
    from conformance.model.outcome import Judgement

    run.swept += [data["sweep"] for data in received if "sweep" in data]
    run.judgements = [Judgement.from_dict(each) for data in received for each in data["judgements"]]
    run.judgements += run.waivers.excuse_all([*run.judgements_before, *_conclusions(run)])
    run.generated = [data["generated"] for data in received if "generated" in data]
    # As found, so that a record can be judged with other waivers.
    generated = {data["item"]: data for data in received if "item" in data}
    run.keep_generated({name: {**data, "judgements": _found(data)} for name, data in generated.items()})


def _found(data: dict[str, Any]) -> Any:
    return data.get("found", data["judgements"])


def _conclusions(run: Run) -> list[Judgement]:
    if not run.swept:
        return []
    from conformance.sweep.judgements import concluded, repeated

    shard = run.settings["sweep-shard"]
    return concluded(run.swept, "conformance/sweep/test_sweep.py", repeated(run.settings), alone=shard != (1, 1))


def _only_judged(session: pytest.Session) -> bool:
    return all(isinstance(item, JudgingItem) for item in session.items)


def _write_files(session: pytest.Session, run: Run, problems: list[tuple[str, str]]) -> None:
    """Write record and reports, after an interruption too; that one cannot be written is an error of its own.

    ``problems`` are the files that others could not write.
    """
    from conformance.report import files, junit
    from conformance.report.json_report import Ending

    interrupted = session.exitstatus == pytest.ExitCode.INTERRUPTED
    ending = Ending(int(session.exitstatus), interrupted=interrupted)
    written = files.write(run, ending)
    if path := _junit_file(session.config):
        problem = files.problem_of(lambda: junit.finish(path, run.abort.message if run.abort else None))
        problems += [(path, problem)] if problem else []
    session.config.stash[_WRITTEN] = [*written, *problems]
    if session.exitstatus in {0, 1, 5} and any(problem for _, problem in session.config.stash[_WRITTEN]):
        session.exitstatus = 3


def _junit_file(config: pytest.Config) -> str | None:
    """Return the file of ``--junit-xml`` that pytest has written."""
    written = config.stash.get(junitxml.xml_key, None)
    return written.logfile if written is not None else None


def _is_complete(session: pytest.Session, run: Run) -> bool:
    """Return whether all checks of the suite were run to their end."""
    ended = session.exitstatus in {0, 1, 5} and not session.shouldfail and not session.shouldstop
    selected = run.deselected or any("::" in argument for argument in session.config.args)
    files = {item.path.name for item in getattr(session, "items", []) if isinstance(item, CheckItem)}
    every = {path.name for path in (PACKAGE / "checks").glob("test_*.py")}
    return bool(ended and not selected and files >= every)


@pytest.hookimpl(wrapper=True, tryfirst=True, specname="pytest_terminal_summary")
def pytest_each_finding_once(terminalreporter: Any) -> Generator[None, object, object]:
    """Keep pytest from printing what the report of the suite has, whatever ``--tb`` and ``-r`` say."""
    stats = terminalreporter.stats
    judged = {
        name: [each for each in stats.get(name, ()) if hasattr(each, "conformance")] for name in ("failed", "error")
    }
    kept = {name: list(stats[name]) for name, found in judged.items() if found}
    for name in kept:
        stats[name] = [each for each in stats[name] if not hasattr(each, "conformance")]
    try:
        return (yield)
    finally:
        stats.update(kept)


def pytest_terminal_summary(terminalreporter: Any, exitstatus: int, config: pytest.Config) -> None:
    """Print findings and verdict."""
    for report in terminalreporter.stats.get("error", []):
        if isinstance(report, pytest.CollectReport):
            terminalreporter.write_line(str(report.longrepr))
    quiet = config.stash.get(QUIET, False)
    for path, problem in config.stash.get(_WRITTEN, []):
        if problem or not quiet:
            terminalreporter.write_line(f"{path} cannot be written: {problem}" if problem else f"written     {path}")
    run = existing_run(config)
    if run is None or run.dry:
        return
    from conformance.report import github, terminal, workflow

    if not run.abort and run.judgements:
        deselected = max(run.deselected, len(terminalreporter.stats.get("deselected", [])))
        ending = terminal.Ending(deselected, interrupted=exitstatus == pytest.ExitCode.INTERRUPTED)
        form = terminal.Form.QUIET if quiet else terminal.Form(run.settings["format"])
        write_lines(config, terminal.report(run, ending, terminal.Form.FULL if config.option.verbose > 0 else form))
    if workflow.is_active():
        for line in github.commands(run):
            terminalreporter.write_line(line)
