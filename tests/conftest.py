"""What all tests need."""

from __future__ import annotations

import gc
import os
import signal
from collections import Counter
from collections.abc import Generator
from contextlib import nullcontext
from fnmatch import fnmatch
from pathlib import Path
from typing import Any

import pytest

from conformance.observe import raw_connection
from tests.support.measuring import unmeasured
from tests.support.runs import older_objects_left_alone

# Set where every test has to run, as in CI: then a skipped one fails.
EVERY_TEST = "TESTS_SKIP_NOTHING"
# Tests that judge whole servers, many of them hundreds of times, or run no line that others do not: where coverage is
# measured it is not by these.
UNMEASURED: tuple[str, ...] = (
    "benchmarks",
    "checks/*/test_a_correct_server_*",
    "checks/*/test_a_fault_is_found_by_*",
    "checks/*/test_every_check_of_the_area*",
    "checks/test_preconditions.py/test_what_is_not_answered_proves_nothing",
    "config/test_settings.py/test_pytest_reads_all_four_sources",
    "detection",
    "fuzzing/test_generated_faults.py",
    "fuzzing/test_hooks.py/test_a_fault_is_found",
    "fuzzing/test_session.py/test_a_limit_of_the_request_target_is_not_an_answer_about_the_id",
    "fuzzing/test_session.py/test_a_server_without_sparse_fieldsets_gets_no_finding",
    "fuzzing/test_session.py/test_a_stranger_gets_no_false_finding",
    "fuzzing/test_session.py/test_one_seed_sends_the_same_requests",
    "fuzzing/test_session.py/test_the_engine_is_imported_only_when_it_is_needed",
    "hostile/test_answers.py",
    "hostile/test_interrupts.py",
    "judge/test_causes.py/test_a_fault_of_many_answers_is_one_cause",
    "judge/test_causes.py/test_a_server_with_one_mistake_has_one_cause",
    "judge/test_repeat.py",
    "judge/test_stability.py",
    "observe/test_https.py/test_a_correct_server_over_https_conforms",
    "observe/test_replay.py",
    "proxies",
    "pytest_hooks/test_plugin.py/test_the_embedded_server_conforms",
    "reference",
    "report/test_compact.py",
    "report/test_page.py",
    "report/test_progress.py/test_a_sweep_moves_its_line",
    "report/test_progress.py/test_no_colour_where_none_is_wanted",
    "report/test_reports.py",
    "report/test_saved_reports.py/test_a_report_with_something_unknown_in_it_is_refused",
    "sweep/test_quick.py",
    "sweep/test_session.py/test_one_bad_invoice_among_three_thousand_is_found",
    "sweep/test_session.py/test_parts_together_judge_each_invoice_once",
    "sweep/test_swept_faults.py",
    "syntax/test_properties.py",
    "test_*",
    "variants",
    "whole",
)
LONGEST = Path(__file__).parent / "whole"


def pytest_configure() -> None:
    """Let processes be interrupted, which a shell forbids to those in the background, and collect garbage seldom."""
    if signal.getsignal(signal.SIGINT) is signal.SIG_IGN:
        signal.signal(signal.SIGINT, signal.default_int_handler)
    # Records live long, and looking through them for cycles takes a quarter of the time.
    gc.set_threshold(1_500_000, 20, 100)


@pytest.hookimpl(optionalhook=True)
def pytest_xdist_make_scheduler(config: pytest.Config, log: Any) -> Any:
    """Let a process that has no tests left take some of another one: the last are those that take longest."""
    from xdist.scheduler import WorkStealingScheduling  # type: ignore[import-untyped]

    return WorkStealingScheduling(config, log)


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Begin with the tests that take longest, so that no process waits for one of them at the end."""
    items.sort(key=lambda item: not item.path.is_relative_to(LONGEST))


def pytest_addoption(parser: pytest.Parser) -> None:
    """Declare the option of the proof."""
    parser.addoption("--full", action="store_true", help="judge every fault on real connections, by all checks")


@pytest.fixture(scope="session", autouse=True)
def without_patience() -> Generator[None]:
    """Wait half a second for connections that a faulty server keeps open: it is on this machine."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(raw_connection, "_PATIENCE", 0.5)
        yield


@pytest.fixture
def _older_objects_left_alone() -> Generator[None]:
    with older_objects_left_alone():
        yield


@pytest.fixture
def pytester(_older_objects_left_alone: None, pytester: pytest.Pytester) -> pytest.Pytester:
    """Run pytest in this process, of whose objects it does not look through those that are there already.

    Nor does it at the end, when what it has configured is undone.
    """
    return pytester


@pytest.hookimpl(wrapper=True)
def pytest_runtest_protocol(item: pytest.Item) -> Generator[None, object, object]:
    """Take a test that is not to be measured out of the coverage, with the processes that it starts."""
    with unmeasured() if _is_unmeasured(item) else nullcontext():
        return (yield)


def _is_unmeasured(item: pytest.Item) -> bool:
    place = item.path.relative_to(Path(__file__).parent) / getattr(item, "originalname", item.name)
    return any(place.is_relative_to(each) or fnmatch(str(place), each) for each in UNMEASURED)


@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport() -> Generator[None, pytest.TestReport, pytest.TestReport]:
    """Fail what is skipped where nothing may be."""
    report = yield
    if report.skipped and os.environ.get(EVERY_TEST):
        report.outcome, report.longrepr = "failed", f"{EVERY_TEST} is set. {_reason(report)}"
    return report


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter) -> None:
    """Write what is missing for tests that were skipped, a line for each thing."""
    missing = Counter(map(_reason, terminalreporter.stats.get("skipped", [])))
    for reason, count in missing.items():
        terminalreporter.write_line(f"{count} tests skipped: {reason}")


def _reason(report: pytest.TestReport | pytest.CollectReport) -> str:
    """Return why a test was skipped."""
    whole = report.longrepr[2] if isinstance(report.longrepr, tuple) else report.longreprtext
    return whole.removeprefix("Skipped: ")
