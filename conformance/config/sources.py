"""Where the settings come from, in order: command line, environment, the file of ``--target``, pytest's ini file."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from difflib import get_close_matches
from typing import Any

from conformance.config.settings import SETTINGS, Setting, SettingError, Settings

BASE_URL_VARIABLE = "PYTEST_BASE_URL"
_PREFIX = "INVOICES_"
# The variables of the settings, by what follows the prefix.
_VARIABLES = {each.variable.removeprefix(_PREFIX): each.variable for each in SETTINGS} | {"BASE_URL": BASE_URL_VARIABLE}
_IN_A_FILE = ("base-url", *(each.name for each in SETTINGS))


@dataclass(frozen=True)
class Sources:
    """The four sources. ``option`` and ``ini`` return None for a setting that they do not have.

    ``renamed`` has the options that are not called as usual.
    """

    option: Callable[[str], Any]
    ini: Callable[[str], Any]
    target_file: Mapping[str, Any]
    environment: Mapping[str, str] = field(default_factory=lambda: os.environ, repr=False)  # some are secrets
    renamed: Mapping[str, str] = field(default_factory=dict)

    def of(self, setting: Setting) -> Iterator[tuple[str, Any]]:
        """Yield the name and the value of each source that has ``setting``."""
        dest, variable = setting.dest, setting.variable
        if (value := self.option(dest)) is not None:
            yield self.renamed.get(setting.option, setting.option), value
        if variable in self.environment:
            yield variable, self.environment[variable]
        if setting.name in self.target_file:
            yield f"--target file, {setting.name}", self.target_file[setting.name]
        if (value := self.ini(dest)) is not None:
            yield f"ini {dest}", value

    def base_url(self) -> str | None:
        """Return the base URL of the first source that has one. Raises SettingError when it is empty there."""
        # pytest-base-url takes what the variable has for what the command line has.
        given, variable = self.option("base_url"), self.environment.get(BASE_URL_VARIABLE)
        if given is not None or variable is not None:
            source = BASE_URL_VARIABLE if given in (None, variable) else "--base-url"
            return _not_empty(source, variable if given is None else given)
        if "base-url" in self.target_file:
            return _not_empty("--target file, base-url", self.target_file["base-url"])
        if (value := self.ini("base_url")) is not None:
            return _not_empty("ini base_url", value)
        return None


def suggestion(name: str, known: Iterable[str]) -> str:
    """Return the question "did you mean …?" with the closest of the ``known`` names; empty when none is close."""
    close = get_close_matches(name, list(known), n=1)
    return f"; did you mean {close[0]}?" if close else ""


def unknown_variable(environment: Mapping[str, str]) -> str | None:
    """Return a message about a variable with the prefix of the suite that it does not know, or None."""
    for name in sorted(environment):
        if name.startswith(_PREFIX) and name not in _VARIABLES.values():
            close = get_close_matches(name.removeprefix(_PREFIX), _VARIABLES, n=1)
            return f"{name}: no setting has this name" + (f"; did you mean {_VARIABLES[close[0]]}?" if close else "")
    return None


def _is_empty(value: Any) -> bool:
    if isinstance(value, list | tuple):
        return not value or any(_is_empty(each) for each in value)
    return value is None or value == {} or (isinstance(value, str) and not value.strip())


def _not_empty(source: str, value: Any) -> str:
    if _is_empty(value):
        raise SettingError(f"{source}: is empty: give it a value, or leave it out")
    return str(value).strip()


def read_target_file(path: str) -> dict[str, Any]:
    """Read the YAML file of ``--target``; ``base-url`` is allowed beside the settings.

    Raises SettingError when it cannot be read, is not YAML, or has an unknown setting.
    """
    from conformance.syntax import small_files, strict_yaml

    try:
        content = strict_yaml.read(small_files.read_text(path, strict_yaml.LARGEST))
    except OSError as error:
        raise SettingError(f"--target: {path}: cannot be read: {error.strerror or error}") from None
    except UnicodeDecodeError:
        raise SettingError(f"--target: {path}: not UTF-8") from None
    except strict_yaml.UnreadableError as error:
        raise SettingError(f"--target: {path}: {error}") from None
    if not isinstance(content, dict):
        raise SettingError(f"--target: {path}: not a YAML mapping of settings")
    named = {str(name).replace("_", "-"): value for name, value in content.items()}
    if unknown := sorted(set(named) - set(_IN_A_FILE)):
        raise SettingError(
            f"--target: {path}: unknown settings: {', '.join(unknown[:10])}{suggestion(unknown[0], _IN_A_FILE)}"
        )
    return named


def read_settings(sources: Sources) -> Settings:
    """Return every setting from the first source that has it.

    Raises SettingError naming the source and the setting when a value is empty or cannot be used, and when a variable
    has the prefix of the suite and is not known.
    """
    if message := unknown_variable(sources.environment):
        raise SettingError(message)
    values, given = {}, set()
    for setting in SETTINGS:
        values[setting.name] = setting.default
        for source, value in sources.of(setting):
            values[setting.name] = _read(setting, source, value)
            given.add(setting.name)
            break
    return Settings(values, frozenset(given))


def _read(setting: Setting, source: str, value: Any) -> Any:
    if _is_empty(value):
        raise SettingError(f"{source}: is empty: give it a value, or leave it out")
    try:
        return setting.read(value)
    except ValueError as error:
        raise SettingError(f"{source}: the value {error}") from None


def readable_settings(sources: Sources) -> Settings:
    """Return the settings that can be read, and the defaults of the others: for a report on those that cannot."""
    values = {setting.name: setting.default for setting in SETTINGS}
    for setting in SETTINGS:
        for source, value in sources.of(setting):
            try:
                values[setting.name] = _read(setting, source, value)
            except SettingError:
                continue
            break
    return Settings(values)
