"""Programs of the system that some tests run, by the names that they have on different systems."""

from __future__ import annotations

import os
import shutil
from collections.abc import Sequence
from pathlib import Path

import pytest

BROWSERS = (
    "chromium",
    "chromium-browser",
    "google-chrome",
    "google-chrome-stable",
    "chrome",
    "Chromium",
    "Google Chrome",
)
DRIVERS = ("chromedriver", "chromium.chromedriver", "chromium-driver", "chromium-chromedriver")
# Where they are beside PATH: applications of macOS, libraries of Fedora and Debian, daemons of Debian.
ELSEWHERE = (
    *(
        f"{home}/Applications/{name}.app/Contents/MacOS"
        for home in ("", Path.home())
        for name in ("Chromium", "Google Chrome")
    ),
    *(f"/usr/{lib}/{name}" for lib in ("lib", "lib64") for name in ("chromium", "chromium-browser")),
    "/usr/local/sbin",
    "/usr/sbin",
)


def found(names: Sequence[str]) -> str | None:
    """Return the path of the first program that is there, or None."""
    path = os.pathsep.join((os.environ.get("PATH", os.defpath), *ELSEWHERE))
    return next(filter(None, (shutil.which(name, path=path) for name in names)), None)


def needed(names: Sequence[str], *, install: str) -> str:
    """Return the path of a program; skip the test without it and describe what to ``install``."""
    program = found(names)
    return program or pytest.skip(f"there is no {names[0]}: install {install}")
