"""Faults of the account of an invoice."""

from __future__ import annotations

from typing import TYPE_CHECKING

from conformance.reference.data import BRANCH, MAIN
from conformance.reference.faults import fault
from conformance.reference.faults.tools import (
    alter_account_attributes,
    alter_account_document,
    is_related,
    set_field,
)
from conformance.reference.message import Answer, Problem
from conformance.reference.query import Query

if TYPE_CHECKING:
    from collections.abc import Callable

    from conformance.reference.app import Api
    from conformance.reference.message import Document, Request
    from conformance.reference.model import Account, Invoice

JSON_API = "JSON:API 1.1"
FORMS = "Documented contract, OpenAPI responses"


@fault(
    "account-as-array",
    caught_by={"RELD-001"},
    clause=f"{JSON_API}, fetching-resources-responses-200",
    also={"RELD-002": "an array has no type", "RELD-009": "an array has no attributes"},
)
def account_as_array(api: Api) -> None:
    """The related account is an array with one element."""
    alter_account_document(api, lambda document: document.update(data=[document["data"]]))


@fault(
    "account-null",
    caught_by={"REL-008"},
    clause=f"{JSON_API}, document-resource-object-related-resource-links",
    also={"INCL-005": "the included account is another"},
)
def account_null(api: Api) -> None:
    """The related account is null, though there is linkage."""
    alter_account_document(api, lambda document: document.update(data=None))


@fault(
    "account-singular-type",
    caught_by={"RELD-002"},
    clause="Documented API, accounts",
    also={"REL-008": "type and id differ from the linkage", "INCL-005": "it differs from the included one"},
)
def singular_type(api: Api) -> None:
    """The type of the related account is account."""
    alter_account_document(api, lambda document: document["data"].update(type="account"))


@fault(
    "account-self-not-found",
    caught_by={"RELD-003"},
    clause=f"{JSON_API}, document-resource-object-links",
)
def self_not_found(api: Api) -> None:
    """The self link of the account is answered with 404."""

    def find(_original: Callable[..., Account], _request: Request, _number: str) -> Account:
        raise api.not_found()

    api.replace("find_account", find)


@fault("account-self-of-another", caught_by={"RELD-003"}, clause=f"{JSON_API}, document-resource-object-links")
def self_of_another(api: Api) -> None:
    """The URL of an account gives another account of the customer."""

    def find(original: Callable[..., Account], request: Request, number: str) -> Account:
        swapped = {MAIN.id: BRANCH.id, BRANCH.id: MAIN.id}
        return original(request, swapped.get(number, number))

    api.replace("find_account", find)


@fault(
    "account-unknown-invoice-null",
    caught_by={"RELD-005"},
    clause=f"{JSON_API}, fetching-resources-responses-404",
    also={"SEC-002": "the other customer's invoices are answered so, too"},
)
def account_of_unknown_null(api: Api) -> None:
    """The account of an unknown invoice is null instead of 404."""

    def change(request: Request, answer: Answer) -> None:
        if is_related(request) and answer.status == 404:
            answer.status = 200
            answer.body = b'{"data":null}'

    api.on_answer(change)


@fault(
    "account-unknown-invoice-crash",
    caught_by={"RELD-005", "ERR-011"},
    clause=f"{JSON_API}, fetching-resources-responses-404",
    also={"SEC-002": "the other customer's invoices are answered so, too"},
)
def account_of_unknown_crash(api: Api) -> None:
    """The account of an unknown invoice is answered with 500."""

    def find(original: Callable[..., Invoice], request: Request, number: str) -> Invoice:
        try:
            return original(request, number)
        except Problem:
            if is_related(request):
                raise Problem(500, "Internal server error", "Something went wrong.") from None
            raise

    api.replace("find_invoice", find)


@fault("account-internal-attribute", caught_by={"RELD-006"}, clause="OWASP API3:2023")
def internal_attribute(api: Api) -> None:
    """The account shows the number of its contractor."""
    alter_account_attributes(api, lambda attributes: attributes.update({"contractor-external-id": 7}))


@fault("account-attribute-missing", caught_by={"RELD-009"}, clause="Documented API, accounts")
def attribute_missing(api: Api) -> None:
    """The account has no currency."""
    alter_account_attributes(api, lambda attributes: attributes.pop("currency"))


@fault("account-fields-ignored", caught_by={"RELD-007"}, clause=f"{JSON_API}, fetching-sparse-fieldsets")
def fields_ignored(api: Api) -> None:
    """The related account ignores sparse fieldsets."""

    def document(original: Callable[..., Document], request: Request, account: Account, query: Query) -> Document:
        query.fields.clear()
        return original(request, account, query)

    api.replace("account_document", document)


@fault("account-include-ignored", caught_by={"RELD-007"}, clause=f"{JSON_API}, fetching-includes")
def account_include_ignored(api: Api) -> None:
    """The related account ignores include."""

    def answer(original: Callable[..., Answer], request: Request) -> Answer:
        if is_related(request) and request.query.startswith("include="):
            request.query = ""
        return original(request)

    api.replace("answer", answer)


@fault(
    "account-tag-of-invoice",
    caught_by={"RELD-008"},
    clause="RFC 9110, section 8.8.1",
    also={"ETAG-008": "two bodies share a tag"},
)
def tag_of_invoice(api: Api) -> None:
    """The account carries the entity tag of the invoice by which it was reached."""

    def document(original: Callable[..., Answer], request: Request, shown: Document) -> Answer:
        answer = original(request, shown)
        if is_related(request) and answer.status == 200:
            number = request.path.split("/")[-2]
            item = api.item_document(request, api.find_invoice(request, number), Query())
            answer.set("ETag", api.entity_tag(api.encode(item)))
        return answer

    api.replace("document_answer", document)


@fault("account-never-not-modified", caught_by={"RELD-008"}, clause="RFC 9110, section 13.1.2")
def never_not_modified(api: Api) -> None:
    """The related account ignores If-None-Match."""

    def status(original: Callable[..., int | None], request: Request, tag: str) -> int | None:
        return None if is_related(request) else original(request, tag)

    api.replace("precondition_status", status)


@fault(
    "account-public",
    caught_by={"CACHE-003"},
    clause="RFC 9111, section 5.2.2.7",
)
def public(api: Api) -> None:
    """The related account may be stored by shared caches."""
    set_field(
        api, "Cache-Control", "max-age=0, public", lambda request, answer: is_related(request) and answer.status < 400
    )


@fault("account-balance-number", caught_by={"RELD-010"}, clause=FORMS)
def balance_number(api: Api) -> None:
    """The balance is a JSON number."""

    def change(attributes: Document) -> None:
        attributes["balance"] = float(attributes["balance"])

    alter_account_attributes(api, change)


@fault("account-capacity-text", caught_by={"RELD-010"}, clause=FORMS)
def capacity_text(api: Api) -> None:
    """The capacities are strings."""

    def change(attributes: Document) -> None:
        for name in ("origination-capacity", "termination-capacity", "total-capacity"):
            attributes[name] = str(attributes[name])

    alter_account_attributes(api, change)


@fault("account-limit-with-unit", caught_by={"RELD-010"}, clause=FORMS)
def limit_with_unit(api: Api) -> None:
    """The limit of the rate has a unit behind its number."""

    def change(attributes: Document) -> None:
        attributes["destination-rate-limit"] = f"{attributes['destination-rate-limit']} EUR"

    alter_account_attributes(api, change)


@fault(
    "account-name-null-when-included",
    caught_by={"RELD-010"},
    clause=FORMS,
    also={"INCL-005": "the related account has a name"},
)
def name_null(api: Api) -> None:
    """The name of an included account is null."""

    def change(_request: Request, document: Document) -> None:
        for account in document.get("included", []):
            account.get("attributes", {}).update(name=None)

    api.on_document(change)


@fault("account-limits-swapped", caught_by={"RELD-011"}, clause="Documented API, accounts")
def limits_swapped(api: Api) -> None:
    """The min-balance and the max-balance of an account are swapped."""

    def change(attributes: Document) -> None:
        names = ("min-balance", "max-balance")
        least, most = (attributes[name] for name in names)
        attributes.update(zip(names, (most, least), strict=True))

    alter_account_attributes(api, change)


@fault("account-limit-negative", caught_by={"RELD-011"}, clause="Documented API, accounts")
def limit_negative(api: Api) -> None:
    """The limit of the rate is -1 where there is none."""
    alter_account_attributes(api, lambda attributes: attributes.update({"destination-rate-limit": "-1.0"}))
