"""Faults of links in the invoice."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from conformance.reference.app import Api
from conformance.reference.data import INVOICE_IDS
from conformance.reference.faults import Area
from conformance.reference.faults.clauses import (
    API_LINKS,
    EXAMPLE_BODY,
    FETCHING,
    LINK,
    LINK_OBJECT,
    RESOURCE_LINKS,
    json_api,
)
from conformance.reference.faults.effects import in_item
from conformance.reference.faults.seams import after, both, effect, instead_of
from conformance.reference.serialise import PREFIX

if TYPE_CHECKING:
    from collections.abc import Callable

    from conformance.reference.faults.seams import Install
    from conformance.reference.message import Document, Request
    from conformance.reference.model import Invoice
    from conformance.reference.selection import Record

    LinksChange = Callable[[Document, Invoice], object]

fault = Area(__name__)


@effect
def _relationship_links(api: Api, change: LinksChange) -> None:
    """Alter the links of the relationship, wherever they are shown."""
    after(Api.relationship_links)(lambda links, _request, invoice: change(links, invoice))(api)


def _top_level(change: Callable[[Document], Document]) -> Install:
    """Give the document of an invoice by itself the links that are made from it."""
    return in_item(lambda document, _: document.update(links=change(document)))


def _self_link(resource: Document) -> str:
    """Return the link of an invoice to itself, or its path where it has none."""
    return str(resource.get("links", {}).get("self", f"{PREFIX}/invoices/{resource['id']}"))


@effect
def _self_links(api: Api, change: Callable[[str, str], str]) -> None:
    def links(original: Callable[..., dict[str, str]], request: Request, record: Record) -> dict[str, str]:
        shown = original(request, record)
        return {"self": change(shown["self"], record.id)} if "/invoices/" in shown["self"] else shown

    api.replace(Api.resource_links, links)


fault(
    "links-related-missing",
    {"ITEM-015", "REL-010"},
    EXAMPLE_BODY,
    also={"ITEM-018": "its path is documented", "ITEM-028": "it should be an absolute URL"},
)("The relationship has no related link.", _relationship_links(lambda links, _: links.pop("related")))
fault(
    "links-related-null",
    {"ITEM-015", "REL-010"},
    EXAMPLE_BODY,
    also={"ITEM-018": "its path is documented", "ITEM-028": "it should be an absolute URL"},
)("The related link is null.", _relationship_links(lambda links, _: links.update(related=None)))
fault("links-space", {"ITEM-016"}, LINK)(
    "A top-level link has an unescaped space.", _top_level(lambda _: {"describedby": "http://127.0.0.1/the schema"})
)
fault("links-template", {"ITEM-016"}, LINK)(
    "A top-level link is a URI template.", _top_level(lambda _: {"describedby": "http://127.0.0.1/schemas/{type}"})
)
fault("links-number", {"ITEM-016"}, LINK)("A top-level link is a number.", _top_level(lambda _: {"related": 1}))
fault("link-object-with-method", {"ITEM-034"}, LINK_OBJECT)(
    "A top-level link is an object that also names the methods of what it leads to.",
    _top_level(lambda _: {"describedby": {"href": "http://127.0.0.1/openapi.json", "methods": ["GET"]}}),
)
fault("link-object-relation-is-array", {"ITEM-034"}, LINK_OBJECT)(
    "The relation of a link object is an array.",
    _top_level(lambda _: {"describedby": {"href": "http://127.0.0.1/openapi.json", "rel": ["describedby"]}}),
)
fault("links-self-not-routed", {"ITEM-017"}, RESOURCE_LINKS, also={"ITEM-018": "the path is not the documented one"})(
    "The self link of an invoice leads to a path that does not exist.",
    _self_links(lambda link, _: link.replace("/invoices/", "/invoice/")),
)
fault(
    "links-self-of-another", {"ITEM-017"}, RESOURCE_LINKS, also={"ITEM-018": "the path has the id of the other invoice"}
)(
    "The self link of an invoice is right in form and leads to another invoice.",
    _self_links(
        lambda link, number: (
            link.replace(number, INVOICE_IDS[INVOICE_IDS.index(number) - 1]) if number in INVOICE_IDS else link
        )
    ),
)
fault(
    "links-self-of-collection", {"ITEM-017"}, RESOURCE_LINKS, also={"ITEM-018": "the path is not the documented one"}
)("The self link of an invoice leads to the collection.", _self_links(lambda link, _: link.rpartition("/")[0]))
fault("links-other-path", {"ITEM-018"}, EXAMPLE_BODY)(
    "The relationship is at a path that works and is not the documented one.",
    both(
        instead_of(Api.route)(
            lambda original, path: original(re.sub("/links/account$", "/relationships/account", path))
        ),
        _relationship_links(lambda links, _: links.update(self=links["self"].replace("/relationships/", "/links/"))),
    ),
)
fault("links-relative", {"ITEM-028"}, EXAMPLE_BODY)(
    "The self link of an invoice is a relative reference.", _self_links(lambda link, _: link[link.index(PREFIX) :])
)
fault("links-relationship-relative", {"ITEM-028"}, EXAMPLE_BODY)(
    "The related link is a relative reference.",
    _relationship_links(lambda links, _: links.update(related=links["related"].partition(":")[2])),
)
fault(
    "links-related-swapped-with-self",
    {"ITEM-018"},
    EXAMPLE_BODY,
    also={
        "REL-002": "self leads to a resource object",
        "REL-003": "self leads to a resource object with attributes",
        "REL-005": "the links of the relationship document are swapped against its own place",
        "RELD-001": "related leads to an identifier",
        "RELD-006": "related leads to an identifier",
        "RELD-009": "an identifier has no attributes",
    },
)(
    "The self and related links of the account are swapped.",
    _relationship_links(lambda links, _: links.update(self=links["related"], related=links["self"])),
)
fault("links-top-level-self-loses-query", {"ITEM-019"}, FETCHING)(
    "A top-level self link leaves out the include parameter of the request.",
    _top_level(lambda document: {"self": _self_link(document["data"])}),
)
fault("links-top-level-self-not-found", {"ITEM-031"}, FETCHING)(
    "A top-level self link leads nowhere.",
    _top_level(lambda document: {"self": f"{_self_link(document['data'])}/self"}),
)


@fault(
    "links-related-by-account",
    {"RELD-004"},
    json_api("document-resource-object-related-resource-links"),
    also={"ITEM-018": "the path is not the documented one"},
)
@_relationship_links
def related_by_account(links: Document, invoice: Invoice) -> None:
    """The related link names the account, so it changes with the account of the invoice."""
    base = links["related"].partition("/invoices/")[0]
    links["related"] = f"{base}/accounts/{invoice.account.id}"


fault("links-internal-host", {"ITEM-029"}, API_LINKS)(
    "The links of the account carry the name of a host behind the proxy.",
    _relationship_links(
        lambda links, _: links.update(
            {name: "http://app-1.internal:8080" + link[link.index(PREFIX) :] for name, link in links.items()}
        )
    ),
)
fault("links-with-user", {"ITEM-029"}, API_LINKS)(
    "The self link of an invoice has a user before its host.",
    _self_links(lambda link, _: link.replace("://", "://proxy@", 1)),
)
fault("links-other-scheme", {"ITEM-029"}, API_LINKS)(
    "The self link of an invoice has the scheme https, though http was used.",
    _self_links(lambda link, _: link.replace("http://", "https://", 1)),
)
