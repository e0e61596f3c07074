"""Fields that servers, gateways, tracers and limiters read, and values that break readers of each.

What stands first is sent first: of many values the later ones travel only where more requests may be sent.
"""

from __future__ import annotations

from collections.abc import Mapping

from conformance.model.exchange import JSON_API
from conformance.plan.field_values import clients, conditions, content, others, preferences, traces
from conformance.plan.field_values.value import Value


def _together(*tables: Mapping[str, tuple[Value, ...]]) -> Mapping[str, tuple[Value, ...]]:
    """Return what all ``tables`` have. Raises ValueError for a field in two of them, of which one would be lost."""
    found = {name: values for table in tables for name, values in table.items()}
    if len(found) < sum(map(len, tables)):
        raise ValueError("a field is in two tables")
    return found


FIELDS = _together(clients.FIELDS, traces.FIELDS, preferences.FIELDS, conditions.FIELDS, content.FIELDS, others.FIELDS)
LIKE_AN_ATTACK: Mapping[str, str] = {
    "User-Agent": "${conformance:-x} {{7*7}} %00 <'\\\">",
    "Referer": 'https://example.com/?q=<svg onload=1>"',
    "X-Forwarded-For": "127.0.0.1' --",
    "Cookie": "a=<b>; c='; d=%00; e=../..",
    "Accept-Language": "../../conformance",
    "X-Correlation-Id": "<b>'\";${x}",
    "X-Forwarded-Host": "conformance.invalid/../<b>",
    "traceparent": "00-${x}-../-01",
    "Proxy": "http://[",
    "Origin": "https://a.example'\"<b>",
    "Content-Type": "a/b; c='<b>",
    "baggage": "a=%00'",
    "X-Real-IP": "127.0.0.1;",
    "Accept": f"{JSON_API}, ../../conformance{{{{",
    "Range": "bytes=${x}-'",
    "X-Request-Id": "'\"<b>%00",
}
