"""Measures the run of the hand-written checks beside a bare replay of its requests.

    python -m benchmarks.checks [--only embedded] [--rounds 3] [--delay 0.1]
    python -m benchmarks.checks --only before --against PATH

The checks run as a process of its own, from the start of the interpreter to the report. The replay sends the same
bytes on kept-alive connections and reads the answers. In the part "embedded" both share a process with the server.
The part "before" runs the checks of this checkout and of another one, alternately, on one invoice of a slow server.
"""

from __future__ import annotations

import contextlib
import os
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from benchmarks import bare
from benchmarks.tools import ROOT, Description, Row, Size, compared, run_parts, serving, settings_of
from conformance.model.outcome import ExitCode
from conformance.plan.steps import everything
from conformance.run import Run

# A run that sends next to nothing: what it takes is the start.
START = "ITEM-001"
# The checks alone: the generated part and the sweep send by themselves.
CHECKS = "conformance/checks"
FAR_CONNECTIONS = 8


def judged(select: str, *options: str) -> None:
    """Run the checks in a process of its own. Raises RuntimeError when the server does not conform."""
    command = [sys.executable, "-m", "pytest", "-p", "no:cacheprovider", CHECKS, "-k", select, *options]
    # Modules are compiled in the first run only, as they are for users.
    environment = {**os.environ, "PYTHONDONTWRITEBYTECODE": ""}
    done = subprocess.run(command, cwd=ROOT, env=environment, capture_output=True, check=False, text=True)
    if done.returncode:
        raise RuntimeError(done.stdout + done.stderr)


@contextlib.contextmanager
def sent(base_url: str | None, given: dict[str, Any]) -> Iterator[tuple[Run, list[bare.Message]]]:
    """Yield a run that has sent all requests of the checks, and these requests; its server stays until the end."""
    run = Run(base_url, settings_of(given), dry=False)
    try:
        run.start()
        run.observe(everything(run.target))
        yield run, bare.messages(run.observer.exchanges(), run.target)
    finally:
        run.stop()


def embedded(size: Size) -> Iterator[Row]:
    """The run against the embedded server; server and client are one process on both sides."""
    with sent(None, {}) as (run, messages):
        start = compared(lambda: judged(START), lambda: None, size.rounds)
        both = compared(lambda: judged(size.select), lambda: bare.send_all(run.target, messages, 1), size.rounds)
    name = f"run of the checks, embedded server, {len(messages)} requests"
    yield _row(name, *both.seconds, "s")
    yield _row("the same, the start taken off", both.seconds[0] - start.seconds[0], both.seconds[1], "s")
    yield _row("the same, by processor", *both.processor, "s of processors")
    without_start = both.processor[0] - start.processor[0]
    yield _row("the same, the start taken off", without_start, both.processor[1], "s of processors")


def away(size: Size) -> Iterator[Row]:
    """The run against a server far away, whose answers nobody can hasten."""
    with serving(12, size.delay) as described:
        given = _given(described)
        options = [f"--base-url={described['base_url']}", *_options(given)]
        with sent(described["base_url"], given) as (run, messages):
            start = compared(lambda: judged(START, *options), lambda: None, size.rounds)
            both = compared(
                lambda: judged(size.select, *options),
                lambda: bare.send_all(run.target, messages, FAR_CONNECTIONS),
                size.rounds,
            )
    name = f"run of the checks, {1000 * size.delay:.0f} ms for each answer, {len(messages)} requests"
    yield _row(name, *both.seconds, "s")
    yield _row("the same, the start taken off", both.seconds[0] - start.seconds[0], both.seconds[1], "s")


def before(size: Size) -> Iterator[Row]:
    """The run on one invoice of a server far away, beside that of another checkout."""
    with serving(12, size.delay) as described:
        given = {"auth_token": described["auth_token"], "invoice_id": described["invoice_ids"][:1]}
        options = [f"--base-url={described['base_url']}", *_options(given)]
        both = compared(
            lambda: _run_of(ROOT, size.select, options),
            lambda: _run_of(size.against, size.select, options),
            size.rounds,
        )
    ours, theirs = both.seconds
    name = f"run on one invoice, {1000 * size.delay:.0f} ms for each answer, against another checkout"
    yield Row(name, f"{ours:.1f} s against {theirs:.1f} s", f"{both.ratio:.2f} times")


def _run_of(checkout: Path, select: str, options: list[str]) -> None:
    """Run the checks of a checkout, whatever is installed. Raises RuntimeError when there is no verdict."""
    plugins = ["-p", "no:cacheprovider", "-p", "pytest_base_url.plugin", "-p", "conformance.plugin"]
    command = [sys.executable, "-m", "pytest", *plugins, CHECKS, "-k", select, *options]
    environment = {**os.environ, "PYTEST_DISABLE_PLUGIN_AUTOLOAD": "1", "PYTHONPATH": str(checkout)}
    environment["PYTHONDONTWRITEBYTECODE"] = ""
    done = subprocess.run(command, cwd=checkout, env=environment, capture_output=True, check=False, text=True)
    # Another version may find something, or too little.
    if done.returncode not in {ExitCode.CONFORMS, ExitCode.DOES_NOT_CONFORM, ExitCode.INCONCLUSIVE}:
        raise RuntimeError(done.stdout + done.stderr)


def _row(what: str, ours: float, plain: float, unit: str) -> Row:
    return Row(what, f"{ours:.2f} {unit} against {plain:.2f}", f"{ours / plain:.1f} times")


def _given(described: Description) -> dict[str, Any]:
    return {
        "auth_token": described["auth_token"],
        "other_auth_token": described["other_auth_token"],
        "other_invoice_id": described["other_invoice_id"],
        "invoice_id": described["invoice_ids"][:5],
        "enable": ["collection"],
    }


def _options(given: dict[str, Any]) -> list[str]:
    values = {name: value if isinstance(value, list) else [value] for name, value in given.items()}
    return [f"--{name.replace('_', '-')}={each}" for name, several in values.items() for each in several]


PARTS = {"embedded": embedded, "away": away, "before": before}


def main(arguments: list[str] | None = None) -> None:
    """Print a table of what was measured."""
    run_parts(PARTS, __doc__, arguments)


if __name__ == "__main__":
    main()
