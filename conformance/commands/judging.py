"""The command ``run``: pytest judges, and what it refuses by itself is in the reports, too."""

from __future__ import annotations

import argparse
import os
from collections.abc import Mapping, Sequence

import pytest

from conformance.commands import options
from conformance.config.settings import SettingError
from conformance.config.sources import Sources, read_target_file
from conformance.model.outcome import ExitCode
from conformance.pytest_hooks import refusal, run_command

_NOT_TAKEN = "wrong arguments: the message of pytest, on standard error, says which"


def run(arguments: Sequence[str]) -> int:
    """Judge as the arguments say; return the exit code."""
    reported = refusal.Reported()
    code = int(pytest.main(run_command.arguments(arguments), plugins=[reported]))
    if code == ExitCode.USAGE and not reported.done:
        _report(arguments, os.environ)
    return code


def _report(arguments: Sequence[str], environment: Mapping[str, str]) -> None:
    """Write what is left of a run that pytest ended before it had read the settings."""
    made = options.parser("run")
    made.add_argument("--junit-xml", "--junitxml", dest="xmlpath")
    made.exit_on_error = False
    found, message = _read(made, arguments)
    sources = Sources(vars(found).get, lambda _: None, _in_file(found.target), environment)
    refusal.report(sources, found.xmlpath, message)


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
