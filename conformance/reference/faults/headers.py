"""Faults of the documented response fields."""

from __future__ import annotations

import itertools
import uuid
from typing import TYPE_CHECKING

from conformance.reference.app import Api
from conformance.reference.faults import Area
from conformance.reference.faults.clauses import EXAMPLE_FIELDS, OWASP_REST, rfc
from conformance.reference.faults.effects import ERRORS, field
from conformance.reference.faults.seams import instead_of
from conformance.reference.faults.where import is_relationship

if TYPE_CHECKING:
    from conformance.reference.message import Answer, Request

fault = Area(__name__)

fault("frame-options-missing", {"HDR-001"}, EXAMPLE_FIELDS, also={"HDR-011": "errors lack it, too"})(
    "There is no X-Frame-Options.", field("X-Frame-Options", None)
)
fault("frame-options-allow-from", {"HDR-001"}, EXAMPLE_FIELDS, also={"HDR-011": "errors have it, too"})(
    "X-Frame-Options allows another site.", field("X-Frame-Options", "ALLOW-FROM https://example.com")
)
fault("xss-protection-on", {"HDR-002"}, EXAMPLE_FIELDS)(
    "X-XSS-Protection switches the filter of old browsers on.", field("X-XSS-Protection", "1; mode=block")
)
fault("nosniff-missing", {"HDR-003"}, EXAMPLE_FIELDS, also={"HDR-011": "errors lack it, too"})(
    "There is no X-Content-Type-Options.", field("X-Content-Type-Options", None)
)
fault("nosniff-misspelled", {"HDR-003"}, EXAMPLE_FIELDS, also={"HDR-011": "errors have it, too"})(
    "X-Content-Type-Options has the value no-sniff.", field("X-Content-Type-Options", "no-sniff")
)
fault("nosniff-missing-on-relationship", {"HDR-003", "HDR-011"}, EXAMPLE_FIELDS)(
    "The relationship has no X-Content-Type-Options.", field("X-Content-Type-Options", None, is_relationship)
)
fault("download-options-missing", {"HDR-004"}, EXAMPLE_FIELDS)(
    "There is no X-Download-Options.", field("X-Download-Options", None)
)
fault("cross-domain-policies-all", {"HDR-005"}, EXAMPLE_FIELDS)(
    "X-Permitted-Cross-Domain-Policies is all.", field("X-Permitted-Cross-Domain-Policies", "all")
)
fault("referrer-policy-unsafe", {"HDR-006"}, EXAMPLE_FIELDS)(
    "Referrer-Policy is unsafe-url.", field("Referrer-Policy", "unsafe-url")
)
fault("referrer-policy-unknown", {"HDR-006"}, EXAMPLE_FIELDS)(
    "Referrer-Policy is a word that no browser knows.", field("Referrer-Policy", "strict")
)
fault("request-id-missing", {"HDR-007"}, EXAMPLE_FIELDS)("There is no X-Request-Id.", field("X-Request-Id", None))
fault("request-id-constant", {"HDR-013"}, EXAMPLE_FIELDS)(
    "Every answer has the same X-Request-Id.",
    instead_of(Api.request_id)(lambda *_: "5b680e3f-1237-42df-aa96-7a8b6570b6d7"),
)
fault("request-id-of-connection", {"HDR-013"}, EXAMPLE_FIELDS, stateful=True)(
    "The answers on one connection have the same X-Request-Id.",
    instead_of(Api.request_id)(lambda _, request: str(uuid.UUID(int=request.connection.number, version=4))),
)


@fault("request-id-of-previous", {"HDR-013"}, EXAMPLE_FIELDS, stateful=True)
def request_id_of_previous(api: Api) -> None:
    """Every second answer repeats the X-Request-Id of the one before."""
    count = itertools.count()
    api.replace(Api.request_id, lambda *_: str(uuid.UUID(int=2**70 + next(count) // 2, version=4)))


@fault("request-id-number", {"HDR-014"}, EXAMPLE_FIELDS, stateful=True)
def request_id_number(api: Api) -> None:
    """The X-Request-Id is a running number."""
    count = itertools.count(1)
    api.replace(Api.request_id, lambda *_: str(next(count)))


fault("request-id-echoed", {"HDR-008"}, OWASP_REST)(
    "An X-Request-Id of the client comes back as it is.",
    instead_of(Api.request_id)(
        lambda original, request: next(iter(request.lines("x-request-id")), "") or original(request)
    ),
)
fault("runtime-in-milliseconds", {"HDR-009"}, EXAMPLE_FIELDS)(
    "X-Runtime is in milliseconds.", instead_of(Api.runtime)(lambda original, seconds: original(seconds * 1000 + 5000))
)
fault("runtime-negative", {"HDR-009"}, EXAMPLE_FIELDS)(
    "X-Runtime is negative.", instead_of(Api.runtime)(lambda original, seconds: f"-{original(seconds)}")
)
fault("runtime-with-unit", {"HDR-009"}, EXAMPLE_FIELDS)(
    "X-Runtime has a unit.", instead_of(Api.runtime)(lambda original, seconds: f"{original(seconds)}s")
)
fault("server-version", {"HDR-010"}, rfc(9110, "10.2.4"))(
    "Server names versions.", field("Server", "Apache/2.4.1 (Unix) PHP/5.6.40 OpenSSL/1.0.1")
)
fault("powered-by", {"HDR-010"}, rfc(9110, "10.2.4"))(
    "X-Powered-By names the framework and its version on errors.",
    field("X-Powered-By", "Express/4.16.1", status=ERRORS),
)


@fault("security-fields-missing-on-errors", {"HDR-011"}, OWASP_REST)
def missing_on_errors(api: Api) -> None:
    """Errors have none of the security fields."""

    def change(_request: Request, answer: Answer) -> None:
        if answer.status >= 400:
            for name in api.security_headers:
                answer.remove(name)

    api.on_answer(change)
