"""Faults that only generated requests meet: parameters that are allowed, and go wrong together."""

from __future__ import annotations

import itertools
from typing import TYPE_CHECKING

from conformance.reference.data import CUSTOMER
from conformance.reference.faults import fault
from conformance.reference.faults.generated_tools import (
    DOCUMENT,
    FIELDSETS,
    fails,
    fields_of,
    names_of,
    values_of,
)
from conformance.reference.faults.tools import is_item

if TYPE_CHECKING:
    from collections.abc import Callable

    from conformance.reference.app import Api
    from conformance.reference.message import Answer, Document, Request
    from conformance.reference.query import Query

# Combinations that are allowed.


@fault("generated-fields-twice-named", caught_by={"ERR-011"}, clause=FIELDSETS)
def fields_twice_named(api: Api) -> None:
    """A field that is named twice is answered with 500."""
    fails(api, lambda request: len(set(fields_of(request))) < len(fields_of(request)))


@fault("generated-fields-of-both-directions", caught_by={"ERR-011"}, clause=FIELDSETS)
def fields_of_both_directions(api: Api) -> None:
    """Fields of originated and terminated calls together are answered with 500."""
    fails(api, lambda request: {"originated", "terminated"} <= {name.partition("-")[0] for name in fields_of(request)})


@fault("generated-fields-with-empty-include", caught_by={"ERR-011"}, clause=FIELDSETS)
def fields_with_empty_include(api: Api) -> None:
    """Sparse fieldsets beside an empty include are answered with 500."""
    fails(api, lambda request: fields_of(request) and "" in values_of(request, "include"))


@fault(
    "generated-fields-of-both-types-not-found",
    caught_by={"GEN-002"},
    clause="OpenAPI document, parameters",
    also=dict.fromkeys(("FLDS-004", "INCL-004", "QRY-001"), "the refusal of a wrong parameter beside them is 404, too"),
)
def fields_of_both_types(api: Api) -> None:
    """Fieldsets of invoices and of accounts together are answered with 404."""

    def refuse(request: Request) -> None:
        if {"fields[invoices]", "fields[accounts]"} <= set(names_of(request)) and fields_of(request):
            raise api.not_found()

    api.on_request(refuse)


@fault("generated-fields-one-missing", caught_by={"GEN-004"}, clause=FIELDSETS)
def fields_one_missing(api: Api) -> None:
    """The field terminated-billing-duration is never sent when it is asked for."""

    def sparse(original: Callable[..., Document], resource: Document, query: Query) -> Document:
        shown = original(resource, query)
        if "invoices" in query.fields:
            shown.get("attributes", {}).pop("terminated-billing-duration", None)
        return shown

    api.replace("sparse", sparse)


@fault("generated-fields-one-too-many", caught_by={"FLDS-001"}, clause=FIELDSETS)
def fields_one_too_many(api: Api) -> None:
    """With has-pdf the reference is sent, too."""

    def sparse(original: Callable[..., Document], resource: Document, query: Query) -> Document:
        wanted = query.fields.get("invoices", frozenset())
        if resource["type"] == "invoices" and "has-pdf" in wanted:
            query.fields["invoices"] = wanted | {"reference"}
        shown = original(resource, query)
        if "invoices" in query.fields:
            query.fields["invoices"] = wanted
        return shown

    api.replace("sparse", sparse)


@fault("generated-fields-of-included-ignored", caught_by={"GEN-003"}, clause=FIELDSETS)
def fields_of_included(api: Api) -> None:
    """Fieldsets of accounts are ignored for included accounts."""

    def compound(original: Callable[..., Document], document: Document, *arguments: object) -> Document:
        *rest, query = arguments
        kept = query.fields.pop("accounts", None)  # type: ignore[attr-defined]
        shown = original(document, *rest, query)
        if kept is not None:
            query.fields["accounts"] = kept  # type: ignore[attr-defined]
        return shown

    api.replace("compound", compound)


@fault("generated-included-number", caught_by={"RELD-010"}, clause=DOCUMENT)
def included_number(api: Api) -> None:
    """With include and fields together, the name of the included account is a number."""

    def change(request: Request, document: Document) -> None:
        if document.get("included") and any(name.startswith("fields") for name in names_of(request)):
            for account in document["included"]:
                if "name" in account.get("attributes", {}):
                    account["attributes"]["name"] = 1

    api.on_document(change)


@fault("generated-sparse-amount-number", caught_by={"GEN-001"}, clause=DOCUMENT)
def sparse_amount(api: Api) -> None:
    """The only amount that is asked for is a JSON number."""

    def change(request: Request, document: Document) -> None:
        names = fields_of(request)
        if isinstance(document.get("data"), dict) and len(names) == 1 and names[0].endswith("services-amount-spent"):
            document["data"]["attributes"][names[0]] = float(document["data"]["attributes"][names[0]])

    api.on_document(change)


@fault("generated-sparse-times-null", caught_by={"ITEM-030"}, clause=DOCUMENT)
def sparse_times_null(api: Api) -> None:
    """With sparse fieldsets, the times of the calls are null."""

    def change(request: Request, document: Document) -> None:
        if isinstance(document.get("data"), dict) and fields_of(request):
            attributes = document["data"].get("attributes", {})
            attributes.update({name: None for name in attributes if name.endswith("-call-at")})

    api.on_document(change)


@fault("generated-sparse-member-twice", caught_by={"JSON-003"}, clause="RFC 7493, section 2.3")
def sparse_member_twice(api: Api) -> None:
    """With a fieldset of accounts on an invoice, the type is written twice."""

    def change(request: Request, answer: Answer) -> None:
        if "fields[accounts]" in names_of(request) and answer.status == 200 and b'"type":"invoices"' in answer.body:
            answer.body = answer.body.replace(b'"type":"invoices"', b'"type":"invoices","type":"invoices"', 1)

    api.on_answer(change)


# Header fields and credentials under certain queries.


@fault("generated-sparse-accounts-public", caught_by={"CACHE-003"}, clause="Documented example, response headers")
def sparse_public(api: Api) -> None:
    """With a fieldset of accounts, an invoice may be stored by shared caches."""

    def change(request: Request, answer: Answer) -> None:
        if is_item(request) and "fields[accounts]" in names_of(request) and answer.status == 200:
            answer.set("Cache-Control", "max-age=0, public, must-revalidate")

    api.on_answer(change)


@fault("generated-sparse-without-etag", caught_by={"ETAG-001"}, clause="Documented example, response headers")
def sparse_without_etag(api: Api) -> None:
    """With a fieldset of accounts, an invoice has no entity tag."""

    def change(request: Request, answer: Answer) -> None:
        if "fields[accounts]" in names_of(request):
            answer.remove("ETag")

    api.on_answer(change)


@fault(
    "generated-combined-etag-changes",
    stateful=True,
    caught_by={"ETAG-004"},
    clause="RFC 9110, section 8.8.1",
    also={"COND-001": "so it never matches"},
)
def combined_etag(api: Api) -> None:
    """With two parameters or more, the entity tag of an invoice is another each time."""
    turn = itertools.count(1)

    def change(request: Request, answer: Answer) -> None:
        if is_item(request) and len(names_of(request)) > 1 and answer.status == 200:
            answer.set("ETag", f'W/"{next(turn):032x}"')

    api.on_answer(change)


@fault("generated-sparse-without-token", caught_by={"AUTH-001"}, clause="Documented behaviour, authentication")
def sparse_without_token(api: Api) -> None:
    """With sparse fieldsets nobody asks for a token."""

    def authenticate(original: Callable[..., object], request: Request) -> object:
        open_to_all = bool(fields_of(request)) and not request.lines("authorization")
        return CUSTOMER if open_to_all else original(request)

    api.replace("authenticate", authenticate)


@fault("generated-sparse-head-not-found", caught_by={"HTTP-005"}, clause="RFC 9110, section 9.3.2")
def sparse_head(api: Api) -> None:
    """HEAD with sparse fieldsets is answered with 404."""

    def refuse(request: Request) -> None:
        if request.method == "HEAD" and any(name.startswith("fields[") for name in names_of(request)):
            raise api.not_found()

    api.on_request(refuse)
