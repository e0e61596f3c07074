"""Faults of inclusion, sparse fieldsets and undefined parameters that only collections have."""

from __future__ import annotations

import dataclasses
from typing import TYPE_CHECKING

from conformance.reference.app import Api
from conformance.reference.data import CLOSED
from conformance.reference.faults import Area
from conformance.reference.faults.clauses import (
    API_FILTERS,
    CUSTOM_PARAMETERS,
    FIELDSETS,
    INCLUDES,
    PAGINATION,
    SORTING,
)
from conformance.reference.faults.needs import COLLECTION
from conformance.reference.faults.seams import effect, instead_of
from conformance.reference.faults.tools import alter_collection
from conformance.reference.message import Problem
from conformance.reference.query import Endpoint

if TYPE_CHECKING:
    from collections.abc import Callable

    from conformance.reference.message import Document, Request
    from conformance.reference.query import Query

fault = Area(__name__, needs=COLLECTION)


@effect
def _alter_compound(api: Api, change: Callable[[Document], None]) -> None:
    """Alter the documents of collections with included resources."""

    def alter(document: Document) -> None:
        if document.get("included"):
            change(document)

    alter_collection(api, alter)


@effect
def _drop(api: Api, beside: Callable[[Query], bool], drop: Callable[[Query], None]) -> None:
    """Let a part of the query be dropped when another one stands beside it."""

    def parse(original: Callable[..., Query], text: str, endpoint: Endpoint) -> Query:
        query = original(text, endpoint)
        if endpoint.collection and beside(query):
            drop(query)
        return query

    api.replace(Api.parse_query, parse)


def _has(query: Query, family: str) -> bool:
    return any(name.partition("[")[0] == family for name, _ in query.parameters)


fault("collection-includes-first-account", {"INCL-001"}, INCLUDES)(
    "Of the accounts of a collection only the first is included.",
    _alter_compound(lambda document: document.update(included=document["included"][:1])),
)
fault("collection-includes-unlinked", {"INCL-002"}, INCLUDES)(
    "A collection includes an account that none of its invoices has.",
    _alter_compound(lambda document: document["included"].append({"type": "accounts", "id": CLOSED.id})),
)


@fault("collection-includes-contractor", {"INCL-003"}, INCLUDES)
@_alter_compound
def includes_contractor(document: Document) -> None:
    """A collection links and includes contractors beside the accounts."""
    linked = {"type": "contractors", "id": "7"}
    for account in document["included"]:
        account["relationships"] = {"contractor": {"data": linked}}
    document["included"].append(dict(linked))


@fault("collection-unknown-include-ignored", {"INCL-004"}, INCLUDES)
@instead_of(Api.parse_include)
def unknown_include_ignored(
    original: Callable[..., None], query: Query, name: str, value: str, endpoint: Endpoint
) -> None:
    """The collection ignores unknown include paths."""
    try:
        original(query, name, value, endpoint)
    except Problem:
        if not endpoint.collection:
            raise


@fault("collection-unknown-parameter-ignored", {"QRY-001"}, CUSTOM_PARAMETERS)
@instead_of(Api.parse_parameter)
def unknown_parameter_ignored(
    original: Callable[..., None], query: Query, name: str, value: str, endpoint: Endpoint
) -> None:
    """The collection ignores the parameter foo."""
    if name != "foo" or not endpoint.collection:
        original(query, name, value, endpoint)


@fault("collection-sort-list-accepted", {"QRY-004"}, CUSTOM_PARAMETERS)
@instead_of(Api.parse_parameter)
def sort_list_accepted(original: Callable[..., None], query: Query, name: str, value: str, endpoint: Endpoint) -> None:
    """The parameter sort[] is taken for sort."""
    original(query, "sort" if name == "sort[]" else name, value, endpoint)


@fault("collection-sparse-with-relationships", {"FLDS-001"}, FIELDSETS)
@instead_of(Api.collection)
def sparse_with_relationships(original: Callable[..., Document], request: Request, name: str, query: Query) -> Document:
    """Sparse elements of a collection keep their relationships."""
    if "invoices" in query.fields:
        query = dataclasses.replace(query, fields={**query.fields, "invoices": query.fields["invoices"] | {"account"}})
    return original(request, name, query)


fault("filter-dropped-beside-page", {"FILT-002"}, API_FILTERS)(
    "Pages are made of the whole collection, whatever the filter.",
    _drop(lambda query: _has(query, "page"), lambda query: query.conditions.clear()),
)
fault("filter-dropped-beside-sort", {"FILT-002"}, API_FILTERS)(
    "A sort is made of the whole collection, whatever the filter.",
    _drop(lambda query: _has(query, "sort"), lambda query: query.conditions.clear()),
)
fault("sort-dropped-beside-filter", {"SORT-001"}, SORTING)(
    "A filtered collection is in the order of the ids, whatever the sort.",
    _drop(lambda query: _has(query, "filter") and _has(query, "sort"), lambda query: setattr(query, "sort", ())),
)
fault("page-dropped-beside-filter", {"PAGE-008"}, PAGINATION)(
    "A filtered collection comes whole, whatever the size of a page.",
    _drop(lambda query: _has(query, "filter"), lambda query: setattr(query, "page_size", Api.default_page_size)),
)
fault("fields-dropped-beside-include", {"FLDS-001"}, FIELDSETS)(
    "Sparse fieldsets are forgotten when something is included.",
    _drop(lambda query: _has(query, "include"), lambda query: query.fields.clear()),
)
