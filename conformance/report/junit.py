"""The JUnit report of pytest, made readable: names that begin with the requirement, and a line for each element."""

from __future__ import annotations

import tempfile
import xml.etree.ElementTree as ET
from pathlib import Path

from conformance.observe.record.whole_files import beside, is_special, replace_file

# What an item that judges many requirements is named after.
_GENERATED = "GEN-001"


def draft_of(path: str) -> str:
    """Return the file that pytest writes in the place of ``path``, which another run may write at the same time."""
    wanted = Path(path)
    # Beside a device nothing can be written.
    try:
        is_ordinary = not is_special(wanted)
    except (OSError, ValueError):
        is_ordinary = True
    return str(beside(wanted if is_ordinary else Path(tempfile.gettempdir(), wanted.name), ".draft"))


def finish(path: str, abort: str | None) -> None:
    """Name and indent what is in the draft; a run that judged nothing, because of ``abort``, is an error in it.

    Raises OSError.
    """
    draft = Path(draft_of(path))
    try:
        if abort is None:
            _write_named(path, ET.parse(draft).getroot())  # noqa: S314 - pytest made it
        else:
            write_abort(path, abort)
    finally:
        draft.unlink(missing_ok=True)


def _write_named(path: str, root: ET.Element) -> None:
    for case in root.iter("testcase"):
        names = _requirements(case)
        if names is not None:
            case.set("name", f"{names[0] if len(names) == 1 else _GENERATED} {case.get('name')}")
    _write(path, root)


def _requirements(case: ET.Element) -> list[str] | None:
    """Return the requirements that a case judges; None when it is not one of the suite."""
    found = [str(each.get("value")) for each in case.iter("property") if each.get("name") == "requirement"]
    return found[0].split() if found else None


def write_abort(path: str, message: str) -> None:
    """Write a report of one test case, which is an error. Raises OSError."""
    root = ET.Element("testsuites", name="pytest tests")
    suite = ET.SubElement(root, "testsuite", name="conformance", tests="1", errors="1", failures="0", skipped="0")
    case = ET.SubElement(suite, "testcase", classname="conformance", name="no verdict")
    ET.SubElement(case, "error", message=message)
    _write(path, root)


def _write(path: str, root: ET.Element) -> None:
    ET.indent(root, " ")
    replace_file(Path(path), f'<?xml version="1.0" encoding="utf-8"?>\n{ET.tostring(root, encoding="unicode")}\n')
