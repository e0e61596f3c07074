"""Faults in a share of the answers only: they are found by asking again. Each follows a fixed pattern."""

from __future__ import annotations

import itertools
import random
from typing import TYPE_CHECKING

from conformance.reference.app import Api
from conformance.reference.faults import Area
from conformance.reference.faults.clauses import (
    ACCEPT,
    EXAMPLE_FIELDS,
    FOUND,
    INCLUDES,
    LINKAGE,
    NONE_MATCH,
    NOT_FOUND,
    VALIDATORS,
    json_api,
    rfc,
)
from conformance.reference.faults.effects import field
from conformance.reference.faults.needs import COLLECTION, REPEAT
from conformance.reference.faults.seams import after
from conformance.reference.faults.where import is_collection, is_item, is_plain
from conformance.reference.message import Answer, Problem

if TYPE_CHECKING:
    from collections.abc import Callable

    from conformance.reference.faults.seams import Install
    from conformance.reference.message import Document, Request
    from conformance.reference.model import Customer

fault = Area(__name__, needs=REPEAT, stateful=True)
_OTHER_ACCOUNT = "0c3f8f0e-6a55-4d1c-8a7e-2b9d4e5f6a70"


class _Every:
    """True at every n-th call, counted for each key."""

    def __init__(self, period: int) -> None:
        self._period = period
        self._counts: dict[str, itertools.count[int]] = {}

    def __call__(self, key: str = "") -> bool:
        return next(self._counts.setdefault(key, itertools.count(1))) % self._period == 0


@fault("recurring-unknown-relationship", {"REL-001", "ROB-013"}, json_api("fetching-relationships-responses-200"))
def unknown_relationship(api: Api) -> None:
    """Every seventh plain request for a relationship is answered with 404."""
    due = _Every(7)

    def document(original: Callable[..., Document], request: Request, *rest: object) -> Document:
        if is_plain(request) and due(request.path):
            raise api.not_found()
        return original(request, *rest)

    api.replace(Api.relationship_document, document)


@fault(
    "recurring-other-account",
    {"REL-008"},
    LINKAGE,
    also={"ETAG-007": "HEAD is answered with the tag of the other content"},
)
def other_account(api: Api) -> None:
    """In one of six answers the relationship names another account; the entity tag fits the content."""
    due = _Every(6)

    def change(shown: Document, request: Request, *_: object) -> None:
        if due(request.path) and shown["data"]:
            shown["data"]["id"] = _OTHER_ACCOUNT

    after(Api.relationship_document)(change)(api)


@fault("recurring-include-ignored", {"INCL-001"}, INCLUDES, also={"CACHE-007": "so it is in a coding"})
def include_ignored(api: Api) -> None:
    """At random, in one of eight answers, include=account is ignored; the entity tag fits the content."""
    chance = random.Random(8)  # noqa: S311 - a pattern, no secret

    def change(shown: Document, request: Request, *_: object) -> None:
        if request.query == "include=account" and chance.random() < 1 / 8:
            shown.pop("included", None)

    after(Api.item_document)(change)(api)


fault(
    "recurring-second-on-connection-sniffable",
    {"HDR-003", "ROB-013"},
    EXAMPLE_FIELDS,
    also={"HDR-011": "it comes and goes", "HTTP-006": "it comes and goes"},
)(
    "The second answer of a connection, and no later one, has no X-Content-Type-Options.",
    field("X-Content-Type-Options", None, lambda request: request.connection_request_number == 2),
)


@fault(
    "recurring-other-data-under-one-tag",
    {"ETAG-009", "ROB-013"},
    VALIDATORS,
    also={
        "JSON-007": "two answers differ",
        "ITEM-030": "so do those to different queries",
        **dict.fromkeys(("HTTP-029", "ROB-014"), "so do those with other fields"),
    },
)
def other_data(api: Api) -> None:
    """One in ten invoices is shown with another reference, under the entity tag of the right one."""
    due = _Every(10)

    def change(request: Request, answer: Answer) -> None:
        if is_plain(request) and is_item(request) and answer.status == 200 and due(request.path):
            answer.body = answer.body.replace(b'"reference":"', b'"reference":"of another time ')

    api.on_answer(change)


@fault(
    "recurring-previous-answer",
    {"HDR-013", "ITEM-008"},
    rfc(9110, "3.3"),
    also={
        **dict.fromkeys(
            ("AUTH-007", "COND-007", "HTTP-029", "ITEM-017", "ITEM-026", "QRY-008", "ROB-014", "SEC-023"),
            "the answer is about another one",
        ),
        **dict.fromkeys(("COND-001", "JSON-007", "ROB-013"), "two answers differ"),
    },
)
def previous_answer(api: Api) -> None:
    """Every ninth documented request for an invoice gets the answer to the one before it."""
    due = _Every(9)
    kept: list[Answer] = []

    def change(request: Request, answer: Answer) -> None:
        if not (is_plain(request) and is_item(request) and answer.status == 200):
            return
        before, kept[:] = list(kept), [Answer(answer.status, list(answer.headers), answer.body)]
        if due() and before:
            answer.headers, answer.body = list(before[0].headers), before[0].body

    api.on_answer(change)


@fault("recurring-open-accept-refused", {"NEGO-003", "ROB-013"}, ACCEPT)
def open_accept_refused(api: Api) -> None:
    """Every sixth request that accepts everything is answered with 406."""
    due = _Every(6)

    api.replace(Api.acceptable, lambda original, lines: original(lines) and not (lines == ["*/*"] and due()))


@fault(
    "recurring-unknown-invoice-empty",
    {"ITEM-024", "ROB-013"},
    NOT_FOUND,
    also={"ITEM-025": "what is not an id is looked up, too"},
)
def unknown_invoice_empty(api: Api) -> None:
    """Every fifth documented request for an invoice that does not exist is answered with 200 and null."""
    due = _Every(5)

    def document(original: Callable[..., Document], request: Request, *rest: object) -> Document:
        try:
            return original(request, *rest)
        except Problem as problem:
            if problem.status == 404 and is_plain(request) and is_item(request) and due(request.path):
                return {"data": None}
            raise

    api.replace(Api.document, document)


@fault(
    "recurring-open-without-token",
    {"AUTH-001", "ROB-013"},
    "Documented example, request headers",
    also={
        "SEC-028": "whatever fields there are",
        "CACHE-008": "the answer is that of another client",
        "COND-013": "a precondition is looked at without a token",
        **dict.fromkeys(("ROB-009", "ROB-015", "SEC-028"), "after another request it is not as by itself"),
        "SEC-019": "an unknown invoice is answered in another way",
    },
)
def open_without_token(api: Api) -> None:
    """Every eighth request for an invoice without a token is answered as if it had the last one seen."""
    due = _Every(8)
    seen: list[Customer] = []

    def authenticate(original: Callable[[Request], Customer], request: Request) -> Customer:
        try:
            customer = original(request)
        except Problem:
            if seen and is_item(request) and not request.lines("authorization") and due():
                return seen[-1]
            raise
        seen[:] = [customer]
        return customer

    api.replace(Api.authenticate, authenticate)


@fault(
    "recurring-validator-ignored",
    {"COND-001", "COND-002", "COND-003", "COND-004"},
    NONE_MATCH,
    also={
        "COND-009": "a tag beside a date is ignored, too, when its request is due",
        "COND-020": "a tag beside Cache-Control is ignored, too",
        "ROB-009": "after another request it is not as by itself",
        "HTTP-029": "a listed tag is ignored, too",
    },
)
def validator_ignored(api: Api) -> None:
    """One of two servers behind one address ignores If-None-Match."""
    due = _Every(2)

    api.replace(Api.none_match, lambda original, lines, tag: due(lines[0]) or original(lines, tag))


@fault(
    "recurring-token-refused",
    {"ITEM-001", "ROB-013"},
    FOUND,
    also={"AUTH-006": "the token is refused", "ROB-009": "after another request it is not as by itself"},
)
def token_refused(api: Api) -> None:
    """Every seventh documented request for an invoice is refused, though its token is valid."""
    due = _Every(7)

    def authenticate(original: Callable[[Request], Customer], request: Request) -> Customer:
        customer = original(request)
        if is_plain(request) and is_item(request) and due(request.path):
            raise api.unauthorised(request)
        return customer

    api.replace(Api.authenticate, authenticate)


@fault(
    "recurring-unsorted-collection",
    {"COLL-005"},
    "Documented behaviour, collection",
    also={
        "SORT-001": "the order is wrong",
        "SORT-002": "the order is wrong",
        "PAGE-002": "the pages overlap",
        "ETAG-007": "the tag of HEAD is that of another order",
    },
    needs=REPEAT | COLLECTION,
)
def unsorted_collection(api: Api) -> None:
    """One in four listings is in no order."""
    due = _Every(4)

    def change(request: Request, document: Document) -> Document | None:
        if is_collection(request) and "data" in document and due(request.query):
            document["data"] = document["data"][1::2] + document["data"][::2]
        return document

    api.on_document(change)


def _cut_off(period: int, where: Callable[[Request], object]) -> Install:
    def install(api: Api) -> None:
        due = _Every(period)

        def change(request: Request, answer: Answer, data: bytes) -> bytes:
            if not where(request) or not due():
                return data
            answer.cut = True
            return b""

        # A connection that had been kept may have been closed while it was idle.
        api.on_answer(lambda _, answer: answer.headers.append(("Connection", "close")))
        api.on_bytes(change)

    return install


_CUT = {"ROB-009": "it may hit a request that is sent after another", "ROB-013": "and one that is sent again"}
for _name, _what, _period, _where in (
    ("eighth-request-cut-off", "Every eighth request", 8, lambda _: True),
    ("item-cut-off", "Every fifth request for an invoice", 5, is_item),
    ("refusal-cut-off", "Every seventh request with a query", 7, lambda request: request.query),
):
    fault(f"recurring-{_name}", {"ROB-017"}, rfc(9112, "9.6"), also=_CUT, needs=())(
        f"{_what} is cut off, and answered when it is sent again.", _cut_off(_period, _where)
    )


def _bad_gateway(period: int, status: int) -> Install:
    def install(api: Api) -> None:
        due = _Every(period)

        def change(_: Request, answer: Answer) -> None:
            if due():
                answer.status, answer.body = status, b"<h1>Bad Gateway</h1>"
                answer.headers = [("Content-Type", "text/html")]

        api.on_answer(change)

    return install


for _name, _period, _status in (("bad-gateway", 9, 502), ("gateway-timeout", 10, 504)):
    fault(f"recurring-{_name}", {"ROB-017"}, rfc(9110, "15.6"), also=_CUT, needs=())(
        f"One request of {_period} is answered {_status} by a gateway, and served when it is sent again.",
        _bad_gateway(_period, _status),
    )
