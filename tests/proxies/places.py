"""Where a proxy finds its files and its neighbours."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path


@dataclass(frozen=True)
class Places:
    """The folder of a proxy, its certificate with the key, the backend, and the ports for https and plain http."""

    folder: Path
    identity: Path
    backend: str
    secure: int
    plain: int
