"""Preconditions and ranges: requests that name an entity tag, a date or a part (RFC 9110, sections 13 and 14)."""

from __future__ import annotations

from collections.abc import Mapping
from string import ascii_letters

from conformance.model.exchange import ENTITY_TAG, Exchange, NotObserved
from conformance.plan.probe import family, get, header_family, pack
from conformance.plan.probes.base import (
    item_head,
    item_not_modified,
    item_with_account,
    item_without_token,
    related,
    relationship,
    unacceptable_item,
    unknown_include,
    unknown_item,
)
from conformance.plan.probes.collection import listing
from conformance.plan.probes.http import write_unknown
from conformance.plan.probes.parameters import fields_of_attributes
from conformance.reading.effects import on_not_modified
from conformance.reading.header_fields import opaque, other_weakness
from conformance.syntax.redaction import derived_token

_ITEM = "/invoices/{invoice_id}"

_OTHER_CASE = str.maketrans(ascii_letters, ascii_letters.swapcase())

# Long before and long after any modification that a server could know of.
LONG_AGO = "Mon, 01 Jan 1990 00:00:00 GMT"
FAR_FUTURE = "Fri, 01 Jan 2100 00:00:00 GMT"
# Refusals in a coding, too, are what they say.
_IN_GZIP = {"Accept-Encoding": "gzip"}


def _in_other_case(tag: str) -> str:
    # Bytes beyond ASCII are letters of no known alphabet.
    if (other := opaque(tag).translate(_OTHER_CASE)) == opaque(tag):
        raise NotObserved("the entity tag has no letters")
    return other


def _half(tag: str) -> str:
    inner = opaque(tag)[1:-1]
    if len(inner) < 8:
        raise NotObserved("the entity tag is too short to be cut")
    return f'"{inner[: len(inner) // 2]}"'


def _current_tags(item: Exchange, item_without_token: Exchange) -> dict[str, str]:
    """Return the tags of the invoice and of its refusal, which may have one and is not a selected representation."""
    tags = [line for each in (item, item_without_token) for line in each.fields.lines("ETag")]
    well_formed = [tag for tag in tags if ENTITY_TAG.fullmatch(tag)]
    if not well_formed:
        raise NotObserved("neither the invoice nor the refusal without a token has a well-formed entity tag")
    return {"If-None-Match": ", ".join(well_formed)}


def _matching(item: Exchange, if_none_match_any: Exchange) -> dict[str, str]:
    """Return what the server takes for a match: any tag, else the current one."""
    return {"If-None-Match": "*" if if_none_match_any.status == 304 else item.etag}


def _last_modified(item: Exchange) -> dict[str, str]:
    lines = item.fields.lines("Last-Modified")
    if len(lines) != 1:
        raise NotObserved("the invoice has no Last-Modified")
    return {"If-Modified-Since": lines[0]}


item_head_not_modified = item_not_modified.but(method="HEAD", each_invoice=False)

if_none_match_list = family(
    {
        "sparse": get(_ITEM).but(headers=lambda item: {"If-None-Match": f',"a" ,W/"b",,{item.etag},,"c",'}),
        "lines": get(_ITEM).but(headers=lambda item: {"If-None-Match": ['"other"', item.etag, '"another"']}),
    }
)
if_none_match_any = get(_ITEM).but(headers={"If-None-Match": "*"})
if_none_match_other_weakness = get(_ITEM).but(headers=lambda item: {"If-None-Match": other_weakness(item.etag)})

if_none_match_other = get(_ITEM).but(headers={"If-None-Match": '"conformance"'})
# The current tag is a part of it. Not at its beginning: compressing proxies append to a tag, and undo that.
if_none_match_longer = get(_ITEM).but(headers=lambda item: {"If-None-Match": f'W/"conformance-{opaque(item.etag)[1:]}'})
if_none_match_alike = family(
    {
        "other-case": get(_ITEM).but(headers=lambda item: {"If-None-Match": f"W/{_in_other_case(item.etag)}"}),
        "shorter": get(_ITEM).but(headers=lambda item: {"If-None-Match": f"W/{_half(item.etag)}"}),
        "quoted-asterisk": get(_ITEM).but(headers={"If-None-Match": '"*"'}),
    }
)

# The same elsewhere than on the invoice by itself.
relationship_not_modified = relationship.but(
    headers=lambda relationship: {"If-None-Match": relationship.tag_as_sent}, each_invoice=False
)
included_not_modified = item_with_account.but(
    headers=lambda item_with_account: {"If-None-Match": item_with_account.tag_as_sent}, each_invoice=False
)
sparse_not_modified = fields_of_attributes.but(
    headers=lambda fields_of_attributes: {"If-None-Match": fields_of_attributes.tag_as_sent}
)
listing_not_modified = listing.but(headers=lambda listing: {"If-None-Match": listing.tag_as_sent})
_OTHER_TAG = {"If-None-Match": '"conformance"'}
# What is compressed is whole, too.
related_if_none_match_other = related.but(headers={**_OTHER_TAG, **_IN_GZIP}, each_invoice=False)
listing_if_none_match_other = listing.but(headers=_OTHER_TAG)
# The tag of the invoice without its account, and another: that there are two does not make one of them the right one.
included_if_none_match_item = item_with_account.but(
    headers=lambda item: {"If-None-Match": f'"conformance", {item.etag}'}, each_invoice=False
)

if_none_match_malformed = family(
    header_family(get(_ITEM), "If-None-Match", {"unquoted": "conformance", "lone-quote": '"'}),
    # More than a run by default may cost.
    header_family(
        get(_ITEM, needs=("contested",)),
        "If-None-Match",
        {"weak": "W/", "weak-any": "W/*", "bytes": "\xff\xfe", "commas": ", ,", "words": '"a" "b"'},
    ),
)

if_match_malformed = header_family(
    get(_ITEM, needs=("contested",)),
    "If-Match",
    {"empty": "", "unquoted": "conformance", "lone-quote": '"', "bytes": '"\xff\xfe"', "weak": "W/, *"},
)

if_none_match_current_and_old_date = get(_ITEM).but(
    headers=lambda item: {"If-None-Match": item.etag, "If-Modified-Since": LONG_AGO}
)
if_none_match_other_and_future_date = if_none_match_other.but(headers={"If-Modified-Since": FAR_FUTURE})
if_modified_since_future = get(_ITEM).but(headers={"If-Modified-Since": FAR_FUTURE})
if_modified_since_invalid = header_family(
    get(_ITEM), "If-Modified-Since", {"no-date": "tomorrow", "two-dates": f"{FAR_FUTURE}, {FAR_FUTURE}"}
)

if_modified_since_last_modified = get(_ITEM).but(headers=_last_modified)

# An asterisk in quotes is a tag like any other.
if_match_other = get(_ITEM).but(headers={"If-Match": '"conformance", "a, *, b", "*"'})
# RFC 9110, section 13.2.2: If-Match comes first.
if_match_other_and_any = get(_ITEM, needs=("contested",)).but(
    headers={"If-Match": '"conformance"', "If-None-Match": "*"}
)
if_match_any = get(_ITEM).but(headers={"If-Match": "*"})
if_match_weak = get(_ITEM).but(headers=lambda item: {"If-Match": f"W/{opaque(item.etag)}"})
if_unmodified_since_old = get(_ITEM).but(headers={"If-Unmodified-Since": LONG_AGO})

unknown_item_if_none_match = unknown_item.but(headers={"If-None-Match": "*"})
unknown_item_if_none_match_own = unknown_item.but(headers=lambda unknown_item: {"If-None-Match": unknown_item.etag})
unknown_include_if_none_match = unknown_include.but(headers={"If-None-Match": "*"})
item_without_token_if_none_match = family(
    {
        "current": item_without_token.but(headers=_current_tags),
        "any": item_without_token.but(headers={"If-None-Match": "*", **_IN_GZIP}),
    }
)
altered_token_if_none_match = item_without_token.but(
    headers=lambda item: {"Authorization": derived_token("signature-changed"), "If-None-Match": item.tag_as_sent}
)
unacceptable_item_if_none_match = unacceptable_item.but(headers=_matching).but(headers=_IN_GZIP)

# As browsers send it when somebody reloads.
if_none_match_of_a_reload = family(
    {
        name: item_not_modified.but(each_invoice=False, needs=("contested",), headers=fields)
        for name, fields in {
            "no-cache": {"Cache-Control": "no-cache"},
            "no-age": {"Cache-Control": "max-age=0"},
            "pragma": {"Pragma": "no-cache"},
            "no-store": {"Cache-Control": "no-store"},
            "stale": {"Cache-Control": "max-stale=60, min-fresh=60"},
            "of-answers": {"Cache-Control": 'private="a, no-cache", must-revalidate, no-transform'},
            "pragma-other": {"Pragma": "conformance"},
        }.items()
    }
)

range_first_bytes = get(_ITEM).but(headers={"Range": "bytes=0-9"})
range_beyond_end = get(_ITEM).but(headers={"Range": "bytes=99999999-"})
range_head = item_head.but(headers={"Range": "bytes=0-9"})
range_in_unknown_unit = get(_ITEM).but(headers={"Range": "items=0-1"})
range_if_range_other = range_first_bytes.but(headers={"If-Range": '"conformance"'})
range_if_range_weak = range_first_bytes.but(headers=lambda item: {"If-Range": f"W/{opaque(item.etag)}"})

# What else a client sends, none of which decides whether the invoice has changed.
_BESIDE_A_TAG: Mapping[str, str] = {
    "Cookie": "theme=dark",
    "Accept-Language": "de-DE, de;q=0.9",
    "Accept-Charset": "utf-8",
    "Origin": "https://example.com",
    "Referer": "https://example.com/",
    "User-Agent": "Mozilla/4.0 (compatible; MSIE 6.0; Windows NT 5.1) curl/8",
    "X-Requested-With": "XMLHttpRequest",
    "DNT": "1",
    "Sec-Fetch-Mode": "navigate",
    "Sec-Fetch-Dest": "document",
    "Save-Data": "on",
    "Upgrade-Insecure-Requests": "1",
    "Early-Data": "1",
    "Prefer": "return=minimal",
    "A-IM": "feed",
    "TE": "trailers",
    "Via": "1.1 conformance",
    "CDN-Loop": "conformance",
    "Surrogate-Capability": 'conformance="Surrogate/1.0"',
    "X-Forwarded-For": "192.0.2.1",
    "Forwarded": "for=192.0.2.1",
    "X-Request-Id": "conformance",
    "traceparent": "00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01",
    "Content-Length": "0",
    # RFC 9110, section 13.2.2: without If-Match this one comes first, and holds. What follows a tag is not looked at.
    "If-Unmodified-Since": FAR_FUTURE,
    "If-Modified-Since": LONG_AGO,
    "Range": "bytes=0-0",
    "If-Range": '"conformance"',
}
fields_beside_a_tag = pack(
    item_not_modified.but(each_invoice=False),
    [{name: value} for name, value in _BESIDE_A_TAG.items()],
    on_not_modified,
    item_not_modified,
)
_OTHER_PRECONDITIONS = {
    "If-Match": '"conformance"',
    "If-Unmodified-Since": LONG_AGO,
    "If-Modified-Since": FAR_FUTURE,
    "Range": "bytes=0-0",
    "If-Range": '"conformance"',
}
refused_with_other_preconditions = family(
    {
        name: probe.but(needs=(*probe.needs, "contested"), headers=_OTHER_PRECONDITIONS)
        for name, probe in {
            "unknown": unknown_item,
            "unknown-include": unknown_include,
            "unacceptable": unacceptable_item,
            "without-token": item_without_token,
            "write": write_unknown.variants["POST"],
            "delete": write_unknown.variants["DELETE"],
        }.items()
    }
)
