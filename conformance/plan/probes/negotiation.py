"""Requests that differ in Accept, Content-Type and the other fields of content negotiation."""

from __future__ import annotations

from conformance.model.exchange import JSON_API
from conformance.plan.probe import family, get, header_family

_ITEM = "/invoices/{invoice_id}"
_NOBODYS = "https://example.com/none"

accept_any = header_family(get(_ITEM), "Accept", {"absent": None, "anything": "*/*", "application": "application/*"})
# As clients write it. Names of parameters have no case, and there may be blanks around the semicolon. No server has
# this picture, so that there is no other answer to give.
accept_with_weight = header_family(
    get(_ITEM), "Accept", {"alone": f"{JSON_API};q=0.9", "beside-other-type": f"image/png,\t{JSON_API} ;\tQ=0.800"}
)
accept_spelled = header_family(
    get(_ITEM),
    "Accept",
    {
        "capitals": "Application/VND.API+JSON",
        # No server has this picture, so there is no other answer to give.
        "empty-element": f"image/png , , {JSON_API}",
        # Neither the first line nor the last one.
        "several-lines": ["image/png", JSON_API, "image/gif"],
    },
)
accept_foreign_parameter = header_family(
    get(_ITEM),
    "Accept",
    # No server has this picture, so that nothing is left to give.
    {"alone": f"{JSON_API};version=1", "beside-other-type": f"{JSON_API};charset=utf-8, image/png"},
)
accept_beside_clean = get(_ITEM).but(headers={"Accept": f'{JSON_API};version="1,2", {JSON_API}'})
accept_unsupported_extension = get(_ITEM).but(headers={"Accept": f'{JSON_API};ext="{_NOBODYS}"'})
accept_unknown_profile = get(_ITEM).but(headers={"Accept": f'{JSON_API};profile="{_NOBODYS}"'})
accept_foreign_parameter_or_any = get(_ITEM).but(headers={"Accept": f"{JSON_API};charset=utf-8, */*"})
accept_excluding = header_family(
    get(_ITEM), "Accept", {"html": "text/html", "json": "application/json", "xml": "application/xml"}
)

# The documented request has a Content-Type, too, although it has no content: probes/http has it as it stands.
content_type_without_content = get(_ITEM).but(headers={"Content-Type": "text/plain"})
content_type_with_parameter = family(
    {
        name: get(_ITEM).but(headers={"Content-Type": f"{JSON_API};{parameter}"})
        for name, parameter in {"charset": "charset=utf-8", "extension": f'ext="{_NOBODYS}"'}.items()
    }
)

unusual_preference = family(
    {
        "language-and-charset": get(_ITEM).but(headers={"Accept-Language": "xx-invalid-!!", "Accept-Charset": "utf-7"}),
        "coding": get(_ITEM).but(headers={"Accept-Encoding": "*;q=0"}),
        "no-media-range": get(_ITEM).but(headers={"Accept": "conformance"}),
    }
)
