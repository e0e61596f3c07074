"""Runs of pytest as a user starts them. They are in this process, which costs less than one of their own."""

from __future__ import annotations

import contextlib
import gc
import io
import os
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Final

import pytest

from conformance.config.settings import SETTINGS

ROOT: Final = Path(__file__).parents[2]
CHECKS: Final = str(ROOT / "conformance" / "checks")
PARTS: Final = [str(ROOT / "conformance" / name) for name in ("checks", "fuzzing", "sweep")]
CONDITIONAL: Final = f"{CHECKS}/test_conditional.py"
SETTING_VARIABLES: Final = {setting.variable for setting in SETTINGS} | {
    "PYTEST_BASE_URL",
    "PYTEST_ADDOPTS",
    "GITHUB_ACTIONS",
    "GITHUB_STEP_SUMMARY",
}
# Nothing that a server says may be wider than this, but for URLs, header lines and bodies, which stay whole.
WIDTH: Final = 80
# Slow to load and of no use here.
_UNUSED: Final = ("schemathesis", "hypothesispytest", "anyio", "benchmark", "cacheprovider")
QUICK: Final = tuple(word for name in _UNUSED for word in ("-p", f"no:{name}"))
# Loads the suite for checks that are not among its own.
OWN_CHECKS: Final = ("-p", "conformance.pytest_hooks.run_command")


@dataclass(frozen=True)
class Result:
    """The result of a run of pytest."""

    code: int
    output: str
    errors: str

    @property
    def lines(self) -> list[str]:
        """The lines of the output."""
        return self.output.splitlines()

    def row(self, label: str) -> str:
        """Return the closing line that begins with ``label``, without it."""
        return next(line for line in self.lines if line.startswith(f"{label} ")).removeprefix(label).strip()


def without_settings() -> dict[str, str]:
    """Return the environment of this process without what the suite reads."""
    return {name: value for name, value in os.environ.items() if name not in SETTING_VARIABLES}


def command(*arguments: str) -> list[str]:
    """Return the command that runs pytest in a process of its own."""
    return [sys.executable, "-m", "pytest", *QUICK, *arguments]


@contextlib.contextmanager
def older_objects_left_alone() -> Iterator[None]:
    """Keep what is in memory out of the collections of garbage with which a run of pytest ends: it is a lot here."""
    gc.freeze()
    try:
        yield
    finally:
        gc.unfreeze()


def run(*arguments: str, **environment: str) -> Result:
    """Run pytest with no settings but the given ones."""
    known = set(sys.modules)
    output, errors = io.StringIO(), io.StringIO()
    with pytest.MonkeyPatch.context() as patch:
        for name in SETTING_VARIABLES:
            patch.delenv(name, raising=False)
        for name, value in {"COLUMNS": str(WIDTH), **environment}.items():
            patch.setenv(name, value)
        patch.chdir(ROOT)
        # A worker of xdist was not started as pytest.
        patch.setattr(sys, "argv", ["pytest", *arguments])
        with contextlib.redirect_stdout(output), contextlib.redirect_stderr(errors), older_objects_left_alone():
            code = pytest.main([*QUICK, *arguments])
    # The next run may find other checks in a file of the same name.
    for name in set(sys.modules) - known:
        if name.rpartition(".")[2].startswith("test_") and not name.startswith("conformance."):
            del sys.modules[name]
    return Result(int(code), output.getvalue(), errors.getvalue())
