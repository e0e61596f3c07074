"""The settings as options and ini values of pytest."""

from __future__ import annotations

import itertools
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from conformance.config.settings import SETTINGS
from conformance.config.sources import suggestion

# Begins the names in pytest's namespace, and those of options and ini keys that another plugin has already.
_OWN = "invoices_"
_NAMES = "invoices-names"
FILE_OPTIONS = {"--target", *(each.option for each in SETTINGS if each.is_local)}
# Their values must not be shown, not even the rest of one that is not in quotes.
_SECRET_OPTIONS = {each.option for each in SETTINGS if each.secret} | {"--request-header"}
_JWT = re.compile(r"eyJ[A-Za-z0-9_-]+\.[A-Za-z0-9_-]+\.[A-Za-z0-9_-]*")


class Names:
    """The names of options and ini keys that are not the usual ones, as another plugin has these."""

    def __init__(self) -> None:
        """Begin with none."""
        self.options: dict[str, str] = {}
        self.ini: dict[str, str] = {}

    def note(self) -> str | None:
        """Return a line about the options that have another name, or None."""
        if not self.options:
            return None
        renamed = ", ".join(f"{usual} is {own}" for usual, own in self.options.items())
        return f"note        another plugin has options of the same name; those of the suite: {renamed}"


def names_of(config: pytest.Config) -> Names:
    """Return the names that are not the usual ones."""
    names = config.pluginmanager.get_plugin(_NAMES)
    assert isinstance(names, Names)
    return names


def add_options(parser: pytest.Parser, pluginmanager: pytest.PytestPluginManager) -> None:
    """Declare the options and ini values of all settings."""
    names = Names()
    pluginmanager.register(names, _NAMES)
    taken = set(_options_of(parser))
    ini_taken = set(parser._inidict)  # noqa: SLF001 - pytest has no other way to see what is declared

    def name_of(option: str) -> str:
        if option not in taken:
            return option
        names.options[option] = f"--invoices-{option.removeprefix('--')}"
        return names.options[option]

    group = parser.getgroup("invoices conformance")
    target, plan = name_of("--target"), name_of("--plan")
    group.addoption(target, dest=f"{_OWN}target", metavar="FILE", help="YAML file with settings, named as the options")
    group.addoption(
        plan, dest=f"{_OWN}plan", action="store_true", help="print every request as a curl command and send nothing"
    )
    for setting in SETTINGS:
        described = f"{setting.help} [{setting.variable}]"
        group.addoption(name_of(setting.option), dest=f"{_OWN}{setting.dest}", help=described, **setting.form)
        key = f"{_OWN}{setting.dest}" if setting.dest in ini_taken else setting.dest
        names.ini[setting.dest] = key
        ini_type: Any = "linelist" if setting.repeatable else "string"
        parser.addini(key, setting.help, type=ini_type, default=None)


def _options_of(parser: pytest.Parser) -> Iterator[str]:
    """Yield the options that other plugins have."""
    for group in [parser._anonymous, *parser._groups]:  # noqa: SLF001
        for option in group.options:
            yield from option.names()


def misplaced(config: pytest.Config) -> str | None:
    """Return a message about a word of the command line that pytest takes for a place of tests, or None.

    A file outside of the current folder that stands by itself moves pytest's root folder away, and with it the
    configuration that names the checks: everything that looks like a test would be collected. Of a value that is not
    in quotes pytest would repeat the rest, which may be a part of a token.
    """
    given, here = list(map(str, config.invocation_params.args)), config.invocation_params.dir
    if config.args_source is pytest.Config.ArgsSource.INVOCATION_DIR:
        for option, value in itertools.pairwise(given):
            if option in FILE_OPTIONS and _is_elsewhere(here, value):
                return f"write {option}={value}: pytest takes a name that stands by itself for a place of tests"
    for option, following in _after_secrets(given):
        if not following.startswith("-") and not _is_place(here, following):
            return f"{option}: the value is followed by another word: put the whole value in quotes"
    for argument in config.args:
        if _JWT.fullmatch(argument):
            return "a token stands by itself: write --auth-token=TOKEN, or set INVOICES_AUTH_TOKEN"
    return None


def _is_elsewhere(here: Path, value: str) -> bool:
    return (here / value).exists() and not (here / value).resolve().is_relative_to(here)


def _is_place(here: Path, word: str) -> bool:
    place = word.split("::", maxsplit=1)[0]
    return place.partition(".")[0] == __package__.partition(".")[0] or (here / place).exists()


def _after_secrets(given: list[str]) -> Iterator[tuple[str, str]]:
    """Yield each option with a secret value, and the word after that value."""
    for number, word in enumerate(given):
        option, equals, _ = word.partition("=")
        following = given[number + (1 if equals else 2) :][:1]
        if option in _SECRET_OPTIONS and following:
            yield option, following[0]


def unknown_option(parser: pytest.Parser, unknown: list[str]) -> str | None:
    """Return a message about an option among the ``unknown`` words, without its value, or None."""
    for word in unknown:
        name = word.partition("=")[0]
        if name.startswith("--") and name != "--":
            return f"{name}: no option has this name{suggestion(name, _options_of(parser))}"
    return None


def unknown_key(config: pytest.Config) -> str | None:
    """Return a message about a key of the ini file that nobody knows, or None."""
    known = config._parser._inidict  # noqa: SLF001
    for key in sorted(config._get_unknown_ini_keys()):  # noqa: SLF001
        return f"{config.inipath}: {key}: no setting has this name{suggestion(key, known)}"
    return None


def option_of(config: pytest.Config, dest: str) -> Any:
    """Return the command line's value of a setting, or None."""
    return config.getoption("base_url" if dest == "base_url" else f"{_OWN}{dest}", None)


def ini_of(config: pytest.Config, dest: str) -> Any:
    """Return the ini file's value of a setting, or None."""
    if dest == "base_url":
        # pytest-base-url declares it so that empty and absent look the same.
        return config.getini(dest) or ("" if _is_written(config, dest) else None)
    return config.getini(names_of(config).ini[dest])


def _is_written(config: pytest.Config, key: str) -> bool:
    found = getattr(config, "_inicfg", None)
    return key in (config.inicfg if found is None else found)


def is_dry(config: pytest.Config) -> bool:
    """Return whether nothing is to be sent: the run is planned, or only collected."""
    return bool(config.option.collectonly or is_plan(config))


def is_plan(config: pytest.Config) -> bool:
    """Return whether the requests are to be printed and not sent."""
    return bool(option_of(config, "plan"))
