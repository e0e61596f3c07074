"""Faults of https, and of what is left of plain http beside it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from conformance.reference.faults import fault
from conformance.reference.faults.tools import set_field

if TYPE_CHECKING:
    from collections.abc import Callable

    from conformance.reference.app import Api
    from conformance.reference.message import Answer, Request

STRICT = "RFC 6797, section 7.1"
DIRECTIVES = "RFC 6797, section 6.1"
TRANSPORT = "OWASP REST Security, https"
FIELD = "Strict-Transport-Security"
NEEDED = {"https"}


@fault("https-links-in-clear", caught_by={"ITEM-029", "SEC-013"}, clause="OWASP API8:2023", needs=NEEDED)
def links_in_clear(api: Api) -> None:
    """Behind https the links begin with http."""

    def answer(original: Callable[[Request], Answer], request: Request) -> Answer:
        secure, request.scheme = request.scheme, "http"
        redirects, api.secure_origin = api.secure_origin, "" if secure == "https" else api.secure_origin
        try:
            return original(request)
        finally:
            request.scheme, api.secure_origin = secure, redirects

    api.replace("answer", answer)


@fault("https-not-strict", caught_by={"SEC-014"}, clause=STRICT, needs=NEEDED)
def not_strict(api: Api) -> None:
    """There is no Strict-Transport-Security."""
    set_field(api, FIELD, None, lambda _request, _answer: True)


@fault("https-not-strict-on-errors", caught_by={"SEC-014"}, clause=STRICT, needs=NEEDED)
def not_strict_on_errors(api: Api) -> None:
    """Errors have no Strict-Transport-Security."""
    set_field(api, FIELD, None, lambda _request, answer: answer.status >= 400)


@fault("https-strict-for-no-time", caught_by={"SEC-014"}, clause=DIRECTIVES, needs=NEEDED)
def for_no_time(api: Api) -> None:
    """The max-age is zero."""
    api.transport_security = "max-age=0; includeSubDomains"


@fault("https-strict-without-age", caught_by={"SEC-014"}, clause=DIRECTIVES, needs=NEEDED)
def without_age(api: Api) -> None:
    """There is no max-age."""
    api.transport_security = "includeSubDomains"


@fault("https-strict-age-twice", caught_by={"SEC-014"}, clause=DIRECTIVES, needs=NEEDED)
def age_twice(api: Api) -> None:
    """The max-age is there twice."""
    api.transport_security = "max-age=31536000; max-age=0"


@fault("https-strict-with-commas", caught_by={"SEC-014"}, clause=DIRECTIVES, needs=NEEDED)
def with_commas(api: Api) -> None:
    """The directives are separated by commas."""
    api.transport_security = "max-age=31536000, includeSubDomains"


@fault("https-strict-twice", caught_by={"SEC-014"}, clause=STRICT, needs=NEEDED)
def twice(api: Api) -> None:
    """Gateway and application both add the field."""

    def change(request: Request, answer: Answer) -> None:
        if request.scheme == "https":
            answer.headers.append((FIELD, "max-age=15768000"))

    api.on_answer(change)


@fault("https-plain-served", caught_by={"SEC-022"}, clause=TRANSPORT, needs=NEEDED)
def plain_served(api: Api) -> None:
    """The API answers over plain http, too, and asks for the token there."""

    def to_https(_original: Callable[[Request], Answer], request: Request) -> Answer:
        where, api.secure_origin = api.secure_origin, ""
        try:
            return api.answer(request)
        finally:
            api.secure_origin = where

    api.replace("to_https", to_https)


@fault("https-plain-redirect-in-clear", caught_by={"SEC-022"}, clause=TRANSPORT, needs=NEEDED)
def redirect_in_clear(api: Api) -> None:
    """The redirect from plain http leads to plain http."""

    def change(request: Request, answer: Answer) -> None:
        if request.scheme == "http" and answer.status == 308:
            answer.set("Location", (answer.get("Location") or "").replace("https:", "http:"))

    api.on_answer(change)


@fault("https-strict-in-clear", caught_by={"SEC-015"}, clause="RFC 6797, section 7.2", needs=NEEDED)
def strict_in_clear(api: Api) -> None:
    """The redirect from plain http has Strict-Transport-Security."""
    set_field(api, FIELD, "max-age=31536000", lambda request, answer: request.scheme == "http" and answer.status == 308)
