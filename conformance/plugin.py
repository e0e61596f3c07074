"""The plugin: declares the settings and registers the hooks. No judging here."""

from __future__ import annotations

from collections.abc import Generator

import pytest

from conformance.config import settings
from conformance.pytest_hooks import call, collection, finish, garbage, options, progress, signals, standard_output
from conformance.pytest_hooks.items import QUIET, keep_base_url, only_checks, settings_of
from conformance.pytest_hooks.refusal import refuse

# In the order in which a run needs them.
HOOKS = (collection, call, progress, finish)


def pytest_addoption(parser: pytest.Parser, pluginmanager: pytest.PytestPluginManager) -> None:
    """Declare the settings."""
    options.add_options(parser, pluginmanager)


@pytest.hookimpl(wrapper=True)
def pytest_cmdline_main(config: pytest.Config) -> Generator[None, object, object]:
    """Keep the checks in one process: it sends several requests at once, and its limits hold for all of them.

    Only a sweep can be shared; each process then has its part of the limits.
    """
    keep_base_url(config)
    if message := options.misplaced(config):
        raise refuse(config, message)
    if not only_checks(config):
        return (yield)
    if "--strict" in config.invocation_params.args:
        raise refuse(config, "--strict is an option of pytest itself; a SHOULD fails the run with --fail-on=should")
    # It would import the whole of hypothesis for nothing: no check is a test of its kind.
    config.pluginmanager.unregister(name="hypothesispytest")
    if hasattr(config.option, "numprocesses") and not _can_be_shared(config):
        config.option.numprocesses, config.option.dist, config.option.tx = None, "no", []
    config.pluginmanager.register(garbage, garbage.__name__)
    with signals.taken_for_an_interrupt(), garbage.collected_seldom():
        return (yield)


@pytest.hookimpl(tryfirst=True)
def pytest_configure(config: pytest.Config) -> None:
    """Register the hooks, and keep a run of the checks quiet: its own report shows what matters."""
    keep_base_url(config)
    for hooks in HOOKS:
        config.pluginmanager.register(hooks, hooks.__name__)
    config.pluginmanager.register(finish.Collector(config))
    config.addinivalue_line("markers", "requirement(id): the requirement of the registry that a check judges")
    config.addinivalue_line("markers", "generated: sends generated requests, and judges many requirements")
    # Else pytest repeats whole failures at the end when it runs in CI, and what a target sent with them.
    config.option.force_short_summary = True
    if not only_checks(config) or not config.pluginmanager.hasplugin("terminal"):
        return
    config.pluginmanager.register(standard_output, standard_output.__name__)
    if config.option.verbose == 0:
        config.option.verbose = -1
    elif config.option.verbose < 0 and not config.option.collectonly:
        config.option.verbose, config.stash[QUIET] = -2, True
    if config.option.tbstyle == "auto":
        config.option.tbstyle = "no"
    if config.option.reportchars == "fE":
        config.option.reportchars = ""


def _can_be_shared(config: pytest.Config) -> bool:
    """Return whether this is a sweep that several processes can share. A record is of one process."""
    try:
        values = settings_of(config)
    except settings.SettingError:
        return False  # is reported when the settings are needed
    alone = values["record"] or values["replay"] or options.is_dry(config)
    return values["sweep"] is not None and not alone
