"""The settings as options and ini values of pytest."""

from __future__ import annotations

import itertools
from typing import Any

import pytest

from conformance.config.settings import SETTINGS


def add_options(parser: pytest.Parser) -> None:
    """Declare the options and ini values of all settings."""
    group = parser.getgroup("invoices conformance")
    group.addoption("--target", metavar="FILE", help="YAML file with settings, named as the options are")
    group.addoption("--plan", action="store_true", help="print every request as a curl command and send nothing")
    for setting in SETTINGS:
        described = f"{setting.help} [{setting.variable}]"
        if setting.flag:
            group.addoption(
                setting.option, dest=setting.dest, action="store_const", const=True, default=None, help=described
            )
        elif setting.bare:
            group.addoption(
                setting.option,
                dest=setting.dest,
                metavar=setting.metavar,
                help=described,
                nargs="?",
                const=setting.bare,
            )
        elif setting.repeatable:
            group.addoption(setting.option, dest=setting.dest, action="append", metavar=setting.metavar, help=described)
        else:
            group.addoption(setting.option, dest=setting.dest, metavar=setting.metavar, help=described)
        ini_type: Any = "linelist" if setting.repeatable else "string"
        parser.addini(setting.dest, setting.help, type=ini_type, default=None)


def taken_for_a_place(config: pytest.Config) -> str | None:
    """Return the file option whose value pytest took for a place of tests, as it should be written.

    A file outside of the current folder that stands by itself moves pytest's root folder away, and with it the
    configuration that names the checks: everything that looks like a test would be collected.
    """
    if config.args_source is not pytest.Config.ArgsSource.INVOCATION_DIR:
        return None
    given, here = config.invocation_params.args, config.invocation_params.dir
    files = {"--target", *(setting.option for setting in SETTINGS if setting.is_local)}
    for option, value in itertools.pairwise(map(str, given)):
        if option in files and (here / value).exists() and not (here / value).resolve().is_relative_to(here):
            return f"{option}={value}"
    return None


def option_of(config: pytest.Config, dest: str) -> Any:
    """Return the command line's value of a setting, or None."""
    return config.getoption(dest)


def ini_of(config: pytest.Config, dest: str) -> Any:
    """Return the ini file's value of a setting, or None."""
    try:
        return config.getini(dest)
    except (KeyError, ValueError):
        return None
