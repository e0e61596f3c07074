"""What a target has to have so that faults show: names of capabilities."""

from __future__ import annotations

COLLECTION = frozenset({"collection"})
CONTESTED = frozenset({"contested"})
COOKIE = frozenset({"cookie"})
EXPENDABLE = frozenset({"expendable-invoice"})
HIDDEN = frozenset({"hidden-invoice"})
HTTPS = frozenset({"https"})
LOAD = frozenset({"load"})
MINTING = frozenset({"signing-key"})
REPEAT = frozenset({"repeat"})
SECOND = frozenset({"second-customer"})
LISTED = SECOND | COLLECTION
WIRE = frozenset({"wire"})
