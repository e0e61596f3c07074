"""Faults of the documented response fields."""

from __future__ import annotations

import itertools
import uuid
from typing import TYPE_CHECKING

from conformance.reference.faults import fault
from conformance.reference.faults.tools import always, is_relationship, set_field

if TYPE_CHECKING:
    from collections.abc import Callable

    from conformance.reference.app import Api
    from conformance.reference.message import Answer, Request

DOCUMENTED = "Documented example, response headers"


def _named(api: Api, name: str, value: str | None) -> None:
    set_field(api, name, value, always)


@fault("frame-options-missing", caught_by={"HDR-001"}, clause=DOCUMENTED, also={"HDR-011": "errors lack it, too"})
def frame_options_missing(api: Api) -> None:
    """There is no X-Frame-Options."""
    _named(api, "X-Frame-Options", None)


@fault("frame-options-allow-from", caught_by={"HDR-001"}, clause=DOCUMENTED, also={"HDR-011": "errors have it, too"})
def frame_options_allow(api: Api) -> None:
    """X-Frame-Options allows another site."""
    _named(api, "X-Frame-Options", "ALLOW-FROM https://example.com")


@fault("xss-protection-on", caught_by={"HDR-002"}, clause=DOCUMENTED)
def xss_protection(api: Api) -> None:
    """X-XSS-Protection switches the filter of old browsers on."""
    _named(api, "X-XSS-Protection", "1; mode=block")


@fault("nosniff-missing", caught_by={"HDR-003"}, clause=DOCUMENTED, also={"HDR-011": "errors lack it, too"})
def nosniff_missing(api: Api) -> None:
    """There is no X-Content-Type-Options."""
    _named(api, "X-Content-Type-Options", None)


@fault("nosniff-misspelled", caught_by={"HDR-003"}, clause=DOCUMENTED, also={"HDR-011": "errors have it, too"})
def nosniff_misspelled(api: Api) -> None:
    """X-Content-Type-Options is no-sniff."""
    _named(api, "X-Content-Type-Options", "no-sniff")


@fault("nosniff-missing-on-relationship", caught_by={"HDR-003", "HDR-011"}, clause=DOCUMENTED)
def nosniff_on_relationship(api: Api) -> None:
    """The relationship has no X-Content-Type-Options."""
    set_field(api, "X-Content-Type-Options", None, lambda request, _: is_relationship(request))


@fault("download-options-missing", caught_by={"HDR-004"}, clause=DOCUMENTED)
def download_options(api: Api) -> None:
    """There is no X-Download-Options."""
    _named(api, "X-Download-Options", None)


@fault("cross-domain-policies-all", caught_by={"HDR-005"}, clause=DOCUMENTED)
def cross_domain(api: Api) -> None:
    """X-Permitted-Cross-Domain-Policies is all."""
    _named(api, "X-Permitted-Cross-Domain-Policies", "all")


@fault("referrer-policy-unsafe", caught_by={"HDR-006"}, clause=DOCUMENTED, also={"HDR-011": "errors have it, too"})
def referrer_unsafe(api: Api) -> None:
    """Referrer-Policy is unsafe-url."""
    _named(api, "Referrer-Policy", "unsafe-url")


@fault("referrer-policy-unknown", caught_by={"HDR-006"}, clause=DOCUMENTED, also={"HDR-011": "errors have it, too"})
def referrer_unknown(api: Api) -> None:
    """Referrer-Policy is a word that no browser knows."""
    _named(api, "Referrer-Policy", "strict")


@fault("request-id-missing", caught_by={"HDR-007"}, clause=DOCUMENTED)
def request_id_missing(api: Api) -> None:
    """There is no X-Request-Id."""
    _named(api, "X-Request-Id", None)


@fault("request-id-constant", caught_by={"HDR-013"}, clause=DOCUMENTED)
def request_id_constant(api: Api) -> None:
    """Every answer has the same X-Request-Id."""
    api.replace("request_id", lambda *_: "5b680e3f-1237-42df-aa96-7a8b6570b6d7")


@fault("request-id-of-connection", stateful=True, caught_by={"HDR-013"}, clause=DOCUMENTED)
def request_id_of_connection(api: Api) -> None:
    """The answers on one connection have the same X-Request-Id."""
    api.replace("request_id", lambda _, request: str(uuid.UUID(int=request.connection.number, version=4)))


@fault("request-id-of-previous", stateful=True, caught_by={"HDR-013"}, clause=DOCUMENTED)
def request_id_of_previous(api: Api) -> None:
    """Every second answer repeats the X-Request-Id of the one before."""
    count = itertools.count()
    api.replace("request_id", lambda *_: str(uuid.UUID(int=2**70 + next(count) // 2, version=4)))


@fault("request-id-number", stateful=True, caught_by={"HDR-014"}, clause=DOCUMENTED)
def request_id_number(api: Api) -> None:
    """The X-Request-Id is a running number."""
    count = itertools.count(1)
    api.replace("request_id", lambda *_: str(next(count)))


@fault("request-id-echoed", caught_by={"HDR-008"}, clause="OWASP REST Security")
def request_id_echoed(api: Api) -> None:
    """An X-Request-Id of the client comes back as it is."""

    def request_id(original: Callable[[Request], str], request: Request) -> str:
        return next(iter(request.lines("x-request-id")), "") or original(request)

    api.replace("request_id", request_id)


@fault("runtime-in-milliseconds", caught_by={"HDR-009"}, clause=DOCUMENTED)
def runtime_milliseconds(api: Api) -> None:
    """X-Runtime is in milliseconds."""
    api.replace("runtime", lambda original, seconds: original(seconds * 1000 + 5000))


@fault("runtime-negative", caught_by={"HDR-009"}, clause=DOCUMENTED)
def runtime_negative(api: Api) -> None:
    """X-Runtime is negative."""
    api.replace("runtime", lambda original, seconds: f"-{original(seconds)}")


@fault("runtime-with-unit", caught_by={"HDR-009"}, clause=DOCUMENTED)
def runtime_unit(api: Api) -> None:
    """X-Runtime has a unit."""
    api.replace("runtime", lambda original, seconds: f"{original(seconds)}s")


@fault("server-version", caught_by={"HDR-010"}, clause="RFC 9110, section 10.2.4")
def server_version(api: Api) -> None:
    """Server names versions."""
    _named(api, "Server", "Apache/2.4.1 (Unix) PHP/5.6.40 OpenSSL/1.0.1")


@fault("powered-by", caught_by={"HDR-010"}, clause="RFC 9110, section 10.2.4")
def powered_by(api: Api) -> None:
    """X-Powered-By names the framework and its version on errors."""
    set_field(api, "X-Powered-By", "Express/4.16.1", lambda _, answer: answer.status >= 400)


@fault("security-fields-missing-on-errors", caught_by={"HDR-011"}, clause="OWASP REST Security")
def missing_on_errors(api: Api) -> None:
    """Errors have none of the security fields."""

    def change(_request: Request, answer: Answer) -> None:
        if answer.status >= 400:
            for name in api.security_headers:
                answer.remove(name)

    api.on_answer(change)
