"""Texts of files that somebody else may have written: read up to a limit."""

from __future__ import annotations

import errno
import os
from pathlib import Path


def read_text(path: str, most: int) -> str:
    """Return the text of a file of at most ``most`` bytes. Raises OSError and UnicodeDecodeError."""
    with Path(path).open("rb") as file:
        content = file.read(most + 1)
    if len(content) > most:
        raise OSError(errno.EFBIG, os.strerror(errno.EFBIG), path)
    # As in text files: a line ends in one way.
    return content.decode().replace("\r\n", "\n").replace("\r", "\n")
