"""pytest hooks: options, which exchanges a check gets, outcomes, and the end of a run. No judging here."""

from __future__ import annotations

import json
import time
from collections.abc import Generator, Iterator, Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

from conformance import distribution, settings, termination

if TYPE_CHECKING:
    from conformance.arguments import Argument
    from conformance.plan import Step
    from conformance.run import Run

PACKAGE = Path(__file__).parent
# The folders whose items judge a target.
JUDGING = ("checks", "fuzzing", "sweep")


def pytest_addoption(parser: pytest.Parser) -> None:
    """Declare the settings."""
    settings.add_options(parser)


@pytest.hookimpl(wrapper=True)
def pytest_cmdline_main(config: pytest.Config) -> Generator[None, object, object]:
    """Keep the checks in one process: it sends several requests at once, and its limits hold for all of them.

    Only a sweep can be shared; each process then has its part of the limits.
    """
    if not _only_checks(config):
        return (yield)
    if hasattr(config.option, "numprocesses") and not _can_be_shared(config):
        config.option.numprocesses, config.option.dist, config.option.tx = None, "no", []
    with termination.taken_for_an_interrupt():
        return (yield)


def pytest_configure(config: pytest.Config) -> None:
    """Know the marker, and keep a run of the checks quiet: its own report tells what matters."""
    config.addinivalue_line("markers", "requirement(id): the requirement of the registry that a check judges")
    config.addinivalue_line("markers", "generated: sends generated requests, and judges many requirements")
    # Else pytest repeats whole failures at the end when it runs in CI, and what a target sent with them.
    config.option.force_short_summary = True
    if not _only_checks(config) or not config.pluginmanager.hasplugin("terminal"):
        return
    if config.option.verbose == 0:
        config.option.verbose = -1
    if config.option.tbstyle == "auto":
        config.option.tbstyle = "no"
    if config.option.reportchars == "fE":
        config.option.reportchars = ""


def _only_checks(config: pytest.Config) -> bool:
    """Tell whether pytest was asked for nothing but the checks."""
    for argument in config.args:
        name = argument.split("::")[0]
        path = Path(config.invocation_params.dir, name).resolve()
        installed = config.option.pyargs and name.split(".")[0] == PACKAGE.name
        own = path == PACKAGE or any(path.is_relative_to(PACKAGE / folder) for folder in JUDGING)
        if not installed and not own and not _twin(path):
            return False
    return True


def _can_be_shared(config: pytest.Config) -> bool:
    """Tell whether this is a sweep that several processes can share. A record is that of one process."""
    try:
        values = _settings(config)
    except settings.SettingError:
        return False  # is reported when the settings are needed
    alone = values["record"] or values["replay"] or config.getoption("plan") or config.option.collectonly
    return values["sweep"] is not None and not alone


def _twin(path: Path) -> bool:
    """Tell whether ``path`` belongs to the checks of a checkout beside the installed package."""
    folder = path if path.is_dir() else path.parent
    return folder.name in JUDGING and (folder.parent / "requirements.yaml").is_file()


def _requirement_id(item: pytest.Item) -> str | None:
    marker = item.get_closest_marker("requirement")
    return str(marker.args[0]) if marker else None


def _is_generated(item: pytest.Item) -> bool:
    return item.get_closest_marker("generated") is not None


def run_of(config: pytest.Config) -> Run:
    """Return the run, created when the first check is collected. Raises pytest.UsageError for a wrong setting."""
    from conformance.fixtures import RUN

    if RUN not in config.stash:
        try:
            config.stash[RUN] = _new_run(config)
        except settings.SettingError as error:
            raise pytest.UsageError(str(error)) from None
    return config.stash[RUN]


def _target_file(config: pytest.Config) -> dict[str, Any]:
    path = config.getoption("target")
    return settings.read_target_file(path) if path else {}


def _settings(config: pytest.Config) -> settings.Settings:
    return settings.read_settings(
        lambda dest: settings.option_of(config, dest),
        lambda dest: settings.ini_of(config, dest),
        _target_file(config),
    )


def _new_run(config: pytest.Config) -> Run:
    from conformance.run import Run

    target_file, values = _target_file(config), distribution.shared(config, _settings(config))
    base_url, from_ini = config.getoption("base_url"), config.getini("base_url")
    if not base_url or base_url == from_ini:  # pytest-base-url copies it, but the file of --target comes before
        base_url = target_file.get("base-url") or from_ini
    dry = bool(config.option.collectonly or config.getoption("plan"))
    return Run(str(base_url) if base_url else None, values, dry=dry)


def _existing_run(config: pytest.Config) -> Run | None:
    from conformance.fixtures import RUN

    return config.stash.get(RUN, None)


def pytest_sessionstart(session: pytest.Session) -> None:
    """Read the settings early when checks are what is run, so that a wrong one is the only thing that is said."""
    if not _only_checks(session.config):
        return
    run = run_of(session.config)
    if distribution.is_worker(session.config) or distribution.is_controller(session.config):
        return  # each process has a state of its own
    try:
        run.expect_usable_state()
    except settings.SettingError as error:
        raise pytest.UsageError(str(error)) from None


def pytest_itemcollected(item: pytest.Item) -> None:
    """Let ``-k COND-002`` select the checks of a requirement."""
    if name := _requirement_id(item):
        item.extra_keyword_matches.add(name)


def pytest_generate_tests(metafunc: pytest.Metafunc) -> None:
    """Run a check once per known invoice when all that it judges is sent for each of them."""
    if not metafunc.definition.get_closest_marker("requirement"):
        return
    from conformance import arguments

    run = run_of(metafunc.config)
    if arguments.for_each_invoice(metafunc.definition._fixtureinfo.argnames):  # noqa: SLF001 - no public way
        metafunc.parametrize("invoice_id", run.target.invoice_ids)


def _exchange_arguments(item: pytest.Function) -> dict[str, Argument]:
    from conformance.arguments import Argument, is_exchange_argument

    params: dict[str, Any] = item.callspec.params if hasattr(item, "callspec") else {}
    names = item._fixtureinfo.argnames  # noqa: SLF001 - no public way to the arguments of the function
    return {name: Argument(name, params.get(name)) for name in names if is_exchange_argument(name)}


def _invoice_id(item: pytest.Function) -> str | None:
    params: dict[str, Any] = item.callspec.params if hasattr(item, "callspec") else {}
    return params.get("invoice_id")


def _checks(items: list[pytest.Item]) -> Iterator[pytest.Function]:
    return (item for item in items if isinstance(item, pytest.Function) and _requirement_id(item))


@pytest.hookimpl(trylast=True)
def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Judge what covers the whole record after everything else, and send generated requests after that."""
    from conformance.arguments import record_wide

    whole = {id(item) for item in _checks(items) if record_wide(_exchange_arguments(item))}
    items.sort(key=lambda item: (_is_generated(item), id(item) in whole))


@pytest.hookimpl(tryfirst=True)
def pytest_runtestloop(session: pytest.Session) -> bool | None:
    """Send what the selected checks need, before the first one is judged."""
    if distribution.is_controller(session.config):
        return _begin_elsewhere(session.config)
    return _begin(session)


def _begin(session: pytest.Session) -> bool | None:
    checks = list(_checks(session.items))
    if session.config.option.collectonly or not (checks or any(map(_is_generated, session.items))):
        return None
    if session.testsfailed and not session.config.option.continue_on_collection_errors:
        return None  # pytest says what could not be collected, and ends
    run = run_of(session.config)
    steps = [
        step
        for check in checks
        for argument in _exchange_arguments(check).values()
        for step in argument.steps(run.target, _invoice_id(check))
    ]
    if session.config.getoption("plan"):
        from conformance.reports import plan

        _write(session.config, plan.lines(run.target, steps, aborted=run.abort))
        return True
    started = time.monotonic()
    run.start()
    if distribution.is_worker(session.config):
        return None
    if run.abort:
        _write(session.config, [run.abort.message])
        return True
    run.observe(_steps(run, checks))
    if not run.kept:
        run.seconds = time.monotonic() - started
    return None


def _steps(run: Run, checks: Sequence[pytest.Function]) -> list[Step]:
    """Return what applicable checks need."""
    return [
        step
        for check in checks
        if not _missing(run, check)
        for argument in _exchange_arguments(check).values()
        for step in argument.steps(run.target, _invoice_id(check))
    ]


def _begin_elsewhere(config: pytest.Config) -> bool | None:
    """Look at the target before several processes do."""
    run = run_of(config)
    run.start()
    if run.abort:
        _write(config, [run.abort.message])
        return True
    return None


@pytest.hookimpl(optionalhook=True)
def pytest_configure_node(node: Any) -> None:
    """Tell a process that it shares a sweep."""
    node.workerinput["conformance"] = distribution.is_controller(node.config)


@pytest.hookimpl(optionalhook=True)
def pytest_xdist_make_scheduler(config: pytest.Config, log: Any) -> Any:
    """Keep the checks together."""
    return distribution.scheduler(config, log) if distribution.is_controller(config) else None


@pytest.hookimpl(optionalhook=True)
def pytest_testnodedown(node: Any) -> None:
    """Take over what a process sent and received."""
    told = getattr(node, "workeroutput", {}).get("conformance")
    if told and (run := _existing_run(node.config)):
        run.elsewhere.append(json.loads(told))


def _write(config: pytest.Config, lines: Any) -> None:
    from conformance.reports import workflow

    reporter = config.pluginmanager.get_plugin("terminalreporter")
    if reporter is not None:
        for line in workflow.guarded(lines):
            reporter.write_line(line)


def _missing(run: Run, item: pytest.Item) -> list[str]:
    from conformance.requirements import registry

    name = _requirement_id(item)
    requirement = registry().get(name) if name else None
    return sorted(set(requirement.needs) - run.target.capabilities) if requirement else []


def pytest_runtest_setup(item: pytest.Item) -> None:
    """A requirement that needs what the target does not have is not applicable."""
    from conformance.outcomes import NotApplicable

    if not _requirement_id(item):
        return
    run = run_of(item.config)
    if run.abort:
        pytest.fail(run.abort.message, pytrace=False)
    if distribution.shares_a_sweep(item.config) and not run.observed:
        # All checks are in this process: what they need is sent together, as in a run with one process.
        started = time.monotonic()
        run.observe(_steps(run, list(_checks(item.session.items))))
        run.seconds = time.monotonic() - started
    if missing := _missing(run, item):
        raise NotApplicable(", ".join(missing))


@pytest.hookimpl(wrapper=True)
def pytest_pyfunc_call(pyfuncitem: pytest.Function) -> Generator[None, object, object]:
    """Judge once more on fresh exchanges before a comparison fails: data may change between two requests.

    Then judge the later answers to what is sent several times.
    """
    from conformance import rejudging
    from conformance.exchange import NotObserved
    from conformance.judging import Violation

    if not _requirement_id(pyfuncitem):
        return (yield)
    run, arguments = run_of(pyfuncitem.config), _exchange_arguments(pyfuncitem)
    first: rejudging.Finding | NotObserved | None = None

    def check(values: Mapping[str, Any]) -> None:
        names = pyfuncitem._fixtureinfo.argnames  # noqa: SLF001
        pyfuncitem.obj(**{name: values.get(name, pyfuncitem.funcargs[name]) for name in names})

    try:
        try:
            yield
        except (Violation, AssertionError):
            if not _refresh(run, pyfuncitem, arguments):
                raise
            check({})
    except (Violation, AssertionError, NotObserved) as raised:
        first = raised
    rejudging.conclude(run, check, arguments, _invoice_id(pyfuncitem), first)
    return True


def _refresh(run: Run, item: pytest.Function, arguments: dict[str, Argument]) -> bool:
    from conformance.arguments import can_be_observed_again, record_wide
    from conformance.fixtures import value_of

    steps = [step for argument in arguments.values() for step in argument.steps(run.target, _invoice_id(item))]
    if record_wide(arguments) or not can_be_observed_again(steps):
        return False
    run.observer.forget(steps)
    run.observe(steps)
    for name, argument in arguments.items():
        item.funcargs[name] = value_of(run, argument, _invoice_id(item))
    return True


@pytest.hookimpl(tryfirst=True)
def pytest_runtest_makereport(item: pytest.Item, call: pytest.CallInfo[None]) -> pytest.TestReport | None:
    """Turn the end of a check into an outcome; what was judged has no traceback, and none is made."""
    name = _requirement_id(item)
    if name is None:
        return None
    from conformance import outcomes

    error = call.excinfo.value if call.excinfo else None
    if error is not None and outcomes.is_judged(error):
        call.excinfo = None
    report = pytest.TestReport.from_item_and_call(item, call)
    if error is None and call.when != "call":
        return report
    exchanges = [value for value in getattr(item, "funcargs", {}).values() if outcomes.is_evidence(value)]
    judgement = outcomes.judge((name, item.nodeid), error, exchanges, run_of(item.config), str(report.longrepr))
    outcomes.apply([judgement], report, run_of(item.config))
    item.user_properties += outcomes.properties(report)
    return report


def pytest_runtest_logreport(report: pytest.TestReport) -> None:
    """Collect judgements on the way to the reports; under xdist they come from the workers."""
    if data := getattr(report, "conformance", None):
        _RECEIVED.append(data)


_RECEIVED: list[dict[str, Any]] = []
# The files that a run wrote, each with what went wrong.
_WRITTEN: pytest.StashKey[list[tuple[str, str]]] = pytest.StashKey()


def pytest_report_teststatus(report: pytest.TestReport, config: pytest.Config) -> tuple[str, str, str] | None:
    """Count outcomes under their own names; without -v nothing is printed per check."""
    data = getattr(report, "conformance", None)
    if not isinstance(report, pytest.TestReport) or data is None:
        return None
    outcome = str(data["outcome"])
    shown = config.option.verbose > 0
    return outcome, outcome[0] if shown else "", f"{outcome.upper()} {data['about']}" if shown else ""


@pytest.hookimpl(trylast=True)
def pytest_sessionfinish(session: pytest.Session) -> None:
    """End what the run started and let the verdict decide the exit code."""
    from conformance.verdict import Judgement

    run = _existing_run(session.config)
    if run is None:
        return
    found = [Judgement.from_dict(each) for data in _RECEIVED for each in data["judgements"]]
    run.swept += [data["sweep"] for data in _RECEIVED if "sweep" in data]
    found = [*found, *run.judgements_before, *run.conclusions()]
    run.judgements = [run.waivers.excuse(judgement) for judgement in found]
    run.complete = _is_complete(session, run)
    run.generated = [data["generated"] for data in _RECEIVED if "generated" in data]
    run.keep_generated({data["item"]: data for data in _RECEIVED if "item" in data})
    _RECEIVED.clear()
    run.stop()
    if run.abort:
        session.exitstatus = int(run.abort.code)
    elif session.exitstatus in {0, 1, 5} and not run.dry and (_only_judged(session) or run.verdict().exit_code):
        session.exitstatus = int(run.verdict().exit_code)
    if distribution.is_worker(session.config):
        distribution.tell(session.config, run)
    elif not run.dry:
        _write_files(session, run)


def _write_files(session: pytest.Session, run: Run) -> None:
    """Write record and reports, after an interruption too; that one cannot be written is an error of its own."""
    from conformance.reports import files
    from conformance.reports.json_report import Ending

    interrupted = session.exitstatus == pytest.ExitCode.INTERRUPTED
    ending = Ending(int(session.exitstatus), interrupted=interrupted)
    session.config.stash[_WRITTEN] = files.write(run, ending)
    if session.exitstatus == 0 and any(problem for _, problem in session.config.stash[_WRITTEN]):
        session.exitstatus = 3


def pytest_deselected(items: Sequence[pytest.Item]) -> None:
    """Count what was not selected: a verdict does not speak of it."""
    if items and (run := _existing_run(items[0].config)):
        run.deselected += sum(bool(_requirement_id(item) or _is_generated(item)) for item in items)


def _is_complete(session: pytest.Session, run: Run) -> bool:
    """Tell whether all checks of the suite were run to their end."""
    ended = session.exitstatus in {0, 1, 5} and not session.shouldfail and not session.shouldstop
    selected = run.deselected or any("::" in argument for argument in session.config.args)
    files = {item.path.name for item in _checks(getattr(session, "items", []))}
    every = {path.name for path in (PACKAGE / "checks").glob("test_*.py")}
    return bool(ended and not selected and files >= every)


def _only_judged(session: pytest.Session) -> bool:
    return all(_requirement_id(item) or _is_generated(item) for item in session.items)


def pytest_terminal_summary(terminalreporter: Any, exitstatus: int, config: pytest.Config) -> None:
    """Print findings and verdict."""
    for report in terminalreporter.stats.get("error", []):
        if isinstance(report, pytest.CollectReport):
            terminalreporter.write_line(str(report.longrepr))
    for path, problem in config.stash.get(_WRITTEN, []):
        terminalreporter.write_line(f"{path} cannot be written: {problem}" if problem else f"written     {path}")
    run = _existing_run(config)
    if run is None or run.abort or run.dry or not run.judgements:
        return
    from conformance.reports import github, terminal, workflow

    verdict = run.verdict()
    deselected = len(terminalreporter.stats.get("deselected", []))
    interrupted = exitstatus == pytest.ExitCode.INTERRUPTED
    closing = terminal.summary(run, verdict, deselected, interrupted=interrupted)
    _write(config, [*terminal.errors(run), *terminal.findings(run, verdict), *closing])
    if workflow.is_active():
        for line in github.commands(run, verdict):
            terminalreporter.write_line(line)
