"""Faults by which data are served without a token, or with any."""

from __future__ import annotations

from typing import TYPE_CHECKING

from conformance.reference.app import Api
from conformance.reference.data import CUSTOMER, INVOICES
from conformance.reference.faults import Area
from conformance.reference.faults.clauses import AUDIENCES, CREDENTIALS, EXPIRY, SIGNATURE
from conformance.reference.faults.effects import not_found, open_to_all
from conformance.reference.faults.needs import COLLECTION, CONTESTED, MINTING
from conformance.reference.faults.seams import effect, instead_of
from conformance.reference.faults.token_tools import decode
from conformance.reference.faults.where import (
    everywhere,
    has,
    includes_account,
    is_account,
    is_collection,
    is_head,
    is_item,
    is_related,
    is_relationship,
    starts_with_fields,
)

if TYPE_CHECKING:
    from collections.abc import Callable

    from conformance.reference.message import Request
    from conformance.reference.model import Customer

fault = Area(__name__)


@effect
def _believes(api: Api, where: Callable[[Request], bool], without: str = "signature") -> None:
    """Do not look at one part of a token, its signature or a claim, in some requests."""

    def authenticate(original: Callable[[Request], Customer], request: Request) -> Customer:
        lines = request.lines("authorization")
        token = lines[0].rpartition(" ")[2] if len(lines) == 1 else ""
        if where(request) and token.count(".") == 2:
            if without == "signature":
                return CUSTOMER
            if claims := decode(token, api.signing_key, without=without):
                return api.identify(claims) or original(request)
        return original(request)

    api.replace(Api.authenticate, authenticate)


fault(
    "auth-anonymous-served",
    {"AUTH-001"},
    CREDENTIALS,
    also={
        "AUTH-005": "a missing token is answered in another way than a bad one",
        "AUTH-009": "the token in the URL is not needed",
        "CACHE-008": "nobody receives the invoice",
        "SEC-019": "a known and an unknown invoice differ without a token",
    },
)("A request without credentials is served as the documented customer.", open_to_all(everywhere))
fault(
    "auth-anonymous-head", {"AUTH-001"}, CREDENTIALS, also={"AUTH-013": "the fields of a customer's invoice are sent"}
)("HEAD needs no credentials.", open_to_all(is_head))
fault("auth-anonymous-account", {"AUTH-001"}, CREDENTIALS)(
    "The related account needs no credentials.", open_to_all(is_related)
)
fault("auth-anonymous-collection", {"AUTH-001"}, CREDENTIALS, needs=COLLECTION)(
    "The collection needs no credentials.", open_to_all(is_collection)
)
fault("auth-anonymous-inclusion", {"AUTH-001"}, CREDENTIALS)(
    "A request with include needs no credentials.", open_to_all(lambda request: request.query == "include=account")
)
fault("auth-anonymous-any-type", {"AUTH-001"}, CREDENTIALS)(
    "Only requests that ask for JSON:API need credentials.", open_to_all(~has("accept"))
)
fault("auth-anonymous-account-by-itself", {"AUTH-001"}, CREDENTIALS)(
    "The self link of the account needs no credentials.", open_to_all(is_account)
)


@fault(
    "auth-unknown-account-shown-to-everybody",
    {"SEC-019"},
    "OWASP API Security 2023, API1",
    also={"CACHE-008": "whether a token is needed cannot be known"},
)
@instead_of(Api.authenticate)
def unknown_account_shown(original: Callable[[Request], Customer], request: Request) -> Customer:
    """The account of an unknown invoice is answered with 404 before the token is looked at."""
    if is_related(request) and not any(invoice.id in request.path for invoice in INVOICES):
        raise not_found()
    return original(request)


fault("auth-anonymous-account-head", {"AUTH-001"}, CREDENTIALS)(
    "HEAD of the related account needs no credentials.", open_to_all(is_related & is_head)
)
fault("auth-anonymous-relationship-head", {"AUTH-001"}, CREDENTIALS)(
    "HEAD of the relationship needs no credentials.", open_to_all(is_relationship & is_head)
)
fault("auth-anonymous-collection-head", {"AUTH-001"}, CREDENTIALS, needs=COLLECTION)(
    "HEAD of the collection needs no credentials.", open_to_all(is_collection & is_head)
)
fault("auth-account-believes-any-signature", {"JWT-002"}, SIGNATURE)(
    "The related account is served to whoever sends a token, whatever its signature.", _believes(is_related)
)
fault("auth-relationship-believes-any-signature", {"JWT-002"}, SIGNATURE)(
    "The relationship is served to whoever sends a token, whatever its signature.", _believes(is_relationship)
)
fault("auth-inclusion-believes-any-signature", {"JWT-002"}, SIGNATURE)(
    "An invoice with its account is served to whoever sends a token, whatever its signature.",
    _believes(is_item & includes_account),
)
fault("auth-collection-believes-any-signature", {"JWT-002"}, SIGNATURE, needs=COLLECTION)(
    "The collection is served to whoever sends a token, whatever its signature.", _believes(is_collection)
)
fault("auth-bearer-believes-any-signature", {"JWT-002"}, SIGNATURE, also={"AUTH-004": "other schemes are tried, too"})(
    "The signature of a token after Bearer is not verified.",
    _believes(lambda request: any(line.lower().startswith("bearer ") for line in request.lines("authorization"))),
)
fault("auth-account-ignores-expiry", {"JWT-003"}, EXPIRY, needs=MINTING)(
    "The related account is served for expired tokens.", _believes(is_related, without="exp")
)
fault("auth-relationship-ignores-audience", {"JWT-005"}, AUDIENCES, needs=MINTING)(
    "The relationship is served for tokens of other services.", _believes(is_relationship, without="aud")
)
fault("auth-anonymous-sparse", {"AUTH-001"}, CREDENTIALS, needs=CONTESTED)(
    "A request with sparse fieldsets needs no credentials.", open_to_all(is_item & starts_with_fields)
)
fault("auth-anonymous-form", {"AUTH-001"}, CREDENTIALS, needs=CONTESTED)(
    "A request that says to be a form needs no credentials.",
    open_to_all(has("content-type", "application/x-www-form-urlencoded")),
)
fault("auth-anonymous-account-by-itself-head", {"AUTH-001"}, CREDENTIALS, needs=CONTESTED)(
    "HEAD of the account by itself needs no credentials.", open_to_all(is_account & is_head)
)
fault("auth-head-believes-any-signature", {"JWT-002"}, SIGNATURE, needs=CONTESTED)(
    "HEAD is answered to whoever sends a token, whatever its signature.", _believes(is_item & is_head)
)
