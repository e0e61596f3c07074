"""Faults that queries of odd syntax bring out."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

from conformance.reference.app import Api
from conformance.reference.faults import Area
from conformance.reference.faults.clauses import INCLUDES, METHODS, PARAMETER_FAMILIES
from conformance.reference.faults.effects import crashes
from conformance.reference.faults.seams import instead_of, on_document

if TYPE_CHECKING:
    from conformance.reference.message import Document, Request

fault = Area(__name__, PARAMETER_FAMILIES)
_CRASH = {"QRY-008", "ERR-011"}

fault("query-comma-behind-crash", _CRASH)(
    "A comma at the end of include is answered with 500.", crashes(lambda request: request.query.endswith("account,"))
)
fault("query-semicolon-crash", _CRASH)(
    "A semicolon in the query is answered with 500.", crashes(lambda request: ";" in request.query)
)
fault("query-key-of-fields-crash", _CRASH)(
    "A second key of fields is answered with 500.",
    crashes(lambda request: "fields%5Binvoices%5D%5B" in request.query),
)
fault("query-filter-without-name-crash", _CRASH)(
    "A filter without a name is answered with 500.", crashes(lambda request: request.query.startswith("filter="))
)
fault("query-page-without-name-crash", _CRASH)(
    "A page without a name is answered with 500.", crashes(lambda request: "page=" in request.query)
)


@fault("query-comma-behind-shows-nothing", {"QRY-008"}, INCLUDES)
def shows_nothing(api: Api) -> None:
    """A comma at the end of include leads to an empty path, and nothing is found by it."""

    def document(original: Callable[..., Document], request: Request, *rest: object) -> Document:
        return {"data": None} if request.query.endswith("account,") else original(request, *rest)

    api.replace(Api.item_document, document)
    api.replace(
        Api.parse_include, lambda original, query, name, value, end: original(query, name, value.rstrip(","), end)
    )


@fault("query-fields-drop-inclusion", {"INCL-009"}, INCLUDES)
@on_document
def drop_inclusion(request: Request, document: Document) -> None:
    """With sparse fieldsets that lack the relationship nothing is included."""
    if (
        "include=" in request.query
        and "fields" in request.query
        and "account" not in request.query.partition("fields")[2]
    ):
        document.pop("included", None)


@fault("query-first-parameter-counts", {"INCL-009"}, INCLUDES)
@instead_of(Api.item_document)
def first_counts(original: Callable[..., Document], request: Request, *rest: object) -> Document:
    """Beside include and fields only the one that is sent last counts."""
    found = original(request, *rest)
    if request.query.startswith("include=account&fields"):
        found.pop("included", None)
    return found


fault("method-unknown-on-item-crash", {"HTTP-009", "ERR-011"}, METHODS)(
    "A method that nobody knows is answered with 500 where there is an invoice.",
    crashes(lambda request: request.method == "FOO"),
)
