"""Faults of sparse fieldsets and of other query parameters."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from conformance.reference.faults import fault
from conformance.reference.faults.tools import is_item
from conformance.reference.message import Answer, Problem
from conformance.reference.query import ENDPOINTS, Endpoint, Query
from conformance.reference.selection import KINDS

if TYPE_CHECKING:
    from collections.abc import Callable

    from conformance.reference.app import Api
    from conformance.reference.message import Document, Request

JSON_API = "JSON:API 1.1"
FIELDSETS = f"{JSON_API}, fetching-sparse-fieldsets"
CUSTOM = f"{JSON_API}, query-parameters-custom"
FAMILIES = f"{JSON_API}, query-parameters-families"


@fault(
    "fields-ignored",
    caught_by={"FLDS-001"},
    clause=FIELDSETS,
    also={"RELD-007": "so they are on the account", "ETAG-008": "the bodies no longer differ"},
)
def fields_ignored(api: Api) -> None:
    """Sparse fieldsets are ignored."""
    api.replace("sparse", lambda _original, resource, _query: resource)


@fault("fields-relationships-kept", caught_by={"FLDS-001", "FLDS-002"}, clause=FIELDSETS)
def relationships_kept(api: Api) -> None:
    """Sparse fieldsets leave the relationships alone."""

    def sparse(original: Callable[..., Document], resource: Document, query: Query) -> Document:
        kept = resource.get("relationships")
        shown = original(resource, query)
        if kept:
            shown["relationships"] = kept
        return shown

    api.replace("sparse", sparse)


@fault(
    "fields-amounts-always-sent", caught_by={"FLDS-001"}, clause=FIELDSETS, also={"FLDS-002": "so they are for none"}
)
def amounts_always_sent(api: Api) -> None:
    """The attribute amount-spent is sent whatever is asked for."""

    def sparse(original: Callable[..., Document], resource: Document, query: Query) -> Document:
        always = {name: value for name, value in resource["attributes"].items() if name == "amount-spent"}
        shown = original(resource, query)
        if always:
            shown["attributes"] = {**shown.get("attributes", {}), **always}
        return shown

    api.replace("sparse", sparse)


@fault("fields-empty-is-all", caught_by={"FLDS-002"}, clause=FIELDSETS)
def empty_is_all(api: Api) -> None:
    """An empty fields parameter means all fields."""

    def parse(original: Callable[..., None], query: Query, name: str, resource_type: str, value: str) -> None:
        if value:
            original(query, name, resource_type, value)

    api.replace("parse_fields", parse)


@fault("fields-empty-refused", caught_by={"FLDS-003"}, clause=FIELDSETS)
def empty_refused(api: Api) -> None:
    """An empty fields parameter is refused."""

    def parse(original: Callable[..., None], query: Query, name: str, resource_type: str, value: str) -> None:
        if not value:
            api.refuse("Unknown field", "The value is empty.", name)
        original(query, name, resource_type, value)

    api.replace("parse_fields", parse)


@fault("fields-unknown-ignored", caught_by={"FLDS-004"}, clause="Documented API, fields")
def unknown_field_ignored(api: Api) -> None:
    """Unknown fields are ignored."""

    def parse(_original: Callable[..., None], query: Query, name: str, resource_type: str, value: str) -> None:
        if resource_type not in KINDS:
            api.refuse("Unknown resource type", "There is no such resource type.", name)
        query.fields[resource_type] = frozenset(value.split(","))

    api.replace("parse_fields", parse)


@fault("fields-unknown-type-ignored", caught_by={"FLDS-004"}, clause="Documented API, fields")
def unknown_type_ignored(api: Api) -> None:
    """Fields of unknown types are ignored."""

    def parse(original: Callable[..., None], query: Query, name: str, resource_type: str, value: str) -> None:
        if resource_type in KINDS:
            original(query, name, resource_type, value)

    api.replace("parse_fields", parse)


def _tolerate(api: Api, tolerated: Callable[[str], bool]) -> None:
    def unknown(original: Callable[..., None], name: str) -> None:
        if not tolerated(name):
            original(name)

    api.replace("unknown_parameter", unknown)


@fault(
    "query-unknown-ignored", caught_by={"QRY-001"}, clause=CUSTOM, also={"QRY-002": "it holds for custom names, too"}
)
def unknown_ignored(api: Api) -> None:
    """Unknown query parameters are ignored."""
    _tolerate(api, lambda name: name.isalpha() and name not in ("fields", "filter", "page", "sort", "include"))


@fault("query-limit-ignored", caught_by={"QRY-001"}, clause=CUSTOM)
def limit_ignored(api: Api) -> None:
    """The parameter limit, and only that, is ignored instead of refused."""
    _tolerate(api, lambda name: name == "limit")


@fault("query-custom-ignored", caught_by={"QRY-002"}, clause=CUSTOM, needs={"contested"})
def custom_ignored(api: Api) -> None:
    """Unknown query parameters with custom names are ignored."""
    _tolerate(api, lambda name: name.isalpha() and not name.islower())


@fault(
    "query-raw-brackets-ignored", caught_by={"QRY-003"}, clause=f"{JSON_API}, appendix-query-details-square-brackets"
)
def raw_brackets_ignored(api: Api) -> None:
    """A parameter with raw square brackets is ignored, an encoded one is not."""

    def parse(original: Callable[..., Query], text: str, endpoint: Endpoint) -> Query:
        return original("&".join(pair for pair in text.split("&") if "[" not in pair), endpoint)

    api.replace("parse_query", parse)


@fault("query-include-array-crash", caught_by={"QRY-004", "ERR-011"}, clause=FAMILIES)
def include_array_crash(api: Api) -> None:
    """The shape include[]= is answered with 500."""

    def unknown(original: Callable[..., None], name: str) -> None:
        if name == "include[]":
            raise Problem(500, "Internal server error", "Something went wrong.")
        original(name)

    api.replace("unknown_parameter", unknown)


@fault("query-include-array-ignored", caught_by={"QRY-004"}, clause=FAMILIES)
def include_array_ignored(api: Api) -> None:
    """The shapes include[]= and include[x]= are ignored."""
    _tolerate(api, lambda name: name.startswith("include["))


@fault("query-fields-without-type-ignored", caught_by={"QRY-004"}, clause=FAMILIES)
def fields_without_type(api: Api) -> None:
    """The shape fields= without a type is ignored."""
    _tolerate(api, lambda name: name == "fields")


@fault("query-sort-on-item-ignored", caught_by={"QRY-005"}, clause=f"{JSON_API}, fetching-sorting", needs={"contested"})
def sort_on_item(api: Api) -> None:
    """The parameters sort and page are ignored on an invoice."""

    def answer(original: Callable[..., Answer], request: Request) -> Answer:
        if is_item(request) and request.query.startswith(("sort=", "page")):
            request.query = ""
        return original(request)

    api.replace("answer", answer)


@fault("query-letters-not-decoded", caught_by={"QRY-006"}, clause="RFC 3986, section 2.3")
def letters_not_decoded(api: Api) -> None:
    """The letters of a query are compared without decoding them."""
    _refuse(api, "%6[0-9A-F]")


@fault("query-comma-not-decoded", caught_by={"QRY-007"}, clause=f"{JSON_API}, appendix-query-details-parsing")
def comma_not_decoded(api: Api) -> None:
    """Fields are separated by raw commas only, so that an encoded one is a part of a name."""
    _refuse(api, "%2C")


def _refuse(api: Api, pattern: str) -> None:
    def parse(original: Callable[..., Query], text: str, endpoint: Endpoint) -> Query:
        if re.search(pattern, text):
            raise Problem(400, "Invalid query", "That is not known.")
        return original(text, endpoint)

    api.replace("parse_query", parse)


@fault(
    "query-fields-of-the-request-before",
    stateful=True,
    caught_by={"ITEM-022"},
    clause="Documented example, response body",
)
def fields_of_request_before(api: Api) -> None:
    """Sparse fieldsets stay for the next request without a query, as in a variable of the thread."""
    kept: list[dict[str, frozenset[str]]] = []

    def parse(original: Callable[[str, Endpoint], Query], text: str, endpoint: Endpoint) -> Query:
        query = original(text, endpoint)
        if endpoint is ENDPOINTS["item"]:
            if not text and kept:
                query.fields = kept.pop()
            elif query.fields:
                kept[:] = [query.fields]
        return query

    api.replace("parse_query", parse)
