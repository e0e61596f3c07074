"""Faults of the account of an invoice."""

from __future__ import annotations

import itertools
from typing import TYPE_CHECKING, NoReturn

from conformance.reference.app import Api
from conformance.reference.data import BRANCH, MAIN
from conformance.reference.faults import Area
from conformance.reference.faults.clauses import (
    API_ACCOUNTS,
    FIELDSETS,
    FOUND,
    INCLUDES,
    NONE_MATCH,
    NOT_FOUND,
    OPENAPI_FORMS,
    OWASP_PROPERTIES,
    PRIVATE,
    RESOURCE_LINKS,
    VALIDATORS,
    json_api,
)
from conformance.reference.faults.effects import (
    crash,
    field,
    in_account,
    in_account_attributes,
    not_found,
    null_instead_of_404,
    unconditional,
    without_query,
)
from conformance.reference.faults.seams import instead_of, on_document
from conformance.reference.faults.where import is_related, starts_with_include
from conformance.reference.message import Answer, Problem
from conformance.reference.query import Query

if TYPE_CHECKING:
    from collections.abc import Callable

    from conformance.reference.message import Document, Request
    from conformance.reference.model import Account, Invoice

fault = Area(__name__)


def _unknown(*_: object) -> NoReturn:
    raise not_found()


fault(
    "account-as-array",
    {"RELD-001"},
    FOUND,
    also={"RELD-002": "an array has no type", "RELD-009": "an array has no attributes"},
)(
    "The related account is an array with one element.",
    in_account(lambda document: document.update(data=[document["data"]])),
)
fault(
    "account-null",
    {"REL-008"},
    json_api("document-resource-object-related-resource-links"),
    also={"INCL-005": "the included account is another"},
)("The related account is null, though there is linkage.", in_account(lambda document: document.update(data=None)))
fault(
    "account-singular-type",
    {"RELD-002"},
    API_ACCOUNTS,
    also={"REL-008": "type and id differ from the linkage", "INCL-005": "it differs from the included one"},
)("The type of the related account is account.", in_account(lambda document: document["data"].update(type="account")))
fault("account-self-not-found", {"RELD-003"}, RESOURCE_LINKS)(
    "The self link of the account is answered with 404.", instead_of(Api.find_account)(_unknown)
)


@fault("account-self-of-another", {"RELD-003"}, RESOURCE_LINKS)
@instead_of(Api.find_account)
def self_of_another(original: Callable[..., Account], request: Request, number: str) -> Account:
    """The URL of an account gives another account of the customer."""
    swapped = {MAIN.id: BRANCH.id, BRANCH.id: MAIN.id}
    return original(request, swapped.get(number, number))


fault(
    "account-unknown-invoice-null",
    {"RELD-005"},
    NOT_FOUND,
    also={"SEC-002": "the other customer's invoices are answered so, too"},
)("The account of an unknown invoice is null instead of 404.", null_instead_of_404(is_related))


@fault(
    "account-unknown-invoice-crash",
    {"RELD-005", "ERR-011"},
    NOT_FOUND,
    also={"SEC-002": "the other customer's invoices are answered so, too"},
)
@instead_of(Api.find_invoice)
def account_of_unknown_crash(original: Callable[..., Invoice], request: Request, number: str) -> Invoice:
    """The account of an unknown invoice is answered with 500."""
    try:
        return original(request, number)
    except Problem:
        if is_related(request):
            raise crash() from None
        raise


fault("account-internal-attribute", {"RELD-006"}, OWASP_PROPERTIES)(
    "The account shows the number of its contractor.",
    in_account_attributes(lambda shown: shown.update({"contractor-external-id": 7})),
)
fault("account-attribute-missing", {"RELD-009"}, API_ACCOUNTS)(
    "The account has no currency.", in_account_attributes(lambda shown: shown.pop("currency"))
)


@fault("account-fields-ignored", {"RELD-007"}, FIELDSETS)
@instead_of(Api.account_document)
def fields_ignored(original: Callable[..., Document], request: Request, account: Account, query: Query) -> Document:
    """The related account ignores sparse fieldsets."""
    query.fields.clear()
    return original(request, account, query)


fault("account-include-ignored", {"RELD-007"}, INCLUDES)(
    "The related account ignores include.", without_query(is_related & starts_with_include)
)


fault("account-without-tag", {"RELD-008"}, VALIDATORS)(
    "The related account has no entity tag.", field("ETag", None, is_related)
)


@fault(
    "account-keeps-its-tag",
    {"ETAG-009"},
    VALIDATORS,
    also={
        "COND-001": "what is current has changed meanwhile",
        "INCL-005": "the balance has moved on",
        "RELD-003": "the balance has moved on",
    },
    stateful=True,
)
def keeps_its_tag(api: Api) -> None:
    """The balance of the related account moves on from answer to answer, and its entity tag stays."""
    balances = itertools.count()

    def document(original: Callable[..., Answer], request: Request, shown: Document) -> Answer:
        if not is_related(request) or "balance" not in shown.get("data", {}).get("attributes", {}):
            return original(request, shown)
        tag = original(request, shown).get("ETag")
        shown["data"]["attributes"]["balance"] = f"{next(balances)}.0"
        answer = original(request, shown)
        if answer.status == 200:
            answer.set("ETag", str(tag))
        return answer

    api.replace(Api.document_answer, document)


fault("account-never-not-modified", {"COND-001"}, NONE_MATCH)(
    "The related account ignores If-None-Match.", unconditional(is_related)
)
fault("account-public", {"CACHE-003"}, PRIVATE)(
    "The related account may be stored by shared caches.",
    field("Cache-Control", "max-age=0, public", is_related, range(400)),
)
fault("account-balance-number", {"RELD-010"}, OPENAPI_FORMS)(
    "The balance is a JSON number.", in_account_attributes(lambda shown: shown.update(balance=float(shown["balance"])))
)


@fault("account-capacity-text", {"RELD-010"}, OPENAPI_FORMS, also={"SEM-018": "the text of null is None"})
@in_account_attributes
def capacity_text(attributes: Document) -> None:
    """The capacities are strings."""
    for name in ("origination-capacity", "termination-capacity", "total-capacity"):
        attributes[name] = str(attributes[name])


fault("account-limit-with-unit", {"RELD-010"}, OPENAPI_FORMS)(
    "The limit of the rate has a unit behind its number.",
    in_account_attributes(
        lambda shown: shown.update({"destination-rate-limit": f"{shown['destination-rate-limit']} EUR"})
    ),
)


@fault(
    "account-name-null-when-included", {"RELD-010"}, OPENAPI_FORMS, also={"INCL-005": "the related account has a name"}
)
@on_document
def name_null(_request: Request, document: Document) -> None:
    """The name of an included account is null."""
    for account in document.get("included", []):
        account.get("attributes", {}).update(name=None)


@fault("account-limits-swapped", {"RELD-011"}, API_ACCOUNTS)
@in_account_attributes
def limits_swapped(attributes: Document) -> None:
    """The min-balance and the max-balance of an account are swapped."""
    names = ("min-balance", "max-balance")
    least, most = (attributes[name] for name in names)
    attributes.update(zip(names, (most, least), strict=True))


fault("account-limit-negative", {"RELD-011"}, API_ACCOUNTS)(
    "The limit of the rate is -1 where there is none.",
    in_account_attributes(lambda shown: shown.update({"destination-rate-limit": "-1.0"})),
)
