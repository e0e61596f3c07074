"""Faults of the id in the path: which invoice it names, and whether there is one."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from conformance.reference.data import DOCUMENTED
from conformance.reference.faults import fault
from conformance.reference.faults.tools import (
    is_item,
)
from conformance.reference.message import Answer, Problem
from conformance.reference.serialise import PREFIX

if TYPE_CHECKING:
    from collections.abc import Callable

    from conformance.reference.app import Api
    from conformance.reference.message import Request
    from conformance.reference.model import Invoice
    from conformance.reference.query import Query

JSON_API = "JSON:API 1.1"


@fault(
    "item-unknown-id-null",
    caught_by={"ITEM-024"},
    clause=f"{JSON_API}, fetching-resources-responses-404",
    also={"COND-013": "If-None-Match on an unknown id is no longer 404", "ERR-014": "there is no error document"},
)
def unknown_id_null(api: Api) -> None:
    """An unknown id is answered with 200 and null."""

    def change(request: Request, answer: Answer) -> None:
        if is_item(request) and answer.status == 404:
            answer.status = 200
            answer.body = b'{"data":null}'

    api.on_answer(change)


@fault(
    "item-unknown-id-crash",
    caught_by={"ITEM-024", "ERR-011"},
    clause=f"{JSON_API}, fetching-resources-responses-404",
    also={
        "COND-013": "If-None-Match on an unknown id is no longer 404",
        "ERR-014": "it is no 404 answer",
        "REL-006": "the invoice of a relationship is looked up in the same way",
        "RELD-005": "the invoice of an account is looked up in the same way",
    },
)
def unknown_id_crash(api: Api) -> None:
    """An unknown id is answered with 500."""

    def find(original: Callable[..., Invoice], request: Request, number: str) -> Invoice:
        try:
            return original(request, number)
        except Problem:
            raise Problem(500, "Internal server error", "Something went wrong.") from None

    api.replace("find_invoice", find)


def _alias(api: Api, pattern: str) -> None:
    def route(original: Callable[..., tuple[str, str] | None], path: str) -> tuple[str, str] | None:
        return original(path) or (("item", DOCUMENTED.id) if re.fullmatch(pattern, path) else None)

    api.replace("route", route)


@fault("item-number-as-id", caught_by={"ITEM-025"}, clause=f"{JSON_API}, fetching-resources-responses-404")
def number_as_id(api: Api) -> None:
    """Small numbers are accepted as ids."""
    _alias(api, f"{PREFIX}/invoices/[0-9]+")


@fault("item-id-with-line-end", caught_by={"ITEM-025"}, clause=f"{JSON_API}, fetching-resources-responses-404")
def id_with_line_end(api: Api) -> None:
    """An id followed by an encoded line end is accepted, as by an expression that ends in a dollar sign."""
    _alias(api, f"{PREFIX}/invoices/{DOCUMENTED.id}%0[Aa]")


@fault("item-id-with-suffix", caught_by={"ITEM-025"}, clause=f"{JSON_API}, fetching-resources-responses-404")
def id_with_suffix(api: Api) -> None:
    """An id followed by one letter is accepted, as by a prefix match."""
    _alias(api, f"{PREFIX}/invoices/{DOCUMENTED.id}[a-z]")


@fault("item-id-cut", caught_by={"ITEM-025"}, clause=f"{JSON_API}, fetching-resources-responses-404")
def id_cut(api: Api) -> None:
    """The beginning of an id is enough, as long as it names one invoice."""
    _alias(api, f"{PREFIX}/invoices/{DOCUMENTED.id[:8]}[0-9a-f-]*")


@fault("item-id-with-wildcard", caught_by={"ITEM-025"}, clause=f"{JSON_API}, fetching-resources-responses-404")
def id_with_wildcard(api: Api) -> None:
    """A percent sign in the id stands for anything, as in a LIKE of the database."""
    _alias(api, f"{PREFIX}/invoices/.*%25.*")


@fault("item-upper-case-echoed", caught_by={"ITEM-026"}, clause="RFC 9562, section 4")
def upper_case_echoed(api: Api) -> None:
    """The id in the body is spelled as in the path."""

    def document(
        original: Callable[..., dict[str, dict[str, str]]], request: Request, invoice: Invoice, query: Query
    ) -> dict[str, dict[str, str]]:
        shown = original(request, invoice, query)
        shown["data"]["id"] = request.path.rpartition("/")[2].replace("%61", "a")
        return shown

    api.replace("item_document", document)


@fault("item-upper-case-crash", caught_by={"ITEM-026", "ERR-011"}, clause="RFC 9562, section 4")
def upper_case_crash(api: Api) -> None:
    """An id in upper case is answered with 500."""

    def hook(request: Request) -> Answer | None:
        if is_item(request) and re.search("[A-F]", request.path):
            raise Problem(500, "Internal server error", "Something went wrong.")
        return None

    api.on_request(hook)


@fault("item-encoded-id-unknown", caught_by={"ITEM-027"}, clause="RFC 3986, section 2.3")
def encoded_id_unknown(api: Api) -> None:
    """The path is compared without decoding it."""
    api.replace("route", lambda original, path: None if "%" in path else original(path))
