"""Faults of the id in the path: which invoice it names, and whether there is one."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from conformance.reference.app import Api
from conformance.reference.data import DOCUMENTED
from conformance.reference.faults import Area
from conformance.reference.faults.clauses import NOT_FOUND, UUID_FORM, rfc
from conformance.reference.faults.effects import crash, crashes, null_instead_of_404
from conformance.reference.faults.seams import after, instead_of
from conformance.reference.faults.where import is_item
from conformance.reference.message import Problem
from conformance.reference.serialise import PREFIX

if TYPE_CHECKING:
    from collections.abc import Callable

    from conformance.reference.faults.seams import Install
    from conformance.reference.message import Document, Request
    from conformance.reference.model import Invoice
    from conformance.reference.query import Query

fault = Area(__name__)


def _alias(pattern: str) -> Install:
    """Let the documented invoice be found by paths like ``pattern``, too."""
    return instead_of(Api.route)(
        lambda original, path: original(path) or (("item", DOCUMENTED.id) if re.fullmatch(pattern, path) else None)
    )


fault(
    "item-unknown-id-null",
    {"ITEM-024"},
    NOT_FOUND,
    also={
        "ITEM-025": "so is what is not an id",
        "COND-013": "If-None-Match on an unknown id is no longer 404",
        "ERR-014": "there is no error document",
    },
)("An unknown id is answered with 200 and null.", null_instead_of_404(is_item))


@fault(
    "item-unknown-id-crash",
    {"ITEM-024", "ERR-011"},
    NOT_FOUND,
    also={
        "ITEM-025": "so is what is not an id",
        "COND-013": "If-None-Match on an unknown id is no longer 404",
        "ERR-014": "it is not a 404 answer",
        "REL-006": "the invoice of a relationship is looked up in the same way",
        "RELD-005": "the invoice of an account is looked up in the same way",
    },
)
@instead_of(Api.find_invoice)
def unknown_id_crash(original: Callable[..., Invoice], request: Request, number: str) -> Invoice:
    """An unknown id is answered with 500."""
    try:
        return original(request, number)
    except Problem:
        raise crash() from None


fault("item-number-as-id", {"ITEM-025"}, NOT_FOUND)(
    "Small numbers are accepted as ids.", _alias(f"{PREFIX}/invoices/[0-9]+")
)
fault("item-id-with-line-end", {"ITEM-025"}, NOT_FOUND)(
    "An id followed by an encoded line end is accepted, as by an expression that ends in a dollar sign.",
    _alias(f"{PREFIX}/invoices/{DOCUMENTED.id}%0[Aa]"),
)
fault("item-id-with-suffix", {"ITEM-025"}, NOT_FOUND)(
    "An id followed by one letter is accepted, as by a prefix match.", _alias(f"{PREFIX}/invoices/{DOCUMENTED.id}[a-z]")
)
fault("item-id-cut", {"ITEM-025"}, NOT_FOUND)(
    "The beginning of an id is enough, as long as it names one invoice.",
    _alias(f"{PREFIX}/invoices/{DOCUMENTED.id[:8]}[0-9a-f-]*"),
)
fault("item-id-with-wildcard", {"ITEM-025"}, NOT_FOUND)(
    "A percent sign in the id stands for anything, as in a LIKE of the database.", _alias(f"{PREFIX}/invoices/.*%25.*")
)


@fault("item-upper-case-echoed", {"ITEM-026"}, UUID_FORM)
@after(Api.item_document)
def upper_case_echoed(shown: Document, request: Request, _invoice: Invoice, _query: Query) -> None:
    """The id in the body is spelled as in the path."""
    shown["data"]["id"] = request.path.rpartition("/")[2].replace("%61", "a")


fault("item-upper-case-crash", {"ITEM-026", "ERR-011"}, UUID_FORM)(
    "An id in upper case is answered with 500.",
    crashes(lambda request: is_item(request) and re.search("[A-F]", request.path)),
)
fault("item-encoded-id-unknown", {"ITEM-027"}, rfc(3986, "2.3"))(
    "The path is compared without decoding it.",
    instead_of(Api.route)(lambda original, path: None if "%" in path else original(path)),
)
