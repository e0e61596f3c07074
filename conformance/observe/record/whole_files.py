"""Files that are written whole: no reader sees a part of one, and a missing reader stops nothing."""

from __future__ import annotations

import os
import stat
import zlib
from collections.abc import Iterable
from pathlib import Path

# Bytes, on most file systems.
_LONGEST_NAME = 255
# The names of the streams that a process is started with. To open one by its name would begin at its start.
STANDARD_OUTPUT = frozenset({"/dev/stdout", "/dev/fd/1", "/proc/self/fd/1"})
_STANDARD_ERROR = frozenset({"/dev/stderr", "/dev/fd/2", "/proc/self/fd/2"})


def beside(path: Path, ending: str = "") -> Path:
    """Return a file in the folder of ``path`` that no other process writes."""
    name = os.fsencode(f".{path.name}.{os.getpid()}{ending}")
    if len(name) > _LONGEST_NAME:
        name = os.fsencode(f".{zlib.crc32(name):08x}.{os.getpid()}{ending}")
    return path.with_name(os.fsdecode(name))


def replace_file(path: Path, text: str | Iterable[str]) -> None:
    """Write ``text``, whole or in pieces, to a file; who reads it meanwhile sees the old content or the new one.

    Raises OSError.

    What is not an ordinary file, such as /dev/stdout, is written to as it is.
    """
    pieces = (text,) if isinstance(text, str) else text
    if (stream := _stream(path)) is not None:
        with os.fdopen(os.dup(stream), "w", encoding="utf-8") as file:
            file.writelines(pieces)
        return
    if is_special(path):
        _write(path, pieces)
        return
    made = beside(path)
    try:
        _write(made, pieces)
        made.replace(path.resolve() if path.is_symlink() else path)
    finally:
        made.unlink(missing_ok=True)


def _stream(path: Path) -> int | None:
    """Return the descriptor of a standard stream that ``path`` names, or None."""
    if str(path) in STANDARD_OUTPUT:
        return 1
    return 2 if str(path) in _STANDARD_ERROR else None


def is_special(path: Path) -> bool:
    """Return whether ``path`` is there and not an ordinary file. Raises OSError, for a link to itself, too."""
    if _stream(path) is not None:
        return True
    try:
        return not stat.S_ISREG(path.stat().st_mode)
    except FileNotFoundError:
        return False


def opened_at_once(path: str, flags: int) -> int:
    """Open a file as ``open`` does with this as its opener, without waiting for somebody who reads a named pipe.

    Raises OSError where nobody does.
    """
    descriptor = os.open(path, flags | os.O_NONBLOCK, 0o666)
    os.set_blocking(descriptor, True)
    return descriptor


def _write(path: Path, pieces: Iterable[str]) -> None:
    with open(path, "w", encoding="utf-8", opener=opened_at_once) as file:
        file.writelines(pieces)
