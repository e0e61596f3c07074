"""Faults by which a refusal tells that an invoice exists, or what it holds."""

from __future__ import annotations

from typing import TYPE_CHECKING

from conformance.reference.data import INVOICES
from conformance.reference.faults import fault
from conformance.reference.faults.tools import (
    HIDDEN,
    OBJECTS,
    SECOND,
    asked_invoice,
    is_foreign,
    is_hidden,
    is_item,
    is_related,
    is_relationship,
)
from conformance.reference.message import Problem

if TYPE_CHECKING:
    from collections.abc import Callable

    from conformance.reference.app import Api
    from conformance.reference.message import Answer, Document, Request
    from conformance.reference.model import Invoice

TELLING = "OWASP API1:2023, CWE-204"


def _instead_of_404(api: Api, when: Callable[[Request], bool], change: Callable[[Request, Answer], None]) -> None:
    def alter(request: Request, answer: Answer) -> None:
        if answer.status == 404 and when(request):
            change(request, answer)

    api.on_answer(alter)


def _not_modified(_request: Request, answer: Answer) -> None:
    answer.status, answer.body = 304, b""


def _forbidden(api: Api, when: Callable[[Request], bool]) -> None:
    def find(original: Callable[..., Invoice], request: Request, number: str) -> Invoice:
        if when(request):
            raise Problem(403, "Forbidden", "Access is forbidden.")
        return original(request, number)

    api.replace("find_invoice", find)


@fault("isolation-account-forbidden", caught_by={"SEC-003"}, clause=TELLING, needs=SECOND)
def account_forbidden(api: Api) -> None:
    """The account of another customer's invoice is answered with 403."""
    _forbidden(api, lambda request: is_foreign(request) and is_related(request))


@fault("isolation-relationship-forbidden", caught_by={"SEC-003"}, clause=TELLING, needs=SECOND)
def relationship_forbidden(api: Api) -> None:
    """The relationship of another customer's invoice is answered with 403."""
    _forbidden(api, lambda request: is_foreign(request) and is_relationship(request))


@fault("isolation-include-forbidden", caught_by={"SEC-003"}, clause=TELLING, needs=SECOND)
def include_forbidden(api: Api) -> None:
    """Another customer's invoice with its account is answered with 403."""
    _forbidden(api, lambda request: is_foreign(request) and "include=" in request.query)


@fault("isolation-head-forbidden", caught_by={"SEC-003"}, clause=TELLING, needs=SECOND)
def head_forbidden(api: Api) -> None:
    """HEAD of another customer's invoice is answered with 403."""
    _forbidden(api, lambda request: is_foreign(request) and request.method == "HEAD")


@fault("isolation-tag-oracle", stateful=True, caught_by={"SEC-003"}, clause="RFC 9110, section 13.2.1", needs=SECOND)
def tag_oracle(api: Api) -> None:
    """The right entity tag of another customer's invoice gives 304."""
    tags: dict[str, str] = {}

    def alter(request: Request, answer: Answer) -> None:
        if answer.status == 200 and is_item(request) and not request.query:
            tags[request.path] = answer.get("ETag") or ""
        elif answer.status == 404 and request.lines("if-none-match") == [tags.get(request.path, "")]:
            answer.status, answer.body = 304, b""

    api.on_answer(alter)


@fault("isolation-if-match-oracle", caught_by={"SEC-003"}, clause="RFC 9110, section 13.2.1", needs=SECOND)
def if_match_oracle(api: Api) -> None:
    """If-Match is evaluated for another customer's invoice, too."""

    def find(original: Callable[..., Invoice], request: Request, number: str) -> Invoice:
        if is_foreign(request) and request.lines("if-match"):
            raise Problem(412, "Precondition failed", "The resource has another entity tag.")
        return original(request, number)

    api.replace("find_invoice", find)


@fault("isolation-last-modified-told", caught_by={"SEC-003"}, clause=TELLING, needs=SECOND)
def last_modified_told(api: Api) -> None:
    """The 404 for the account of another customer's invoice has a field that others have not."""
    _instead_of_404(
        api,
        lambda request: is_foreign(request) and is_related(request),
        lambda _, answer: answer.headers.append(("X-Tenant", "mismatch")),
    )


@fault("isolation-cache-control-told", caught_by={"SEC-003"}, clause=TELLING, needs=SECOND)
def cache_control_told(api: Api) -> None:
    """The 404 for another customer's invoice has another Cache-Control than that for an unknown one."""
    _instead_of_404(
        api,
        lambda request: is_foreign(request) and is_item(request),
        lambda _, answer: answer.set("Cache-Control", "no-cache"),
    )


@fault(
    "isolation-data-in-404",
    caught_by={"SEC-001"},
    clause=OBJECTS,
    also={"SEC-003": "the body differs from that for an unknown one", "ERR-006": "the detail varies"},
    needs=SECOND,
)
def data_in_404(api: Api) -> None:
    """The 404 for another customer's invoice shows its reference."""

    def change(request: Request, document: Document) -> None:
        asked = asked_invoice(request)
        if asked and is_foreign(request) and is_item(request) and not request.query and "errors" in document:
            document["errors"][0]["meta"] = {"reference": asked.reference}

    api.on_document(change)


@fault(
    "isolation-account-in-404",
    caught_by={"SEC-002"},
    clause=OBJECTS,
    also={"SEC-003": "the body differs from that for an unknown one", "ERR-006": "the detail varies"},
    needs=SECOND,
)
def account_in_404(api: Api) -> None:
    """The 404 for the account of another customer's invoice shows the name of the account."""

    def change(request: Request, document: Document) -> None:
        asked = asked_invoice(request)
        if asked and is_foreign(request) and is_related(request) and "errors" in document:
            document["errors"][0]["meta"] = {"account": asked.account.name}

    api.on_document(change)


@fault("isolation-hidden-on-head", caught_by={"SEC-005"}, clause="Documented API, visibility", needs=HIDDEN)
def hidden_on_head(api: Api) -> None:
    """HEAD of an invoice that must stay invisible is answered with 403."""
    _forbidden(api, lambda request: is_hidden(request) and request.method == "HEAD")


@fault("isolation-hidden-oracle", caught_by={"SEC-005"}, clause="RFC 9110, section 13.2.1", needs=HIDDEN)
def hidden_oracle(api: Api) -> None:
    """If-None-Match: * on an invoice that must stay invisible gives 304."""
    _instead_of_404(api, lambda request: is_hidden(request) and bool(request.lines("if-none-match")), _not_modified)


@fault("query-judged-between-lookup-and-permission", caught_by={"SEC-003"}, clause=OBJECTS, needs=SECOND)
def between_lookup_and_permission(api: Api) -> None:
    """An unknown invoice is answered with 404 before the query is looked at, one of another customer after it."""

    def answer(original: Callable[[Request], Answer], request: Request) -> Answer:
        route = api.route(request.path)
        if route and route[0] == "item" and request.method == "GET" and request.lines("authorization"):
            api.authenticate(request)
            if all(invoice.id != route[1] for invoice in INVOICES):
                raise api.not_found()
        return original(request)

    api.replace("answer", answer)


@fault("isolation-include-head-forbidden", caught_by={"SEC-003"}, clause=TELLING, needs=SECOND)
def include_head_forbidden(api: Api) -> None:
    """HEAD of another customer's invoice with its account is answered with 403."""
    _forbidden(api, lambda request: is_foreign(request) and request.method == "HEAD" and "include=" in request.query)


@fault("isolation-related-oracle", caught_by={"SEC-003"}, clause="RFC 9110, section 13.2.1", needs=SECOND)
def related_oracle(api: Api) -> None:
    """If-None-Match: * on the account of another customer's invoice gives 304."""
    _instead_of_404(
        api,
        lambda request: is_foreign(request) and is_related(request) and bool(request.lines("if-none-match")),
        _not_modified,
    )


@fault("isolation-relationship-oracle", caught_by={"SEC-003"}, clause="RFC 9110, section 13.2.1", needs=SECOND)
def relationship_oracle(api: Api) -> None:
    """If-None-Match: * on the relationship of another customer's invoice gives 304."""
    _instead_of_404(
        api,
        lambda request: is_foreign(request) and is_relationship(request) and bool(request.lines("if-none-match")),
        _not_modified,
    )


@fault("isolation-sparse-told", caught_by={"SEC-003"}, clause=TELLING, needs=SECOND)
def sparse_told(api: Api) -> None:
    """With sparse fieldsets, another customer's invoice is answered with 403."""
    _forbidden(api, lambda request: is_foreign(request) and request.query.startswith("fields"))
