"""Faults that come and go: on some requests of a connection, now and then, or under load."""

from __future__ import annotations

import asyncio
import itertools
from typing import TYPE_CHECKING

from conformance.reference.data import CUSTOMER, INVOICE_IDS, INVOICES
from conformance.reference.faults import fault
from conformance.reference.faults.tools import is_item, is_plain, set_field
from conformance.reference.message import Problem

if TYPE_CHECKING:
    from collections.abc import Callable

    from conformance.reference.app import Api
    from conformance.reference.message import Answer, Request
    from conformance.reference.model import Customer, Invoice

REPEAT = {"repeat"}
LOAD = {"load"}


@fault(
    "second-request-without-vary",
    stateful=True,
    caught_by={"CACHE-005"},
    clause="Documented example, response headers",
    also={"CACHE-006": "Vary comes and goes", "COND-007": "Vary comes and goes", "HTTP-006": "Vary comes and goes"},
)
def second_without_vary(api: Api) -> None:
    """Vary is only on the first answer of a connection."""
    set_field(api, "Vary", None, lambda request, _: request.connection_request_number > 1)


@fault(
    "second-request-other-media-type",
    stateful=True,
    caught_by={"NEGO-002"},
    clause="JSON:API 1.1, content-negotiation-servers",
    also={"HTTP-006": "it comes and goes"},
)
def second_other_type(api: Api) -> None:
    """From the second answer of a connection on, the media type has the parameter charset."""

    def change(request: Request, answer: Answer) -> None:
        if request.connection_request_number > 1 and answer.get("Content-Type"):
            answer.set("Content-Type", f"{api.media_type}; charset=utf-8")

    api.on_answer(change)


@fault(
    "second-request-other-invoice",
    stateful=True,
    caught_by={"ITEM-008"},
    clause="JSON:API 1.1, document-resource-object-identification",
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

    api.replace("find_invoice", find)


def _every(api: Api, period: int, change: Callable[[Request, Answer], None]) -> None:
    """Alter every so manieth answer to the documented request, counted for each path."""
    counts: dict[str, itertools.count[int]] = {}

    def alter(request: Request, answer: Answer) -> None:
        if is_item(request) and is_plain(request) and answer.status == 200:
            count = counts.setdefault(f"{request.method} {request.path}", itertools.count(1))
            if next(count) % period == 0:
                change(request, answer)

    api.on_answer(alter)


@fault(
    "one-in-five-without-private",
    stateful=True,
    caught_by={"CACHE-003"},
    clause="RFC 9111, section 5.2.2.7",
    also={
        **dict.fromkeys(("CACHE-001", "HTTP-006", "COND-007"), "it comes and goes"),
        "ROB-013": "the answers to one request differ",
    },
    needs=REPEAT,
)
def one_in_five_public(api: Api) -> None:
    """One in five answers about an invoice is public."""
    _every(api, 5, lambda _, answer: answer.set("Cache-Control", "max-age=0, public, must-revalidate"))


@fault(
    "one-in-five-other-etag",
    stateful=True,
    caught_by={"ETAG-004"},
    clause="RFC 9110, section 8.8.1",
    also={"COND-007": "the tag changes", "ETAG-007": "the tag changes", "HTTP-006": "the tag changes"},
    needs=REPEAT,
)
def one_in_five_etag(api: Api) -> None:
    """One in five answers comes from a server that makes entity tags in another way."""
    _every(api, 5, lambda _, answer: answer.set("ETag", f'W/"{(answer.get("ETag") or "")[3:35][::-1]}"'))


@fault(
    "one-in-five-other-bytes",
    stateful=True,
    caught_by={"JSON-007"},
    clause="Documented example, response body",
    also={"HTTP-018": "the length changes", "ROB-009": "in turn it is not as by itself"},
    needs=REPEAT,
)
def one_in_five_bytes(api: Api) -> None:
    """One in five answers ends in a line end."""

    def change(_request: Request, answer: Answer) -> None:
        answer.body += b"\n"

    _every(api, 5, change)


@fault(
    "one-in-five-crash",
    stateful=True,
    caught_by={"ERR-011", "ITEM-001", "ROB-013"},
    clause="RFC 9110, section 15.6",
    also={"ROB-009": "in turn it is not as by itself"},
    needs=REPEAT,
)
def one_in_five_crash(api: Api) -> None:
    """One in five documented requests for an invoice is answered with 500."""
    counts: dict[str, itertools.count[int]] = {}

    def find(original: Callable[..., Invoice], request: Request, number: str) -> Invoice:
        if is_item(request) and is_plain(request) and next(counts.setdefault(number, itertools.count(1))) % 5 == 0:
            raise Problem(500, "Internal server error", "Something went wrong.")
        return original(request, number)

    api.replace("find_invoice", find)


@fault(
    "concurrent-shared-buffer",
    stateful=True,
    caught_by={"ROB-007", "ITEM-008"},
    clause="RFC 9110, section 9.2.1",
    needs=LOAD,
)
def shared_buffer(api: Api) -> None:
    """When more than ten requests overlap, each gets the invoice of the one that came last."""
    waiting: list[str] = []

    async def arrive(_original: Callable[..., object], request: Request) -> None:
        waiting.append(request.path)
        await asyncio.sleep(0.05)
        if is_item(request) and len(waiting) > 10 and is_item_path(waiting[-1]):
            request.path = waiting[-1]
        waiting.remove(waiting[0])

    api.replace("arrive", arrive)


def is_item_path(path: str) -> bool:
    """True for the path of an invoice of the data set."""
    return any(path.endswith(f"/invoices/{invoice.id}") for invoice in INVOICES)


@fault(
    "concurrent-overload",
    stateful=True,
    caught_by={"SEC-021"},
    clause="RFC 9110, section 15.6",
    needs=LOAD,
)
def overload(api: Api) -> None:
    """When more than ten requests overlap, the others are answered with 500."""
    running = 0

    async def arrive(_original: Callable[..., object], _request: Request) -> None:
        nonlocal running
        running += 1
        try:
            if running > 10:
                raise Problem(500, "Internal server error", "The pool of connections is empty.")
            await asyncio.sleep(0.05)
        finally:
            running -= 1

    api.replace("arrive", arrive)


@fault(
    "concurrent-customer-leaks",
    stateful=True,
    caught_by={"ROB-008"},
    clause="OWASP API1:2023",
    also={"CACHE-009": "the other customer is shown the first one's invoice"},
    needs={"second-customer"},
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

    api.replace("authenticate", authenticate)
    api.replace("arrive", arrive)
