"""Faults that come and go: on some requests of a connection, now and then, or under load."""

from __future__ import annotations

import asyncio
import itertools
from typing import TYPE_CHECKING

from conformance.reference.app import Api
from conformance.reference.data import CUSTOMER, INVOICE_IDS
from conformance.reference.faults import Area
from conformance.reference.faults.clauses import (
    EXAMPLE_BODY,
    EXAMPLE_FIELDS,
    IDENTIFICATION,
    NEGOTIATION,
    OWASP_OBJECTS,
    PRIVATE,
    SERVER_ERRORS,
    VALIDATORS,
    rfc,
)
from conformance.reference.faults.effects import crash, field
from conformance.reference.faults.needs import LOAD, REPEAT, SECOND
from conformance.reference.faults.seams import effect
from conformance.reference.faults.where import is_item, is_plain
from conformance.reference.message import Problem

if TYPE_CHECKING:
    from collections.abc import Callable

    from conformance.reference.message import Answer, Request
    from conformance.reference.model import Customer, Invoice

fault = Area(__name__, stateful=True)


@effect
def _every(api: Api, period: int, change: Callable[[Answer], object]) -> None:
    """Alter every n-th answer to the documented request, counted for each path."""
    counts: dict[str, itertools.count[int]] = {}

    def alter(request: Request, answer: Answer) -> None:
        if is_item(request) and is_plain(request) and answer.status == 200:
            count = counts.setdefault(f"{request.method} {request.path}", itertools.count(1))
            if next(count) % period == 0:
                change(answer)

    api.on_answer(alter)


fault(
    "second-request-without-vary",
    {"CACHE-005"},
    EXAMPLE_FIELDS,
    also={"CACHE-006": "Vary comes and goes", "COND-007": "Vary comes and goes", "HTTP-006": "Vary comes and goes"},
)(
    "Vary is only on the first answer of a connection.",
    field("Vary", None, lambda request: request.connection_request_number > 1),
)


@fault("second-request-other-media-type", {"NEGO-002"}, NEGOTIATION, also={"HTTP-006": "it comes and goes"})
def second_other_type(api: Api) -> None:
    """From the second answer of a connection on, the media type has the parameter charset."""

    def change(request: Request, answer: Answer) -> None:
        if request.connection_request_number > 1 and answer.get("Content-Type"):
            answer.set("Content-Type", f"{api.media_type}; charset=utf-8")

    api.on_answer(change)


@fault(
    "second-request-other-invoice",
    {"ITEM-008"},
    IDENTIFICATION,
    also={
        "JSON-007": "two answers differ",
        "ETAG-004": "two answers differ",
        "ETAG-008": "two invoices share a body",
        "ROB-009": "an answer is that of another request",
        "COND-001": "the tag changes",
    },
)
def second_other_invoice(api: Api) -> None:
    """The second request of a connection gets the invoice that the first one asked for."""
    first: dict[int, str] = {}

    def find(original: Callable[..., Invoice], request: Request, number: str) -> Invoice:
        if is_item(request) and request.method == "GET":
            known = first.setdefault(request.connection.number, number)
            if request.connection_request_number == 2 and known in INVOICE_IDS:
                return original(request, known)
        return original(request, number)

    api.replace(Api.find_invoice, find)


fault(
    "one-in-five-without-private",
    {"CACHE-003"},
    PRIVATE,
    also={
        **dict.fromkeys(("CACHE-001", "HTTP-006", "COND-007"), "it comes and goes"),
        "ROB-013": "the answers to one request differ",
    },
    needs=REPEAT,
)(
    "One in five answers about an invoice is public.",
    _every(5, lambda answer: answer.set("Cache-Control", "max-age=0, public, must-revalidate")),
)
fault(
    "one-in-five-other-etag",
    {"ETAG-004"},
    VALIDATORS,
    also={"COND-007": "the tag changes", "ETAG-007": "the tag changes", "HTTP-006": "the tag changes"},
    needs=REPEAT,
)(
    "One in five answers comes from a server that makes entity tags in another way.",
    _every(5, lambda answer: answer.set("ETag", f'W/"{(answer.get("ETag") or "")[3:35][::-1]}"')),
)
fault(
    "one-in-five-other-bytes",
    {"JSON-007"},
    EXAMPLE_BODY,
    also={"HTTP-018": "the length changes", "ROB-009": "after another request it is not as by itself"},
    needs=REPEAT,
)("One in five answers ends in a line end.", _every(5, lambda answer: setattr(answer, "body", answer.body + b"\n")))


@fault(
    "one-in-five-crash",
    {"ERR-011", "ITEM-001", "ROB-013"},
    SERVER_ERRORS,
    also={"ROB-009": "after another request it is not as by itself"},
    needs=REPEAT,
)
def one_in_five_crash(api: Api) -> None:
    """One in five documented requests for an invoice is answered with 500."""
    counts: dict[str, itertools.count[int]] = {}

    def find(original: Callable[..., Invoice], request: Request, number: str) -> Invoice:
        if is_item(request) and is_plain(request) and next(counts.setdefault(number, itertools.count(1))) % 5 == 0:
            raise crash()
        return original(request, number)

    api.replace(Api.find_invoice, find)


@fault("concurrent-shared-buffer", {"ROB-007", "ITEM-008"}, rfc(9110, "9.2.1"), needs=LOAD)
def shared_buffer(api: Api) -> None:
    """When more than ten requests overlap, each gets the invoice of the one that came last."""
    waiting: list[str] = []

    async def arrive(_original: Callable[..., object], request: Request) -> None:
        if not (is_item(request) and is_plain(request)):
            return
        waiting.append(request.path)
        await asyncio.sleep(0.05)
        if len(waiting) > 10:
            request.path = waiting[-1]
        waiting.remove(waiting[0])

    api.replace(Api.arrive, arrive)


@fault("concurrent-overload", {"SEC-021"}, SERVER_ERRORS, needs=LOAD)
def overload(api: Api) -> None:
    """When more than ten requests overlap, the others are answered with 500."""
    running = 0

    async def arrive(_original: Callable[..., object], request: Request) -> None:
        nonlocal running
        if not (is_item(request) and is_plain(request)):
            return
        running += 1
        try:
            if running > 10:
                raise Problem(500, "Internal server error", "The pool of connections is empty.")
            await asyncio.sleep(0.05)
        finally:
            running -= 1

    api.replace(Api.arrive, arrive)


@fault(
    "concurrent-customer-leaks",
    {"ROB-008"},
    OWASP_OBJECTS,
    also={"CACHE-009": "the other customer is shown the first one's invoice"},
    needs=SECOND,
)
def customer_leaks(api: Api) -> None:
    """While requests of two customers overlap, all of them are taken for those of the first one."""
    arrived = 0

    async def arrive(_original: Callable[..., object], request: Request) -> None:
        nonlocal arrived
        try:
            customer = api.authenticate(request)
        except Problem:
            return
        arrived += customer == CUSTOMER
        before = arrived
        await asyncio.sleep(0.01 if customer != CUSTOMER else 0)
        if arrived > before:
            request.customer = CUSTOMER

    def authenticate(original: Callable[[Request], Customer], request: Request) -> Customer:
        return request.customer or original(request)

    api.replace(Api.authenticate, authenticate)
    api.replace(Api.arrive, arrive)
