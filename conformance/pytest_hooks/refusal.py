"""What is left of a run whose settings are wrong: reports and annotations that say so."""

from __future__ import annotations

import sys
from dataclasses import replace
from typing import TYPE_CHECKING

import pytest

from conformance.config.settings import SETTINGS, SettingError, Settings
from conformance.config.sources import Sources, readable_settings
from conformance.config.target import split_base_url
from conformance.model.outcome import ExitCode

if TYPE_CHECKING:
    from conformance.run import Run

# Stands for a base URL that is missing or wrong.
_UNKNOWN = "http://target.invalid"
# What describes the target and the way to it.
_OF_THE_TARGET = frozenset(
    {
        *("client-cert", "client-key", "ca-bundle", "proxy", "connect-to"),
        *("plain-url", "public-origin", "other-invoice-id", "hidden-invoice-id", "expendable-invoice-id"),
    }
)


class Reported:
    """A plugin that knows whether what ended pytest is in the reports."""

    done = False

    def pytest_sessionfinish(self, session: pytest.Session) -> None:
        """Note whether there was a run, which leaves its reports."""
        from conformance.pytest_hooks.items import existing_run

        self.done = self.done or existing_run(session.config) is not None


def refuse(config: pytest.Config, message: str) -> pytest.UsageError:
    """Write the reports that are wanted, and what CI systems show; return the error that ends pytest."""
    from conformance.pytest_hooks.items import sources_of, sources_with

    try:
        sources = sources_of(config)
    except SettingError:
        sources = sources_with(config, {})
    report(sources, config.getoption("xmlpath", None), message)
    for plugin in config.pluginmanager.get_plugins():
        if isinstance(plugin, Reported):
            plugin.done = True
    return pytest.UsageError(message)


def report(sources: Sources, junit_file: str | None, message: str) -> None:
    """Write the reports that ``sources`` want, the one of ``--junit-xml``, and what CI systems show."""
    from conformance.report import files, github, junit, workflow
    from conformance.report.json_report import Ending

    run = _run(message, readable_settings(sources), _base_url(sources))
    problems = files.write(run, Ending(int(ExitCode.USAGE)))
    if junit_file:
        problems.append((junit_file, files.problem_of(lambda: junit.write_abort(junit_file, message))))
    for path, problem in problems:
        if problem:
            sys.stderr.write(f"{path} cannot be written: {problem}\n")
    if workflow.is_active():
        sys.stdout.write("".join(f"{line}\n" for line in github.commands(run)))


def _base_url(sources: Sources) -> str:
    try:
        found = sources.base_url() or ""
        split_base_url(found)
    except SettingError:
        return ""
    return found


def _run(message: str, values: Settings, base_url: str) -> Run:
    from conformance.run import Abort, Run

    dry = Settings({**values.values, "record": None, "replay": None, "waivers": None, "write-waivers": None})
    try:
        run = Run(base_url or _UNKNOWN, dry, dry=True)
    except SettingError:
        # Some values do not fit together, or not to the base URL.
        alone = {setting.name: setting.default for setting in SETTINGS if setting.name in _OF_THE_TARGET}
        run = Run(_UNKNOWN, Settings({**dry.values, **alone}), dry=True)
    run.target = replace(run.target, base_url=base_url or "unknown", invoice_ids=values["invoice-id"])
    run.abort = Abort(ExitCode.USAGE, message)
    return run
