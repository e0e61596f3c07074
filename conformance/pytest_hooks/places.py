"""Which places on the command line have the checks of the suite."""

from __future__ import annotations

from pathlib import Path

PACKAGE = Path(__file__).parents[1]
# The folders whose items judge a target.
JUDGING = ("checks", "fuzzing", "sweep")


def holds_checks(here: Path, argument: str, *, pyargs: bool) -> bool:
    """Return whether ``argument``, seen from the folder ``here``, is a place with nothing but checks of the suite."""
    name = argument.split("::", maxsplit=1)[0]
    path = Path(here, name).resolve()
    installed = pyargs and name.split(".")[0] == PACKAGE.name
    own = path == PACKAGE or any(path.is_relative_to(PACKAGE / folder) for folder in JUDGING)
    return installed or own or _is_of_a_checkout(path)


def _is_of_a_checkout(path: Path) -> bool:
    """Return whether ``path`` belongs to the checks of a checkout beside the installed package."""
    folder = path if path.is_dir() else path.parent
    if (folder / "requirements.yaml").is_file():
        return folder.name == PACKAGE.name
    return folder.name in JUDGING and (folder.parent / "requirements.yaml").is_file()
