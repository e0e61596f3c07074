"""What all tests need."""

from __future__ import annotations

import gc
import os
import signal
from collections import Counter
from collections.abc import Generator
from contextlib import nullcontext
from pathlib import Path
from typing import Any

import pytest

from conformance.observe import raw_connection
from tests.support.measuring import unmeasured
from tests.support.runs import older_objects_left_alone

# Set where every test has to run, as in CI: then a skipped one fails.
EVERY_TEST = "TESTS_SKIP_NOTHING"
# Tests that judge whole servers, many of them hundreds of times: where coverage is measured it is not by these.
UNMEASURED = (
    "benchmarks",
    "detection",
    "fuzzing/test_generated_faults.py",
    "fuzzing/test_hooks.py/test_a_fault_is_found",
    "fuzzing/test_session.py/test_a_limit_of_the_request_target_is_not_an_answer_about_the_id",
    "fuzzing/test_session.py/test_a_server_without_sparse_fieldsets_gets_no_finding",
    "fuzzing/test_session.py/test_a_stranger_gets_no_false_finding",
    "fuzzing/test_session.py/test_one_seed_sends_the_same_requests",
    "hostile/test_answers.py",
    "judge/test_repeat.py",
    "judge/test_stability.py",
    "observe/test_replay.py",
    "proxies",
    "reference",
    "report/test_compact.py",
    "report/test_page.py",
    "report/test_reports.py",
    "sweep/test_quick.py",
    "sweep/test_session.py/test_one_bad_invoice_among_three_thousand_is_found",
    "sweep/test_swept_faults.py",
    "syntax/test_properties.py",
    "variants",
    "whole",
)
LONGEST = Path(__file__).parent / "whole"


def pytest_configure() -> None:
    """Let processes be interrupted, which a shell forbids to those in the background, and collect garbage seldom."""
    if signal.getsignal(signal.SIGINT) is signal.SIG_IGN:
        signal.signal(signal.SIGINT, signal.default_int_handler)
    # Records live long, and looking through them for cycles takes a quarter of the time.
    gc.set_threshold(400_000, 20, 100)


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
def pytester(pytester: pytest.Pytester) -> Generator[pytest.Pytester]:
    """Run pytest in this process, of whose objects it does not look through those that are there already."""
    with older_objects_left_alone():
        yield pytester


@pytest.hookimpl(wrapper=True)
def pytest_runtest_protocol(item: pytest.Item) -> Generator[None, object, object]:
    """Take a test that is not to be measured out of the coverage, with the processes that it starts."""
    with unmeasured() if _is_unmeasured(item) else nullcontext():
        return (yield)


def _is_unmeasured(item: pytest.Item) -> bool:
    place = item.path.relative_to(Path(__file__).parent) / getattr(item, "originalname", item.name)
    return any(place.is_relative_to(each) for each in UNMEASURED)


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
