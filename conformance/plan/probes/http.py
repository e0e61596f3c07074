"""Methods, content and fields that the interface does not define. What could write goes to an id that names nothing."""

from __future__ import annotations

import json

from conformance.model.exchange import JSON_API
from conformance.plan.probe import family, get
from conformance.plan.probes.base import unknown_item

# Stands in Authorization where the token must not be sent.
THROW_AWAY = "conformance-throw-away-credentials"

_ITEM = "/invoices/{invoice_id}"
_empty = {"Content-Length": "0"}

write_unknown = family(
    {
        "POST": unknown_item.but(method="POST", headers=_empty),
        "PUT": unknown_item.but(method="PUT", headers=_empty),
        "PATCH": unknown_item.but(method="PATCH", headers=_empty),
        "DELETE": unknown_item.but(method="DELETE"),
    }
)
undefined_method = get(_ITEM).but(method="FOO")
item_options = get(_ITEM).but(method="OPTIONS")
# One is fulfilled and one is not, whatever the entity tag.
item_options_with_preconditions = item_options.but(
    headers={"If-None-Match": "*", "If-Match": '"conformance"', "If-Unmodified-Since": "Mon, 01 Jan 1990 00:00:00 GMT"}
)
trace = unknown_item.but(method="TRACE", headers={"Authorization": THROW_AWAY})

OVERRIDES = ("X-HTTP-Method-Override", "X-HTTP-Method", "X-Method-Override")
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
