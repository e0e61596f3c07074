"""The command ``run``: pytest judges, and what it refuses by itself is in the reports, too."""

from __future__ import annotations

import argparse
import os
import shlex
import sys
import tempfile
from collections.abc import Mapping, Sequence

import pytest

from conformance.commands import options
from conformance.config.settings import SettingError
from conformance.config.sources import Sources, read_target_file
from conformance.model.outcome import ExitCode
from conformance.pytest_hooks import refusal, run_command

# How pytest's message begins about a plugin that it cannot load.
_NO_PLUGIN = "Error importing plugin "
_NOT_TAKEN = "wrong arguments: the message of pytest, on standard error, says which"


def run(arguments: Sequence[str]) -> int:
    """Judge as the arguments say; return the exit code."""
    if message := _obstacle(os.environ):
        return _refuse(arguments, message)
    reported = refusal.Reported()
    try:
        code = int(pytest.main(run_command.arguments(arguments), plugins=[reported]))
    except ImportError as error:
        if not str(error).startswith(_NO_PLUGIN):
            raise
        return _refuse(arguments, f"-p or PYTEST_PLUGINS: {error}")
    if code == ExitCode.USAGE and not reported.done:
        _report(arguments, os.environ)
    return code


def _obstacle(environment: Mapping[str, str]) -> str | None:
    """Return what keeps pytest from starting: it would end with exit code 1, as if something had been judged."""
    try:
        shlex.split(environment.get("PYTEST_ADDOPTS", ""))
    except ValueError:
        return "PYTEST_ADDOPTS: a quotation is not closed"
    try:
        tempfile.gettempdir()
    except FileNotFoundError:
        return "TMPDIR: no folder for temporary files can be written: set it to one"
    return None


def _refuse(arguments: Sequence[str], message: str) -> int:
    sys.stderr.write(f"ERROR: {message}\n")
    _report(arguments, os.environ, message)
    return ExitCode.USAGE


def _report(arguments: Sequence[str], environment: Mapping[str, str], known: str | None = None) -> None:
    """Write what is left of a run that pytest ended before it had read the settings, and ``known``, what ended it."""
    made = options.parser("run")
    made.add_argument("--junit-xml", "--junitxml", dest="xmlpath")
    made.exit_on_error = False
    found, message = _read(made, arguments)
    sources = Sources(vars(found).get, lambda _: None, _in_file(found.target), environment)
    refusal.report(sources, found.xmlpath, known or message)


def _read(made: argparse.ArgumentParser, arguments: Sequence[str]) -> tuple[argparse.Namespace, str]:
    """Return what can be read of the arguments, and what is wrong with them."""
    try:
        return made.parse_known_args(arguments)[0], _NOT_TAKEN
    except argparse.ArgumentError as error:
        names = str(error.argument_name).split("/")
        rest = [word for word in arguments if word.partition("=")[0] not in names]
        return _read(made, rest)[0], str(error)


def _in_file(target: str | None) -> Mapping[str, object]:
    try:
        return read_target_file(target) if target else {}
    except SettingError:
        return {}
