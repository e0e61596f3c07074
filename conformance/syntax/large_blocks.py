"""Large blocks of memory, which go back to the system as soon as they are free."""

from __future__ import annotations

import contextlib
import ctypes

# From malloc.h of glibc: blocks of so many bytes are mapped by themselves.
_M_MMAP_THRESHOLD, _LARGE = -3, 1024 * 1024


def give_back() -> None:
    """Let each large block be mapped by itself, where the C library has a setting for it.

    glibc raises its own threshold with the first large block that is freed. From then on the contents of large
    answers, which several threads receive and copy, leave gaps that take as much again.
    """
    with contextlib.suppress(OSError, AttributeError, TypeError):
        ctypes.CDLL(None).mallopt(_M_MMAP_THRESHOLD, _LARGE)
