"""Faults by which data are served without a token, or with any."""

from __future__ import annotations

from typing import TYPE_CHECKING

from conformance.reference.data import CUSTOMER, INVOICES
from conformance.reference.faults import fault
from conformance.reference.faults.token_tools import decode
from conformance.reference.faults.tools import is_collection, is_item, is_related, is_relationship

if TYPE_CHECKING:
    from collections.abc import Callable

    from conformance.reference.app import Api
    from conformance.reference.message import Request
    from conformance.reference.model import Customer

CREDENTIALS = "RFC 9110, section 11.4"


@fault(
    "auth-anonymous-served",
    caught_by={"AUTH-001"},
    clause="RFC 9110, section 11.4",
    also={
        "AUTH-005": "a missing token is answered in another way than a bad one",
        "AUTH-009": "the token in the URL is not needed",
        "CACHE-008": "nobody receives the invoice",
        "SEC-019": "a known and an unknown invoice differ without a token",
    },
)
def anonymous_served(api: Api) -> None:
    """A request without credentials is served as the documented customer."""

    def authenticate(original: Callable[[Request], Customer], request: Request) -> Customer:
        return original(request) if request.lines("authorization") else CUSTOMER

    api.replace("authenticate", authenticate)


@fault(
    "auth-anonymous-head",
    caught_by={"AUTH-001"},
    clause="RFC 9110, section 11.4",
    also={"AUTH-013": "the fields of a customer's invoice are sent"},
)
def anonymous_head(api: Api) -> None:
    """HEAD needs no credentials."""

    def authenticate(original: Callable[[Request], Customer], request: Request) -> Customer:
        return CUSTOMER if request.method == "HEAD" and not request.lines("authorization") else original(request)

    api.replace("authenticate", authenticate)


@fault("auth-anonymous-account", caught_by={"AUTH-001"}, clause="RFC 9110, section 11.4")
def anonymous_account(api: Api) -> None:
    """The related account needs no credentials."""

    def authenticate(original: Callable[[Request], Customer], request: Request) -> Customer:
        return CUSTOMER if is_related(request) and not request.lines("authorization") else original(request)

    api.replace("authenticate", authenticate)


def _open(api: Api, where: Callable[[Request], bool]) -> None:
    def authenticate(original: Callable[[Request], Customer], request: Request) -> Customer:
        return CUSTOMER if where(request) and not request.lines("authorization") else original(request)

    api.replace("authenticate", authenticate)


@fault("auth-anonymous-collection", caught_by={"AUTH-001"}, clause=CREDENTIALS, needs={"collection"})
def anonymous_collection(api: Api) -> None:
    """The collection needs no credentials."""
    _open(api, is_collection)


@fault("auth-anonymous-inclusion", caught_by={"AUTH-001"}, clause=CREDENTIALS)
def anonymous_inclusion(api: Api) -> None:
    """A request with include needs no credentials."""
    _open(api, lambda request: request.query == "include=account")


@fault("auth-anonymous-any-type", caught_by={"AUTH-001"}, clause=CREDENTIALS)
def anonymous_any_type(api: Api) -> None:
    """Only requests that ask for JSON:API need credentials."""
    _open(api, lambda request: not request.lines("accept"))


@fault("auth-anonymous-account-by-itself", caught_by={"AUTH-001"}, clause=CREDENTIALS)
def anonymous_account_by_itself(api: Api) -> None:
    """The self link of the account needs no credentials."""
    _open(api, lambda request: "/accounts/" in request.path)


@fault(
    "auth-unknown-account-told-to-everybody",
    caught_by={"SEC-019"},
    clause="OWASP API Security 2023, API1",
    also={"CACHE-008": "whether a token is needed cannot be told"},
)
def unknown_account_told(api: Api) -> None:
    """The account of an unknown invoice is answered with 404 before the token is looked at."""

    def authenticate(original: Callable[[Request], Customer], request: Request) -> Customer:
        if is_related(request) and not any(invoice.id in request.path for invoice in INVOICES):
            raise api.not_found()
        return original(request)

    api.replace("authenticate", authenticate)


@fault("auth-anonymous-account-head", caught_by={"AUTH-001"}, clause=CREDENTIALS)
def anonymous_account_head(api: Api) -> None:
    """HEAD of the related account needs no credentials."""
    _open(api, lambda request: is_related(request) and request.method == "HEAD")


@fault("auth-anonymous-relationship-head", caught_by={"AUTH-001"}, clause=CREDENTIALS)
def anonymous_relationship_head(api: Api) -> None:
    """HEAD of the relationship needs no credentials."""
    _open(api, lambda request: is_relationship(request) and request.method == "HEAD")


@fault("auth-anonymous-collection-head", caught_by={"AUTH-001"}, clause=CREDENTIALS, needs={"collection"})
def anonymous_collection_head(api: Api) -> None:
    """HEAD of the collection needs no credentials."""
    _open(api, lambda request: is_collection(request) and request.method == "HEAD")


@fault("auth-account-believes-any-signature", caught_by={"JWT-002"}, clause="RFC 7515, section 5.2")
def account_believes(api: Api) -> None:
    """The related account is served to whoever sends a token, whatever its signature."""
    _believes(api, is_related)


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

    api.replace("authenticate", authenticate)


@fault("auth-relationship-believes-any-signature", caught_by={"JWT-002"}, clause="RFC 7515, section 5.2")
def relationship_believes(api: Api) -> None:
    """The relationship is served to whoever sends a token, whatever its signature."""
    _believes(api, is_relationship)


@fault("auth-inclusion-believes-any-signature", caught_by={"JWT-002"}, clause="RFC 7515, section 5.2")
def inclusion_believes(api: Api) -> None:
    """An invoice with its account is served to whoever sends a token, whatever its signature."""
    _believes(api, lambda request: is_item(request) and "include=account" in request.query)


@fault(
    "auth-collection-believes-any-signature",
    caught_by={"JWT-002"},
    clause="RFC 7515, section 5.2",
    needs={"collection"},
)
def collection_believes(api: Api) -> None:
    """The collection is served to whoever sends a token, whatever its signature."""
    _believes(api, is_collection)


@fault("auth-bearer-believes-any-signature", caught_by={"JWT-002"}, clause="RFC 7515, section 5.2")
def bearer_believes(api: Api) -> None:
    """The signature of a token after Bearer is not verified."""
    _believes(api, lambda request: any(line.lower().startswith("bearer ") for line in request.lines("authorization")))


@fault("auth-account-ignores-expiry", caught_by={"JWT-003"}, clause="RFC 7519, section 4.1.4", needs={"signing-key"})
def account_ignores_expiry(api: Api) -> None:
    """The related account is served for expired tokens."""
    _believes(api, is_related, without="exp")


@fault(
    "auth-relationship-ignores-audience",
    caught_by={"JWT-005"},
    clause="RFC 7519, section 4.1.3",
    needs={"signing-key"},
)
def relationship_ignores_audience(api: Api) -> None:
    """The relationship is served for tokens of other services."""
    _believes(api, is_relationship, without="aud")
