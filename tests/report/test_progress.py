"""Progress: what a log gets, what a terminal gets, and that a run and a sweep move it."""

from __future__ import annotations

import re
import sys
import threading
from collections.abc import Iterator

import pytest

from conformance.reference.server import ReferenceServer
from conformance.report import progress
from tests.support.runs import CHECKS, QUICK, ROOT, WIDTH, run
from tests.support.targets import INVOICE_ID
from tests.support.terminal import COLOUR, Gate, Terminal

COUNT = re.compile(r"(?P<phase>[a-z][a-z ]*[a-z]) .* (?P<done>\d+)/(?P<total>\d+) ")
SWEEP = str(ROOT / "conformance" / "sweep")
CONDITIONAL = f"{CHECKS}/test_conditional.py"


def test_a_line_describes_how_far_and_how_fast(monkeypatch: pytest.MonkeyPatch) -> None:
    now = 0.0
    monkeypatch.setattr("conformance.report.progress.time.monotonic", lambda: now)
    lines = progress.Lines(print, every=3600)
    lines.phase("sweep")
    now = 5.0
    assert lines.line() == "sweep: 5 s"
    lines.advance(100, 1000)
    now = 35.0
    lines.advance(450, 1000)
    # What was there when it began, as after an interruption, does not make it faster.
    assert lines.line() == "sweep: 450 of 1000, 10/s, 55 s left"
    lines.advance(500)
    assert lines.line().startswith("sweep: 500, 1")
    lines.close()


def test_lines_are_written_until_it_is_closed() -> None:
    written: list[str] = []
    twice = threading.Event()

    def write(line: str) -> None:
        written.append(line)
        if len(written) > 1:
            twice.set()

    lines = progress.Lines(write, every=0.001)
    lines.phase("sending")
    assert twice.wait(30)
    lines.close()
    number = len(written)
    assert set(written) == {"sending: 0 s\n"}
    lines.phase("judging")
    assert len(written) == number


def test_a_run_without_a_terminal_writes_lines(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(progress, "EVERY", 0.01)
    done = run(CONDITIONAL)
    assert done.code == 0
    assert re.search(r"^sending: \d+ of \d+, \d+/s", done.errors, re.MULTILINE)
    assert all(len(line) <= WIDTH for line in done.errors.splitlines())
    assert "sending" not in done.output


@pytest.mark.parametrize("options", [["--collect-only"], ["--plan"]])
def test_a_run_that_sends_nothing_shows_no_progress(monkeypatch: pytest.MonkeyPatch, options: list[str]) -> None:
    monkeypatch.setattr(progress, "EVERY", 0.001)
    assert not run(CONDITIONAL, *options).errors


@pytest.fixture
def server() -> Iterator[ReferenceServer]:
    with ReferenceServer(invoices=700) as made:
        yield made


@pytest.fixture
def gate(server: ReferenceServer) -> Iterator[Gate]:
    made = Gate(server)
    yield made
    made.allow(float("inf"))


def started(server: ReferenceServer, *arguments: str, **environment: str) -> Terminal:
    given = [f"--base-url={server.base_url}", f"--auth-token={server.token}", f"--invoice-id={INVOICE_ID}"]
    return Terminal([sys.executable, "-m", "pytest", *QUICK, *given, *arguments], environment)


def counts(frames: Iterator[str], phase: str) -> Iterator[int]:
    """Yield how far ``phase`` is in those of the frames that show it."""
    for frame in frames:
        assert len(frame) <= WIDTH, frame
        found = COUNT.search(frame)
        if found and found["phase"] == phase:
            yield int(found["done"])


def test_a_run_moves_its_line_while_it_sends_and_judges(server: ReferenceServer, gate: Gate) -> None:
    gate.allow(20)
    with started(server, CONDITIONAL) as terminal:
        frames = terminal.frames()
        sending = counts(frames, "sending")
        first = next(done for done in sending if done > 0)
        gate.allow(50)
        assert next(done for done in sending if done > 30) > first
        gate.allow(float("inf"))
        rest = list(frames)
        assert any(counts(iter(rest), "judging"))
        assert any(frame.startswith("verdict     conforms") for frame in rest)
        # The line is gone before the report begins.
        report = rest[next(number for number, frame in enumerate(rest) if frame.startswith("target ")) :]
        assert not any(COUNT.search(frame) for frame in report)
        assert terminal.process.returncode == 0
        assert COLOUR.search(terminal.output)


def test_a_sweep_moves_its_line(server: ReferenceServer, gate: Gate) -> None:
    gate.allow(6)
    with started(server, SWEEP, "--sweep=0") as terminal:
        frames = terminal.frames()
        sweeping = counts(frames, "sweep")
        first = next(done for done in sweeping if done > 0)
        gate.allow(float("inf"))
        assert next(done for done in sweeping if done > first) <= 700
        assert any("700 invoices on 7 pages" in frame for frame in frames)


@pytest.mark.parametrize(("options", "environment"), [(["--color=no"], {}), ([], {"NO_COLOR": "1"})])
def test_no_colour_where_none_is_wanted(
    server: ReferenceServer, options: list[str], environment: dict[str, str]
) -> None:
    with started(server, CONDITIONAL, *options, **environment) as terminal:
        frames = list(terminal.frames())
    assert any("judging" in frame for frame in frames)
    assert not COLOUR.search(terminal.output)


def test_with_v_the_lines_of_pytest_stay_whole(server: ReferenceServer) -> None:
    with started(server, CONDITIONAL, "-v") as terminal:
        frames = list(terminal.frames())
    assert any("sending" in frame for frame in frames)
    items = [frame for frame in frames if frame.startswith("conformance/checks/test_conditional.py::")]
    assert items
    assert all("PASSED" in frame or "NOT" in frame for frame in items)
