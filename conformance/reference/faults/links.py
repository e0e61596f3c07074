"""Faults of links in the invoice."""

from __future__ import annotations

from typing import TYPE_CHECKING

from conformance.reference.data import INVOICE_IDS
from conformance.reference.faults import fault
from conformance.reference.faults.tools import alter_item
from conformance.reference.serialise import PREFIX

if TYPE_CHECKING:
    from collections.abc import Callable

    from conformance.reference.app import Api
    from conformance.reference.message import Request
    from conformance.reference.model import Invoice
    from conformance.reference.selection import Record

    Links = dict[str, str | None]
    LinksChange = Callable[[Links, Invoice], object]

JSON_API = "JSON:API 1.1"


def _relationship_links(api: Api, change: LinksChange) -> None:
    def links(original: Callable[..., Links], request: Request, invoice: Invoice) -> Links:
        shown = original(request, invoice)
        change(shown, invoice)
        return shown

    api.replace("relationship_links", links)


def _self_links(api: Api, change: Callable[[str, str], str]) -> None:
    def links(original: Callable[..., dict[str, str]], request: Request, record: Record) -> dict[str, str]:
        shown = original(request, record)
        return {"self": change(shown["self"], record.id)} if "/invoices/" in shown["self"] else shown

    api.replace("resource_links", links)


@fault(
    "links-related-missing",
    caught_by={"ITEM-015"},
    clause="Documented example, response body",
    also={"ITEM-018": "its path is documented", "ITEM-028": "it should be an absolute URL"},
)
def related_missing(api: Api) -> None:
    """The relationship has no related link."""
    _relationship_links(api, lambda links, _: links.pop("related"))


@fault(
    "links-related-null",
    caught_by={"ITEM-015"},
    clause="Documented example, response body",
    also={"ITEM-018": "its path is documented", "ITEM-028": "it should be an absolute URL"},
)
def related_null(api: Api) -> None:
    """The related link is null."""
    _relationship_links(api, lambda links, _: links.update(related=None))


@fault("links-space", caught_by={"ITEM-016"}, clause=f"{JSON_API}, document-links-link")
def space(api: Api) -> None:
    """A top-level link has an unescaped space."""
    alter_item(api, lambda document, _: document.update(links={"describedby": "http://127.0.0.1/the schema"}))


@fault("links-template", caught_by={"ITEM-016"}, clause=f"{JSON_API}, document-links-link")
def template(api: Api) -> None:
    """A top-level link is a URI template."""
    alter_item(api, lambda document, _: document.update(links={"describedby": "http://127.0.0.1/schemas/{type}"}))


@fault("links-number", caught_by={"ITEM-016"}, clause=f"{JSON_API}, document-links-link")
def number(api: Api) -> None:
    """A top-level link is a number."""
    alter_item(api, lambda document, _: document.update(links={"related": 1}))


@fault(
    "links-self-not-routed",
    caught_by={"ITEM-017"},
    clause=f"{JSON_API}, document-resource-object-links",
    also={"ITEM-018": "the path is not the documented one"},
)
def self_not_routed(api: Api) -> None:
    """The self link of an invoice leads to a path that does not exist."""
    _self_links(api, lambda link, _: link.replace("/invoices/", "/invoice/"))


@fault(
    "links-self-of-another",
    caught_by={"ITEM-017"},
    clause=f"{JSON_API}, document-resource-object-links",
    also={"ITEM-018": "the path has the id of the other invoice"},
)
def self_of_another(api: Api) -> None:
    """The self link of an invoice is right in form and leads to another invoice."""
    _self_links(
        api,
        lambda link, number: (
            link.replace(number, INVOICE_IDS[INVOICE_IDS.index(number) - 1]) if number in INVOICE_IDS else link
        ),
    )


@fault(
    "links-self-of-collection",
    caught_by={"ITEM-017"},
    clause=f"{JSON_API}, document-resource-object-links",
    also={"ITEM-018": "the path is not the documented one"},
)
def self_of_collection(api: Api) -> None:
    """The self link of an invoice leads to the collection."""
    _self_links(api, lambda link, _: link.rpartition("/")[0])


@fault(
    "links-other-path",
    caught_by={"ITEM-018"},
    clause="Documented example, response body",
)
def other_path(api: Api) -> None:
    """The relationship is at a path that works and is not the documented one."""

    def route(original: Callable[..., tuple[str, str] | None], path: str) -> tuple[str, str] | None:
        found = original(path.removesuffix("/links/account") + "/relationships/account")
        return found if path.endswith("/links/account") else original(path)

    api.replace("route", route)
    _relationship_links(
        api, lambda links, _: links.update(self=str(links["self"]).replace("/relationships/", "/links/"))
    )


@fault("links-relative", caught_by={"ITEM-028"}, clause="Documented example, response body")
def relative(api: Api) -> None:
    """The self link of an invoice is a relative reference."""
    _self_links(api, lambda link, _: link[link.index(PREFIX) :])


@fault("links-relationship-relative", caught_by={"ITEM-028"}, clause="Documented example, response body")
def relationship_relative(api: Api) -> None:
    """The related link is a relative reference."""
    _relationship_links(api, lambda links, _: links.update(related=str(links["related"]).partition(":")[2]))


@fault(
    "links-related-swapped-with-self",
    caught_by={"ITEM-018"},
    clause="Documented example, response body",
    also={
        "REL-002": "self leads to a resource object",
        "REL-003": "self leads to a resource object with attributes",
        "REL-005": "the links of the relationship document are swapped against its own place",
        "RELD-001": "related leads to an identifier",
        "RELD-006": "related leads to an identifier",
        "RELD-009": "an identifier has no attributes",
    },
)
def swapped(api: Api) -> None:
    """The self and related links of the account are swapped."""
    _relationship_links(api, lambda links, _: links.update(self=links["related"], related=links["self"]))


@fault(
    "links-top-level-self-loses-query",
    caught_by={"ITEM-019"},
    clause=f"{JSON_API}, fetching-resources",
)
def top_level_self_loses_query(api: Api) -> None:
    """A top-level self link leaves out the include parameter of the request."""
    alter_item(api, lambda document, _: document.update(links={"self": document["data"]["links"]["self"]}))


@fault("links-top-level-self-not-found", caught_by={"ITEM-019"}, clause=f"{JSON_API}, fetching-resources")
def top_level_self_not_found(api: Api) -> None:
    """A top-level self link leads nowhere."""
    alter_item(api, lambda document, _: document.update(links={"self": document["data"]["links"]["self"] + "/self"}))


@fault(
    "links-related-by-account",
    caught_by={"RELD-004"},
    clause=f"{JSON_API}, document-resource-object-related-resource-links",
    also={"ITEM-018": "the path is not the documented one"},
)
def related_by_account(api: Api) -> None:
    """The related link names the account, so it changes with the account of the invoice."""

    def change(links: Links, invoice: Invoice) -> None:
        base = str(links["related"]).partition("/invoices/")[0]
        links["related"] = f"{base}/accounts/{invoice.account.id}"

    _relationship_links(api, change)


@fault("links-internal-host", caught_by={"ITEM-029"}, clause="Documented behaviour, links")
def internal_host(api: Api) -> None:
    """The links of the account carry the name of a host behind the proxy."""
    _relationship_links(
        api,
        lambda links, _: links.update(
            {name: "http://app-1.internal:8080" + str(link)[str(link).index(PREFIX) :] for name, link in links.items()}
        ),
    )


@fault("links-with-user", caught_by={"ITEM-029"}, clause="Documented behaviour, links")
def with_user(api: Api) -> None:
    """The self link of an invoice has a user before its host."""
    _self_links(api, lambda link, _: link.replace("://", "://proxy@", 1))


@fault("links-other-scheme", caught_by={"ITEM-029"}, clause="Documented behaviour, links")
def other_scheme(api: Api) -> None:
    """The self link of an invoice has the scheme https, though http was used."""
    _self_links(api, lambda link, _: link.replace("http://", "https://", 1))
