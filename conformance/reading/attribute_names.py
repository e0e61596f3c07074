"""Under which name an answer shows an attribute: a server may spell all names in its own way.

That is the finding of ITEM-022 or RELD-009, and keeps nobody from looking at the values.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from functools import cache

_SEPARATORS = re.compile("[-_]")


def shown_name(attributes: Iterable[str], name: str) -> str:
    """Return the name under which ``attributes`` have the documented attribute ``name``.

    That is ``name`` where it is there; else the only one that differs by hyphens, underscores and case alone.
    """
    if name in attributes:
        return name
    others = [each for each in attributes if _letters(each) == _letters(name)]
    return others[0] if len(others) == 1 else name


@cache
def _letters(name: str) -> str:
    return _SEPARATORS.sub("", name).lower()
