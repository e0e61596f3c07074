"""Methods, content and fields that the interface does not define. What could write goes to an id that names nothing."""

from __future__ import annotations

import json

from conformance.model.exchange import JSON_API
from conformance.plan.probe import family, get
from conformance.plan.probes.base import related, relationship, unknown_item
from conformance.plan.probes.collection import listing

# Stands in Authorization where the token must not be sent.
THROW_AWAY = "conformance-throw-away-credentials"

_ITEM = "/invoices/{invoice_id}"
_CONTESTED = ("contested",)
_empty = {"Content-Length": "0"}

write_unknown = family(
    {
        "POST": unknown_item.but(method="POST", headers=_empty),
        "PUT": unknown_item.but(method="PUT", headers=_empty),
        "PATCH": unknown_item.but(method="PATCH", headers=_empty),
        "DELETE": unknown_item.but(method="DELETE"),
    }
)
# Content that no reader can make a document of.
write_unknown_with_content = family(
    {
        name: unknown_item.but(method="POST", headers={"Content-Type": content_type}, body=body, needs=_CONTESTED)
        for name, (content_type, body) in {
            "form": ("application/x-www-form-urlencoded", b"a=%zz&b[=c&b[d]=e"),
            "form-without-boundary": ("multipart/form-data", b"--x\r\n\r\n--x--"),
            "form-of-parts": ("multipart/form-data; boundary=x", b"--x\r\nContent-Disposition: form-data\r\n\r\n"),
            "broken": (JSON_API, b"{"),
            "list": (JSON_API, b"[]"),
            "null": (JSON_API, b"null"),
            "number": (JSON_API, b"1e400"),
            "text": (JSON_API, b'"\\ud800"'),
            "no-data": (JSON_API, b"{}"),
            "data-null": (JSON_API, b'{"data":null}'),
            "data-list": (JSON_API, b'{"data":[[]]}'),
            "data-twice": (JSON_API, b'{"data":1,"data":2}'),
            "not-utf-8": (JSON_API, b'{"data":"\xff"}'),
            "byte-order-mark": (JSON_API, b"\xef\xbb\xbf{}"),
            "nul": (JSON_API, b'{"data":"\\u0000"}'),
            "deep": ("application/json", b"[" * 200),
            "charset": ("application/json; charset=conformance", b"{}"),
            "xml": ("application/xml", b"<a"),
            "merge-patch": ("application/merge-patch+json", b"1"),
            "json-patch": ("application/json-patch+json", b'[{"op":1}]'),
            "plain": ("text/plain", b"conformance"),
            "no-type": ("conformance", b"conformance"),
            "remote-call": ("application/grpc", b"\0\0\0\0\0"),
        }.items()
    }
)
undefined_method = get(_ITEM).but(method="FOO")
# More than a run by default may cost. Not one of them would change anything where it is known.
odd_method = family(
    {
        name: get(_ITEM, needs=_CONTESTED).but(method=method)
        for name, method in {
            "lower-case": "get",
            "mixed-case": "Get",
            "longer": "GETS",
            "lower-case-head": "head",
            "lower-case-options": "options",
            "lower-case-word": "foo",
            "letter": "X",
            "digits": "123",
            "signs": "!#$%&'*+.^_`|~-",
            "hyphen": "FOO-BAR",
            "underscore": "FOO_BAR",
            "long": "A" * 100,
            "properties": "PROPFIND",
            "report": "REPORT",
            "search": "SEARCH",
            "discovery": "M-SEARCH",
            "track": "TRACK",
            "debug": "DEBUG",
            "view": "VIEW",
        }.items()
    }
)
# To what does not exist goes what could change something where it is known.
odd_method_of_unknown = family(
    {
        method.lower() if method.isupper() else f"{method}-in-lower-case": unknown_item.but(
            method=method, needs=_CONTESTED
        )
        for method in (
            *("FOO", "COPY", "MOVE", "LOCK", "UNLOCK", "MKCOL", "MKCALENDAR", "PROPPATCH", "LINK", "UNLINK", "PURGE"),
            *("BAN", "ACL", "VERSION-CONTROL", "SUBSCRIBE", "NOTIFY", "QUERY", "post", "put", "patch", "delete"),
        )
    }
)
odd_method_elsewhere = family(
    {
        "relationship": relationship.but(method="FOO", each_invoice=False, needs=_CONTESTED),
        "related": related.but(method="FOO", each_invoice=False, needs=_CONTESTED),
        "listing": listing.but(method="FOO", needs=("collection", *_CONTESTED)),
    }
)
odd_method_without_token = family(
    {
        name: get(_ITEM, needs=_CONTESTED).but(method=method, headers={"Authorization": None})
        for name, method in {
            "undefined": "FOO",
            "lower-case": "get",
            "mixed-case": "Get",
            "longer": "GETS",
            "lower-case-head": "head",
            "properties": "PROPFIND",
            "report": "REPORT",
            "search": "SEARCH",
            "track": "TRACK",
            "signs": "!#$%&'*+.^_`|~-",
        }.items()
    }
)
item_options = get(_ITEM).but(method="OPTIONS")
options_elsewhere = family(
    {
        "relationship": relationship.but(method="OPTIONS", each_invoice=False, needs=_CONTESTED),
        "related": related.but(method="OPTIONS", each_invoice=False, needs=_CONTESTED),
        "listing": listing.but(method="OPTIONS", needs=("collection", *_CONTESTED)),
        "without-token": get(_ITEM, needs=_CONTESTED).but(method="OPTIONS", headers={"Authorization": None}),
        "query": get(_ITEM, needs=_CONTESTED).but(method="OPTIONS", query="include=account"),
        "broken-token": get(_ITEM, needs=_CONTESTED).but(method="OPTIONS", headers={"Authorization": THROW_AWAY}),
    }
)
# One is fulfilled and one is not, whatever the entity tag.
item_options_with_preconditions = item_options.but(
    headers={
        "If-None-Match": "*",
        "If-Match": '"conformance"',
        "If-Unmodified-Since": "Mon, 01 Jan 1990 00:00:00 GMT",
        "If-Modified-Since": "Fri, 01 Jan 2100 00:00:00 GMT",
        "If-Range": '"conformance"',
        "Range": "bytes=0-0",
    }
)
trace = unknown_item.but(method="TRACE", headers={"Authorization": THROW_AWAY})

OVERRIDES = ("X-HTTP-Method-Override", "X-HTTP-Method", "X-Method-Override")
# By all usual names, what no override can mean.
item_override_undefined = get(_ITEM, needs=_CONTESTED).but(
    headers=dict.fromkeys((*OVERRIDES, "X-Original-Method", "X-Forwarded-Method"), "FOO BAR")
)
item_override_options = get(_ITEM).but(headers=dict.fromkeys(OVERRIDES, "OPTIONS"))
unknown_item_override_delete = unknown_item.but(headers=dict.fromkeys(OVERRIDES, "DELETE"))

# A GET with this Accept is refused for another reason than a POST.
post_unacceptable = write_unknown.variants["POST"].but(headers={"Accept": "text/html"})
post_unacceptable_override_get = post_unacceptable.but(headers=dict.fromkeys(OVERRIDES, "GET"))
# As clients write it that send forms.
post_unacceptable_form = post_unacceptable.but(
    headers={"Content-Type": "application/x-www-form-urlencoded", "Content-Length": None},
    body=b"_method=GET",
    needs=("contested",),
)

item_with_content = family(
    {
        "parameters": get(_ITEM).but(
            headers={"Content-Type": JSON_API},
            body=json.dumps({"include": "account", "fields": {"invoices": "reference"}}).encode(),
        ),
        "malformed": get(_ITEM).but(headers={"Content-Type": "application/json"}, body=b"{"),
        "form": get(_ITEM).but(headers={"Content-Type": "application/x-www-form-urlencoded"}, body=b"include=account"),
    }
)

# A server that redirects here has a query to keep.
item_trailing_slash = get(f"{_ITEM}/").but(query="include=account")

# The documented request as it stands, artefacts of its recording included; and what browsers add, with a made-up field.
unknown_fields = family(
    {
        "documented": get(_ITEM).but(headers={"Content-Type": JSON_API, "Version": "HTTP/1.0", "Cookie": ""}),
        "of-browsers": get(_ITEM).but(
            headers={
                "Cookie": "theme=dark; _id=1.2",
                "Cache-Control": "no-cache",
                "Pragma": "no-cache",
                "X-Requested-With": "XMLHttpRequest",
                "Sec-Fetch-Mode": "cors",
                "Priority": "u=1, i",
                "X-Conformance": "1",
            }
        ),
    }
)
