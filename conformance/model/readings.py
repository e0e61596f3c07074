"""What was read of contents, kept as long as all of it together takes little memory."""

from __future__ import annotations

import threading
from collections import OrderedDict
from typing import Final

from conformance.syntax import json_text
from conformance.syntax.json_text import JsonText

# Bytes that are kept at most, and what a value takes beside its text.
MOST: Final = 200 * 1024 * 1024
_OF_A_VALUE = 250


class Readings:
    """Reads contents as JSON, each once as long as it is remembered; what was not used for long is forgotten."""

    def __init__(self, most: int = MOST) -> None:
        """Keep up to ``most`` bytes."""
        self._most = most
        self._kept: OrderedDict[bytes, tuple[JsonText, int]] = OrderedDict()
        # What was asked for last, which is asked for many times in a row.
        self._last: tuple[bytes, JsonText] | None = None
        self._size = 0
        self._lock = threading.Lock()

    @property
    def size(self) -> int:
        """About how many bytes are kept."""
        return self._size

    def of(self, body: bytes) -> JsonText:
        """Return what ``body`` says."""
        if (last := self._last) is not None and last[0] is body:
            return last[1]
        with self._lock:
            if body in self._kept:
                self._kept.move_to_end(body)
                self._last = body, self._kept[body][0]
                return self._kept[body][0]
        found = json_text.read(body)
        # A text may need four bytes for each character.
        size = 5 * len(body) + _OF_A_VALUE * json_text.most_values(body)
        with self._lock:
            self._last = body, found
            if body not in self._kept:
                self._kept[body] = found, size
                self._size += size
            while self._size > self._most and len(self._kept) > 1:
                _, (_, freed) = self._kept.popitem(last=False)
                self._size -= freed
        return found


readings: Final = Readings()
