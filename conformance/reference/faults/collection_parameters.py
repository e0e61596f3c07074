"""Faults of inclusion, sparse fieldsets and undefined parameters that only collections have."""

from __future__ import annotations

import dataclasses
from typing import TYPE_CHECKING, Any

from conformance.reference.data import CLOSED
from conformance.reference.faults import fault
from conformance.reference.faults.tools import alter_collection
from conformance.reference.message import Problem
from conformance.reference.query import Endpoint

if TYPE_CHECKING:
    from collections.abc import Callable

    from conformance.reference.app import Api
    from conformance.reference.message import Document, Request
    from conformance.reference.query import Query

JSON_API = "JSON:API 1.1"
COLLECTION = {"collection"}
INCLUDES = f"{JSON_API}, fetching-includes"
FILTERS = "Documented API, filters"
QUERIES = f"{JSON_API}, query-parameters-custom"


def _alter_compound(api: Api, change: Callable[[Document], None]) -> None:
    """Alter the documents of collections with included resources."""

    def alter(document: Document) -> None:
        if document.get("included"):
            change(document)

    alter_collection(api, alter)


@fault("collection-includes-first-account", caught_by={"INCL-001"}, clause=INCLUDES, needs=COLLECTION)
def includes_first_account(api: Api) -> None:
    """Of the accounts of a collection only the first is included."""
    _alter_compound(api, lambda document: document.update(included=document["included"][:1]))


@fault("collection-includes-unlinked", caught_by={"INCL-002"}, clause=INCLUDES, needs=COLLECTION)
def includes_unlinked(api: Api) -> None:
    """A collection includes an account that none of its invoices has."""
    _alter_compound(api, lambda document: document["included"].append({"type": "accounts", "id": CLOSED.id}))


@fault("collection-includes-contractor", caught_by={"INCL-003"}, clause=INCLUDES, needs=COLLECTION)
def includes_contractor(api: Api) -> None:
    """A collection links and includes contractors beside the accounts."""

    def change(document: Document) -> None:
        linked = {"type": "contractors", "id": "7"}
        for account in document["included"]:
            account["relationships"] = {"contractor": {"data": linked}}
        document["included"].append(dict(linked))

    _alter_compound(api, change)


def _lenient(api: Api, method: str) -> None:
    """Let the collection of invoices take no notice of parameters that it should refuse."""

    def parse(original: Callable[..., None], *arguments: Any) -> None:
        try:
            original(*arguments)
        except Problem:
            if not (isinstance(arguments[-1], Endpoint) and arguments[-1].collection):
                raise

    api.replace(method, parse)


@fault("collection-unknown-include-ignored", caught_by={"INCL-004"}, clause=INCLUDES, needs=COLLECTION)
def unknown_include_ignored(api: Api) -> None:
    """The collection ignores unknown include paths."""
    _lenient(api, "parse_include")


@fault("collection-unknown-parameter-ignored", caught_by={"QRY-001"}, clause=QUERIES, needs=COLLECTION)
def unknown_parameter_ignored(api: Api) -> None:
    """The collection ignores the parameter foo."""

    def parse(original: Callable[..., None], query: Query, name: str, value: str, endpoint: Endpoint) -> None:
        if name != "foo" or not endpoint.collection:
            original(query, name, value, endpoint)

    api.replace("parse_parameter", parse)


@fault("collection-sort-list-accepted", caught_by={"QRY-004"}, clause=QUERIES, needs=COLLECTION)
def sort_list_accepted(api: Api) -> None:
    """The parameter sort[] is taken for sort."""

    def parse(original: Callable[..., None], query: Query, name: str, value: str, endpoint: Endpoint) -> None:
        original(query, "sort" if name == "sort[]" else name, value, endpoint)

    api.replace("parse_parameter", parse)


@fault(
    "collection-sparse-with-relationships",
    caught_by={"FLDS-001"},
    clause=f"{JSON_API}, fetching-sparse-fieldsets",
    needs=COLLECTION,
)
def sparse_with_relationships(api: Api) -> None:
    """Sparse elements of a collection keep their relationships."""

    def collection(original: Callable[..., Document], request: Request, name: str, query: Query) -> Document:
        if "invoices" in query.fields:
            query = dataclasses.replace(
                query, fields={**query.fields, "invoices": query.fields["invoices"] | {"account"}}
            )
        return original(request, name, query)

    api.replace("collection", collection)


def _drop(api: Api, beside: Callable[[Query], bool], drop: Callable[[Query], None]) -> None:
    """Let a part of the query be dropped when another one stands beside it."""

    def parse(original: Callable[..., Query], text: str, endpoint: Endpoint) -> Query:
        query = original(text, endpoint)
        if endpoint.collection and beside(query):
            drop(query)
        return query

    api.replace("parse_query", parse)


def _has(query: Query, family: str) -> bool:
    return any(name.partition("[")[0] == family for name, _ in query.parameters)


@fault("filter-dropped-beside-page", caught_by={"FILT-002"}, clause=FILTERS, needs=COLLECTION)
def filter_beside_page(api: Api) -> None:
    """Pages are made of the whole collection, whatever the filter."""
    _drop(api, lambda query: _has(query, "page"), lambda query: query.conditions.clear())


@fault("filter-dropped-beside-sort", caught_by={"FILT-002"}, clause=FILTERS, needs=COLLECTION)
def filter_beside_sort(api: Api) -> None:
    """A sort is made of the whole collection, whatever the filter."""
    _drop(api, lambda query: _has(query, "sort"), lambda query: query.conditions.clear())


@fault("sort-dropped-beside-filter", caught_by={"SORT-001"}, clause=f"{JSON_API}, fetching-sorting", needs=COLLECTION)
def sort_beside_filter(api: Api) -> None:
    """A filtered collection is in the order of the ids, whatever the sort."""

    def drop(query: Query) -> None:
        query.sort = ()

    _drop(api, lambda query: _has(query, "filter") and _has(query, "sort"), drop)


@fault(
    "page-dropped-beside-filter", caught_by={"PAGE-002"}, clause=f"{JSON_API}, fetching-pagination", needs=COLLECTION
)
def page_beside_filter(api: Api) -> None:
    """A filtered collection comes whole, whatever the size of a page."""

    def drop(query: Query) -> None:
        query.page_size = api.default_page_size

    _drop(api, lambda query: _has(query, "filter"), drop)


@fault(
    "fields-dropped-beside-include",
    caught_by={"FLDS-001"},
    clause=f"{JSON_API}, fetching-sparse-fieldsets",
    needs=COLLECTION,
)
def fields_beside_include(api: Api) -> None:
    """Sparse fieldsets are forgotten when something is included."""
    _drop(api, lambda query: _has(query, "include"), lambda query: query.fields.clear())
