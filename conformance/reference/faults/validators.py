"""Faults of entity tags."""

from __future__ import annotations

import hashlib
import itertools
import json
import time
from typing import TYPE_CHECKING

from conformance.reference.faults import fault
from conformance.reference.faults.tools import is_item, set_field

if TYPE_CHECKING:
    from collections.abc import Callable

    from conformance.reference.app import Api
    from conformance.reference.message import Answer, Document, Request

ENTITY_TAG = "RFC 9110, section 8.8.3"
DETECTION = "RFC 9110, section 8.8.1"


def _digest(data: bytes) -> str:
    return hashlib.sha256(data).hexdigest()[:32]


def _keyed(api: Api, key: Callable[[Document], object]) -> None:
    """Make entity tags from a part of the document's primary data."""

    def tag(original: Callable[[bytes], str], body: bytes) -> str:
        data = json.loads(body).get("data")
        if not isinstance(data, dict) or "attributes" not in data:
            return original(body)
        return f'W/"{_digest(repr(key(data)).encode())}"'

    api.replace("entity_tag", tag)


@fault(
    "etag-missing",
    caught_by={"ETAG-001"},
    clause="RFC 9110, section 8.8.3.1",
    also={"RELD-008": "the account has none either"},
)
def missing(api: Api) -> None:
    """There are no entity tags."""
    set_field(api, "ETag", None, lambda *_: True)


@fault(
    "etag-unquoted",
    caught_by={"ETAG-002"},
    clause=ENTITY_TAG,
    also={"ETAG-003": "the documented form has quotes", "COND-001": "no list of tags can hold it"},
)
def unquoted(api: Api) -> None:
    """The entity tag is sent without quotes."""
    api.replace("entity_tag", lambda original, body: original(body).replace('"', ""))


@fault(
    "etag-unquoted-on-head",
    caught_by={"ETAG-002", "ETAG-007"},
    clause=ENTITY_TAG,
    also={"HTTP-006": "HEAD has another ETag"},
)
def unquoted_on_head(api: Api) -> None:
    """The entity tag is sent without quotes in answers to HEAD."""

    def change(request: Request, answer: Answer) -> None:
        tag = answer.get("ETag")
        if request.method == "HEAD" and tag:
            answer.set("ETag", tag.replace('"', ""))

    api.on_answer(change)


@fault(
    "etag-lower-case-weakness",
    caught_by={"ETAG-002"},
    clause=ENTITY_TAG,
    also={"ETAG-003": "the documented form has W/"},
)
def lower_case_weakness(api: Api) -> None:
    """The weak entity tag begins with w/ in lower case."""

    def change(_request: Request, answer: Answer) -> None:
        tag = answer.get("ETag")
        if tag:
            answer.set("ETag", tag.replace("W/", "w/"))

    api.on_answer(change)


@fault(
    "etag-space-inside",
    caught_by={"ETAG-002"},
    clause=ENTITY_TAG,
    also={"ETAG-003": "the documented form has no space"},
)
def space_inside(api: Api) -> None:
    """The opaque tag has a space in it."""
    api.replace("entity_tag", lambda original, body: original(body)[:-5] + ' "')


@fault("etag-strong", caught_by={"ETAG-003"}, clause="Documented example, response headers")
def strong(api: Api) -> None:
    """Entity tags are strong."""
    api.replace("entity_tag", lambda original, body: original(body).removeprefix("W/"))


@fault("etag-upper-case", caught_by={"ETAG-003"}, clause="Documented example, response headers")
def upper_case(api: Api) -> None:
    """The hexadecimal digits of entity tags are in upper case."""
    api.replace("entity_tag", lambda original, body: original(body).upper())


@fault(
    "etag-of-the-moment",
    stateful=True,
    caught_by={"ETAG-004"},
    clause=DETECTION,
    also={
        "COND-001": "no tag is ever current",
        "COND-002": "no tag is ever current",
        "COND-004": "no tag is ever current",
        "COND-007": "the 304 has another tag",
        "COND-009": "no tag is ever current",
        "ETAG-007": "HEAD has another one",
        "HTTP-006": "HEAD has another one",
        "RELD-008": "no tag is ever current",
        "ROB-007": "parallel answers differ",
    },
)
def of_the_moment(api: Api) -> None:
    """The entity tag is made from the time."""
    api.replace("entity_tag", lambda *_: f'W/"{_digest(str(time.time_ns()).encode())}"')


@fault(
    "etag-time-in-body",
    stateful=True,
    caught_by={"JSON-007"},
    clause=DETECTION,
    also={
        "COND-001": "no tag is ever current",
        "COND-002": "no tag is ever current",
        "COND-004": "no tag is ever current",
        "COND-007": "the 304 has another tag",
        "COND-009": "no tag is ever current",
        "ETAG-007": "HEAD has another one",
        "HTTP-006": "HEAD has another one",
        "ITEM-026": "the bodies differ",
        "HTTP-012": "the bodies differ",
        "HTTP-013": "the bodies differ",
        "ROB-007": "parallel answers differ",
    },
)
def time_in_body(api: Api) -> None:
    """The meta of an invoice says when it was generated."""

    def change(request: Request, document: Document) -> None:
        if is_item(request) and "data" in document:
            document["meta"] = {"generated-at": str(time.time_ns())}

    api.on_document(change)


@fault(
    "etag-strong-for-two-bodies",
    stateful=True,
    caught_by={"ETAG-005"},
    clause=DETECTION,
    also={
        "ETAG-003": "it is not weak",
        "JSON-007": "the bodies differ",
        "ROB-009": "the bodies on one connection differ",
        "HTTP-018": "so do the lengths",
    },
)
def strong_for_two_bodies(api: Api) -> None:
    """The entity tag is strong, and every second answer has a line end after the document."""
    count = itertools.count()
    api.replace("entity_tag", lambda original, body: original(body.rstrip()).removeprefix("W/"))
    api.replace("encode", lambda original, document: original(document) + b"\n" * (next(count) % 2))


@fault(
    "etag-constant",
    caught_by={"ETAG-006"},
    also={"ETAG-008": "different bodies share a tag", "RELD-008": "the account has the tag of the invoice"},
    clause=DETECTION,
)
def constant_tag(api: Api) -> None:
    """Every answer has the same entity tag."""
    api.replace("entity_tag", lambda *_: f'W/"{_digest(b"")}"')


@fault("etag-by-account", caught_by={"ETAG-008"}, clause=DETECTION)
def by_account(api: Api) -> None:
    """Invoices with the same amount share an entity tag."""
    _keyed(api, lambda data: data["attributes"].get("amount-spent", data["id"]))


@fault("etag-by-counts", caught_by={"ETAG-008"}, clause=DETECTION)
def by_counts(api: Api) -> None:
    """The entity tag covers the counts only, so invoices without calls share one."""
    _keyed(api, lambda data: [value for name, value in data["attributes"].items() if name.endswith("-count")])


@fault("etag-ignores-query", caught_by={"ETAG-008"}, clause=DETECTION)
def ignores_query(api: Api) -> None:
    """The entity tag does not change with fields and include."""
    _keyed(api, lambda data: data["id"])


@fault("etag-ignores-fields", caught_by={"ETAG-008"}, clause=DETECTION)
def ignores_fields(api: Api) -> None:
    """The entity tag does not change with fields, only with include."""
    _keyed(api, lambda data: (data["id"], data.get("relationships", {}).get("account", {}).get("data")))


@fault("etag-missing-on-head", caught_by={"ETAG-007"}, clause="RFC 9110, section 9.3.2")
def missing_on_head(api: Api) -> None:
    """Answers to HEAD have no entity tag."""
    set_field(api, "ETag", None, lambda request, _: request.method == "HEAD")


@fault("etag-of-empty-body-on-head", caught_by={"ETAG-007"}, clause="RFC 9110, section 9.3.2")
def of_empty_body(api: Api) -> None:
    """Answers to HEAD have the entity tag of no content."""
    set_field(
        api,
        "ETag",
        f'W/"{_digest(b"")}"',
        lambda request, answer: request.method == "HEAD" and answer.status == 200,
    )


@fault("etag-missing-with-query", caught_by={"ETAG-001"}, clause="Documented example, response headers")
def missing_with_query(api: Api) -> None:
    """An invoice has no entity tag when there is a query."""
    set_field(api, "ETag", None, lambda request, _: is_item(request) and bool(request.query))
