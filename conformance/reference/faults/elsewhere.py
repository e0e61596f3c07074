"""Faults that the relationship, the account or the collection has, and the invoice by itself has not."""

from __future__ import annotations

import dataclasses
from typing import TYPE_CHECKING

from conformance.reference.app import Api
from conformance.reference.faults import Area
from conformance.reference.faults.clauses import API_CONTENT_TYPE, NONE_MATCH, rfc
from conformance.reference.faults.effects import becomes, unconditional
from conformance.reference.faults.needs import COLLECTION, CONTESTED
from conformance.reference.faults.seams import instead_of, on_answer
from conformance.reference.faults.where import is_collection, is_head, is_related, is_relationship
from conformance.reference.selection import KINDS

if TYPE_CHECKING:
    from collections.abc import Callable

    from conformance.reference.faults.seams import Install
    from conformance.reference.message import Answer, Request
    from conformance.reference.query import Query

fault = Area(__name__, needs=CONTESTED)
_LISTED = CONTESTED | COLLECTION


def _without_content_type(where: Callable[[Request], bool]) -> Install:
    """Negotiate some requests as if they had no Content-Type."""

    def negotiate(original: Callable[[Request], None], request: Request) -> None:
        fields = [line for line in request.fields if line[0] != "content-type"]
        original(dataclasses.replace(request, fields=fields) if where(request) else request)

    return instead_of(Api.negotiate)(negotiate)


@fault("elsewhere-range-cuts", {"COND-015"}, rfc(9110, "14.2"), also={"JSON-001": "a part is not JSON"})
@on_answer
def range_cuts(request: Request, answer: Answer) -> None:
    """A range of the related account is sent with status 200."""
    if is_related(request) and answer.status == 200 and request.method == "GET" and request.lines("range"):
        answer.body = answer.body[:10]


@fault("elsewhere-range-without-field", {"COND-015"}, rfc(9110, "14.4"), needs=_LISTED)
@on_answer
def range_without_field(request: Request, answer: Answer) -> None:
    """A range of the collection is sent without Content-Range."""
    if is_collection(request) and answer.status == 200 and request.method == "GET" and request.lines("range"):
        answer.status, answer.body = 206, answer.body[:10]


@fault("elsewhere-any-origin-with-credentials", {"SEC-017"}, "Fetch Standard, HTTP-CORS protocol")
@on_answer
def any_origin(request: Request, answer: Answer) -> None:
    """The relationship is for every site, with credentials."""
    if is_relationship(request) and (lines := request.lines("origin")):
        answer.set("Access-Control-Allow-Origin", lines[0])
        answer.set("Access-Control-Allow-Credentials", "true")


for _name, _what, _where, _needs in (
    ("relationship", "relationship", is_relationship, CONTESTED),
    ("account", "related account", is_related, CONTESTED),
    ("collection", "collection", is_collection, _LISTED),
):
    fault(f"elsewhere-content-type-of-{_name}", {"NEGO-011"}, API_CONTENT_TYPE, needs=_needs)(
        f"The {_what} takes no notice of parameters of Content-Type.",
        _without_content_type(_where),
    )
    fault(f"elsewhere-tag-of-{_name}-for-head", {"COND-001"}, NONE_MATCH, needs=_needs)(
        f"If-None-Match is ignored for HEAD of the {_what}.", unconditional(is_head & _where)
    )
fault("elsewhere-written-collection", {"HTTP-022"}, "Documented API, methods", needs=_LISTED)(
    "The collection accepts whatever is posted.",
    becomes(202, is_collection & (lambda request: request.method == "POST"), 405),
)
fault("elsewhere-written-account", {"HTTP-022"}, "Documented API, methods")(
    "The related account accepts whatever it is patched with.",
    becomes(200, is_related & (lambda request: request.method == "PATCH"), 405),
)


@fault("fields-of-the-account-unknown-ignored", {"FLDS-004"}, "Documented API, fields")
@instead_of(Api.parse_fields)
def unknown_of_the_account(
    original: Callable[..., None], query: Query, name: str, resource_type: str, value: str
) -> None:
    """Unknown fields of accounts are ignored."""
    if resource_type == "accounts":
        value = ",".join(each for each in value.split(",") if each in KINDS["accounts"])
    original(query, name, resource_type, value)
