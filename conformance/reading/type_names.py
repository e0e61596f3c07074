"""Of which documented type a resource is meant to be: a server may spell the types in its own way.

That is the finding of ITEM-007, REL-004 or RELD-002, and keeps nobody from looking at the resources.
"""

from __future__ import annotations

import re
from functools import lru_cache

_DOCUMENTED = ("invoices", "accounts")
# What frameworks put between a name space, a bundle or a module and the name itself.
_NAME_SPACE = re.compile(r"--|::|[\\./:]")


@lru_cache(maxsize=256)
def documented_type(kind: str) -> str:
    """Return the documented type that ``kind`` is in other case, in the singular or in a name space; else ``kind``."""
    name = _NAME_SPACE.split(kind)[-1].lower()
    return next((each for each in _DOCUMENTED if name in {each, each.removesuffix("s")}), kind)
