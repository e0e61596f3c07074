"""Items of the sweep: which there are, and how what they found becomes judgements."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import nullcontext
from typing import TYPE_CHECKING, Any

import pytest

from conformance.config.settings import SettingError
from conformance.pytest_hooks.items import run_of
from conformance.pytest_hooks.xdist import workers

if TYPE_CHECKING:
    from conformance.sweep.progress import Advance
    from conformance.sweep.session import Sweep

_SUMMARY: pytest.StashKey[dict[str, Any]] = pytest.StashKey()


def pytest_pycollect_makeitem(collector: pytest.Collector) -> list[pytest.Item] | None:
    """Collect nothing when no sweep is wanted."""
    return [] if run_of(collector.config).settings["sweep"] is None else None


def pytest_generate_tests(metafunc: pytest.Metafunc) -> None:
    """Make an item for each part that this run sweeps: one for each process."""
    index, of = run_of(metafunc.config).settings["sweep-shard"]
    own = workers(metafunc.config)
    parts = [((index - 1) * own + number, of * own) for number in range(1, own + 1)]
    metafunc.parametrize("part", parts, ids=[f"{number}of{count}" for number, count in parts])


@pytest.fixture
def sweep(request: pytest.FixtureRequest, part: tuple[int, int]) -> Iterator[Sweep | None]:
    """The sweep of one part; None when a record is judged."""
    from conformance.sweep.session import Sweep

    run = run_of(request.config)
    if run.kept:
        yield None
        return
    path = run.settings["sweep-state"]
    if path and workers(request.config) > 1:
        path = f"{path}.{part[0]}of{part[1]}"
    made = Sweep(run.target, run.settings["sweep"], run.settings["fuzz-seed"], part, path)
    yield made
    made.close()


@pytest.fixture
def advance(request: pytest.FixtureRequest) -> Iterator[Advance]:
    """Where the sweep tells how far it is: on the terminal, though the output of tests is kept from it."""
    from conformance.sweep import progress

    capture = request.config.pluginmanager.getplugin("capturemanager")
    with capture.global_and_fixture_disabled() if capture else nullcontext(), progress.shown("sweep") as told:
        yield told


def pytest_runtest_setup(item: pytest.Item) -> None:
    """Send nothing to a target that cannot be used."""
    if abort := run_of(item.config).abort:
        pytest.fail(abort.message, pytrace=False)


@pytest.hookimpl(tryfirst=True)
def pytest_pyfunc_call(pyfuncitem: pytest.Function) -> bool:
    """Keep what an item found; it is no failure of the item."""
    made: Any = pyfuncitem.funcargs["sweep"]
    if made is None:
        return True
    from conformance.sweep.judgements import judgements, repeated

    try:
        pyfuncitem.stash[_SUMMARY] = made.run(pyfuncitem.funcargs["advance"])
    except KeyboardInterrupt:
        # No report is made of an item that is interrupted.
        run = run_of(pyfuncitem.config)
        summary = made.summary()
        run.judgements_before += judgements(summary, pyfuncitem.nodeid, repeated(run.settings))
        run.swept.append({**summary, "interrupted": True})
        raise
    return True


@pytest.hookimpl(tryfirst=True)
def pytest_runtest_makereport(item: pytest.Item, call: pytest.CallInfo[None]) -> pytest.TestReport | None:
    """Report the judgements of an item; an exception is an error of the suite, unless a setting is wrong."""
    from conformance.judge import outcomes
    from conformance.sweep.judgements import judgements, repeated

    report = pytest.TestReport.from_item_and_call(item, call)
    run = run_of(item.config)
    if call.excinfo is not None:
        wrong = isinstance(call.excinfo.value, SettingError)
        said = str(call.excinfo.value) if wrong else str(report.longrepr)
        outcomes.apply_suite_error(item, said, report, run)
    elif call.when == "call" and run.kept:
        recorded = run.kept.generated.get(item.name, {"judgements": []})
        outcomes.apply_recorded(item, recorded, report, run)
    elif call.when == "call":
        summary = item.stash[_SUMMARY]
        outcomes.apply(list(judgements(summary, item.nodeid, repeated(run.settings))), report, run)
        told = {name: value for name, value in summary.items() if name != "holding"}
        vars(report)["conformance"].update(sweep=told, item=item.name)
    if hasattr(report, "conformance"):
        item.user_properties += outcomes.properties(report)
    return report
