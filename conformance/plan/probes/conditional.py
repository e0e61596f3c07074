"""Preconditions and ranges: requests that name an entity tag, a date or a part (RFC 9110, sections 13 and 14)."""

from __future__ import annotations

from string import ascii_letters

from conformance.model.exchange import ENTITY_TAG, Exchange, NotObserved
from conformance.plan.probe import family, get, header_family
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
from conformance.plan.probes.parameters import fields_of_attributes
from conformance.reading.header_fields import opaque, other_weakness
from conformance.syntax.redaction import derived_token

_ITEM = "/invoices/{invoice_id}"

_OTHER_CASE = str.maketrans(ascii_letters, ascii_letters.swapcase())

# Long before and long after any modification that a server could know of.
LONG_AGO = "Mon, 01 Jan 1990 00:00:00 GMT"
FAR_FUTURE = "Fri, 01 Jan 2100 00:00:00 GMT"


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
        "first": get(_ITEM).but(headers=lambda item: {"If-None-Match": f'{item.etag}, "other"'}),
        "sparse": get(_ITEM).but(headers=lambda item: {"If-None-Match": f',"other" ,W/"another",,{item.etag},'}),
        "two-lines": get(_ITEM).but(headers=lambda item: {"If-None-Match": ['"other"', item.etag]}),
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
related_if_none_match_other = related.but(headers=_OTHER_TAG, each_invoice=False)
listing_if_none_match_other = listing.but(headers=_OTHER_TAG)
# The tag of the invoice without its account, and another: that there are two does not make one of them the right one.
included_if_none_match_item = item_with_account.but(
    headers=lambda item: {"If-None-Match": f'"conformance", {item.etag}'}, each_invoice=False
)

if_none_match_malformed = family(
    {
        **header_family(get(_ITEM), "If-None-Match", {"unquoted": "conformance", "lone-quote": '"'}).variants,
        # More than a run by default may cost.
        **header_family(
            get(_ITEM, needs=("contested",)),
            "If-None-Match",
            {"weak": "W/", "weak-any": "W/*", "bytes": "\xff\xfe", "commas": ", ,", "words": '"a" "b"'},
        ).variants,
    }
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

if_match_other = get(_ITEM).but(headers={"If-Match": '"conformance"'})
if_match_any = get(_ITEM).but(headers={"If-Match": "*"})
if_match_weak = get(_ITEM).but(headers=lambda item: {"If-Match": f"W/{opaque(item.etag)}"})
if_unmodified_since_old = get(_ITEM).but(headers={"If-Unmodified-Since": LONG_AGO})

unknown_item_if_none_match = unknown_item.but(headers={"If-None-Match": "*"})
unknown_item_if_none_match_own = unknown_item.but(headers=lambda unknown_item: {"If-None-Match": unknown_item.etag})
unknown_include_if_none_match = unknown_include.but(headers={"If-None-Match": "*"})
item_without_token_if_none_match = family(
    {
        "current": item_without_token.but(headers=_current_tags),
        "any": item_without_token.but(headers={"If-None-Match": "*"}),
    }
)
altered_token_if_none_match = item_without_token.but(
    headers=lambda item: {"Authorization": derived_token("signature-changed"), "If-None-Match": item.tag_as_sent}
)
unacceptable_item_if_none_match = unacceptable_item.but(headers=_matching)

# As browsers send it when somebody reloads.
if_none_match_of_a_reload = family(
    {
        name: item_not_modified.but(each_invoice=False, needs=("contested",), headers=fields)
        for name, fields in {
            "no-cache": {"Cache-Control": "no-cache"},
            "no-age": {"Cache-Control": "max-age=0"},
            "pragma": {"Pragma": "no-cache"},
        }.items()
    }
)

range_first_bytes = get(_ITEM).but(headers={"Range": "bytes=0-9"})
range_beyond_end = get(_ITEM).but(headers={"Range": "bytes=99999999-"})
range_head = item_head.but(headers={"Range": "bytes=0-9"})
range_in_unknown_unit = get(_ITEM).but(headers={"Range": "items=0-1"})
range_if_range_other = range_first_bytes.but(headers={"If-Range": '"conformance"'})
range_if_range_weak = range_first_bytes.but(headers=lambda item: {"If-Range": f"W/{opaque(item.etag)}"})
