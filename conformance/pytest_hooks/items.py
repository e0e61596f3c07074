"""What pytest's configuration stands for: the run, its settings, and whether nothing but the checks is asked for."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

from conformance.config import settings
from conformance.pytest_hooks import options, xdist

if TYPE_CHECKING:
    from conformance.run import Run

# The command outside of a checkout.
_COMMAND = "invoices-conformance run"
PACKAGE = Path(__file__).parents[1]
RUN: pytest.StashKey[Run] = pytest.StashKey()
# The folders whose items judge a target.
JUDGING = ("checks", "fuzzing", "sweep")


def only_checks(config: pytest.Config) -> bool:
    """Tell whether pytest was asked for nothing but the checks."""
    for argument in config.args:
        name = argument.split("::")[0]
        path = Path(config.invocation_params.dir, name).resolve()
        installed = config.option.pyargs and name.split(".")[0] == PACKAGE.name
        own = path == PACKAGE or any(path.is_relative_to(PACKAGE / folder) for folder in JUDGING)
        if not installed and not own and not _twin(path):
            return False
    return True


def _twin(path: Path) -> bool:
    """Tell whether ``path`` belongs to the checks of a checkout beside the installed package."""
    folder = path if path.is_dir() else path.parent
    if (folder / "requirements.yaml").is_file():
        return folder.name == PACKAGE.name
    return folder.name in JUDGING and (folder.parent / "requirements.yaml").is_file()


def run_of(config: pytest.Config) -> Run:
    """Return the run, created when the first check is collected. Raises pytest.UsageError for a wrong setting."""
    if RUN not in config.stash:
        try:
            config.stash[RUN] = _new_run(config)
        except settings.SettingError as error:
            raise pytest.UsageError(str(error)) from None
    return config.stash[RUN]


def existing_run(config: pytest.Config) -> Run | None:
    return config.stash.get(RUN, None)


def _target_file(config: pytest.Config) -> dict[str, Any]:
    path = config.getoption("target")
    return settings.read_target_file(path) if path else {}


def settings_of(config: pytest.Config) -> settings.Settings:
    return settings.read_settings(
        lambda dest: options.option_of(config, dest),
        lambda dest: options.ini_of(config, dest),
        _target_file(config),
    )


def _new_run(config: pytest.Config) -> Run:
    from conformance.run import Run

    target_file, values = _target_file(config), xdist.shared(config, settings_of(config))
    base_url, from_ini = config.getoption("base_url"), config.getini("base_url")
    if not base_url or base_url == from_ini:  # pytest-base-url copies it, but the file of --target comes before
        base_url = target_file.get("base-url") or from_ini
    dry = bool(config.option.collectonly or config.getoption("plan"))
    run = Run(str(base_url) if base_url else None, values, dry=dry)
    run.program = _program(config)
    return run


def _program(config: pytest.Config) -> str:
    """Return how the user started the run, with the places of the checks."""
    # A worker of xdist knows how the user started the process that it works for.
    started = getattr(config, "workerinput", {}).get("mainargv", sys.argv)
    if not Path(started[0]).name.startswith(("pytest", "py.test", "__main__")):
        return _COMMAND
    if config.args_source is not pytest.Config.ArgsSource.ARGS:
        return "pytest"
    from conformance.report.repeat_command import quoted

    return " ".join(["pytest", *(["--pyargs"] if config.option.pyargs else []), *map(quoted, config.args)])


def write_lines(config: pytest.Config, lines: Any) -> None:
    from conformance.report import workflow
    from conformance.report.styled import markup_of

    reporter = config.pluginmanager.get_plugin("terminalreporter")
    if reporter is not None:
        for line in workflow.guarded(lines):
            reporter.write_line(line, **markup_of(line))
