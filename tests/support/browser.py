"""A real browser without a window, for the report that people read."""

from __future__ import annotations

import contextlib
import tempfile
from collections.abc import Iterator
from pathlib import Path

from selenium import webdriver
from selenium.webdriver.chrome.options import Options
from selenium.webdriver.chrome.service import Service

from tests.support import programs

_FLAGS = (
    "--headless=new",
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--disable-dev-shm-usage",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--window-size=1100,1300",
)


_INSTALL = "Chromium or Chrome and its driver (Debian: apt-get install chromium chromium-driver)"


@contextlib.contextmanager
def browser() -> Iterator[webdriver.Chrome]:
    """Start a browser with a profile of its own, and end it; skip the test where there is none."""
    service = Service(programs.needed(programs.DRIVERS, install=_INSTALL))
    options = Options()
    options.binary_location = programs.needed(programs.BROWSERS, install=_INSTALL)
    options.set_capability("goog:loggingPrefs", {"browser": "ALL"})
    with tempfile.TemporaryDirectory(ignore_cleanup_errors=True) as profile:
        for flag in (*_FLAGS, f"--user-data-dir={profile}"):
            options.add_argument(flag)
        driver = webdriver.Chrome(options=options, service=service)
        try:
            yield driver
        finally:
            driver.quit()


def show(driver: webdriver.Chrome, path: Path, **media: str) -> None:
    """Open a file as a browser that prefers ``media`` does; ``print=…`` shows it as it is printed."""
    features = [{"name": name.replace("_", "-"), "value": value} for name, value in media.items() if name != "medium"]
    driver.execute_cdp_cmd("Emulation.setEmulatedMedia", {"media": media.get("medium", ""), "features": features})
    driver.get(path.as_uri())
