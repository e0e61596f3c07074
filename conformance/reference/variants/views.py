"""Views that show a part of what other views show, where the client does not name the fields that it wants."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from conformance.reference.faults.tools import alter_account_attributes
from conformance.reference.serialise import PREFIX
from conformance.reference.variants import variant

if TYPE_CHECKING:
    from collections.abc import Callable

    from conformance.reference.app import Api
    from conformance.reference.message import Document, Request
    from conformance.reference.query import Query

    Change = Callable[[Document], object]

SUBSET = "JSON:API 1.1, fetching-sparse-fieldsets"
OPTIONAL = "JSON:API 1.1, document-resource-objects"


def _included(api: Api, change: Change) -> None:
    """Alter accounts that are included."""

    def compound(original: Callable[..., Document], *arguments: Any) -> Document:
        return _altered(original(*arguments), "included", "accounts", arguments[-1], change)

    api.replace("compound", compound)


def _elements(api: Api, change: Change) -> None:
    """Alter the invoices of a collection."""

    def document(original: Callable[..., Document], *arguments: Any) -> Document:
        return _altered(original(*arguments), "data", "invoices", arguments[-1], change)

    api.replace("collection_document", document)


def _altered(document: Document, member: str, kind: str, query: Query, change: Change) -> Document:
    for resource in document.get(member, ()):
        if resource["type"] == kind and kind not in query.fields:
            change(resource)
    return document


def _without(*names: str) -> Change:
    def change(resource: Document) -> None:
        for name in names:
            del resource["attributes"][name]

    return change


@variant("included-account-shows-less", clause=SUBSET, touches={"included"})
def included_shows_less(api: Api) -> None:
    """An included account shows fewer attributes than the account by itself."""
    _included(api, _without("origination-capacity", "termination-capacity", "total-capacity"))


@variant("included-account-shows-nothing", clause=SUBSET, touches={"included"})
def included_shows_nothing(api: Api) -> None:
    """An included account shows no attributes."""
    _included(api, lambda resource: resource.pop("attributes"))


@variant("included-account-without-links", clause=OPTIONAL, touches={"included"}, departs={"RELD-012": "SHOULD"})
def included_without_links(api: Api) -> None:
    """An included account has no links."""
    _included(api, lambda resource: resource.pop("links"))


@variant("account-by-its-own-url-shows-less", clause=SUBSET, touches={"account-document"})
def account_shows_less(api: Api) -> None:
    """An account shows fewer attributes under its own URL than as the account of an invoice."""

    def document(original: Callable[..., Document], request: Request, *rest: Any) -> Document:
        shown = original(request, *rest)
        query: Query = rest[-1]
        if request.path.startswith(f"{PREFIX}/accounts/") and "accounts" not in query.fields:
            _without("min-balance", "max-balance")(shown["data"])
        return shown

    api.replace("account_document", document)


@variant("account-without-an-attribute", clause=SUBSET, touches={"account-attributes"}, departs={"RELD-009": "SHOULD"})
def account_without_an_attribute(api: Api) -> None:
    """Accounts have no destination-rate-limit at all; asked for by name, it is not there."""
    alter_account_attributes(api, lambda attributes: attributes.pop("destination-rate-limit", None))


@variant("collection-shows-less", clause=SUBSET, touches={"elements"}, departs={"COLL-008": "SHOULD"})
def collection_shows_less(api: Api) -> None:
    """The elements of a collection show some of the attributes only."""
    _elements(api, _without("has-pdf", "originated-billing-duration", "terminated-billing-duration"))


@variant("collection-without-links", clause=OPTIONAL, touches={"elements"}, departs={"COLL-008": "SHOULD"})
def collection_without_links(api: Api) -> None:
    """The elements of a collection have no links."""
    _elements(api, lambda element: element.pop("links"))


@variant("collection-without-relationships", clause=SUBSET, touches={"elements"})
def collection_without_relationships(api: Api) -> None:
    """The elements of a collection show no relationships, unless their account is included."""

    def change(element: Document) -> None:
        # With linkage, they are what leads to the included account.
        if "data" not in element["relationships"]["account"]:
            del element["relationships"]

    _elements(api, change)


@variant(
    "collection-with-fewer-link-members",
    clause="JSON:API 1.1, document-resource-object-relationships",
    touches={"elements"},
)
def collection_with_fewer_links(api: Api) -> None:
    """In a collection the relationship of an element has the link related only."""
    _elements(api, lambda element: element["relationships"]["account"]["links"].pop("self"))
