"""Being a step of a workflow of GitHub Actions, which reads commands from the output: none may come from a target."""

from __future__ import annotations

import os
import secrets
from collections.abc import Iterable, Iterator, Mapping


def is_active(environment: Mapping[str, str] = os.environ) -> bool:
    """Return whether the run is a step of a workflow."""
    return environment.get("GITHUB_ACTIONS") == "true"


def summary_path(environment: Mapping[str, str] = os.environ) -> str | None:
    """Return the file to which the step adds its summary; systems that work like GitHub have one, too."""
    return environment.get("GITHUB_STEP_SUMMARY") or None


def guarded(lines: Iterable[str]) -> Iterator[str]:
    """Yield ``lines`` so that, in a workflow, none of them is taken for a command."""
    if not is_active():
        yield from lines
        return
    token = secrets.token_hex(16)
    yield f"::stop-commands::{token}"
    yield from lines
    yield f"::{token}::"
