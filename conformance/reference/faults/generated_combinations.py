"""Faults that only generated requests meet: parameters that are allowed, and go wrong together."""

from __future__ import annotations

import itertools
from typing import TYPE_CHECKING

from conformance.reference.app import Api
from conformance.reference.faults import Area
from conformance.reference.faults.clauses import (
    EXAMPLE_FIELDS,
    FIELDSETS,
    HEAD,
    OPENAPI_RESPONSES,
    UNIQUE_NAMES,
    VALIDATORS,
)
from conformance.reference.faults.effects import field, not_found, open_to_all
from conformance.reference.faults.generated_tools import fails, fields_of, has_fields_of_accounts, names_of, values_of
from conformance.reference.faults.seams import after, instead_of, on_answer, on_document, on_request
from conformance.reference.faults.where import is_item

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from conformance.reference.message import Answer, Document, Request
    from conformance.reference.model import Invoice
    from conformance.reference.query import Query

fault = Area(__name__)

fault("generated-fields-twice-named", {"ERR-011"}, FIELDSETS)(
    "A field that is named twice is answered with 500.",
    fails(lambda request: len(set(fields_of(request))) < len(fields_of(request))),
)
fault("generated-fields-of-both-directions", {"ERR-011"}, FIELDSETS)(
    "Fields of originated and terminated calls together are answered with 500.",
    fails(lambda request: {"originated", "terminated"} <= {name.partition("-")[0] for name in fields_of(request)}),
)
fault("generated-fields-with-empty-include", {"ERR-011"}, FIELDSETS)(
    "Sparse fieldsets beside an empty include are answered with 500.",
    fails(lambda request: fields_of(request) and "" in values_of(request, "include")),
)


@fault(
    "generated-fields-of-both-types-not-found",
    {"GEN-002"},
    "OpenAPI document, parameters",
    also=dict.fromkeys(("FLDS-004", "INCL-004", "QRY-001"), "the refusal of a wrong parameter beside them is 404, too"),
)
@on_request
def fields_of_both_types(request: Request) -> None:
    """Fieldsets of invoices and of accounts together are answered with 404."""
    if {"fields[invoices]", "fields[accounts]"} <= set(names_of(request)) and fields_of(request):
        raise not_found()


@fault("generated-fields-one-missing", {"GEN-004"}, FIELDSETS)
@after(Api.sparse)
def fields_one_missing(shown: Document, _resource: Document, query: Query) -> None:
    """The field terminated-billing-duration is never sent when it is asked for."""
    if "invoices" in query.fields:
        shown.get("attributes", {}).pop("terminated-billing-duration", None)


@fault("generated-fields-one-too-many", {"FLDS-001"}, FIELDSETS)
@instead_of(Api.sparse)
def fields_one_too_many(original: Callable[..., Document], resource: Document, query: Query) -> Document:
    """With has-pdf the reference is sent, too."""
    wanted = query.fields.get("invoices", frozenset())
    if resource["type"] == "invoices" and "has-pdf" in wanted:
        query.fields["invoices"] = wanted | {"reference"}
    shown = original(resource, query)
    if "invoices" in query.fields:
        query.fields["invoices"] = wanted
    return shown


@fault("generated-fields-of-included-ignored", {"GEN-003"}, FIELDSETS)
@instead_of(Api.compound)
def fields_of_included(
    original: Callable[..., Document], document: Document, request: Request, invoices: Sequence[Invoice], query: Query
) -> Document:
    """Fieldsets of accounts are ignored for included accounts."""
    kept = query.fields.pop("accounts", None)
    shown = original(document, request, invoices, query)
    if kept is not None:
        query.fields["accounts"] = kept
    return shown


@fault("generated-included-number", {"RELD-010"}, OPENAPI_RESPONSES)
@on_document
def included_number(request: Request, document: Document) -> None:
    """With include and fields together, the name of the included account is a number."""
    if document.get("included") and any(name.startswith("fields") for name in names_of(request)):
        for account in document["included"]:
            if "name" in account.get("attributes", {}):
                account["attributes"]["name"] = 1


@fault("generated-sparse-amount-number", {"GEN-001"}, OPENAPI_RESPONSES)
@on_document
def sparse_amount(request: Request, document: Document) -> None:
    """The only amount that is asked for is a JSON number."""
    names = fields_of(request)
    if isinstance(document.get("data"), dict) and len(names) == 1 and names[0].endswith("services-amount-spent"):
        document["data"]["attributes"][names[0]] = float(document["data"]["attributes"][names[0]])


@fault("generated-sparse-times-null", {"ITEM-030"}, OPENAPI_RESPONSES)
@on_document
def sparse_times_null(request: Request, document: Document) -> None:
    """With sparse fieldsets, the times of the calls are null."""
    if isinstance(document.get("data"), dict) and fields_of(request):
        attributes = document["data"].get("attributes", {})
        attributes.update({name: None for name in attributes if name.endswith("-call-at")})


@fault("generated-sparse-member-twice", {"JSON-003"}, UNIQUE_NAMES)
@on_answer
def sparse_member_twice(request: Request, answer: Answer) -> None:
    """With a fieldset of accounts on an invoice, the type is written twice."""
    if has_fields_of_accounts(request) and answer.status == 200 and b'"type":"invoices"' in answer.body:
        answer.body = answer.body.replace(b'"type":"invoices"', b'"type":"invoices","type":"invoices"', 1)


fault(
    "generated-sparse-accounts-public",
    {"CACHE-003"},
    EXAMPLE_FIELDS,
    also={"COND-007": "the 304 still forbids it"},
)(
    "With a fieldset of accounts, an invoice may be stored by shared caches.",
    field("Cache-Control", "max-age=0, public, must-revalidate", is_item & has_fields_of_accounts, 200),
)
fault("generated-sparse-without-etag", {"ETAG-001"}, EXAMPLE_FIELDS)(
    "With a fieldset of accounts, an invoice has no entity tag.", field("ETag", None, has_fields_of_accounts)
)


@fault(
    "generated-combined-etag-changes", {"ETAG-004"}, VALIDATORS, also={"COND-001": "so it never matches"}, stateful=True
)
def combined_etag(api: Api) -> None:
    """With two parameters or more, the entity tag of an invoice is another each time."""
    numbers = itertools.count(1)

    def change(request: Request, answer: Answer) -> None:
        if is_item(request) and len(names_of(request)) > 1 and answer.status == 200:
            answer.set("ETag", f'W/"{next(numbers):032x}"')

    api.on_answer(change)


fault("generated-sparse-without-token", {"AUTH-001"}, "Documented behaviour, authentication")(
    "With sparse fieldsets nobody asks for a token.", open_to_all(fields_of)
)


@fault("generated-sparse-head-not-found", {"HTTP-005"}, HEAD)
@on_request
def sparse_head(request: Request) -> None:
    """HEAD with sparse fieldsets is answered with 404."""
    if request.method == "HEAD" and any(name.startswith("fields[") for name in names_of(request)):
        raise not_found()
