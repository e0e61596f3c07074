"""JSON Pointers (RFC 6901) into documents that were received."""

from __future__ import annotations

from typing import Any


def resolves(value: Any, pointer: str) -> bool:
    """Return whether ``pointer`` names a value in the document ``value``."""
    for part in pointer.split("/")[1:]:
        name = part.replace("~1", "/").replace("~0", "~")
        if isinstance(value, dict) and name in value:
            value = value[name]
        elif isinstance(value, list) and name.isdecimal() and int(name) < len(value):
            value = value[int(name)]
        else:
            return False
    return True
