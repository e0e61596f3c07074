"""Sharing a run between the processes of pytest-xdist: the checks stay in one, the parts of a sweep go to all."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

from conformance.config.settings import Settings

if TYPE_CHECKING:
    import pytest

    from conformance.run import Run


def is_worker(config: pytest.Config) -> bool:
    """Return whether this process is one of several, and gets its tests from another."""
    return hasattr(config, "workerinput")


def shares_a_sweep(config: pytest.Config) -> bool:
    """Return whether this process has a part of a sweep to do, and perhaps the checks."""
    given: Any = getattr(config, "workerinput", {})
    return bool(given.get("conformance"))


def is_controller(config: pytest.Config) -> bool:
    """Return whether this process only gives the parts of a run of the checks to others."""
    from conformance.pytest_hooks.items import RUN

    # Only a run of nothing but the checks exists before anything is collected.
    distributed = config.pluginmanager.hasplugin("dsession") and not is_worker(config)
    return bool(distributed and RUN in config.stash)


def workers(config: pytest.Config) -> int:
    """Return how many processes share a sweep."""
    if is_controller(config):
        return len(config.option.tx)
    given: Any = getattr(config, "workerinput", {})
    return int(given["workercount"]) if shares_a_sweep(config) else 1


def shared(config: pytest.Config, given: Settings) -> Settings:
    """Return the settings for this process: its part of the limits."""
    count = workers(config)
    if count == 1:
        return given
    values = dict(given.values)
    values["concurrency"] = max(1, values["concurrency"] // count)
    if values["rate-limit"]:
        values["rate-limit"] /= count
    return Settings(values, given.given)


def scheduler(config: pytest.Config, log: Any) -> Any:
    """Return a scheduler that gives all checks to one process, and each part of a sweep to the next free one."""
    from xdist.scheduler import LoadScopeScheduling  # type: ignore[import-untyped]

    class PartsOfASweep(LoadScopeScheduling):  # type: ignore[misc]
        """Scheduling by what has to stay together."""

        def _split_scope(self, nodeid: str) -> str:
            return nodeid if "::test_sweep[" in nodeid else "checks"

    return PartsOfASweep(config, log)


def hand_over(config: pytest.Config, run: Run) -> None:
    """Let the process that collects the results know what this one sent and received."""
    if not shares_a_sweep(config) or not run.is_started:
        return
    from conformance.report import json_report

    output: dict[str, Any] = config.workeroutput  # type: ignore[attr-defined]
    known = {
        "sent": run.observer.sent,
        "seconds": run.seconds,
        "exchanges": json_report.exchanges(run),
        "deselected": run.deselected,
    }
    output["conformance"] = json.dumps(known)
