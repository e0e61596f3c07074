"""Members that JSON:API allows beside the documented ones."""

from __future__ import annotations

import itertools
from typing import TYPE_CHECKING, Any

from conformance.reference.faults.tools import (
    alter_account_attributes,
    alter_attributes,
    alter_collection,
    alter_resource,
)
from conformance.reference.model import Invoice
from conformance.reference.serialise import PREFIX
from conformance.reference.variants import variant
from conformance.reference.variants.tools import tag_by

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from conformance.reference.app import Api
    from conformance.reference.message import Document, Request
    from conformance.reference.model import Account
    from conformance.reference.query import Query

TOP_LEVEL = "JSON:API 1.1, document-top-level"
DESCRIPTION = "JSON:API 1.1, document-jsonapi-object"

# Name, what the member jsonapi holds, sentence.
_DESCRIPTIONS: tuple[tuple[str, Mapping[str, Any], str], ...] = (
    ("jsonapi-version-1-1", {"version": "1.1"}, "Every document declares version 1.1."),
    (
        "jsonapi-version-1-2",
        {"version": "1.2", "ext": [], "profile": [], "meta": {"implementation": "billing"}},
        "Every document declares a version after 1.1, with every member that describes an implementation.",
    ),
    ("jsonapi-empty", {}, "Every document has a member jsonapi that declares nothing."),
)


def _described(members: Mapping[str, Any]) -> Callable[[Api], None]:
    def install(api: Api) -> None:
        api.on_document(lambda _, document: {"jsonapi": dict(members), **document})

    return install


for _name, _members, _sentence in _DESCRIPTIONS:
    variant(_name, clause=DESCRIPTION, touches={"jsonapi"}, sentence=_sentence)(_described(_members))


@variant("jsonapi-version-1-0", clause=DESCRIPTION, touches={"jsonapi", "include", "negotiation"})
def version_1_0(api: Api) -> None:
    """Documents declare version 1.0, in which an empty include is none and profiles are foreign parameters."""

    def include(original: Callable[..., None], query: Query, name: str, value: str, *rest: object) -> None:
        if value:
            original(query, name, value, *rest)

    api.on_document(lambda _, document: {"jsonapi": {"version": "1.0"}, **document})
    api.replace("parse_include", include)
    api.replace("supported", lambda _original, parameters: not parameters)


def _self_link(request: Request) -> str:
    return f"{request.base}{request.path}" + (f"?{request.query}" if request.query else "")


def _with_links(document: Document, **links: Any) -> None:
    document["links"] = {**links, **document.get("links", {})}


@variant("document-self-link", clause=TOP_LEVEL, touches={"top-level-links"})
def self_link(api: Api) -> None:
    """Every document with data has the link self, with the query of the request."""

    def add(request: Request, document: Document) -> None:
        if "data" in document:
            _with_links(document, self=_self_link(request))

    api.on_document(add)


@variant(
    "document-self-link-without-query", clause=TOP_LEVEL, touches={"top-level-links"}, departs={"ITEM-019": "SHOULD"}
)
def self_link_without_query(api: Api) -> None:
    """The link self of a document has no query, which JSON:API mentions in a note, in lower case."""

    def add(request: Request, document: Document) -> None:
        if "data" in document:
            _with_links(document, self=f"{request.base}{request.path}")

    api.on_document(add)


@variant("document-described-by", clause=TOP_LEVEL, touches={"top-level-links"})
def described_by(api: Api) -> None:
    """Every document has a link describedby, a link object with all of its members."""

    def add(request: Request, document: Document) -> None:
        link = {
            "href": f"{request.base}{PREFIX}/openapi.json",
            "rel": "describedby",
            "title": "Description",
            "type": "application/json",
            "hreflang": ["en", "de"],
            "meta": {"pages": 1},
        }
        _with_links(document, describedby=link)

    api.on_document(add)


@variant("document-meta", clause="JSON:API 1.1, document-meta", touches={"meta"})
def meta(api: Api) -> None:
    """Documents, resources, relationships and linkage have meta of any kind and depth."""
    further = {"licence": "internal", "Odd Name!": [{"deep": {"deeper": None}}]}

    def change(_request: Request, document: Document) -> None:
        document["meta"] = {**further, **document.get("meta", {})}

    def relationship(original: Callable[..., Document], *arguments: Any) -> Document:
        return {**original(*arguments), "meta": dict(further)}

    def linkage(original: Callable[..., Document], invoice: Invoice) -> Document:
        return {**original(invoice), "meta": dict(further)}

    api.on_document(change)
    api.replace("relationship", relationship)
    api.replace("linkage", linkage)
    alter_resource(api, lambda resource, _: resource.update(meta=dict(further)))


@variant("document-at-members", clause="JSON:API 1.1, document-member-names-at-members", touches={"at-members"})
def at_members(api: Api) -> None:
    """Documents, resources, attributes and error objects have @-members, which a client ignores."""

    def change(_request: Request, document: Document) -> None:
        document["@context"] = "https://example.org/context"
        for error in document.get("errors", ()):
            error["@id"] = 1

    def mark(attributes: Document, *_: object) -> None:
        attributes["@unit"] = {"amount-spent": "EUR"}

    api.on_document(change)
    alter_resource(api, lambda resource, _: resource.update({"@index": 0}))
    api.replace("sparse", _marked(mark))


def _marked(mark: Callable[[Document], None]) -> Callable[..., Document]:
    def sparse(original: Callable[..., Document], resource: Document, query: Query) -> Document:
        shown = original(resource, query)
        if "attributes" in shown:
            mark(shown["attributes"])
        return shown

    return sparse


_NUMBERS = itertools.count(1)


@variant("meta-of-the-exchange", clause="RFC 9110, section 8.8.1", touches={"meta", "etag", "head-length", "chunked"})
def meta_of_the_exchange(api: Api) -> None:
    """The meta of a document has a number of the answer, of which the weak entity tag does not depend."""

    def change(_request: Request, document: Document) -> None:
        document["meta"] = {**document.get("meta", {}), "request-number": next(_NUMBERS)}

    def stable(document: Document) -> Document:
        kept = {name: value for name, value in document["meta"].items() if name != "request-number"}
        return {**document, "meta": kept}

    api.on_document(change)
    tag_by(api, stable)
    # The length of HEAD would be that of another number.
    api.on_answer(lambda _, answer: setattr(answer, "chunked", answer.status not in {204, 304}))


@variant("linkage-always", clause="JSON:API 1.1, document-resource-object-linkage", touches={"linkage"})
def linkage_always(api: Api) -> None:
    """The relationship of an invoice shows its linkage, whether or not the account is included."""

    def relationship(original: Callable[..., Document], request: Request, invoice: Invoice, query: Query) -> Document:
        return {**original(request, invoice, query), "data": api.linkage(invoice)}

    api.replace("relationship", relationship)


@variant("account-relationships", clause="JSON:API 1.1, document-resource-objects", touches={"account"})
def account_relationships(api: Api) -> None:
    """Accounts have a relationship, which leads to their invoices."""

    def resource(original: Callable[..., Document], request: Request, account: Account, query: Query) -> Document:
        shown = original(request, account, query)
        if "accounts" not in query.fields:
            where = f"{request.base}{PREFIX}/invoices?filter%5Baccount_id_eq%5D={account.id}"
            shown["relationships"] = {"invoices": {"links": {"related": where}}}
        return shown

    api.replace("account_resource", resource)


ADDITIVE = "JSON:API 1.1, document-resource-object-attributes"


@variant("attributes-added", clause=ADDITIVE, touches={"additive"})
def attributes_added(api: Api) -> None:
    """Invoices and accounts have grown attributes since they were documented."""

    def grow(attributes: Document, *_: object) -> None:
        attributes["issued-at"] = "2024-11-14T00:00:00.000Z"
        attributes["labels"] = ["monthly"]

    alter_attributes(api, grow)
    alter_account_attributes(api, grow)


@variant("resource-links-added", clause="JSON:API 1.1, document-resource-object-links", touches={"resource-links"})
def resource_links_added(api: Api) -> None:
    """Resources have a further link beside self."""

    def links(original: Callable[..., Document], request: Request, record: Invoice | Account) -> Document:
        return {**original(request, record), "describedby": f"{request.base}{PREFIX}/schemas/resource.json"}

    api.replace("resource_links", links)


LINKS = "JSON:API 1.1, document-links-link"


def _as_objects(value: Any) -> None:
    """Make link objects of all links in a JSON value."""
    for member in value.values() if isinstance(value, dict) else value if isinstance(value, list) else ():
        _as_objects(member)
    links = value.get("links") if isinstance(value, dict) else None
    if isinstance(links, dict):
        links.update({name: {"href": link, "meta": {"count": 1}} for name, link in links.items()})


@variant("links-as-objects", clause=LINKS, touches={"top-level-links", "resource-links", "page-links"})
def links_as_objects(api: Api) -> None:
    """Every link is a link object with href and meta."""
    api.on_document(lambda _, document: _as_objects(document))


@variant("collection-links-as-objects", clause=LINKS, touches={"top-level-links", "resource-links", "page-links"})
def collection_links_as_objects(api: Api) -> None:
    """In a collection links are link objects, elsewhere texts."""
    alter_collection(api, _as_objects)
