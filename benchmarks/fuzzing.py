"""Measures the generated part against the embedded server, beside a bare replay of its requests.

    python -m benchmarks.fuzzing [--only items] [--examples 15]

The requests are generated, sent and judged in this process, in which the server is, too.
"""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Iterator

from benchmarks import bare
from benchmarks.tools import ROOT, Row, Size, cost, run_parts, settings_of
from conformance.fuzzing.asked import operations
from conformance.fuzzing.session import Session, Tally
from conformance.model.exchange import Exchange, Request
from conformance.run import Run

GROUPS = ("contract", "fuzzing", "hostile")
ENGINE, ITEMS = "import conformance.fuzzing.engine", "import conformance.fuzzing.test_generated"


class Recording(Session):
    """A session that keeps what it sends."""

    def __init__(self, run: Run, seed: int, examples: int) -> None:
        """Begin with nothing sent."""
        super().__init__(run.target, seed, examples)
        self.exchanges: list[Exchange] = []

    def send(self, request: Request) -> Exchange:
        """Send a request and keep the exchange."""
        exchange = super().send(request)
        self.exchanges.append(exchange)
        return exchange


def start(size: Size) -> Iterator[Row]:
    """The import of the engine, and that of the test file, in a fresh interpreter."""
    for what, code in (("import of schemathesis and the engine", ENGINE), ("import of the items", ITEMS)):
        seconds = min(_started(code) for _ in range(size.rounds)) - min(_started("pass") for _ in range(size.rounds))
        yield Row(what, f"{seconds:.2f} s", "")


def _started(code: str) -> float:
    return cost(lambda: subprocess.run([sys.executable, "-c", code], cwd=ROOT, check=True)).seconds


def items(size: Size) -> Iterator[Row]:
    """All items, and a bare replay of what they send."""
    run = Run(None, settings_of({}), dry=False)
    run.start()
    session = Recording(run, seed=1, examples=size.examples)
    try:
        loaded = cost(session.engine.warnings)
        tallies: list[Tally] = []
        ours = cost(lambda: tallies.extend(_run_all(session)))
        messages = bare.messages(session.exchanges, run.target)
        plain = cost(lambda: bare.send_all(run.target, messages, 1))
    finally:
        session.close()
        run.stop()
    served, fitting = sum(each.served for each in tallies), sum(each.positive for each in tallies)
    yield Row("loading the document, once", f"{loaded.seconds:.2f} s for {len(operations())} operations", "")
    yield Row("share of 200s", f"{served} of {fitting} that fit", f"{100 * served / fitting:.0f} %")
    what = f"generating, sending and judging {len(messages)} requests, against sending alone"
    for name, first, second in (
        ("s", ours.seconds, plain.seconds),
        ("s of processors", ours.processor, plain.processor),
    ):
        yield Row(what, f"{first:.2f} {name} against {second:.2f}", f"{first / second:.1f} times")


def _run_all(session: Session) -> Iterator[Tally]:
    """Run every item; yield what each sent."""
    for name in operations():
        for group in GROUPS if name.startswith("get") else ("head",):
            yield session.run(name, group).tally
    yield session.walk(name for name in operations() if name.startswith("get")).tally


PARTS = {"start": start, "items": items}


def main(arguments: list[str] | None = None) -> None:
    """Print a table of what was measured."""
    run_parts(PARTS, __doc__, arguments)


if __name__ == "__main__":
    main()
