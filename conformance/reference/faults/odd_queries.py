"""Faults that queries of odd syntax bring out."""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import TYPE_CHECKING

from conformance.reference.app import Api
from conformance.reference.faults import Area
from conformance.reference.faults.clauses import API_COLLECTION, FILTERING, INCLUDES, METHODS, PARAMETER_FAMILIES, rfc
from conformance.reference.faults.effects import crashes, without_query
from conformance.reference.faults.needs import COLLECTION, CONTESTED
from conformance.reference.faults.seams import instead_of, on_document

if TYPE_CHECKING:
    from conformance.reference.message import Document, Request

fault = Area(__name__, PARAMETER_FAMILIES)
_CRASH = {"QRY-008", "ERR-011"}
_OF_LISTING = {"QRY-009", "ERR-011"}

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

fault("query-locale-crash", _CRASH, also={"QRY-009": "of the collection as well"})(
    "A locale in the query that is not known is answered with 500.",
    crashes(lambda request: "locale=xx" in request.query),
)
fault("query-limit-crash", _CRASH, also={"QRY-009": "of the collection as well"})(
    "A limit that is not a number is answered with 500, though there is no such parameter.",
    crashes(lambda request: bool(re.search(r"(^|&)limit=[a-z]", request.query))),
)
fault("listing-filter-of-no-ids-crash", _OF_LISTING, FILTERING, needs=COLLECTION)(
    "A filter by an empty list of accounts is answered with 500.",
    crashes(lambda request: bool(re.search(r"filter%5Baccount_id_in%5D=(&|$)", request.query))),
)
fault("listing-offset-crash", _OF_LISTING, API_COLLECTION, needs=COLLECTION)(
    "A page that begins beyond 64 bits is answered with 500, though its number and size are not.",
    crashes(lambda request: "page%5Bnumber%5D=9223372036854775807" in request.query),
)
fault("query-path-ends-with-dot-crash", _CRASH, needs=CONTESTED)(
    "An include path that ends with a dot is answered with 500.",
    crashes(lambda request: request.query.endswith("account.")),
)
fault("query-value-and-key-crash", _CRASH, needs=CONTESTED)(
    "A parameter that is a value and has a key, too, is answered with 500.",
    crashes(lambda request: bool(re.search(r"(^|&)(\w+)=.*&\2%5B", request.query))),
)
fault("query-prototype-crash", _CRASH, needs=CONTESTED)(
    "A parameter called as a member of every object is answered with 500.",
    crashes(lambda request: "hasOwnProperty=" in request.query),
)
fault("query-fields-without-value-crash", _CRASH, needs=CONTESTED)(
    "A fields parameter without an equals sign is answered with 500.",
    crashes(lambda request: request.query.endswith("fields%5Binvoices%5D")),
)
fault("query-ampersand-before-hides-inclusion", {"QRY-008"}, needs=CONTESTED)(
    "Of a query that begins with an ampersand nothing is read.",
    without_query(lambda request: request.query.startswith("&")),
)
fault("query-brackets-of-lower-case-unknown", {"QRY-003"}, rfc(3986, "6.2.2.1"), needs=CONTESTED)(
    "Brackets are recognised by their escapes in capitals alone.",
    without_query(lambda request: "%5b" in request.query),
)
fault("query-direction-of-sort-crash", _OF_LISTING, needs=COLLECTION | CONTESTED)(
    "A sort field with a blank and a direction is answered with 500.",
    crashes(lambda request: "sort=start-date%20desc" in request.query),
)
fault("query-size-as-key-crash", _OF_LISTING, needs=COLLECTION | CONTESTED)(
    "A page size that has a key is answered with 500.",
    crashes(lambda request: "page%5Bsize%5D%5Ba%5D" in request.query),
)
fault("query-filter-for-database-crash", _OF_LISTING, needs=COLLECTION | CONTESTED)(
    "An operator of a database as the key of a filter is answered with 500.",
    crashes(lambda request: "%5B$ne%5D" in request.query),
)
fault("query-page-in-arabic-digits", {"PAGE-010"}, API_COLLECTION, needs=COLLECTION | CONTESTED)(
    "A page number in digits of another script is read as one.",
    instead_of(Api.parse_page)(
        lambda original, query, name, key, value: original(
            query, name, key, str(int(value)) if value.isdecimal() else value
        )
    ),
)
fault("query-day-that-does-not-exist-crash", {"FILT-004", "ERR-011"}, FILTERING, needs=COLLECTION | CONTESTED)(
    "A filter with the thirtieth of February is answered with 500.",
    crashes(lambda request: "-02-30T" in request.query),
)
fault("query-operator-unknown-selects-all", {"FILT-001"}, FILTERING, needs=COLLECTION | CONTESTED)(
    "A filter with an unknown operator is dropped.",
    without_query(lambda request: "_nosuch%5D" in request.query),
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
    named = re.search(r"fields(?:\[|%5B)invoices(?:\]|%5D)=([^&]*)", request.query)
    if "include=" in request.query and named and "account" not in named[1]:
        document.pop("included", None)


@fault("query-first-parameter-counts", {"INCL-009"}, INCLUDES)
@instead_of(Api.item_document)
def first_counts(original: Callable[..., Document], request: Request, *rest: object) -> Document:
    """Beside include and fields only the one that is sent last counts."""
    found = original(request, *rest)
    if "include=account&fields" in request.query:
        found.pop("included", None)
    return found


@fault("query-fields-of-accounts-drop-inclusion", {"INCL-009"}, INCLUDES)
@on_document
def drop_what_has_fields(request: Request, document: Document) -> None:
    """Of accounts with sparse fieldsets none is included."""
    if "include=" in request.query and "fields%5Baccounts" in request.query:
        document.pop("included", None)


@fault("query-inclusion-behind-fields-unread", {"INCL-009"}, INCLUDES)
@on_document
def drop_what_comes_later(request: Request, document: Document) -> None:
    """Behind fields no include is read."""
    if re.match(r"fields.*&include=", request.query):
        document.pop("included", None)


fault("query-list-of-fields-crash", _CRASH)(
    "A fields parameter without a type is answered with 500.", crashes(lambda request: "fields%5B%5D=" in request.query)
)
fault("query-number-in-list-crash", _OF_LISTING, API_COLLECTION, needs=COLLECTION)(
    "A list of page numbers is answered with 500.", crashes(lambda request: "page%5Bnumber%5D%5B" in request.query)
)
fault("query-without-equals-sign-crash", _CRASH)(
    "A parameter without an equals sign is answered with 500.",
    crashes(lambda request: "conformance" in request.query.split("&")),
)
fault("query-deep-filter-crash", _CRASH)(
    "A filter with three keys is answered with 500.", crashes(lambda request: "%5Bc%5D" in request.query)
)


fault("method-unknown-on-item-crash", {"HTTP-009", "ERR-011"}, METHODS)(
    "A method that nobody knows is answered with 500 where there is an invoice.",
    crashes(lambda request: request.method == "FOO"),
)
