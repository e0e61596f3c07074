"""Faults of https, and of what is left of plain http beside it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from conformance.reference.app import Api
from conformance.reference.faults import Area
from conformance.reference.faults.clauses import OWASP_CONFIGURATION, rfc
from conformance.reference.faults.effects import ERRORS, field, setting
from conformance.reference.faults.needs import HTTPS
from conformance.reference.faults.seams import on_answer

if TYPE_CHECKING:
    from collections.abc import Callable

    from conformance.reference.message import Answer, Request

fault = Area(__name__, needs=HTTPS)
FIELD = "Strict-Transport-Security"


@fault("https-links-in-clear", {"ITEM-029", "SEC-013"}, OWASP_CONFIGURATION)
def links_in_clear(api: Api) -> None:
    """Behind https the links begin with http."""

    def answer(original: Callable[[Request], Answer], request: Request) -> Answer:
        secure, request.scheme = request.scheme, "http"
        redirects, api.secure_origin = api.secure_origin, "" if secure == "https" else api.secure_origin
        try:
            return original(request)
        finally:
            request.scheme, api.secure_origin = secure, redirects

    api.replace(Api.answer, answer)


fault("https-not-strict", {"SEC-014"}, rfc(6797, "7.1"))("There is no Strict-Transport-Security.", field(FIELD, None))
fault("https-not-strict-on-errors", {"SEC-014"}, rfc(6797, "7.1"))(
    "Errors have no Strict-Transport-Security.", field(FIELD, None, status=ERRORS)
)
fault("https-strict-for-no-time", {"SEC-014"}, rfc(6797, "6.1"))(
    "The max-age is zero.", setting(transport_security="max-age=0; includeSubDomains")
)
fault("https-strict-without-age", {"SEC-014"}, rfc(6797, "6.1"))(
    "There is no max-age.", setting(transport_security="includeSubDomains")
)
fault("https-strict-age-twice", {"SEC-014"}, rfc(6797, "6.1"))(
    "The max-age is there twice.", setting(transport_security="max-age=31536000; max-age=0")
)
fault("https-strict-with-commas", {"SEC-014"}, rfc(6797, "6.1"))(
    "The directives are separated by commas.", setting(transport_security="max-age=31536000, includeSubDomains")
)


@fault("https-strict-twice", {"SEC-014"}, rfc(6797, "7.1"))
@on_answer
def twice(request: Request, answer: Answer) -> None:
    """Gateway and application both add the field."""
    if request.scheme == "https":
        answer.headers.append((FIELD, "max-age=15768000"))


@fault("https-plain-served", {"SEC-022"}, "OWASP REST Security, https")
def plain_served(api: Api) -> None:
    """The API answers over plain http, too, and asks for the token there."""

    def to_https(_original: Callable[[Request], Answer], request: Request) -> Answer:
        where, api.secure_origin = api.secure_origin, ""
        try:
            return api.answer(request)
        finally:
            api.secure_origin = where

    api.replace(Api.to_https, to_https)


@fault("https-plain-redirect-in-clear", {"SEC-022"}, "OWASP REST Security, https")
@on_answer
def redirect_in_clear(request: Request, answer: Answer) -> None:
    """The redirect from plain http leads to plain http."""
    if request.scheme == "http" and answer.status == 308:
        answer.set("Location", (answer.get("Location") or "").replace("https:", "http:"))


fault("https-strict-in-clear", {"SEC-015"}, rfc(6797, "7.2"))(
    "The redirect from plain http has Strict-Transport-Security.",
    field(FIELD, "max-age=31536000", lambda request: request.scheme == "http", 308),
)
