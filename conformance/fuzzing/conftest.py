"""Items of the generated part: which there are, and how what they found becomes judgements."""

from __future__ import annotations

import time
from collections.abc import Iterator
from dataclasses import asdict

import pytest

from conformance.fuzzing.session import Outcome, Session
from conformance.pytest_hooks.items import run_of

# Kinds of requests: examples and coverage, random ones, and ones that are broken on the level of the URL.
GROUPS = ("contract", "fuzzing", "hostile")
_OUTCOME: pytest.StashKey[tuple[Outcome, float]] = pytest.StashKey()


def _examples(config: pytest.Config) -> int:
    return int(run_of(config).settings["fuzz-examples"])


def pytest_pycollect_makeitem(collector: pytest.Collector) -> list[pytest.Item] | None:
    """Collect nothing when the generated part is off."""
    return None if _examples(collector.config) else []


def pytest_generate_tests(metafunc: pytest.Metafunc) -> None:
    """Make an item for each operation of the document that the target has, and each kind of request."""
    from conformance.fuzzing.asked import operations

    target = run_of(metafunc.config).target
    found = [
        name
        for name, operation in operations().items()
        if "collection" in target.capabilities or operation.path.startswith("/invoices/{id}")
    ]
    if "group" in metafunc.fixturenames:
        pairs = [(name, group) for name in found for group in (GROUPS if name.startswith("get") else ("head",))]
        metafunc.parametrize(("operation", "group"), pairs, ids=[f"{name}-{group}" for name, group in pairs])
    elif "operations" in metafunc.fixturenames:
        gets = tuple(name for name in found if name.startswith("get"))
        metafunc.parametrize("operations", [gets], ids=["collection" if len(gets) > 3 else "item"])


@pytest.fixture(scope="session")
def generated(request: pytest.FixtureRequest) -> Iterator[Session]:
    """The generated part of the run."""
    run = run_of(request.config)
    session = Session(run.target, run.settings["fuzz-seed"], run.settings["fuzz-examples"])
    yield session
    session.close()


def pytest_runtest_setup(item: pytest.Item) -> None:
    """Send nothing to a target that cannot be used."""
    if abort := run_of(item.config).abort:
        pytest.fail(abort.message, pytrace=False)


@pytest.hookimpl(tryfirst=True)
def pytest_pyfunc_call(pyfuncitem: pytest.Function) -> bool:
    """Keep what an item found; it is no failure of the item. Nothing is sent when a record is judged."""
    if run_of(pyfuncitem.config).kept:
        return True
    started = time.monotonic()
    names = pyfuncitem._fixtureinfo.argnames  # noqa: SLF001 - no public way to the arguments of the function
    outcome = pyfuncitem.obj(**{name: pyfuncitem.funcargs[name] for name in names})
    pyfuncitem.stash[_OUTCOME] = (outcome, time.monotonic() - started)
    return True


@pytest.hookimpl(tryfirst=True)
def pytest_runtest_makereport(item: pytest.Item, call: pytest.CallInfo[None]) -> pytest.TestReport | None:
    """Report the judgements of an item; an exception is an error of the suite."""
    from conformance.fuzzing.judgements import judgements
    from conformance.judge import outcomes

    report = pytest.TestReport.from_item_and_call(item, call)
    run = run_of(item.config)
    if call.excinfo is not None:
        outcomes.apply_suite_error(item, str(report.longrepr), report, run)
    elif call.when == "call" and run.kept:
        recorded = run.kept.generated.get(item.name, {"judgements": []})
        outcomes.apply_recorded(item, recorded, report, run)
    elif call.when == "call":
        found, seconds = item.stash[_OUTCOME]
        repeat = f"-k {_select(item)} --fuzz-seed={run.settings['fuzz-seed']} --fuzz-examples={_examples(item.config)}"
        told = judgements(found, item.nodeid, repeat, run.target.redactor)
        outcomes.apply(told, report, run)
        tally = {**asdict(found.tally), "seconds": seconds}
        vars(report)["conformance"].update(generated=tally, item=item.name)
    if hasattr(report, "conformance"):
        item.user_properties += outcomes.properties(report)
    return report


def _select(item: pytest.Item) -> str:
    """Return the expression of ``-k`` that selects the item and no other."""
    return item.name.partition("[")[2].rstrip("]") if item.name.startswith("test_generated[") else item.name
