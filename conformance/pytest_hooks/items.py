"""What pytest's configuration stands for: the run, its settings, and whether nothing but the checks is asked for."""

from __future__ import annotations

import sys
from collections.abc import Mapping
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

from conformance.config import settings, sources
from conformance.config.sources import Sources
from conformance.pytest_hooks import options, xdist
from conformance.pytest_hooks.places import holds_checks

if TYPE_CHECKING:
    from conformance.run import Run

# The command outside of a checkout.
_COMMAND = "invoices-conformance run"
# The settings that name a file which the run writes.
WRITTEN = ("report-json", "report-html", "report-ctrf", "record", "write-waivers")
RUN: pytest.StashKey[Run] = pytest.StashKey()
_BASE_URL: pytest.StashKey[str | None] = pytest.StashKey()
# Whether only the verdict is to be shown.
QUIET: pytest.StashKey[bool] = pytest.StashKey()
# The plugin by which the console script runs pytest.
RUN_COMMAND = "conformance.pytest_hooks.run_command"


def only_checks(config: pytest.Config) -> bool:
    """Return whether pytest was asked for nothing but the checks."""
    here, pyargs = config.invocation_params.dir, config.option.pyargs
    return all(holds_checks(here, each, pyargs=pyargs) for each in config.args)


def run_of(config: pytest.Config) -> Run:
    """Return the run, created when the first check is collected. Raises pytest.UsageError for a wrong setting."""
    if RUN not in config.stash:
        try:
            config.stash[RUN] = _new_run(config)
        except settings.SettingError as error:
            raise pytest.UsageError(str(error)) from None
    return config.stash[RUN]


def existing_run(config: pytest.Config) -> Run | None:
    """Return the run of this process, or None where none was made."""
    return config.stash.get(RUN, None)


def sources_of(config: pytest.Config) -> Sources:
    """Return where the settings come from. Raises SettingError when the file of ``--target`` cannot be read."""
    path = options.option_of(config, "target")
    return sources_with(config, {} if path is None else sources.read_target_file(path))


def sources_with(config: pytest.Config, target_file: Mapping[str, Any]) -> Sources:
    """Return where the settings come from, with these of a file."""
    renamed = options.names_of(config).options
    return Sources(partial(_option_of, config), partial(options.ini_of, config), target_file, renamed=renamed)


def _option_of(config: pytest.Config, dest: str) -> Any:
    # pytest-base-url lets the option have what the ini file has, which comes last.
    return config.stash.get(_BASE_URL, None) if dest == "base_url" else options.option_of(config, dest)


def keep_base_url(config: pytest.Config) -> None:
    """Remember the base URL of the command line or the environment, before another plugin changes it."""
    shared: Any = getattr(config, "workerinput", {})
    config.stash[_BASE_URL] = shared.get("base_url", options.option_of(config, "base_url"))


def settings_of(config: pytest.Config) -> settings.Settings:
    """Return the settings of all sources. Raises SettingError for a wrong one."""
    return sources.read_settings(sources_of(config))


def _new_run(config: pytest.Config) -> Run:
    from conformance.run import Run

    values, base_url = xdist.shared(config, settings_of(config)), sources_of(config).base_url()
    _require_a_target(config, values, base_url)
    if "sweep-shard" in values.given and values["sweep"] is None:
        raise settings.SettingError("--sweep-shard: is a part of a sweep, and there is none: give --sweep, too")
    if options.is_plan(config):
        _require_nothing_to_write(config, values)
    run = Run(base_url, values, dry=options.is_dry(config))
    run.program = _program(config)
    return run


def _require_a_target(config: pytest.Config, values: settings.Settings, base_url: str | None) -> None:
    """Raise SettingError unless it is clear what is to be judged."""
    if values["embedded"] and base_url is not None:
        raise settings.SettingError("--embedded: there is a base URL, too; leave out one of them")
    if values["embedded"] or base_url is not None or values["replay"] or xdist.is_worker(config):
        return
    if config.pluginmanager.hasplugin(RUN_COMMAND):
        raise settings.SettingError("--base-url: is missing; give it, or --embedded to judge the reference server")
    given = [each for each in settings.SETTINGS if each.name in values.given]
    if given or options.option_of(config, "target"):
        named = f"{given[0].option} is given" if given else "--target is given"
        raise settings.SettingError(
            f"--base-url: is missing, and {named}; give it, or --embedded to judge the reference server"
        )


def _require_nothing_to_write(config: pytest.Config, values: settings.Settings) -> None:
    """Raise SettingError when a run that sends nothing is to write what it found."""
    names = [each for each in WRITTEN if values[each]]
    names += ["junit-xml"] if config.getoption("xmlpath", None) else []
    if names:
        raise settings.SettingError(f"--{names[0]}: is of no use with --plan, which judges nothing: leave out one")


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
    """Print ``lines`` on the terminal, styled; the server cannot control a workflow by them."""
    from conformance.report import workflow
    from conformance.report.styled import markup_of

    reporter = config.pluginmanager.get_plugin("terminalreporter")
    if reporter is not None:
        for line in workflow.guarded(lines):
            reporter.write_line(line, **markup_of(line))
