"""What the project declares to need, out of the packages that are installed here: a folder that has no others."""

from __future__ import annotations

import tomllib
from importlib.metadata import Distribution, distribution
from pathlib import Path

from packaging.requirements import Requirement

from tests.support.runs import ROOT


def visible(folder: Path) -> None:
    """Put links into ``folder`` to what the project needs to run, and to what these packages need in round.

    pytest is not among them: its program comes only with its installation.
    """
    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    todo = [Requirement(each) for each in project["dependencies"]]
    done: set[tuple[str, str]] = set()
    while todo:
        wanted = todo.pop()
        found = distribution(wanted.name)
        if wanted.name != "pytest":
            _link(found, folder)
        for extra in ("", *wanted.extras):
            if (wanted.name, extra) not in done:
                done.add((wanted.name, extra))
                todo += [each for each in map(Requirement, found.requires or ()) if _applies(each, extra)]


def _applies(requirement: Requirement, extra: str) -> bool:
    return requirement.marker is None or requirement.marker.evaluate({"extra": extra})


def _link(found: Distribution, folder: Path) -> None:
    for name in {path.parts[0] for path in found.files or ()} - {"..", "__pycache__"}:
        link = folder / name
        if not link.exists():
            link.symlink_to(Path(str(found.locate_file(name))))
