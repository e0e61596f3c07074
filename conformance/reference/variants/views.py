"""Views that show a part of what other views show."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from conformance.reference.faults.tools import (
    alter_account_attributes,
    alter_collection,
)
from conformance.reference.serialise import PREFIX
from conformance.reference.variants import variant

if TYPE_CHECKING:
    from collections.abc import Callable

    from conformance.reference.app import Api
    from conformance.reference.message import Document, Request

SUBSET = "JSON:API 1.1, fetching-sparse-fieldsets"
OPTIONAL = "JSON:API 1.1, document-resource-objects"


def _alter_included(api: Api, change: Callable[[Document], None]) -> None:
    def compound(original: Callable[..., Document], *arguments: Any) -> Document:
        document = original(*arguments)
        for resource in document.get("included", ()):
            change(resource)
        return document

    api.replace("compound", compound)


def _without(*names: str) -> Callable[[Document], None]:
    def change(resource: Document) -> None:
        shown = resource.get("attributes", {})
        for name in names:
            shown.pop(name, None)
        if not shown:
            resource.pop("attributes", None)

    return change


@variant("included-account-shows-less", clause=SUBSET, touches={"included"})
def included_shows_less(api: Api) -> None:
    """An included account shows fewer attributes than the account by itself."""
    _alter_included(api, _without("origination-capacity", "termination-capacity", "total-capacity"))


@variant("included-account-shows-nothing", clause=SUBSET, touches={"included"})
def included_shows_nothing(api: Api) -> None:
    """An included account shows no attributes."""
    _alter_included(api, lambda resource: resource.pop("attributes", None))


@variant("included-account-without-links", clause=OPTIONAL, touches={"included"})
def included_without_links(api: Api) -> None:
    """An included account has no links."""
    _alter_included(api, lambda resource: resource.pop("links", None))


@variant("account-by-its-own-url-shows-less", clause=SUBSET, touches={"account-document"})
def account_shows_less(api: Api) -> None:
    """An account shows fewer attributes under its own URL than as the account of an invoice."""

    def document(original: Callable[..., Document], request: Request, *rest: Any) -> Document:
        shown = original(request, *rest)
        if request.path.startswith(f"{PREFIX}/accounts/"):
            _without("min-balance", "max-balance")(shown["data"])
        return shown

    api.replace("account_document", document)


@variant("account-without-an-attribute", clause=SUBSET, touches={"account-attributes"}, departs={"RELD-009": "SHOULD"})
def account_without_an_attribute(api: Api) -> None:
    """Accounts have no destination-rate-limit at all; asked for by name, it is not there."""
    alter_account_attributes(api, lambda attributes: attributes.pop("destination-rate-limit", None))


def _each_element(change: Callable[[Document], object]) -> Callable[[Document], None]:
    def alter(document: Document) -> None:
        for element in document["data"]:
            change(element)

    return alter


@variant("collection-shows-less", clause=SUBSET, touches={"elements"})
def collection_shows_less(api: Api) -> None:
    """The elements of a collection show some of the attributes only."""
    alter_collection(
        api, _each_element(_without("has-pdf", "originated-billing-duration", "terminated-billing-duration"))
    )


@variant("collection-without-links", clause=OPTIONAL, touches={"elements"})
def collection_without_links(api: Api) -> None:
    """The elements of a collection have no links."""
    alter_collection(api, _each_element(lambda element: element.pop("links", None)))


@variant("collection-without-relationships", clause=SUBSET, touches={"elements"})
def collection_without_relationships(api: Api) -> None:
    """The elements of a collection show no relationships, unless their account is included."""

    def change(document: Document) -> None:
        if "included" not in document:
            _each_element(lambda element: element.pop("relationships", None))(document)

    alter_collection(api, change)


@variant(
    "collection-with-fewer-link-members",
    clause="JSON:API 1.1, document-resource-object-relationships",
    touches={"elements"},
)
def collection_with_fewer_links(api: Api) -> None:
    """In a collection the relationship of an element has the link related only."""

    def change(element: Document) -> None:
        for relationship in element.get("relationships", {}).values():
            relationship["links"].pop("self", None)

    alter_collection(api, _each_element(change))
