"""Servers that answer only so much: a run says so, and never that they conform."""

from __future__ import annotations

import itertools
import threading
from collections.abc import Callable

import pytest

from conformance.model.outcome import ExitCode
from conformance.reference.app import Api
from conformance.reference.data import DOCUMENTED
from conformance.reference.faults import Fault
from conformance.reference.message import Problem, Request
from conformance.reference.server import ReferenceServer
from tests.support import runs

# So many requests are answered.
ENOUGH = 20


def judged_by(then: Callable[[ReferenceServer], None]) -> runs.Result:
    """Run some checks against a server that does ``then`` in place of each answer after the first ones."""
    numbers = itertools.count()

    def install(api: Api) -> None:
        def limit(_: Request) -> None:
            if next(numbers) >= ENOUGH:
                then(server)

        api.on_request(limit)

    limited = Fault("limited", "answers some requests", frozenset(), "", "adversary", install)
    with ReferenceServer(faults=[limited]) as server:
        options = (f"--base-url={server.base_url}", f"--invoice-id={DOCUMENTED.id}", "--request-timeout=2")
        return runs.run(runs.CONDITIONAL, *options, INVOICES_AUTH_TOKEN=server.token)


def test_answers_that_are_larger_than_is_read_are_inconclusive() -> None:
    with ReferenceServer() as server:
        options = (f"--base-url={server.base_url}", f"--invoice-id={DOCUMENTED.id}", "--enable=collection")
        result = runs.run(
            f"{runs.CHECKS}/test_collection.py", *options, "--max-body=6000", INVOICES_AUTH_TOKEN=server.token
        )
    assert result.code == ExitCode.INCONCLUSIVE
    output = " ".join(" ".join(result.lines).split())
    assert "as answers are larger than is read: run again with a larger --max-body" in output
    assert "COLL-001" in output.partition(" inconclusive: ")[2].partition(";")[0]


def refuse(_: ReferenceServer) -> None:
    """Let nobody ask for an hour."""
    refused = Problem(429, "Later", "There are too many requests.")
    refused.headers.append(("Retry-After", "3600"))
    raise refused


def die(server: ReferenceServer) -> None:
    """Answer nothing any more, this request included."""
    threading.Thread(target=server.stop, daemon=True).start()


@pytest.mark.parametrize(
    ("then", "advice"),
    [
        (refuse, "as the target limits requests: run again with --rate-limit, or with --concurrency=1"),
        (die, "as answers were lost: see that the server stays up and answers, and run again"),
    ],
    ids=["all but the first requests are refused", "it dies half way"],
)
def test_a_server_that_answers_only_so_much_is_inconclusive(
    then: Callable[[ReferenceServer], None], advice: str
) -> None:
    result = judged_by(then)
    assert result.code == ExitCode.INCONCLUSIVE
    output = " ".join(" ".join(result.lines).split())
    assert "verdict inconclusive: " in output
    assert advice in output
