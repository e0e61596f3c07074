"""Runs all checks in this process against a server with a fault, and compares what they find with what they must.

pytest itself costs more than the judging when hundreds of servers are judged one after the other.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable
from typing import Any

from conformance.config.sources import Sources, read_settings
from conformance.judge import suite
from conformance.judge.evaluate import judge_all
from conformance.model.outcome import ExitCode, Judgement, Outcome
from conformance.model.requirements import registry
from conformance.reference import data
from conformance.reference.faults import Fault
from conformance.reference.server import ReferenceServer
from conformance.run import Run

CAUGHT = frozenset({Outcome.FAILED, Outcome.WARNED, Outcome.NOTED})


class Aborted(Exception):  # noqa: N818 - an outcome of the smoke request
    """The target cannot be judged."""

    def __init__(self, code: ExitCode, message: str) -> None:
        """Keep the exit code that the run would end with."""
        super().__init__(message)
        self.code = code


def run_at(base_url: str, given: dict[str, Any]) -> Run:
    """Return a run, not started, against ``base_url`` with the settings ``given``, named as options are in pytest."""
    return Run(base_url, read_settings(Sources(given.get, lambda _: None, {}, {})), dry=False)


def run_against(server: ReferenceServer, capabilities: Collection[str]) -> Run:
    """Return a run, not started, against ``server``, with what ``capabilities`` need."""
    # Client and server share a processor here: more threads would only wait for each other.
    return run_at(server.base_url, {"concurrency": "2", **settings_for(server, capabilities)})


def judge_target(base_url: str, given: dict[str, Any]) -> list[Judgement]:
    """Judge the server at ``base_url`` with the settings ``given``, named as options are in pytest. Raises Aborted."""
    run = run_at(base_url, given)
    try:
        run.start()
        if run.abort:
            raise Aborted(run.abort.code, run.abort.message)
        todo = suite.cases(run.target)
        run.observe(suite.needed(run.target, todo))
        return judge_all(run, todo)
    finally:
        run.stop()


# What a target must be given, and what enabled, to have a capability.
_GIVEN = {
    "second-customer": ("other_auth_token", "other_invoice_id"),
    "hidden-invoice": ("hidden_invoice_id",),
    "expendable-invoice": ("expendable_invoice_id",),
    "signing-key": ("signing_key",),
}
_ENABLED = frozenset({"collection", "contested", "cookie", "wire", "load"})
# Sends each request several times, and is judged apart.
REPEAT, TIMES = "repeat", "10"
_REPEATING = {
    "repeat": TIMES,
    # One after the other, so that what comes and goes does so at the same places in every run.
    "concurrency": "1",
    "invoice_id": list(data.KNOWN_INVOICE_IDS[:3]),
}
EVERYTHING = frozenset(_ENABLED | _GIVEN.keys())


def settings_for(server: ReferenceServer, capabilities: Collection[str] = EVERYTHING) -> dict[str, Any]:
    """Return the settings that describe of ``server`` what ``capabilities`` need."""
    known = {
        "other_auth_token": server.other_token,
        "other_invoice_id": data.OTHER_INVOICE_ID,
        "hidden_invoice_id": list(data.HIDDEN_INVOICE_IDS),
        "expendable_invoice_id": data.EXPENDABLE_INVOICE_ID,
        "signing_key": server.signing_key,
    }
    given = {name: known[name] for need in sorted(capabilities) for name in _GIVEN.get(need, ())}
    enabled = sorted(set(capabilities) & _ENABLED)
    return {
        **given,
        "auth_token": server.token,
        "enable": [",".join(enabled)] if enabled else None,
        "request_timeout": "4",
        "invoice_id": list(data.KNOWN_INVOICE_IDS),
        **(_REPEATING if REPEAT in capabilities else {}),
    }


def capabilities_for(faults: Collection[Fault]) -> frozenset[str]:
    """Return what ``faults`` need to be seen; everything for a correct server.

    What is contested, which is most of what can be asked for, is needed for requirements that need it themselves.
    """
    if not faults:
        return EVERYTHING
    contested = ({"contested"}.intersection(registry()[name].needs) for fault in faults for name in fault.caught_by)
    return frozenset().union(*(fault.needs for fault in faults), *contested)


def judge(faults: Collection[Fault], capabilities: Collection[str] | None = None) -> list[Judgement]:
    """Judge a reference server with ``faults``.

    By default with the capabilities that they need and no others: that is what makes hundreds of them affordable.
    """
    if capabilities is None:
        capabilities = capabilities_for(faults)
    tls = "https" in capabilities
    with ReferenceServer(faults=faults, tls=tls) as server:
        given = settings_for(server, capabilities)
        if not any(fault.area == "intermittent" for fault in faults):
            # Client and server share a processor here: more threads would only wait for each other.
            given = {"concurrency": "2", **given}
        secure = {"insecure": True, "plain_url": server.plain_url} if tls else {}
        return judge_target(server.base_url, {**given, **secure})


def caught(judgements: Iterable[Judgement]) -> dict[str, Judgement]:
    """Return the first violation of each requirement that is violated."""
    found: dict[str, Judgement] = {}
    for judgement in judgements:
        if judgement.outcome in CAUGHT:
            found.setdefault(judgement.requirement, judgement)
    return found
