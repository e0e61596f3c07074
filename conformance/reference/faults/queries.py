"""Faults of sparse fieldsets and of other query parameters."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from conformance.reference.app import Api
from conformance.reference.faults import Area
from conformance.reference.faults.clauses import (
    CUSTOM_PARAMETERS,
    EXAMPLE_BODY,
    FIELDSETS,
    PARAMETER_FAMILIES,
    SORTING,
    json_api,
    rfc,
)
from conformance.reference.faults.effects import crashes, crashes_in, skips, without_query
from conformance.reference.faults.needs import CONTESTED
from conformance.reference.faults.seams import effect, instead_of
from conformance.reference.faults.where import is_item
from conformance.reference.message import Problem
from conformance.reference.query import ENDPOINTS, Endpoint, Query
from conformance.reference.selection import KINDS

if TYPE_CHECKING:
    from collections.abc import Callable

    from conformance.reference.faults.seams import Install
    from conformance.reference.message import Document

fault = Area(__name__)


def _tolerate(tolerated: Callable[[str], bool]) -> Install:
    """Take no notice of parameters with such names."""
    return skips(Api.unknown_parameter, tolerated)


@effect
def _refuse(api: Api, pattern: str) -> None:
    def parse(original: Callable[..., Query], text: str, endpoint: Endpoint) -> Query:
        if re.search(pattern, text):
            raise Problem(400, "Invalid query", "That is not known.")
        return original(text, endpoint)

    api.replace(Api.parse_query, parse)


fault(
    "fields-ignored",
    {"FLDS-001"},
    FIELDSETS,
    also={"RELD-007": "so they are on the account", "ETAG-008": "the bodies no longer differ"},
)("Sparse fieldsets are ignored.", instead_of(Api.sparse)(lambda _original, resource, _query: resource))


@fault("fields-relationships-kept", {"FLDS-001", "FLDS-002"}, FIELDSETS)
@instead_of(Api.sparse)
def relationships_kept(original: Callable[..., Document], resource: Document, query: Query) -> Document:
    """Sparse fieldsets leave the relationships alone."""
    kept = resource.get("relationships")
    shown = original(resource, query)
    if kept:
        shown["relationships"] = kept
    return shown


@fault("fields-amounts-always-sent", {"FLDS-001"}, FIELDSETS, also={"FLDS-002": "so they are for none"})
@instead_of(Api.sparse)
def amounts_always_sent(original: Callable[..., Document], resource: Document, query: Query) -> Document:
    """The attribute amount-spent is sent whatever is asked for."""
    always = {name: value for name, value in resource["attributes"].items() if name == "amount-spent"}
    shown = original(resource, query)
    if always:
        shown["attributes"] = {**shown.get("attributes", {}), **always}
    return shown


fault("fields-empty-is-all", {"FLDS-002"}, FIELDSETS)(
    "An empty fields parameter means all fields.",
    skips(Api.parse_fields, lambda _query, _name, _type, value: not value),
)


@fault("fields-empty-refused", {"FLDS-003"}, FIELDSETS)
def empty_refused(api: Api) -> None:
    """An empty fields parameter is refused."""

    def parse(original: Callable[..., None], query: Query, name: str, resource_type: str, value: str) -> None:
        if not value:
            api.refuse("Unknown field", "The value is empty.", name)
        original(query, name, resource_type, value)

    api.replace(Api.parse_fields, parse)


@fault("fields-unknown-ignored", {"FLDS-004"}, "Documented API, fields")
def unknown_field_ignored(api: Api) -> None:
    """Unknown fields are ignored."""

    def parse(_original: Callable[..., None], query: Query, name: str, resource_type: str, value: str) -> None:
        if resource_type not in KINDS:
            api.refuse("Unknown resource type", "There is no such resource type.", name)
        query.fields[resource_type] = frozenset(value.split(","))

    api.replace(Api.parse_fields, parse)


fault("fields-unknown-type-ignored", {"FLDS-004"}, "Documented API, fields")(
    "Fields of unknown types are ignored.",
    skips(Api.parse_fields, lambda _query, _name, resource_type, _value: resource_type not in KINDS),
)
fault("fields-unknown-type-ignored-beside-known", {"FLDS-004"}, "Documented API, fields")(
    "Fields of unknown types are ignored beside those of known ones.",
    skips(Api.parse_fields, lambda query, _name, resource_type, _value: resource_type not in KINDS and query.fields),
)


@fault("fields-unknown-ignored-behind-known", {"FLDS-004"}, "Documented API, fields")
@instead_of(Api.parse_fields)
def first_field_checked(original: Callable[..., None], query: Query, name: str, resource_type: str, value: str) -> None:
    """Of a list of fields the first is looked at, and unknown ones behind it are ignored."""
    first, *others = value.split(",")
    original(query, name, resource_type, ",".join([first, *(each for each in others if each in KINDS["invoices"])]))


fault("query-format-ignored", {"QRY-001"}, CUSTOM_PARAMETERS, needs=CONTESTED)(
    "The parameter format, and only that, is ignored instead of refused.", _tolerate(lambda name: name == "format")
)
fault("query-unknown-with-key-ignored", {"QRY-001"}, CUSTOM_PARAMETERS, needs=CONTESTED)(
    "Unknown query parameters with a key are ignored.", _tolerate(lambda name: name.startswith("a["))
)
fault("query-unknown-ignored", {"QRY-001"}, CUSTOM_PARAMETERS, also={"QRY-002": "it holds for custom names, too"})(
    "Unknown query parameters are ignored.",
    _tolerate(lambda name: name.isalpha() and name not in ("fields", "filter", "page", "sort", "include")),
)
fault("query-limit-ignored", {"QRY-001"}, CUSTOM_PARAMETERS)(
    "The parameter limit, and only that, is ignored instead of refused.", _tolerate(lambda name: name == "limit")
)
fault("query-custom-ignored", {"QRY-002"}, CUSTOM_PARAMETERS, needs=CONTESTED)(
    "Unknown query parameters with custom names are ignored.",
    _tolerate(lambda name: name.isalpha() and not name.islower()),
)
fault("query-raw-brackets-ignored", {"QRY-003"}, json_api("appendix-query-details-square-brackets"))(
    "A parameter with raw square brackets is ignored, an encoded one is not.",
    instead_of(Api.parse_query)(
        lambda original, text, endpoint: original(
            "&".join(each for each in text.split("&") if "[" not in each), endpoint
        )
    ),
)
fault("query-include-array-crash", {"QRY-004", "ERR-011"}, PARAMETER_FAMILIES)(
    "The shape include[]= is answered with 500.", crashes_in(Api.unknown_parameter, lambda name: name == "include[]")
)
fault("query-include-array-ignored", {"QRY-004"}, PARAMETER_FAMILIES)(
    "The shapes include[]= and include[x]= are ignored.", _tolerate(lambda name: name.startswith("include["))
)
fault("query-fields-without-type-ignored", {"QRY-004"}, PARAMETER_FAMILIES)(
    "The shape fields= without a type is ignored.", _tolerate(lambda name: name == "fields")
)
fault("query-sort-on-item-ignored", {"QRY-005"}, SORTING, needs=CONTESTED)(
    "The parameters sort and page are ignored on an invoice.",
    without_query(is_item & (lambda request: request.query.startswith(("sort=", "page")))),
)
fault("query-sort-on-item-crash", {"QRY-005", "ERR-011"}, SORTING, needs=CONTESTED)(
    "A known sort field on an invoice is answered with 500.",
    crashes(is_item & (lambda request: request.query.startswith("sort="))),
)
fault("query-letters-not-decoded", {"QRY-006"}, rfc(3986, "2.3"))(
    "The letters of a query are compared without decoding them.", _refuse("%6[0-9A-F]")
)
fault("query-comma-not-decoded", {"QRY-007"}, json_api("appendix-query-details-parsing"))(
    "Fields are separated by raw commas only, so that an encoded one is a part of a name.", _refuse("%2C")
)


@fault("query-fields-of-the-request-before", {"ITEM-022"}, EXAMPLE_BODY, stateful=True)
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

    api.replace(Api.parse_query, parse)
