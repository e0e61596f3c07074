"""Fields that hold lists and parameters, written in ways that naive readers take apart at the wrong places."""

from __future__ import annotations

from conformance.model.exchange import JSON_API, Exchange, NotObserved
from conformance.plan.probe import Headers, HeadersFunction, Probe, family, get, pack
from conformance.plan.probes.base import item
from conformance.reading.effects import on_understood_data
from conformance.reading.header_fields import opaque

_ITEM = "/invoices/{invoice_id}"


def _packed(*parts: Headers | HeadersFunction) -> Probe:
    return pack(get(_ITEM), parts, on_understood_data, item)


def _around_current(item: Exchange) -> Headers:
    """Return entity tags that hold the current one, if any, an asterisk and semicolons; none of them is current."""
    try:
        current = opaque(item.etag)[1:-1]
    except NotObserved:
        current = "conformance"
    return {"If-None-Match": f'"x,{current},y", "a, *, b", W/"x;{current};y"'}


def _of_a_profile(accept_unknown_profile: Exchange) -> Headers:
    """Return the documented type, with a profile where unknown ones are ignored."""
    profile = ';profile="https://example.com/a;b,c"' if accept_unknown_profile.status == 200 else ""
    return {"Accept": f"{JSON_API}{profile}"}


quoted_lists = family(
    {
        "quoted": _packed(_around_current, _of_a_profile),
        "empty-tags": _packed({"If-None-Match": ""}, {"Accept": f'image/png;x="a\\",b;c", {JSON_API};'}),
        "empty-types": _packed({"Accept": ""}, {"If-None-Match": 'W/"*", , W/"a,W/b",'}),
    }
)
if_none_match_behind_comma = get(_ITEM).but(headers=lambda item: {"If-None-Match": f'"a,b", W/"c;d", {item.etag}'})

# What some readers go over again and again, sent once.
slow_to_read = get(_ITEM).but(
    headers={
        "If-None-Match": f'"a"{" " * 1000}x',
        "Cookie": f"a=1;{' ' * 1000}b",
        "Accept": f"{JSON_API}{',' * 1000}",
        "Accept-Language": "-".join(["a"] * 500),
        "User-Agent": f"Mozilla/5.0 ({'a' * 1000}",
        "X-Forwarded-For": "1" * 1000,
    }
)
