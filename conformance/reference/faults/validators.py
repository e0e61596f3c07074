"""Faults of entity tags."""

from __future__ import annotations

import hashlib
import itertools
import json
import time
from typing import TYPE_CHECKING

from conformance.reference.app import Api
from conformance.reference.faults import Area
from conformance.reference.faults.clauses import ENTITY_TAG, EXAMPLE_FIELDS, HEAD, VALIDATORS, rfc
from conformance.reference.faults.effects import field
from conformance.reference.faults.seams import effect, instead_of, on_document
from conformance.reference.faults.where import everywhere, has, has_query, is_head, is_item

if TYPE_CHECKING:
    from collections.abc import Callable

    from conformance.reference.faults.seams import Install
    from conformance.reference.faults.where import Where
    from conformance.reference.message import Answer, Document, Request

fault = Area(__name__)
_NEVER_CURRENT = {
    **dict.fromkeys(("COND-001", "COND-002", "COND-004", "COND-009"), "no tag is ever current"),
    **dict.fromkeys(("ETAG-007", "HTTP-006"), "HEAD has another one"),
    "COND-007": "the 304 has another tag",
}


def _digest(data: bytes) -> str:
    return hashlib.sha256(data).hexdigest()[:32]


_entity_tag = instead_of(Api.entity_tag)


def _keyed(key: Callable[[Document], object]) -> Install:
    """Make entity tags from a part of the document's primary data."""

    def tag(original: Callable[[bytes], str], body: bytes) -> str:
        data = json.loads(body).get("data")
        if not isinstance(data, dict) or "attributes" not in data:
            return original(body)
        return f'W/"{_digest(repr(key(data)).encode())}"'

    return _entity_tag(tag)


@effect
def _written(api: Api, change: Callable[[str], str], where: Where = everywhere) -> None:
    """Send an entity tag in another spelling."""

    def alter(request: Request, answer: Answer) -> None:
        if where(request) and (tag := answer.get("ETag")):
            answer.set("ETag", change(tag))

    api.on_answer(alter)


fault("etag-missing", {"ETAG-001"}, rfc(9110, "8.8.3.1"))("There are no entity tags.", field("ETag", None))
fault("etag-missing-for-any-type", {"ETAG-001"}, rfc(9110, "8.8.3.1"))(
    "An invoice has no entity tag where the request has no Accept.", field("ETag", None, is_item & ~has("accept"))
)
fault(
    "etag-unquoted",
    {"ETAG-002"},
    ENTITY_TAG,
    also={"ETAG-003": "the documented form has quotes", "COND-001": "no list of tags can hold it"},
)("The entity tag is sent without quotes.", _entity_tag(lambda original, body: original(body).replace('"', "")))
fault("etag-unquoted-on-head", {"ETAG-002", "ETAG-007"}, ENTITY_TAG, also={"HTTP-006": "HEAD has another ETag"})(
    "The entity tag is sent without quotes in answers to HEAD.", _written(lambda tag: tag.replace('"', ""), is_head)
)
fault("etag-lower-case-weakness", {"ETAG-002"}, ENTITY_TAG, also={"ETAG-003": "the documented form has W/"})(
    "The weak entity tag begins with w/ in lower case.", _written(lambda tag: tag.replace("W/", "w/"))
)
fault("etag-space-inside", {"ETAG-002"}, ENTITY_TAG, also={"ETAG-003": "the documented form has no space"})(
    "The opaque tag has a space in it.", _entity_tag(lambda original, body: original(body)[:-5] + ' "')
)
fault("etag-strong", {"ETAG-003"}, EXAMPLE_FIELDS)(
    "Entity tags are strong.", _entity_tag(lambda original, body: original(body).removeprefix("W/"))
)
fault("etag-upper-case", {"ETAG-003"}, EXAMPLE_FIELDS)(
    "The hexadecimal digits of entity tags are in upper case.",
    _entity_tag(lambda original, body: original(body).upper()),
)
fault(
    "etag-of-the-moment",
    {"ETAG-004"},
    VALIDATORS,
    also={**_NEVER_CURRENT, "ROB-007": "parallel answers differ"},
    stateful=True,
)("The entity tag is made from the time.", _entity_tag(lambda *_: f'W/"{_digest(str(time.time_ns()).encode())}"'))


@fault(
    "etag-time-in-body",
    {"JSON-007"},
    VALIDATORS,
    also={
        **_NEVER_CURRENT,
        "ITEM-026": "the bodies differ",
        "HTTP-012": "the bodies differ",
        "HTTP-013": "the bodies differ",
        "ROB-007": "parallel answers differ",
    },
    stateful=True,
)
@on_document
def time_in_body(request: Request, document: Document) -> None:
    """The meta of an invoice says when it was generated."""
    if is_item(request) and "data" in document:
        document["meta"] = {"generated-at": str(time.time_ns())}


@fault(
    "etag-strong-for-two-bodies",
    {"ETAG-005"},
    VALIDATORS,
    also={
        "ETAG-003": "it is not weak",
        "JSON-007": "the bodies differ",
        "ROB-009": "the bodies on one connection differ",
        "HTTP-018": "so do the lengths",
    },
    stateful=True,
)
def strong_for_two_bodies(api: Api) -> None:
    """The entity tag is strong, and every second answer has a line end after the document."""
    count = itertools.count()
    api.replace(Api.entity_tag, lambda original, body: original(body.rstrip()).removeprefix("W/"))
    api.replace(Api.encode, lambda original, document: original(document) + b"\n" * (next(count) % 2))


fault(
    "etag-constant",
    {"ETAG-006"},
    VALIDATORS,
    also={"ETAG-008": "different bodies share a tag"},
)("Every answer has the same entity tag.", _entity_tag(lambda *_: f'W/"{_digest(b"")}"'))
fault("etag-by-account", {"ETAG-008"}, VALIDATORS)(
    "Invoices with the same amount share an entity tag.",
    _keyed(lambda data: data["attributes"].get("amount-spent", data["id"])),
)
fault("etag-by-counts", {"ETAG-008"}, VALIDATORS)(
    "The entity tag covers the counts only, so invoices without calls share one.",
    _keyed(lambda data: [value for name, value in data["attributes"].items() if name.endswith("-count")]),
)
fault("etag-ignores-query", {"ETAG-008"}, VALIDATORS)(
    "The entity tag does not change with fields and include.", _keyed(lambda data: data["id"])
)
fault("etag-ignores-fields", {"ETAG-008"}, VALIDATORS)(
    "The entity tag does not change with fields, only with include.",
    _keyed(lambda data: (data["id"], data.get("relationships", {}).get("account", {}).get("data"))),
)
fault("etag-missing-on-head", {"ETAG-007"}, HEAD)("Answers to HEAD have no entity tag.", field("ETag", None, is_head))
fault("etag-of-empty-body-on-head", {"ETAG-007"}, HEAD)(
    "Answers to HEAD have the entity tag of empty content.", field("ETag", f'W/"{_digest(b"")}"', is_head, 200)
)
fault("etag-missing-with-query", {"ETAG-001"}, EXAMPLE_FIELDS)(
    "An invoice has no entity tag when there is a query.", field("ETag", None, is_item & has_query)
)
