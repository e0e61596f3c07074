"""What a run by default asks of the invoice alone, asked of the relationship, of the account and of the collection.

What does not depend on each other travels together.
"""

from __future__ import annotations

from conformance.model.exchange import JSON_API
from conformance.plan.probe import Headers, HeadersFunction, Probe, family
from conformance.plan.probes.base import related, relationship
from conformance.plan.probes.collection import listing
from conformance.plan.probes.injection import foreign_origin

_VIEWS = {"relationship": relationship, "related": related, "listing": listing}
_TAG = {
    "relationship": lambda relationship: {"If-None-Match": relationship.tag_as_sent},
    "related": lambda related: {"If-None-Match": related.tag_as_sent},
    "listing": lambda listing: {"If-None-Match": listing.tag_as_sent},
}


def _rare(probe: Probe, headers: Headers | HeadersFunction, method: str = "GET", body: bytes = b"") -> Probe:
    return probe.but(
        method=method, headers=headers, body=body, each_invoice=False, needs=(*probe.needs, "contested"), after=(probe,)
    )


_ORIGIN = foreign_origin.variants["foreign"].layers[-1]
assert not callable(_ORIGIN)
elsewhere_with_range = family(
    {
        name: _rare(probe, {**_ORIGIN, "Range": "bytes=0-9", "Accept-Language": "de-DE, de;q=0.9"})
        for name, probe in _VIEWS.items()
    }
)
elsewhere_with_content_type = family(
    {name: _rare(probe, {"Content-Type": f"{JSON_API};charset=utf-8"}) for name, probe in _VIEWS.items()}
)
elsewhere_not_modified_head = family({name: _rare(probe, _TAG[name], "HEAD") for name, probe in _VIEWS.items()})
# No JSON: a server that would obey finds nothing to store.
elsewhere_written = family(
    {
        "listing": _rare(listing, {"Content-Type": JSON_API}, "POST", b"{"),
        "related": _rare(related, {"Content-Type": JSON_API}, "PATCH", b"{"),
    }
)
related_unknown_field = related.but(query="fields%5Baccounts%5D=name,nosuch", each_invoice=False, needs=("contested",))
