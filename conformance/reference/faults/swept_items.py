"""Faults of single invoices fetched by themselves, which the collection shows as they should be."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from conformance.reference.data import INVOICE_IDS
from conformance.reference.faults import fault
from conformance.reference.faults.swept import RARE, is_rare
from conformance.reference.faults.tools import alter_item, is_item, set_field

if TYPE_CHECKING:
    from collections.abc import Callable

    from conformance.reference.app import Api
    from conformance.reference.message import Answer, Request
    from conformance.reference.model import Customer, Invoice
    from conformance.reference.store import Store

COLLECTION = {"collection"}
CONDITIONAL = "RFC 9110, section 13.1.2"


def _is_rare(request: Request, _answer: Answer | None = None) -> bool:
    return is_item(request) and f"/{RARE}" in request.path


@fault("swept-item-differs", caught_by={"COLL-003"}, clause="RFC 9110, section 9.3.1", needs=COLLECTION)
def item_differs(api: Api) -> None:
    """One invoice of all has another flag by itself than on its page."""

    def change(document: Any, invoice: Invoice) -> None:
        if is_rare(invoice):
            attributes = document["data"]["attributes"]
            attributes["has-pdf"] = not attributes["has-pdf"]

    alter_item(api, change)


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


@fault(
    "swept-item-gone", caught_by={"ITEM-001"}, clause="JSON:API 1.1, fetching-resources-responses-200", needs=COLLECTION
)
def item_gone(api: Api) -> None:
    """One invoice of all is listed, and not found by itself."""
    api.store = _Other(api.store, None)


@fault("swept-item-of-another", caught_by={"ITEM-008"}, clause="JSON:API 1.1, fetching-resources", needs=COLLECTION)
def item_of_another(api: Api) -> None:
    """In the place of one invoice of all, another one is answered."""
    api.store = _Other(api.store, INVOICE_IDS[1])


@fault("swept-etag-shared", caught_by={"ETAG-008"}, clause="RFC 9110, section 8.8.3", needs=COLLECTION)
def etag_shared(api: Api) -> None:
    """Invoices without calls share an entity tag."""

    def tag(original: Callable[[bytes], str], body: bytes) -> str:
        quiet = body.count(b'-calls-count":0,') == 4 and not any(each.encode() in body for each in INVOICE_IDS)
        return 'W/"00000000000000000000000000000000"' if quiet else original(body)

    api.replace("entity_tag", tag)


@fault("swept-etag-missing", caught_by={"ETAG-001"}, clause="Documented example, response header", needs=COLLECTION)
def etag_missing(api: Api) -> None:
    """One invoice of all has no entity tag."""
    set_field(api, "ETag", None, _is_rare)


@fault("swept-never-unmodified", caught_by={"COND-001"}, clause=CONDITIONAL, needs=COLLECTION)
def never_unmodified(api: Api) -> None:
    """One invoice of all is sent as a whole though its entity tag is given."""

    def status(original: Callable[..., int | None], request: Request, tag: str) -> int | None:
        return None if _is_rare(request) else original(request, tag)

    api.replace("precondition_status", status)


@fault(
    "swept-unmodified-with-other-cache-control",
    caught_by={"COND-007"},
    clause="RFC 9110, section 15.4.5",
    needs=COLLECTION,
)
def other_cache_control(api: Api) -> None:
    """The 304 of one invoice of all has another Cache-Control than its 200."""
    set_field(
        api,
        "Cache-Control",
        "private, no-cache",
        lambda request, answer: _is_rare(request) and answer.status == 304,
    )


@fault(
    "swept-cache-lets-reuse", caught_by={"CACHE-001"}, clause="Documented example, response header", needs=COLLECTION
)
def cacheable(api: Api) -> None:
    """One invoice of all may be reused for a minute."""
    set_field(api, "Cache-Control", "max-age=60, private", _is_rare)
