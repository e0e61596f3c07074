"""Runs the checks in this process against a server with a fault, and compares what they say with what they must say."""

from __future__ import annotations

import os
from collections.abc import Collection, Iterable
from pathlib import Path
from typing import Any

import pytest

from conformance.reference import data
from conformance.reference.faults import Fault
from conformance.reference.server import ReferenceServer
from conformance.verdict import Judgement, Outcome

CHECKS = Path(__file__).parent.parent / "conformance" / "checks"
CAUGHT = frozenset({Outcome.FAILED, Outcome.WARNED, Outcome.NOTED})

# Plugins that cost time for each check and add nothing to a judgement.
_NOT_NEEDED = (
    "anyio",
    "cacheprovider",
    "hypothesispytest",
    "logging",
    "schemathesis",
    "subtests",
    "terminal",
    "threadexception",
    "unraisableexception",
    "warnings",
)


class Collector:
    """Takes the judgements out of a pytest run."""

    def __init__(self) -> None:
        """Start with none."""
        self.judgements: list[Judgement] = []

    def pytest_runtest_logreport(self, report: Any) -> None:
        """Keep what a report carries."""
        if carried := getattr(report, "conformance", None):
            self.judgements.append(Judgement.from_dict(carried))


def run(arguments: Iterable[str]) -> tuple[int, list[Judgement]]:
    """Run the checks with pytest ``arguments``; return exit code and judgements. Nothing is printed."""
    collector = Collector()
    without = [part for name in _NOT_NEEDED for part in ("-p", f"no:{name}")]
    code = pytest.main([str(CHECKS), *without, *arguments], [collector])
    return int(code), collector.judgements


def options(server: ReferenceServer, invoices: int = 6) -> list[str]:
    """Return the settings that tell everything about ``server``."""
    return [
        f"--base-url={server.base_url}",
        f"--auth-token={server.token}",
        f"--other-auth-token={server.other_token}",
        f"--other-invoice-id={data.OTHER_INVOICE_ID}",
        f"--signing-key={server.signing_key}",
        "--enable=collection,contested",
        "--request-timeout=3",
        *(f"--invoice-id={name}" for name in data.INVOICE_IDS[:invoices]),
        *(f"--hidden-invoice-id={name}" for name in data.HIDDEN_INVOICE_IDS),
    ]


def judge(faults: Collection[Fault]) -> tuple[int, list[Judgement]]:
    """Judge a reference server with ``faults``."""
    with ReferenceServer(faults=faults) as server:
        return run(options(server))


def caught(judgements: Iterable[Judgement]) -> dict[str, Judgement]:
    """Return the first violation of each requirement that is violated."""
    found: dict[str, Judgement] = {}
    for judgement in judgements:
        if judgement.outcome in CAUGHT:
            found.setdefault(judgement.requirement, judgement)
    return found


os.environ.pop("PYTEST_ADDOPTS", None)
