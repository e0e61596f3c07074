"""What the benchmarks share: servers, targets, times and tables.

A figure is the ratio of two things that are measured alternately in one run, so that a busy machine slows both.
"""

from __future__ import annotations

import argparse
import contextlib
import json
import os
import statistics
import subprocess
import sys
import time
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from conformance.config.settings import Settings
from conformance.config.sources import Sources, read_settings
from conformance.config.target import Target, build
from conformance.reference.data import INVOICE_IDS

ROOT = Path(__file__).parents[1]
# What a server prints of itself: base URL, tokens, ids.
Description = dict[str, Any]


@dataclass(frozen=True)
class Size:
    """How much is measured: invoices of a large collection and of a small one, how often, how far away, how deep.

    ``select`` chooses checks as pytest's -k does. ``against`` is the checkout with which this one is compared.
    """

    invoices: int
    few: int
    rounds: int
    delay: float
    examples: int
    select: str
    against: Path


@dataclass(frozen=True)
class Row:
    """A line of the table: what was measured, the figures, and their ratio."""

    what: str
    figures: str
    ratio: str


Part = Callable[[Size], Iterator[Row]]


def run_parts(parts: Mapping[str, Part], about: str | None, arguments: list[str] | None) -> None:
    """Measure the parts that are asked for and print a row of a table for each figure."""
    parser = argparse.ArgumentParser(description=about, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--only", choices=parts, action="append", help="a part; can be repeated")
    parser.add_argument("--invoices", type=int, default=100_000, help="how many a large collection has")
    parser.add_argument("--few", type=int, default=1000, help="how many a small collection has")
    parser.add_argument("--rounds", type=int, default=3, help="how often both sides are measured")
    parser.add_argument("--delay", type=float, default=0.1, help="seconds for an answer of a server far away")
    parser.add_argument("--examples", type=int, default=15, help="depth of generated requests")
    parser.add_argument("--select", default="", help="checks, as pytest's -k has them; all by default")
    parser.add_argument("--against", type=Path, default=ROOT, help="another checkout; by default this one")
    options = vars(parser.parse_args(arguments))
    chosen = options.pop("only") or parts
    size = Size(**options)
    sys.stdout.write("| what | measured | ratio |\n|---|---|---|\n")
    for name in chosen:
        for row in parts[name](size):
            sys.stdout.write(f"| {row.what} | {row.figures} | {row.ratio} |\n")
            sys.stdout.flush()


def settings_of(given: Mapping[str, Any]) -> Settings:
    """Return settings as a command line with ``given`` would give them, whatever the environment has."""
    return read_settings(Sources(given.get, lambda _: None, {}, {}))


def target_of(described: Description, **given: Any) -> Target:
    """Return a server, with one of its invoices and its collection, as a target."""
    known = {"auth_token": described["auth_token"], "invoice_id": list(INVOICE_IDS[:1]), "enable": ["collection"]}
    return build(described["base_url"], settings_of({**known, **given}))


@contextlib.contextmanager
def serving(invoices: int, delay: float = 0.0) -> Iterator[Description]:
    """Run the reference server in a process of its own; ``delay`` is how many seconds each answer takes."""
    usual = ["-m", "conformance.cli", "serve", "--invoices", str(invoices)]
    slow = ["-m", "benchmarks.slow", str(invoices), str(delay)]
    command = [sys.executable, *(slow if delay else usual)]
    process = subprocess.Popen(command, cwd=ROOT, stdout=subprocess.PIPE, text=True)
    try:
        assert process.stdout is not None
        yield json.loads(process.stdout.readline())
    finally:
        process.terminate()
        process.communicate()


@dataclass(frozen=True)
class Cost:
    """What some work took: seconds, and seconds of processors in this process and those that it waited for."""

    seconds: float
    processor: float


def cost(work: Callable[[], object]) -> Cost:
    """Return what ``work`` takes."""
    started, before = time.perf_counter(), os.times()
    work()
    seconds, after = time.perf_counter() - started, os.times()
    return Cost(seconds, sum(after[:4]) - sum(before[:4]))


@dataclass(frozen=True)
class Compared:
    """What two ways to do something took, each time one after the other."""

    pairs: list[tuple[Cost, Cost]]

    @property
    def seconds(self) -> tuple[float, float]:
        """The median seconds of both."""
        return self._medians(lambda each: each.seconds)

    @property
    def processor(self) -> tuple[float, float]:
        """The median seconds of processors of both."""
        return self._medians(lambda each: each.processor)

    @property
    def ratio(self) -> float:
        """The median of the ratios of the first to the second."""
        return statistics.median(first.seconds / second.seconds for first, second in self.pairs)

    def _medians(self, figure: Callable[[Cost], float]) -> tuple[float, float]:
        firsts, seconds = zip(*self.pairs, strict=True)
        return statistics.median(map(figure, firsts)), statistics.median(map(figure, seconds))


def compared(one: Callable[[], object], other: Callable[[], object], rounds: int) -> Compared:
    """Measure both alternately."""
    return Compared([(cost(one), cost(other)) for _ in range(rounds)])
