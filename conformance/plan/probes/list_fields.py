"""Fields that hold lists and parameters, written in ways that naive readers take apart at the wrong places."""

from __future__ import annotations

from dataclasses import replace

from conformance.model.exchange import JSON_API, Exchange, NotObserved
from conformance.plan.field_values.slow import SLOW_FIELDS, SLOW_UNITS
from conformance.plan.probe import Headers, HeadersFunction, Probe, family, get, pack
from conformance.plan.probes.base import item
from conformance.reading.effects import on_shown_data, on_understood_data
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
    return {"If-None-Match": f'"x,{current},y", "a, *, b", "", W/"x;{current};y"'}


def _of_a_profile(accept_unknown_profile: Exchange) -> Headers:
    """Return the documented type, with a profile where unknown ones are ignored."""
    quoted = '"https://example.com/a;b,c?d=e;q=0 https://example.com/;ext=f"'
    profile = f";profile={quoted}" if accept_unknown_profile.status == 200 else ""
    return {"Accept": f"{JSON_API}{profile}"}


def _alike(item: Exchange) -> Headers:
    """Return entity tags of which the current one is a part, and some that look like marks of their lists."""
    current = opaque(item.etag)[1:-1]
    tags = (f"x{current}", f"{current}x", f"W/{current}", "", ",", "*", ";", "\\", "=", "%22", "a=b;c=d, e", "\xe9")
    return {"If-None-Match": ", ".join(f'"{tag}"' for tag in tags)}


# Whatever stands in quotes, or around what is empty, the documented type is accepted. More than a run by default sends.
_ACCEPTED = {
    "weight-in-quotes": f'image/png;x="a;q=0, b/c;q=0", {JSON_API}',
    "type-in-quotes": f'image/png;q=0;x="{JSON_API}", {JSON_API}',
    "equals-in-quotes": f'image/png;x="a=b=c", {JSON_API}',
    "semicolons": f"{JSON_API}; ;",
    "blanks": f"image/png ;\tq=0.5 ,\t{JSON_API} ; q=1",
    "weight-of-three-digits": f"{JSON_API};q=0.001, image/png;q=0.000",
    "weight-of-zeros": f"{JSON_API};q=1.000",
    "weight-with-dot": f"{JSON_API};q=1.",
    "weight-in-capitals": f"image/png;Q=0, {JSON_API};Q=1",
    "long": f"{', '.join(f'image/x{number}' for number in range(40))}, {JSON_API}",
    "commas": f",, , {JSON_API},,",
}
# With a profile, where unknown ones are ignored.
_PROFILES = {
    "equals-in-profile": '"https://example.com/?a=b;q=0"',
    "two-profiles": '"https://example.com/a https://example.com/b"',
    "escape-in-profile": '"https://example.com/\\a"',
    "capitals-of-profile": '"https://example.com/a"',
}


def _with_profile(value: str, *, capitals: bool) -> HeadersFunction:
    def headers(accept_unknown_profile: Exchange) -> Headers:
        if accept_unknown_profile.status != 200:
            raise NotObserved("unknown profiles are not ignored")
        return {"Accept": f"{JSON_API};{'Profile' if capitals else 'profile'}={value}"}

    return headers


# What may be left out of a list, what it may hold, and what only looks as if it had a meaning.
_BESIDE = {
    "Cache-Control": 'no-cache="a, only-if-cached", private="b;c"',
    "Prefer": 'conformance="a, respond-async; return=minimal"',
    "Cookie": 'conformance="a,b"',
    "Forwarded": 'for="_a,b;c";by="_d=e"',
    "Accept-Encoding": "identity, ,",
    "Content-Type": f'{JSON_API};profile="https://example.com/a,b;c"',
}


def _rare(*parts: Headers | HeadersFunction) -> Probe:
    return replace(_packed(*parts), needs=("contested",))


quoted_lists = family(
    {
        "quoted": _packed(_around_current, _of_a_profile),
        "empty-tags": _packed({"If-None-Match": ""}, {"Accept": f'image/png;x="a\\",b;c", {JSON_API};'}),
        "empty-types": _packed({"Accept": ""}, {"If-None-Match": 'W/"*", , W/"a,W/b",'}),
        "alike": _rare(_alike),
        **{name: _rare({"Accept": value}) for name, value in _ACCEPTED.items()},
        **{
            name: _rare(_with_profile(value, capitals=name.startswith("capitals"))) for name, value in _PROFILES.items()
        },
    }
)
fields_with_quotes = pack(
    get(_ITEM, needs=("contested",)), [{name: value} for name, value in _BESIDE.items()], on_shown_data, item
)
# In front of the current tag are others, each with something that a reader of lists could stop at.
if_none_match_behind_comma = get(_ITEM).but(
    headers=lambda item: {"If-None-Match": f',"a,b",W/"c;d" ,\t"\\", "e=f%22", "", "*", {item.etag},'}
)
if_none_match_of_many = get(_ITEM, needs=("contested",)).but(
    headers=lambda item: {"If-None-Match": [*(f'"{number}"' for number in range(40)), f'"\xe9", {item.etag}']}
)


def _long(unit: str) -> str:
    return unit * (700 // len(unit))


# What some readers go over again and again.
slow_to_read = family(
    {
        "usual": get(_ITEM).but(
            headers={
                "If-None-Match": f'"a"{" " * 1000}x',
                "Cookie": f"a=1;{' ' * 1000}b",
                "Accept": f"{JSON_API}{',' * 1000}",
                "Accept-Language": "-".join(["a"] * 500),
                "User-Agent": f"Mozilla/5.0 ({'a' * 1000}",
                "X-Forwarded-For": "1" * 1000,
            }
        ),
        **{
            f"{name}-{number}": get(_ITEM, needs=("contested",)).but(
                headers={field: f"{before}{_long(unit)}{after}" for field, before, after in fields}
            )
            for name, unit in SLOW_UNITS.items()
            for number, fields in enumerate(SLOW_FIELDS, 1)
        },
    }
)
