"""Hostile targets: each run ends with the right exit code, in little memory and little time of a processor."""

from __future__ import annotations

import gc
import re
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from conformance.judge.evaluate import judge_all
from conformance.judge.suite import Case, cases
from conformance.run import Run
from tests.hostile.answers import ANSWERS, Hostile
from tests.servers.raw import raw_server
from tests.support.targets import INVOICE_ID, TOKEN, settings_of

# More requests than are sent at once by default: conditions, none or another token, another method.
SELECTED = frozenset(
    {
        "test_an_existing_invoice_is_answered_with_200",
        "test_the_current_tag_in_a_list_is_not_modified",
        "test_an_invoice_needs_credentials",
        "test_an_invoice_with_its_account_needs_credentials",
        "test_content_length_of_head_is_that_of_get",
    }
)
# KiB beside what the process has already, and seconds of a processor.
MOST_MEMORY, MOST_SECONDS = 300 * 1024, 6.0
_STATUS = Path("/proc/self/status")


def _memory(name: str) -> int:
    return int(re.findall(rf"{name}:\s+(\d+) kB", _STATUS.read_text())[0])


@pytest.fixture(scope="module", autouse=True)
def without_what_others_left() -> Iterator[None]:
    """Look through what other tests have left once, not before each test."""
    gc.collect()
    gc.freeze()
    yield
    gc.unfreeze()


@contextmanager
def little(memory: int = MOST_MEMORY, seconds: float = MOST_SECONDS) -> Iterator[None]:
    """Expect that what is done within takes little."""
    gc.collect()
    # From now on the peak is counted anew.
    Path("/proc/self/clear_refs").write_text("5")
    before, started = _memory("VmRSS"), time.process_time()
    yield
    assert _memory("VmHWM") - before < memory
    assert time.process_time() - started < seconds


def _is_selected(case: Case) -> bool:
    return case.check.function.__name__ in SELECTED


def judged(base_url: str) -> int:
    """Judge a target; return the exit code."""
    known = {"auth_token": TOKEN, "invoice_id": [INVOICE_ID], "request_timeout": "0.25"}
    run = Run(base_url, settings_of(**known), dry=False)
    try:
        run.start()
        if run.abort:
            return int(run.abort.code)
        run.judgements = judge_all(run, list(filter(_is_selected, cases(run.target))))
        run.complete = True
        return int(run.verdict().exit_code)
    finally:
        run.stop()


@pytest.mark.parametrize("hostile", ANSWERS.values(), ids=ANSWERS)
def test_a_hostile_target_gets_a_verdict(hostile: Hostile) -> None:
    with little(), raw_server(hostile.script) as server:
        assert judged(server.base_url) == hostile.code, hostile.sentence
