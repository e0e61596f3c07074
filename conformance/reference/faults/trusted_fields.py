"""Faults by which fields of a request are believed that only a gateway may set."""

from __future__ import annotations

import base64
import json
import re
from collections.abc import Callable
from dataclasses import replace
from typing import TYPE_CHECKING

from conformance.reference.app import Api
from conformance.reference.data import CUSTOMER, OTHER_CUSTOMER
from conformance.reference.faults import Area
from conformance.reference.faults.clauses import OWASP_AUTHENTICATION, OWASP_OBJECTS, rfc
from conformance.reference.faults.effects import open_to_all
from conformance.reference.faults.needs import CONTESTED, LISTED, SECOND
from conformance.reference.faults.seams import both, effect, instead_of
from conformance.reference.faults.where import Where, has, is_collection, is_item

if TYPE_CHECKING:
    from conformance.reference.faults.seams import Install
    from conformance.reference.message import Request
    from conformance.reference.model import Customer

fault = Area(__name__, OWASP_AUTHENTICATION)
_CUSTOMERS = {str(customer.subject): customer for customer in (CUSTOMER, OTHER_CUSTOMER)}


@effect
def _named_by(api: Api, *names: str, beside_a_token: bool = False, where: Callable[[Request], object] = bool) -> None:
    """Take the customer from a field when there is no token, or also beside one."""

    def authenticate(original: Callable[[Request], Customer], request: Request) -> Customer:
        anonymous = not request.lines("authorization")
        named = [_CUSTOMERS.get(value) for name in names for value in request.lines(name)]
        if any(named) and anonymous is not beside_a_token and where(request):
            if beside_a_token:
                original(request)
            return next(filter(None, named))
        return original(request)

    instead_of(Api.authenticate)(authenticate)(api)


def _token_in_parameter(name: str) -> Install:
    """Open everything to a parameter that is known from then on, among others that stay unknown."""
    return both(
        open_to_all(lambda request: f"{name}=" in request.query),
        instead_of(Api.unknown_parameter)(lambda original, other: None if other == name else original(other)),
    )


def _holds_token(name: str) -> Where:
    return Where(lambda request: any(line.count(".") >= 2 for line in request.lines(name)))


def _claims(line: str) -> bool:
    """Return whether a line holds claims, encoded as in a token."""
    try:
        return "sub" in json.loads(base64.urlsafe_b64decode(line + "=" * (-len(line) % 4)))
    except ValueError:
        return False


@effect
def _token_wins(api: Api, name: str) -> None:
    """Take the customer from the token in a field, once the one in Authorization was good."""

    def authenticate(original: Callable[[Request], Customer], request: Request) -> Customer:
        customer = original(request)
        lines = request.lines(name)
        return original(replace(request, fields=[("authorization", lines[0])])) if lines else customer

    instead_of(Api.authenticate)(authenticate)(api)


@effect
def _chosen_by_parameter(api: Api, name: str) -> None:
    """Take the customer from a parameter beside a token; it is known from then on."""

    def authenticate(original: Callable[[Request], Customer], request: Request) -> Customer:
        named = re.search(f"(?:^|&){name}=([0-9]+)", request.query)
        return _CUSTOMERS.get(named[1], original(request)) if named else original(request)

    instead_of(Api.authenticate)(authenticate)(api)
    instead_of(Api.unknown_parameter)(lambda original, other: None if other == name else original(other))(api)


_LOCAL = "127.0.0.1"
fault("trusted-real-ip", {"SEC-028"})(
    "X-Real-IP with the own address needs no token.", open_to_all(has("x-real-ip", _LOCAL))
)
fault("trusted-forwarded-for", {"SEC-028"})(
    "X-Forwarded-For with the own address needs no token.", open_to_all(has("x-forwarded-for", _LOCAL))
)
fault("trusted-forwarded", {"SEC-028"})(
    "Forwarded with the own address needs no token.",
    open_to_all(lambda request: any("for=127.0.0.1" in line for line in request.lines("forwarded"))),
)
fault("trusted-client-ip-of-network", {"SEC-028"})(
    "True-Client-IP with the own address needs no token.", open_to_all(has("true-client-ip", _LOCAL))
)
fault("trusted-client-certificate", {"SEC-028"})(
    "Who says that its certificate was verified needs no token.", open_to_all(has("x-ssl-client-verify", "SUCCESS"))
)
fault("trusted-subrequest", {"SEC-028"})(
    "A request that calls itself a part of another one passes what asks for a token.",
    open_to_all(lambda request: any(line.count("middleware") > 4 for line in request.lines("x-middleware-subrequest"))),
)
fault("trusted-original-url", {"SEC-028"})(
    "Whether a token is needed is decided by X-Original-URL.", open_to_all(has("x-original-url", "/health"))
)
fault("trusted-method-override", {"SEC-028"})(
    "Whether a token is needed is decided by X-HTTP-Method-Override.",
    open_to_all(has("x-http-method-override", "OPTIONS")),
)
fault("trusted-internal", {"SEC-028"})("X-Internal needs no token.", open_to_all(has("x-internal", "true")))
fault("trusted-health-check", {"SEC-028"})(
    "The probe of an orchestrator, by its User-Agent, needs no token.",
    open_to_all(lambda request: any(line.startswith("kube-probe") for line in request.lines("user-agent"))),
)
fault("trusted-cookie-of-admin", {"SEC-028"})(
    "The cookie admin=true needs no token.",
    open_to_all(lambda request: any("admin=true" in line for line in request.lines("cookie"))),
)
fault("trusted-own-page", {"SEC-028"})(
    "Whoever comes from a page of the server itself, by its Referer, needs no token.",
    open_to_all(lambda request: any(line.startswith(request.base) for line in request.lines("referer"))),
)
fault("trusted-own-origin", {"SEC-028"})(
    "Whoever has the origin of the server needs no token.",
    open_to_all(lambda request: request.base in request.lines("origin")),
)
fault("trusted-fetch-metadata", {"SEC-028"})(
    "What a browser would send from a page of the server needs no token.",
    open_to_all(has("sec-fetch-site", "same-origin")),
)
fault("trusted-last-hop", {"SEC-028"})(
    "Where the last address in X-Forwarded-For of several is the own one no token is needed.",
    open_to_all(lambda request: any(line.endswith(f", {_LOCAL}") for line in request.lines("x-forwarded-for"))),
)
fault("trusted-private-network", {"SEC-028"})(
    "Who comes from a private network, by X-Forwarded-For, needs no token.",
    open_to_all(lambda request: any(line.startswith("10.") for line in request.lines("x-forwarded-for"))),
)
fault("trusted-admin-in-parameter", {"SEC-028"})(
    "The parameter admin needs no token.",
    both(
        open_to_all(lambda request: "admin=1" in request.query.split("&")),
        instead_of(Api.unknown_parameter)(lambda original, name: None if name == "admin" else original(name)),
    ),
)
fault("trusted-user-name", {"SEC-028"})("Username names the customer.", _named_by("username"))
fault("trusted-test-user", {"SEC-028"})("X-Test-User names the customer.", _named_by("x-test-user"))
fault("trusted-name-in-parameter", {"SEC-028"})(
    "The parameter customer_id names the customer where there is no token.",
    both(
        open_to_all(lambda request: "customer_id=" in request.query),
        instead_of(Api.unknown_parameter)(lambda original, name: None if "id" in name else original(name)),
    ),
)
fault("trusted-forwarded-user", {"SEC-028"})(
    "X-Forwarded-User names the customer.", _named_by("x-forwarded-user", where=is_item)
)
fault("trusted-user-id", {"SEC-028"})("X-User-Id names the customer.", _named_by("x-user-id"))
fault("trusted-customer-id", {"SEC-028"})("X-Customer-Id names the customer.", _named_by("x-customer-id"))
fault("trusted-consumer-of-gateway", {"SEC-028"})(
    "The field by which a gateway names its consumer names the customer.", _named_by("x-consumer-custom-id")
)
fault("trusted-token-in-other-field", {"SEC-028"})(
    "A token in X-Auth-Token will do.", open_to_all(_holds_token("x-auth-token"))
)
fault("trusted-token-for-proxy", {"SEC-028"})(
    "A token for the proxy will do.", open_to_all(_holds_token("proxy-authorization"))
)
fault("trusted-token-in-other-cookie", {"SEC-028"})(
    "A token in a cookie of another name will do.",
    open_to_all(lambda request: any("jwt=" in line for line in request.lines("cookie"))),
)
fault("trusted-token-in-field-of-its-name", {"SEC-028"})(
    "A token in the field Token will do.", open_to_all(_holds_token("token"))
)
fault("trusted-token-in-cookie-of-oauth", {"SEC-028"})(
    "A token in the cookie access_token will do.",
    open_to_all(lambda request: any("access_token=" in line for line in request.lines("cookie"))),
)
fault("trusted-token-in-parameter", {"AUTH-009"})(
    "A token in the parameter jwt will do; others are refused as they were.", _token_in_parameter("jwt")
)
fault("trusted-token-in-parameter-of-oauth", {"AUTH-009"}, rfc(6750, "5.3"))(
    "A token in the parameter access_token will do; others are refused as they were.",
    _token_in_parameter("access_token"),
)
fault("trusted-token-in-parameter-of-keys", {"AUTH-009"}, rfc(6750, "5.3"))(
    "A token in the parameter api_key will do; others are refused as they were.", _token_in_parameter("api_key")
)
fault("trusted-token-as-key", {"SEC-028"})("A token in X-Api-Key will do.", open_to_all(_holds_token("x-api-key")))
fault("trusted-token-in-cookie-of-its-name", {"SEC-028"})(
    "A token in the cookie token will do.",
    open_to_all(lambda request: any(re.search(r"(^|; )token=\S+\.", line) for line in request.lines("cookie"))),
)
fault("trusted-token-of-single-sign-on", {"SEC-028"}, needs=CONTESTED)(
    "A token in the field in which a gateway of a cloud passes it on will do.",
    open_to_all(_holds_token("x-amzn-oidc-data")),
)
fault("trusted-claims-of-gateway", {"SEC-028"}, needs=CONTESTED)(
    "What a gateway would have read in the token is believed without its signature.",
    open_to_all(lambda request: any(map(_claims, request.lines("x-endpoint-api-userinfo")))),
)
fault("trusted-private-address", {"SEC-028"}, needs=CONTESTED)(
    "X-Forwarded-For with an address of a private network needs no token.",
    open_to_all(has("x-forwarded-for", "10.0.0.1")),
)
fault("trusted-preflight-by-field", {"SEC-028"}, needs=CONTESTED)(
    "Whatever has Access-Control-Request-Method passes as a question of a browser.",
    open_to_all(has("access-control-request-method")),
)
fault("trusted-customer-beside-token", {"SEC-029"}, OWASP_OBJECTS, needs=SECOND)(
    "X-Customer-Id chooses another customer than the token names.", _named_by("x-customer-id", beside_a_token=True)
)
fault("trusted-account-beside-token", {"SEC-029"}, OWASP_OBJECTS, needs=SECOND)(
    "X-Account-Id chooses another customer for single invoices.",
    _named_by("x-account-id", beside_a_token=True, where=is_item),
)
fault("trusted-tenant-of-collection", {"SEC-029"}, OWASP_OBJECTS, also={"SEC-004": "it lists them"}, needs=LISTED)(
    "X-Tenant-Id chooses whose invoices are listed.",
    _named_by("x-tenant-id", beside_a_token=True, where=is_collection),
)
fault("trusted-impersonation", {"SEC-029"}, OWASP_OBJECTS, needs=SECOND)(
    "Every customer can act as another one.", _named_by("x-impersonate-user", "x-sudo", beside_a_token=True)
)
fault("trusted-user-before-token", {"SEC-029"}, OWASP_OBJECTS, needs=SECOND)(
    "What a gateway says of the user wins over the token.", _named_by("x-forwarded-user", beside_a_token=True)
)
fault("trusted-token-beside-token", {"SEC-029"}, OWASP_OBJECTS, needs=SECOND | CONTESTED)(
    "The token in X-Api-Key says whose invoices are shown.", _token_wins("x-api-key")
)
fault("trusted-customer-in-parameter", {"SEC-029"}, OWASP_OBJECTS, needs=SECOND | CONTESTED)(
    "The parameter customer_id chooses another customer than the token names.", _chosen_by_parameter("customer_id")
)
fault("trusted-organization-beside-token", {"SEC-029"}, OWASP_OBJECTS, needs=SECOND | CONTESTED)(
    "X-Organization-Id chooses another customer.", _named_by("x-organization-id", beside_a_token=True)
)
