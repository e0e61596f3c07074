"""Faults of single invoices fetched by themselves, which the collection shows as they should be."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from conformance.reference.app import Api
from conformance.reference.data import INVOICE_IDS
from conformance.reference.faults import Area
from conformance.reference.faults.clauses import ENTITY_TAG, FETCHING, FOUND, GET, NONE_MATCH, NOT_MODIFIED
from conformance.reference.faults.effects import field, in_item, unconditional
from conformance.reference.faults.needs import COLLECTION
from conformance.reference.faults.seams import instead_of
from conformance.reference.faults.swept import RARE, is_rare
from conformance.reference.faults.where import is_item

if TYPE_CHECKING:
    from collections.abc import Callable

    from conformance.reference.model import Customer, Invoice
    from conformance.reference.store import Store

fault = Area(__name__, needs=COLLECTION)
_is_rare = is_item & (lambda request: f"/{RARE}" in request.path)


class _Other:
    """A store that finds another invoice, or none, in the place of one."""

    def __init__(self, store: Store, number: str | None) -> None:
        self._store = store
        self._number = number

    def __getattr__(self, name: str) -> Any:
        return getattr(self._store, name)

    def invoice(self, customer: Customer, number: str) -> Invoice | None:
        """See Store."""
        if not number.startswith(RARE):
            return self._store.invoice(customer, number)
        return self._store.invoice(customer, self._number) if self._number else None


@fault("swept-item-differs", {"COLL-003"}, GET)
@in_item
def item_differs(document: Any, invoice: Invoice) -> None:
    """One invoice of all has another flag by itself than on its page."""
    if is_rare(invoice):
        attributes = document["data"]["attributes"]
        attributes["has-pdf"] = not attributes["has-pdf"]


@fault("swept-item-gone", {"ITEM-001"}, FOUND)
def item_gone(api: Api) -> None:
    """One invoice of all is listed, and not found by itself."""
    api.store = _Other(api.store, None)


@fault("swept-item-of-another", {"ITEM-008"}, FETCHING)
def item_of_another(api: Api) -> None:
    """In the place of one invoice of all, another one is answered."""
    api.store = _Other(api.store, INVOICE_IDS[1])


@fault("swept-etag-shared", {"ETAG-008"}, ENTITY_TAG)
@instead_of(Api.entity_tag)
def etag_shared(original: Callable[[bytes], str], body: bytes) -> str:
    """Invoices without calls share an entity tag."""
    quiet = body.count(b'-calls-count":0,') == 4 and not any(each.encode() in body for each in INVOICE_IDS)
    return 'W/"00000000000000000000000000000000"' if quiet else original(body)


fault("swept-etag-missing", {"ETAG-001"}, "Documented example, response header")(
    "One invoice of all has no entity tag.", field("ETag", None, _is_rare)
)
fault("swept-never-unmodified", {"COND-001"}, NONE_MATCH)(
    "One invoice of all is sent as a whole though its entity tag is given.", unconditional(_is_rare)
)
fault("swept-unmodified-with-other-cache-control", {"COND-007"}, NOT_MODIFIED)(
    "The 304 of one invoice of all has another Cache-Control than its 200.",
    field("Cache-Control", "private, no-cache", _is_rare, 304),
)
fault("swept-cache-lets-reuse", {"CACHE-001"}, "Documented example, response header")(
    "One invoice of all may be reused for a minute.", field("Cache-Control", "max-age=60, private", _is_rare)
)
