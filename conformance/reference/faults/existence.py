"""Faults by which a refusal shows that an invoice exists, or what it holds."""

from __future__ import annotations

from typing import TYPE_CHECKING

from conformance.reference.app import Api
from conformance.reference.data import INVOICES
from conformance.reference.faults import Area
from conformance.reference.faults.clauses import API_VISIBILITY, OWASP_EXISTENCE, OWASP_OBJECTS, PRECEDENCE
from conformance.reference.faults.effects import field, forbidden
from conformance.reference.faults.needs import HIDDEN, SECOND
from conformance.reference.faults.seams import effect, instead_of, on_document
from conformance.reference.faults.where import (
    asked_invoice,
    has,
    has_include,
    is_foreign,
    is_head,
    is_hidden,
    is_item,
    is_related,
    is_relationship,
    starts_with_fields,
)
from conformance.reference.message import Problem

if TYPE_CHECKING:
    from collections.abc import Callable

    from conformance.reference.faults.seams import Install
    from conformance.reference.faults.where import Where
    from conformance.reference.message import Answer, Document, Request
    from conformance.reference.model import Invoice

fault = Area(__name__, needs=SECOND)


@effect
def _instead_of_404(api: Api, where: Where, change: Callable[[Answer], object]) -> None:
    def alter(request: Request, answer: Answer) -> None:
        if answer.status == 404 and where(request):
            change(answer)

    api.on_answer(alter)


def _not_modified(answer: Answer) -> None:
    answer.status, answer.body = 304, b""


def _forbidden(where: Where, problem: Callable[[], Problem] = forbidden) -> Install:
    """Refuse to look for an invoice."""

    def find(original: Callable[..., Invoice], request: Request, number: str) -> Invoice:
        if where(request):
            raise problem()
        return original(request, number)

    return instead_of(Api.find_invoice)(find)


fault("isolation-account-forbidden", {"SEC-003"}, OWASP_EXISTENCE)(
    "The account of another customer's invoice is answered with 403.", _forbidden(is_foreign & is_related)
)
fault("isolation-relationship-forbidden", {"SEC-003"}, OWASP_EXISTENCE)(
    "The relationship of another customer's invoice is answered with 403.", _forbidden(is_foreign & is_relationship)
)
fault("isolation-include-forbidden", {"SEC-003"}, OWASP_EXISTENCE)(
    "Another customer's invoice with its account is answered with 403.", _forbidden(is_foreign & has_include)
)
fault("isolation-head-forbidden", {"SEC-003"}, OWASP_EXISTENCE)(
    "HEAD of another customer's invoice is answered with 403.", _forbidden(is_foreign & is_head)
)


@fault("isolation-tag-oracle", {"SEC-003"}, PRECEDENCE, stateful=True)
def tag_oracle(api: Api) -> None:
    """The right entity tag of another customer's invoice gives 304."""
    tags: dict[str, str] = {}

    def alter(request: Request, answer: Answer) -> None:
        if answer.status == 200 and is_item(request) and not request.query:
            tags[request.path] = answer.get("ETag") or ""
        elif answer.status == 404 and request.lines("if-none-match") == [tags.get(request.path, "")]:
            _not_modified(answer)

    api.on_answer(alter)


fault("isolation-if-match-oracle", {"SEC-003"}, PRECEDENCE)(
    "If-Match is evaluated for another customer's invoice, too.",
    _forbidden(
        is_foreign & has("if-match"),
        lambda: Problem(412, "Precondition failed", "The resource has another entity tag."),
    ),
)
fault("isolation-last-modified-disclosed", {"SEC-003"}, OWASP_EXISTENCE)(
    "The 404 for the account of another customer's invoice has a field that others have not.",
    _instead_of_404(is_foreign & is_related, lambda answer: answer.headers.append(("X-Tenant", "mismatch"))),
)
fault("isolation-cache-control-disclosed", {"SEC-003"}, OWASP_EXISTENCE)(
    "The 404 for another customer's invoice has another Cache-Control than that for an unknown one.",
    field("Cache-Control", "no-cache", is_foreign & is_item, 404),
)


@fault(
    "isolation-data-in-404",
    {"SEC-001"},
    OWASP_OBJECTS,
    also={"SEC-003": "the body differs from that for an unknown one", "ERR-006": "the detail varies"},
)
@on_document
def data_in_404(request: Request, document: Document) -> None:
    """The 404 for another customer's invoice shows its reference."""
    asked = asked_invoice(request)
    if asked and is_foreign(request) and is_item(request) and not request.query and "errors" in document:
        document["errors"][0]["meta"] = {"reference": asked.reference}


@fault(
    "isolation-account-in-404",
    {"SEC-002"},
    OWASP_OBJECTS,
    also={"SEC-003": "the body differs from that for an unknown one", "ERR-006": "the detail varies"},
)
@on_document
def account_in_404(request: Request, document: Document) -> None:
    """The 404 for the account of another customer's invoice shows the name of the account."""
    asked = asked_invoice(request)
    if asked and is_foreign(request) and is_related(request) and "errors" in document:
        document["errors"][0]["meta"] = {"account": asked.account.name}


fault("isolation-hidden-on-head", {"SEC-005"}, API_VISIBILITY, needs=HIDDEN)(
    "HEAD of an invoice that must stay invisible is answered with 403.", _forbidden(is_hidden & is_head)
)
fault("isolation-hidden-oracle", {"SEC-005"}, PRECEDENCE, needs=HIDDEN)(
    "If-None-Match: * on an invoice that must stay invisible gives 304.",
    _instead_of_404(is_hidden & has("if-none-match"), _not_modified),
)


@fault("query-judged-between-lookup-and-permission", {"SEC-003"}, OWASP_OBJECTS)
def between_lookup_and_permission(api: Api) -> None:
    """An unknown invoice is answered with 404 before the query is looked at, one of another customer after it."""

    def answer(original: Callable[[Request], Answer], request: Request) -> Answer:
        route = api.route(request.path)
        if route and route[0] == "item" and request.method == "GET" and request.lines("authorization"):
            api.authenticate(request)
            if all(invoice.id != route[1] for invoice in INVOICES):
                raise api.not_found()
        return original(request)

    api.replace(Api.answer, answer)


fault("isolation-include-head-forbidden", {"SEC-003"}, OWASP_EXISTENCE)(
    "HEAD of another customer's invoice with its account is answered with 403.",
    _forbidden(is_foreign & is_head & has_include),
)
fault("isolation-related-oracle", {"SEC-003"}, PRECEDENCE)(
    "If-None-Match: * on the account of another customer's invoice gives 304.",
    _instead_of_404(is_foreign & is_related & has("if-none-match"), _not_modified),
)
fault("isolation-relationship-oracle", {"SEC-003"}, PRECEDENCE)(
    "If-None-Match: * on the relationship of another customer's invoice gives 304.",
    _instead_of_404(is_foreign & is_relationship & has("if-none-match"), _not_modified),
)
fault("isolation-sparse-disclosed", {"SEC-003"}, OWASP_EXISTENCE)(
    "With sparse fieldsets, another customer's invoice is answered with 403.",
    _forbidden(is_foreign & starts_with_fields),
)
