"""Loading the plugin late: the options of all others are known then, and whether a run asks for the checks."""

from __future__ import annotations

import copy
import os
from collections.abc import Generator, Sequence
from importlib import import_module
from pathlib import Path

import pytest

from conformance.pytest_hooks.places import PACKAGE, holds_checks

PLUGIN = "conformance.plugin"
_BASE_URL_PLUGIN = "pytest_base_url.plugin"


def load(pluginmanager: pytest.PytestPluginManager) -> None:
    """Load the plugin, and the one that has the base URL, unless they are loaded."""
    for name in (_BASE_URL_PLUGIN, PLUGIN):
        plugin = import_module(name)
        if not pluginmanager.is_registered(plugin):
            pluginmanager.register(plugin, name)


def loaded(early_config: pytest.Config, parser: pytest.Parser, args: list[str]) -> Generator[None, object, object]:
    """Load the plugin, and then the conftest files; a misspelt option is reported without its value.

    Raises pytest.UsageError for one.
    """
    from conformance.pytest_hooks import items, options, refusal

    load(early_config.pluginmanager)
    result = yield
    known, unknown = parser.parse_known_and_unknown_args(args, copy.copy(early_config.known_args_namespace))
    if message := options.unknown_option(parser, unknown):
        # What is known by now decides which reports are written.
        vars(early_config.option).update(vars(known))
        items.keep_base_url(early_config)
        raise refusal.refuse(early_config, message)
    return result


def asks_for_checks(config: pytest.Config) -> bool:
    """Return whether the places that a run names, or the ini file where it names none, have checks of the suite."""
    known = config.known_args_namespace
    here = config.invocation_params.dir
    if known.file_or_dir:
        named = any(holds_checks(here, each, pyargs=known.pyargs) for each in known.file_or_dir)
        return named or _may_mean_a_checkout(here, config.invocation_params.args)
    places = config.getini("testpaths") if here == config.rootpath else []
    return any(holds_checks(here, each, pyargs=known.pyargs) for each in places or [str(here)])


def _may_mean_a_checkout(here: Path, given: Sequence[str | os.PathLike[str]]) -> bool:
    """Return whether a file of an option may have been taken for a place; see ``options.misplaced``."""
    if not holds_checks(here, PACKAGE.name, pyargs=False):
        return False
    from conformance.pytest_hooks.options import FILE_OPTIONS

    return not FILE_OPTIONS.isdisjoint(map(str, given))
